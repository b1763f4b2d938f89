import type { Obstacle } from '../../machines/admission.ts';
import { accountMachine, appMachine } from '../../machines/app.ts';
import { networkMachine } from '../../machines/network.ts';
import { queueMachine, takesRoom } from '../../machines/queue.ts';
import { rule } from '../../machines/rules.ts';
import { serviceMachine } from '../../machines/service.ts';
import { fitAlike, isCandidate, type SlotsEvent, slotsMachine, type Tiers, tierAt } from '../../machines/slots.ts';
import type { TaskEffect, TaskEvent, taskMachine } from '../../machines/task.ts';
import { type TransferEffect, type TransferEvent, transferMachine } from '../../machines/transfer.ts';
import type { Action, ErrorCode, Operation, Rules, State } from '../../machines/vocabulary.ts';
import { unexpected } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Change, TaskLife, TaskRecord } from '../ports/store.ts';
import { exchangesOf } from './jobs.ts';
import { lifeWith } from './life.ts';
import { bucketOfTask, isQueued, isRunning, type Letter, type Live, type LiveApp, type LiveTask } from './live.ts';
import { type Notice, noticeOf } from './notices.ts';
import { begin, type Stepped, step } from './step.ts';
import type { Tracer } from './trace.ts';

/** What a turn asks of the world, once it is remembered. */
export type Effect =
  | { readonly type: 'run.end' | 'exchange.cancel' | 'retry.disarm' | 'speed.set'; readonly task: LiveTask }
  /** `ranMs`: what runs have taken since the last start. */
  | { readonly type: 'run.begin'; readonly task: LiveTask; readonly ranMs: number }
  | ({ readonly type: 'exchange.open'; readonly task: LiveTask } & Opening)
  | { readonly type: 'retry.arm'; readonly task: LiveTask; readonly delayMs: number }
  | { readonly type: 'grace.begin'; readonly uid: number; readonly delayMs: number }
  | { readonly type: 'grace.end' | 'listeners.drop'; readonly uid: number }
  | { readonly type: 'object.drop'; readonly uid: number; readonly tid: string };

/** What an exchange begins with: the task may have moved on by the time that it does. */
export interface Opening {
  readonly index: number;
  readonly life: TaskLife;
  /** Bytes of an upload's file that were sent before a pause. */
  readonly placeKept: number;
}

/** A call that a chart would not have. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly operation: Operation;
  /** Of the chart that refused. */
  readonly state: string;
  /** What stood in the way before any task was asked. */
  readonly obstacle?: Obstacle;
}

/** What an engine decides by. */
export interface Deciding {
  readonly rules: Rules;
  readonly live: Live;
  readonly tiersAt: (level: number) => Tiers;
  readonly clock: Clock;
  readonly trace: Tracer | undefined;
}

const nothing: readonly never[] = [];
const bothActions: readonly Action[] = ['download', 'upload'];
/** Events of the scheduler and of a failure, whose time both rule sets note; so do they of a completion. */
const datedAlways: ReadonlySet<TaskEvent['type']> = new Set(['admitted', 'dropped', 'faulted']);

/**
 * One outside event, and all the letters that charts send each other because of it. A turn only decides: it changes
 * memory so that the change can be taken back, and lists what is to be stored, done and told. The engine does that.
 */
export class Turn {
  readonly effects: Effect[] = [];
  readonly notices: Notice[] = [];
  refusal: Refusal | null = null;
  readonly #deciding: Deciding;
  readonly #letters: Letter[] = [];
  readonly #number: number;
  /** A turn is one instant, which most turns do not ask for. */
  #nowMs: number | null = null;
  /** Each once. */
  readonly #touched: LiveTask[] = [];
  /** Made when first needed, like the other set: most turns have nothing to put into it. */
  #forgotten: Set<LiveTask> | null = null;
  /** Tasks that were started or resumed in this turn and hope for a slot. */
  #hopeful: Set<LiveTask> | null = null;
  readonly #undo: (() => void)[] = [];
  #slotsDue = false;
  /** Letters that are delivered. */
  #delivered = 0;

  constructor(deciding: Deciding) {
    this.#deciding = deciding;
    this.#number = deciding.live.nextTurn();
  }

  /** Delivers the letter and all that follow from it. */
  decide(letter: Letter): void {
    this.#letters.push(letter);
    this.settle();
  }

