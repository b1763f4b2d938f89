import type { Clock } from '../../ports/clock.ts';

type Callback = (...parameters: unknown[]) => void;

/** What becomes of the globals while their timers are replaced. */
export interface ReplacedTimers {
  /** None of the timers that are set rings any more. */
  clear(): void;
  /** Clears them, and puts the globals back. */
  restore(): void;
}

/** `setTimeout`, `setInterval` and `Date` follow a clock. */
export function replaceTimers(clock: Clock): ReplacedTimers {
  const { setTimeout, setInterval, clearTimeout, clearInterval, Date: RealDate } = globalThis;
  const timers = new Map<number, VirtualTimer>();
  const set =
    (repeats: boolean) =>
    (ring: Callback, delayMs = 0, ...parameters: unknown[]): VirtualTimer => {
      const timer: VirtualTimer = new VirtualTimer(clock, Math.max(1, Number(delayMs) || 0), repeats, () => {
        if (!repeats) timers.delete(timer.id);
        ring(...parameters);
      });
      timers.set(timer.id, timer);
      return timer;
    };
  const clear = (timer: unknown) => {
    (timer instanceof VirtualTimer ? timer : timers.get(Number(timer)))?.close();
    timers.delete(Number(timer));
  };
  class VirtualDate extends RealDate {
    constructor(...parameters: readonly unknown[]) {
      super(...((parameters.length === 0 ? [clock.now()] : parameters) as [number]));
    }
    static override now(): number {
      return clock.now();
    }
  }
  const replaced = { setTimeout: set(false), setInterval: set(true), clearTimeout: clear, clearInterval: clear };
  Object.assign(globalThis, replaced, { Date: VirtualDate });
  const clearAll = () => {
    for (const timer of timers.values()) timer.close();
    timers.clear();
  };
  return {
    clear: clearAll,
    restore() {
      Object.assign(globalThis, { setTimeout, setInterval, clearTimeout, clearInterval, Date: RealDate });
      clearAll();
    },
  };
}

let lastId = 0;

/** What the process's own timers are, to those who hold one. */
class VirtualTimer {
  readonly id = ++lastId;
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #repeats: boolean;
  readonly #ring: () => void;
  #bell: { cancel(): void };
  #isRef = true;

  constructor(clock: Clock, delayMs: number, repeats: boolean, ring: () => void) {
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.#repeats = repeats;
    this.#ring = ring;
    this.#bell = this.#set();
  }

  ref(): this {
    return this.#hold(true);
  }

  unref(): this {
    return this.#hold(false);
  }

  hasRef(): boolean {
    return this.#isRef;
  }

  refresh(): this {
    this.#bell.cancel();
    this.#bell = this.#set();
    return this;
  }

  close(): void {
    this.#bell.cancel();
  }

  [Symbol.toPrimitive](): number {
    return this.id;
  }

  /** A timer that holds no process is idle, and moves no time. It begins anew, which is as good as at once after it was set. */
  #hold(isRef: boolean): this {
    if (isRef === this.#isRef) return this;
    this.#isRef = isRef;
    return this.refresh();
  }

  #set() {
    const ring = () => {
      if (this.#repeats) this.#bell = this.#set();
      this.#ring();
    };
    return this.#clock.after(this.#delayMs, ring, { idle: !this.#isRef });
  }
}
