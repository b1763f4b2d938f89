import type { Rules } from '../../../machines/vocabulary.ts';
import { rule } from './differences.ts';
import { FileCache } from './file-cache.ts';
import { type Reservation, Shelf } from './shelf.ts';

/** A longer body is received, and not cached. */
export const resourceBytesMax = 20 * 1024 * 1024;

/** Bodies by URL: in memory, and in files that outlive the process. @source cache-download.md A.8 to A.10 */
export class Cache {
  readonly #rules: Rules;
  readonly #memory: Shelf<Uint8Array>;
  readonly #files: FileCache;

  /** @param directory  on disk, for the files. */
  constructor(directory: string, rules: Rules) {
    this.#rules = rules;
    this.#memory = new Shelf({
      capacity: rule(rules, 'memoryBytes'),
      evictsInVain: rule(rules, 'evictInVain'),
    });
    this.#files = new FileCache(directory, rules);
  }

  /** The body, which counts as a use of it; one that comes from a file is in memory from then on. Null for none. */
  fetch(url: string): Uint8Array | null {
    const inMemory = this.#memory.use(url);
    if (inMemory !== undefined) return inMemory;
    const bytes = this.#files.read(url);
    if (bytes !== null) this.#memory.put(url, bytes, bytes.length);
    return bytes;
  }

  /** @param bytes  null for a body that is longer than `resourceBytesMax`. */
  store(url: string, bytes: Uint8Array | null): void {
    const isExact = rule(this.#rules, 'storeExactly');
    if (bytes === null) {
      this.#files.remove(url);
      if (isExact) this.#memory.take(url);
    } else if (bytes.length > 0 || isExact) {
      this.#memory.put(url, bytes, bytes.length);
      this.#files.write(url, bytes);
    }
  }

  /** Room in memory for a body whose first bytes have come. @param size  bytes, as announced; −1 for unknown. */
  reserve(size: number): Reservation {
    return this.#memory.reserve(size > 0 && size <= resourceBytesMax ? size : 0);
  }

  remove(url: string): void {
    this.#memory.take(url);
    this.#files.remove(url);
  }

  /** @param bytes  0 or more; Infinity for no limit. */
  resizeMemory(bytes: number): void {
    this.#memory.resize(bytes);
  }

  /** @param bytes  0 or more; Infinity for no limit. */
  resizeFiles(bytes: number): void {
    this.#files.resize(bytes);
  }

  clearMemory(): void {
    this.#memory.clear();
  }

  clearFiles(): void {
    this.#files.clear();
  }
}
