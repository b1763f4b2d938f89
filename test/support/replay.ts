import fc from 'fast-check';
import type { Rules } from '../../machines/vocabulary.ts';
import { anySequence, type Sequence } from '../../src/fuzz/engine/commands.ts';
import { brokenIn } from '../../src/fuzz/engine/invariants.ts';
import { Lab } from '../../src/fuzz/engine/lab.ts';

/** Which sequences to play. With a path it is the one that failed, and nothing else. */
export interface Replay {
  readonly seed: number;
  readonly runs: number;
  readonly path?: string;
  readonly replayPath?: string;
}

export interface Exploration {
  readonly details: fc.RunDetails<[Sequence]>;
  /** Sequences played, and moves made in all of them; shrinking is not counted. */
  readonly sequences: number;
  readonly moves: number;
}

/** What is wrong with a world in which a sequence was played. */
export type Judge = (lab: Lab) => readonly string[];

/** Reads what `commandFor` writes. */
export function replayFrom(env: Readonly<Record<string, string | undefined>>, runs: number): Replay {
  const { FC_SEED, FC_RUNS, FC_PATH, FC_REPLAY } = env;
  return {
    seed: Number(FC_SEED ?? 20_260_101),
    runs: Number(FC_RUNS ?? runs),
    ...(FC_PATH === undefined ? {} : { path: FC_PATH }),
    ...(FC_REPLAY === undefined ? {} : { replayPath: FC_REPLAY }),
  };
}

/** The shell command that plays a failure again. */
export function commandFor({ details }: Exploration, file: string, title: string): string {
  const [, replayPath = ''] = /replayPath="([^"]*)"/.exec(String(details.counterexample?.[0])) ?? [];
  const env = `FC_SEED='${details.seed}' FC_PATH='${details.counterexamplePath}' FC_REPLAY='${replayPath}'`;
  return `${env} npx vitest run ${file} -t '${title}'`;
}

/** Checks any other property; a failure says how it is played again. @throws what fc.assert would */
export async function assertHolds<Ts>(
  property: fc.IAsyncProperty<Ts>,
  { seed, runs, path }: Replay,
  { file, title }: { readonly file: string; readonly title: string },
): Promise<void> {
  const details = await fc.check(property, {
    seed,
    numRuns: path === undefined ? runs : 1,
    ...(path === undefined ? {} : { path, endOnFailure: true }),
  });
  if (!details.failed) return;
  const command = `FC_SEED='${details.seed}' FC_PATH='${details.counterexamplePath}' npx vitest run ${file} -t '${title}'`;
  throw new Error(`${fc.defaultReportMessage(details)}\nreplay: ${command}`);
}

/** Plays sequences, each in a world of its own, compares each move with the model, and has each trace judged. */
export async function explore(
  rules: Rules,
  { seed, runs, path, replayPath }: Replay,
  judge: Judge = (lab) => brokenIn(lab.world.trace.entries, lab.bounds),
): Promise<Exploration> {
  const counts = { sequences: 0, moves: 0 };
  const anyPlay = anySequence(replayPath === undefined ? {} : { replayPath });
  const property = fc.asyncProperty(anyPlay, async (sequence) => {
    const lab = new Lab(rules);
    await fc.asyncModelRun(() => ({ model: lab.model, real: lab }), sequence);
    counts.sequences += 1;
    counts.moves += lab.moves;
    const broken = judge(lab);
    if (broken.length > 0) throw new Error(broken.join('\n'));
  });
  const details = await fc.check(property, {
    seed,
    numRuns: path === undefined ? runs : 1,
    ...(path === undefined ? {} : { path, endOnFailure: true }),
  });
  return { details, ...counts };
}

/** Says everything about a failure, its replay included. */
export function reportOf(exploration: Exploration, file: string, title: string): string {
  const { details } = exploration;
  return [
    `Sequence ${details.numRuns} fails: ${details.errorInstance}`,
    `after ${details.numShrinks} shrinks: ${details.counterexample?.[0]}`,
    `replay: ${commandFor(exploration, file, title)}`,
  ].join('\n');
}
