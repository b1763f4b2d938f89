import type { Link, Reason, Rules, State } from '../../../machines/vocabulary.ts';
import {
  type Around,
  isFreed,
  mayGoOn,
  reasonAfterLink,
  reasonAfterOpening,
  reasonAfterShutting,
  reasonAtStart,
  troubleOf,
} from './model-gates.ts';
import { winners } from './model-slots.ts';
import {
  type AccountState,
  type Draft,
  isActive,
  type ModelApp,
  type ModelTask,
  type Run,
  userOf,
} from './model-task.ts';
import matrix from './operation-matrix.json' with { type: 'json' };

export interface ModelSettings {
  readonly rules: Rules;
  /** Wall time at the start, ms since the epoch. */
  readonly startMs: number;
  readonly counts: readonly [number, number, number];
  readonly backgroundTasksMax: number;
  readonly foregroundTasksMax: number;
}

export type ModelOperation = 'start' | Exclude<keyof typeof matrix.device, 'start.download' | 'start.upload'>;

/** A code that refuses, or null. */
export type Answer = number | null;

const dayMs = 86_400_000;
const graceMs = 60_000;
const restoreMs = 10_000;
const retryMs = 400;
const triesMax = 4;
/** Idle for so long, an engine has collected; a second more than it needs. */
const collectedAfterMs = 31_000;

/**
 * The engine in small, and by other means: no charts, no indexes, no turns. Everything is a flat list that is sorted and
 * filtered anew for each question, so that one can see that it is right.
 * @source harmony-request.md 2–5, 9, 10; operation-matrix.json
 */
export class Model {
  readonly settings: ModelSettings;
  /** Every task there ever was. */
  readonly tasks: ModelTask[] = [];
  /** In the order in which the engine met them. */
  apps: ModelApp[];
  wallMs: number;
  elapsedMs = 0;
  /** Nothing has happened since. */
  quietSinceMs = 0;
  /** Two things happened at one instant; nobody promises which of them came first, so the model cannot go on. */
  isAtALoss = false;
  #link: Link = { type: 'wifi', metered: false, roaming: false };
  #serviceUp = true;
  #accounts = new Map<number, AccountState>();
  /** A device leaves waiting tasks alone until then. */
  #heldUntilMs: number | null = null;
  /** Apps in their grace, in the order in which they left. */
  #leaving: readonly { readonly app: ModelApp; readonly dueMs: number }[] = [];

  constructor(settings: ModelSettings, apps: readonly Pick<ModelApp, 'uid' | 'manages' | 'mayUseInternet'>[]) {
    this.settings = settings;
    this.wallMs = settings.startMs;
    this.apps = apps.map((app) => ({ ...app, foreground: true, alive: true }));
  }

  get isDevice(): boolean {
    return this.settings.rules === 'device';
  }

  app(uid: number): ModelApp {
    const app = this.apps.find((each) => each.uid === uid);
    if (app === undefined) throw new Error(`the model has no app ${uid}`);
    return app;
  }

  // --- Calls -------------------------------------------------------------------------------------------------------

