import type { AnyStateMachine } from 'xstate';
import { unreachable } from '../errors.ts';

/** A chart as tables: what each innermost state does with each event. */
export interface Table {
  readonly initial: Leaf;
  /** Context of a chart before its first event. */
  readonly contextFor: (input: unknown) => unknown;
  /** What is done on the way into the initial state. */
  readonly entry: readonly Doing[];
  readonly leaves: ReadonlyMap<string, Leaf>;
}

export interface Leaf {
  readonly value: string;
  readonly on: ReadonlyMap<string, readonly Way[]>;
  /** Tried after each step, until none applies. */
  readonly always: readonly Way[];
}

/** One transition out of one innermost state, with every exit and entry on its way worked out. */
export interface Way {
  readonly guard: Check | null;
  readonly doing: readonly Doing[];
  readonly next: Leaf;
}

export type Args = { readonly context: unknown; readonly event: unknown };
type Check = (args: Args) => boolean;

/** Either changes the context, or asks for an effect. */
export type Doing =
  | { readonly type: 'assign'; readonly change: (args: Args) => object }
  | { readonly type: 'emit'; readonly effect: (args: Args) => unknown };

type Node = AnyStateMachine['root'];
type Transition = Node['always'] extends (infer T)[] | undefined ? T : never;
type Named = string | { readonly type: string; readonly params?: unknown };

/**
 * Works a machine definition out into tables. Nothing is decided here: guards and actions are those of the definition.
 * @throws on a feature that the tables do not know, by its name and place.
 */
export function compile(machine: AnyStateMachine): Table {
  const leaves = new Map<string, Draft>();
  for (const node of nodesOf(machine.root)) {
    mustBeKnown(machine, node);
    if (isLeaf(node)) leaves.set(node.key, { value: node.key, node, on: new Map(), always: [] });
  }
  // Ways lead from leaf to leaf, so every leaf is there before the first way.
  for (const leaf of leaves.values()) compileLeaf(machine, leaf, leaves);
  const { context } = machine.config as { context?: unknown };
  const initial = leafUnder(machine.root);
  return {
    initial: leafAt(leaves, initial),
    contextFor: typeof context === 'function' ? (input) => context({ input }) : () => context ?? {},
    entry: pathTo(initial).flatMap((node) => doingsOf(machine, node.entry, node)),
    leaves,
  };
}

/** A leaf whose ways are still being found. */
interface Draft extends Leaf {
  readonly node: Node;
  readonly on: Map<string, Way[]>;
  readonly always: Way[];
}
type Drafts = ReadonlyMap<string, Draft>;

function compileLeaf(machine: AnyStateMachine, leaf: Draft, leaves: Drafts): void {
  const { on, always } = leaf;
  // A state answers before those around it; only when none of its ways is open, they are asked.
  for (let node: Node | undefined = leaf.node; node !== undefined; node = node.parent) {
    for (const [event, transitions] of node.transitions) {
      const ways = on.get(event) ?? [];
      ways.push(...transitions.map((each) => compileWay(machine, leaf, each as Transition, leaves)));
      on.set(event, ways);
    }
    for (const each of node.always ?? []) always.push(compileWay(machine, leaf, each, leaves));
  }
}

function compileWay(machine: AnyStateMachine, leaf: Draft, transition: Transition, leaves: Drafts): Way {
  const { source, target, reenter } = transition;
  const guard = transition.guard === undefined ? null : checkOf(machine, transition.guard as Named, source);
  const own = doingsOf(machine, transition.actions, source);
  const [aim, ...others] = target ?? [];
  if (aim === undefined) return { guard, doing: own, next: leaf };
  if (others.length > 0) unknown(machine, source, 'several targets');

  const end = leafUnder(aim);
  const domain = domainOf(source, aim, reenter);
  const left = pathTo(leaf.node).slice(pathTo(domain).length).reverse();
  const entered = pathTo(end).slice(pathTo(domain).length);
  return {
    guard,
    doing: [
      ...left.flatMap((node) => doingsOf(machine, node.exit, node)),
      ...own,
      ...entered.flatMap((node) => doingsOf(machine, node.entry, node)),
    ],
    next: leafAt(leaves, end),
  };
}

