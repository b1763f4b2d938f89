import { closeSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Link, Rules } from '../../machines/vocabulary.ts';
import { createSystemClock } from '../adapters/clock/system.ts';
import { startVirtualTime } from '../adapters/clock/virtual.ts';
import { createDiskFiles } from '../adapters/files/disk.ts';
import { createSeededRandom } from '../adapters/random/seeded.ts';
import { createMemoryStore } from '../adapters/store/memory.ts';
import { createHttpCarrier, createHttpTransport, type HttpCarrier } from '../adapters/transport/http.ts';
import { internet } from '../api/owner.ts';
import { type App, createEngine, type TaskEngine } from '../api/task-engine.ts';
import type { Clock } from '../ports/clock.ts';
import type { Random } from '../ports/random.ts';
import type { Store } from '../ports/store.ts';
import { DeviceLink } from './link.ts';
import { Traffic } from './traffic.ts';

/** What a device would know of itself and of the app that runs on it. Everything has a default. */
export interface DeviceOptions {
  /** Bundle name of the app; `com.example.app` unless told. */
  readonly bundle?: string;
  /** Uid of the app; 20010044 unless told, which belongs to user 100. */
  readonly uid?: number;
  /** Name of the app's module, as in its manifest; `entry` unless told. */
  readonly module?: string;
  /**
   * Granted permissions; unless told, `ohos.permission.INTERNET` and `ohos.permission.GET_NETWORK_INFO`: what every app gets
   * that asks for it.
   */
  readonly permissions?: readonly string[];
  readonly system?: boolean;
  /** Target SDK level of the app; 22 unless told. */
  readonly sdk?: number;
  /** Directory on disk that holds `/data/storage/…`; a temporary one unless told, removed by `close`. */
  readonly directory?: string;
  readonly rules?: Rules;
  /** Rules ids and everything else that is drawn; 1 unless told. */
  readonly seed?: number;
  readonly network?: Link;
  /** Level of memory pressure, 0 to 7. */
  readonly memoryLevel?: number;
  /** Is the user of the app the one at the device? `active` unless told. */
  readonly account?: 'active' | 'suspended' | 'inactive';
  /** Is the app in the foreground? Yes, unless told. */
  readonly foreground?: boolean;
  /** `phone` unless told. */
  readonly deviceType?: string;
  /** Host name → origin that stands in for it, such as `http://127.0.0.1:8080`. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** A clock of one's own, such as a simulated one. */
  readonly clock?: Clock;
  /** What remembers tasks, for a device that is to start again; in memory unless told. */
  readonly store?: Store;
  /**
   * Timers of the process, and the device's clock, run ahead as soon as nothing else is under way: a minute of waiting
   * takes no time. While a socket or file is busy they keep step with the real time.
   */
  readonly virtualTime?: boolean;
}

/** A device with one app on it: the engine behind `@ohos.request`, and what the modules beside it share. */
export interface Device {
  readonly options: DeviceOptions;
  readonly bundle: string;
  readonly module: string;
  readonly uid: number;
  readonly sdk: number;
  readonly deviceType: string;
  readonly clock: Clock;
  readonly random: Random;
  /** The engine behind the request module; its `setNetwork` changes `link`, too. */
  readonly engine: TaskEngine;
  readonly app: App;
  /** What the app may do. */
  readonly permissions: ReadonlySet<string>;
  readonly link: DeviceLink;
  /** Sockets, shared with the engine's transport. */
  readonly carrier: HttpCarrier;
  /** Bytes that the app has moved over the network. */
  readonly traffic: Traffic;
  /** Files that the app's code has opened, by descriptor; what is left is closed by `close`. */
  readonly descriptors: Set<number>;
  /** The bundles that each WantAgent of the app opens. */
  readonly wantAgents: WeakMap<object, readonly string[]>;
  /** Directory on disk that holds `/data/storage/…`. */
  readonly directory: string;
  /** Where a path of the app lies on disk: `/data/storage/…` in the sandbox, any other path where it says. */
  onDisk(path: string): string;
  /** Has something done before the device closes. */
  onClose(end: () => void): void;
  /** Stops the engine, and removes the directory when it was a temporary one. */
  close(): Promise<void>;
}

