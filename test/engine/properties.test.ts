import { expect, it } from 'vitest';
import { commandFor, type Exploration, explore, type Judge, replayFrom, reportOf } from '../support/replay.ts';

const file = 'test/engine/properties.test.ts';
/** For each set of rules. */
const runs = 1_250;
const replay = replayFrom(process.env, runs);
const timeoutMs = 60_000 + 200 * replay.runs;

it.each(['documented', 'device'] as const)(
  'the engine does what the small model says, and keeps every invariant, by the %s rules',
  async (rules) => {
    const exploration = await explore(rules, replay);

    if (exploration.details.failed) throw new Error(reportOf(exploration, file, `by the ${rules} rules`));
    if (replay.path === undefined) {
      expect(exploration.sequences).toBe(replay.runs);
      expect(exploration.moves / exploration.sequences).toBeGreaterThanOrEqual(45);
    }
  },
  timeoutMs,
);

it('runs a thousand sequences or more for each set of rules, unless told otherwise', () => {
  expect(replayFrom({}, runs).runs).toBeGreaterThanOrEqual(1_000);
});

it('prints a command that plays the very sequence again which failed', async () => {
  const completes: Judge = (lab) =>
    lab.model.tasks.some(({ state }) => state === 'completed') ? ['a task completes'] : [];
  const found = await explore('documented', { seed: 7, runs: 100 }, completes);

  const command = commandFor(found, file, 'x');
  const env = Object.fromEntries([...command.matchAll(/(FC_\w+)='([^']*)'/g)].map(([, name, value]) => [name, value]));
  const again = await explore('documented', replayFrom(env, 100), completes);

  expect(found.details).toMatchObject({ failed: true });
  expect(found.details.numShrinks).toBeGreaterThan(0);
  expect(again.details).toMatchObject({ failed: true, numRuns: 1, numShrinks: 0 });
  expect(String(again.details.errorInstance)).toBe('Error: a task completes');
  expect(movesOf(again)).toBe(movesOf(found));
});

function movesOf({ details }: Exploration): string {
  return String(details.counterexample?.[0]).replace(/\/\*.*\*\//, '');
}
