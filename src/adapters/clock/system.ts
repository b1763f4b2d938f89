import type { Clock, Timer, TimerOptions } from '../../ports/clock.ts';
import { soundDelay, Timers } from './timers.ts';

/** The longest wait that `setTimeout` understands; a longer one would ring at once. */
const waitMsMax = 2 ** 31 - 1;

/** The clock of the machine we run on, in Node and in browsers. What a ring throws is an uncaught exception. */
export function createSystemClock(): Clock {
  return new SystemClock();
}

/** All timers share one alarm, set for the first of them: that keeps their order, which `setTimeout` alone does not. */
class SystemClock implements Clock {
  readonly #timers = new Timers(() => this.#setAlarm());
  #alarm: ReturnType<typeof setTimeout> | undefined;
  #alarmMs = Number.POSITIVE_INFINITY;

  now(): number {
    return Date.now();
  }

  elapsed(): number {
    return performance.now();
  }

  after(delayMs: number, ring: () => void, options?: TimerOptions): Timer {
    const timer = this.#timers.add(this.elapsed() + soundDelay(delayMs), ring, options?.idle ?? false);
    this.#setAlarm();
    return timer;
  }

  #setAlarm(): void {
    const first = this.#timers.first();
    if (first === undefined) {
      this.#clearAlarm();
      return;
    }
    // An alarm that comes too early does no harm, so it is moved forwards only; cancelling timers stays cheap.
    if (this.#alarm === undefined || first.dueMs < this.#alarmMs) {
      this.#clearAlarm();
      const waitMs = Math.min(Math.max(0, Math.ceil(first.dueMs - this.elapsed())), waitMsMax);
      this.#alarm = setTimeout(() => this.#wake(), waitMs);
      this.#alarmMs = first.dueMs;
    }
    holdProcess(this.#alarm, this.#timers.size > this.#timers.idle);
  }

  #clearAlarm(): void {
    clearTimeout(this.#alarm);
    this.#alarm = undefined;
  }

  #wake(): void {
    this.#alarm = undefined;
    const nowMs = this.elapsed();
    try {
      for (
        let first = this.#timers.first();
        first !== undefined && first.dueMs <= nowMs;
        first = this.#timers.first()
      ) {
        this.#timers.remove(first);
        first.ring();
      }
    } finally {
      this.#setAlarm(); // also after a throw: one bad ring must not silence the others
    }
  }
}

/** Browsers number their timers and have no process to hold. */
function holdProcess(alarm: { ref?(): unknown; unref?(): unknown }, hold: boolean): void {
  if (hold) alarm.ref?.();
  else alarm.unref?.();
}
