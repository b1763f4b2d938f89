import type { QueueLimits } from '../../machines/queue.ts';
import type { Tiers } from '../../machines/slots.ts';
import type { Link, Rules, State } from '../../machines/vocabulary.ts';
import { createSimulatedClock, type SimulatedClock } from '../adapters/clock/simulated.ts';
import { createMemoryFiles, type MemoryFiles } from '../adapters/files/memory.ts';
import { createSeededRandom } from '../adapters/random/seeded.ts';
import { type CommitStep, createMemoryStore, type MemoryStore } from '../adapters/store/memory.ts';
import { createFileServer, type FileServer, type FileServerOptions } from '../adapters/transport/file-server.ts';
import {
  createInternet,
  type FaultRule,
  type Handler,
  type Internet,
  type Personality,
  type WireOption,
} from '../adapters/transport/internet.ts';
import { createSimulatedTransport } from '../adapters/transport/simulated.ts';
import { stateWord } from '../api/constants.ts';
import { type App, type AppOptions, createEngine, type TaskEngine } from '../api/task-engine.ts';
import type { Config, Task, TaskInfo } from '../api/types.ts';
import type { Tracer } from '../engine/trace.ts';
import { unreachable } from '../errors.ts';
import { linkOf, type NetworkName } from './networks.ts';
import { checkLink, checkOptions, checkTime, checkWire } from './options.ts';
import { withPersonalities } from './personalities.ts';
import { PowerCut, Process, untilPowerCut } from './process.ts';
import { createTrace, type Trace } from './trace.ts';

export interface WorldOptions {
  /** Everything random in the world follows from it; 1 unless told. */
  readonly seed?: number;
  readonly rules?: Rules;
  /** What the file server of the world has: path → bytes of generated content, or the content itself. */
  readonly files?: FileServerOptions['files'];
  /** How that server behaves. */
  readonly server?: Omit<FileServerOptions, 'files' | 'seed'>;
  /** What else is odd about it, such as `[noRanges, slowFirstByte(3_000)]`; the first is nearest to the client. */
  readonly personalities?: readonly Personality[];
  /** Further origins, such as `https://other.example`, and who answers there. */
  readonly hosts?: Readonly<Record<string, Handler>>;
  /** Asked in order about each request; the first verdict that is not `pass` wins. */
  readonly faults?: readonly FaultRule[];
  /** One wire for all, or one for each request. 20 ms, no limit and no loss, where nothing else is said. */
  readonly wire?: WireOption;
  readonly link?: Link | NetworkName;
  readonly limits?: Partial<QueueLimits>;
  readonly slots?: number | Tiers;
  /** Bytes that fit on the disk. */
  readonly diskBytes?: number;
  /** Whether a download is synced to the disk before it counts as completed, as `openEngine` has it. Default false. */
  readonly syncFiles?: boolean;
  /** Wall time at the start, ms since the epoch. */
  readonly startMs?: number;
  /** Is shown each entry of the trace as it is made. */
  readonly onTrace?: Tracer;
}

/** Where the world's file server answers. */
export const serverOrigin = 'http://files.example';
const startOfTime = Date.UTC(2026, 0, 1);

/** A download under way in a world, for tests that want no more than that. */
export interface WorldDownload {
  readonly tid: string;
  readonly state: State;
  readonly info: TaskInfo;
  readonly target: string;
}

/**
 * A whole device in virtual time, from one seed: engine, clock, disk, network, servers. Equal seed and equal calls,
 * equal trace, to the byte.
 */