  mayCreate(app: ModelApp, mode: Draft['mode']): Answer {
    if (!this.#serviceUp) return 13400003;
    if (!app.mayUseInternet) return 201;
    if (mode === 'foreground' && !app.foreground && !this.isDevice) return 21900005;
    const { backgroundTasksMax, foregroundTasksMax } = this.settings;
    const counted = ['initialized', 'waiting', 'running', 'retrying', 'paused'];
    const count = this.tasks.filter((task) => task.app === app && task.mode === mode && counted.includes(task.state));
    return count.length < (mode === 'foreground' ? foregroundTasksMax : backgroundTasksMax) ? null : 21900004;
  }

  created(app: ModelApp, draft: Draft, made: Pick<ModelTask, 'tid' | 'latencyMs'>): ModelTask {
    const task: ModelTask = {
      ...draft,
      ...made,
      app,
      createdMs: this.wallMs,
      changedMs: this.wallMs,
      state: 'initialized',
      reason: 'default',
      run: null,
      object: 'held',
      telling: false,
      sent: false,
    };
    this.tasks.push(task);
    return task;
  }

  /**
   * What an app is answered that asks something of a task; an accepted call takes effect.
   * @param token  by default the right one.
   */
  ask(app: ModelApp, operation: ModelOperation, task: ModelTask, token: string | null = task.token): Answer {
    if (operation === 'start' && task.object === 'released') return 21900007;
    if (operation === 'query' && !app.manages) return 202;
    if (!this.#serviceUp && (operation !== 'remove' || this.isDevice)) return 13400003;
    if (this.#account(task.app) !== 'active') return 21900006;
    const reaches = app.manages && operation !== 'getTask';
    if (task.app !== app && !reaches) return 21900006;
    if (token !== task.token) return 21900006;
    const row = operation === 'start' ? (`start.${task.action}` as const) : operation;
    const cell = matrix[this.settings.rules][row][task.state];
    if (typeof cell === 'number') return cell;
    this.#accept(operation, task);
    return null;
  }

  /** Tids that a `search` of the last day finds. */
  search(app: ModelApp, state: State | null): Answer | readonly string[] {
    if (!this.#serviceUp) return 13400003;
    return this.tasks
      .filter((task) => matrix[this.settings.rules].search[task.state] === 'listed')
      .filter((task) => (app.manages || task.app === app) && this.wallMs - task.createdMs <= dayMs)
      .filter((task) => state === null || task.state === state)
      .map(({ tid }) => tid);
  }

  #accept(operation: string, task: ModelTask): void {
    switch (operation) {
      case 'start':
      case 'resume':
        this.#heldUntilMs = null;
        this.#join(task);
        break;
      case 'pause':
        task.sent = this.#isUnanswered(task);
        this.#move(task, 'paused', 'user');
        break;
      case 'stop':
        this.#move(task, 'stopped', 'user');
        break;
      case 'remove':
        this.#move(task, 'removed', 'user');
        task.telling = true;
        break;
    }
    this.#schedule();
  }

  #join(task: ModelTask): void {
    if (task.action === 'upload' && (task.empty || task.sent)) return this.#move(task, 'completed', 'default');
    this.#move(task, 'waiting', reasonAtStart(task, this.#around));
  }

  // --- The world ---------------------------------------------------------------------------------------------------

  setService(up: boolean): void {
    this.#serviceUp = up;
  }

  setLink(link: Link): void {
    const before = this.#link;
    if (link.type === before.type && link.metered === before.metered && link.roaming === before.roaming) return;
    this.#link = link;
    for (const task of this.tasks) {
      if (isActive(task)) this.#linkChangedUnder(task);
      else this.#wait(task, reasonAfterLink(task, this.#around));
    }
    this.#schedule();
  }

  setAccount(user: number, state: AccountState): void {
    const before = this.#accounts.get(user) ?? 'active';
    this.#accounts.set(user, state);
    const left = state === 'inactive' && before !== 'inactive';
    const returned = state !== 'inactive' && before === 'inactive';
    for (const task of this.tasks.filter(({ app }) => userOf(app) === user)) {
      if (left && isActive(task)) this.#move(task, 'waiting', 'account');
      else if (left) this.#wait(task, reasonAfterShutting(task, 'accountLeft', this.#around));
      else if (returned) this.#wait(task, reasonAfterOpening(task, 'accountReturned', this.#around));
    }
    this.#schedule();
  }

  toForeground(app: ModelApp): void {
    app.alive = true;
    if (app.foreground) return;
    app.foreground = true;
    this.#leaving = this.#leaving.filter((each) => each.app !== app);
    for (const task of this.tasks.filter((each) => each.app === app)) {
      this.#wait(task, reasonAfterOpening(task, 'appEntered', this.#around));
    }
    this.#schedule();
  }

  toBackground(app: ModelApp): void {
    if (!app.foreground) return;
    app.foreground = false;
    this.#leaving = [...this.#leaving, { app, dueMs: this.elapsedMs + graceMs }];
    this.#schedule();
  }

  terminate(app: ModelApp): void {
    app.alive = false;
    for (const task of this.tasks.filter((each) => each.app === app)) task.object = 'none';
    this.toBackground(app);
  }

  /** The process of the engine is killed and started again; apps are still to come. */
  restart(): void {
    this.#serviceUp = true;
    this.#accounts.clear();
    this.#leaving = [];
    const owners = this.tasks.filter(({ state }) => state !== 'gone').map(({ app }) => app);
    this.apps = [...new Set([...owners, ...this.apps])];
    for (const app of this.apps) Object.assign(app, { foreground: false, alive: true });
    this.#heldUntilMs = this.isDevice ? this.elapsedMs + restoreMs : null;
    for (const task of this.tasks) {
      Object.assign(task, { object: 'none', telling: false, sent: false });
      if (isActive(task) && this.isDevice) this.#move(task, 'failed', task.reason);
      else if (isActive(task) || task.state === 'waiting')
        this.#move(task, 'waiting', reasonAtStart(task, this.#around));
    }
    this.#schedule();
  }

  /** Lets time pass, from one instant at which something happens to the next. */
  pass(ms: number): void {
    for (const task of this.tasks.filter(({ telling }) => telling)) {
      if (task.object === 'held') task.object = 'released';
      task.telling = false;
    }
    const endMs = this.elapsedMs + ms;
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      this.#tick(next.dueMs);
      this.quietSinceMs = next.dueMs;
      next.happen();
      this.#schedule();
    }
    this.#tick(endMs);
  }

  jump(ms: number): void {
    this.wallMs += ms;
  }

  // --- Collection --------------------------------------------------------------------------------------------------

  /** @returns how many records are gone by it. */
  collect(): number {
    const due = this.tasks.filter((task) => this.isDue(task));
    for (const task of due) this.forget(task);
    return due.length;
  }

  forget(task: ModelTask): void {
    task.state = 'gone';
    task.run = null;
  }

  /** May this record be collected? */
  isDue({ state, changedMs }: ModelTask): boolean {
    if (state === 'gone' || state === 'running' || state === 'retrying') return false;
    if (state === 'removed') return true;
    return this.wallMs - changedMs > (state === 'completed' ? 1 : 7) * dayMs;
  }

  get isBusy(): boolean {
    return this.tasks.some(isActive);
  }

  /** Does a server still owe an answer for an upload that it has? */
  get isAnswerOwed(): boolean {
    return this.tasks.some((task) => this.#isUnanswered(task));
  }

  /** Must an engine have collected by now, all by itself? */
  get mustHaveCollected(): boolean {
    return !this.isBusy && this.elapsedMs - this.quietSinceMs >= collectedAfterMs;
  }

  // --- How it works --------------------------------------------------------------------------------------------------

  #move(task: ModelTask, state: State, reason: Reason, mover: 'scheduler' | null = null): void {
    if (task.state === state && task.reason === reason) return;
    task.state = state;
    task.reason = reason;
    if (state !== 'running' && state !== 'retrying') task.run = null;
    // A device notes the time of what its scheduler does only, and of every completion.
    if (!this.isDevice || mover === 'scheduler' || state === 'completed') task.changedMs = this.wallMs;
  }

  #isUnanswered({ action, run, latencyMs }: ModelTask): boolean {
    if (action !== 'upload' || run === null || run.pausing || run.ending === 'breaks') return false;
    return run.dueMs - this.elapsedMs <= latencyMs;
  }

