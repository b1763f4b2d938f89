import type { Timer } from '../../ports/clock.ts';

/**
 * The timers of one clock: a binary heap by due time, then by the order they were set.
 * A cancelled timer leaves at once, so that one due in a month and reset a thousand times does not pile up.
 * What is compared lies close together, apart from the timers: of thousands, hardly one is in the processor's cache.
 */
export class Timers {
  /** The slots of the timers, as a heap. */
  readonly #heap: number[] = [];
  /** By slot: the timer, when it is due, in which order it was set, and where it is in the heap. */
  readonly #pending: (Pending | undefined)[] = [];
  readonly #dueMs: number[] = [];
  readonly #order: number[] = [];
  readonly #place: number[] = [];
  readonly #free: number[] = [];
  readonly #onCancel: () => void;
  #set = 0;
  #idle = 0;

  /** @param onCancel  called when a timer that was there has been cancelled. */
  constructor(onCancel: () => void = () => {}) {
    this.#onCancel = onCancel;
  }

  get size(): number {
    return this.#heap.length;
  }

  /** How many of them are housekeeping. */
  get idle(): number {
    return this.#idle;
  }

  first(): Pending | undefined {
    const slot = this.#heap[0];
    return slot === undefined ? undefined : this.#pending[slot];
  }

  add(dueMs: number, ring: () => void, idle: boolean): Pending {
    const slot = this.#free.pop() ?? this.#pending.length;
    const timer = new Pending(this, slot, dueMs, ring, idle);
    this.#pending[slot] = timer;
    this.#dueMs[slot] = dueMs;
    this.#order[slot] = this.#set++;
    if (idle) this.#idle++;
    this.#rise(slot, this.#heap.length);
    return timer;
  }

  cancel(timer: Pending): void {
    if (this.remove(timer)) this.#onCancel();
  }

  /** @returns whether the timer was still there. */
  remove(timer: Pending): boolean {
    const { slot } = timer;
    if (slot < 0) return false;
    const place = this.#place[slot] as number;
    const last = this.#heap.pop() as number;
    if (last !== slot) this.#sink(last, this.#rise(last, place));
    this.#pending[slot] = undefined;
    this.#free.push(slot);
    timer.slot = -1;
    if (timer.idle) this.#idle--;
    return true;
  }

  /** Puts a slot to `place`, or above it. @returns where it is now. */
  #rise(slot: number, from: number): number {
    let place = from;
    while (place > 0) {
      const above = this.#heap[(place - 1) >> 1] as number;
      if (this.#isBefore(above, slot)) break;
      this.#put(above, place);
      place = (place - 1) >> 1;
    }
    this.#put(slot, place);
    return place;
  }

  #sink(slot: number, from: number): void {
    let place = from;
    for (let below = this.#below(place); below !== undefined; below = this.#below(place)) {
      const next = this.#place[below] as number;
      if (this.#isBefore(slot, below)) break;
      this.#put(below, place);
      place = next;
    }
    this.#put(slot, place);
  }

  /** The first of the two right below. */
  #below(place: number): number | undefined {
    const left = this.#heap[2 * place + 1];
    const right = this.#heap[2 * place + 2];
    return left !== undefined && right !== undefined && this.#isBefore(right, left) ? right : left;
  }

  #put(slot: number, place: number): void {
    this.#heap[place] = slot;
    this.#place[slot] = place;
  }

  #isBefore(one: number, other: number): boolean {
    const oneMs = this.#dueMs[one] as number;
    const otherMs = this.#dueMs[other] as number;
    return oneMs < otherMs || (oneMs === otherMs && (this.#order[one] as number) < (this.#order[other] as number));
  }
}

/** A timer that was set. */
export class Pending implements Timer {
  readonly dueMs: number;
  readonly ring: () => void;
  readonly idle: boolean;
  /** −1 once it has rung or was cancelled. */
  slot: number;
  readonly #timers: Timers;

  constructor(timers: Timers, slot: number, dueMs: number, ring: () => void, idle: boolean) {
    this.#timers = timers;
    this.slot = slot;
    this.dueMs = dueMs;
    this.ring = ring;
    this.idle = idle;
  }

  cancel(): void {
    this.#timers.cancel(this);
  }
}

/** A delay that can be reckoned with: neither negative nor NaN. */
export function soundDelay(delayMs: number): number {
  return Math.max(delayMs || 0, 0);
}
