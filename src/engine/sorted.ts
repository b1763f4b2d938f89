const chunkItemsMax = 512;

/**
 * A collection in order. Adding and deleting cost O(log n) comparisons and the move of a few hundred references; walking
 * from the front costs only what is walked. Items that compare as equal must be the same item.
 */
export class Sorted<T> implements Iterable<T> {
  readonly #compare: (a: T, b: T) => number;
  readonly #chunks: T[][] = [];
  #size = 0;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#size;
  }

  add(item: T): void {
    const at = this.#chunkFor(item);
    const chunk = this.#chunks[at];
    this.#size += 1;
    if (chunk === undefined) {
      this.#chunks.push([item]);
      return;
    }
    chunk.splice(this.#placeIn(chunk, item), 0, item);
    if (chunk.length > chunkItemsMax) this.#chunks.splice(at + 1, 0, chunk.splice(chunkItemsMax >> 1));
  }

  delete(item: T): boolean {
    const at = this.#chunkFor(item);
    const chunk = this.#chunks[at];
    if (chunk === undefined) return false;
    const place = this.#placeIn(chunk, item);
    const found = chunk[place];
    if (found === undefined || this.#compare(found, item) !== 0) return false;
    chunk.splice(place, 1);
    if (chunk.length === 0) this.#chunks.splice(at, 1);
    this.#size -= 1;
    return true;
  }

  *[Symbol.iterator](): Iterator<T> {
    for (const chunk of this.#chunks) yield* chunk;
  }

  /** Walks from the first item that is not less than `bound`. */
  *from(bound: T): Iterable<T> {
    let at = this.#chunkFor(bound);
    const first = this.#chunks[at];
    if (first === undefined) return;
    for (let place = this.#placeIn(first, bound); place < first.length; place += 1) yield first[place] as T;
    for (at += 1; at < this.#chunks.length; at += 1) yield* this.#chunks[at] as T[];
  }

  /** The first chunk whose last item is not less than `item`, else the last chunk. */
  #chunkFor(item: T): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      const chunk = this.#chunks[middle] as T[];
      if (this.#compare(chunk[chunk.length - 1] as T, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The first place in `chunk` whose item is not less than `item`. */
  #placeIn(chunk: readonly T[], item: T): number {
    let low = 0;
    let high = chunk.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(chunk[middle] as T, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
