import { unreachable } from '../../errors.ts';
import { type Files, FileTrouble, type FileWriter, type Look } from '../../ports/files.ts';
import type { Random } from '../../ports/random.ts';
import { followLinks, parentOf } from './links.ts';
import { MemoryFaults } from './memory-faults.ts';
import { MemoryFile } from './memory-file.ts';

/** Longest name of one file or directory, in bytes, and of a whole path; as on Linux. */
const nameBytesMax = 255;
const pathBytesMax = 4095;

const pieceBytes = 64 * 1024;

/** A disk in memory, with handles for the world around it: people who move files, and disks that break. */
export interface MemoryFiles extends Files {
  /** Puts a whole file there, with its parents; text is written as UTF-8. @throws FileTrouble */
  write(path: string, content: Uint8Array | string): void;
  /** A copy of the whole file. @throws FileTrouble */
  read(path: string): Uint8Array;
  /** Paths of all files, sorted. */
  list(): string[];
  /** A copy of every file by path, sorted. */
  snapshot(): Record<string, Uint8Array>;
  /** Makes a directory and its parents. @throws FileTrouble */
  makeDirectory(path: string): void;
  /** Makes a symbolic link, whose target need not exist. Replaces what was there. */
  makeLink(path: string, target: string): void;
  /** Makes something that is not a file, such as a FIFO. Replaces what was there. */
  makeDevice(path: string): void;
  /** What may be done with a file, or a directory: it is `readable` for who looks into it, `writable` for who adds to it. */
  setMode(path: string, mode: { readonly readable?: boolean; readonly writable?: boolean }): void;
  /**
   * From now on opening, emptying and removing the file fails with `kind`. With `afterBytes` they work, and reading and
   * writing fail once so many bytes more have passed; the bytes before are kept. A directory's fault is that of every
   * file in it, `/` that of the whole disk.
   */
  fail(path: string, kind: FileTrouble['kind'], options?: { readonly afterBytes?: number }): void;
  /** Ends what `fail` began. */
  heal(path: string): void;
  /** Bytes of all files, those included that are unlinked and still open. */
  readonly usedBytes: number;
  /** From now on so many bytes fit; those that are there stay. Infinity for as many as memory holds. */
  setCapacity(bytes: number): void;
  /** Everything that was written outlives a power cut. */
  sync(): void;
  /** Whoever has files open dies: nothing that they asked is ever answered. What is written stays. */
  crash(): void;
  /**
   * A crash of the whole machine. Of the bytes that a file was given since its last sync, a beginning stays: all, some or
   * none, as chance has it. Names, truncations and what `write` put there stay, as on a file system that keeps their order.
   * @returns what was lost: path → bytes.
   */
  cutPower(random: Random): Readonly<Record<string, number>>;
}

export interface MemoryFilesOptions {
  /** Bytes that fit on the disk; without it as many as memory holds. */
  readonly capacityBytes?: number;
  readonly files?: Readonly<Record<string, Uint8Array | string>>;
  /** Whether a file is synced when it is closed. Default false. */
  readonly syncs?: boolean;
  /** Time, ms, by which the system syncs a file 30 s after it was written. Without it, it never does so by itself. */
  readonly elapsed?: () => number;
}

/** A disk with nothing but its root and `files`. @throws FileTrouble (kind `space`) when they do not fit. */
export function createMemoryFiles(options: MemoryFilesOptions = {}): MemoryFiles {
  const disk = new MemoryDisk(options);
  for (const [path, content] of Object.entries(options.files ?? {})) disk.write(path, content);
  return disk;
}

type Node = MemoryFile | Directory | { readonly kind: 'link'; readonly target: string } | { readonly kind: 'device' };

interface Directory {
  readonly kind: 'directory';
  readable: boolean;
  writable: boolean;
}

