import type { ContextFrom } from 'xstate';
import { type AccountEvent, type AppEvent, accountMachine, appMachine } from '../../machines/app.ts';
import { type NetworkEvent, networkMachine } from '../../machines/network.ts';
import { type Bucket, bucketOf, type QueueEvent, type QueueLimits, queueMachine } from '../../machines/queue.ts';
import { forEachRules } from '../../machines/rules.ts';
import { type ServiceEvent, serviceMachine } from '../../machines/service.ts';
import { type Candidate, isCandidate, type SlotsEvent, slotsMachine } from '../../machines/slots.ts';
import type { TaskEvent, Traits } from '../../machines/task.ts';
import type { TransferContext, TransferEvent } from '../../machines/transfer.ts';
import type { Action, Link, Mode, Rules, State } from '../../machines/vocabulary.ts';
import type { Surroundings } from '../../machines/waiting.ts';
import type { TaskLife, TaskRecord } from '../ports/store.ts';
import { Schedule } from './schedule.ts';
import { Sorted } from './sorted.ts';
import { begin, type Resting } from './step.ts';
import { kindOf, type TaskKind, type TaskRest } from './task-rest.ts';

type Account = Resting<ContextFrom<typeof accountMachine>>;

// Where charts begin, once for all engines.
const anAccount: Account = begin(accountMachine);
const aNetwork = begin(networkMachine);
const someSlots = begin(slotsMachine);
const aService = forEachRules((rules) => begin(serviceMachine, { rules }));
const anApp = forEachRules((rules) => begin(appMachine, { rules }));

/**
 * A task in memory. Its chart rests in `life.state`, with its traits and `life.reason` for context. It is its own
 * candidate, since a million tasks that wait should not be two million objects.
 */
export class LiveTask implements Candidate {
  readonly record: TaskRecord;
  readonly priority: number;
  life: TaskLife;
  /** What the store holds; null before the first commit. */
  saved: TaskLife | null;
  /** The run, while there is one. */
  transfer: Resting<TransferContext> | null = null;
  /** Speed cap of its slot, bytes per second; 0 for none. Null before it has had one. */
  slotSpeed: number | null = null;
  /** Was this upload paused in the middle of a file, to go on from there? Lost with the process. */
  placeKept = false;
  /** When the run began, by the clock that never jumps. */
  runSinceMs = 0;
  /** Response body of the last exchange of an upload; null for an empty one. */
  body: Uint8Array | null = null;
  /** Where its chart rested when it was last asked. */
  #rest: TaskRest;
  /** The last turn that touched it. */
  turn = 0;
  /** False once it is forgotten. */
  isThere = false;

  constructor(record: TaskRecord, kind: TaskKind, life: TaskLife, saved: TaskLife | null) {
    this.record = record;
    this.#rest = kind.at(life.state, life.reason);
    this.priority = record.spec.priority;
    this.life = life;
    this.saved = saved;
  }

  get tid(): string {
    return this.record.tid;
  }

  get seq(): number {
    return this.record.seq;
  }

  get action(): Action {
    return this.traits.action;
  }

  get mode(): Mode {
    return this.traits.mode;
  }

  get traits(): Traits {
    return this.#rest.context.traits;
  }

  /** Its chart, at rest. */
  get chart(): TaskRest {
    this.#rest = this.#rest.at(this.life.state, this.life.reason);
    return this.#rest;
  }
}

/** An app in memory. */
export interface LiveApp {
  readonly uid: number;
  readonly bundle: string;
  readonly seq: number;
  chart: Resting<{ readonly rules: Rules }>;
  readonly queues: Record<Bucket, Resting<{ readonly count: number; readonly tasksMax: number }>>;
  /** Every task, by creation. */
  readonly tasks: Sorted<LiveTask>;
  /** Tasks that what happens around them concerns: waiting, running, retrying. */
  readonly active: Set<LiveTask>;
}