function leafAt(leaves: Drafts, { key }: Node): Leaf {
  return leaves.get(key) ?? unreachable(`a chart leads to ${key}, which it does not have`);
}

/** The state that is neither left nor entered: the source itself when the way stays inside it, else what holds both. */
function domainOf(source: Node, aim: Node, reenter: boolean): Node {
  if (!reenter && !isLeaf(source) && aim !== source && pathTo(aim).includes(source)) return source;
  const around = pathTo(aim).slice(0, -1);
  for (let node = source.parent; node !== undefined; node = node.parent) if (around.includes(node)) return node;
  return source.machine.root;
}

function doingsOf(machine: AnyStateMachine, actions: readonly unknown[], place: Node): Doing[] {
  return actions.map((action) => doingOf(machine, action as Named, place));
}

interface BuiltIn {
  readonly type?: string;
  readonly assignment?: unknown;
  readonly event?: unknown;
}

function doingOf(machine: AnyStateMachine, action: Named, place: Node): Doing {
  const name = nameOf(machine, action, place);
  const found = machine.implementations.actions[name] as BuiltIn | undefined;
  if (found?.type === 'xstate.assign') {
    return { type: 'assign', change: assignment(found.assignment, paramsOf(action)) };
  }
  if (found?.type === 'xstate.emit') return { type: 'emit', effect: valued(found.event, paramsOf(action)) };
  return unknown(machine, place, `the action ${name}, which is neither assign nor emit`);
}

function checkOf(machine: AnyStateMachine, guard: Named, place: Node): Check {
  const name = nameOf(machine, guard, place);
  const found = machine.implementations.guards[name];
  if (typeof found !== 'function' || 'check' in found) return unknown(machine, place, `the guard ${name}`);
  const params = paramsOf(guard);
  const check = found as unknown as (args: Args, params: unknown) => boolean;
  if (typeof params === 'function') return (args) => check(args, params(args));
  return params === undefined ? (check as Check) : (args) => check(args, params);
}

/** The whole of an assignment, or one member after the other. */
function assignment(given: unknown, params: unknown): (args: Args) => object {
  if (typeof given === 'function') return valued(given, params) as (args: Args) => object;
  const members = Object.entries(given as object).map(([key, value]) => [key, valued(value, params)] as const);
  return (args) => {
    const change: Record<string, unknown> = {};
    for (const [key, value] of members) change[key] = value(args);
    return change;
  };
}

function valued(given: unknown, params: unknown): (args: Args) => unknown {
  if (typeof given !== 'function') return () => given;
  return typeof params === 'function' ? (args) => given(args, params(args)) : (args) => given(args, params);
}

function nameOf(machine: AnyStateMachine, named: Named, place: Node): string {
  if (typeof named === 'string') return named;
  if (typeof named === 'function') return unknown(machine, place, 'a function without a name');
  return named.type;
}

function paramsOf(named: Named): unknown {
  return typeof named === 'string' ? undefined : named.params;
}

/** What a chart of ours may not have, because the tables would not show it. */
function mustBeKnown(machine: AnyStateMachine, node: Node): void {
  if (node.type !== 'atomic' && node.type !== 'compound') unknown(machine, node, `a ${node.type} state`);
  const { invoke, after, onDone } = node.config;
  for (const [name, value] of Object.entries({ invoke, after, onDone })) {
    if (value !== undefined) unknown(machine, node, name);
  }
  if (node.initial !== undefined && node.initial.actions.length > 0)
    unknown(machine, node, 'actions of an initial state');
  for (const event of node.transitions.keys()) if (event.includes('*')) unknown(machine, node, `the event ${event}`);
}

function unknown(machine: AnyStateMachine, node: Node, what: string): never {
  return unreachable(`the chart ${machine.id} uses ${what} in ${node.id}, and the compiler does not know it`);
}

function isLeaf(node: Node): boolean {
  return Object.keys(node.states).length === 0;
}

function leafUnder(node: Node): Node {
  const [first] = node.initial?.target ?? [];
  return isLeaf(node) || first === undefined ? node : leafUnder(first);
}

/** From the root down to the node, both included. */
function pathTo(node: Node): Node[] {
  return node.parent === undefined ? [node] : [...pathTo(node.parent), node];
}

function nodesOf(node: Node): Node[] {
  return [node, ...Object.values(node.states).flatMap(nodesOf)];
}
