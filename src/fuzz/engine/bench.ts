import type { Action, Operation, Rules } from '../../../machines/vocabulary.ts';
import type { App } from '../../api/task-engine.ts';
import type { Config, Task } from '../../api/types.ts';
import { unreachable } from '../../errors.ts';
import type { Random } from '../../ports/random.ts';
import { createWorld, type FaultRule, serverOrigin, type Verdict, type World } from '../../sim/index.ts';
import { callMark, type Watcher } from '../coverage.ts';
import type { Place } from '../coverage-cells.ts';

/** A task, and the object that an app holds for it. */
export interface Held {
  readonly tid: string;
  readonly action: Action;
  readonly mode: 'background' | 'foreground';
  readonly token: string | null;
  object: Task;
}

const manages = ['ohos.permission.INTERNET', 'ohos.permission.DOWNLOAD_SESSION_MANAGER'];

/** A world to walk in: small limits, a server of changing moods, and who may call. */
export class Bench {
  readonly world: World;
  readonly random: Random;
  readonly tasks: Held[] = [];
  readonly groups: string[] = [];
  /** What the next requests meet. */
  mood: Verdict = 'pass';
  /** Tasks of an app that has lost, or will lose, its permission. */
  readonly bareTids: string[] = [];
  isBare = false;
  readonly #watcher: Watcher;
  #names = 0;
  others: { readonly [who in 'stranger' | 'manager' | 'halfManager' | 'nobody' | 'guest' | 'bare']: App };

  constructor(rules: Rules, random: Random, watcher: Watcher) {
    this.random = random;
    this.#watcher = watcher;
    const byMood: FaultRule = () => this.mood;
    this.world = createWorld({
      rules,
      seed: Math.floor(random.next() * 2 ** 31),
      files: { '/file': 6_000, '/small': 10 },
      faults: [byMood],
      wire: { latencyMs: 20, bytesPerSecond: 4_000 },
      limits: { backgroundTasksMax: 8, foregroundTasksMax: rules === 'device' ? 8 : Number.POSITIVE_INFINITY },
      slots: { counts: [1, 1, 1], speeds: [0, 0, 0] },
      onTrace: (entry) => watcher.note(entry),
    });
    this.world.disk.write('/data/full', 'x'.repeat(1_000));
    this.world.disk.write('/data/empty', '');
    this.others = this.#meet();
    this.world.app.toForeground();
  }

  get app(): App {
    return this.world.app;
  }

  placeOf({ tid }: Held): Place | null {
    return this.#watcher.placeOf(tid);
  }

