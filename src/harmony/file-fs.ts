/**
 * `@ohos.file.fs`: the app's files, on the disk of this process. Synchronous calls throw; the others reject, or answer
 * their callback, with the same error. An argument that is wrong in itself is 13900020, thrown at once.
 * @source neighbours.md 3
 */
import {
  accessSync,
  copyFileSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { codedError, Errno, invalid, translated } from './file-error.ts';
import { type ListFileOptions, listFiles } from './file-list.ts';
import type * as stats from './file-stat.ts';
import { fileOf, linkStatOf, statOf } from './file-stat.ts';
import { type BothForms, bothForms, type Operation, syncForm } from './forms.ts';
import {
  amount,
  bytesToRead,
  bytesToWrite,
  checkEncoding,
  closeDescriptor,
  descriptorOf,
  openDescriptor,
  opened,
  optionsOf,
  pathOf,
  place,
} from './sandbox.ts';
import { withUnsupported } from './unsupported.ts';

export type { Filter, ListFileOptions } from './file-list.ts';

export interface Options {
  encoding?: string;
}

/** offset: in the file; the current position unless told. length: bytes; as many as the buffer has unless told. */
export interface ReadOptions {
  offset?: number;
  length?: number;
}

export interface ReadTextOptions extends ReadOptions {
  encoding?: string;
}

export interface WriteOptions extends Options {
  offset?: number;
  length?: number;
}

const OpenMode = {
  READ_ONLY: 0o0,
  WRITE_ONLY: 0o1,
  READ_WRITE: 0o2,
  CREATE: 0o100,
  TRUNC: 0o1000,
  APPEND: 0o2000,
  NONBLOCK: 0o4000,
  DIR: 0o200000,
  NOFOLLOW: 0o400000,
  SYNC: 0o4010000,
};
const AccessModeType = { EXIST: 0, WRITE: 2, READ: 4, READ_WRITE: 6 };
const AccessFlagType = { LOCAL: 0 };

/** Of a file that `open` makes. */
const newFileMode = 0o660;
const randomCharacters = 6;
const pieceBytesMax = 1024 * 1024;

const operations = {
  open: (path: string, mode = OpenMode.READ_ONLY) => {
    const seen = pathOf(path);
    const onDisk = place(seen);
    const way = amount(mode, 'the mode') ?? OpenMode.READ_ONLY;
    return () => fileOf(openDescriptor(onDisk, way, newFileMode), String(seen));
  },

  close: (file: number | stats.File) => {
    const descriptor = descriptorOf(file);
    return () => closeDescriptor(opened(descriptor));
  },

  access: (path: string, mode = AccessModeType.EXIST, _flag = AccessFlagType.LOCAL) => {
    const onDisk = place(path);
    if (!Object.values(AccessModeType).some((known) => known === mode)) invalid(`the mode is ${mode}`);
    return () => {
      try {
        accessSync(onDisk, mode);
        return true;
      } catch (trouble) {
        if (trouble instanceof Error && 'code' in trouble && trouble.code === 'ENOENT') return false;
        throw trouble;
      }
    };
  },

  unlink: (path: string) => {
    const onDisk = place(path);
    return () => unlinkSync(onDisk);
  },

  /** @returns bytes written. */
  write: (fd: number, buffer: ArrayBuffer | string, options: WriteOptions = {}) => {
    const descriptor = descriptorOf(fd);
    const { offset, length, encoding } = optionsOf(options);
    const bytes = bytesToWrite(buffer, { length, encoding });
    const position = amount(offset, 'the offset') ?? null;
    return () => writeSync(opened(descriptor), bytes, 0, bytes.length, position);
  },

  /** @returns bytes read, 0 at the end. */
  read: (fd: number, buffer: ArrayBuffer, options: ReadOptions = {}) => {
    const descriptor = descriptorOf(fd);
    const { offset, length } = optionsOf(options);
    const bytes = bytesToRead(buffer, { length });
    const position = amount(offset, 'the offset') ?? null;
    return () => readSync(opened(descriptor), bytes, 0, bytes.length, position);
  },

  readText: (filePath: string, options: ReadTextOptions = {}) => {
    const onDisk = place(filePath);
    const given = optionsOf(options);
    checkEncoding(given.encoding);
    const offset = amount(given.offset, 'the offset') ?? 0;
    const length = amount(given.length, 'the length') ?? Number.POSITIVE_INFINITY;
    return () =>
      withFile(onDisk, OpenMode.READ_ONLY, (file) => {
        const { size } = fstatSync(file);
        if (offset > size) invalid(`the offset is ${offset}, the file has ${size} bytes`);
        return Buffer.concat([...piecesOf(file, offset, Math.min(offset + length, size))]).toString();
      });
  },

  /** With `recursion`, missing parents are made too. */
  mkdir: (path: string, recursion = false) => {
    const onDisk = place(path);
    return () => {
      const made = mkdirSync(onDisk, { recursive: recursion === true });
      if (recursion === true && made === undefined) throw new Errno('EEXIST', `${path} is there`);
    };
  },

  /** Removes the directory with everything in it. */
  rmdir: (path: string) => {
    const onDisk = place(path);
    return () => {
      if (!lstatSync(onDisk).isDirectory()) throw new Errno('ENOTDIR', `${path} is no directory`);
      rmSync(onDisk, { recursive: true });
    };
  },

  stat: (file: string | number) => {
    const onDisk = placeOrNumber(file);
    return () => statOf(typeof onDisk === 'number' ? opened(onDisk) : onDisk);
  },

  lstat: (path: string) => {
    const onDisk = place(path);
    return () => linkStatOf(onDisk);
  },

  rename: (oldPath: string, newPath: string) => {
    const [from, to] = [place(oldPath), place(newPath)];
    return () => renameSync(from, to);
  },

  /** A `mode` other than 0, overwrite, is refused. */
  copyFile: (src: string | number, dest: string | number, mode = 0) => {
    const [from, to] = [placeOrNumber(src), placeOrNumber(dest)];
    if (mode !== 0) invalid(`the mode is ${mode}`);
    return () => (typeof from === 'string' && typeof to === 'string' ? copyFileSync(from, to) : copyBytes(from, to));
  },

  /** Mode 0 overwrites, 1 does not. */
  moveFile: (src: string, dest: string, mode = 0) => {
    const [from, to] = [place(src), place(dest)];
    if (mode !== 0 && mode !== 1) invalid(`the mode is ${mode}`);
    return () => {
      if (lstatSync(from).isDirectory()) throw new Errno('EISDIR', `${src} is a directory`);
      if (mode === 1 && lstatSync(to, { throwIfNoEntry: false }) !== undefined) {
        throw new Errno('EEXIST', `${dest} is there`);
      }
      renameSync(from, to);
    };
  },

  listFile: (path: string, options: ListFileOptions = {}) => {
    const onDisk = place(path);
    return listFiles(onDisk, options);
  },

  truncate: (file: string | number, len = 0) => {
    const onDisk = placeOrNumber(file);
    const bytes = amount(len, 'the length');
    return () => (typeof onDisk === 'number' ? ftruncateSync(opened(onDisk), bytes) : truncateSync(onDisk, bytes));
  },

  fsync: (fd: number) => {
    const descriptor = descriptorOf(fd);
    return () => fsyncSync(opened(descriptor));
  },

  symlink: (target: string, srcPath: string) => {
    const [to, at] = [place(target), place(srcPath)];
    return () => symlinkSync(to, at);
  },

  /** @param prefix  ends with `XXXXXX`, which is replaced. @returns the path of the new directory. */
  mkdtemp: (prefix: string) => {
    const onDisk = place(prefix);
    if (!prefix.endsWith('X'.repeat(randomCharacters))) invalid(`${prefix} does not end with XXXXXX`);
    return () => {
      const made = mkdtempSync(onDisk.slice(0, -randomCharacters));
      return prefix.slice(0, -randomCharacters) + made.slice(-randomCharacters);
    };
  },
} as const;

const fileIo = withUnsupported('fileIo', {
  OpenMode,
  AccessModeType,
  AccessFlagType,

  open: both<[path: string], stats.File, [mode: number]>(operations.open),
  openSync: sync(operations.open),
  close: both<[file: number | stats.File], void>(operations.close),
  closeSync: sync(operations.close),
  access: both<[path: string], boolean, [mode: fileIo.AccessModeType, flag: fileIo.AccessFlagType]>(operations.access),
  accessSync: sync(operations.access),
  unlink: both<[path: string], void>(operations.unlink),
  unlinkSync: sync(operations.unlink),
  write: both<[fd: number, buffer: ArrayBuffer | string], number, [options: WriteOptions]>(operations.write),
  writeSync: sync(operations.write),
  read: both<[fd: number, buffer: ArrayBuffer], number, [options: ReadOptions]>(operations.read),
  readSync: sync(operations.read),
  readText: both<[filePath: string], string, [options: ReadTextOptions]>(operations.readText),
  readTextSync: sync(operations.readText),
  mkdir: both<[path: string], void, [recursion: boolean]>(operations.mkdir),
  mkdirSync: sync(operations.mkdir),
  rmdir: both<[path: string], void>(operations.rmdir),
  rmdirSync: sync(operations.rmdir),
  stat: both<[file: string | number], stats.Stat>(operations.stat),
  statSync: sync(operations.stat),
  lstat: both<[path: string], stats.Stat>(operations.lstat),
  lstatSync: sync(operations.lstat),
  rename: both<[oldPath: string, newPath: string], void>(operations.rename),
  renameSync: sync(operations.rename),
  copyFile: both<[src: string | number, dest: string | number], void, [mode: number]>(operations.copyFile),
  copyFileSync: sync(operations.copyFile),
  moveFile: both<[src: string, dest: string], void, [mode: number]>(operations.moveFile),
  moveFileSync: sync(operations.moveFile),
  listFile: both<[path: string], string[], [options: ListFileOptions]>(operations.listFile),
  listFileSync: sync(operations.listFile),
  truncate: both<[file: string | number], void, [len: number]>(operations.truncate),
  truncateSync: sync(operations.truncate),
  fsync: both<[fd: number], void>(operations.fsync),
  fsyncSync: sync(operations.fsync),
  symlink: both<[target: string, srcPath: string], void>(operations.symlink),
  symlinkSync: sync(operations.symlink),
  mkdtemp: both<[prefix: string], string>(operations.mkdtemp),
  mkdtempSync: sync(operations.mkdtemp),
});

/** The shapes by name: a namespace member that is called like what it stands for would refer to itself, once bundled. */
interface Shapes {
  File: stats.File;
  Stat: stats.Stat;
}

declare namespace fileIo {
  type File = Shapes['File'];
  type Stat = Shapes['Stat'];
  type OpenMode = number;
  type AccessModeType = number;
  type AccessFlagType = number;
}

export default fileIo;

function sync<Args extends readonly unknown[], T>(operation: Operation<Args, T>): (...args: Args) => T {
  return syncForm(translated(operation, codedError));
}

function both<Args extends readonly unknown[], T, Options extends readonly unknown[] = []>(
  operation: Operation<[...Args, ...Partial<Options>], T>,
): BothForms<Args, T, Options> {
  return bothForms<Args, T, Options>(translated(operation, codedError));
}

function placeOrNumber(file: string | number): string | number {
  return typeof file === 'number' ? descriptorOf(file) : place(file);
}

function withFile<T>(file: string | number, way: number, act: (descriptor: number) => T): T {
  if (typeof file === 'number') return act(opened(file));
  const descriptor = openDescriptor(file, way, newFileMode);
  try {
    return act(descriptor);
  } finally {
    closeDescriptor(descriptor);
  }
}

/** At least one of the two is a descriptor. Both may be of one file, so what is there is cut at the end only. */
function copyBytes(from: string | number, to: string | number): void {
  withFile(from, OpenMode.READ_ONLY, (source) => {
    withFile(to, OpenMode.WRITE_ONLY | OpenMode.CREATE, (target) => {
      let at = 0;
      for (const piece of piecesOf(source, 0, fstatSync(source).size)) {
        writeSync(target, piece, 0, piece.length, at);
        at += piece.length;
      }
      ftruncateSync(target, at);
    });
  });
}

/** The bytes of a file from `from` up to `to`, or to where it ends. */
function* piecesOf(descriptor: number, from: number, to: number): Generator<Uint8Array> {
  for (let at = from; at < to; ) {
    const piece = new Uint8Array(Math.min(pieceBytesMax, to - at));
    const bytes = readSync(descriptor, piece, 0, piece.length, at);
    if (bytes === 0) return;
    yield piece.subarray(0, bytes);
    at += bytes;
  }
}