  #account(app: ModelApp): AccountState {
    return this.#accounts.get(userOf(app)) ?? 'active';
  }

  get #around(): Around {
    return { isDevice: this.isDevice, link: this.#link, isAway: (app) => this.#account(app) === 'inactive' };
  }

  #wait(task: ModelTask, reason: Reason): void {
    if (task.state === 'waiting') this.#move(task, 'waiting', reason);
  }

  #linkChangedUnder(task: ModelTask): void {
    const around = this.#around;
    const trouble = troubleOf(around);
    if (mayGoOn(task, around)) {
      const tries = task.run?.tries ?? 0;
      if (task.state === 'retrying') this.#move(task, 'running', 'default');
      task.run = this.#exchange(task, tries);
    } else if (task.mode === 'foreground' || !task.retry) this.#move(task, 'failed', trouble);
    else this.#move(task, 'waiting', this.isDevice && isFreed(task, around) ? 'queued' : trouble);
  }

  // --- Slots and runs ------------------------------------------------------------------------------------------------

  #schedule(): void {
    if (this.#heldUntilMs !== null) return;
    for (const action of ['download', 'upload'] as const) {
      const chosen = winners(action, this.#rankedApps, this.tasks, this.settings.counts);
      for (const task of this.tasks.filter((each) => each.action === action)) {
        if (isActive(task) && !chosen.has(task)) this.#move(task, 'waiting', 'queued', 'scheduler');
        else if (task.state === 'waiting' && chosen.has(task)) {
          this.#move(task, 'running', 'default', 'scheduler');
          task.run = this.#exchange(task, 0);
        }
      }
    }
  }

  get #rankedApps(): readonly ModelApp[] {
    const rank = (app: ModelApp) => (this.#account(app) === 'active' ? 2 : 0) + (app.foreground ? 1 : 0);
    return [...this.apps].sort((a, b) => (this.isDevice ? rank(a) - rank(b) : rank(b) - rank(a)));
  }

  #exchange(task: ModelTask, tries: number): Run {
    const { server, latencyMs } = task;
    task.sent = false;
    const takesMs = { finishes: 2 * latencyMs, denies: 2 * latencyMs, breaks: latencyMs, stalls: Infinity }[server];
    return { tries, pausing: false, dueMs: this.elapsedMs + takesMs, ending: server };
  }

  /** What happens next by itself, at `endMs` at the latest. */
  #next(endMs: number): { readonly dueMs: number; readonly happen: () => void } | undefined {
    const release = () => {
      this.#heldUntilMs = null;
    };
    const runs = this.tasks.flatMap((task) => {
      const { run } = task;
      return run === null ? [] : [{ dueMs: run.dueMs, happen: () => this.#goOn(task, run) }];
    });
    const agenda = [
      ...(this.#heldUntilMs === null ? [] : [{ dueMs: this.#heldUntilMs, happen: release }]),
      ...this.#leaving.map(({ app, dueMs }) => ({ dueMs, happen: () => this.#expire(app) })),
      ...runs,
    ].filter(({ dueMs }) => dueMs <= endMs);
    const [first, second] = agenda.sort((a, b) => a.dueMs - b.dueMs);
    if (second !== undefined && first?.dueMs === second.dueMs && runs.includes(second)) this.isAtALoss = true;
    return first;
  }

  #tick(elapsedMs: number): void {
    this.wallMs += elapsedMs - this.elapsedMs;
    this.elapsedMs = elapsedMs;
  }

  #expire(app: ModelApp): void {
    this.#leaving = this.#leaving.filter((each) => each.app !== app);
    for (const task of this.tasks.filter((each) => each.app === app && each.mode === 'foreground')) {
      if (!isActive(task)) this.#wait(task, reasonAfterShutting(task, 'appExpired', this.#around));
      else this.#move(task, task.action === 'upload' ? 'failed' : 'waiting', 'appBackground');
    }
  }

  #goOn(task: ModelTask, { tries, pausing, ending }: Run): void {
    if (pausing) {
      this.#move(task, 'running', 'default', 'scheduler');
      task.run = this.#exchange(task, tries);
    } else if (ending === 'finishes') this.#move(task, 'completed', 'default', 'scheduler');
    else if (ending === 'denies') this.#move(task, 'failed', 'protocol', 'scheduler');
    else if (tries === triesMax) this.#move(task, 'failed', 'tcp', 'scheduler');
    else {
      if (!this.isDevice) this.#move(task, 'retrying', 'default', 'scheduler');
      task.run = { tries: tries + 1, pausing: true, dueMs: this.elapsedMs + retryMs, ending };
    }
  }
}