export interface World {
  readonly seed: number;
  readonly clock: SimulatedClock;
  readonly disk: MemoryFiles;
  /** What the engine of now remembers tasks in, with handles for what happens to stores. */
  readonly store: MemoryStore;
  readonly server: FileServer;
  readonly trace: Trace;
  /** The engine of now; a new one after `restart`. */
  readonly engine: TaskEngine;
  /** The app of the world, `com.example.app`, with the root `/data`. */
  readonly app: App;
  /** Another app. */
  addApp(options: Partial<AppOptions> & { readonly uid: number }): App;
  /**
   * Lets virtual time pass.
   * @throws TypeError for what is no time: legal are ms, 0 or more.
   */
  run(ms: number): Promise<void>;
  /** Changes the link, for the engine and for what is on the wire. `cellular` is metered, `roaming` is so abroad. */
  setNetwork(link: Link | NetworkName): void;
  /** Bandwidth, latency and loss from now on, also for what is on its way. What is not told is as by default. */
  setWire(wire: WireOption): void;
  /** A fault rule more, asked before all others. @returns takes it away again. */
  addFault(rule: FaultRule): () => void;
  /** A user comes and goes. Stays so when the service restarts. */
  setAccount(user: number, state: AccountState): void;
  /** Memory pressure, 0 to 7. Stays so when the service restarts. */
  setMemoryLevel(level: number): void;
  /** Whether apps can reach the service; its tasks go on meanwhile. */
  setService(state: 'available' | 'unavailable'): void;
  /** Sets the wall clock forwards or backwards; no time passes. */
  jumpClock(ms: number): void;
  /** Creates and starts a download of a path of the world's server. Refusals reject `started`, and surface in `run`. */
  download(path: string, config?: Partial<Config>): WorldDownload;
  /** Creates a task from a config whose defaults suit the world: a download to the cache directory. */
  create(config?: Partial<Config>): Promise<Task>;
  /** Where each request for a path began, in order. */
  requests(path: string): { readonly from: number }[];
  /**
   * The engine's process is killed, if it lives, and started again over the same store and disk. Apps must be met again.
   * After `unload` and after a power cut it just starts.
   */
  restart(): TaskEngine;
  /** The service ends in good order: what runs is interrupted, and goes on after `restart`. Calls are refused until then. */
  unload(): Promise<void>;
  /** Unloaded, or without power: until `restart`. */
  readonly isDown: boolean;
  /**
   * Cuts the power, now or at a commit: its number counts from 1 (`store.commits`), and is the next one unless told. The store keeps whole
   * commits: after a cut before or during one, nothing of it. Files keep a beginning of what they were given since their
   * last sync. Nobody is told anything any more; the call that committed rejects with `PowerCut`, and later ones
   * are refused. `restart` begins again.
   * @throws RangeError for a commit that was made already.
   */
  powerCut(when?: { readonly at: CommitStep; readonly commit?: number }): void;
}

type AccountState = Parameters<TaskEngine['setAccount']>[1];

export function createWorld(options: WorldOptions = {}): World {
  return new SimulatedWorld(options);
}

class SimulatedWorld implements World {
  readonly seed: number;
  readonly clock: SimulatedClock;
  readonly disk: MemoryFiles;
  readonly server: FileServer;
  readonly trace: Trace;
  readonly #options: WorldOptions;
  readonly #internet: Internet;
  readonly #accounts = new Map<number, AccountState>();
  #memoryLevel = 0;
  #link: Link;
  #store: MemoryStore;
  #process: Process;
  #engine: TaskEngine;
  #app: App;
  #starts = 0;
  #cuts = 0;

