import { taskOperations } from '../../machines/task.ts';
import { type Rules, ruleSets } from '../../machines/vocabulary.ts';
import { type Coverage, cellsOf, kindWords, percentOf, sharesOf } from './coverage.ts';
import { actions, type Cell, cellsByKey, type Kin, modes, places, stateKey } from './coverage-cells.ts';

export interface PageOptions {
  /** What was run, such as the name of a client. */
  readonly title: string;
  /** Of these rule sets only; all unless told. */
  readonly rules?: readonly Rules[];
}

/** The report as one page, which needs nothing but itself: what was reached, what was not, and what cannot be. */
export function coveragePage(coverage: Coverage, { title, rules = ruleSets }: PageOptions): string {
  const kins = rules.flatMap((each) =>
    actions.flatMap((action) => modes.map((mode): Kin => ({ rules: each, action, mode }))),
  );
  const cells = cellsOf(rules);
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>Coverage: ${escaped(title)}</title>`,
    `<style>${style}</style></head><body><main>`,
    `<h1>Coverage: ${escaped(title)}</h1>`,
    sharesTable(coverage, rules),
    '<p class="legend"><span class="hit">reached</span> <span class="miss">not reached</span> ',
    '<span class="never">cannot be reached</span></p>',
    '<h2>Answers by state</h2>',
    '<p>✓ is allowed, E4 is 21900004 and so on; of <code>search</code>: is listed, is not.</p>',
    ...kins.map((kin) => matrix(coverage, kin)),
    ...(['obstacle', 'edge', 'world'] as const).map((kind) =>
      list(
        coverage,
        cells.filter((cell) => cell.kind === kind),
        kind,
      ),
    ),
    '<h2>Cannot be reached</h2>',
    ...reasons(cells),
    '</main></body></html>',
    '',
  ].join('\n');
}

function sharesTable(coverage: Coverage, rules: readonly Rules[]): string {
  const rows = sharesOf(coverage, rules).map(({ kind, reached, reachable, unreachable }) => {
    const percent = percentOf(reached, reachable);
    const bar = `<meter min="0" max="${reachable}" value="${reached}">${percent}</meter>`;
    return `<tr><th scope="row">${kindWords[kind]}</th><td>${bar}</td><td>${percent}</td><td>${reached} of ${reachable}</td><td>${unreachable}</td></tr>`;
  });
  const heads = ['', '', '', 'reached', 'cannot be'].map((head) => `<th scope="col">${head}</th>`).join('');
  return `<table><thead><tr>${heads}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function matrix(coverage: Coverage, kin: Kin): string {
  const heads = places.map((place) => `<th scope="col">${place}</th>`).join('');
  const rows = taskOperations.map((operation) => {
    const cells = places.map((place) => {
      const cell = cellsByKey().get(stateKey(kin, operation, place));
      return cell === undefined ? '<td></td>' : `<td ${look(coverage, cell)}>${answerText(cell)}</td>`;
    });
    return `<tr><th scope="row">${operation}</th>${cells.join('')}</tr>`;
  });
  const { rules, action, mode } = kin;
  return `<div class="wide"><table class="matrix"><caption>${rules}: ${action}, ${mode}</caption><thead><tr><td></td>${heads}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

/** What was missed stands open; what was reached is there for those who look. */
function list(coverage: Coverage, all: readonly Cell[], kind: Cell['kind']): string {
  const cells = all.filter(({ unreachable }) => unreachable === null);
  const line = (cell: Cell) => `<li><span ${look(coverage, cell)}>${escaped(cell.key)}</span>${answerNote(cell)}</li>`;
  const missed = cells.filter(({ key }) => coverage[key] === undefined).map(line);
  const reached = cells.filter(({ key }) => coverage[key] !== undefined).map(line);
  return [
    `<h2>${capital(kindWords[kind])}</h2>`,
    missed.length === 0 ? '<p>All reached.</p>' : `<ul>${missed.join('')}</ul>`,
    `<details><summary>${reached.length} reached</summary><ul>${reached.join('')}</ul></details>`,
  ].join('\n');
}

function reasons(cells: readonly Cell[]): string[] {
  const byReason = new Map<string, string[]>();
  for (const { key, unreachable } of cells) {
    if (unreachable !== null) byReason.set(unreachable, [...(byReason.get(unreachable) ?? []), key]);
  }
  return [...byReason].map(
    ([reason, keys]) =>
      `<details><summary>${keys.length}: ${escaped(reason)}</summary><ul>${keys.map((key) => `<li>${escaped(key)}</li>`).join('')}</ul></details>`,
  );
}

function look(coverage: Coverage, { key, unreachable }: Cell): string {
  const count = coverage[key] ?? 0;
  if (count > 0) return `class="hit" title="${count} times"`;
  return unreachable === null ? 'class="miss" title="not reached"' : `class="never" title="${escaped(unreachable)}"`;
}

function answerText({ answer }: Cell): string {
  if (answer === 'allowed') return '✓';
  return typeof answer === 'number' ? `E${answer % 10}` : '';
}

function answerNote({ answer }: Cell): string {
  return answer === null ? '' : ` → ${answer}`;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const style = `
:root { color-scheme: light dark; --hit: #d5efd9; --miss: #ffd0cc; --never: #e8e8ec; --line: #c8c8d0; }
@media (prefers-color-scheme: dark) { :root { --hit: #1e4d2b; --miss: #7a2620; --never: #303038; --line: #50505a; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 75rem; margin: 0 auto; padding: 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { padding: 0.2rem 0.6rem; text-align: left; }
.matrix th, .matrix td { border: 1px solid var(--line); font-size: 13px; }
.matrix td { text-align: center; }
caption { text-align: left; font-weight: 600; padding: 0.3rem 0; }
.wide { overflow-x: auto; }
.hit { background: var(--hit); }
.miss { background: var(--miss); font-weight: 600; }
.never { background: var(--never); }
.legend span, li span { padding: 0 0.4rem; border-radius: 3px; }
li { font-family: ui-monospace, monospace; font-size: 13px; }
meter { width: 12rem; }
`;
