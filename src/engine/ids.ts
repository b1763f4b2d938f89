import { customRandom } from 'nanoid';
import type { Random } from '../ports/random.ts';

/**
 * Draws task ids: nine decimal digits, the first of them 1–9, since others read them as numbers; drawn again while taken.
 * @source harmony-request.md 9.7
 */
export function createIds(random: Random, isTaken: (tid: string) => boolean): () => string {
  let drawn = new Uint8Array();
  const bytes = (count: number) => {
    if (drawn.length < count) drawn = new Uint8Array(count);
    for (let at = 0; at < count; at += 1) drawn[at] = Math.floor(random.next() * 256);
    return drawn;
  };
  const firstDigit = customRandom('123456789', 1, bytes);
  const otherDigits = customRandom('0123456789', 8, bytes);
  return () => {
    let tid: string;
    do tid = firstDigit() + otherDigits();
    while (isTaken(tid));
    return tid;
  };
}
