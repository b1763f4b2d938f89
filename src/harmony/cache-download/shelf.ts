export interface ShelfOptions<Item> {
  /** Room for items, in the unit of their sizes. */
  readonly capacity: number;
  /** Does an item that can never fit make all others go? */
  readonly evictsInVain?: boolean;
  /** Told of each item that leaves without being replaced or taken off. */
  readonly onEvicted?: (key: string, item: Item) => void;
}

/** Room that is kept for an item on its way. */
export interface Reservation {
  release(): void;
}

/** Items in the order of their last use; when there is no room, the first ones go. One without capacity holds nothing. */
export class Shelf<Item> {
  readonly #items = new Map<string, { readonly item: Item; readonly size: number }>();
  readonly #evictsInVain: boolean;
  readonly #onEvicted: (key: string, item: Item) => void;
  #capacity: number;
  #used = 0;
  #reserved = 0;

  constructor({ capacity, evictsInVain = false, onEvicted = () => {} }: ShelfOptions<Item>) {
    this.#capacity = capacity;
    this.#evictsInVain = evictsInVain;
    this.#onEvicted = onEvicted;
  }

  has(key: string): boolean {
    return this.#items.has(key);
  }

  /** The item, which thereby is the last one to go. */
  use(key: string): Item | undefined {
    const found = this.#items.get(key);
    if (found === undefined) return undefined;
    this.#items.delete(key);
    this.#items.set(key, found);
    return found.item;
  }

  /** Replaces what has the key. @returns whether it fits. */
  put(key: string, item: Item, size: number): boolean {
    this.take(key);
    if (!this.#makeRoom(size)) return false;
    this.#items.set(key, { item, size });
    this.#used += size;
    return true;
  }

  /** Takes an item off; nobody is told. */
  take(key: string): void {
    this.#used -= this.#items.get(key)?.size ?? 0;
    this.#items.delete(key);
  }

  /** Evicts for an item that is on its way; keeps nothing when it cannot fit. */
  reserve(size: number): Reservation {
    let reserved = this.#makeRoom(size) ? size : 0;
    this.#reserved += reserved;
    return {
      release: () => {
        this.#reserved -= reserved;
        reserved = 0;
      },
    };
  }

  resize(capacity: number): void {
    this.#capacity = capacity;
    this.#evictUntil(() => capacity > 0 && this.#used + this.#reserved <= capacity);
  }

  clear(): void {
    this.#evictUntil(() => false);
  }

  #makeRoom(size: number): boolean {
    const fits = () => this.#capacity > 0 && this.#used + this.#reserved + size <= this.#capacity;
    const mayFit = this.#capacity > 0 && this.#reserved + size <= this.#capacity;
    if (mayFit || this.#evictsInVain) this.#evictUntil(fits);
    return mayFit;
  }

  #evictUntil(isEnough: () => boolean): void {
    for (const [key, { item }] of this.#items) {
      if (isEnough()) return;
      this.take(key);
      this.#onEvicted(key, item);
    }
  }
}
