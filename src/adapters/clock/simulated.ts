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
    const timer = this.#timers.add(this.#elapsedMs + soundDelay(delayMs), ring, options?.idle ?? false);
    return { cancel: () => void this.#timers.remove(timer) };
  }

  async run(ms: number): Promise<void> {
    await this.runUntil(() => false, ms);
  }

  async runUntil(predicate: () => boolean, limitMs: number): Promise<boolean> {
    if (this.#running) throw new Error('The simulated clock runs already: await one run before the next.');
    this.#running = true;
    try {
      return await this.#step(predicate, this.#elapsedMs + soundDelay(limitMs));
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

  async #step(predicate: () => boolean, endMs: number): Promise<boolean> {
    let steps = 0;
    for (;;) {
      await settle();
      if (predicate()) return true;
      const first = this.#timers.first();
      if (first === undefined || first.dueMs > endMs) break;
      steps = first.dueMs === this.#elapsedMs ? steps + 1 : 0;
      if (steps > this.#stepsMax) throw new Error(`Time stands still: ${steps} timers rang at ${first.dueMs} ms.`);
      this.#elapsedMs = first.dueMs;
      this.#timers.remove(first);
      first.ring();
    }
    this.#elapsedMs = endMs;
    return false;
  }
}

/**
 * Resolves when the macrotask queue has come round, and so after every promise that could go on, however long its chain.
 * About 1 µs. Bound when the module loads, so that fake timers of a test do not stop the simulation.
 */
const settle = typeof setImmediate === 'function' ? bySetImmediate(setImmediate) : byMessage(new MessageChannel());

function bySetImmediate(immediate: typeof setImmediate): () => Promise<void> {
  return () => new Promise((resolve) => void immediate(resolve));
}

/** For browsers: their `setTimeout` takes milliseconds. Clocks share the channel, so answers come in the order asked. */
function byMessage({ port1, port2 }: MessageChannel): () => Promise<void> {
  const asked: (() => void)[] = [];
  port1.onmessage = () => asked.shift()?.();
  return () =>
    new Promise((resolve) => {
      asked.push(resolve);
      port2.postMessage(null);
    });
}
