import { type AdmissionEffect, admissionMachine, type Facts, type Obstacle } from '../../machines/admission.ts';
import { type AccountEvent, type AppEvent, appMachine } from '../../machines/app.ts';
import { bucketOf, type QueueLimits, queueMachine } from '../../machines/queue.ts';
import { rule } from '../../machines/rules.ts';
import { serviceMachine } from '../../machines/service.ts';
import type { Tiers } from '../../machines/slots.ts';
import type { TaskEvent, TaskOperation } from '../../machines/task.ts';
import {
  type Action,
  errorCodes,
  type Link,
  type Mode,
  type Operation,
  type Rules,
  type State,
  type TaskSpec,
} from '../../machines/vocabulary.ts';
import { BusinessError, unexpected, unreachable } from '../errors.ts';
import type { Clock, Timer } from '../ports/clock.ts';
import type { Files } from '../ports/files.ts';
import type { Random } from '../ports/random.ts';
import { type Change, type GroupRecord, type Store, StoreTrouble, type TaskRecord } from '../ports/store.ts';
import type { TransferReport, Transport } from '../ports/transport.ts';
import { answerTo } from './advice.ts';
import { type GroupSpec, Groups } from './groups.ts';
import { collectedMax, Housekeeping } from './housekeeping.ts';
import { createIds } from './ids.ts';
import { isWhole, lifeWith, newLife } from './life.ts';
import { byCreation, isRunning, type Letter, Live, type LiveApp, type LiveTask, userOf } from './live.ts';
import { type Notice, progressNote } from './notices.ts';
import { recover } from './recovery.ts';
import { followReport } from './reports.ts';
import { Runs } from './runs.ts';
import { begin, step } from './step.ts';
import { Together } from './together.ts';
import { subjectOf, type TraceEntry, type Tracer } from './trace.ts';
import { type Deciding, type Effect, type Refusal, Turn } from './turn.ts';

export interface EnginePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Store;
  readonly transport: Transport;
  readonly files: Files;
}

export interface EngineSettings {
  readonly rules: Rules;
  readonly limits: QueueLimits;
  /** Running slots at a level of memory pressure. */
  readonly tiersAt: (level: number) => Tiers;
  readonly redirectsMax: number;
  /** The link there is when the engine starts. */
  readonly link: Link;
  readonly trace: Tracer | undefined;
}

export interface EngineListener {
  /** A task has something to say. Called from a turn of its own, never from within a call of the app. */
  told(notice: Notice): void;
  /** The process of an app is gone, and its listeners with it. */
  listenersDropped(uid: number): void;
  /** The record of a task is gone; nothing will be heard of it again. */
  forgotten(uid: number, tid: string): void;
}

/** Which tasks `search` looks for. Times in ms since the epoch, both inclusive. */
export interface Wanted {
  readonly afterMs: number;
  readonly beforeMs: number;
  readonly states: readonly State[];
  readonly actions: readonly Action[];
  readonly modes: readonly Mode[];
}

/**
 * The one door. Callers, timers, transports, network and app changes all enter here, one turn each: a turn decides
 * everything, is committed once, then acts, then tells; so a crash in between is only an interruption.
 */
export class Engine {
  readonly rules: Rules;
  readonly #ports: EnginePorts;
  readonly #settings: EngineSettings;
  readonly #listener: EngineListener;
  readonly #live: Live;
  readonly #deciding: Deciding;
  readonly #runs: Runs;
  readonly #housekeeping: Housekeeping;
  readonly #groups: Groups;
  readonly #together: Together | null;
  readonly #drawId: () => string;
  readonly #graces = new Map<number, Timer>();
  /** Tasks whose change could not be stored when it happened; the next commit takes them along. */
  readonly #unsaved = new Set<LiveTask>();
  #outbox: Notice[] = [];
  #seq = 0;
  #closed = false;
  #closing: Promise<void> | null = null;

