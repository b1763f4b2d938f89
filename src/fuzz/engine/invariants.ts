import { type Bucket, bucketOf, machines, takesRoom } from '../../../machines/index.ts';
import { type Action, type Mode, type Rules, type State, states } from '../../../machines/vocabulary.ts';
import type { TraceEntry } from '../../engine/trace.ts';

/** The limits that a world was made with. */
export interface Bounds {
  readonly rules: Rules;
  /** Running slots of one direction. */
  readonly slots: number;
  readonly backgroundTasksMax: number;
  readonly foregroundTasksMax: number;
}

/** Must hold of every trace. @returns what broke it; null when nothing did. */
export type Invariant = (trace: readonly TraceEntry[], bounds: Bounds) => string | null;

/** No task is created where its app has as many as it may have. Restarts of ended tasks are not counted out. */
export const quotaKept: Invariant = (trace, { backgroundTasksMax, foregroundTasksMax }) => {
  const max: Record<Bucket, number> = { background: backgroundTasksMax, foreground: foregroundTasksMax };
  return walk(trace, (entry, tasks) => {
    const made = isCreation(entry) ? tasks.get(entry.of) : undefined;
    if (made === undefined) return null;
    const count = [...tasks.values()].filter(
      ({ app, bucket, state }) => app === made.app && bucket === made.bucket && takesRoom(state),
    ).length;
    return count <= max[made.bucket] ? null : `${made.app} has ${count} ${made.bucket} tasks`;
  });
};

/** Never do more tasks run in one direction than there are slots. */
export const slotsKept: Invariant = (trace, { slots }) =>
  walk(trace, (_, tasks) => {
    for (const direction of ['download', 'upload'] as const) {
      const count = [...tasks.values()].filter(({ action, state }) => action === direction && isRunning(state)).length;
      if (count > slots) return `${count} tasks ${direction} at once`;
    }
    return null;
  });

/** Once a turn is over, only running tasks have an exchange that is not cancelled; and never does a task have two. */
export const transferOnlyWhileRunning: Invariant = (trace) => {
  const open = new Set<string>();
  const cancelled = new Set<string>();
  return walk(trace, (entry, tasks) => {
    const { kind, name, of } = entry;
    if (kind === 'effect' && name === 'exchange.cancel') cancelled.add(of);
    if (kind === 'effect' && name === 'exchange.open') {
      if (open.has(of)) return 'a second exchange beside the first';
      open.add(of);
      cancelled.delete(of);
    }
    if (isStart(entry)) open.clear();
    if (kind === 'event' && of.endsWith(' transfer') && ['finished', 'faulted', 'cancelled'].includes(name)) {
      open.delete(of.slice(0, -' transfer'.length));
    }
    // Effects come last in a turn but for notices, which come in one of their own.
    if (kind !== 'notice') return null;
    const stray = [...open].find((tid) => !cancelled.has(tid) && !isRunning(tasks.get(tid)?.state));
    return stray === undefined ? null : `${stray} transfers while it is ${tasks.get(stray)?.state ?? 'gone'}`;
  });
};

/** Who comes right after whom, and nobody else does. */
const followers: Readonly<Record<string, readonly string[]>> = {
  failed: ['faultOccur'],
  faultOccur: ['broadcast'],
  completed: ['broadcast'],
};
const needsBefore = new Set(['faultOccur', 'broadcast', 'resume']);

/** `failed`, its fault and the broadcast come together; nothing follows an end but a removal, and nothing a pause but its end. */
export const eventsInOrder: Invariant = (trace, { rules }) => {
  const last = new Map<string, string>();
  let heardAtMs = 0;
  return walk(trace, (entry) => {
    const { atMs, kind, name, of } = entry;
    if (isStart(entry)) last.clear();
    if (kind !== 'notice') return null;
    if (atMs < heardAtMs) return 'told before what happened earlier';
    heardAtMs = atMs;
    const before = last.get(of);
    if (before === undefined || name !== 'progress' || before === 'end') last.set(of, told(name, before, rules));
    if (before === undefined) return needsBefore.has(name) && name !== 'resume' ? `${name} comes first` : null;
    const legal =
      followers[before] ??
      (before === 'end' ? ['remove'] : before === 'pause' ? ['progress', 'resume', 'remove'] : null);
    if (legal !== null) return legal.includes(name) ? null : `${name} comes after ${before}`;
    return needsBefore.has(name) ? `${name} comes after ${before}` : null;
  });
};

/** What is to be remembered of a notice: a task that has ended for good hears of nothing but its removal. */
function told(name: string, before: string | undefined, rules: Rules): string {
  if (name !== 'broadcast') return name;
  return before === 'faultOccur' && rules === 'device' ? 'broadcast' : 'end';
}

/** Nobody hears anything of a task after its `remove`. */
export const silentAfterRemove: Invariant = (trace) => {
  const removed = new Set<string>();
  return walk(trace, ({ kind, name, of }) => {
    if (kind !== 'notice') return null;
    if (removed.has(of)) return `${name} comes after remove`;
    if (name === 'remove') removed.add(of);
    return null;
  });
};

/** Every chart goes on from where it was, and only where its definition leads. */
export const statesAlongEdges: Invariant = (trace) => {
  const known = new Map<string, string>();
  return walk(trace, (entry) => {
    const { kind, name, of, from, to } = entry;
    // What is not stored begins anew with the process.
    if (isStart(entry)) for (const each of [...known.keys()]) if (!isTask(each)) known.delete(each);
    if (isCreation(entry)) known.set(of, 'initialized');
    if (kind !== 'event' || from === undefined || to === undefined) return null;
    const before = known.get(of) ?? from;
    known.set(of, to);
    if (before !== from) return `it was ${before}, and is ${from} now`;
    return from === to || edgesOf(chartOf(of)).has(`${name}: ${from} → ${to}`) ? null : `no edge leads there`;
  });
};

