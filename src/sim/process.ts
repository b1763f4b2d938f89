import type { Clock, Timer, TimerOptions } from '../ports/clock.ts';

/** Time as one process of a world knows it: once the process is killed, none of its timers rings any more. */
export class ProcessClock implements Clock {
  readonly #clock: Clock;
  #alive = true;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  elapsed(): number {
    return this.#clock.elapsed();
  }

  after(delayMs: number, ring: () => void, options?: TimerOptions): Timer {
    return this.#clock.after(
      delayMs,
      () => {
        if (this.#alive) ring();
      },
      options,
    );
  }

  kill(): void {
    this.#alive = false;
  }
}
