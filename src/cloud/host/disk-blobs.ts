import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, readSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type BlobRef, type Blobs, type BlobWriter, headBytes, md5HeadBytes } from '../blobs.ts';
import { toRef } from '../digests.ts';

/** Blobs as files of one directory, each named by its id. They outlive the process, not a power cut. */
export interface DiskBlobs extends Blobs {
  /** Is it there, and whole? */
  has(blob: BlobRef): boolean;
  /** Since the directory was opened. */
  readonly bytesWritten: number;
}

const pieceBytesMax = 1024 * 1024;
const pieceBytesMin = 16 * 1024;
/** What all readers together should hold: the more there are, the smaller are their pieces. */
const readBytesMax = 64 * 1024 * 1024;
/** The one that is used, and the next one. */
const piecesPerReader = 2;
/** A smaller blob is written in one go when it is whole. */
const smallBytes = 64 * 1024;
const unfinished = '.part';

/** Removes what a process left unfinished that died here. @throws what the disk throws */
export function openDiskBlobs(directory: string): DiskBlobs {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(directory)) if (name.endsWith(unfinished)) rmSync(join(directory, name));
  const pathOf = ({ id }: BlobRef) => join(directory, id);
  let writers = 0;
  let readers = 0;
  let bytesWritten = 0;

  const writer = (): BlobWriter => {
    writers += 1;
    return new DiskWriter(join(directory, `${writers}${unfinished}`), async (temporary, blob) => {
      await rename(temporary, pathOf(blob));
      bytesWritten += blob.size;
    });
  };

  async function* read(blob: BlobRef, from: number, size: number): AsyncGenerator<Uint8Array, void> {
    if (size === 0) return;
    const file = await open(pathOf(blob));
    readers += 1;
    try {
      yield* piecesOf(file, { from, end: from + size, pieceBytes: () => pieceBytesFor(readers) });
    } finally {
      readers -= 1;
      await file.close();
    }
  }

  return {
    get bytesWritten() {
      return bytesWritten;
    },
    has: (blob) => blob.size === 0 || statSync(pathOf(blob), { throwIfNoEntry: false })?.size === blob.size,
    writer,
    read,
    head: (blob) => (blob.size === 0 ? new Uint8Array() : headOf(pathOf(blob), Math.min(blob.size, headBytes))),
    async join(blobs) {
      const whole = writer();
      try {
        for (const blob of blobs) for await (const piece of read(blob, 0, blob.size)) await whole.write(piece);
        return await whole.finish();
      } catch (trouble) {
        await whole.abort();
        throw trouble;
      }
    },
    async keepOnly(ids) {
      const names = await readdir(directory);
      const dropped = names.filter((name) => !ids.has(name) && !name.endsWith(unfinished));
      for (const name of dropped) await rm(join(directory, name));
    },
  };
}

class DiskWriter implements BlobWriter {
  readonly #path: string;
  readonly #keep: (temporary: string, blob: BlobRef) => Promise<void>;
  readonly #digests = new NativeDigests();
  #small: Uint8Array[] = [];
  #smallBytes = 0;
  #file: FileHandle | null = null;

  constructor(path: string, keep: (temporary: string, blob: BlobRef) => Promise<void>) {
    this.#path = path;
    this.#keep = keep;
  }

  write(bytes: Uint8Array): void | Promise<void> {
    this.#digests.update(bytes);
    if (this.#file !== null || this.#smallBytes + bytes.length > smallBytes) return this.#append(bytes);
    // A copy: the writer answers at once, and whoever reads from a socket uses the buffer again.
    this.#small.push(bytes.slice());
    this.#smallBytes += bytes.length;
  }

  async finish(): Promise<BlobRef> {
    const blob = this.#digests.finish();
    // Nothing has no file.
    if (blob.size === 0) return blob;
    if (this.#file === null) await this.#append(new Uint8Array());
    await this.#file?.close();
    await this.#keep(this.#path, blob);
    return blob;
  }

  async abort(): Promise<void> {
    await this.#file?.close();
    await rm(this.#path, { force: true });
  }

  async #append(bytes: Uint8Array): Promise<void> {
    this.#file ??= await open(this.#path, 'wx', 0o600);
    for (const piece of [...this.#small, bytes]) await this.#file.appendFile(piece);
    this.#small = [];
  }
}

/** As `Digests`, by the machine's own code. */
class NativeDigests {
  readonly #md5 = createHash('md5');
  readonly #sha1 = createHash('sha1');
  #headMd5: string | null = null;
  #crc = 0;
  #size = 0;

  update(bytes: Uint8Array): void {
    const headLeft = md5HeadBytes - this.#size;
    if (this.#headMd5 === null && bytes.length >= headLeft) {
      this.#md5.update(bytes.subarray(0, headLeft));
      this.#headMd5 = this.#md5.copy().digest('hex');
      this.#md5.update(bytes.subarray(headLeft));
    } else {
      this.#md5.update(bytes);
    }
    this.#sha1.update(bytes);
    this.#crc = crc32(bytes, this.#crc);
    this.#size += bytes.length;
  }

  finish(): BlobRef {
    const md5 = this.#md5.digest('hex');
    const headMd5 = this.#headMd5 ?? md5;
    return toRef({ size: this.#size, md5, sha1: this.#sha1.digest('hex'), crc32: this.#crc, headMd5 });
  }
}

function pieceBytesFor(readers: number): number {
  const share = Math.floor(readBytesMax / (piecesPerReader * readers));
  return Math.max(pieceBytesMin, Math.min(pieceBytesMax, share));
}

interface Section {
  readonly from: number;
  readonly end: number;
  readonly pieceBytes: () => number;
}

/** The next piece is read while the last one is used. */
async function* piecesOf(file: FileHandle, { from, end, pieceBytes }: Section): AsyncGenerator<Uint8Array, void> {
  const readAt = (at: number) => {
    const piece = pieceAt(file, at, Math.min(pieceBytes(), end - at));
    piece.catch(() => {}); // awaited below, unless nobody wants the rest
    return piece;
  };
  let next = readAt(from);
  try {
    for (let at = from; at < end; ) {
      const piece = await next;
      at += piece.length;
      if (at < end) next = readAt(at);
      yield piece;
    }
  } finally {
    await next.catch(() => {}); // a file must not be closed while it is read
  }
}

async function pieceAt(file: FileHandle, at: number, length: number): Promise<Uint8Array> {
  const piece = Buffer.allocUnsafeSlow(length);
  const { bytesRead } = await file.read(piece, 0, length, at);
  if (bytesRead === 0) throw new Error('a blob has lost its end');
  return piece.subarray(0, bytesRead);
}

function headOf(path: string, length: number): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const head = new Uint8Array(length);
    return head.subarray(0, readSync(file, head, 0, length, 0));
  } finally {
    closeSync(file);
  }
}
