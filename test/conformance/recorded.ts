import type { Rules } from '../../machines/vocabulary.ts';
import { agentEvents } from '../../src/api/constants.ts';
import type { App } from '../../src/api/task-engine.ts';
import type { Config, Task } from '../../src/api/types.ts';
import type { LogEntryInput, LogInput } from '../../src/conformance/index.ts';
import type { Move } from '../../src/fuzz/engine/commands.ts';
import { type AppName, appNames } from '../../src/fuzz/engine/lab.ts';
import type { Behaviour, Draft } from '../../src/fuzz/engine/model-task.ts';
import { createWorld, serverOrigin, type Verdict, type World } from '../../src/sim/index.ts';

const uids: Record<AppName, number> = { first: 20_010_001, second: 20_210_002, manager: 10_003, guest: 20_010_004 };
const internet = 'ohos.permission.INTERNET';
const managers = ['ohos.permission.DOWNLOAD_SESSION_MANAGER', 'ohos.permission.UPLOAD_SESSION_MANAGER'];
const options: Record<AppName, { readonly system: boolean; readonly permissions: string[] }> = {
  first: { system: false, permissions: [internet] },
  second: { system: false, permissions: [internet] },
  manager: { system: true, permissions: [internet, ...managers] },
  guest: { system: false, permissions: [] },
};
const verdicts: Record<Behaviour, Verdict> = {
  finishes: 'pass',
  stalls: { type: 'stall', bytes: 10 },
  denies: { type: 'answer', status: 404, headers: [], body: '' },
  breaks: { type: 'refuse', cause: 'tcp' },
};
const tasksMax = 3;
/** Less than the age at which the sweep stops a run. */
const jumpedMsMax = 29 * 86_400_000;

/** A task, and the object that its app has of it now; null when the process that had one is gone. */
interface Made {
  readonly tid: string;
  task: Task | null;
  readonly app: AppName;
  readonly url: string;
  readonly token: string | null;
}

type More = Partial<Extract<LogEntryInput, { kind: 'call' }>>;

/** Plays moves in a world, and writes down what an app could write down on a device. */
export class Recording {
  readonly world: World;
  readonly entries: LogEntryInput[] = [];
  readonly #rules: Rules;
  readonly #servers = new Map<string, Behaviour>();
  readonly #tasks: Made[] = [];
  readonly #gone = new Set<AppName>();
  #apps: Record<AppName, App>;
  #calls = 0;
  #jumpedMs = 0;
  #created = 0;

