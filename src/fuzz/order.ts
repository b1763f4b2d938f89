import type { Clock } from '../ports/clock.ts';

/** When what is ready reaches the client: drawn from the script, one number each. */
export class Order {
  readonly #delaysMs: readonly number[];
  readonly #clock: Clock;
  #used = 0;

  constructor(delaysMs: readonly number[], clock: Clock) {
    this.#delaysMs = delaysMs;
    this.#clock = clock;
  }

  /** Delays that were asked for so far. */
  get used(): number {
    return this.#used;
  }

  /** The next delay in ms. */
  next(): number {
    return this.#delaysMs[this.#used++] ?? 0;
  }

  /** Goes on after the next delay: at once, if there is none. */
  later(goOn: () => void): void {
    const delayMs = this.next();
    if (delayMs === 0) goOn();
    else this.#clock.after(delayMs, goOn);
  }
}
