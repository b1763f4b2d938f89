import type { Random } from '../../ports/random.ts';
import { createSeededRandom } from './seeded.ts';

/** Chance that nobody can have again: a stream whose seed, 128 bits, is drawn from the system. Not for secrets. */
export function createSystemRandom(): Random {
  return createSeededRandom(crypto.getRandomValues(new Uint32Array(4)).join('-'));
}
