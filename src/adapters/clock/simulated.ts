import type { Clock, Timer, TimerOptions } from '../../ports/clock.ts';
import { soundDelay, Timers } from './timers.ts';

/** Time that passes only when it is told to. */
export interface SimulatedClock extends Clock {
  /**
   * Lets `ms` pass. Steps to each due time in order; before each step, and at the end, every promise that can go on
   * has gone on.
   * @throws what a ring throws, by rejection, with the time where it rang; also when called while it runs already.
   */
  run(ms: number): Promise<void>;

  /**
   * Lets time pass until `predicate` holds, asked before every step, for at most `limitMs`.
   * @returns whether it held. If so, time stands still at that instant.
   * @throws  as `run`.
   */
  runUntil(predicate: () => boolean, limitMs: number): Promise<boolean>;

  /** Sets the wall clock forwards or backwards; `elapsed` and timers do not notice. */
  jump(ms: number): void;

  /** Timers set and not yet rung, idle ones included. */
  readonly pending: number;

  /** Those of them that are idle. */
  readonly pendingIdle: number;

  /** When the next timer is due, on the scale of `elapsed`; null for none. */
  readonly nextDueMs: number | null;
}

export interface SimulatedClockOptions {
  /** Wall time at the start, ms since the epoch. */
  readonly startMs?: number;
  /** Timers that may ring at one instant before `run` takes it for an endless loop and throws. */
  readonly stepsMax?: number;
}

/** A clock that starts at `elapsed()` 0. */
export function createSimulatedClock(options: SimulatedClockOptions = {}): SimulatedClock {
  return new SteppedClock(options.startMs ?? 0, options.stepsMax ?? 1_000_000);
}

class SteppedClock implements SimulatedClock {
  readonly #timers = new Timers();
  readonly #stepsMax: number;
  #startMs: number;
  #elapsedMs = 0;
  #running = false;

  constructor(startMs: number, stepsMax: number) {
    this.#startMs = startMs;
    this.#stepsMax = stepsMax;
  }

  now(): number {
    return Math.floor(this.#startMs + this.#elapsedMs);
  }

  elapsed(): number {
    return this.#elapsedMs;
  }

  after(delayMs: number, ring: () => void, options?: TimerOptions): Timer {
    return this.#timers.add(this.#elapsedMs + soundDelay(delayMs), ring, options?.idle ?? false);
  }

  async run(ms: number): Promise<void> {
    await this.runUntil(() => false, ms);
  }

  async runUntil(predicate: () => boolean, limitMs: number): Promise<boolean> {
    if (this.#running) throw new Error('The simulated clock runs already: await one run before the next.');
    this.#running = true;
    try {
      return await this.#stepUntil(predicate, this.#elapsedMs + soundDelay(limitMs));
    } finally {
      this.#running = false;
    }
  }

  jump(ms: number): void {
    this.#startMs += ms;
  }

  get pending(): number {
    return this.#timers.size;
  }

  get pendingIdle(): number {
    return this.#timers.idle;
  }

  get nextDueMs(): number | null {
    return this.#timers.first()?.dueMs ?? null;
  }

  #stepUntil(predicate: () => boolean, endMs: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      let steps = 0;
      const step = (): boolean => {
        if (predicate()) {
          resolve(true);
          return false;
        }
        const first = this.#timers.first();
        if (first === undefined || first.dueMs > endMs) {
          this.#elapsedMs = endMs;
          resolve(false);
          return false;
        }
        steps = first.dueMs === this.#elapsedMs ? steps + 1 : 0;
        if (steps > this.#stepsMax) throw new Error(`Time stands still: ${steps} timers rang at ${first.dueMs} ms.`);
        this.#elapsedMs = first.dueMs;
        this.#timers.remove(first);
        first.ring();
        return true;
      };
      repeat(step, reject);
    });
  }
}

/** Macrotasks asked for at once. Sockets and others wait for all of them. */
const aheadMax = 64;

/**
 * Calls `act` while it answers true, each time after every promise that could go on has, however long its chain: in a
 * macrotask of its own. Several are asked for ahead, since a round of the event loop costs ten times what one of them does.
 */
function repeat(act: () => boolean, fail: (error: unknown) => void): void {
  let isOver = false;
  let asked = 0;
  let ahead = 1;
  const go = () => {
    asked -= 1;
    if (isOver) return;
    try {
      isOver = !act();
    } catch (error) {
      isOver = true;
      fail(error);
    }
    if (!isOver && asked === 0) ask();
  };
  const ask = () => {
    for (asked = 0; asked < ahead; asked++) macrotask(go);
    ahead = Math.min(2 * ahead, aheadMax);
  };
  ask();
}

/** Bound when the module loads, so that fake timers of a test do not stop the simulation. */
const macrotask = typeof setImmediate === 'function' ? bySetImmediate(setImmediate) : byMessage(new MessageChannel());

function bySetImmediate(immediate: typeof setImmediate): (act: () => void) => void {
  return (act) => void immediate(act);
}

/** For browsers: their `setTimeout` takes milliseconds. Clocks share the channel, so answers come in the order asked. */
function byMessage({ port1, port2 }: MessageChannel): (act: () => void) => void {
  const asked: (() => void)[] = [];
  port1.onmessage = () => asked.shift()?.();
  return (act) => {
    asked.push(act);
    port2.postMessage(null);
  };
}
