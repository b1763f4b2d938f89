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
  readonly parent: Node | undefined;
  readonly config: StateConfig;
  readonly children: readonly Node[];
}

/**
 * Works a machine definition out into tables. Nothing is decided here: guards and actions are those of the definition.
 * @throws on a feature that the tables do not know, by its name and place.
 */
export function compile(machine: Definition): Table {
  const config = machine.config as StateConfig;
  const root = nodeOf(machine.id, config, undefined);
  const leaves = new Map<string, Draft>();
  for (const node of nodesOf(root)) {
    mustBeKnown(machine, node);
    if (isLeaf(node)) leaves.set(node.key, { value: node.key, node, on: new Map(), always: [] });
  }
  // Ways lead from leaf to leaf, so every leaf is there before the first way.
  for (const leaf of leaves.values()) compileLeaf(machine, leaf, leaves);
  const { context } = config;
  const initial = leafUnder(machine, root);
  return {
    initial: leafAt(leaves, initial),
    contextFor: typeof context === 'function' ? (input) => context({ input }) : () => context ?? {},
    entry: pathTo(initial).flatMap((node) => doingsOf(machine, node.config.entry, node)),
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

function compileLeaf(machine: Definition, leaf: Draft, leaves: Drafts): void {
  const { on, always } = leaf;
  const waysOf = (transitions: Many<string | TransitionConfig> | undefined, source: Node) =>
    many(transitions).map((each) => compileWay(machine, leaf, source, each, leaves));
  // A state answers before those around it; only when none of its ways is open, they are asked.
  for (let node: Node | undefined = leaf.node; node !== undefined; node = node.parent) {
    for (const [event, transitions] of Object.entries(node.config.on ?? {})) {
      on.set(event, [...(on.get(event) ?? []), ...waysOf(transitions, node)]);
    }
    always.push(...waysOf(node.config.always, node));
  }
}

function compileWay(
  machine: Definition,
  leaf: Draft,
  source: Node,
  given: string | TransitionConfig,
  leaves: Drafts,
): Way {
  const transition: TransitionConfig = typeof given === 'string' ? { target: given } : given;
  const guard = transition.guard === undefined ? null : checkOf(machine, transition.guard, source);
  const own = doingsOf(machine, transition.actions, source);
  const [target, ...others] = many(transition.target);
  if (target === undefined) return { guard, doing: own, next: leaf };
  if (others.length > 0) unknown(machine, source, 'several targets');

  const aim = targetOf(machine, source, target);
  const end = leafUnder(machine, aim);
  const domain = domainOf(source, aim, transition.reenter ?? false);
  const left = pathTo(leaf.node).slice(pathTo(domain).length).reverse();
  const entered = pathTo(end).slice(pathTo(domain).length);
  return {
    guard,
    doing: [
      ...left.flatMap((node) => doingsOf(machine, node.config.exit, node)),
      ...own,
      ...entered.flatMap((node) => doingsOf(machine, node.config.entry, node)),
    ],
    next: leafAt(leaves, end),
  };
}

/** `.child` of the source, `#id.path` from the root, else a sibling. */
function targetOf(machine: Definition, source: Node, target: string): Node {
  const [first = '', ...path] = target.split('.');
  const start = first === '' ? source : first === `#${machine.id}` ? rootOf(source) : source.parent;
  const names = first === '' || first.startsWith('#') ? path : [first, ...path];
  let node = start;
  for (const name of names) node = node?.children.find(({ key }) => key === name);
  return node ?? unknown(machine, source, `the target ${target}`);
}

function leafAt(leaves: Drafts, { key }: Node): Leaf {
  return leaves.get(key) ?? unreachable(`a chart leads to ${key}, which it does not have`);
}

/** The state that is neither left nor entered: the source itself when the way stays inside it, else what holds both. */
function domainOf(source: Node, aim: Node, reenter: boolean): Node {
  if (!reenter && !isLeaf(source) && aim !== source && pathTo(aim).includes(source)) return source;
  const around = pathTo(aim).slice(0, -1);
  for (let node = source.parent; node !== undefined; node = node.parent) if (around.includes(node)) return node;
  return rootOf(source);
}

function doingsOf(machine: Definition, actions: Many<Named> | undefined, place: Node): Doing[] {
  return many(actions).map((action) => doingOf(machine, action, place));
}

interface BuiltIn {
  readonly type?: string;
  readonly assignment?: unknown;
  readonly event?: unknown;
}

function doingOf(machine: Definition, action: Named, place: Node): Doing {
  const name = nameOf(machine, action, place);
  const found = machine.implementations.actions[name] as BuiltIn | undefined;
  if (found?.type === 'xstate.assign') {
    return { type: 'assign', changed: assignment(found.assignment, paramsOf(action)) };
  }
  if (found?.type === 'xstate.emit') return { type: 'emit', effect: valued(found.event, paramsOf(action)) };
  return unknown(machine, place, `the action ${name}, which is neither assign nor emit`);
}

function checkOf(machine: Definition, guard: Named, place: Node): Check {
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
  if (typeof given === 'function') {
    const change = valued(given, params) as (args: Args) => Context;
    return (args) => {
      const changes = change(args);
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
  if (typeof given !== 'function') return () => given;
  return typeof params === 'function' ? (args) => given(args, params(args)) : (args) => given(args, params);
}

function nameOf(machine: Definition, named: Named, place: Node): string {
  if (typeof named === 'string') return named;
  if (typeof named === 'function') return unknown(machine, place, 'a function without a name');
  return named.type;
}

function paramsOf(named: Named): unknown {
  return typeof named === 'string' ? undefined : named.params;
}

// `schemas` holds types alone; XState adds it.
const knownKeys = new Set(['id', 'schemas', 'context', 'initial', 'states', 'on', 'always', 'entry', 'exit', 'type']);

/** What a chart of ours may not have, because the tables would not show it. */
function mustBeKnown(machine: Definition, node: Node): void {
  const { type = 'atomic', initial } = node.config;
  if (type !== 'atomic' && type !== 'compound') unknown(machine, node, `a ${type} state`);
  for (const key of Object.keys(node.config)) if (!knownKeys.has(key)) unknown(machine, node, key);
  if (initial !== undefined && typeof initial !== 'string') unknown(machine, node, 'actions of an initial state');
  for (const event of Object.keys(node.config.on ?? {})) {
    if (event.includes('*')) unknown(machine, node, `the event ${event}`);
  }
}

function unknown(machine: Definition, node: Node, what: string): never {
  return unreachable(`the chart ${machine.id} uses ${what} in ${node.key}, and the compiler does not know it`);
}

function nodeOf(key: string, config: StateConfig, parent: Node | undefined): Node {
  const children: Node[] = [];
  const node: Node = { key, parent, config, children };
  for (const [name, child] of Object.entries(config.states ?? {})) children.push(nodeOf(name, child, node));
  return node;
}

function isLeaf(node: Node): boolean {
  return node.children.length === 0;
}

function leafUnder(machine: Definition, node: Node): Node {
  if (isLeaf(node)) return node;
  const first = node.children.find(({ key }) => key === node.config.initial);
  return leafUnder(machine, first ?? unknown(machine, node, 'no initial state'));
}

function rootOf(node: Node): Node {
  return node.parent === undefined ? node : rootOf(node.parent);
}

/** From the root down to the node, both included. */
function pathTo(node: Node): Node[] {
  return node.parent === undefined ? [node] : [...pathTo(node.parent), node];
}

function nodesOf(node: Node): Node[] {
  return [node, ...node.children.flatMap(nodesOf)];
}

function many<T>(given: Many<T> | undefined): readonly T[] {
  if (given === undefined) return [];
  return Array.isArray(given) ? given : [given as T];
}
