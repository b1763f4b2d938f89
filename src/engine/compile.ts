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

/** Either makes a new context, which is the old one when nothing of it changes, or asks for an effect. */
export type Doing =
  | { readonly type: 'assign'; readonly changed: (args: Args) => object }
  | { readonly type: 'emit'; readonly effect: (args: Args) => unknown };

/**
 * What the compiler reads of a machine: its definition as it was written, and what the names in it stand for. Nothing of
 * XState's interpreter is asked, so a bundle may leave it out.
 */
export interface Definition {
  readonly id: string;
  readonly config: object;
  readonly implementations: {
    readonly guards: Readonly<Record<string, unknown>>;
    readonly actions: Readonly<Record<string, unknown>>;
  };
}

type Named = string | { readonly type: string; readonly params?: unknown };
type Many<T> = T | readonly T[];

interface TransitionConfig {
  readonly target?: Many<string>;
  readonly guard?: Named;
  readonly actions?: Many<Named>;
  readonly reenter?: boolean;
}

interface StateConfig {
  readonly type?: string;
  readonly initial?: unknown;
  readonly context?: unknown;
  readonly states?: Readonly<Record<string, StateConfig>>;
  readonly on?: Readonly<Record<string, Many<string | TransitionConfig>>>;
  readonly always?: Many<string | TransitionConfig>;
  readonly entry?: Many<Named>;
  readonly exit?: Many<Named>;
}

/** A state of the definition, in its place. */
interface Node {
  readonly key: string;
  readonly chart: Definition;
  readonly config: StateConfig;
  /** From the root down to the state itself. */
  readonly path: readonly Node[];
  readonly children: readonly Node[];
  /** Null for a state that holds others. */
  readonly leaf: Draft | null;
}

/** A state without others in it. */
interface LeafNode extends Node {
  readonly leaf: Draft;
}

/** A leaf whose ways are still being found. */
interface Draft extends Leaf {
  readonly on: Map<string, Way[]>;
  readonly always: Way[];
}

/**
 * Works a machine definition out into tables. Nothing is decided here: guards and actions are those of the definition.
 * @throws on a feature that the tables do not know, by its name and place.
 */
export function compile(chart: Definition): Table {
  const root = nodeOf(chart.id, chart.config, chart, []);
  const nodes = leavesUnder(root);
  const leaves = new Map(nodes.map(({ key, leaf }) => [key, leaf]));
  for (const node of nodes) if (leaves.get(node.key) !== node.leaf) unknown(node, 'the name of another state');
  // Ways lead from leaf to leaf, so every leaf is there before the first way.
  for (const node of nodes) findWays(node);
  const { context } = root.config;
  const initial = firstUnder(root);
  return {
    initial: initial.leaf,
    contextFor: typeof context === 'function' ? (input) => context({ input }) : () => context ?? {},
    entry: initial.path.flatMap((node) => doingsOf(node.config.entry, node)),
    leaves,
  };
}

function nodeOf(key: string, config: StateConfig, chart: Definition, around: readonly Node[]): Node {
  const path = [...around];
  const children: Node[] = [];
  const states = Object.entries(config.states ?? {});
  const leaf = states.length > 0 ? null : { value: key, on: new Map(), always: [] };
  const node: Node = { key, config, chart, path, children, leaf };
  path.push(node);
  mustBeKnown(node);
  for (const [name, child] of states) children.push(nodeOf(name, child, chart, path));
  return node;
}

// `schemas` holds types alone; XState adds it.
const knownKeys = ['id', 'schemas', 'context', 'initial', 'states', 'on', 'always', 'entry', 'exit', 'type'];

/** What a chart of ours may not have, because the tables would not show it. */
function mustBeKnown(node: Node): void {
  const { type = 'atomic', initial, on = {} } = node.config;
  if (type !== 'atomic' && type !== 'compound') unknown(node, `a ${type} state`);
  for (const key of Object.keys(node.config)) if (!knownKeys.includes(key)) unknown(node, key);
  if (initial !== undefined && typeof initial !== 'string') unknown(node, 'actions of an initial state');
  for (const event of Object.keys(on)) if (event.includes('*')) unknown(node, `the event ${event}`);
}

function unknown({ key, chart }: Node, what: string): never {
  return unreachable(`the chart ${chart.id} uses ${what} in ${key}, and the compiler does not know it`);
}

function isLeaf(node: Node): node is LeafNode {
  return node.leaf !== null;
}

function leavesUnder(node: Node): LeafNode[] {
  return isLeaf(node) ? [node] : node.children.flatMap(leavesUnder);
}

function firstUnder(node: Node): LeafNode {
  if (isLeaf(node)) return node;
  return firstUnder(childOf(node, node.config.initial) ?? unknown(node, 'no initial state'));
}

function childOf(node: Node | undefined, name: unknown): Node | undefined {
  return node?.children.find(({ key }) => key === name);
}

