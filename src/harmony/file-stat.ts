import { type BigIntStats, fstatSync, lstatSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { refuse } from './unsupported.ts';

/** An open file. @source neighbours.md 3.3 */
export interface File {
  readonly fd: number;
  /** As the app sees it. */
  readonly path: string;
  readonly name: string;
  /** The directory that the file lies in. */
  getParent(): string;
  /** @throws 801 */
  lock(exclusive?: boolean): Promise<void>;
  /** @throws 801 */
  tryLock(exclusive?: boolean): void;
  /** @throws 801 */
  unlock(): void;
}

/** What is known of a file. Times in seconds since the epoch, sizes in bytes. @source neighbours.md 3.3 */
export interface Stat {
  readonly ino: bigint;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly atime: number;
  readonly mtime: number;
  readonly ctime: number;
  readonly atimeNs?: bigint;
  readonly mtimeNs?: bigint;
  readonly ctimeNs?: bigint;
  /** 1: on this device. */
  readonly location: number;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
  isBlockDevice(): boolean;
  isCharacterDevice(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
}

export function fileOf(fd: number, path: string): File {
  return {
    fd,
    path,
    name: basename(path),
    getParent: () => dirname(path),
    lock: () => refuse('fileIo.File.lock'),
    tryLock: () => refuse('fileIo.File.tryLock'),
    unlock: () => refuse('fileIo.File.unlock'),
  };
}

/** Of a path on disk, or of a descriptor. */
export function statOf(file: string | number): Stat {
  return told(typeof file === 'number' ? fstatSync(file, { bigint: true }) : statSync(file, { bigint: true }));
}

/** Of the link itself. */
export function linkStatOf(path: string): Stat {
  return told(lstatSync(path, { bigint: true }));
}

function told(found: BigIntStats): Stat {
  return {
    ino: found.ino,
    mode: Number(found.mode),
    uid: Number(found.uid),
    gid: Number(found.gid),
    size: Number(found.size),
    atime: seconds(found.atimeNs),
    mtime: seconds(found.mtimeNs),
    ctime: seconds(found.ctimeNs),
    atimeNs: found.atimeNs,
    mtimeNs: found.mtimeNs,
    ctimeNs: found.ctimeNs,
    location: 1,
    isFile: () => found.isFile(),
    isDirectory: () => found.isDirectory(),
    isSymbolicLink: () => found.isSymbolicLink(),
    isBlockDevice: () => found.isBlockDevice(),
    isCharacterDevice: () => found.isCharacterDevice(),
    isFIFO: () => found.isFIFO(),
    isSocket: () => found.isSocket(),
  };
}

function seconds(nanoseconds: bigint): number {
  return Number(nanoseconds / 1_000_000_000n);
}
