import { type Reason, type Rules, reasons } from '../../../machines/vocabulary.ts';
import { reasonText, stateWord } from '../../api/constants.ts';
import type { App } from '../../api/task-engine.ts';
import type { Config, Task, TaskInfo } from '../../api/types.ts';
import { createWorld, type FaultRule, serverOrigin, type Verdict, type World } from '../../sim/index.ts';
import type { Bounds } from './invariants.ts';
import { Model, type ModelSettings } from './model.ts';
import type { Behaviour, Draft, ModelTask } from './model-task.ts';

/** Who may do something: two apps of two users, one that manages the tasks of others, one without a permission. */
export const appNames = ['first', 'second', 'manager', 'guest'] as const;
export type AppName = (typeof appNames)[number];

/** The first is the app that every world has. */
const uids: Record<AppName, number> = { first: 20_010_001, second: 20_210_002, manager: 10_003, guest: 20_010_004 };
/** The users of the first two apps. */
export const users = [100, 101] as const;

const startMs = Date.UTC(2026, 0, 1);
const manages = ['ohos.permission.INTERNET', 'ohos.permission.DOWNLOAD_SESSION_MANAGER'];
const managesAll = [...manages, 'ohos.permission.UPLOAD_SESSION_MANAGER'];
const settingsOf = (rules: Rules): ModelSettings => ({
  rules,
  startMs,
  counts: [1, 1, 1],
  backgroundTasksMax: 3,
  foregroundTasksMax: rules === 'device' ? 3 : Number.POSITIVE_INFINITY,
});

const verdicts: Record<Behaviour, Verdict> = {
  finishes: 'pass',
  stalls: { type: 'stall', bytes: 10 },
  denies: { type: 'answer', status: 404, headers: [], body: '' },
  breaks: { type: 'refuse', cause: 'tcp' },
};

/** The engine and the model disagree. */
export class Disagreement extends Error {
  override readonly name = 'Disagreement';
}

/** One world and the model of it, side by side, with small limits so that they are met. */
export class Lab {
  readonly world: World;
  readonly model: Model;
  /** What the invariants need to know. */
  readonly bounds: Bounds;
  /** How many were made and compared. */
  moves = 0;
  readonly #servers = new Map<string, Behaviour>();
  readonly #objects = new Map<string, Task>();
  #apps: Record<AppName, App>;
  #created = 0;