  constructor(rules: Rules) {
    this.#rules = rules;
    this.world = createWorld({
      rules,
      files: { '/file': 10_000 },
      faults: [({ url }) => verdicts[this.#servers.get(url) ?? 'stalls']],
      wire: (_, url) => ({ latencyMs: 20 + 3 * Number(url.search.slice(1)) }),
      limits: { backgroundTasksMax: tasksMax, ...(rules === 'device' ? { foregroundTasksMax: tasksMax } : {}) },
      slots: { counts: [1, 1, 1], speeds: [0, 0, 0] },
    });
    this.world.disk.write('/data/full', 'x'.repeat(1_000));
    this.world.disk.write('/data/empty', '');
    this.#note({ kind: 'world', what: 'network', link: 'wifi' });
    this.#note({ kind: 'world', what: 'service', state: 'available' });
    this.#apps = this.#meetApps();
  }

  get log(): LogInput {
    return JSON.parse(
      JSON.stringify({
        version: 1,
        rules: this.#rules,
        limits: { backgroundTasksMax: tasksMax, ...(this.#rules === 'device' ? { foregroundTasksMax: tasksMax } : {}) },
        apps: Object.fromEntries(
          appNames.map((name) => [name, { ...options[name], user: Math.floor(uids[name] / 200_000), sdk: 20 }]),
        ),
        hears: agentEvents,
        tasks: [],
        entries: this.entries,
      }),
    ) as LogInput;
  }

  async play(moves: readonly Move[]): Promise<LogInput> {
    for (const move of moves) await this.#perform(move);
    await this.world.run(1);
    return this.log;
  }

  async #perform(move: Move): Promise<void> {
    const { world } = this;
    switch (move.do) {
      case 'create':
      case 'launch': {
        const at = await this.#create(move.app, move.draft);
        const made = at === null ? undefined : this.#tasks[at];
        return made === undefined || move.do === 'create' ? undefined : this.#performOn(made, { do: 'start', task: 0 });
      }
      case 'search':
        this.#wake(move.app);
        return this.#call('search', move.app, {}, () => this.#agent(move.app).search());
      case 'network':
        world.setNetwork(move.link);
        return this.#note({ kind: 'world', what: 'network', link: move.link });
      case 'toForeground':
        return this.#toForeground(move.app);
      case 'toBackground':
        this.#apps[move.app].toBackground();
        return this.#note({ kind: 'world', app: move.app, what: 'app', state: 'background' });
      case 'terminate':
        this.#apps[move.app].terminate();
        this.#gone.add(move.app);
        for (const made of this.#tasks) if (made.app === move.app) made.task = null;
        return this.#note({ kind: 'world', app: move.app, what: 'app', state: 'terminated' });
      case 'account': {
        world.engine.setAccount(move.user, move.state);
        const app = move.user === 100 ? 'first' : 'second';
        return this.#note({ kind: 'world', app, what: 'account', state: move.state });
      }
      case 'service': {
        const state = move.up ? 'available' : 'unavailable';
        world.engine.setService(state);
        return this.#note({ kind: 'world', what: 'service', state });
      }
      case 'memory':
        return world.engine.setMemoryLevel(move.level);
      case 'pass':
        return world.run(move.ms);
      case 'jump':
        if (this.#jumpedMs + move.ms > jumpedMsMax) return;
        this.#jumpedMs += move.ms;
        world.clock.jump(move.ms);
        return this.#note({ kind: 'world', what: 'clock', byMs: move.ms });
      case 'restart':
        world.restart();
        this.#note({ kind: 'world', what: 'restart' });
        this.#apps = this.#meetApps();
        for (const made of this.#tasks) made.task = null;
        return;
      case 'collect':
        world.engine.collectGarbage();
        return;
      default: {
        const made = this.#tasks.at(-1 - (move.task % Math.max(1, this.#tasks.length)));
        return made === undefined ? undefined : this.#performOn(made, move);
      }
    }
  }

  async #performOn(made: Made, move: Extract<Move, { task: number }>): Promise<void> {
    const { tid } = made;
    if (move.do === 'serve') {
      this.#servers.set(made.url, move.behaviour);
      return;
    }
    const app = 'app' in move ? move.app : made.app;
    this.#wake(app);
    const agent = this.#agent(app);
    switch (move.do) {
      case 'remove':
        return this.#call('remove', app, { tid }, () => agent.remove(tid));
      case 'query':
        return this.#call('query', app, { tid }, () => agent.query(tid));
      case 'show':
        return this.#call('show', app, { tid }, () => agent.show(tid));
      case 'touch': {
        const token = (move.token === 'right' ? made.token : null) ?? 'a token of nobody';
        return this.#call('touch', app, { tid, token }, () => agent.touch(tid, token));
      }
      case 'getTask':
        return this.#getTask(made, app, { right: made.token, wrong: 'a token of nobody', none: null }[move.token]);
      case 'on':
      case 'off':
        return;
      default: {
        if (made.task === null) await this.#getTask(made, app, made.token);
        const { task } = made;
        if (task === null) return;
        if (move.do !== 'setMaxSpeed') return this.#call(move.do, app, { tid }, () => task[move.do]());
        const { bytesPerSecond: speed } = move;
        return this.#call('setMaxSpeed', app, { tid, speed }, () => task.setMaxSpeed(speed));
      }
    }
  }

  #getTask(made: Made, app: AppName, token: string | null): Promise<void> {
    const { tid } = made;
    const more = token === null ? { tid } : { tid, token };
    return this.#call('getTask', app, more, async () => {
      const { context } = this.#apps[app];
      const got = await this.#agent(app).getTask(context, tid, ...(token === null ? [] : [token]));
      if (got !== made.task) this.#watch(app, got);
      if (app === made.app) made.task = got;
    });
  }

  #wake(app: AppName): void {
    if (this.#gone.has(app)) this.#toForeground(app);
  }

  #toForeground(app: AppName): void {
    this.#gone.delete(app);
    this.#apps[app].toForeground();
    this.#note({ kind: 'world', app, what: 'app', state: 'foreground' });
  }

  async #create(app: AppName, draft: Draft): Promise<number | null> {
    const number = this.#created++;
    const config = configOf(draft, number);
    this.#wake(app);
    this.#servers.set(config.url, draft.server);
    const made: { task?: Task } = {};
    await this.#call('create', app, { config }, async () => {
      made.task = await this.#agent(app).create(this.#apps[app].context, config);
      return made.task;
    });
    const { task } = made;
    if (task === undefined) return null;
    this.#watch(app, task);
    return this.#tasks.push({ tid: task.tid, task, app, url: config.url, token: draft.token }) - 1;
  }

  #watch(app: AppName, task: Task): void {
    for (const event of agentEvents) {
      (task.on as (event: string, hear: (payload: unknown) => void) => void).call(task, event, (payload) =>
        this.#note({ kind: 'event', app, tid: task.tid, event, payload }),
      );
    }
  }

  /** Notes a call and its answer: in one entry now and then, when nothing came between. */
  async #call(call: More['call'] & string, app: AppName, more: More, act: () => Promise<unknown>): Promise<void> {
    const id = ++this.#calls;
    const at = this.entries.length;
    const made = { kind: 'call', call, app, ...more } as const;
    this.#note({ ...made, id });
    const answer = (said: object) => {
      if (id % 2 === 1 || this.entries.length > at + 1) return this.#note({ kind: 'answer', app, to: id, ...said });
      this.entries.pop();
      this.#note({ ...made, ...said });
    };
    try {
      const result = await act();
      answer(call === 'create' ? { tid: (result as Task).tid } : result === undefined ? {} : { result });
    } catch (error) {
      answer({ code: (error as { code: number }).code });
    }
  }

  #note(entry: { readonly kind: LogEntryInput['kind']; readonly [member: string]: unknown }): void {
    this.entries.push({ atMs: this.world.clock.now(), ...entry } as LogEntryInput);
  }

  #agent(app: AppName) {
    return this.#apps[app].request.agent;
  }

  #meetApps(): Record<AppName, App> {
    this.#gone.clear();
    const apps = {
      first: this.world.app,
      second: this.world.addApp({ uid: uids.second, ...options.second }),
      manager: this.world.addApp({ uid: uids.manager, ...options.manager }),
      guest: this.world.addApp({ uid: uids.guest, ...options.guest }),
    };
    for (const app of appNames) this.#note({ kind: 'world', app, what: 'app', state: 'foreground' });
    return apps;
  }
}

function configOf(draft: Draft, number: number): Config {
  const { action, mode, network, metered, roaming, retry, priority, token, empty } = draft;
  const common = {
    mode: mode === 'foreground' ? 1 : 0,
    network: ({ any: 0, wifi: 1, cellular: 2 } as const)[network],
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
