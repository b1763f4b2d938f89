import { expect } from 'vitest';
import { type Reason, type Rules, reasons, type State } from '../../machines/vocabulary.ts';
import { generateContent } from '../../src/adapters/transport/content.ts';
import { agentEvents, reasonText, stateWord } from '../../src/api/constants.ts';
import { type App, createEngine, type EngineOptions } from '../../src/api/task-engine.ts';
import type { Config, FormItem, Progress, Task, TaskInfo, UploadConfig } from '../../src/api/types.ts';
import { catalogues } from '../../src/errors/catalogues.ts';
import { BusinessError } from '../../src/errors.ts';
import {
  createFileServer,
  createInternet,
  createMemoryFiles,
  createMemoryStore,
  createSeededRandom,
  createSimulatedClock,
  createSimulatedTransport,
  createWorld,
  serverOrigin,
  type World,
  type WorldOptions,
} from '../../src/sim/index.ts';

export const bothRules = ['documented', 'device'] as const satisfies readonly Rules[];
export const rateBytes = 10_000;

/** Made once: to make up a file takes longer than to make a world. */
const served = Object.fromEntries(
  Object.entries({ '/big': 100 * rateBytes, '/mid': 10 * rateBytes, '/small': 1_000 }).map(
    ([path, bytes]) => [path, generateContent(path, bytes)] as const,
  ),
);

/** A world whose wire takes 100 s for `/big` and 10 s for `/mid`, so that transfers can be met on their way. */
export function slowWorld(options: WorldOptions = {}): World {
  return createWorld({ files: served, wire: { bytesPerSecond: rateBytes }, ...options });
}

/** The config of a download of `path`, to a file of the same name. */
export function downloadOf(path: string, config: Partial<Config> = {}): Partial<Config> {
  return { action: 0, url: serverOrigin + path, saveas: `/data${path}`, ...config };
}

/** Puts files of these sizes on the disk, and makes the config of their upload to `/up`. */
export function uploadOf(world: World, bytes: readonly number[], config: Partial<Config> = {}): Partial<Config> {
  const data = bytes.map((size, at): FormItem => {
    const path = `/data/part${at}.bin`;
    world.disk.write(path, contentOf(at, size));
    return { name: `part${at}`, value: { path } };
  });
  return { action: 1, url: `${serverOrigin}/up`, data, ...config };
}

/** What `uploadOf` puts into its file number `at`. */
export function contentOf(at: number, bytes: number): Uint8Array {
  const content = new Uint8Array(bytes);
  for (let offset = 0; offset < bytes; offset += 1) content[offset] = (offset * 7 + at) % 251;
  return content;
}

export type Heard = readonly [event: string, payload: unknown];

interface Speaker {
  on(event: string, listener: (...payload: readonly unknown[]) => void): void;
}

/** Everything that a task tells, in order. */
export function hear(task: Task): Heard[] {
  const heard: Heard[] = [];
  for (const event of agentEvents) {
    (task as unknown as Speaker).on(event, (payload) => heard.push([event, payload]));
  }
  return heard;
}

/** Everything that a legacy task tells; the payload is the list of arguments. */
export function hearLegacy(task: object, events: readonly string[]): Heard[] {
  const heard: Heard[] = [];
  for (const event of events) (task as Speaker).on(event, (...payload) => heard.push([event, payload]));
  return heard;
}

export function namesOf(heard: readonly Heard[]): string[] {
  return heard.map(([event]) => event);
}

/** The payloads of one event. */
export function payloadsOf<T = unknown>(heard: readonly Heard[], event: string): T[] {
  return heard.filter(([name]) => name === event).map(([, payload]) => payload as T);
}

export function lastProgress(heard: readonly Heard[]): Progress | undefined {
  return payloadsOf<Progress>(heard, 'progress').at(-1);
}

export function infoOf(world: World, tid: string): TaskInfo {
  const info = world.engine.tasks().find((each) => each.tid === tid);
  if (info === undefined) throw new Error(`no task ${tid}`);
  return info;
}