class MemoryDisk implements MemoryFiles {
  readonly #syncs: boolean;
  readonly #elapsed: () => number;
  /** By real path: one whose parents are all there, and none of them a link. */
  readonly #nodes = new Map<string, Node>([['/', newDirectory()]]);
  readonly #faults = new MemoryFaults();
  /** Files that somebody has open. */
  #opened = new Set<MemoryFile>();
  #capacityBytes: number;
  #usedBytes = 0;
  #crashes = 0;

  constructor({ capacityBytes = Number.POSITIVE_INFINITY, syncs = false, elapsed = () => 0 }: MemoryFilesOptions) {
    this.#capacityBytes = capacityBytes;
    this.#syncs = syncs;
    this.#elapsed = elapsed;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  look(path: string): Look {
    try {
      const { node } = this.#find(path);
      if (node === undefined) return { kind: 'missing' };
      if (node.kind === 'directory') return { kind: 'directory' };
      if (node.kind !== 'file') return { kind: 'blocked', detail: `${path} is not a regular file` };
      return { kind: 'file', bytes: node.bytes, readable: node.readable, writable: node.writable };
    } catch (trouble) {
      if (trouble instanceof FileTrouble) return { kind: 'blocked', detail: trouble.message };
      throw trouble;
    }
  }

  realPath(path: string): string {
    return followLinks(path, (here) => {
      const node = this.#nodes.get(here);
      return node?.kind === 'link' ? node.target : null;
    });
  }

  touch(path: string): { readonly created: boolean } {
    const { real, node } = this.#find(path);
    if (node === undefined) this.makeDirectory(parentOf(real));
    this.#open(path, 'writable', true);
    return { created: node === undefined };
  }

  truncate(path: string): void {
    this.#resize(this.#open(path, 'writable').file, 0);
  }

  unlink(path: string): void {
    const { real, node } = this.#find(path, false);
    if (node === undefined) return;
    if (node.kind === 'directory') throw new FileTrouble('directory', `${path} is a directory`);
    this.#faults.meet(real);
    this.#mayChange(parentOf(real));
    this.#remove(real);
  }