/** An event on its way to a chart. */
export type Letter =
  | { readonly to: 'task'; readonly task: LiveTask; readonly event: TaskEvent }
  | { readonly to: 'transfer'; readonly task: LiveTask; readonly event: TransferEvent }
  | { readonly to: 'queue'; readonly uid: number; readonly bucket: Bucket; readonly event: QueueEvent }
  | { readonly to: 'app'; readonly uid: number; readonly event: AppEvent }
  | { readonly to: 'account'; readonly user: number; readonly event: AccountEvent }
  | { readonly to: 'network'; readonly event: NetworkEvent }
  | { readonly to: 'service'; readonly event: ServiceEvent }
  | { readonly to: 'slots'; readonly event: SlotsEvent };

/** Order of creation; the clock may have jumped between two of them, so `seq` decides among equals. */
export function byCreation(a: LiveTask, b: LiveTask): number {
  return a.record.ctimeMs - b.record.ctimeMs || a.record.seq - b.record.seq;
}

/** Not the order in which tasks come to rest: a device does not note the time of everything. */
function byLastChange(a: LiveTask, b: LiveTask): number {
  return a.life.mtimeMs - b.life.mtimeMs || a.record.seq - b.record.seq;
}

/** The user that an app runs for. @source harmony-request.md 4.6 */
export function userOf(uid: number): number {
  return Math.floor(uid / 200_000);
}

/** How long a record may rest, by what becomes of it. */
type Shelf = 'removed' | 'completed' | 'other';

/**
 * Every task and every index over them. One call changes a task, and all indexes with it; none is ever rebuilt, so no
 * operation looks at more tasks than it concerns.
 */
export class Live {
  readonly tasks = new Map<string, LiveTask>();
  readonly apps = new Map<number, LiveApp>();
  readonly accounts = new Map<number, Account>();
  network: Resting<{ readonly link: Link }> = aNetwork;
  service: Resting<{ readonly rules: Rules }>;
  slots: Resting<{ readonly level: number }> = someSlots;
  readonly schedule: Schedule<LiveTask>;
  /** Tasks that have a slot. */
  readonly running = new Set<LiveTask>();
  /** The level of memory pressure for which slots were given last. */
  slotsLevel = 0;
  /** How many candidates have none. */
  readonly queued: Record<Action, number> = { download: 0, upload: 0 };
  /** Resting records, on each shelf in the order of their last change. */
  readonly shelves: Record<Shelf, Sorted<LiveTask>> = {
    removed: new Sorted(byLastChange),
    completed: new Sorted(byLastChange),
    other: new Sorted(byLastChange),
  };
  readonly rules: Rules;

  #turns = 0;

  constructor(rules: Rules) {
    this.rules = rules;
    this.schedule = new Schedule(rules);
    this.service = aService(rules);
  }

  /** Numbers the turns from 1. */
  nextTurn(): number {
    this.#turns += 1;
    return this.#turns;
  }

  admit(record: TaskRecord, life: TaskLife, saved: TaskLife | null): LiveTask {
    const task = new LiveTask(record, kindOf(this.rules, record.spec), life, saved);
    this.insert(task);
    return task;
  }

  insert(task: LiveTask): void {
    task.isThere = true;
    this.tasks.set(task.record.tid, task);
    this.appOf(task)?.tasks.add(task);
    this.#index(task);
  }

  remove(task: LiveTask): void {
    this.#unindex(task);
    this.appOf(task)?.tasks.delete(task);
    this.tasks.delete(task.record.tid);
    task.isThere = false;
  }

