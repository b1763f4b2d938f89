import type { Random } from '../../ports/random.ts';

/**
 * Chance that can be had again: equal seeds give equal streams, on every machine. Not for secrets.
 * A number and its decimal text are the same seed, so that one read from a command line is.
 */
export function createSeededRandom(seed: number | string): Random {
  return new SeededRandom(String(seed));
}

/** sfc32 (Chris Doty-Humphrey, public domain): 128 bits of state, passes PractRand. */
class SeededRandom implements Random {
  readonly #seed: string;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: string) {
    this.#seed = seed;
    [this.#a, this.#b, this.#c] = [hash(seed, 1), hash(seed, 2), hash(seed, 3)];
    for (let round = 0; round < 12; round++) this.#word();
  }

  /** 53 bits, all that a number between 0 and 1 can hold. */
  next(): number {
    const high = this.#word() >>> 5;
    const low = this.#word() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** The length stands before the label, so that no two ways to fork spell the same seed. */
  fork(label: string): Random {
    return new SeededRandom(`${this.#seed}/${label.length}:${label}`);
  }

  #word(): number {
    const word = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + word) | 0;
    return word >>> 0;
  }
}

/** MurmurHash3's way of mixing, over UTF-16 units. */
function hash(text: string, start: number): number {
  let mixed = Math.imul(start, 0x9e3779b1);
  for (let at = 0; at < text.length; at++) {
    mixed = Math.imul(mixed ^ Math.imul(text.charCodeAt(at), 0xcc9e2d51), 0x1b873593);
    mixed = (mixed << 13) | (mixed >>> 19);
  }
  mixed = Math.imul(mixed ^ text.length ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
