import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../../../src/adapters/random/seeded.ts';
import { randomContract, take } from '../../contracts/random.ts';

randomContract('the seeded random', () => createSeededRandom(7));

describe('the seeded random', () => {
  it('gives equal streams for equal seeds and others for others', () => {
    const firsts = Array.from({ length: 10_000 }, (_, seed) => createSeededRandom(seed).next());

    expect(take(createSeededRandom(7), 20)).toEqual(take(createSeededRandom(7), 20));
    expect(new Set(firsts).size).toBe(10_000);
  });

  it('takes a number and its text for the same seed', () => {
    expect(take(createSeededRandom('42'), 5)).toEqual(take(createSeededRandom(42), 5));
  });

  it('spreads the first draws of neighbouring seeds and labels evenly', () => {
    const bySeed = Array.from({ length: 10_000 }, (_, seed) => createSeededRandom(seed).next());
    const root = createSeededRandom(1);
    const byLabel = Array.from({ length: 10_000 }, (_, label) => root.fork(`task ${label}`).next());

    for (const firsts of [bySeed, byLabel]) {
      const mean = firsts.reduce((sum, first) => sum + first, 0) / firsts.length;
      expect(Math.abs(mean - 0.5)).toBeLessThan(0.015);
    }
  });

  it('keeps its streams from version to version, so that old seeds stay good', () => {
    expect(take(createSeededRandom(7), 2)).toEqual([0.796312027604539, 0.21292454448627396]);
    expect(take(createSeededRandom(7).fork('network'), 2)).toEqual([0.5829022726698769, 0.687093574739444]);
  });
});
