import type { AnyStateMachine, ContextFrom, EmittedFrom, EventFromLogic, InputFrom } from 'xstate';
import { unreachable } from '../errors.ts';
import { compile, type Doing, type Table, type Way } from './compile.ts';

/** A chart at rest: the innermost state it is in, and its context. Plain data, so it can be stored. */
export interface Resting<Context = unknown> {
  readonly value: string;
  readonly context: Context;
}

export interface Stepped<M extends AnyStateMachine> {
  readonly next: Resting<ContextFrom<M>>;
  readonly effects: readonly EmittedFrom<M>[];
}

/** States without an event of their own that a step may pass through. */
const passedMax = 100;
const nothing: readonly never[] = [];
const tables = new WeakMap<AnyStateMachine, Table>();

/** A chart before its first event. */
export function begin<M extends AnyStateMachine>(machine: M, input?: InputFrom<M>): Resting<ContextFrom<M>> {
  const table = tableOf(machine);
  const walk = new Walk(table, table.initial, table.contextFor(input), { type: 'xstate.init', input });
  walk.run(table.entry);
  walk.settle();
  return walk.resting() as Resting<ContextFrom<M>>;
}

/**
 * What a chart makes of an event: pure, and the only place that steps one. Charts are worked out into tables when they
 * are first used; a test holds the tables to XState's own `transition`.
 */
export function step<M extends AnyStateMachine>(
  machine: M,
  resting: Resting<ContextFrom<M>>,
  event: EventFromLogic<M>,
): Stepped<M> {
  const table = tableOf(machine);
  const ways = leafOf(table, resting.value).on.get(event.type);
  const walk = new Walk(table, resting.value, resting.context, event);
  if (ways !== undefined) walk.take(ways);
  walk.settle();
  return { next: walk.resting() as Resting<ContextFrom<M>>, effects: walk.effects as readonly EmittedFrom<M>[] };
}

class Walk {
  effects: unknown[] | readonly never[] = nothing;
  readonly #table: Table;
  readonly #event: unknown;
  #value: string;
  #context: unknown;

  constructor(table: Table, value: string, context: unknown, event: unknown) {
    this.#table = table;
    this.#value = value;
    this.#context = context;
    this.#event = event;
  }

  /** Goes the first way that is open. @returns whether there was one. */
  take(ways: readonly Way[]): boolean {
    for (const way of ways) {
      if (way.guard !== null && !way.guard({ context: this.#context, event: this.#event })) continue;
      this.run(way.doing);
      this.#value = way.next;
      return true;
    }
    return false;
  }

  run(doings: readonly Doing[]): void {
    for (const doing of doings) {
      const args = { context: this.#context, event: this.#event };
      if (doing.type === 'assign') {
        this.#context = Object.assign({}, this.#context, doing.change(args));
      } else {
        if (this.effects === nothing) this.effects = [];
        (this.effects as unknown[]).push(doing.effect(args));
      }
    }
  }

  /** Passes through states that never rest. */
  settle(): void {
    for (let passed = 0; ; passed += 1) {
      const { always } = leafOf(this.#table, this.#value);
      if (always.length === 0 || !this.take(always)) return;
      if (passed === passedMax) unreachable(`a chart goes round in circles at ${this.#value}`);
    }
  }

  resting(): Resting {
    return { value: this.#value, context: this.#context };
  }
}

function tableOf(machine: AnyStateMachine): Table {
  let table = tables.get(machine);
  if (table === undefined) {
    table = compile(machine);
    tables.set(machine, table);
  }
  return table;
}

function leafOf(table: Table, value: string) {
  return table.leaves.get(value) ?? unreachable(`a chart rests in ${value}, which it does not have`);
}
