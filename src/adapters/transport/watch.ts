import type { Clock, Timer } from '../../ports/clock.ts';

/** A change of the world takes effect within this time. */
const periodMs = 100;

export interface Sleeper {
  /** Called when the world is not any more as it was. */
  wake(): void;
  /** The watch's own note: which of all that fell asleep it was; 0 while it is awake. */
  asleep: number;
}

/** Looks at the world for everybody who waits in it, so that each of them can sleep until something is due. */
export class Watch {
  readonly #clock: Clock;
  readonly #look: () => string;
  readonly #waiting = new Set<Sleeper>();
  #fallenAsleep = 0;
  #seen = '';
  #timer: Timer | null = null;

  /** @param look  what the world is like. */
  constructor(clock: Clock, look: () => string) {
    this.#clock = clock;
    this.#look = look;
  }

  /** How many others sleep. */
  besides(sleeper: Sleeper): number {
    return this.#waiting.size - (sleeper.asleep === 0 ? 0 : 1);
  }

  /** Whoever sleeps already falls asleep anew, and need not be looked up. */
  add(sleeper: Sleeper): void {
    if (sleeper.asleep === 0) this.#waiting.add(sleeper);
    sleeper.asleep = ++this.#fallenAsleep;
    if (this.#timer !== null) return;
    this.#seen = this.#look();
    this.#wait();
  }

  remove(sleeper: Sleeper): void {
    this.#waiting.delete(sleeper);
    sleeper.asleep = 0;
  }

  #wait(): void {
    this.#timer = this.#clock.after(periodMs, () => this.#ring(), { idle: true });
  }

  #ring(): void {
    this.#timer = null;
    if (this.#waiting.size === 0) return;
    const now = this.#look();
    const changed = now !== this.#seen ? [...this.#waiting].sort((one, other) => one.asleep - other.asleep) : [];
    this.#seen = now;
    for (const sleeper of changed) sleeper.wake();
    if (this.#waiting.size > 0) this.#wait();
  }
}
