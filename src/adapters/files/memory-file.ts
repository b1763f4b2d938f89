/** The bytes of one file in memory. Its room doubles when it is full, so that n bytes cost O(n) however they come. */
export class MemoryFile {
  readonly kind = 'file';
  readable = true;
  writable = true;
  /** Has it still a path? */
  linked = true;
  /** Writers and readers that have it open. */
  handles = 0;
  #room = new Uint8Array(0);
  #bytes = 0;
  /** The first of them outlive a power cut. */
  #durable = 0;
  /** Since when there are others. */
  #dirtySinceMs = 0;

  get bytes(): number {
    return this.#bytes;
  }

  append(piece: Uint8Array, nowMs: number): void {
    if (piece.length === 0) return;
    this.writeBack(nowMs);
    if (this.#durable === this.#bytes) this.#dirtySinceMs = nowMs;
    const bytes = this.#bytes + piece.length;
    if (bytes > this.#room.length) {
      const room = new Uint8Array(Math.max(bytes, 2 * this.#room.length));
      room.set(this.#room.subarray(0, this.#bytes));
      this.#room = room;
    }
    this.#room.set(piece, this.#bytes);
    this.#bytes = bytes;
  }

  /** Drops the bytes after the first `bytes`. */
  cut(bytes: number): void {
    this.#bytes = bytes;
    this.#durable = Math.min(this.#durable, bytes);
    if (bytes === 0) this.#room = new Uint8Array(0);
  }

  copy(from: number, to: number): Uint8Array {
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
}

/** As Linux does, unless told otherwise (`dirty_expire_centisecs`). */
const writeBackMs = 30_000;