  constructor(rules: Rules) {
    const settings = settingsOf(rules);
    const { counts, backgroundTasksMax, foregroundTasksMax } = settings;
    const byServer: FaultRule = ({ url }) => verdicts[this.#servers.get(url) ?? 'stalls'];
    this.bounds = { rules, slots: counts[0] + counts[1] + counts[2], backgroundTasksMax, foregroundTasksMax };
    this.world = createWorld({
      rules,
      startMs,
      files: { '/file': 10_000 },
      faults: [byServer],
      wire: (_, url) => ({ latencyMs: latencyMsOf(Number(url.search.slice(1))) }),
      limits: { backgroundTasksMax, foregroundTasksMax },
      slots: { counts, speeds: [0, 0, 0] },
    });
    this.world.disk.write('/data/full', 'x'.repeat(1_000));
    this.world.disk.write('/data/empty', '');
    this.model = new Model(
      settings,
      appNames.map((name) => ({
        uid: uids[name],
        manages: name === 'manager',
        mayUseInternet: name !== 'guest',
      })),
    );
    this.#apps = this.#meetApps();
  }

  app(name: AppName): App {
    return this.#apps[name];
  }

  /** A task by any number, 0 for the latest; undefined while there is none. */
  task(number: number): ModelTask | undefined {
    const { tasks } = this.model;
    return tasks.at(-1 - (number % Math.max(1, tasks.length)));
  }

  async create(name: AppName, draft: Draft): Promise<ModelTask | null> {
    const { app, model } = { app: this.app(name), model: this.model };
    const number = this.#created++;
    const expected = model.mayCreate(model.app(app.uid), draft.mode);
    const config = configOf(draft, number);
    const made: { task?: Task } = {};
    await this.expect(expected, async () => {
      made.task = await app.request.agent.create(app.context, config);
    });
    if (made.task === undefined) return null;
    this.#servers.set(config.url, draft.server);
    this.#objects.set(made.task.tid, made.task);
    const latencyMs = latencyMsOf(number);
    return model.created(model.app(app.uid), draft, { tid: made.task.tid, latencyMs });
  }

  /** The owner's object of a task; null when it can have none now. */
  async objectOf(task: ModelTask): Promise<Task | null> {
    if (task.object === 'none') await this.getTask(this.nameOf(task), task, task.token);
    return this.#objects.get(task.tid) ?? null;
  }

  async getTask(name: AppName, task: ModelTask, token: string | null): Promise<void> {
    const app = this.app(name);
    const { context } = app;
    await this.expect(this.model.ask(this.model.app(app.uid), 'getTask', task, token), async () => {
      const { agent } = app.request;
      const got = await (token === null ? agent.getTask(context, task.tid) : agent.getTask(context, task.tid, token));
      const isSame = got === this.#objects.get(task.tid);
      const known = task.object === 'held';
      if (isSame !== known) throw new Disagreement(`getTask gives ${isSame ? 'the same' : 'another'} object`);
      task.object = 'held';
      this.#objects.set(task.tid, got);
    });
  }

  nameOf(task: ModelTask): AppName {
    return appNames.find((name) => uids[name] === task.app.uid) ?? 'first';
  }

  async pass(ms: number): Promise<void> {
    await this.world.run(ms);
    this.model.pass(ms);
  }

  serve(task: ModelTask, behaviour: Behaviour): void {
    task.server = behaviour;
    const info = this.world.engine.tasks().find(({ tid }) => tid === task.tid);
    if (info?.url !== undefined) this.#servers.set(info.url, behaviour);
  }

  terminate(name: AppName): void {
    this.app(name).terminate();
    const app = this.model.app(uids[name]);
    this.model.terminate(app);
    for (const task of this.model.tasks.filter((each) => each.app === app)) this.#objects.delete(task.tid);
  }

  /** An app that is gone has to come back before it can do anything. */
  wake(name: AppName): void {
    const app = this.model.app(uids[name]);
    if (app.alive) return;
    this.app(name).toForeground();
    this.model.toForeground(app);
  }

  restart(): void {
    this.world.restart();
    this.model.restart();
    this.#objects.clear();
    this.#apps = this.#meetApps();
    for (const name of appNames) this.model.toForeground(this.model.app(uids[name]));
  }

  /** @throws Disagreement unless the call is answered with this code; null for none. */
  async expect(code: number | null, call: () => unknown): Promise<void> {
    const got = await codeOf(call);
    if (got !== code) throw new Disagreement(`the engine answers ${got ?? 'yes'}, the model ${code ?? 'yes'}`);
  }

  /**
   * Time has passed: the engine may have collected by itself, and must have done away with what was removed when
   * nothing else happened for long.
   * @param due  what could be collected before.
   */
  noteCollected(due: readonly ModelTask[]): void {
    const { model } = this;
    const listed = new Set(this.world.engine.tasks().map(({ tid }) => tid));
    for (const task of model.tasks) {
      if (!model.isDue(task) && !due.includes(task)) continue;
      if (!listed.has(task.tid) || (model.mustHaveCollected && task.state === 'removed')) model.forget(task);
    }
  }

  /** @throws Disagreement unless engine and model see the same tasks. */
  compare(): void {
    const { model } = this;
    const seen = new Map(this.world.engine.tasks().map((info) => [info.tid, info]));
    for (const task of model.tasks) {
      const info = seen.get(task.tid);
      const [ours, theirs] = [lineOfModel(task), lineOf(info)];
      if (ours !== theirs) throw new Disagreement(`task ${task.tid} is ${theirs}; the model says ${ours}`);
    }
    if (seen.size !== model.tasks.filter(({ state }) => state !== 'gone').length) {
      throw new Disagreement('the engine has tasks that the model does not know');
    }
  }

  #meetApps(): Record<AppName, App> {
    return {
      first: this.world.app,
      second: this.world.addApp({ uid: uids.second }),
      manager: this.world.addApp({ uid: uids.manager, system: true, permissions: managesAll }),
      guest: this.world.addApp({ uid: uids.guest, permissions: [] }),
    };
  }
}

/** Every task has another one, so that no two runs that begin together end together. */
function latencyMsOf(number: number): number {
  return 20 + 3 * number;
}

function configOf(draft: Draft, number: number): Config {
  const { action, mode, network, metered, roaming, retry, priority, token, empty } = draft;
  const common = {
    mode: mode === 'foreground' ? 1 : 0,
    network: { any: 0, wifi: 1, cellular: 2 }[network] as 0 | 1 | 2,
    metered,
    roaming,
    retry,
    priority,
    ...(token === null ? {} : { token }),
  } as const;
  if (action === 'download') {
    return { ...common, action: 0, url: `${serverOrigin}/file?${number}`, saveas: `/data/target${number}` };
  }
  const path = empty ? '/data/empty' : '/data/full';
  return { ...common, action: 1, url: `${serverOrigin}/up?${number}`, data: [{ name: 'file', value: { path } }] };
}

async function codeOf(call: () => unknown): Promise<number | null> {
  try {
    await call();
    return null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'number') return error.code;
    throw error;
  }
}

function lineOf(info: TaskInfo | undefined): string {
  if (info === undefined) return 'gone';
  return `${stateWord(info.progress.state)} (${reasonWord(info.reason)}), changed at ${info.mtime}`;
}

function lineOfModel({ state, reason, changedMs }: ModelTask): string {
  return state === 'gone' ? state : `${state} (${reason}), changed at ${changedMs}`;
}

const reasonWords = new Map((Object.keys(reasons) as Reason[]).map((word) => [reasonText(word, 'client'), word]));

function reasonWord(text: string): string {
  return reasonWords.get(text) ?? text;
}