/** `running (0)`: the state of a task and the code of its reason. */
export function stateOf(world: World, tid: string): string {
  const info = infoOf(world, tid);
  return `${stateWord(info.progress.state)} (${codesByText.get(info.reason)})`;
}

const codesByText = new Map(
  (Object.keys(reasons) as Reason[]).map((reason) => [reasonText(reason, 'client'), reasons[reason].code]),
);

/** The states that a task went through, those of an instant too. */
export function journeyOf(world: World, tid: string): State[] {
  const steps = world.trace.entries.filter(({ kind, of, from, to }) => kind === 'event' && of === tid && from !== to);
  return steps.map(({ to }) => to as State);
}

/** What a call is refused with: thrown at once, or by rejection. Anything else is a failure of the test. */
export async function refusalOf(call: () => unknown): Promise<BusinessError> {
  try {
    await call();
  } catch (error) {
    if (error instanceof BusinessError) return error;
    throw error;
  }
  throw new Error('the call was not refused');
}

/** What a call throws before it returns. */
export function thrownBy(call: () => unknown): BusinessError {
  try {
    call();
  } catch (error) {
    if (error instanceof BusinessError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** A file holds what the world's server has at `path`. Large arrays are compared as buffers, which is a thousand times faster. */
export function expectWhole(world: World, path: string, target = `/data${path}`): void {
  const content = world.server.contentAt(path);
  if (content === null) throw new Error(`the server has nothing at ${path}`);
  expect(sameBytes(world.disk.read(target), content.bytesAt(0, content.size))).toBe(true);
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** Creates a task and starts it. */
export async function started(world: World, config: Partial<Config> = {}): Promise<Task> {
  const task = await world.create(config);
  await task.start();
  return task;
}

/** A system app that may see the tasks of all others. */
export function systemApp(world: World): App {
  return world.addApp({
    uid: 20_010_900,
    bundle: 'com.example.system',
    system: true,
    permissions: [
      'ohos.permission.INTERNET',
      'ohos.permission.DOWNLOAD_SESSION_MANAGER',
      'ohos.permission.UPLOAD_SESSION_MANAGER',
    ],
  });
}

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** Puts files on the disk, and makes the config of their upload by `uploadFile`. */
export function legacyUploadOf(
  world: World,
  bytes: readonly number[],
  config: Partial<UploadConfig> = {},
): UploadConfig {
  const files = bytes.map((size, at) => {
    world.disk.write(`/data/part${at}.bin`, contentOf(at, size));
    return { filename: `part${at}.bin`, name: `part${at}`, uri: `internal://cache/part${at}.bin`, type: 'bin' };
  });
  return { url: `${serverOrigin}/up`, header: {}, method: 'PUT', files, data: [], ...config };
}

const published = new Map<number, string>(catalogues.harmony.map(({ code, message }) => [code, message]));

/** Holds an error to its code and to the published text of that code, which never says more. */
export function expectRefusal(error: BusinessError, code: number, detail: RegExp = /./): void {
  expect({ code: error.code, message: error.message }).toEqual({ code, message: published.get(code) ?? error.message });
  expect(error.detail).toMatch(detail);
}

/** An engine of one app, with handles that a world does not have: its store, and what its listeners throw. */
export function bareEngine(options: Partial<EngineOptions> = {}) {
  const clock = createSimulatedClock();
  const random = createSeededRandom(1);
  const files = createMemoryFiles();
  const store = createMemoryStore();
  const server = createFileServer({ files: { '/small': 1_000 } });
  const internet = createInternet({ hosts: { [serverOrigin]: server.handle } });
  const link = () => ({ type: 'wifi' }) as const;
  const transport = createSimulatedTransport({ clock, random, files, internet, link });
  const engine = createEngine({ clock, random, store, files, transport, ...options });
  const app = engine.app({ bundle: 'com.example.app', uid: 20_010_001, roots: ['/data'] });
  return { engine, app, files, store, clock };
}