  /** Gives a task a new life, and moves it in those indexes that see a difference. */
  change(task: LiveTask, life: TaskLife): void {
    const before = task.life;
    const dated = before.mtimeMs !== life.mtimeMs;
    if (before.state === life.state && before.reason === life.reason && !dated) {
      task.life = life;
      return;
    }
    const from = this.#shelfOf(before.state);
    const to = this.#shelfOf(life.state);
    const moves = from !== to || dated;
    if (moves) from?.delete(task);
    task.life = life;
    if (moves) to?.add(task);
    if (isCandidate(before.state, before.reason) !== isCandidate(life.state, life.reason)) {
      if (isCandidate(life.state, life.reason)) this.schedule.add(task.record.uid, task);
      else this.schedule.delete(task.record.uid, task);
    }
    if (isRunning(before.state) !== isRunning(life.state)) keepIn(this.running, task, isRunning(life.state));
    this.queued[task.action] += Number(isQueued(life)) - Number(isQueued(before));
    if (isActive(before.state) === isActive(life.state)) return;
    const app = this.appOf(task);
    if (app !== undefined) keepIn(app.active, task, isActive(life.state));
  }

  appOf(task: LiveTask): LiveApp | undefined {
    return this.apps.get(task.record.uid);
  }

  account(user: number): Account {
    return this.accounts.get(user) ?? anAccount;
  }

  *appsOf(user: number): Iterable<LiveApp> {
    for (const app of this.apps.values()) if (userOf(app.uid) === user) yield app;
  }

  /** Meets an app, which may have tasks already. */
  meet(uid: number, bundle: string, limits: QueueLimits): LiveApp {
    const app: LiveApp = {
      uid,
      bundle,
      seq: this.apps.size,
      chart: anApp(this.rules),
      queues: {
        background: begin(queueMachine, { tasksMax: limits.backgroundTasksMax }),
        foreground: begin(queueMachine, { tasksMax: limits.foregroundTasksMax }),
      },
      tasks: new Sorted(byCreation),
      active: new Set(),
    };
    this.apps.set(uid, app);
    this.rank(app);
    return app;
  }

  /** Tells the schedule how an app ranks now. @returns whether that is news. */
  rank(app: LiveApp): boolean {
    return this.schedule.rank(app.uid, {
      accountInForeground: this.account(userOf(app.uid)).value === 'active',
      appInForeground: app.chart.value === 'foreground',
      seq: app.seq,
    });
  }

  /** What lies around the tasks of an app. */
  around(app: LiveApp): Surroundings {
    return {
      link: this.network.context.link,
      appInForeground: app.chart.value === 'foreground',
      accountActive: this.account(userOf(app.uid)).value !== 'inactive',
    };
  }

  #index(task: LiveTask): void {
    const { state, reason } = task.life;
    if (isCandidate(state, reason)) this.schedule.add(task.record.uid, task);
    if (isQueued(task.life)) this.queued[task.action] += 1;
    if (isRunning(state)) this.running.add(task);
    if (isActive(state)) this.appOf(task)?.active.add(task);
    this.#shelfOf(state)?.add(task);
  }

  #unindex(task: LiveTask): void {
    const { state, reason } = task.life;
    if (isCandidate(state, reason)) this.schedule.delete(task.record.uid, task);
    if (isQueued(task.life)) this.queued[task.action] -= 1;
    this.running.delete(task);
    this.appOf(task)?.active.delete(task);
    this.#shelfOf(state)?.delete(task);
  }

  /** Null for a task that does not rest. */
  #shelfOf(state: State): Sorted<LiveTask> | null {
    if (isRunning(state)) return null;
    return this.shelves[state === 'removed' || state === 'completed' ? state : 'other'];
  }
}

export function isRunning(state: State): boolean {
  return state === 'running' || state === 'retrying';
}

/** Is it a candidate for a slot, and has none? */
export function isQueued({ state, reason }: TaskLife): boolean {
  return isCandidate(state, reason) && !isRunning(state);
}

/** Does what happens around a task concern it? */
function isActive(state: State): boolean {
  return state === 'waiting' || isRunning(state);
}

function keepIn<T>(set: Set<T>, item: T, isIn: boolean): void {
  if (isIn) set.add(item);
  else set.delete(item);
}

export function bucketOfTask(task: LiveTask): Bucket {
  return bucketOf(task.record.spec.mode);
}
