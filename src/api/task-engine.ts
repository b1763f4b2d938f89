import { defaultLimits, type QueueLimits } from '../../machines/queue.ts';
import { rule } from '../../machines/rules.ts';
import { type Tiers, tiersOf, tiersOfCount } from '../../machines/slots.ts';
import { type Link, type Rules, ruleSets } from '../../machines/vocabulary.ts';
import { Engine, type EnginePorts } from '../engine/engine.ts';
import type { Notice } from '../engine/notices.ts';
import type { Tracer } from '../engine/trace.ts';
import { BusinessError } from '../errors.ts';
import { type Agent, createAgent } from './agent.ts';
import { legacyConstants, stateNumbers } from './constants.ts';
import { storedConfig, taskInfo } from './info.ts';
import { createLegacy, type Legacy, legacyTask } from './legacy.ts';
import type { ThrowHandler } from './listeners.ts';
import { createOwner, internet, type Owner } from './owner.ts';
import { type AppPlace, appPlace, type Roots } from './paths.ts';
import { AgentTask } from './task.ts';
import type { BaseContext, TaskInfo } from './types.ts';

export interface EngineOptions extends EnginePorts {
  /** Which reading of the platform applies where its sources disagree; `documented` unless told. */
  readonly rules?: Rules;
  /** How many tasks an app may have that have not ended: 1001 in the background; foreground tasks never queue by the book. */
  readonly limits?: Partial<QueueLimits>;
  /** How many tasks run at once in each direction, in all or by tier; 48 unless told. */
  readonly slots?: number | Tiers;
  /** Redirects that a request follows; 30 by the book, without end on a device. */
  readonly redirectsMax?: number;
  /** The link there is at the beginning; Wi-Fi unless told. */
  readonly link?: Link;
  /** Is shown everything that the engine does. */
  readonly trace?: Tracer;
  /** Gets what a listener throws; thrown again outside the engine unless told. */
  readonly onListenerThrow?: ThrowHandler;
}

export interface AppOptions {
  readonly bundle: string;
  /** Whole, 0 or more; apps of one user share its hundred-thousands: user = uid ÷ 200000. */
  readonly uid: number;
  /** Directories that the app's paths must lie in; the first is its cache directory. */
  readonly roots: Roots;
  /** Unless told: `ohos.permission.INTERNET`. */
  readonly permissions?: readonly string[];
  /** A system app may `query`, and `search` in other apps. */
  readonly system?: boolean;
  /** Target SDK level; 20 unless told. Below 12, the finer faults read as OTHERS. */
  readonly sdk?: number;
  /** May the app speak http to this host? Yes, unless told. */
  readonly mayClearText?: (host: string) => boolean;
  /** Is this object a WantAgent, and one that opens this very app? Any object is, unless told. */
  readonly isWantAgent?: (value: object) => boolean;
}

/** The directories of an app, as its code sees them. */
export interface AppContext extends BaseContext {
  readonly cacheDir: string;
  readonly filesDir: string;
  readonly tempDir: string;
}

/** One app of an engine. It is in the foreground until it says otherwise. */
export interface App {
  readonly bundle: string;
  readonly uid: number;
  readonly context: AppContext;
  /** The module that the app's code calls `request`. */
  readonly request: Request;
  toForeground(): void;
  /** Foreground tasks go on for 60 s, then downloads wait and uploads fail. */
  toBackground(): void;
  /** The process is gone: its listeners are dropped, and it leaves the foreground. `toForeground` starts it again. */
  terminate(): void;
  /**
   * The object of a task that the app's process held when the service restarted: an app goes on listening then.
   * @returns null when the task is gone. @source harmony-request.md 6.2, Channel
   */
  resubscribe(tid: string): object | null;
  /** Hears of each task of the app that completes or fails. @returns stops hearing. @source harmony-request.md 6.4 */
  onBroadcast(listener: (event: { readonly code: 0x40 | 0x41; readonly data: string }) => void): () => void;
}

export type Request = { readonly agent: Agent } & Legacy & Readonly<typeof legacyConstants>;

/**
 * The task engine of one device, or of one program: several apps may share it.
 * @see createEngine
 */
export interface TaskEngine {
  readonly rules: Rules;
  /** The app with this uid; the same one when asked again. @throws 401 for a bad uid, or one of another bundle. */
  app(options: AppOptions): App;
  /** Tells the engine what the link is now. */
  setNetwork(link: Link): void;
  /** Tells the engine about a user. Apps of a `suspended` one go on, but their calls find no task. */
  setAccount(user: number, state: 'active' | 'suspended' | 'inactive'): void;
  /** Whether the background service can be reached; while not, calls answer 13400003. */
  setService(state: 'available' | 'unavailable'): void;
  /** Memory pressure, 0 to 7; a device runs fewer tasks the higher it is. */
  setMemoryLevel(level: number): void;
  /** Forgets records that have rested long enough; done by itself while idle. @returns how many. */
  collectGarbage(): number;
  /** Every task of every app, as `query` would show it with nothing hidden. */
  tasks(): TaskInfo[];
  /** Stops: what runs is interrupted, and goes on when an engine opens the same store. */
  close(): Promise<void>;
}

const defaultSdk = 20;
const wifi: Link = { type: 'wifi', metered: false, roaming: false };

/**
 * Builds a task engine over the given ports, and brings back the tasks that its store holds.
 *
 * @throws StoreTrouble when the store cannot be read; TypeError for rules that there are not.
 * @source harmony-request.md 0.1.1, 3.3, 10
 */
