import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commonOptions, defineVerb, type Outcome, type Surroundings } from './command.ts';
import type { Raised } from './demo-errors.ts';
import type { DemoTransfer } from './demo-transfers.ts';
import { bytesText, durationText, tableLines } from './format.ts';
import { listenForInterruption } from './interruption.ts';
import { paint } from './output.ts';

export const demo = defineVerb({
  meta: { name: 'demo', description: 'Move real files, break things on the way, and raise every documented error' },
  args: { json: commonOptions.json, quiet: commonOptions.quiet },
  async run({ around }) {
    const directory = await mkdtemp(join(tmpdir(), 'longshore-demo-'));
    try {
      return await show(directory, around);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
});

async function show(directory: string, { output }: Surroundings): Promise<Outcome> {
  const [{ createBoard }, { moveFiles }, { raiseErrors }] = await Promise.all([
    import('./board.ts'),
    import('./demo-transfers.ts'),
    import('./demo-errors.ts'),
  ]);
  const startedMs = performance.now();
  const board = await createBoard(output);
  const interruption = listenForInterruption(() => board.end());
  try {
    const transfers = await moveFiles({ directory: join(directory, 'transfers'), board, signal: interruption.signal });
    board.end();
    const interrupted = { exitCode: interruption.exitCode() ?? 1, document: { transfers, errors: [] } };
    if (interruption.signal.aborted) return interrupted;

    const verdict = (ok: boolean) => (ok ? paint(output, 'good', 'ok') : paint(output, 'bad', 'WRONG'));
    board.line('\nWhat arrived, compared with what was sent');
    for (const line of transferLines(transfers, verdict)) board.line(line);
    const raised = await raiseErrors(join(directory, 'errors'));
    board.line('\nEvery documented error, each raised by really doing it');
    for (const line of errorLines(raised, verdict)) board.line(line);

    const isGood = [...transfers, ...raised].every(({ ok }) => ok);
    const codes = new Set(raised.filter(({ ok }) => ok).map(({ error }) => error.code));
    board.line(
      `\n${verdict(isGood)}: ${transfers.length} transfers, ${codes.size} codes raised in ${raised.length} ways, ` +
        `${durationText(performance.now() - startedMs)}`,
    );
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
