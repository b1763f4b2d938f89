import { EventEmitter } from 'eventemitter3';
import type { Listener } from './fields.ts';

/** What to do with what a listener throws. */
export type ThrowHandler = (thrown: unknown) => void;

/**
 * The listeners of one task: each once, in the order of registration. A listener removed while an event is being
 * delivered hears it no more, and one that throws does not keep the others from hearing it.
 * @source harmony-request.md 6.3
 */
export class Listeners {
  readonly #emitter = new EventEmitter<string>();
  readonly #onThrow: ThrowHandler;

  constructor(onThrow: ThrowHandler) {
    this.#onThrow = onThrow;
  }

  add(event: string, listener: Listener): void {
    if (!this.#emitter.listeners(event).includes(listener)) this.#emitter.on(event, listener);
  }

  /** Without a listener: all of that event. */
  remove(event: string, listener: Listener | null): void {
    this.#emitter.off(event, listener ?? undefined);
  }

  removeAll(): void {
    this.#emitter.removeAllListeners();
  }

  has(event: string): boolean {
    return this.#emitter.listenerCount(event) > 0;
  }

  deliver(event: string, payload: readonly unknown[]): void {
    for (const listener of this.#emitter.listeners(event)) {
      if (!this.#emitter.listeners(event).includes(listener)) continue;
      try {
        listener(...payload);
      } catch (thrown) {
        this.#onThrow(thrown);
      }
    }
  }
}