  async writer(path: string, offset: number): Promise<FileWriter> {
    const { file, real } = this.#open(path, 'writable', true);
    if (file.bytes < offset) throw new FileTrouble('io', `${path} has ${file.bytes} bytes, fewer than ${offset}`);
    this.#resize(file, offset);
    const letGo = this.#take(file);
    const life = this.#crashes;
    let trouble: FileTrouble | null = null;
    let closed = false;
    return {
      write: (piece) => {
        if (life !== this.#crashes) return forever();
        if (closed) unreachable('a write to a closed file');
        trouble ??= this.#write(file, real, piece);
        return trouble === null ? undefined : Promise.reject(trouble);
      },
      close: async () => {
        if (life !== this.#crashes) return forever();
        if (closed) return;
        closed = true;
        if (this.#syncs && trouble === null) file.sync();
        letGo();
        if (trouble !== null) throw trouble;
      },
    };
  }

  async *reader(path: string, from: number, to: number): AsyncGenerator<Uint8Array> {
    const { file, real } = this.#open(path, 'readable');
    const letGo = this.#take(file);
    const life = this.#crashes;
    try {
      if (file.bytes <= to) throw new FileTrouble('io', `${path} is shorter than ${to + 1} bytes`);
      for (let at = from; at <= to; ) {
        const piece = file.copy(at, Math.min(at + pieceBytes, to + 1));
        const { passed, trouble } = this.#faults.pass(real, piece.length);
        if (passed > 0) yield piece.subarray(0, passed);
        if (life !== this.#crashes) await forever();
        if (trouble !== null) throw trouble;
        if (passed === 0) throw new FileTrouble('io', `${path} is shorter than ${to + 1} bytes`);
        at += passed;
      }
    } finally {
      letGo();
    }
  }

  write(path: string, content: Uint8Array | string): void {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content);
    const { real, node } = this.#find(path);
    if (node === undefined) this.makeDirectory(parentOf(real));
    const file = node ?? this.#create(real);
    if (file.kind !== 'file') throw new FileTrouble('io', `${path} is not a file`);
    this.#resize(file, 0);
    const fitted = this.#append(file, bytes);
    file.sync();
    if (fitted < bytes.length) throw noSpace(path);
  }

  read(path: string): Uint8Array {
    const { node } = this.#find(path);
    if (node?.kind !== 'file') throw new FileTrouble('missing', `${path}: there is no file`);
    return node.copy(0, node.bytes);
  }

  list(): string[] {
    return [...this.#nodes].flatMap(([path, node]) => (node.kind === 'file' ? [path] : [])).sort();
  }

  snapshot(): Record<string, Uint8Array> {
    return Object.fromEntries(this.list().map((path) => [path, this.read(path)]));
  }

  makeDirectory(path: string): void {
    const { real, node } = this.#find(path || '/');
    if (node?.kind === 'directory') return;
    if (node !== undefined) throw new FileTrouble('io', `${path} is not a directory`);
    this.makeDirectory(parentOf(real));
    this.#mayChange(parentOf(real));
    this.#nodes.set(real, newDirectory());
  }

  makeLink(path: string, target: string): void {
    this.#place(path, { kind: 'link', target });
  }

  makeDevice(path: string): void {
    this.#place(path, { kind: 'device' });
  }

  setMode(path: string, mode: { readonly readable?: boolean; readonly writable?: boolean }): void {
    const { node } = this.#find(path);
    if (node === undefined || !('readable' in node)) throw new FileTrouble('missing', `${path} has no mode`);
    node.readable = mode.readable ?? node.readable;
    node.writable = mode.writable ?? node.writable;
  }

  fail(path: string, kind: FileTrouble['kind'], options: { readonly afterBytes?: number } = {}): void {
    this.#faults.set(this.realPath(path), kind, options.afterBytes ?? null);
  }

  heal(path: string): void {
    this.#faults.clear(this.realPath(path));
  }

  setCapacity(bytes: number): void {
    this.#capacityBytes = bytes;
  }

  sync(): void {
    for (const node of this.#nodes.values()) if (node.kind === 'file') node.sync();
  }

  crash(): void {
    this.#crashes += 1;
    const opened = this.#opened;
    this.#opened = new Set();
    for (const file of opened) {
      file.handles = 0;
      this.#release(file);
    }
  }

  cutPower(random: Random): Readonly<Record<string, number>> {
    this.crash();
    const lost: [path: string, bytes: number][] = [];
    for (const path of this.list()) {
      const file = this.#nodes.get(path);
      if (file?.kind !== 'file') continue;
      file.writeBack(this.#elapsed());
      const bytes = Math.round(file.unsynced * Math.min(1, Math.max(0, 2 * random.next() - 0.5)));
      this.#resize(file, file.bytes - bytes);
      file.sync();
      if (bytes > 0) lost.push([path, bytes]);
    }
    return Object.fromEntries(lost);
  }

  /** What is at a path; a link at its end is followed unless it is meant itself. @throws FileTrouble: something is in the way. */
  #find(path: string, followLast = true): { readonly real: string; readonly node: Node | undefined } {
    if (path.includes('\0')) throw new FileTrouble('io', 'a path with a NUL byte');
    const real = followLast ? this.realPath(path) : join(this.realPath(parentOf(path)), lastName(path));
    if (byteLength(real) > pathBytesMax) throw new FileTrouble('io', 'a path that is too long');
    for (let end = real.indexOf('/', 1), begin = 1; ; begin = end + 1, end = real.indexOf('/', begin)) {
      const name = real.slice(begin, end < 0 ? undefined : end);
      if (byteLength(name) > nameBytesMax) throw new FileTrouble('io', `${path}: a name that is too long`);
      const directory = this.#nodes.get(real.slice(0, begin - 1) || '/');
      if (directory === undefined) return { real, node: undefined };
      if (directory.kind !== 'directory') throw new FileTrouble('io', `${path}: a parent is not a directory`);
      if (!directory.readable) throw new FileTrouble('permission', `${path}: a parent may not be looked into`);
      if (end < 0) return { real, node: this.#nodes.get(real) };
    }
  }

  #open(
    path: string,
    use: 'readable' | 'writable',
    create = false,
  ): { readonly file: MemoryFile; readonly real: string } {
    const { real, node } = this.#find(path);
    if (node?.kind === 'directory') throw new FileTrouble('directory', `${path} is a directory`);
    this.#faults.meet(real);
    if (node === undefined) {
      if (!create || !this.#nodes.has(parentOf(real) || '/'))
        throw new FileTrouble('missing', `${path} does not exist`);
      return { file: this.#create(real), real };
    }
    if (node.kind !== 'file') throw new FileTrouble('io', `${path} is not a regular file`);
    if (!node[use]) throw new FileTrouble('permission', `${path} is not ${use}`);
    return { file: node, real };
  }

  #create(real: string): MemoryFile {
    this.#mayChange(parentOf(real));
    const file = new MemoryFile();
    this.#nodes.set(real, file);
    return file;
  }

  #mayChange(directory: string): void {
    const node = this.#nodes.get(directory || '/');
    if (node?.kind === 'directory' && !node.writable)
      throw new FileTrouble('permission', `${directory} is not writable`);
  }

  /** Writes what passes and fits, and tells what kept the rest out. */
  #write(file: MemoryFile, real: string, piece: Uint8Array): FileTrouble | null {
    const { passed, trouble } = this.#faults.pass(real, piece.length);
    const passing = passed === piece.length ? piece : piece.subarray(0, passed);
    return this.#append(file, passing) < passed ? noSpace(real) : trouble;
  }

  /** @returns how many bytes fitted. */
  #append(file: MemoryFile, bytes: Uint8Array): number {
    const fitting = Math.min(bytes.length, Math.max(0, this.#capacityBytes - this.#usedBytes));
    file.append(fitting === bytes.length ? bytes : bytes.subarray(0, fitting), this.#elapsed());
    this.#usedBytes += fitting;
    return fitting;
  }

  #resize(file: MemoryFile, bytes: number): void {
    this.#usedBytes -= file.bytes - bytes;
    file.cut(bytes);
  }

  #place(path: string, node: Node): void {
    this.makeDirectory(parentOf(path));
    const { real } = this.#find(path, false);
    this.#remove(real);
    this.#nodes.set(real, node);
  }

  #remove(real: string): void {
    const node = this.#nodes.get(real);
    this.#nodes.delete(real);
    if (node?.kind !== 'file') return;
    node.linked = false;
    this.#release(node);
  }

  /** @returns lets go of it again; does nothing when a crash has done so. */
  #take(file: MemoryFile): () => void {
    const life = this.#crashes;
    file.handles++;
    this.#opened.add(file);
    return () => {
      if (life !== this.#crashes) return;
      if (--file.handles === 0) this.#opened.delete(file);
      this.#release(file);
    };
  }

  /** An unlinked file keeps its bytes for those who have it open. */
  #release(file: MemoryFile): void {
    if (!file.linked && file.handles === 0) this.#resize(file, 0);
  }
}

/** What somebody who is dead is answered. */
function forever(): Promise<never> {
  return new Promise(() => {});
}

function newDirectory(): Directory {
  return { kind: 'directory', readable: true, writable: true };
}

function noSpace(path: string): FileTrouble {
  return new FileTrouble('space', `${path}: no space left`);
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function join(directory: string, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}

function byteLength(text: string): number {
  return text.length * 3 <= nameBytesMax ? text.length : new TextEncoder().encode(text).length;
}