  /** The same for a task whose chart has been asked already. */
  decideTask(task: LiveTask, event: TaskEvent, stepped: Stepped<typeof taskMachine>): void {
    this.#enter(task, event, stepped);
    this.settle();
  }

  /** Leaves a letter for the next `settle`. */
  post(letter: Letter): void {
    this.#letters.push(letter);
  }

  settle(): void {
    for (;;) {
      const letter = this.#letters[this.#delivered];
      if (letter !== undefined) {
        this.#delivered += 1;
        this.#deliver(letter);
      } else if (this.#slotsDue) {
        this.#assignSlots();
      } else {
        return;
      }
    }
  }

  create(record: TaskRecord, life: TaskLife): LiveTask {
    const { live } = this.#deciding;
    const task = live.admit(record, life, null);
    this.#undo.push(() => live.remove(task));
    this.keep(task);
    this.decide({ to: 'queue', uid: record.uid, bucket: bucketOfTask(task), event: { type: 'entered' } });
    return task;
  }

  /** Changes what the charts do not decide: counts, headers, limits. */
  update(task: LiveTask, change: Partial<TaskLife>): void {
    this.#change(task, lifeWith(task.life, change));
  }

  /** Keeps the response body of an upload. Empty ones are not worth the memory. */
  keepBody(task: LiveTask, body: Uint8Array): void {
    this.#set(task, 'body', body.length > 0 ? body : null);
  }

  /** Has the counts of a task stored, the time that its run has taken so far among them. */
  keepRun(task: LiveTask): void {
    this.keep(task);
    if (task.transfer !== null) this.#countRun(task);
  }

