import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogues } from '../errors/catalogues.ts';
import { commonOptions, defineVerb, type Outcome, type Surroundings, UsageError } from './command.ts';
import type { Raised } from './demo-errors.ts';
import type { DemoTransfer } from './demo-transfers.ts';
import { bytesText, durationText, tableLines } from './format.ts';
import { listenForInterruption } from './interruption.ts';
import { paint } from './output.ts';
import { metaOf } from './verbs.ts';

export const demo = defineVerb({
  meta: metaOf('demo'),
  args: {
    json: commonOptions.json,
    quiet: commonOptions.quiet,
    only: { type: 'string', valueHint: 'code', description: 'Raise one error, and move no files' },
  },
  async run({ args, around }) {
    const only = args.only === undefined ? null : codeOf(args.only);
    const directory = await mkdtemp(join(tmpdir(), 'longshore-demo-'));
    try {
      return await show(directory, only, around);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
});

function codeOf(text: string): number {
  const codes = catalogues.harmony.map(({ code }) => code);
  const code = codes.find((each) => String(each) === text);
  if (code === undefined) throw new UsageError(`--only is ${JSON.stringify(text)}; legal: ${codes.join(', ')}`);
  return code;
}

/** @param only  the one code to raise; null for the whole show. */
async function show(directory: string, only: number | null, { output }: Surroundings): Promise<Outcome> {
  const [{ createBoard }, { moveFiles }, { raiseErrors }] = await Promise.all([
    import('./board.ts'),
    import('./demo-transfers.ts'),
    import('./demo-errors.ts'),
  ]);
  const startedMs = performance.now();
  const board = await createBoard(output);
  const interruption = listenForInterruption(() => board.end());
  try {
    const place = join(directory, 'transfers');
    const transfers = only === null ? await moveFiles({ directory: place, board, signal: interruption.signal }) : [];
    board.end();
    const interrupted = { exitCode: interruption.exitCode() ?? 1, document: { transfers, errors: [] } };
    if (interruption.signal.aborted) return interrupted;

    const verdict = (ok: boolean) => (ok ? paint(output, 'good', 'ok') : paint(output, 'bad', 'WRONG'));
    if (only === null) {
      board.line('\nWhat arrived, compared with what was sent');
      for (const line of transferLines(transfers, verdict)) board.line(line);
    }
    const raised = await raiseErrors(join(directory, 'errors'), only);
    const all = '\nEvery documented error, each raised by really doing it';
    board.line(only === null ? all : `${only}, raised by really doing it`);
    for (const line of errorLines(raised, verdict)) board.line(line);

    const isGood = [...transfers, ...raised].every(({ ok }) => ok);
    const codes = new Set(raised.filter(({ ok }) => ok).map(({ error }) => error.code));
    const counted = `${transfers.length} transfers, ${codes.size} codes raised in ${raised.length} ways`;
    const what = only === null ? counted : `raised in ${raised.length} ways`;
    board.line(`\n${verdict(isGood)}: ${what}, ${durationText(performance.now() - startedMs)}`);
    return {
      exitCode: interruption.exitCode() ?? (isGood ? 0 : 1),
      document: { transfers, errors: raised.map(({ error }) => error) },
    };
  } finally {
    board.end();
    interruption.dispose();
  }
}

type Verdict = (ok: boolean) => string;

function transferLines(transfers: readonly DemoTransfer[], verdict: Verdict): string[] {
  const rows = transfers.map(({ name, action, bytes, story, ranges, sha256, ok }) => [
    name,
    action,
    bytesText(bytes),
    story,
    ranges.join(', '),
    `${sha256.slice(0, 12)}…`,
    verdict(ok),
  ]);
  return tableLines([['FILE', 'ACTION', 'SIZE', 'ON ITS WAY', 'RANGE', 'SHA-256', ''], ...rows], [2]);
}

/** One table, in which a code is told once. */
function errorLines(raised: readonly Raised[], verdict: Verdict): string[] {
  let told: number | null = null;
  const rows = raised.map(({ error: { code, message, cause, call }, ok }) => {
    const head = code === told ? ['', ''] : [String(code ?? 'none'), message];
    told = code;
    return [...head, cause, call, verdict(ok)];
  });
  return tableLines([['CODE', 'MESSAGE', 'CAUSE', 'CALL', ''], ...rows]);
}
