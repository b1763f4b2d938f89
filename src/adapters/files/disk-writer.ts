import type { FileHandle } from 'node:fs/promises';
import { unreachable } from '../../errors.ts';
import type { FileTrouble, FileWriter } from '../../ports/files.ts';
import { fileTrouble } from './trouble.ts';

/** Bytes that one write takes along: smaller ones cost speed, larger ones gain none. Many writers share what all may keep. */
const batchBytesMax = 1024 * 1024;
const batchesBytesMax = 16 * 1024 * 1024;

/**
 * Hands pieces to the disk as soon as it is idle, and collects them while it is not; a caller waits only when a batch is
 * full. So a slow transfer is on disk piece by piece, and a fast one in large writes. Pieces are not copied.
 */
export class DiskWriter implements FileWriter {
  readonly #file: FileHandle;
  readonly #sync: boolean;
  readonly #open: Set<DiskWriter>;
  /** Where the next byte that leaves goes. */
  #position: number;
  #batch: Uint8Array[] = [];
  #batchedBytes = 0;
  /** The write under way; it never rejects, what it meets is in `#trouble`. Null when the disk is idle. */
  #writing: Promise<void> | null = null;
  #trouble: FileTrouble | null = null;
  #closed = false;

  /** @param open  the writers that are open, of which this is one until it is closed. */
  constructor(file: FileHandle, offset: number, { sync, open }: { sync: boolean; open: Set<DiskWriter> }) {
    this.#file = file;
    this.#position = offset;
    this.#sync = sync;
    this.#open = open.add(this);
  }

  write(piece: Uint8Array): Promise<void> | undefined {
    if (this.#closed) unreachable('a write to a closed file');
    this.#batch.push(piece);
    this.#batchedBytes += piece.length;
    const isFull = this.#batchedBytes >= Math.min(batchBytesMax, batchesBytesMax / this.#open.size);
    if (this.#writing === null) this.#send();
    else if (isFull) return this.#writing.then(() => this.#told());
    return this.#told();
  }

  #told(): Promise<void> | undefined {
    return this.#trouble === null ? undefined : Promise.reject(this.#trouble);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#open.delete(this);
    try {
      while (this.#writing !== null) await this.#writing;
      if (this.#sync && this.#trouble === null) await this.#file.sync();
    } catch (cause) {
      this.#trouble = fileTrouble(cause);
    }
    await this.#file.close().catch((cause) => {
      this.#trouble ??= fileTrouble(cause);
    });
    if (this.#trouble !== null) throw this.#trouble;
  }

  /** Sends the batch off; the disk must be idle. */
  #send(): void {
    if (this.#batchedBytes === 0 || this.#trouble !== null) return; // nothing after a gap
    const pieces = this.#batch;
    const position = this.#position;
    this.#position += this.#batchedBytes;
    this.#batch = [];
    this.#batchedBytes = 0;
    this.#writing = this.#put(pieces, position).then(
      () => {
        this.#writing = null;
        this.#send();
      },
      (cause) => {
        this.#writing = null;
        this.#trouble = fileTrouble(cause);
      },
    );
  }

  async #put(pieces: Uint8Array[], position: number): Promise<void> {
    for (let left = pieces, at = position; left.length > 0; ) {
      // A disk that fills up takes a part first and refuses the rest.
      const { bytesWritten } = await this.#file.writev(left, at);
      if (bytesWritten === 0) unreachable('a write that took no bytes');
      at += bytesWritten;
      left = after(left, bytesWritten);
    }
  }
}

/** What is left of the pieces behind their first `bytes`. */
function after(pieces: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skipped = 0;
  for (const [index, piece] of pieces.entries()) {
    if (skipped + piece.length > bytes) return [piece.subarray(bytes - skipped), ...pieces.slice(index + 1)];
    skipped += piece.length;
  }
  return [];
}
