import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Files, FileTrouble, type FileWriter, type Look } from '../../ports/files.ts';
import { makeDirectory } from './directory.ts';
import { DiskWriter } from './disk-writer.ts';
import { followLinks } from './links.ts';
import { fileTrouble, withTrouble } from './trouble.ts';

const { O_CREAT, O_NONBLOCK, O_RDONLY, O_WRONLY, R_OK, W_OK } = constants;

const pieceBytes = 256 * 1024;

export interface DiskFilesOptions {
  /** A writer's `close` waits until its bytes would outlive a power cut. Off by default: it costs a flush of the disk. */
  readonly sync?: boolean;
}

/** The disk of the machine we run on. */
export function createDiskFiles(options: DiskFilesOptions = {}): Files {
  const writing = { sync: options.sync ?? false, open: new Set<DiskWriter>() };
  return { look, realPath, touch, truncate, unlink, writer: (path, at) => openWriter(path, at, writing), reader };
}

function look(path: string): Look {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return { kind: 'missing' };
    if (stat.isDirectory()) return { kind: 'directory' };
    if (!stat.isFile()) return { kind: 'blocked', detail: `${path} is not a regular file` };
    // Asked of the system, since mode bits say nothing about root, ACLs or a file system mounted for reading only.
    return { kind: 'file', bytes: stat.size, readable: mayAccess(path, R_OK), writable: mayAccess(path, W_OK) };
  } catch (cause) {
    const trouble = fileTrouble(cause);
    return trouble.kind === 'missing' ? { kind: 'missing' } : { kind: 'blocked', detail: trouble.message };
  }
}

function mayAccess(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/** As the port says; for other real adapters too. */
export function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return followLinks(path, readLink); // something on the way is missing
  }
}

function readLink(path: string): string | null {
  try {
    // Asked first, since most names are no links, and a throw costs more than a question.
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : null;
  } catch {
    return null; // what may not be looked at stays as it is, and is met when it is opened
  }
}

function touch(path: string): { readonly created: boolean } {
  return withTrouble(() => {
    const created = look(path).kind === 'missing';
    try {
      closeSync(openRegular(path, O_WRONLY | O_CREAT));
    } catch (cause) {
      if (!created || fileTrouble(cause).kind !== 'missing') throw cause;
      const real = realPath(path); // a link may lead to a place whose parents are missing
      makeDirectory(dirname(real));
      closeSync(openRegular(real, O_WRONLY | O_CREAT));
    }
    return { created };
  });
}

function truncate(path: string): void {
  withTrouble(() => {
    const file = openRegular(path, O_WRONLY);
    try {
      ftruncateSync(file);
    } finally {
      closeSync(file);
    }
  });
}

/** O_NONBLOCK: opening a FIFO that nobody serves would wait for ever. It changes nothing for a regular file. */
function openRegular(path: string, flags: number): number {
  const file = openSync(path, flags | O_NONBLOCK, 0o666);
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw notRegular(path);
}

function notRegular(path: string): FileTrouble {
  return new FileTrouble('io', `${path} is not a regular file`);
}

function unlink(path: string): void {
  try {
    unlinkSync(path);
  } catch (cause) {
    const trouble = fileTrouble(cause);
    if (trouble.kind === 'missing') return;
    // Some systems answer EPERM for a directory, which says less than we know.
    throw look(path).kind === 'directory' ? new FileTrouble('directory', trouble.message, { cause }) : trouble;
  }
}

async function openWriter(
  path: string,
  offset: number,
  writing: ConstructorParameters<typeof DiskWriter>[2],
): Promise<FileWriter> {
  const { file, bytes } = await openHandle(path, O_WRONLY | O_CREAT);
  try {
    if (bytes < offset) throw new FileTrouble('io', `${path} has ${bytes} bytes, fewer than ${offset}`);
    if (bytes > offset) await file.truncate(offset);
    return new DiskWriter(file, offset, writing);
  } catch (cause) {
    await file.close();
    throw fileTrouble(cause);
  }
}

async function* reader(path: string, from: number, to: number): AsyncGenerator<Uint8Array> {
  const { file, bytes } = await openHandle(path, O_RDONLY);
  const shorter = () => new FileTrouble('io', `${path} is shorter than ${to + 1} bytes`);
  try {
    if (bytes <= to) throw shorter();
    const readAt = (at: number) => {
      const piece = Buffer.allocUnsafeSlow(Math.min(pieceBytes, to + 1 - at)); // zeros would only be read over
      const read = file.read(piece, 0, piece.length, at);
      read.catch(() => {}); // told when it is awaited, which may never be
      return read;
    };
    // While one piece is used the next one is read.
    let ahead = from <= to ? readAt(from) : null;
    for (let at = from; ahead !== null; ) {
      const { buffer, bytesRead } = await ahead;
      if (bytesRead === 0) throw shorter();
      at += bytesRead;
      ahead = at <= to ? readAt(at) : null;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (cause) {
    throw fileTrouble(cause);
  } finally {
    await file.close();
  }
}

async function openHandle(path: string, flags: number): Promise<{ file: FileHandle; bytes: number }> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, flags | O_NONBLOCK, 0o666);
    const stat = await file.stat();
    if (stat.isDirectory()) throw new FileTrouble('directory', `${path} is a directory`);
    if (!stat.isFile()) throw notRegular(path);
    return { file, bytes: stat.size };
  } catch (cause) {
    await file?.close();
    throw fileTrouble(cause);
  }
}