/** No change of a task has any consequence before it is stored, and none is left out. */
export const acknowledgedMeansStored: Invariant = (trace) => {
  const unstored = new Set<string>();
  const broken = walk(trace, (entry) => {
    const { kind, name, of, from, to } = entry;
    if (kind === 'event' && isTask(of) && from !== to) unstored.add(of);
    if (kind === 'commit' && name !== 'failed') unstored.delete(of);
    // Whoever asked was refused then; what happened by itself is stored with the next commit.
    if (kind === 'commit' && name === 'failed') unstored.clear();
    if (isStart(entry) && unstored.size > 0) return `${[...unstored]} changed, and it was never stored`;
    return (kind === 'effect' || kind === 'notice') && unstored.has(of) ? 'acted upon before it is stored' : null;
  });
  return broken ?? (unstored.size > 0 ? `${[...unstored]} changed, and it was never stored` : null);
};

export const invariants = {
  quotaKept,
  slotsKept,
  transferOnlyWhileRunning,
  eventsInOrder,
  silentAfterRemove,
  statesAlongEdges,
  acknowledgedMeansStored,
} as const satisfies Record<string, Invariant>;

/** Names of the invariants that do not hold, and why. */
export function brokenIn(trace: readonly TraceEntry[], bounds: Bounds): string[] {
  return Object.entries(invariants).flatMap(([name, invariant]) => {
    const broken = invariant(trace, bounds);
    return broken === null ? [] : [`${name}: ${broken}`];
  });
}

interface Known {
  readonly app: string;
  readonly bucket: Bucket;
  readonly action: Action;
  state: State;
}

/** Looks at each entry with the tasks as they are after it, up to the first that something is wrong with. */
function walk(
  trace: readonly TraceEntry[],
  look: (entry: TraceEntry, tasks: ReadonlyMap<string, Known>) => string | null,
): string | null {
  const tasks = new Map<string, Known>();
  for (const [at, entry] of trace.entries()) {
    const { kind, name, of, to, note = '' } = entry;
    const task = tasks.get(of);
    if (isCreation(entry)) {
      const [app = '', mode, action] = note.split(', ');
      tasks.set(of, { app, bucket: bucketOf(mode as Mode), action: action as Action, state: 'initialized' });
    } else if (kind === 'event' && task !== undefined && isState(to)) task.state = to;
    const broken = look(entry, tasks);
    if (broken !== null) return `entry ${at}, ${kind} ${name} of ${of}: ${broken}`;
    if (kind === 'commit' && name === 'task.forgotten') tasks.delete(of);
  }
  return null;
}

function isCreation({ kind, name }: TraceEntry): boolean {
  return kind === 'event' && name === 'create';
}

/** A new process begins. */
function isStart({ kind, name }: TraceEntry): boolean {
  return kind === 'event' && name === 'started';
}

function isTask(of: string): boolean {
  return /^\d+$/.test(of);
}

function isState(word: string | undefined): word is State {
  return states.some((state) => state === word);
}

function isRunning(state: State | undefined): boolean {
  return state === 'running' || state === 'retrying';
}

/** The chart that an entry is about. */
function chartOf(of: string): keyof typeof machines {
  if (isTask(of)) return 'task';
  if (of.endsWith(' transfer')) return 'transfer';
  if (of.startsWith('app ')) return 'app';
  if (of.startsWith('account ')) return 'account';
  return of as 'network' | 'service';
}

/** As much of a chart's definition as its edges need. */
interface Node {
  readonly key: string;
  readonly parent?: Node;
  readonly states: Readonly<Record<string, Node>>;
  readonly transitions: ReadonlyMap<string, readonly Edge[]>;
  readonly always?: readonly Edge[];
  readonly initial?: Edge;
}

interface Edge {
  readonly target?: readonly Node[] | undefined;
}

const edges = new Map<string, ReadonlySet<string>>();

/** `event: from → to` for all that a definition allows, guards left aside. */
function edgesOf(chart: keyof typeof machines): ReadonlySet<string> {
  let known = edges.get(chart);
  if (known === undefined) {
    const all = leavesBelow(machines[chart].root as unknown as Node).flatMap((leaf) =>
      lineage(leaf).flatMap(({ transitions }) =>
        [...transitions].flatMap(([event, ways]) =>
          ways.flatMap(({ target = [] }) => target.flatMap(restsOf).map((to) => `${event}: ${leaf.key} → ${to}`)),
        ),
      ),
    );
    known = new Set(all);
    edges.set(chart, known);
  }
  return known;
}

function leavesBelow(node: Node): readonly Node[] {
  const children = Object.values(node.states);
  return children.length === 0 ? [node] : children.flatMap(leavesBelow);
}

function lineage(node: Node): readonly Node[] {
  return node.parent === undefined ? [node] : [node, ...lineage(node.parent)];
}

/** Where one may come to rest who enters a node. */
function restsOf(node: Node): readonly string[] {
  const isLeaf = Object.keys(node.states).length === 0;
  const further = [...(node.always ?? []), ...(isLeaf ? [] : [node.initial])];
  return [...(isLeaf ? [node.key] : []), ...further.flatMap((edge) => edge?.target ?? []).flatMap(restsOf)];
}
