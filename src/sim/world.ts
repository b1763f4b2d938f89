import type { QueueLimits } from '../../machines/queue.ts';
import type { Tiers } from '../../machines/slots.ts';
import type { Link, Rules, State } from '../../machines/vocabulary.ts';
import { createSimulatedClock, type SimulatedClock } from '../adapters/clock/simulated.ts';
import { createMemoryFiles, type MemoryFiles } from '../adapters/files/memory.ts';
import { createSeededRandom } from '../adapters/random/seeded.ts';
import { createMemoryStore, type MemoryStore } from '../adapters/store/memory.ts';
import { createFileServer, type FileServer, type FileServerOptions } from '../adapters/transport/file-server.ts';
import { createInternet, type FaultRule, type Handler, type Wire } from '../adapters/transport/internet.ts';
import { createSimulatedTransport } from '../adapters/transport/simulated.ts';
import { stateWord } from '../api/constants.ts';
import { type App, type AppOptions, createEngine, type TaskEngine } from '../api/task-engine.ts';
import type { Config, Task, TaskInfo } from '../api/types.ts';
import { unreachable } from '../errors.ts';
import { Process } from './process.ts';
import { createTrace, type Trace } from './trace.ts';

export interface WorldOptions {
  /** Everything random in the world follows from it; 1 unless told. */
  readonly seed?: number;
  readonly rules?: Rules;
  /** What the file server of the world has: path → bytes of generated content, or the content itself. */
  readonly files?: FileServerOptions['files'];
  /** How that server behaves. */
  readonly server?: Omit<FileServerOptions, 'files' | 'seed'>;
  /** Further origins, such as `https://other.example`, and who answers there. */
  readonly hosts?: Readonly<Record<string, Handler>>;
  /** Asked in order about each request; the first verdict that is not `pass` wins. */
  readonly faults?: readonly FaultRule[];
  /** One wire for all, or one for each request. */
  readonly wire?: Partial<Wire> | ((method: string, url: URL) => Partial<Wire>);
  readonly link?: Link;
  readonly limits?: Partial<QueueLimits>;
  readonly slots?: number | Tiers;
  /** Bytes that fit on the disk. */
  readonly diskBytes?: number;
  /** Wall time at the start, ms since the epoch. */
  readonly startMs?: number;
}

/** Where the world's file server answers. */
export const serverOrigin = 'http://files.example';
const startOfTime = Date.UTC(2026, 0, 1);
const wifi: Link = { type: 'wifi', metered: false, roaming: false };

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
  readonly server: FileServer;
  readonly trace: Trace;
  /** The engine of now; a new one after `restart`. */
  readonly engine: TaskEngine;
  /** The app of the world, `com.example.app`, with the root `/data`. */
  readonly app: App;
  /** Another app. */
  addApp(options: Partial<AppOptions> & { readonly uid: number }): App;
  /** Lets virtual time pass. */
  run(ms: number): Promise<void>;
  /** Changes the link, for the engine and for what is on the wire. */
  setNetwork(link: Link | Link['type']): void;
  /** Creates and starts a download of a path of the world's server. Refusals reject `started`, and surface in `run`. */
  download(path: string, config?: Partial<Config>): WorldDownload;
  /** Creates a task from a config whose defaults suit the world: a download to the cache directory. */
  create(config?: Partial<Config>): Promise<Task>;
  /** Where each request for a path began, in order. */
  requests(path: string): { readonly from: number }[];
  /** The engine's process is killed and started again over the same store and disk. Apps must be met again. */
  restart(): TaskEngine;
}

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
  readonly #internet: ReturnType<typeof createInternet>;
  #link: Link;
  #store: MemoryStore;
  #process: Process;
  #engine: TaskEngine;
  #app: App;
  #starts = 0;

  constructor(options: WorldOptions) {
    const { seed = 1, link = wifi } = options;
    this.#options = options;
    this.seed = seed;
    this.#link = link;
    this.clock = createSimulatedClock({ startMs: options.startMs ?? startOfTime });
    this.disk = createMemoryFiles(options.diskBytes === undefined ? {} : { capacityBytes: options.diskBytes });
    this.server = createFileServer({ ...options.server, files: options.files ?? {}, seed });
    this.#internet = createInternet({
      hosts: { [serverOrigin]: this.server.handle, ...options.hosts },
      wire: options.wire ?? {},
      faults: options.faults ?? [],
    });
    this.trace = createTrace();
    this.#store = createMemoryStore();
    this.#process = new Process(this.clock);
    this.#engine = this.#boot();
    this.#app = this.addApp({ uid: defaultUid });
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
    return this.clock.run(ms);
  }

  setNetwork(link: Link | Link['type']): void {
    this.#link = typeof link === 'string' ? { type: link, metered: link === 'cellular', roaming: false } : link;
    this.#engine.setNetwork(this.#link);
  }

  download(path: string, config: Partial<Config> = {}): WorldDownload {
    let tid: string | null = null;
    const target = `/data/${path.slice(path.lastIndexOf('/') + 1)}`;
    void this.create({ url: `${serverOrigin}${path}`, saveas: target, ...config }).then((task) => {
      tid = task.tid;
      return task.start();
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
    this.#store = this.#store.crash();
    this.#process = new Process(this.clock);
    this.#engine = this.#boot();
    this.#app = this.addApp({ uid: defaultUid });
    return this.#engine;
  }

  #boot(): TaskEngine {
    const { rules, limits, slots } = this.#options;
    const random = createSeededRandom(this.seed).fork(`process ${this.#starts++}`);
    const { clock } = this.#process;
    return createEngine({
      clock,
      random,
      store: this.#store,
      files: this.disk,
      transport: this.#process.carry(
        createSimulatedTransport({
          clock,
          random: random.fork('transport'),
          files: this.disk,
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
