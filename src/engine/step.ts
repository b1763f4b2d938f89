import {
  type AnyStateMachine,
  type ContextFrom,
  type EmittedFrom,
  type EventFromLogic,
  type InputFrom,
  initialTransition,
  type SnapshotFrom,
  transition,
} from 'xstate';
import { unreachable } from '../errors.ts';

/** A chart at rest: the innermost state it is in, and its context. Plain data, so it can be stored. */
export interface Resting<Context = unknown> {
  readonly value: string;
  readonly context: Context;
}

export interface Stepped<M extends AnyStateMachine> {
  readonly next: Resting<ContextFrom<M>>;
  readonly effects: readonly EmittedFrom<M>[];
}

/** A chart before its first event. */
export function begin<M extends AnyStateMachine>(machine: M, input?: InputFrom<M>): Resting<ContextFrom<M>> {
  const [snapshot] = initialTransition(machine as AnyStateMachine, input);
  return { value: leafOf(snapshot.value), context: snapshot.context as ContextFrom<M> };
}

/** What a chart makes of an event: pure, and the only place that steps one. */
export function step<M extends AnyStateMachine>(
  machine: M,
  resting: Resting<ContextFrom<M>>,
  event: EventFromLogic<M>,
): Stepped<M> {
  const before = (machine as AnyStateMachine).resolveState({
    value: pathOf(machine, resting.value),
    context: resting.context as object,
  }) as SnapshotFrom<AnyStateMachine>;
  const [after, actions] = transition(machine as AnyStateMachine, before, event);
  const effects: EmittedFrom<M>[] = [];
  for (const { type, params } of actions as readonly unknown[] as readonly EmitAction<EmittedFrom<M>>[]) {
    if (type === 'xstate.emit') effects.push(params.event);
  }
  return { next: { value: leafOf(after.value), context: after.context as ContextFrom<M> }, effects };
}

/** XState's own form of an effect; its typed union leaves it out. */
interface EmitAction<Effect> {
  readonly type: string;
  readonly params: { readonly event: Effect };
}

type StateValue = string | { readonly [key: string]: StateValue | undefined };

function leafOf(value: StateValue): string {
  if (typeof value === 'string') return value;
  const [child] = Object.values(value);
  return child === undefined ? unreachable('a chart rests in a state without a name') : leafOf(child);
}

const paths = new WeakMap<AnyStateMachine, Map<string, StateValue>>();

/** The full value of an innermost state; their names are unique within a chart. */
function pathOf(machine: AnyStateMachine, leaf: string): StateValue {
  let known = paths.get(machine);
  if (known === undefined) {
    known = new Map();
    for (const { key, parent, states } of allNodes(machine)) {
      if (Object.keys(states).length > 0) continue;
      let value: StateValue = key;
      for (let above = parent; above !== undefined && above !== machine.root; above = above.parent) {
        value = { [above.key]: value };
      }
      known.set(key, value);
    }
    paths.set(machine, known);
  }
  return known.get(leaf) ?? unreachable(`the chart ${machine.id} has no state ${leaf}`);
}

type Node = AnyStateMachine['root'];

function allNodes(machine: AnyStateMachine): Node[] {
  const below = (node: Node): Node[] => [node, ...Object.values(node.states).flatMap(below)];
  return below(machine.root);
}
