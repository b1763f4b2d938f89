import type { Clock, Timer } from '../../ports/clock.ts';

/** A change of the world takes effect within this time. */
const periodMs = 100;

export interface Sleeper {
  /** Called when the world is not any more as it was. */
  wake(): void;
}

/** Looks at the world for everybody who waits in it, so that each of them can sleep until something is due. */
export class Watch {
  readonly #clock: Clock;
  readonly #look: () => string;
  readonly #waiting = new Set<Sleeper>();
  #seen = '';
  #timer: Timer | null = null;

  /** @param look  what the world is like. */
  constructor(clock: Clock, look: () => string) {
    this.#clock = clock;
    this.#look = look;
  }

  get size(): number {
    return this.#waiting.size;
  }

  add(sleeper: Sleeper): void {
    this.#waiting.add(sleeper);
    if (this.#timer !== null) return;
    this.#seen = this.#look();
    this.#wait();
  }

  remove(sleeper: Sleeper): void {
    this.#waiting.delete(sleeper);
  }

  #wait(): void {
    this.#timer = this.#clock.after(periodMs, () => this.#ring(), { idle: true });
  }

  #ring(): void {
    this.#timer = null;
    if (this.#waiting.size === 0) return;
    const now = this.#look();
    const changed = now !== this.#seen ? [...this.#waiting] : [];
    this.#seen = now;
    for (const sleeper of changed) sleeper.wake();
    if (this.#waiting.size > 0) this.#wait();
  }
}