  #countRun(task: LiveTask): void {
    const nowMs = this.#deciding.clock.elapsed();
    this.update(task, { ranMs: task.life.ranMs + nowMs - task.runSinceMs });
    this.#set(task, 'runSinceMs', nowMs);
  }

  /** Has the counts of a task stored, though nothing is decided about it. */
  keep(task: LiveTask): void {
    if (task.turn === this.#number) return;
    task.turn = this.#number;
    this.#touched.push(task);
  }

  /** What the store must hold once this turn is over. */
  changes(unsaved: ReadonlySet<LiveTask>): readonly Change[] {
    if (this.#touched.length === 0 && this.#forgotten === null && unsaved.size === 0) return nothing;
    const changes: Change[] = [];
    for (const task of unsaved.size === 0 ? this.touched : new Set([...unsaved, ...this.touched])) {
      const { record, life, saved } = task;
      if (this.#forgotten?.has(task) || life === saved) continue;
      changes.push(
        saved === null
          ? { type: 'task.created', record, life }
          : { type: 'task.changed', tid: record.tid, was: saved, life },
      );
    }
    for (const { record, saved } of this.#forgotten ?? nothing) {
      if (saved !== null) changes.push({ type: 'task.forgotten', tid: record.tid });
    }
    return changes;
  }

  get touched(): readonly LiveTask[] {
    return this.#touched;
  }

  /** Puts everything back as it was before the turn. */
  takeBack(): void {
    for (const undo of this.#undo.reverse()) undo();
  }

  #deliver(letter: Letter): void {
    const { live } = this.#deciding;
    switch (letter.to) {
      case 'task':
        return this.#stepTask(letter.task, letter.event);
      case 'transfer':
        return this.#stepTransfer(letter.task, letter.event);
      case 'app':
        return this.#stepApp(letter.uid, letter.event);
      case 'account':
        return this.#stepAccount(letter.user, letter.event);
      case 'queue': {
        const queues = live.apps.get(letter.uid)?.queues;
        if (queues === undefined) return;
        this.#set(queues, letter.bucket, step(queueMachine, queues[letter.bucket], letter.event).next);
        return;
      }
      case 'network': {
        const { next, effects } = step(networkMachine, live.network, letter.event);
        this.#traceStep('event', letter.event.type, 'network', live.network.value, next.value);
        this.#set(live, 'network', next);
        for (const _ of effects) for (const app of live.apps.values()) this.#tellTasks(app, 'linkChanged');
        return;
      }
      case 'service': {
        const { next } = step(serviceMachine, live.service, letter.event);
        this.#traceStep('event', letter.event.type, 'service', live.service.value, next.value);
        this.#set(live, 'service', next);
        return;
      }
      case 'slots':
        return this.#stepSlots(letter.event);
    }
  }

  #stepTask(task: LiveTask, event: TaskEvent): void {
    if (task.isThere) this.#enter(task, event, task.chart.after(event));
  }

  #enter(task: LiveTask, event: TaskEvent, { next, effects }: Stepped<typeof taskMachine>): void {
    const before = task.life;
    const state = next.value as State;
    const { reason } = next.context;
    this.#traceStep('event', event.type, task.record.tid, before.state, state);
    if (state !== before.state || reason !== before.reason) {
      const mtimeMs = this.#marksChange(event, state) ? this.#now() : before.mtimeMs;
      this.#change(task, lifeWith(before, { state, reason, mtimeMs }));
    }
    if ((event.type === 'start' || event.type === 'resume') && state !== before.state) {
      this.#hopeful ??= new Set();
      this.#hopeful.add(task);
      if (this.#deciding.live.slots.value === 'held') this.post({ to: 'slots', event: { type: 'released' } });
    }
    for (const effect of effects) this.#follow(task, effect);
  }

  /** Does `mtime` move? @source harmony-request.md 1.4, mtime */
  #marksChange(event: TaskEvent, state: State): boolean {
    // Not by its event: a task that has nothing to send is complete as soon as it starts.
    return rule(this.#deciding.rules, 'dateEveryChange') || state === 'completed' || datedAlways.has(event.type);
  }

  #follow(task: LiveTask, effect: TaskEffect): void {
    const { tid, uid } = task.record;
    switch (effect.type) {
      case 'allowed':
        return;
      case 'refused':
        this.refusal = effect;
        return;
      case 'transfer.open':
        if (task.transfer === null) {
          this.#set(task, 'transfer', begin(transferMachine, { exchanges: exchangesOf(task.record.spec) }));
        }
        return this.post({ to: 'transfer', task, event: { type: 'open', index: task.life.index } });
      case 'transfer.close':
        return this.post({ to: 'transfer', task, event: { type: 'close', interrupted: effect.interrupted } });
      case 'transfer.reopen':
        return this.post({ to: 'transfer', task, event: { type: 'reopen' } });
      case 'runtime.reset':
        // The last run may be ending still; what it took belongs to the last start.
        this.#set(task, 'runSinceMs', this.#deciding.clock.elapsed());
        return this.update(task, { ranMs: 0 });
      case 'place.keep':
        this.#set(task, 'placeKept', task.record.spec.action === 'upload');
        return;
      case 'task.forget':
        return this.#forget(task);
      case 'tell': {
        const notice = noticeOf(effect, { uid, tid, life: task.life, body: task.body });
        if (notice !== null) this.notices.push(notice);
        return;
      }
      default:
        return unexpected(effect);
    }
  }

  #forget(task: LiveTask): void {
    const { live } = this.#deciding;
    if (takesRoom(task.life.state)) {
      this.post({ to: 'queue', uid: task.record.uid, bucket: bucketOfTask(task), event: { type: 'left' } });
    }
    if (task.transfer !== null) this.effects.push({ type: 'exchange.cancel', task }, { type: 'run.end', task });
    this.effects.push({ type: 'object.drop', uid: task.record.uid, tid: task.record.tid });
    live.remove(task);
    this.#undo.push(() => live.insert(task));
    this.#forgotten ??= new Set();
    this.#forgotten.add(task);
  }

  #stepTransfer(task: LiveTask, event: TransferEvent): void {
    const before = task.transfer;
    if (!task.isThere || before === null) return;
    const { next, effects } = step(transferMachine, before, event);
    if (this.#deciding.trace !== undefined)
      this.#traceStep('event', event.type, `${task.record.tid} transfer`, before.value, next.value);
    const ends = next.value === 'idle';
    this.#set(task, 'transfer', ends ? null : next);
    const begins = event.type === 'open' && next.value !== before.value;
    if (begins && before.value !== 'idle') this.#endRun(task);
    if (begins) {
      this.#set(task, 'runSinceMs', this.#deciding.clock.elapsed());
      this.effects.push({ type: 'run.begin', task, ranMs: task.life.ranMs });
    }
    if (next.context.index !== before.context.index && before.value !== 'idle') {
      this.update(task, { index: next.context.index, processed: 0 });
    }
    if (next.context.tries !== task.life.tries) this.update(task, { tries: next.context.tries });
    if (ends && before.value !== 'idle') this.#endRun(task);
    for (const effect of effects) this.#followTransfer(task, effect);
  }

  #endRun(task: LiveTask): void {
    this.#countRun(task);
    this.effects.push({ type: 'run.end', task });
  }

  #followTransfer(task: LiveTask, effect: TransferEffect): void {
    switch (effect.type) {
      case 'exchange.open':
        return this.#openExchange(task, effect.index);
      case 'exchange.cancel':
      case 'retry.disarm':
        this.effects.push({ type: effect.type, task });
        return;
      case 'retry.arm':
        this.effects.push({ type: 'retry.arm', task, delayMs: effect.delayMs });
        return;
      case 'task.retrying':
        return this.post({ to: 'task', task, event: { type: 'retrying' } });
      case 'task.reconnected':
        return this.post({ to: 'task', task, event: { type: 'reconnected' } });
      case 'task.succeeded':
        return this.post({ to: 'task', task, event: { type: 'succeeded' } });
      case 'task.faulted':
        return this.post({ to: 'task', task, event: { type: 'faulted', reason: effect.reason } });
      case 'task.settled':
        return this.post({ to: 'task', task, event: { type: 'settled', interrupted: effect.interrupted } });
      default:
        return unexpected(effect);
    }
  }

  #openExchange(task: LiveTask, index: number): void {
    const { action, multipart } = task.record.spec;
    // What a server had of a file that was broken off is lost to it: that file begins anew.
    if (action === 'upload' && !task.placeKept && task.life.processed > 0) this.update(task, { processed: 0 });
    const { life } = task;
    this.effects.push({
      type: 'exchange.open',
      task,
      // One request carries all files that are not sent yet.
      index: multipart ? life.index : index,
      life,
      placeKept: task.placeKept ? life.processed : 0,
    });
    this.#set(task, 'placeKept', false);
  }

  #stepApp(uid: number, event: Extract<Letter, { to: 'app' }>['event']): void {
    const { live } = this.#deciding;
    const app = live.apps.get(uid);
    if (app === undefined) return;
    const { next, effects } = step(appMachine, app.chart, event);
    if (this.#deciding.trace !== undefined)
      this.#traceStep('event', event.type, `app ${uid}`, app.chart.value, next.value);
    this.#set(app, 'chart', next);
    this.#rank(app);
    for (const effect of effects) {
      if (effect.type === 'grace.begin') this.effects.push({ type: 'grace.begin', uid, delayMs: effect.delayMs });
      else if (effect.type === 'grace.end' || effect.type === 'listeners.drop')
        this.effects.push({ type: effect.type, uid });
      else if (effect.type === 'tasks.tell') this.#tellTasks(app, effect.happening);
    }
  }

  #stepAccount(user: number, event: Extract<Letter, { to: 'account' }>['event']): void {
    const { live } = this.#deciding;
    const before = live.account(user);
    const { next, effects } = step(accountMachine, before, event);
    this.#traceStep('event', event.type, `account ${user}`, before.value, next.value);
    live.accounts.set(user, next);
    this.#undo.push(() => live.accounts.set(user, before));
    for (const app of live.appsOf(user)) {
      this.#rank(app);
      for (const effect of effects) this.#tellTasks(app, effect.happening);
    }
  }

  #rank(app: LiveApp): void {
    const { live } = this.#deciding;
    if (live.rank(app)) {
      this.#undo.push(() => live.rank(app));
      this.post({ to: 'slots', event: { type: 'changed' } });
    }
  }

  #tellTasks(
    app: LiveApp,
    happening: 'linkChanged' | 'appEntered' | 'appExpired' | 'accountLeft' | 'accountReturned',
  ): void {
    const around = this.#deciding.live.around(app);
    for (const task of [...app.active].sort((a, b) => a.record.seq - b.record.seq)) {
      this.post({ to: 'task', task, event: { type: happening, around } });
    }
  }

  #stepSlots(event: SlotsEvent): void {
    const { live } = this.#deciding;
    const { next, effects } = step(slotsMachine, live.slots, event);
    this.#set(live, 'slots', next);
    if (effects.length > 0) this.#slotsDue = true;
  }

  #assignSlots(): void {
    const { live, tiersAt } = this.#deciding;
    const { level } = live.slots.context;
    const tiers = tiersAt(level);
    const isSameLevel = live.slotsLevel === level;
    this.#set(live, 'slotsLevel', level);
    this.#slotsDue = false;
    const admitted: LiveTask[] = [];
    for (const action of bothActions) {
      const joining = isSameLevel && fitAlike(live.schedule.size(action), tiers) ? this.#joining(action) : undefined;
      if (joining === undefined) {
        this.#assignSlotsOf(action, tiers, admitted);
      } else if (joining !== null) {
        this.#set(joining, 'slotSpeed', tiers.speeds[0]);
        admitted.push(joining);
      }
    }
    this.#hopeful = null;
    for (const task of admitted) this.post({ to: 'task', task, event: { type: 'admitted' } });
    this.post({ to: 'slots', event: { type: 'assigned' } });
  }

  /** The one task that waits for a slot; null when none does, undefined when they have to be looked for. */
  #joining(action: Action): LiveTask | null | undefined {
    const queued = this.#deciding.live.queued[action];
    if (queued === 0) return null;
    if (queued > 1 || this.#hopeful?.size !== 1) return undefined;
    const [task] = this.#hopeful;
    return task?.action === action && isQueued(task.life) ? task : undefined;
  }

  #assignSlotsOf(action: Action, { counts, speeds }: Tiers, admitted: LiveTask[]): void {
    const { live } = this.#deciding;
    const slots = live.schedule.take(action, counts);
    let kept = 0;
    let place = 0;
    for (const task of slots) {
      const speed = speeds[tierAt(place, counts)];
      place += 1;
      const isNew = task.slotSpeed !== speed;
      this.#set(task, 'slotSpeed', speed);
      if (!isRunning(task.life.state)) {
        admitted.push(task);
        continue;
      }
      kept += 1;
      if (isNew) this.effects.push({ type: 'speed.set', task });
    }
    // Whoever loses a slot is looked for only when somebody does: mostly all keep theirs, and one joins.
    const losesSome = kept < live.schedule.size(action) - live.queued[action];
    if (!losesSome && this.#hopeful === null) return;
    const lucky = new Set(slots);
    const isLeftOut = (task: LiveTask) => !lucky.has(task);
    if (losesSome) this.#tellThose(live.running, action, isLeftOut, 'dropped');
    if (this.#hopeful !== null) this.#tellThose(this.#hopeful, action, isLeftOut, 'passedOver');
  }

  /** Tells candidates of a direction what became of their hope for a slot, or of the one they had. */
  #tellThose(
    tasks: ReadonlySet<LiveTask>,
    action: Action,
    concerns: (task: LiveTask) => boolean,
    type: 'dropped' | 'passedOver',
  ): void {
    for (const task of tasks) {
      if (task.action !== action || !isCandidate(task.life.state, task.life.reason) || !concerns(task)) continue;
      this.post({ to: 'task', task, event: { type } });
    }
  }

  #change(task: LiveTask, life: TaskLife): void {
    const { live } = this.#deciding;
    const before = task.life;
    live.change(task, life);
    this.#undo.push(() => live.change(task, before));
    this.keep(task);
    if (takesRoom(before.state) !== takesRoom(life.state)) {
      const type = takesRoom(life.state) ? 'entered' : 'left';
      this.post({ to: 'queue', uid: task.record.uid, bucket: bucketOfTask(task), event: { type } });
    }
    const lostItsSlot = isRunning(before.state) && !isRunning(life.state);
    if (lostItsSlot || isCandidate(before.state, before.reason) !== isCandidate(life.state, life.reason)) {
      this.post({ to: 'slots', event: { type: 'changed' } });
    }
  }

  #set<T, K extends keyof T>(target: T, key: K, value: T[K]): void {
    const before = target[key];
    if (before === value) return;
    target[key] = value;
    this.#undo.push(() => {
      target[key] = before;
    });
  }

  #now(): number {
    this.#nowMs ??= this.#deciding.clock.now();
    return this.#nowMs;
  }

  #traceStep(kind: 'event', name: string, of: string, from: string, to: string): void {
    this.#deciding.trace?.({ atMs: this.#now(), kind, name, of, from, to });
  }
}
