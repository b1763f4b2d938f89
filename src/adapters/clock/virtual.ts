import type { Clock } from '../../ports/clock.ts';
import { createSimulatedClock, type SimulatedClock } from './simulated.ts';

/** Time that runs ahead by itself. While it does, `setTimeout`, `setInterval` and `Date` of this process follow it. */
export interface VirtualTime {
  readonly clock: Clock;
  /** Gives the process its own time back. */
  stop(): void;
}

/** What may be open while nothing is under way. Whatever else the process holds is real work, such as a socket or a file. */
const restful = new Set(['Immediate', 'MessagePort', 'PipeWrap', 'SignalWrap', 'TCPServerWrap', 'TTYWrap', 'Timeout']);
/** Rounds of the event loop without work, after which nothing more is to come at this instant. */
const quietRounds = 3;
const real = { setImmediate, setTimeout, elapsed: () => performance.now(), now: () => Date.now() };

/**
 * Jumps to the next timer as soon as nothing else is under way, so that waiting takes no time; while a socket or a file
 * is busy, it keeps step with the real time. Timers that are idle alone move nothing.
 */
export function startVirtualTime(): VirtualTime {
  const clock = createSimulatedClock({ startMs: real.now() });
  const restore = replaceTimers(clock);
  let isStopped = false;
  void drive(clock, () => isStopped);
  return {
    clock,
    stop() {
      isStopped = true;
      restore();
    },
  };
}

async function drive(clock: SimulatedClock, isStopped: () => boolean): Promise<void> {
  let quiet = 0;
  let lastMs = real.elapsed();
  while (!isStopped()) {
    await new Promise<void>((resolve) => void real.setImmediate(resolve));
    const nowMs = real.elapsed();
    const dueMs = clock.nextDueMs;
    if (isBusy()) {
      quiet = 0;
      await pass(clock, nowMs - lastMs);
      await rest();
    } else if (dueMs === null || clock.pending === clock.pendingIdle) {
      await rest();
    } else if (++quiet >= quietRounds) {
      await pass(clock, Math.max(0, dueMs - clock.elapsed()));
    }
    lastMs = nowMs;
  }
}

function isBusy(): boolean {
  return process.getActiveResourcesInfo().some((resource) => !restful.has(resource));
}

/** A millisecond of the real time, for others. Holds no process. */
function rest(): Promise<void> {
  return new Promise((resolve) => void real.setTimeout(resolve, 1).unref());
}

/** What a ring throws is an uncaught exception, as with any timer; time goes on. */
async function pass(clock: SimulatedClock, ms: number): Promise<void> {
  try {
    await clock.run(ms);
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
  }
}

type Callback = (...parameters: unknown[]) => void;

/** @returns puts them back. */
function replaceTimers(clock: Clock): () => void {
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
  return () => {
    Object.assign(globalThis, { setTimeout, setInterval, clearTimeout, clearInterval, Date: RealDate });
    for (const timer of timers.values()) timer.close();
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