export function createEngine(options: EngineOptions): TaskEngine {
  const { rules = 'documented', link = wifi, trace, slots } = options;
  if (!ruleSets.includes(rules)) throw new TypeError(`rules is ${rules}; legal: ${ruleSets.join(', ')}`);
  const { onListenerThrow = throwLater } = options;
  const onThrow: ThrowHandler = (thrown) => {
    try {
      onListenerThrow(thrown);
    } catch (another) {
      throwLater(another);
    }
  };
  const apps = new Map<number, HostedApp>();
  const engine = new Engine(
    options,
    {
      rules,
      link,
      trace,
      limits: { ...defaultLimits(rules), ...options.limits },
      redirectsMax: options.redirectsMax ?? rule(rules, 'redirectsMax'),
      tiersAt: (level) => tiersFor(rules, level, slots),
    },
    {
      told: (notice) => apps.get(notice.uid)?.hear(notice),
      listenersDropped: (uid) => apps.get(uid)?.dropListeners(),
      forgotten: (uid, tid) => apps.get(uid)?.forget(tid),
    },
  );

  return {
    rules,
    app(asked) {
      const known = apps.get(asked.uid);
      if (known !== undefined && known.bundle === asked.bundle) return known;
      mustBeNew(asked, known);
      const { sdk = defaultSdk, system = false, mayClearText = () => true, isWantAgent = () => true } = asked;
      const place = appPlace(asked.bundle, asked.roots);
      const owner = createOwner({
        engine,
        uid: asked.uid,
        caller: { rules, place, files: options.files, sdk, system, mayClearText, isWantAgent },
        permissions: new Set(asked.permissions ?? [internet]),
        onThrow,
        nowMs: () => options.clock.now(),
      });
      const app = hostedApp(owner);
      apps.set(asked.uid, app);
      engine.meetApp(asked.uid, asked.bundle);
      app.toForeground();
      return app;
    },
    setNetwork: (now) => engine.linkChanged(now),
    setAccount: (user, state) => engine.accountChanged(user, { type: accountEvents[state] }),
    setService: (state) => engine.serviceChanged({ type: state === 'available' ? 'cameUp' : 'wentDown' }),
    setMemoryLevel: (level) => engine.pressureChanged(level),
    collectGarbage: () => engine.collectGarbage(),
    tasks: () =>
      [...engine.tasks()].map((task) => ({
        ...taskInfo(task, { rules, place: apps.get(task.record.uid)?.place ?? bare, sdk: defaultSdk }),
        uid: String(task.record.uid),
        bundle: task.record.bundle,
      })),
    close: () => engine.close(),
  };
}

function throwLater(thrown: unknown): void {
  queueMicrotask(() => {
    throw thrown;
  });
}

const accountEvents = { active: 'activated', suspended: 'suspended', inactive: 'left' } as const;

/** For tasks of an app that has not shown up: paths as they are on disk. */
const bare = appPlace('', ['/']);

/** An app, and what the engine tells it. */
interface HostedApp extends App {
  readonly place: AppPlace;
  hear(notice: Notice): void;
  forget(tid: string): void;
  dropListeners(): void;
}

function hostedApp(owner: Owner): HostedApp {
  const { engine, uid, caller } = owner;
  const { bundle, dirs } = caller.place;
  const broadcast = new Set<Parameters<App['onBroadcast']>[0]>();
  const change = (type: 'entered' | 'left' | 'terminated') => engine.appChanged(uid, { type });
  return {
    bundle,
    uid,
    place: caller.place,
    context: {
      stageMode: true,
      cacheDir: dirs.cache,
      filesDir: dirs.files ?? dirs.cache,
      tempDir: dirs.temp ?? dirs.cache,
    },
    request: { ...legacyConstants, ...createLegacy(owner), agent: createAgent(owner) },
    toForeground: () => change('entered'),
    toBackground: () => change('left'),
    terminate: () => change('terminated'),

    resubscribe(tid) {
      const task = engine.task(tid);
      if (task === undefined || task.record.uid !== uid) return null;
      const { api, action } = task.record.spec;
      const fresh =
        api === 'legacy' ? legacyTask(owner, tid, action) : new AgentTask(owner, tid, storedConfig(task, caller.place));
      return owner.held(tid) ?? owner.hold(tid, fresh);
    },

    onBroadcast(listener) {
      broadcast.add(listener);
      return () => broadcast.delete(listener);
    },

    hear(notice) {
      if (notice.event !== 'broadcast') return owner.hear(notice);
      for (const listener of [...broadcast]) {
        try {
          listener({ code: stateNumbers[notice.state], data: notice.tid });
        } catch (thrown) {
          owner.onThrow(thrown);
        }
      }
    },

    forget: (tid) => owner.release(tid),

    dropListeners() {
      broadcast.clear();
      owner.releaseAll();
    },
  };
}

function tiersFor(rules: Rules, level: number, slots: number | Tiers | undefined): Tiers {
  const table = tiersOf(rules, level);
  if (slots === undefined) return table;
  return typeof slots === 'number' ? tiersOfCount(slots, table.speeds) : slots;
}

function mustBeNew({ uid, bundle }: AppOptions, known: App | undefined): void {
  if (known !== undefined) {
    throw new BusinessError('PARAMETER', {
      detail: `the uid ${uid} belongs to ${known.bundle}, so ${bundle} cannot have it; legal: a uid of its own`,
    });
  }
  if (!Number.isSafeInteger(uid) || uid < 0) {
    throw new BusinessError('PARAMETER', {
      detail: `the uid of ${bundle} is ${uid}; legal: a whole number, 0 or more`,
    });
  }
}
