import type { App } from '../api/task-engine.ts';
import type { Clock } from '../ports/clock.ts';
import { codeOf, type Journal, type Mutable, wordsOf } from './journal.ts';
import type { Order } from './order.ts';
import type { Call } from './types.ts';

/** More than a client that does no harm does in half an hour, and at one instant. */
export const worksMax = 40_000;
export const worksAtOnceMax = 2_000;

export interface LifeOptions {
  readonly number: number;
  readonly app: App;
  readonly clock: Clock;
  readonly order: Order;
  readonly journal: Journal;
  /** Actions of the user that are under way. */
  readonly underway: readonly string[];
  /** What the client did in all its processes. */
  readonly spent: { works: number };
  /** The client does too much, or hangs in a loop that only this ends. */
  readonly onFlood: () => void;
}

/** One process of the app under test. Once it has ended, nothing reaches its code any more. */
export class Life {
  readonly number: number;
  readonly clock: Clock;
  readonly order: Order;
  readonly journal: Journal;
  readonly visible: { readonly foreground: Set<() => void>; readonly background: Set<() => void> } = {
    foreground: new Set(),
    background: new Set(),
  };
  /** Another one after the service has restarted. */
  app: App;
  readonly #clock: Clock;
  readonly #underway: readonly string[];
  readonly #onFlood: () => void;
  #isAlive = true;
  /** Calls of one that was ended, as it kept the world busy. */
  #callsLater: number | null = null;
  readonly #spent: { works: number };
  #worksAtOnce = 0;
  #lastMs = 0;

  constructor(options: LifeOptions) {
    this.number = options.number;
    this.app = options.app;
    this.order = options.order;
    this.journal = options.journal;
    this.#underway = options.underway;
    this.#spent = options.spent;
    this.#onFlood = options.onFlood;
    const { clock } = options;
    this.#clock = clock;
    this.clock = {
      now: () => clock.now(),
      elapsed: () => clock.elapsed(),
      after: (delayMs, ring, timer) => clock.after(delayMs + this.order.next(), () => this.#ring(ring), timer),
    };
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  end(): void {
    this.#isAlive = false;
  }

  /** Notes something that the client does. @returns whether it may go on. */
  works(): boolean {
    const nowMs = this.clock.elapsed();
    this.#worksAtOnce = nowMs === this.#lastMs ? this.#worksAtOnce + 1 : 1;
    this.#lastMs = nowMs;
    if (this.#isAlive && (++this.#spent.works > worksMax || this.#worksAtOnce > worksAtOnceMax)) {
      this.end();
      this.#callsLater = 0;
      this.#onFlood();
    }
    return this.#isAlive;
  }

  /** After exactly so long, if the process still lives. */
  after(delayMs: number, goOn: () => void): void {
    this.#clock.after(delayMs, () => this.#isAlive && goOn());
  }

  /** Runs code of the client's that nobody waits for. */
  guard(kind: 'listener' | 'timer', of: string, run: () => unknown): void {
    if (!this.works()) return;
    try {
      run();
    } catch (thrown) {
      this.journal.trouble(kind, of, thrown);
    }
  }

  /**
   * A call of the client's to longshore, whose answer comes when the order says.
   * @param text     for the story.
   * @param dress    makes of what longshore gives what the client gets.
   */
  call(operation: string, args: readonly unknown[], options: CallOptions): unknown {
    if (!this.works()) {
      // A loop that does not wait for answers is ended by nothing else.
      if (this.#callsLater !== null && ++this.#callsLater > worksAtOnceMax) throw new Error('the client was ended');
      return new Promise(() => {});
    }
    const { journal } = this;
    const call: Mutable<Call> = {
      atMs: journal.nowMs,
      process: this.number,
      operation,
      tid: options.tid,
      actions: [...this.#underway],
      outcome: 'pending',
      code: null,
    };
    journal.calls.push(call);
    if (call.tid !== null) journal.asked(operation, call.tid);
    journal.tell('client', () => options.text(args));
    const last = args.at(-1);
    const callback = options.answers && typeof last === 'function' ? (last as Callback) : null;
    try {
      const given = callback === null ? args : [...args.slice(0, -1), this.#lateCallback(call, callback, options)];
      const answer = options.make(given);
      call.tid ??= options.made(args);
      if (answer instanceof Promise) return this.#late(call, answer, options);
      if (callback === null) call.outcome = 'done';
      return answer;
    } catch (thrown) {
      this.#refused(call, thrown);
      throw thrown;
    }
  }

  #late(call: Mutable<Call>, answer: Promise<unknown>, { dress }: CallOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const reach = (go: () => void) => this.order.later(() => this.#isAlive && go());
      answer.then(
        (value) => {
          call.outcome = 'done';
          const dressed = dress(value, call.tid);
          reach(() => resolve(dressed));
        },
        (thrown) => {
          this.#refused(call, thrown);
          reach(() => reject(thrown));
        },
      );
    });
  }

  #lateCallback(call: Mutable<Call>, callback: Callback, { dress }: CallOptions): Callback {
    return (error, value) => {
      if (error === null || error === undefined) call.outcome = 'done';
      else this.#refused(call, error);
      const dressed = dress(value, call.tid);
      this.order.later(() => this.guard('listener', `the answer to ${call.operation}`, () => callback(error, dressed)));
    };
  }

  #refused(call: Mutable<Call>, thrown: unknown): void {
    call.outcome = 'refused';
    call.code = codeOf(thrown);
    this.journal.tell('device', () => `${call.operation} is refused: ${wordsOf(thrown)}`);
  }

  #ring(ring: () => void): void {
    this.guard('timer', '', ring);
  }
}

type Callback = (error: unknown, value: unknown) => void;

export interface CallOptions {
  readonly tid: string | null;
  /** Does it answer by promise, or by a callback that stands last? */
  readonly answers: boolean;
  make(args: readonly unknown[]): unknown;
  /** The task that was made just now; null for none. */
  made(args: readonly unknown[]): string | null;
  dress(value: unknown, tid: string | null): unknown;
  text(args: readonly unknown[]): string;
}
