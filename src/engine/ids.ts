import type { Random } from '../ports/random.ts';

const idMin = 100_000_000;
const idMax = 999_999_999;

/**
 * Draws task ids: nine decimal digits, the first of them 1–9, since others read them as numbers; drawn again while taken.
 * @source harmony-request.md 9.7
 */
export function createIds(random: Random, isTaken: (tid: string) => boolean): () => string {
  return () => {
    let tid: string;
    do tid = String(idMin + Math.floor(random.next() * (idMax - idMin + 1)));
    while (isTaken(tid));
    return tid;
  };
}
