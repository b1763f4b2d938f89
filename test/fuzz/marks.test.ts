import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differenceOf, marksOf } from '../../src/fuzz/marks.ts';

const linesOf = (count: number) => Array.from({ length: count }, (_, at) => `${at} event received`);

describe('marks of a trace', () => {
  it.each([0, 1, 160, 161, 1_000, 100_000])('of %d entries stay short, and know the trace again', (count) => {
    const marks = marksOf(linesOf(count));

    expect(marks.digits.length).toBeLessThanOrEqual(160 * 4);
    expect(differenceOf(marks, [], linesOf(count))).toBeNull();
  });

  it('find the first entry that differs, wherever it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(499), fc.boolean(), (count, place, isKnown) => {
        const lines = linesOf(count);
        const at = place % count;
        const found = differenceOf(marksOf(lines), isKnown ? lines : [], lines.with(at, 'other'));

        expect(found?.entry).toBeLessThanOrEqual(at + 1);
        expect(Number(found?.entry) + Number(found?.within)).toBeGreaterThan(at + 1);
        if (isKnown) expect(found).toEqual({ entry: at + 1, within: 1, expected: lines[at], found: 'other' });
      }),
    );
  });

  it('find where a trace ends too soon, and where it goes on', () => {
    for (const count of [10, 400]) {
      const lines = linesOf(count);
      const shorter = lines.slice(0, -1);

      expect(differenceOf(marksOf(lines), lines, shorter)).toEqual({
        entry: count,
        within: 1,
        expected: lines.at(-1),
        found: null,
      });
      expect(differenceOf(marksOf(shorter), shorter, lines)).toEqual({
        entry: count,
        within: 1,
        expected: null,
        found: lines.at(-1),
      });
    }
  });
});