  /** One of them, by chance. */
  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.random.next() * from.length)] as T;
  }

  name(): string {
    return String(++this.#names);
  }

  /** Makes a call; refusals are what the walk is about. */
  async try<T>(call: () => T): Promise<Awaited<T> | null> {
    try {
      return await call();
    } catch (error) {
      if (error instanceof Error && error.name === 'BusinessError') return null;
      throw error;
    }
  }

  /** A task as chance has it. */
  create(changes: Partial<Config> = {}, app: App = this.app): Promise<Held | null> {
    const action = this.pick(['download', 'download', 'upload'] as const);
    const mode = this.pick(['background', 'foreground'] as const);
    const token = this.pick([null, null, null, 'a token of its own']);
    return this.#create({ action, mode, token }, { ...this.#needs(token), ...changes }, app);
  }

  /** A task of a kind, with no needs of its own unless told. */
  async createPlain({ action, mode }: Pick<Held, 'action' | 'mode'>, changes: Partial<Config> = {}): Promise<Held> {
    const held = await this.#create({ action, mode, token: changes.token ?? null }, changes, this.app);
    return held ?? unreachable('a plain task is refused');
  }

  async #create(kind: Omit<Held, 'tid' | 'object'>, changes: Partial<Config>, app: App): Promise<Held | null> {
    const { action, mode } = kind;
    const config = {
      url: `${serverOrigin}${this.pick(['/file', '/file', '/small'])}`,
      mode: mode === 'foreground' ? 1 : 0,
      ...(action === 'download'
        ? { action: 0, saveas: `/data/target${this.name()}` }
        : { action: 1, data: this.#files().map((path) => ({ name: 'file', value: { path } })) }),
      ...changes,
    } as Config;
    const object = await this.try(() => app.request.agent.create(app.context, config));
    if (object === null) return null;
    const held = { ...kind, tid: object.tid, object };
    if (app === this.app) this.tasks.push(held);
    return held;
  }

  #files(): readonly string[] {
    return this.pick([['/data/full'], ['/data/full', '/data/full'], ['/data/empty']]);
  }

  #needs(token: string | null): Partial<Config> {
    return {
      retry: this.pick([true, true, false]),
      network: this.pick([0, 0, 1, 2] as const),
      priority: this.pick([0, 1, 2]),
      metered: this.pick([true, false]),
      ...(token === null ? {} : { token }),
      ...this.pick([{}, {}, {}, { minSpeed: { speed: 50_000, duration: 1 } }, { timeout: { totalTimeout: 1 } }]),
    };
  }

  /** The same, with a mark in the trace. */
  async asks(held: Held, operation: Operation): Promise<void> {
    this.world.trace.add(callMark(this.world.clock.now(), operation, held.tid));
    await this.ask(held, operation);
  }

  /** Asks an operation of a task, as its app does. */
  async ask(held: Held, operation: Operation): Promise<void> {
    const { agent } = this.app.request;
    const { context } = this.app;
    const { tid, token, object } = held;
    switch (operation) {
      case 'start':
      case 'pause':
      case 'resume':
      case 'stop':
        await this.try(() => object[operation]());
        return;
      case 'setMaxSpeed':
        await this.try(() => object.setMaxSpeed(20_000));
        return;
      case 'on':
        object.on('progress', nothing);
        return;
      case 'off':
        object.off('progress', nothing);
        return;
      case 'remove':
        await this.try(() => agent.remove(tid));
        return;
      case 'getTask': {
        const got = await this.try(() =>
          token === null ? agent.getTask(context, tid) : agent.getTask(context, tid, token),
        );
        if (got !== null) held.object = got;
        return;
      }
      case 'show':
        await this.try(() => agent.show(tid));
        return;
      case 'touch':
        await this.try(() => agent.touch(tid, token ?? 'a token of nobody'));
        return;
      case 'query':
        await this.try(() => this.others.manager.request.agent.query(tid));
        return;
      case 'search':
        await this.try(() => agent.search());
        return;
      case 'attachGroup': {
        const gid = this.pick(this.groups) ?? (await this.openGroup());
        if (gid !== null) await this.try(() => agent.attachGroup(gid, [tid]));
        return;
      }
    }
  }

  async openGroup(): Promise<string | null> {
    const gid = await this.try(() => this.app.request.agent.createGroup({ notification: { title: 'files' } }));
    if (gid !== null && gid !== '') this.groups.push(gid);
    return gid;
  }

  /** After the service has begun again: who was there comes back. */
  meetAgain(): void {
    this.isBare = true;
    this.others = this.#meet();
    this.world.app.toForeground();
  }

  async close(): Promise<void> {
    await this.world.unload();
  }

  #meet(): Bench['others'] {
    return {
      stranger: this.world.addApp({ uid: 20_010_002 }),
      manager: this.world.addApp({
        uid: 10_003,
        system: true,
        permissions: [...manages, 'ohos.permission.UPLOAD_SESSION_MANAGER'],
      }),
      /** Of downloads only. */
      halfManager: this.world.addApp({ uid: 10_004, system: true, permissions: manages }),
      nobody: this.world.addApp({ uid: 10_005, system: true, permissions: [] }),
      /** Its permission is taken back while the service is away. */
      bare: this.world.addApp({ uid: 20_010_006, permissions: this.isBare ? [] : ['ohos.permission.INTERNET'] }),
      guest: this.world.addApp({ uid: 20_010_004, permissions: [] }),
    };
  }
}

function nothing(): void {}
