import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rules } from '../../../machines/vocabulary.ts';
import { rule } from './differences.ts';
import { Shelf } from './shelf.ts';

/** Marks a file that is whole. */
const wholeSuffix = '_F';
const capacityBytes = 100 * 1024 * 1024;

/**
 * Bodies on disk, one file for each URL. The disk's trouble is never told: what cannot be written is not cached, what
 * cannot be read is not there. Calls do their work at once, so what they do to one file keeps its order.
 * @source cache-download.md A.9
 */
export class FileCache {
  readonly #directory: string;
  readonly #rules: Rules;
  /** Names of files. */
  readonly #shelf: Shelf<null>;

  /** Takes over what an earlier process has left. @param directory  made when it is needed. */
  constructor(directory: string, rules: Rules) {
    this.#directory = directory;
    this.#rules = rules;
    this.#shelf = new Shelf({
      capacity: capacityBytes,
      evictsInVain: rule(rules, 'evictInVain'),
      onEvicted: (name) => this.#delete(name),
    });
    this.#takeOver();
  }

  /** The whole body; null for none. */
  read(url: string): Uint8Array | null {
    const name = nameOf(url);
    if (!this.#shelf.has(name)) return null;
    const bytes = attempt(() => readFileSync(join(this.#directory, name)));
    if (bytes === null) this.#shelf.take(name);
    else if (rule(this.#rules, 'keepFilesInUse')) this.#shelf.use(name);
    return bytes;
  }

  /** Written aside, so that a file with its final name is always whole. */
  write(url: string, bytes: Uint8Array): void {
    const name = nameOf(url);
    this.remove(url);
    if (!this.#shelf.put(name, null, bytes.length)) return;
    const [aside, final] = [join(this.#directory, `${name}.part`), join(this.#directory, name)];
    const written = attempt(() => {
      mkdirSync(this.#directory, { recursive: true });
      writeFileSync(aside, bytes);
      renameSync(aside, final);
      return true;
    });
    if (written === null) {
      this.#shelf.take(name);
      attempt(() => rmSync(aside, { force: true }));
    }
  }

  remove(url: string): void {
    const name = nameOf(url);
    if (!this.#shelf.has(name)) return;
    this.#shelf.take(name);
    this.#delete(name);
  }

  /** @param capacity  bytes; 0 for no file at all. */
  resize(capacity: number): void {
    this.#shelf.resize(capacity);
  }

  clear(): void {
    this.#shelf.clear();
  }

  #takeOver(): void {
    const found = attempt(() => readdirSync(this.#directory)) ?? [];
    const files: { readonly name: string; readonly stats: Stats }[] = [];
    for (const name of found.sort()) {
      const stats = name.endsWith(wholeSuffix) ? attempt(() => statSync(join(this.#directory, name))) : null;
      if (stats?.isFile() === true) files.push({ name, stats });
      else this.#delete(name);
    }
    files.sort((left, right) => left.stats.mtimeMs - right.stats.mtimeMs);
    for (const { name, stats } of this.#thatFit(files)) this.#shelf.put(name, null, stats.size);
  }

  /** Deletes the first that does not fit, and all that come after it. @param files  the oldest first. */
  #thatFit<File extends { readonly name: string; readonly stats: Stats }>(files: readonly File[]): readonly File[] {
    const isNewestFirst = rule(this.#rules, 'keepNewest');
    const inOrder = isNewestFirst ? [...files].reverse() : files;
    let bytes = 0;
    const tooMany = inOrder.findIndex(({ stats }) => {
      bytes += stats.size;
      return bytes > capacityBytes;
    });
    if (tooMany < 0) return files;
    for (const { name } of inOrder.slice(tooMany)) this.#delete(name);
    const kept = inOrder.slice(0, tooMany);
    return isNewestFirst ? kept.reverse() : kept;
  }

  #delete(name: string): void {
    attempt(() => rmSync(join(this.#directory, name), { recursive: true, force: true }));
  }
}

function nameOf(url: string): string {
  return `${createHash('sha256').update(url).digest('hex')}${wholeSuffix}`;
}

/** Null when the disk refuses. */
function attempt<T>(action: () => T): T | null {
  try {
    return action();
  } catch {
    return null;
  }
}
