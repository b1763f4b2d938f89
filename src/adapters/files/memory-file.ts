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

  get bytes(): number {
    return this.#bytes;
  }

  append(piece: Uint8Array): void {
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
    if (bytes === 0) this.#room = new Uint8Array(0);
  }

  copy(from: number, to: number): Uint8Array {
    return this.#room.slice(from, Math.min(to, this.#bytes));
  }
}
