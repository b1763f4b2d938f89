import {
  type AccountEvent,
  type AppEvent,
  accountMachine,
  appMachine,
  type NetworkEvent,
  networkMachine,
  type ServiceEvent,
  serviceMachine,
  type TaskContext,
  type TaskEvent,
  type Traits,
  type TransferContext,
  type TransferEvent,
  taskMachine,
  transferMachine,
} from '../../machines/index.ts';
import { type Action, type Link, type Mode, operations, type Rules, type State } from '../../machines/vocabulary.ts';
import type { Surroundings } from '../../machines/waiting.ts';
import { begin, type Resting, step } from '../engine/step.ts';
import { networks } from '../sim/networks.ts';

/** Where the charts of one kind of task may get to, under one rule set. */
export interface Reach {
  readonly states: ReadonlySet<State>;
  /** As `edgeOf` writes them. */
  readonly edges: ReadonlySet<string>;
}

/** One move of one chart, between states in which it rests. */
export function edgeOf(chart: string, from: string, event: string, to: string): string {
  return `${chart}: ${from} ${event} → ${to}`;
}

/** A task, its run, and nothing else: what lies around them may be anything at any time. */
interface Pair {
  readonly task: Resting<TaskContext>;
  readonly transfer: Resting<TransferContext>;
}

const links: readonly Link[] = [networks.offline, networks.wifi, networks.cellular, networks.other];
const arounds: readonly Surroundings[] = links.flatMap((link) =>
  [true, false].map((appInForeground) => ({ link, appInForeground, accountActive: true })),
);

const calls = ['pause', 'stop', 'remove'] as const;
const happenings = ['linkChanged', 'appEntered', 'appExpired', 'accountLeft', 'accountReturned', 'restarted'] as const;

const taskEvents: readonly TaskEvent[] = [
  ...arounds.flatMap((around): TaskEvent[] => [
    ...[true, false].flatMap((whole): TaskEvent[] => [
      { type: 'start', around, whole },
      { type: 'resume', around, whole },
    ]),
    ...happenings.map((type) => ({ type, around })),
  ]),
  ...calls.map((type) => ({ type })),
  { type: 'admitted' },
  { type: 'dropped' },
  { type: 'passedOver' },
  { type: 'outlived' },
  { type: 'collected', ageMs: Number.POSITIVE_INFINITY },
];

const faults: readonly TransferEvent[] = (['tcp', 'protocol'] as const).flatMap((cause) =>
  [true, false].flatMap((online) =>
    [408, 500, null].map((status) => ({ type: 'faulted', cause, status, online }) as const),
  ),
);
/** What a transport and a timer tell. */
const reports: readonly TransferEvent[] = [
  ...faults,
  { type: 'responded', status: 200 },
  { type: 'responded', status: 408 },
  { type: 'finished' },
  { type: 'cancelled' },
  { type: 'delayEnded' },
  { type: 'timedOut' },
  { type: 'tooSlow' },
];

/** Breadth first over the task and the transfer chart together, for every need that a task of this kind may have. */
export function reachOf(rules: Rules, action: Action, mode: Mode): Reach {
  const states = new Set<State>();
  const edges = new Set<string>();
  for (const retry of [true, false]) {
    for (const network of ['any', 'wifi'] as const) {
      const common = { rules, action, mode, network, metered: false, roaming: true, retry } as const;
      explore({ ...common, api: 'agent' }, states, edges);
      if (mode === 'background') explore({ ...common, api: 'legacy' }, states, edges);
    }
  }
  return { states, edges };
}

function explore(traits: Traits, states: Set<State>, edges: Set<string>): void {
  const opening: Pair = {
    task: begin(taskMachine, { traits }),
    transfer: begin(transferMachine, { exchanges: traits.action === 'upload' ? 2 : 1 }),
  };
  const seen = new Set<string>([keyOf(opening)]);
  let frontier: Pair[] = [opening];
  while (frontier.length > 0) {
    const next: Pair[] = [];
    const visit = (pair: Pair) => {
      const key = keyOf(pair);
      if (seen.has(key)) return;
      seen.add(key);
      next.push(pair);
    };
    for (const pair of frontier) {
      states.add(pair.task.value as State);
      for (const event of taskEvents) if (mayCome(pair, event)) visit(tellTask(pair, event, edges));
      if (pair.transfer.value === 'idle') continue;
      for (const event of reports) visit(tellTransfer(pair, event, edges));
    }
    frontier = next;
  }
}

/** Equal for pairs that have the same moves; how many tries are left takes none away that another pair has not. */
function keyOf({ task, transfer }: Pair): string {
  return [task.value, task.context.reason === 'queued', transfer.value, transfer.context.index].join();
}

