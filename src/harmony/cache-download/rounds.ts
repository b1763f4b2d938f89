import type { Clock } from '../../ports/clock.ts';

type Listener = (payload: never) => void;

/**
 * Listeners by URL, and the rounds in which they hear. A round begins later than what caused it, and looks at the list
 * again before each listener: one that was removed hears nothing, one that was added hears, too. Between two listeners
 * every promise goes on, and nothing else. What a listener throws is an uncaught error, and the others still hear.
 * @source cache-download.md A.6
 */
export class Rounds {
  readonly #clock: Clock;
  readonly #listeners = new Map<string, Listener[]>();
  #last: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A listener that is there already is not added again. @param key  the kind of the event, and the URL. */
  add(key: string, listener: Listener): void {
    const listeners = this.#listeners.get(key) ?? [];
    if (!listeners.includes(listener)) this.#listeners.set(key, [...listeners, listener]);
  }

  /** Without a listener: all of them. */
  remove(key: string, listener: Listener | undefined): void {
    const others = (this.#listeners.get(key) ?? []).filter((each) => listener !== undefined && each !== listener);
    if (others.length > 0) this.#listeners.set(key, others);
    else this.#listeners.delete(key);
  }

  /** Has everybody called once, after all rounds before. @param payload  made anew for each listener. */
  announce(key: string, payload: () => unknown): void {
    this.#last = this.#last.then(() => this.#round(key, payload));
  }

  /** Nobody hears any more. */
  close(): void {
    this.#isClosed = true;
    this.#listeners.clear();
  }

  async #round(key: string, payload: () => unknown): Promise<void> {
    if (this.#isClosed) return;
    await new Promise<void>((resolve) => void this.#clock.after(0, resolve));
    const called = new Set<Listener>();
    while (!this.#isClosed) {
      const listener = this.#listeners.get(key)?.find((each) => !called.has(each));
      if (listener === undefined) return;
      called.add(listener);
      try {
        listener(payload() as never);
      } catch (thrown) {
        queueMicrotask(() => {
          throw thrown;
        });
      }
      await afterPromises();
    }
  }
}

/**
 * Resolves when every promise that could go on has gone on, however long its chain, and before any timer or socket: who
 * waits for those has heard that the round is over, and what it adds belongs to the next one.
 */
function afterPromises(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
