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
    const place = this.#placeIn(chunk, item);
    // Most items come last, and `splice` makes an array each time.
    if (place === chunk.length) chunk.push(item);
    else chunk.splice(place, 0, item);
    if (chunk.length > chunkItemsMax) this.#chunks.splice(at + 1, 0, chunk.splice(chunkItemsMax >> 1));
  }

  delete(item: T): boolean {
    const at = this.#chunkFor(item);
    const chunk = this.#chunks[at];
    if (chunk === undefined) return false;
    const place = this.#placeIn(chunk, item);
    const found = chunk[place];
    if (found === undefined || this.#compare(found, item) !== 0) return false;
    if (place === chunk.length - 1) chunk.pop();
    else chunk.splice(place, 1);
    if (chunk.length === 0) this.#chunks.splice(at, 1);
    this.#size -= 1;
    return true;
  }

  /** Most collections are one chunk, whose own iterator costs less than a generator around it. */
  [Symbol.iterator](): Iterator<T> {
    const only = this.#chunks[0];
    return only !== undefined && this.#chunks.length === 1 ? only.values() : this.#walk();
  }

  /** Walks from the first item that is not before what is looked for; `isBefore` holds for a front part of all items. */
  *from(isBefore: (item: T) => boolean): Iterable<T> {
    let at = firstThat(this.#chunks, (chunk) => !isBefore(chunk[chunk.length - 1] as T));
    const first = this.#chunks[at];
    if (first === undefined) return;
    yield* first.slice(firstThat(first, (item) => !isBefore(item)));
    for (at += 1; at < this.#chunks.length; at += 1) yield* this.#chunks[at] as T[];
  }

  *#walk(): Iterator<T> {
    for (const chunk of this.#chunks) yield* chunk;
  }

  /** The first chunk whose last item is not less than `item`, else the last chunk. */
  #chunkFor(item: T): number {
    const at = firstThat(this.#chunks, (chunk) => this.#compare(chunk[chunk.length - 1] as T, item) >= 0);
    return Math.min(at, Math.max(this.#chunks.length - 1, 0));
  }

  /** The first place in `chunk` whose item is not less than `item`. */
  #placeIn(chunk: readonly T[], item: T): number {
    return firstThat(chunk, (each) => this.#compare(each, item) >= 0);
  }
}

/** The first index where `holds` is true, which it is for all that follow; the length when it never is. */
function firstThat<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(items[middle] as T)) high = middle;
    else low = middle + 1;
  }
  return low;
}