/** Does the engine send this to a task in this state? */
function mayCome({ task }: Pair, { type }: TaskEvent): boolean {
  const isActive = task.value === 'running' || task.value === 'retrying';
  const isWaiting = task.value === 'waiting';
  switch (type) {
    case 'admitted':
    case 'passedOver':
      return isWaiting && task.context.reason === 'queued';
    case 'dropped':
    case 'outlived':
      return isActive;
    case 'linkChanged':
    case 'appEntered':
    case 'appExpired':
    case 'accountLeft':
    case 'accountReturned':
    case 'restarted':
      return isActive || isWaiting;
    default:
      return true;
  }
}

function tellTask(pair: Pair, event: TaskEvent, edges: Set<string>): Pair {
  const { next, effects } = step(taskMachine, pair.task, event);
  const moves = next.value !== pair.task.value;
  // What an operation is answered without a move is no edge: it is a cell of its own.
  if (moves || (!isOperation(event.type) && (next !== pair.task || effects.length > 0))) {
    edges.add(edgeOf('task', pair.task.value, event.type, next.value));
  }
  let after: Pair = { ...pair, task: next };
  // A run does not outlive the process.
  if (event.type === 'restarted') after = { ...after, transfer: idle(after) };
  for (const effect of effects) {
    if (effect.type === 'transfer.open') after = tellTransfer(after, { type: 'open', index: 0 }, edges);
    if (effect.type === 'transfer.reopen') after = tellTransfer(after, { type: 'reopen' }, edges);
    if (effect.type === 'transfer.close') {
      after = tellTransfer(after, { type: 'close', interrupted: effect.interrupted }, edges);
    }
  }
  return after;
}

function tellTransfer(pair: Pair, event: TransferEvent, edges: Set<string>): Pair {
  const { next, effects } = step(transferMachine, pair.transfer, event);
  if (next !== pair.transfer || effects.length > 0) {
    edges.add(edgeOf('transfer', pair.transfer.value, event.type, next.value));
  }
  let after: Pair = { ...pair, transfer: next };
  for (const effect of effects) {
    if (effect.type === 'task.retrying') after = tellTask(after, { type: 'retrying' }, edges);
    if (effect.type === 'task.reconnected') after = tellTask(after, { type: 'reconnected' }, edges);
    if (effect.type === 'task.succeeded') after = tellTask(after, { type: 'succeeded' }, edges);
    if (effect.type === 'task.faulted') after = tellTask(after, { type: 'faulted', reason: effect.reason }, edges);
    if (effect.type === 'task.settled') {
      after = tellTask(after, { type: 'settled', interrupted: effect.interrupted }, edges);
    }
  }
  return after;
}

function isOperation(event: string): boolean {
  return (operations as readonly string[]).includes(event);
}

function idle({ transfer }: Pair): Pair['transfer'] {
  return { value: 'idle', context: { ...transfer.context, tries: 0, interrupted: false } };
}

const appEvents: readonly AppEvent[] = [
  { type: 'entered' },
  { type: 'left' },
  { type: 'terminated' },
  { type: 'graceEnded' },
];
const accountEvents: readonly AccountEvent[] = [{ type: 'activated' }, { type: 'suspended' }, { type: 'left' }];
const serviceEvents: readonly ServiceEvent[] = [{ type: 'wentDown' }, { type: 'cameUp' }];
const networkEvents: readonly NetworkEvent[] = [
  ...links.map((link) => ({ type: 'changed', link }) as const),
  ...links.map((link) => ({ type: 'changed', link: { ...link, metered: true, roaming: true } }) as const),
];

/** What the charts around a task do: each by itself, since no other chart writes to them. */
export function reachAround(rules: Rules): ReadonlySet<string> {
  const edges = new Set<string>();
  walk('app', begin(appMachine, { rules }), appEvents, (from, event) => step(appMachine, from, event).next, edges);
  walk('account', begin(accountMachine), accountEvents, (at, event) => step(accountMachine, at, event).next, edges);
  walk('network', begin(networkMachine), networkEvents, (at, event) => step(networkMachine, at, event).next, edges);
  const service = begin(serviceMachine, { rules });
  walk('service', service, serviceEvents, (from, event) => step(serviceMachine, from, event).next, edges);
  return edges;
}

function walk<Context, Event extends { readonly type: string }>(
  chart: string,
  opening: Resting<Context>,
  events: readonly Event[],
  next: (from: Resting<Context>, event: Event) => Resting<Context>,
  edges: Set<string>,
): void {
  const seen = new Set<string>();
  const frontier = [opening];
  for (let from = frontier.pop(); from !== undefined; from = frontier.pop()) {
    if (seen.has(JSON.stringify(from))) continue;
    seen.add(JSON.stringify(from));
    for (const event of events) {
      const to = next(from, event);
      // An event that a state does not answer leads nowhere.
      if (to !== from) edges.add(edgeOf(chart, from.value, event.type, to.value));
      frontier.push(to);
    }
  }
}
