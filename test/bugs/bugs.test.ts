import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fuzz } from '../../src/fuzz/index.ts';
import { readyInvariants } from '../../src/fuzz/ready.ts';
import type { Bug } from './bug.ts';

const names = readdirSync(import.meta.dirname)
  .filter((name) => /^\d\d-/.test(name))
  .sort();
const only = process.env.BUG;
for (const name of names.filter((n) => only === undefined || n.startsWith(only))) {
  const bug = (await import(`./${name}`)) as Bug;
  const invariants = bug.own === undefined ? readyInvariants : [...readyInvariants, bug.own];
  describe(name, () => {
    it('buggy', async () => {
      const t = performance.now();
      const { failures, runs } = await fuzz({ client: bug.buggy, invariants });
      const [failure] = failures;
      console.log(
        name,
        'runs',
        runs,
        'at',
        failure?.run,
        failure?.invariant,
        failure?.message,
        'steps',
        failure?.script.steps.length,
        'shrinkRuns',
        failure?.shrinkRuns,
        Math.round(performance.now() - t),
        'ms',
        JSON.stringify(failure?.script.steps),
        JSON.stringify(failure?.script.order),
      );
      expect(failure?.invariant).toBe(bug.finds);
      expect(failure?.script.steps.length).toBeLessThanOrEqual(8);
    }, 30_000);
    it('corrected', async () => {
      const t = performance.now();
      const { failures } = await fuzz({ client: bug.corrected, invariants, runs: Number(process.env.RUNS ?? 200) });
      const [failure] = failures;
      if (failure)
        console.log(
          name,
          'CORRECTED',
          failure.invariant,
          failure.message,
          'run',
          failure.run,
          JSON.stringify(failure.script.order),
          `\n${failure.story.map((l) => `${l.atMs} ${l.who} ${l.text}`).join('\n')}`,
        );
      console.log(name, 'corrected', Math.round(performance.now() - t), 'ms');
      expect(failures).toEqual([]);
    }, 100_000);
  });
}
