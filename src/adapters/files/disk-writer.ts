import type { FileHandle } from 'node:fs/promises';
import { unreachable } from '../../errors.ts';
import type { FileTrouble, FileWriter } from '../../ports/files.ts';
import { fileTrouble } from './trouble.ts';

/** Size of one write, and the largest that a buffer becomes: smaller ones cost speed, larger ones gain none. */
const bufferBytes = 1024 * 1024;

/**
 * Fills one buffer while the other is on its way to the disk; a caller waits only when both are full. A piece as large
 * as a buffer is not copied. Buffers are made when first needed, so that a small file costs one.
 */
export class DiskWriter implements FileWriter {
  readonly #file: FileHandle;
  readonly #sync: boolean;
  /** Where the next byte that leaves a buffer goes. */
  #position: number;
  #filling: Uint8Array | null = null;
  #filled = 0;
  #spare: Uint8Array | null = null;
  /** The write under way; it never rejects, what it meets is in `#trouble`. */
  #writing: Promise<void> = Promise.resolve();
  #trouble: FileTrouble | null = null;
  #closed = false;

  constructor(file: FileHandle, offset: number, sync: boolean) {
    this.#file = file;
    this.#position = offset;
    this.#sync = sync;
  }

  async write(piece: Uint8Array): Promise<void> {
    if (this.#closed) unreachable('a write to a closed file');
    if (piece.length >= bufferBytes) {
      await this.#flush();
      this.#send(piece);
      await this.#writing;
    } else {
      await this.#keep(piece);
    }
    if (this.#trouble !== null) throw this.#trouble;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.#flush();
      await this.#writing;
      if (this.#sync && this.#trouble === null) await this.#file.sync();
    } catch (cause) {
      this.#trouble = fileTrouble(cause);
    }
    await this.#file.close().catch((cause) => {
      this.#trouble ??= fileTrouble(cause);
    });
    if (this.#trouble !== null) throw this.#trouble;
  }

  async #keep(piece: Uint8Array): Promise<void> {
    for (let from = 0; from < piece.length && this.#trouble === null; ) {
      this.#filling ??= new Uint8Array(bufferBytes);
      const part = piece.subarray(from, from + bufferBytes - this.#filled);
      this.#filling.set(part, this.#filled);
      this.#filled += part.length;
      from += part.length;
      if (this.#filled === bufferBytes) await this.#flush();
    }
  }

  /** Sends off what is buffered once the write before it is done; its buffer is free then. */
  async #flush(): Promise<void> {
    await this.#writing;
    if (this.#filling === null || this.#filled === 0) return;
    const full = this.#filling.subarray(0, this.#filled);
    [this.#filling, this.#spare] = [this.#spare, this.#filling];
    this.#filled = 0;
    this.#send(full);
  }

  #send(bytes: Uint8Array): void {
    const position = this.#position;
    this.#position += bytes.length;
    this.#writing = this.#writing
      .then(() => (this.#trouble === null ? this.#put(bytes, position) : undefined)) // nothing after a gap
      .catch((cause) => {
        this.#trouble = fileTrouble(cause);
      });
  }

  async #put(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      // A disk that fills up takes a part first and refuses the rest.
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, position + done);
      if (bytesWritten === 0) unreachable('a write that took no bytes');
      done += bytesWritten;
    }
  }
}
