import { describe, expect, it } from 'vitest';
import type { Random } from '../../src/ports/random.ts';

export function randomContract(name: string, make: () => Random): void {
  describe(`the random contract, held by ${name}`, () => {
    it('draws from 0 to just below 1, evenly', () => {
      const random = make();
      const draws = 100_000;
      const tenths = new Array<number>(10).fill(0);

      for (const number of take(random, draws)) {
        const tenth = Math.floor(number * 10);
        tenths[tenth] = (tenths[tenth] ?? 0) + 1;
      }

      expect(tenths).toHaveLength(10); // a number outside would have made an eleventh
      // Ten standard deviations: a sound stream fails this less than once in 10²⁰ runs.
      for (const count of tenths) expect(Math.abs(count - draws / 10)).toBeLessThan(950);
    });

    it('does not repeat itself', () => {
      const random = make();

      const seen = new Set(take(random, 10_000));

      expect(seen.size).toBe(10_000);
    });

    it('forks the same stream for the same label, whatever was drawn and forked before', () => {
      const random = make();
      const early = take(random.fork('network'), 5);
      random.next();
      random.fork('disk').next();

      const late = take(random.fork('network'), 5);

      expect(late).toEqual(early);
    });

    it('is not shifted by the draws of a fork', () => {
      const random = make();
      const fork = random.fork('a');
      const alone = take(fork.fork('b'), 5);

      take(fork, 3);

      expect(take(fork.fork('b'), 5)).toEqual(alone);
    });

    it('forks streams that differ by label, by depth, and from their parent', () => {
      const random = make();
      const streams = [
        random,
        random.fork(''),
        random.fork('a'),
        random.fork('b'),
        random.fork('ab'),
        random.fork('a').fork('b'),
        random.fork('a').fork('a'),
        random.fork('/1:a'),
        random.fork('a/1:b'),
      ];

      const firsts = streams.map((stream) => stream.next());

      expect(new Set(firsts).size).toBe(streams.length);
    });
  });
}

export function take(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random.next());
}
