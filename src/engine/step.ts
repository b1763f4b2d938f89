import type { AnyStateMachine, ContextFrom, EmittedFrom, EventFromLogic, InputFrom } from 'xstate';
import { unreachable } from '../errors.ts';
import { compile, type Doing, type Leaf, type Table, type Way } from './compile.ts';

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
  const { initial, contextFor, entry } = tableOf(machine);
  const walk: Walk = { context: contextFor(input), event: { type: 'xstate.init', input }, effects: nothing };
  run(entry, walk);
  const { value } = settled(initial, walk);
  return { value, context: walk.context as ContextFrom<M> };
}

/**
 * What a chart makes of an event: pure, and the only place that steps one. Charts are worked out into tables when they
 * are first used; a test holds the tables to XState's own `transition`.
 * @returns `next` is `resting` itself when nothing has changed.
 */
export function step<M extends AnyStateMachine>(
  machine: M,
  resting: Resting<ContextFrom<M>>,
  event: EventFromLogic<M>,
): Stepped<M> {
  const leaf = leafOf(tableOf(machine), resting.value);
  const walk: Walk = { context: resting.context, event, effects: nothing };
  const { value } = settled(taken(leaf.on.get(event.type), walk) ?? leaf, walk);
  const isSame = value === resting.value && walk.context === resting.context;
  return {
    next: isSame ? resting : { value, context: walk.context as ContextFrom<M> },
    effects: walk.effects as readonly EmittedFrom<M>[],
  };
}

/** What guards and actions see, and what has come of them so far. */
interface Walk {
  context: unknown;
  readonly event: unknown;
  effects: unknown[] | readonly never[];
}

/** Goes the first way that is open. @returns where it leads; null when there is none. */
function taken(ways: readonly Way[] | undefined, walk: Walk): Leaf | null {
  if (ways === undefined) return null;
  for (const way of ways) {
    if (way.guard !== null && !way.guard(walk)) continue;
    run(way.doing, walk);
    return way.next;
  }
  return null;
}

function run(doings: readonly Doing[], walk: Walk): void {
  for (const doing of doings) {
    if (doing.type === 'assign') {
      walk.context = doing.changed(walk);
    } else {
      const effect = doing.effect(walk);
      // Most steps have one effect, and an array that grows takes room for seventeen.
      if (walk.effects === nothing) walk.effects = [effect];
      else (walk.effects as unknown[]).push(effect);
    }
  }
}

/** Passes through states that never rest. */
function settled(from: Leaf, walk: Walk): Leaf {
  let leaf = from;
  for (let passed = 0; leaf.always.length > 0; passed += 1) {
    const next = taken(leaf.always, walk);
    if (next === null) break;
    if (passed === passedMax) unreachable(`a chart goes round in circles at ${leaf.value}`);
    leaf = next;
  }
  return leaf;
}

function tableOf(machine: AnyStateMachine): Table {
  let table = tables.get(machine);
  if (table === undefined) {
    table = compile(machine);
    tables.set(machine, table);
  }
  return table;
}

function leafOf(table: Table, value: string): Leaf {
  return table.leaves.get(value) ?? unreachable(`a chart rests in ${value}, which it does not have`);
}
