import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sorted } from '../../src/engine/sorted.ts';

const numeric = (a: number, b: number) => a - b;

describe('a sorted collection', () => {
  it('holds what a sorted array would hold, whatever is added and deleted', () => {
    const step = fc.record({ add: fc.boolean(), item: fc.integer({ min: 0, max: 3_000 }) });
    fc.assert(
      fc.property(fc.array(step, { size: 'max', maxLength: 5_000 }), (steps) => {
        const sorted = new Sorted<number>(numeric);
        const model = new Set<number>();

        for (const { add, item } of steps) {
          if (add && !model.has(item)) {
            sorted.add(item);
            model.add(item);
          } else if (!add) {
            expect(sorted.delete(item)).toBe(model.delete(item));
          }
        }

        expect([...sorted]).toEqual([...model].sort(numeric));
        expect(sorted.size).toBe(model.size);
      }),
      { numRuns: 50, seed: 1 },
    );
  });

  it('walks from any point', () => {
    const sorted = new Sorted<number>(numeric);
    for (let item = 0; item < 5_000; item += 1) sorted.add((item * 7919) % 5_003);

    const all = [...sorted];

    for (const bound of [-1, 0, 1, 511, 512, 513, 2_500, 4_999, 5_002, 9_999]) {
      expect([...sorted.from((item) => item < bound)]).toEqual(all.filter((item) => item >= bound));
    }
  });
});
