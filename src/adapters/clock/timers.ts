/** A timer that was set and has neither rung nor been cancelled. */
export interface Pending {
  readonly dueMs: number;
  readonly ring: () => void;
  readonly idle: boolean;
  /** Order in which it was set. */
  readonly order: number;
  /** Where it is in the heap; −1 once it has left. */
  place: number;
}

/**
 * The timers of one clock: a binary heap by due time, then by the order they were set.
 * A cancelled timer leaves at once, so that one due in a month and reset a thousand times does not pile up.
 */
export class Timers {
  readonly #heap: Pending[] = [];
  #set = 0;
  #idle = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** How many of them are housekeeping. */
  get idle(): number {
    return this.#idle;
  }

  first(): Pending | undefined {
    return this.#heap[0];
  }

  add(dueMs: number, ring: () => void, idle: boolean): Pending {
    const timer: Pending = { dueMs, ring, idle, order: this.#set++, place: this.#heap.length };
    this.#heap.push(timer);
    this.#rise(timer);
    if (idle) this.#idle++;
    return timer;
  }

  /** @returns whether the timer was still there. */
  remove(timer: Pending): boolean {
    if (timer.place < 0) return false;
    const last = this.#heap.pop();
    if (last !== undefined && last !== timer) {
      this.#put(last, timer.place);
      this.#rise(last);
      this.#sink(last);
    }
    timer.place = -1;
    if (timer.idle) this.#idle--;
    return true;
  }

  #rise(timer: Pending): void {
    for (;;) {
      const above = timer.place > 0 ? this.#heap[(timer.place - 1) >> 1] : undefined;
      if (above === undefined || isBefore(above, timer)) return;
      this.#swap(timer, above);
    }
  }

  #sink(timer: Pending): void {
    for (;;) {
      const left = this.#heap[2 * timer.place + 1];
      const right = this.#heap[2 * timer.place + 2];
      const below = left !== undefined && right !== undefined && isBefore(right, left) ? right : left;
      if (below === undefined || isBefore(timer, below)) return;
      this.#swap(timer, below);
    }
  }

  #swap(a: Pending, b: Pending): void {
    const place = a.place;
    this.#put(a, b.place);
    this.#put(b, place);
  }

  #put(timer: Pending, place: number): void {
    this.#heap[place] = timer;
    timer.place = place;
  }
}

function isBefore(a: Pending, b: Pending): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}

/** A delay that can be reckoned with: neither negative nor NaN. */
export function soundDelay(delayMs: number): number {
  return Math.max(delayMs || 0, 0);
}
