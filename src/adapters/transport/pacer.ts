const windowMs = 1000;

/**
 * The speed cap of one exchange. Bytes are counted in windows of 1000 ms; a window that has used up the cap lets nothing
 * more through until it ends. Changing the cap starts a new window.
 * @source harmony-request.md 3.7
 */
export class Pacer {
  #cap: number;
  #startedMs: number;
  #bytes = 0;

  /** @param cap bytes per second; 0 for no limit. Every `nowMs` comes from one clock that never goes back. */
  constructor(cap: number, nowMs: number) {
    this.#cap = cap;
    this.#startedMs = nowMs;
  }

  setCap(cap: number, nowMs: number): void {
    this.#cap = cap;
    this.#startedMs = nowMs;
    this.#bytes = 0;
  }

  get unlimited(): boolean {
    return this.#cap <= 0;
  }

  /** Bytes that one window lets through; Infinity without a cap. */
  get windowBytes(): number {
    return this.unlimited ? Infinity : this.#cap;
  }

  /** Bytes that may move now; Infinity without a cap. */
  room(nowMs: number): number {
    if (this.unlimited) return Infinity;
    if (this.waitMs(nowMs) > 0) return 0;
    return this.#isOver(nowMs) ? this.#cap : this.#cap - this.#bytes;
  }

  /** Ms until bytes may move; 0 for at once. */
  waitMs(nowMs: number): number {
    if (this.unlimited || this.#bytes < this.#cap) return 0;
    return Math.max(0, Math.ceil((this.#bytes * windowMs) / this.#cap - (nowMs - this.#startedMs)));
  }

  /** Counts bytes that moved. */
  take(bytes: number, nowMs: number): void {
    if (this.unlimited) return;
    if (this.#isOver(nowMs)) {
      this.#startedMs = nowMs;
      this.#bytes = 0;
    }
    this.#bytes += bytes;
  }

  /** A window that overdrew its cap lasts until the debt is paid. */
  #isOver(nowMs: number): boolean {
    return nowMs - this.#startedMs >= windowMs && this.waitMs(nowMs) === 0;
  }
}