  constructor(ports: EnginePorts, settings: EngineSettings, listener: EngineListener) {
    const { clock, random } = ports;
    this.rules = settings.rules;
    this.#ports = ports;
    this.#settings = settings;
    this.#listener = listener;
    this.#live = new Live(settings.rules);
    const { rules, tiersAt, trace } = settings;
    this.#deciding = { rules, live: this.#live, tiersAt, clock, trace };
    this.#groups = new Groups(ports.store.groups());
    this.#together = ports.store.group === undefined ? null : new Together(ports.store.group);
    this.#drawId = createIds(random.fork('tid'), (id) => this.#live.tasks.has(id) || this.#groups.has(id));
    this.#runs = new Runs(
      ports,
      { redirectsMax: settings.redirectsMax },
      {
        reported: (task, report) => this.#reported(task, report),
        rang: (task, what, isCurrent) =>
          this.#hear(() => {
            if (isCurrent()) this.#send({ to: 'transfer', task, event: { type: what } });
          }),
      },
    );
    this.#housekeeping = new Housekeeping({
      live: this.#live,
      clock,
      collect: () => this.collectGarbage(),
      outlive: (tasks) => {
        for (const task of tasks) this.#send({ to: 'task', task, event: { type: 'outlived' } });
      },
    });
    this.#trace('event', 'started', '');
    this.#send({ to: 'network', event: { type: 'changed', link: settings.link } });
    this.#recover();
  }

  // --- The world ---------------------------------------------------------------------------------------------------

  /** An app that may have tasks; one that is met again keeps those it has. */
  meetApp(uid: number, bundle: string): void {
    if (!this.#live.apps.has(uid)) this.#live.meet(uid, bundle, this.#settings.limits);
  }

  appChanged(uid: number, event: Exclude<AppEvent, { type: 'create' }>): void {
    this.#send({ to: 'app', uid, event });
  }

  accountChanged(user: number, event: AccountEvent): void {
    this.#send({ to: 'account', user, event });
  }

  linkChanged(link: Link): void {
    this.#send({ to: 'network', event: { type: 'changed', link } });
  }

  serviceChanged(event: { readonly type: 'wentDown' | 'cameUp' }): void {
    this.#send({ to: 'service', event });
  }

  pressureChanged(level: number): void {
    this.#send({ to: 'slots', event: { type: 'levelChanged', level } });
  }

  // --- Calls -------------------------------------------------------------------------------------------------------

  /**
   * Makes a call: at once, or together with others where the store commits in groups.
   * @param decide  asks the engine, and nothing else of the world. May be asked again when it was taken back.
   * @param goOn    goes on with the answer once all that was decided is durable.
   */
  call<T, U>(decide: () => T, goOn: (decided: T) => U): Promise<U> {
    return new Promise((resolve, reject) => {
      if (this.#together === null || this.#closed) {
        try {
          return resolve(goOn(decide()));
        } catch (thrown) {
          // The caller is still there: the stack begins near it, and not with a dozen of our own frames.
          if (thrown instanceof BusinessError) Error.captureStackTrace?.(thrown, this.call);
          throw thrown;
        }
      }
      this.#together.add({
        decide,
        goOn: (decided) => {
          try {
            resolve(goOn(decided as T));
          } catch (thrown) {
            reject(thrown);
          }
        },
        fail: reject,
      });
    });
  }

  /** Asks whether a call may be made, before it is made. */
  admit(operation: Operation, facts: Facts): Refusal | null {
    if (this.#closed) return { code: errorCodes.SERVICE, operation, state: 'closed' };
    const isFree = !holdsAny(facts);
    if (isFree && allowedFreely.has(operation)) return null;
    const { effects } = step(admissionMachine, open, { type: operation, facts });
    const answer = (effects as readonly AdmissionEffect[])[0];
    if (answer?.type !== 'refused') {
      if (isFree) allowedFreely.add(operation);
      return null;
    }
    this.#traceRefusal(answer);
    return answer;
  }

  /** Asks for what concerns no task in particular. */
  ask(operation: 'search'): Refusal | null {
    return this.admit(operation, { serviceDown: this.#serviceRefuses(operation) });
  }

  /** Creates a task, or says why not. @source harmony-request.md 2.5.1 */
  create(uid: number, spec: TaskSpec, sizes: readonly number[], facts: Facts): { readonly tid: string } | Refusal {
    const app = this.#appOf(uid);
    const serviceDown = this.#serviceRefuses('create');
    const notForeground = refuses(step(appMachine, app.chart, { type: 'create', mode: spec.mode }).effects);
    const queueFull = refuses(step(queueMachine, app.queues[bucketOf(spec.mode)], { type: 'create' }).effects);
    const isFree = !serviceDown && !notForeground && !queueFull;
    const refusal = this.admit('create', isFree ? facts : { ...facts, serviceDown, notForeground, queueFull });
    if (refusal !== null) return refusal;

    const nowMs = this.#ports.clock.now();
    const tid = this.#drawId();
    const record: TaskRecord = { tid, seq: ++this.#seq, uid, bundle: app.bundle, ctimeMs: nowMs, spec };
    const turn = new Turn(this.#deciding);
    turn.create(record, newLife(nowMs, sizes));
    const taken = () => {
      turn.takeBack();
      this.#seq -= 1;
    };
    const stored = this.#commit(turn);
    if (stored !== null) {
      if (this.#settings.trace !== undefined)
        this.#trace('event', 'create', tid, `app ${uid}, ${spec.mode}, ${spec.action}`);
      this.#carryOutWhenDurable(turn, stored, taken);
      return { tid };
    }
    taken();
    return this.admit('create', { ...facts, notCreatable: true }) ?? unreachable('an unstored task was admitted');
  }

  /**
   * Asks something of a task, or says why not.
   * @param facts  what only the caller's side knows: arguments, permissions, the token.
   */
  operate(uid: number, operation: TaskCall, tid: string, facts: Facts = nothingElse): Refusal | null {
    const task = this.#live.tasks.get(tid);
    const known: Facts = {
      unknownTask: task === undefined,
      accountAway: this.#live.account(userOf(task?.record.uid ?? uid)).value !== 'active',
      notOwner: task !== undefined && task.record.uid !== uid,
      serviceDown: this.#serviceRefuses(operation),
    };
    const refusal = this.admit(operation, facts === nothingElse ? known : { ...known, ...facts });
    if (refusal !== null || task === undefined) return refusal;
    const event = this.#eventOf(operation, task);
    const stepped = task.chart.after(event);
    const answer = stepped.effects[0];
    // Whoever looks at a running task sees counts that a restart must not take back.
    const keeps = isLook(operation) && isRunning(task.life.state);
    if (this.#settings.trace === undefined && !keeps) {
      // Nothing changes, so there is nothing to remember, do or tell: a turn would only say so in the trace.
      if (answer?.type === 'refused') return answer;
      if (answer?.type === 'allowed') {
        this.#housekeeping.stirred();
        return null;
      }
    }
    const turn = new Turn(this.#deciding);
    turn.decideTask(task, event, stepped);
    if (keeps) turn.keepRun(task);
    return this.#finish(turn, operation);
  }

  /** Caps the speed of a task, bytes per second. @source harmony-request.md 9.2 */
  setMaxSpeed(uid: number, tid: string, bytesPerSecond: number, facts: Facts = nothingElse): Refusal | null {
    const refusal = this.operate(uid, 'setMaxSpeed', tid, facts);
    const task = this.#live.tasks.get(tid);
    if (refusal !== null || task === undefined) return refusal;
    const turn = new Turn(this.#deciding);
    turn.update(task, { maxSpeed: bytesPerSecond });
    turn.effects.push({ type: 'speed.set', task });
    return this.#finish(turn, 'setMaxSpeed');
  }

  /** Opens a group. @returns its id. @source harmony-request.md 9.1 */
  createGroup(uid: number, spec: GroupSpec): { readonly gid: string } | Refusal {
    const refusal = this.admit('createGroup', { serviceDown: this.#serviceRefuses('createGroup') });
    if (refusal !== null) return refusal;
    const gid = this.#drawId();
    const ctimeMs = this.#ports.clock.now();
    return this.#putGroup('createGroup', { gid, uid, ctimeMs, deleted: false, ...spec }) ?? { gid };
  }

  /** Shows all of the tasks in a group, or none of them. @source harmony-request.md 9.1 */
  attachGroup(uid: number, gid: string, tids: readonly string[]): Refusal | null {
    const serviceDown = this.#serviceRefuses('attachGroup');
    const turn = new Turn(this.#deciding);
    const tasks = tids.flatMap((tid) => this.#live.tasks.get(tid) ?? []).filter(({ record }) => record.uid === uid);
    const early = this.admit('attachGroup', {
      serviceDown,
      unknownGroup: !isNumeric(gid),
      unknownTask: tasks.length < tids.length,
    });
    if (early !== null) return early;
    for (const task of tasks) {
      turn.decide({ to: 'task', task, event: { type: 'attachGroup' } });
      if (turn.refusal !== null) return this.#finish(turn, 'attachGroup');
    }
    const refusal =
      this.admit('attachGroup', { unknownGroup: !this.#groups.isOf(uid, gid) }) ?? this.#askGroup(gid, 'attachGroup');
    if (refusal !== null) return refusal;
    for (const task of tasks) turn.update(task, { group: gid });
    return this.#finish(turn, 'attachGroup');
  }

  /** Closes a group for good. @source harmony-request.md 9.1 */
  deleteGroup(uid: number, gid: string): Refusal | null {
    const refusal =
      this.admit('deleteGroup', {
        serviceDown: this.#serviceRefuses('deleteGroup'),
        unknownGroup: !this.#groups.isOf(uid, gid),
      }) ?? this.#askGroup(gid, 'deleteGroup');
    const deleted = this.#groups.deleted(gid);
    return refusal ?? (deleted === null ? null : this.#putGroup('deleteGroup', deleted));
  }

  /** Tasks that are listed, in the order of creation; `uid` null: of every app. @source harmony-request.md 9.4 */
  search(uid: number | null, wanted: Wanted): Iterable<LiveTask> {
    if (uid !== null) return this.#searchIn(this.#appOf(uid), wanted);
    return [...this.#live.apps.values()].flatMap((app) => [...this.#searchIn(app, wanted)]).sort(byCreation);
  }

  *#searchIn({ tasks }: LiveApp, wanted: Wanted): Iterable<LiveTask> {
    for (const task of tasks.from(({ record }) => record.ctimeMs < wanted.afterMs)) {
      const { ctimeMs, spec } = task.record;
      if (ctimeMs > wanted.beforeMs) break;
      if (!wanted.states.includes(task.life.state)) continue;
      if (!wanted.actions.includes(spec.action) || !wanted.modes.includes(spec.mode)) continue;
      if (this.#isListed(task)) yield task;
    }
  }

  /** A task as it is now. */
  task(tid: string): LiveTask | undefined {
    return this.#live.tasks.get(tid);
  }

  /** Every task, for those who own the engine. */
  tasks(): Iterable<LiveTask> {
    return this.#live.tasks.values();
  }

  /** Forgets the records that have rested long enough. @returns how many. @source harmony-request.md 5.5 */
  collectGarbage(): number {
    const turn = new Turn(this.#deciding);
    let asked = 0;
    for (const { task, ageMs } of [...this.#housekeeping.due()]) {
      if (asked === collectedMax) break;
      asked += 1;
      turn.post({ to: 'task', task, event: { type: 'collected', ageMs } });
    }
    const before = this.#live.tasks.size;
    turn.settle();
    this.#finish(turn, null);
    this.#store(this.#groups.collect(this.#ports.clock.now(), this.#live.tasks.values()));
    return before - this.#live.tasks.size;
  }

  /** Stops without a word: runs end where they are, and go on when the store is opened again. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#together?.flush();
    this.#closed = true;
    this.#housekeeping.stop();
    for (const grace of this.#graces.values()) grace.cancel();
    const turn = new Turn(this.#deciding);
    for (const task of this.#live.running) turn.keepRun(task);
    this.#commit(turn);
    this.#runs.abandon();
    await this.#ports.transport.close();
    this.#ports.store.close();
  }

  // --- Turns -------------------------------------------------------------------------------------------------------

  /** Something happened: what follows is carried out even when it cannot be stored yet. */
  #send(letter: Letter): void {
    if (this.#closed) return;
    const turn = new Turn(this.#deciding);
    turn.decide(letter);
    this.#finish(turn, null);
  }

  /**
   * Remember, act, tell.
   * @param operation  the call that this turn answers: what cannot be stored has not happened then. Null when nobody asked.
   */
  #finish(turn: Turn, operation: Operation | null): Refusal | null {
    if (turn.refusal !== null) {
      this.#traceRefusal(turn.refusal);
      return turn.refusal;
    }
    const stored = this.#commit(turn);
    if (stored === null) {
      if (operation !== null) {
        turn.takeBack();
        return { code: errorCodes.SERVICE, operation, state: 'unstored' };
      }
      for (const task of turn.touched) this.#unsaved.add(task);
    }
    this.#carryOutWhenDurable(turn, stored ?? nothingStored, () => turn.takeBack());
    return null;
  }

  /** @returns what takes back the notes of what is stored; null when nothing was, and a call is to be taken back. */
  #commit(turn: Turn): (() => void) | null {
    if (!this.#store(turn.changes(this.#unsaved))) return null;
    if (this.#together === null) {
      for (const task of turn.touched) task.saved = task.life;
      if (this.#unsaved.size === 0) return nothingStored;
      for (const task of this.#unsaved) task.saved = task.life;
      this.#unsaved.clear();
      return nothingStored;
    }
    const unsaved = [...this.#unsaved];
    const tasks = unsaved.length === 0 ? turn.touched : [...unsaved, ...turn.touched];
    const before = tasks.map(({ saved }) => saved);
    for (const task of tasks) task.saved = task.life;
    this.#unsaved.clear();
    return () => {
      for (const [at, saved] of before.entries()) (tasks[at] as LiveTask).saved = saved;
      for (const task of unsaved) this.#unsaved.add(task);
    };
  }

  /** In a group of calls the turn waits for the others, and is taken back when they cannot be made durable. */
  #carryOutWhenDurable(turn: Turn, forgetStored: () => void, takeBack: () => void): void {
    if (this.#together === null) return this.#carryOut(turn);
    const isHeld = this.#together.hold({
      carryOut: () => this.#carryOut(turn),
      takeBack: () => {
        forgetStored();
        takeBack();
      },
    });
    if (!isHeld) this.#carryOut(turn);
  }

  /** @returns whether all of it is stored; otherwise none is. */
  #store(changes: readonly Change[]): boolean {
    if (changes.length === 0) return true;
    try {
      this.#ports.store.commit(changes);
    } catch (trouble) {
      if (!(trouble instanceof StoreTrouble)) throw trouble;
      this.#trace('commit', 'failed', '', trouble.kind);
      return false;
    }
    if (this.#settings.trace !== undefined) {
      for (const change of changes) this.#trace('commit', change.type, subjectOf(change));
    }
    return true;
  }

  #carryOut(turn: Turn): void {
    for (const effect of turn.effects) this.#perform(effect);
    this.#tell(turn.notices);
    this.#housekeeping.stirred();
  }

  #perform(effect: Effect): void {
    if (this.#settings.trace !== undefined) {
      const of = 'task' in effect ? effect.task.record.tid : `app ${effect.uid}`;
      this.#trace('effect', effect.type, of);
    }
    switch (effect.type) {
      case 'run.begin':
        return this.#runs.begin(effect.task, effect.ranMs);
      case 'run.end':
        return this.#runs.end(effect.task);
      case 'exchange.open':
        return this.#runs.openExchange(effect);
      case 'exchange.cancel':
        return this.#runs.cancelExchange(effect.task);
      case 'retry.arm':
        return this.#runs.armRetry(effect.task, effect.delayMs);
      case 'retry.disarm':
        return this.#runs.disarmRetry(effect.task);
      case 'speed.set':
        return this.#runs.setSpeed(effect.task);
      case 'grace.begin': {
        const { uid, delayMs } = effect;
        const ring = () => this.#send({ to: 'app', uid, event: { type: 'graceEnded' } });
        this.#graces.set(uid, this.#ports.clock.after(delayMs, ring, { idle: true }));
        return;
      }
      case 'grace.end':
        this.#graces.get(effect.uid)?.cancel();
        return;
      case 'listeners.drop':
        return this.#listener.listenersDropped(effect.uid);
      case 'object.drop': {
        const drop = () => this.#listener.forgotten(effect.uid, effect.tid);
        // Not before it has heard what it has still to hear.
        if (this.#outbox.length === 0) drop();
        else this.#ports.clock.after(0, drop);
        return;
      }
      default:
        return unexpected(effect);
    }
  }

  /** Listeners hear later, in order, and never from within the call that caused it. */
  #tell(notices: readonly Notice[]): void {
    if (notices.length === 0) return;
    if (this.#outbox.length === 0) this.#ports.clock.after(0, () => this.#deliver());
    for (const notice of notices) this.#outbox.push(notice);
  }

  #deliver(): void {
    const notices = this.#outbox;
    this.#outbox = [];
    for (const notice of notices) {
      if (this.#closed) return;
      this.#trace('notice', notice.event, notice.tid);
      this.#listener.told(notice);
    }
  }

  // --- Reports of transfers ------------------------------------------------------------------------------------------

  #reported(task: LiveTask, report: TransferReport): void {
    if (this.#closed || !task.isThere) return;
    if (report.type === 'received') return this.#received(task, report);
    const online = this.#live.network.value !== 'offline';
    const follow = () => {
      if (!task.isThere) return;
      const turn = new Turn(this.#deciding);
      followReport(turn, task, report, online);
      this.#finish(turn, null);
    };
    // A body is written once this returns, and what tells of which version its bytes are must be on disk before them.
    if (report.type === 'responded' && report.body !== null) follow();
    else this.#hear(follow);
  }

  /** The world has spoken: that is followed at once, or together with others where the store commits in groups. */
  #hear(follow: () => void): void {
    if (this.#closed) return;
    if (this.#together === null) follow();
    else this.#together.add({ decide: follow, goOn: () => {}, fail: rethrown });
  }

  /** Counts stay in memory, and are stored when something else of the task is. @source harmony-request.md 10 */
  #received(task: LiveTask, report: { readonly index: number; readonly bytes: number }): void {
    this.#live.change(task, lifeWith(task.life, { index: report.index, processed: report.bytes }));
    if (!isRunning(task.life.state) || !this.#runs.takesProgress(task)) return;
    const { uid, tid } = task.record;
    this.#tell([{ uid, tid, event: 'progress', progress: progressNote('running', task.life, null) }]);
  }

  #putGroup(operation: 'createGroup' | 'deleteGroup', group: GroupRecord): Refusal | null {
    if (!this.#store([{ type: 'group.put', group }])) return { code: errorCodes.SERVICE, operation, state: 'unstored' };
    const takeBack = this.#groups.put(group);
    this.#together?.hold({ carryOut: () => {}, takeBack });
    return null;
  }

  // --- Small questions -----------------------------------------------------------------------------------------------

  #appOf(uid: number): LiveApp {
    return this.#live.apps.get(uid) ?? unreachable(`no app has the uid ${uid}`);
  }

  /** Asked for every call. */
  #serviceRefuses(operation: Operation): boolean {
    const { service } = this.#live;
    let answers = serviceAnswers.get(service);
    if (answers === undefined) {
      answers = new Map();
      serviceAnswers.set(service, answers);
    }
    let answer = answers.get(operation);
    if (answer === undefined) {
      answer = refuses(step(serviceMachine, service, { type: 'call', operation }).effects);
      answers.set(operation, answer);
    }
    return answer;
  }

  #eventOf(operation: TaskCall, task: LiveTask): TaskEvent {
    if (operation !== 'start' && operation !== 'resume') return { type: operation };
    const around = this.#live.around(this.#appOf(task.record.uid));
    return { type: operation, around, whole: isWhole(task.life) && this.#isThere(task) };
  }

  /** Are the bytes there that count as done? A crash takes what was not flushed, and the place of a paused upload. */
  #isThere({ record: { spec }, life, placeKept }: LiveTask): boolean {
    if (spec.action === 'upload') return placeKept || life.processed === 0;
    const look = this.#ports.files.look(spec.target);
    return look.kind === 'file' && look.bytes === life.processed;
  }

  #isListed({ traits, life }: LiveTask): boolean {
    return answerTo(traits, life.state, 'search') === 'allowed';
  }

  #recover(): void {
    const turn = new Turn(this.#deciding);
    this.#seq = recover(this.#ports.store.load(), this.#live, this.#settings.limits, turn);
    turn.settle();
    this.#finish(turn, null);
    if (this.#live.slots.value === 'held') {
      const delayMs = rule(this.rules, 'restoreDelayMs');
      this.#ports.clock.after(delayMs, () => this.#send({ to: 'slots', event: { type: 'released' } }), { idle: true });
    }
  }

  #trace(kind: TraceEntry['kind'], name: string, of: string, note?: string): void {
    if (this.#settings.trace === undefined) return;
    const atMs = this.#ports.clock.now();
    this.#settings.trace(note === undefined ? { atMs, kind, name, of } : { atMs, kind, name, of, note });
  }

  #askGroup(gid: string, operation: 'attachGroup' | 'deleteGroup'): Refusal | null {
    const refusal = this.#groups.refusal(gid, operation);
    if (refusal !== null) this.#traceRefusal(refusal);
    return refusal;
  }

  #traceRefusal({ code, operation, state, obstacle }: Refusal): void {
    if (this.#settings.trace !== undefined) this.#trace('refused', operation, '', `${code} ${obstacle ?? state}`);
  }
}

const open = begin(admissionMachine);
// Charts are pure, so what they have said once is remembered for all engines: calls that are allowed when nothing stands in
// the way, and what the service answers where it rests.
const allowedFreely = new Set<Operation>();
const serviceAnswers = new WeakMap<Live['service'], Map<Operation, boolean>>();
/** Nothing stands in the way, as far as the caller's side knows. */
export const nothingElse: Facts = {};
const nothingStored = () => {};
const rethrown = (thrown: unknown): never => {
  throw thrown;
};

/** What a task itself is asked. */
export type TaskCall = Exclude<TaskOperation, 'attachGroup'>;

/** Ids are decimal digits of an unsigned number of 32 bits. @source harmony-request.md 9.7 */
function isNumeric(id: string): boolean {
  return /^\d{1,10}$/.test(id) && Number(id) < 2 ** 32;
}

function holdsAny(facts: Facts): boolean {
  for (const obstacle in facts) if (facts[obstacle as Obstacle] === true) return true;
  return false;
}

function isLook(operation: TaskCall): boolean {
  return operation === 'show' || operation === 'touch' || operation === 'query';
}

function refuses(effects: readonly { readonly type: string }[]): boolean {
  return effects.some(({ type }) => type === 'refused');
}