/** A state answers before those around it; only when none of its ways is open, they are asked. */
function findWays(node: LeafNode): void {
  const { on, always } = node.leaf;
  for (const source of [...node.path].reverse()) {
    const waysOf = (transitions: Many<string | TransitionConfig> | undefined) =>
      many(transitions).map((each) => wayOut(node, source, typeof each === 'string' ? { target: each } : each));
    for (const [event, transitions] of Object.entries(source.config.on ?? {})) {
      on.set(event, [...(on.get(event) ?? []), ...waysOf(transitions)]);
    }
    always.push(...waysOf(source.config.always));
  }
}

/** @param source  the state that has the transition: the leaf, or one around it. */
function wayOut(leaf: LeafNode, source: Node, transition: TransitionConfig): Way {
  const { target, guard, actions, reenter = false } = transition;
  const [aim, ...others] = many(target).map((each) => targetOf(source, each));
  if (others.length > 0) unknown(source, 'several targets');
  if (reenter && source.path.length === 1) unknown(source, 'reenter');
  const end = aim === undefined ? leaf : firstUnder(aim);
  const kept = aim === undefined ? leaf.path.length : keptBetween(source, aim, reenter);
  const doing = (which: 'entry' | 'exit') => (node: Node) => doingsOf(node.config[which], node);
  return {
    guard: guard === undefined ? null : checkOf(guard, source),
    doing: [
      ...leaf.path.slice(kept).reverse().flatMap(doing('exit')),
      ...doingsOf(actions, source),
      ...end.path.slice(kept).flatMap(doing('entry')),
    ],
    next: end.leaf,
  };
}

/** `.child` of the source, `#id.path` from the root, else a sibling. */
function targetOf(source: Node, target: string): Node {
  const [first = '', ...names] = target.split('.');
  const [root] = source.path;
  let node: Node | undefined = first === '' ? source : root;
  if (first !== '' && first !== `#${root?.key}`) node = childOf(source.path.at(-2), first);
  for (const name of names) node = childOf(node, name);
  // The root is never left.
  return node === undefined || node === root ? unknown(source, `the target ${target}`) : node;
}

/** How many states from the root on are neither left nor entered: the source is one of them when the way stays inside it. */
function keptBetween(source: Node, aim: Node, reenter: boolean): number {
  if (!reenter && aim.path.includes(source)) return source.path.length;
  const around = aim.path.slice(0, -1);
  return Math.max(1, source.path.slice(0, -1).filter((node) => around.includes(node)).length);
}

function doingsOf(actions: Many<Named> | undefined, place: Node): Doing[] {
  return many(actions).map((action) => {
    const { name, params } = namedIn(action, place);
    const found = place.chart.implementations.actions[name] as
      | { type?: string; assignment?: unknown; event?: unknown }
      | undefined;
    if (found?.type === 'xstate.assign') return { type: 'assign', changed: assignment(found.assignment, params) };
    if (found?.type === 'xstate.emit') return { type: 'emit', effect: valued(found.event, params) };
    return unknown(place, `the action ${name}, which is neither assign nor emit`);
  });
}

function checkOf(guard: Named, place: Node): Check {
  const { name, params } = namedIn(guard, place);
  const found = place.chart.implementations.guards[name];
  if (typeof found !== 'function' || 'check' in found) return unknown(place, `the guard ${name}`);
  return params === undefined ? (found as Check) : (args) => found(args, params);
}

function namedIn(named: Named, place: Node): { readonly name: string; readonly params?: unknown } {
  if (typeof named === 'string') return { name: named };
  if (typeof named === 'function') return unknown(place, 'a function without a name');
  if (typeof named.params === 'function') return unknown(place, 'params that are computed');
  return { name: named.type, params: named.params };
}

/** The whole of an assignment, or one member after the other. */
function assignment(given: unknown, params: unknown): (args: Args) => object {
  if (typeof given === 'function') {
    return (args) => {
      const changes: Context = given(args, params);
      let next = args.context as Context;
      for (const key in changes) next = withMember(next, args, key, changes[key]);
      return next;
    };
  }
  const members = Object.entries(given as object).map(([key, value]) => [key, valued(value, params)] as const);
  return (args) => {
    let next = args.context as Context;
    for (const [key, value] of members) next = withMember(next, args, key, value(args));
    return next;
  };
}

type Context = Readonly<Record<string, unknown>>;

/** Copies once, and only when something changes; a copy and a store cost a third of a spread that overrides. */
function withMember(context: Context, args: Args, key: string, value: unknown): Context {
  if (context[key] === value) return context;
  const copy: Record<string, unknown> = context === args.context ? { ...context } : context;
  copy[key] = value;
  return copy;
}

function valued(given: unknown, params: unknown): (args: Args) => unknown {
  return typeof given === 'function' ? (args) => given(args, params) : () => given;
}

function many<T>(given: Many<T> | undefined): readonly T[] {
  if (given === undefined) return [];
  return Array.isArray(given) ? given : [given as T];
}
