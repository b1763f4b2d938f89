import { orderOfRefusals } from '../../machines/admission.ts';
import { isTaskOperation } from '../../machines/task.ts';
import { type Operation, operations, type Rules, type State } from '../../machines/vocabulary.ts';
import type { TraceEntry } from '../engine/trace.ts';
import {
  allCells,
  aroundKey,
  type Cell,
  cellsByKey,
  edgeKey,
  type Kin,
  obstacleKey,
  type Place,
  stateKey,
  worldKey,
} from './coverage-cells.ts';
import { edgeOf } from './reach.ts';

/** What coverage is told by: the trace of one run. */
export interface Traced {
  readonly rules: Rules;
  readonly trace: readonly TraceEntry[];
}

/** The keys of the cells that were reached, and how often: plain data, so that shards can send it. */
export type Coverage = Readonly<Record<string, number>>;

/** What the traces of a campaign reached. */
export function coverageOf(runs: Iterable<Traced>): Coverage {
  const counts = new Map<string, number>();
  for (const { rules, trace } of runs) {
    const watcher = new Watcher(rules, (key) => counts.set(key, (counts.get(key) ?? 0) + 1));
    for (const entry of trace) watcher.note(entry);
  }
  return sorted(counts);
}

export function mergeCoverage(all: Iterable<Coverage>): Coverage {
  const counts = new Map<string, number>();
  for (const coverage of all) {
    for (const [key, count] of Object.entries(coverage)) counts.set(key, (counts.get(key) ?? 0) + count);
  }
  return sorted(counts);
}

/** Cells that can be reached and were not. @param rules  of these rule sets only; all unless told. */
export function missing(coverage: Coverage, rules?: readonly Rules[]): readonly Cell[] {
  return cellsOf(rules).filter(({ key, unreachable }) => unreachable === null && coverage[key] === undefined);
}

/** Cells that nothing reaches, each with its reason. */
export function unreachableCells(rules?: readonly Rules[]): readonly Cell[] {
  return cellsOf(rules).filter(({ unreachable }) => unreachable !== null);
}

export interface Share {
  readonly kind: Cell['kind'];
  readonly reached: number;
  readonly reachable: number;
  readonly unreachable: number;
}

export const kindWords: Readonly<Record<Cell['kind'], string>> = {
  state: 'answers by state',
  obstacle: 'refusals before any task is asked',
  edge: 'moves of charts',
  world: 'what happens around the app',
};

/** How much of each kind was reached. */
export function sharesOf(coverage: Coverage, rules?: readonly Rules[]): readonly Share[] {
  return (Object.keys(kindWords) as Cell['kind'][]).map((kind) => {
    const cells = cellsOf(rules).filter((cell) => cell.kind === kind);
    const reachable = cells.filter(({ unreachable }) => unreachable === null);
    return {
      kind,
      reached: reachable.filter(({ key }) => coverage[key] !== undefined).length,
      reachable: reachable.length,
      unreachable: cells.length - reachable.length,
    };
  });
}

/** The report for a terminal. */
export function coverageText(coverage: Coverage, rules?: readonly Rules[]): string {
  const shares = sharesOf(coverage, rules).map(
    ({ kind, reached, reachable, unreachable }) =>
      `${percentOf(reached, reachable).padStart(6)}  ${reached} of ${reachable} ${kindWords[kind]}; ${unreachable} cannot be reached`,
  );
  const missed = missing(coverage, rules).map(({ key, answer }) => `  ${key}${answer === null ? '' : ` → ${answer}`}`);
  const reasons = new Map<string, number>();
  for (const { unreachable } of unreachableCells(rules)) {
    if (unreachable !== null) reasons.set(unreachable, (reasons.get(unreachable) ?? 0) + 1);
  }
  return [
    'Coverage',
    ...shares,
    ...(missed.length === 0 ? [] : ['', 'Not reached', ...missed]),
    ...(reasons.size === 0 ? [] : ['', 'Cannot be reached']),
    ...[...reasons].map(([reason, count]) => `  ${count}: ${reason}`),
  ].join('\n');
}

/** Rounded down: 100 % is all of it. */
export function percentOf(reached: number, reachable: number): string {
  return reachable === 0 ? '100 %' : `${Math.floor((1000 * reached) / reachable) / 10} %`;
}

/** Every cell, or those of some rule sets. */
export function cellsOf(rules?: readonly Rules[]): readonly Cell[] {
  if (rules === undefined) return allCells();
  return allCells().filter(({ key }) => rules.some((each) => key.startsWith(`${each} `)));
}

