/**
 * The bytes of one file in memory. What is written is put together when somebody looks, since most of it never is. Its room
 * doubles when it is full, so that n bytes cost O(n) however they come.
 */
export class MemoryFile {
  readonly kind = 'file';
  readable = true;
  writable = true;
  /** Has it still a path? */
  linked = true;
  /** Writers and readers that have it open. */
  handles = 0;
  #room = new Uint8Array(0);
  /** What belongs behind the bytes in the room. */
  #pieces: Stretch[] = [];
  #bytes = 0;
  /** The first of them outlive a power cut. */
  #durable = 0;
  /** Since when there are others. */
  #dirtySinceMs = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** @param piece  not to be changed any more. */
  append(piece: Uint8Array, nowMs: number): void {
    if (piece.length === 0) return;
    this.writeBack(nowMs);
    if (this.#durable === this.#bytes) this.#dirtySinceMs = nowMs;
    const { buffer, byteOffset, length } = piece;
    this.#bytes += length;
    // Pieces of one generated file lie one behind the other in the same memory.
    const last = this.#pieces.at(-1);
    if (last !== undefined && last.buffer === buffer && last.end === byteOffset) {
      last.end += length;
      return;
    }
    this.#pieces.push({ buffer, begin: byteOffset, end: byteOffset + length });
    if (this.#pieces.length >= piecesMax) this.#gather();
  }

  /** Drops the bytes after the first `bytes`. */
  cut(bytes: number): void {
    if (bytes < this.#bytes) this.#gather();
    this.#bytes = bytes;
    this.#durable = Math.min(this.#durable, bytes);
    if (bytes === 0) this.#room = new Uint8Array(0);
  }

  copy(from: number, to: number): Uint8Array {
    this.#gather();
    return this.#room.slice(from, Math.min(to, this.#bytes));
  }

  sync(): void {
    this.#durable = this.#bytes;
  }

  /** What has been dirty for long enough is written by the system itself. */
  writeBack(nowMs: number): void {
    if (nowMs - this.#dirtySinceMs >= writeBackMs) this.sync();
  }

  /** Bytes that a power cut may take. */
  get unsynced(): number {
    return this.#bytes - this.#durable;
  }

  #gather(): void {
    let at = this.#bytes - this.#pieces.reduce((sum, { begin, end }) => sum + end - begin, 0);
    if (this.#bytes > this.#room.length) {
      const room = new Uint8Array(Math.max(this.#bytes, 2 * this.#room.length));
      room.set(this.#room.subarray(0, at));
      this.#room = room;
    }
    for (const { buffer, begin, end } of this.#pieces) {
      this.#room.set(new Uint8Array(buffer, begin, end - begin), at);
      at += end - begin;
    }
    this.#pieces = [];
  }
}

/** Small ones would take more room each than their bytes. */
const piecesMax = 1_024;
/** As Linux does, unless told otherwise (`dirty_expire_centisecs`). */
const writeBackMs = 30_000;

/** Bytes that lie in somebody else's memory. */
interface Stretch {
  readonly buffer: ArrayBufferLike;
  readonly begin: number;
  end: number;
}