  constructor(options: WorldOptions) {
    checkOptions(options);
    const { seed = 1, link = 'wifi' } = options;
    this.#options = options;
    this.seed = seed;
    this.#link = linkOf(link);
    this.clock = createSimulatedClock({ startMs: options.startMs ?? startOfTime });
    this.disk = createMemoryFiles({
      capacityBytes: options.diskBytes ?? Number.POSITIVE_INFINITY,
      syncs: options.syncFiles ?? false,
      elapsed: () => this.clock.elapsed(),
    });
    this.server = createFileServer({ ...options.server, files: options.files ?? {}, seed });
    this.trace = createTrace(options.onTrace);
    this.#internet = createInternet({
      hosts: { [serverOrigin]: withPersonalities(this.server.handle, options.personalities ?? []), ...options.hosts },
      wire: options.wire ?? {},
      faults: options.faults ?? [],
      onRequest: ({ method, url }, verdict) =>
        this.#note('request', `${method} ${url}${verdict === 'pass' ? '' : `, ${verdict.type}`}`),
    });
    this.#store = createMemoryStore();
    this.#process = new Process(this.clock);
    this.#engine = this.#boot();
    this.#app = this.addApp({ uid: defaultUid });
  }

  get store(): MemoryStore {
    return this.#store;
  }

  get engine(): TaskEngine {
    return this.#engine;
  }

  get app(): App {
    return this.#app;
  }

  addApp(options: Partial<AppOptions> & { readonly uid: number }): App {
    const bundle = options.uid === defaultUid ? 'com.example.app' : `com.example.app${options.uid}`;
    return this.#engine.app({ bundle, roots: ['/data'], ...options });
  }

  run(ms: number): Promise<void> {
    checkTime(ms);
    return this.clock.run(ms);
  }

  setNetwork(link: Link | NetworkName): void {
    checkLink(link);
    this.#link = linkOf(link);
    this.#note('network', networkName(this.#link));
    untilPowerCut(() => this.#engine.setNetwork(this.#link));
  }

  setWire(wire: WireOption): void {
    checkWire(wire);
    this.#note('wire', typeof wire === 'function' ? 'one for each request' : JSON.stringify(wire));
    this.#internet.setWire(wire);
  }

  addFault(rule: FaultRule): () => void {
    return this.#internet.addFault(rule);
  }

  setAccount(user: number, state: AccountState): void {
    this.#accounts.set(user, state);
    this.#note('account', `${user} ${state}`);
    untilPowerCut(() => this.#engine.setAccount(user, state));
  }

  setMemoryLevel(level: number): void {
    this.#memoryLevel = level;
    this.#note('memory', String(level));
    untilPowerCut(() => this.#engine.setMemoryLevel(level));
  }

  setService(state: 'available' | 'unavailable'): void {
    this.#note('service', state);
    untilPowerCut(() => this.#engine.setService(state));
  }

  jumpClock(ms: number): void {
    if (!Number.isFinite(ms)) throw new TypeError(`the clock jumps by ${ms}; legal: ms, also less than 0`);
    this.clock.jump(ms);
    this.#note('clock', `${ms} ms`);
  }

  download(path: string, config: Partial<Config> = {}): WorldDownload {
    let tid: string | null = null;
    const target = `/data/${path.slice(path.lastIndexOf('/') + 1)}`;
    const begin = async () => {
      const task = await this.create({ url: `${serverOrigin}${path}`, saveas: target, ...config });
      tid = task.tid;
      await task.start();
    };
    void begin().catch((thrown: unknown) => {
      if (!(thrown instanceof PowerCut)) throw thrown;
    });
    const info = (): TaskInfo =>
      this.#engine.tasks().find((each) => each.tid === tid) ??
      unreachable('the download is not created yet: run first');
    return {
      target,
      get tid() {
        return info().tid;
      },
      get state() {
        return stateWord(info().progress.state) ?? unreachable('a task is in a state without a name');
      },
      get info() {
        return info();
      },
    };
  }

  create(config: Partial<Config> = {}): Promise<Task> {
    const { agent } = this.#app.request;
    return agent.create(this.#app.context, {
      action: agent.Action.DOWNLOAD,
      url: `${serverOrigin}/file`,
      overwrite: true,
      ...config,
    });
  }

  requests(path: string): { readonly from: number }[] {
    return this.server.requests.filter((request) => request.path === path).map(({ from }) => ({ from }));
  }

  restart(): TaskEngine {
    this.#process.kill();
    this.disk.crash();
    this.#reopenStore();
    this.#process = new Process(this.clock);
    this.#note('restart');
    this.#engine = this.#boot();
    if (this.#memoryLevel > 0) this.#engine.setMemoryLevel(this.#memoryLevel);
    for (const [user, state] of this.#accounts) if (state !== 'active') this.#engine.setAccount(user, state);
    this.#app = this.addApp({ uid: defaultUid });
    return this.#engine;
  }

  async unload(): Promise<void> {
    if (!this.#process.isAlive) return;
    this.#note('unload');
    await this.#engine.close();
    this.#process.kill();
  }

  get isDown(): boolean {
    return !this.#process.isAlive;
  }

  powerCut(when?: { readonly at: CommitStep; readonly commit?: number }): void {
    if (when === undefined) return this.#cutPower('now');
    const { commits } = this.#store;
    const { at, commit = commits + 1 } = when;
    if (!(commit > commits)) throw new RangeError(`commit ${commit} was made already; legal: a later one`);
    this.#store.watch((n, step) => {
      if (n !== commit || step !== at) return;
      this.#cutPower(`${at} commit ${commit}`);
      throw new PowerCut(at, commit);
    });
  }

  #cutPower(when: string): void {
    this.#store.watch(null);
    this.#process.kill();
    this.#reopenStore();
    const lost = this.disk.cutPower(createSeededRandom(this.seed).fork(`power cut ${++this.#cuts}`));
    this.#note('power cut', [when, ...Object.entries(lost).map(([path, bytes]) => `${path} −${bytes}`)].join(', '));
  }

  /** What had the store open has lost it, whether it closed it or died. */
  #reopenStore(): void {
    this.#store.close();
    this.#store = this.#store.reopen();
  }

  #note(name: string, note?: string): void {
    const entry = { atMs: this.clock.now(), kind: 'world', name, of: '' } as const;
    this.trace.add(note === undefined ? entry : { ...entry, note });
  }

  #boot(): TaskEngine {
    const { rules, limits, slots } = this.#options;
    const random = createSeededRandom(this.seed).fork(`process ${this.#starts++}`);
    const { clock } = this.#process;
    const files = this.#process.reach(this.disk);
    return createEngine({
      clock,
      random,
      store: this.#store,
      files,
      transport: this.#process.carry(
        createSimulatedTransport({
          clock,
          random: random.fork('transport'),
          files,
          internet: this.#internet,
          link: () => this.#link,
        }),
      ),
      link: this.#link,
      trace: this.trace.add,
      ...(rules === undefined ? {} : { rules }),
      ...(limits === undefined ? {} : { limits }),
      ...(slots === undefined ? {} : { slots }),
    });
  }
}

const defaultUid = 20_010_001;

function networkName({ type, metered, roaming }: Link): string {
  return `${type}${metered ? ', metered' : ''}${roaming ? ', roaming' : ''}`;
}