function sorted(counts: ReadonlyMap<string, number>): Coverage {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Says in a trace that a call is about to be made, for calls that leave none: those that the object in the app answers,
 * and those on a task that is gone. @param tid  the task it is about.
 */
export function callMark(atMs: number, operation: Operation, tid: string): TraceEntry {
  return { atMs, kind: 'world', name: 'call', of: tid, note: operation };
}

/** Operations that ask no chart of the engine's turn, and so are known by their mark alone. */
const unseen: ReadonlySet<string> = new Set(['on', 'off', 'search']);

interface Known {
  readonly kin: Kin;
  place: Place;
}

/** Reads a trace entry by entry, and says which cells it reaches. What a chart has no answer to reaches none. */
export class Watcher {
  readonly #rules: Rules;
  readonly #reach: (key: string) => void;
  readonly #tasks = new Map<string, Known>();
  #marked: { readonly operation: string; readonly task: Known } | null = null;

  constructor(rules: Rules, reach: (key: string) => void) {
    const cells = cellsByKey();
    this.#rules = rules;
    this.#reach = (key) => {
      const cell = cells.get(key);
      // An event that is met without a move leaves the same line whether a guard let it do something or not.
      if (cell !== undefined && (cell.unreachable === null || !isLoop(key))) reach(key);
    };
  }

  note(entry: TraceEntry): void {
    switch (entry.kind) {
      case 'event':
        return this.#event(entry);
      case 'refused':
        return this.#refused(entry);
      case 'world':
        return entry.name === 'call' ? this.#called(entry) : this.#happened(entry);
      case 'commit':
        if (entry.name === 'task.forgotten') this.#moved(entry.of, 'gone');
        return;
    }
  }

  /** Of a task that was created in this trace. */
  placeOf(tid: string): Place | null {
    return this.#tasks.get(tid)?.place ?? null;
  }

  #event({ name, of, from, to, note }: TraceEntry): void {
    const [, mode, action] = note?.split(', ') ?? [];
    if (name === 'create' && (action === 'download' || action === 'upload')) {
      const kin: Kin = { rules: this.#rules, action, mode: mode === 'foreground' ? mode : 'background' };
      this.#tasks.set(of, { kin, place: 'initialized' });
      return;
    }
    if (from === undefined || to === undefined) return;
    const [subject = '', chart] = of.split(' ');
    const task = this.#tasks.get(subject);
    if (chart === undefined && task !== undefined) {
      if (isAsked(name)) this.#reach(stateKey(task.kin, name, from as State));
      this.#reach(edgeKey(task.kin, edgeOf('task', from, name, to)));
      task.place = to as State;
    } else if (chart === 'transfer' && task !== undefined) {
      this.#reach(edgeKey(task.kin, edgeOf(chart, from, name, to)));
    } else if (task === undefined) this.#reach(aroundKey(this.#rules, edgeOf(subject, from, name, to)));
  }

  #refused({ name, note = '' }: TraceEntry): void {
    const [, why = ''] = note.split(' ');
    const isObstacle = (orderOfRefusals[name as Operation] as readonly string[] | undefined)?.includes(why) ?? false;
    if (isObstacle || why === 'deleted') this.#reach(obstacleKey(this.#rules, name, why));
    if (why !== 'unknownTask' || this.#marked?.operation !== name) return;
    this.#reach(stateKey(this.#marked.task.kin, name, 'gone'));
    this.#marked = null;
  }

  #called({ of, note = '' }: TraceEntry): void {
    const task = this.#tasks.get(of);
    if (task === undefined) return;
    this.#marked = task.place === 'gone' ? { operation: note, task } : null;
    if (unseen.has(note)) this.#reach(stateKey(task.kin, note, task.place));
  }

  #happened({ name, note = '' }: TraceEntry): void {
    this.#reach(worldKey(this.#rules, [name, wordOf(name, note)].join(' ').trim()));
  }

  #moved(tid: string, place: Place): void {
    const task = this.#tasks.get(tid);
    if (task !== undefined) task.place = place;
  }
}

function isLoop(key: string): boolean {
  return /: (\w+) \w+ → \1$/.test(key);
}

function isAsked(name: string): boolean {
  return (operations as readonly string[]).includes(name) && isTaskOperation(name as Operation);
}

/** What a note of the world comes down to. */
function wordOf(name: string, note: string): string {
  switch (name) {
    case 'network':
      return note.endsWith('roaming') ? 'roaming' : (note.split(',')[0] ?? '');
    case 'account':
      return note.split(' ')[1] ?? '';
    case 'memory':
    case 'service':
      return note;
    case 'clock':
      return note.startsWith('-') ? 'backwards' : 'forwards';
    case 'power cut':
      return /^(before|during|after)/.exec(note)?.[0] ?? 'now';
    case 'request':
      return note.split(', ')[1] ?? 'pass';
    default:
      return '';
  }
}
