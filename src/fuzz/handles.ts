import type { Life } from './life.ts';

type Listener = (...payload: readonly unknown[]) => unknown;

/** A task object of longshore's, of either generation. */
interface Target {
  on(event: unknown, listener: unknown): void;
  off(event: unknown, listener: unknown): void;
  readonly [name: string]: unknown;
}

/** The task objects that one process of the app holds. */
export class Handles {
  readonly #life: Life;
  readonly #byTarget = new Map<object, Handle>();

  constructor(life: Life) {
    this.#life = life;
  }

  /** What the client gets in place of a task object: always the same one. */
  of(target: object, tid: string): object {
    const held = this.#byTarget.get(target) ?? new Handle(this.#life, target as Target, tid);
    this.#byTarget.set(target, held);
    return held.outside;
  }

  /** Listeners that are on, by task and event. */
  listeners(): { readonly tid: string; readonly event: string; readonly count: number }[] {
    return [...this.#byTarget.values()].flatMap((handle) => handle.counts());
  }

  /** The service has restarted, and knows none of its listeners. */
  resubscribe(): void {
    const handles = [...this.#byTarget.values()];
    this.#byTarget.clear();
    for (const handle of handles) {
      const target = this.#life.app.resubscribe(handle.tid);
      if (target === null) continue;
      handle.moveTo(target as Target);
      this.#byTarget.set(target, handle);
    }
  }
}

/** Stands between the client and one task: calls are answered, and events arrive, when the order of the run says. */
class Handle {
  readonly tid: string;
  /** What the client holds. */
  readonly outside: object;
  readonly #life: Life;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #relays = new Map<string, Listener>();
  readonly #calls = new Map<string, unknown>();
  #target: Target;
  /** Events of one task keep their order. */
  #lastMs = 0;

  constructor(life: Life, target: Target, tid: string) {
    this.#life = life;
    this.#target = target;
    this.tid = tid;
    this.#calls.set('on', (event: unknown, listener: unknown) => this.#on(event, listener));
    this.#calls.set('off', (...args: readonly unknown[]) => this.#off(args));
    this.outside = new Proxy(target, {
      get: (_, name) => this.#property(String(name)),
      set: (_, name, value) => Reflect.set(this.#target, name, value),
    });
  }

  counts(): { readonly tid: string; readonly event: string; readonly count: number }[] {
    return [...this.#listeners].map(([event, { size }]) => ({ tid: this.tid, event, count: size }));
  }

  moveTo(target: Target): void {
    this.#target = target;
    for (const [event, { size }] of this.#listeners) if (size > 0) target.on(event, this.#relayOf(event));
  }

  #property(name: string): unknown {
    const value = this.#target[name];
    if (typeof value !== 'function') return value;
    let call = this.#calls.get(name);
    if (call === undefined) {
      call = (...args: readonly unknown[]) => this.#call(name, args);
      this.#calls.set(name, call);
    }
    return call;
  }

  #call(name: string, args: readonly unknown[]): unknown {
    return this.#life.call(name, args, {
      tid: this.tid,
      answers: true,
      make: (given) => (this.#target[name] as (...args: readonly unknown[]) => unknown)(...given),
      made: () => null,
      dress: (value) => value,
      text: () => `${this.#life.journal.nameOf(this.tid)}: ${name}(${args.filter(isPlain).join(', ')})`,
    });
  }

  #on(event: unknown, listener: unknown): void {
    this.#listen('on', event, () => {
      // The target checks the arguments.
      if (typeof event !== 'string' || typeof listener !== 'function') return this.#target.on(event, listener);
      this.#target.on(event, this.#relayOf(event));
      const set = this.#listeners.get(event) ?? new Set();
      this.#listeners.set(event, set.add(listener as Listener));
    });
  }

  #off(args: readonly unknown[]): void {
    const [event, listener] = args;
    this.#listen('off', event, () => {
      const set = this.#listeners.get(String(event));
      if (typeof listener !== 'function') {
        (this.#target.off as Listener)(...args);
        set?.clear();
        return;
      }
      this.#target.off(event, listener);
      set?.delete(listener as Listener);
      if (set?.size === 0) this.#target.off(event, this.#relayOf(String(event)));
    });
  }

  #listen(operation: 'on' | 'off', event: unknown, make: () => void): void {
    this.#life.call(operation, [event], {
      tid: this.tid,
      answers: false,
      make,
      made: () => null,
      dress: (value) => value,
      text: () => `${this.#life.journal.nameOf(this.tid)}: ${operation}(${String(event)})`,
    });
  }

  #relayOf(event: string): Listener {
    const known = this.#relays.get(event);
    if (known !== undefined) return known;
    const relay = (...payload: readonly unknown[]) => this.#arriving(event, payload);
    this.#relays.set(event, relay);
    return relay;
  }

  #arriving(event: string, payload: readonly unknown[]): void {
    const { clock, order } = this.#life;
    const nowMs = clock.elapsed();
    const dueMs = Math.max(nowMs + order.next(), this.#lastMs);
    this.#lastMs = dueMs;
    if (dueMs === nowMs) this.#arrive(event, payload);
    else this.#life.after(dueMs - nowMs, () => this.#arrive(event, payload));
  }

  #arrive(event: string, payload: readonly unknown[]): void {
    const { journal, number, isAlive } = this.#life;
    const set = this.#listeners.get(event);
    if (!isAlive || set === undefined || set.size === 0) return;
    const of = `${event} of ${journal.nameOf(this.tid)}`;
    journal.heard.push({ atMs: journal.nowMs, process: number, tid: this.tid, event, payload });
    journal.tell('client', () => `hears ${of}${detailOf(payload)}`);
    for (const listener of [...set]) {
      if (set.has(listener)) this.#life.guard('listener', of, () => listener(...payload));
    }
    if (event === 'remove') this.#listeners.clear();
  }
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

/** How far, where an event says so. */
function detailOf([first]: readonly unknown[]): string {
  if (typeof first === 'number') return `: ${first}`;
  if (typeof first !== 'object' || first === null || !('processed' in first)) return '';
  return `: ${String(first.processed)} bytes`;
}
