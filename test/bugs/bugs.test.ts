import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fuzz } from '../../src/fuzz/index.ts';
import { readyInvariants } from '../../src/fuzz/ready.ts';
import type { Bug } from './bug.ts';

const stepsMax = 8;
const foundWithinMs = 30_000;
const quietRuns = 200;

const names = readdirSync(import.meta.dirname).filter((name) => /^\d\d-.*\.ts$/.test(name));
const bugs = await Promise.all(
  names.map(async (name): Promise<[string, Bug]> => [name, await import(/* @vite-ignore */ `./${name}`)]),
);

it('the catalogue has 25 bugs and more', () => {
  expect(bugs.length).toBeGreaterThanOrEqual(25);
});

describe.each(bugs)('%s', (name, { buggy, corrected, finds, own }) => {
  const invariants = own === undefined ? readyInvariants : [...readyInvariants, own];

  it(
    'is found, made small, and shown again by a command',
    async () => {
      const { failures } = await fuzz({ client: buggy, invariants, file: `test/bugs/${name}` });

      const [failure] = failures;
      expect(failure?.invariant).toBe(finds);
      expect(failure?.script.steps.length).toBeLessThanOrEqual(stepsMax);
      expect(failure?.replay).toContain(`test/bugs/${name} --seed 1`);
      expect(failure?.story.length).toBeGreaterThan(0);
    },
    foundWithinMs,
  );

  it('is found no more where it is corrected', { timeout: 60_000 }, async () => {
    const { failures, runs } = await fuzz({ client: corrected, invariants, runs: quietRuns });

    expect(failures).toEqual([]);
    expect(runs).toBe(quietRuns);
  });
});