const defaults = { bundle: 'com.example.app', uid: 20_010_044, module: 'entry', sdk: 22, deviceType: 'phone' } as const;
const grantedToAll: readonly string[] = [internet, 'ohos.permission.GET_NETWORK_INFO'];
const wifi: Link = { type: 'wifi', metered: false, roaming: false };
const sandboxed = '/data/storage/';

export function createDevice(options: DeviceOptions = {}): Device {
  const { bundle, uid, module, sdk, deviceType } = { ...defaults, ...options };
  const permissions = options.permissions ?? grantedToAll;
  const isTemporary = options.directory === undefined;
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'longshore-device-'));
  const time = options.virtualTime === true ? startVirtualTime() : null;
  const clock = options.clock ?? time?.clock ?? createSystemClock();
  const random = createSeededRandom(options.seed ?? 1);
  const files = createDiskFiles();
  const traffic = new Traffic();
  const descriptors = new Set<number>();
  const wantAgents = new WeakMap<object, readonly string[]>();
  const link = new DeviceLink(options.network ?? wifi);
  const carrier = createHttpCarrier({ clock, hosts: options.hosts ?? {} });
  const ends: (() => void)[] = [];
  const engine = createEngine({
    clock,
    random,
    files,
    store: options.store ?? createMemoryStore(),
    transport: traffic.over(createHttpTransport({ files, clock, random: random.fork('transport') }, carrier)),
    rules: options.rules ?? 'device',
    ...(options.network === undefined ? {} : { link: options.network }),
  });
  const app = engine.app({
    bundle,
    uid,
    sdk,
    roots: { sandbox: directory, module },
    isWantAgent: (value) => wantAgents.get(value)?.every((target) => target === bundle) ?? false,
    permissions,
    ...(options.system === undefined ? {} : { system: options.system }),
  });
  const onDisk = (path: string) => (path.startsWith(sandboxed) ? join(directory, path) : path);
  for (const name of ['cache', 'files', 'temp', 'database', 'preferences']) {
    mkdirSync(onDisk(`/data/storage/el2/base/haps/${module}/${name}`), { recursive: true });
    mkdirSync(onDisk(`/data/storage/el2/base/${name}`), { recursive: true });
  }
  if (options.memoryLevel !== undefined) engine.setMemoryLevel(options.memoryLevel);
  if (options.account !== undefined) engine.setAccount(Math.floor(uid / 200_000), options.account);
  if (options.foreground === false) app.toBackground();

  return {
    options,
    bundle,
    module,
    uid,
    sdk,
    deviceType,
    clock,
    random,
    engine: {
      ...engine,
      setNetwork(now) {
        engine.setNetwork(now);
        link.set(now);
      },
    },
    app,
    permissions: new Set(permissions),
    link,
    carrier,
    traffic,
    descriptors,
    wantAgents,
    directory,
    onDisk,
    onClose: (end) => void ends.push(end),
    async close() {
      for (const end of ends.splice(0)) end();
      await engine.close();
      for (const descriptor of descriptors) closeSync(descriptor);
      descriptors.clear();
      if (isTemporary) rmSync(directory, { recursive: true, force: true });
      time?.stop();
    },
  };
}

/** One device for each process, however many copies of this module a bundler makes. */
const place = Symbol.for('longshore.device');
const holder = globalThis as { [place]?: Device };

/** The device that the modules of this process run on; made with defaults when nothing was configured before. */
export function theDevice(): Device {
  holder[place] ??= unasked();
  return holder[place];
}

/** Nobody closes what nobody asked for: its directory goes with the process. */
function unasked(): Device {
  const device = createDevice();
  process.once('exit', () => rmSync(device.directory, { recursive: true, force: true }));
  return device;
}

/** Puts another device in the place of the one there was, which is closed. */
export function configureDevice(options: DeviceOptions): Device {
  void holder[place]?.close();
  holder[place] = createDevice(options);
  return holder[place];
}
