import { describe, expect, it } from 'vitest';
import type { Rules } from '../../machines/vocabulary.ts';
import { createSimulatedClock } from '../../src/adapters/clock/simulated.ts';
import { createMemoryFiles, type MemoryFiles } from '../../src/adapters/files/memory.ts';
import { createSeededRandom } from '../../src/adapters/random/seeded.ts';
import { createMemoryStore } from '../../src/adapters/store/memory.ts';
import { type Content, contentOf, generateContent, partOf } from '../../src/adapters/transport/content.ts';
import {
  answerWith,
  createInternet,
  type ServerRequest,
  type ServerResponse,
} from '../../src/adapters/transport/internet.ts';
import { createSimulatedTransport } from '../../src/adapters/transport/simulated.ts';
import { stateWord } from '../../src/api/constants.ts';
import { type App, createEngine, type TaskEngine } from '../../src/api/task-engine.ts';
import type { Config, Task } from '../../src/api/types.ts';
import type { Store, StoredTask } from '../../src/ports/store.ts';
import { lateFiles } from '../support/late-files.ts';
import { bothRules } from '../support/worlds.ts';

/** What a process that dies at one instant leaves behind. */
interface Remains {
  readonly instant: string;
  readonly stored: readonly StoredTask[];
  readonly disk: Readonly<Record<string, Uint8Array>>;
  /** What had arrived at the server by then. */
  readonly uploads: readonly Uint8Array[];
}

interface Stage {
  readonly server: Server;
  /** Creates a task and starts it. */
  start(config: Config): Promise<Task>;
  run(ms: number): Promise<void>;
  /** Until so many bytes count as done. */
  runUntilDone(bytes: number): Promise<void>;
}

const nothing: Remains = { instant: '', stored: [], disk: {}, uploads: [] };
const origin = 'http://files.example';
const target = '/data/file';
const source = '/data/source';
const sourceBytes = generateContent('source', 3_000).bytesAt(0, 3_000);
const download: Config = { action: 0, url: `${origin}/file`, saveas: target };
const upload: Config = { action: 1, url: `${origin}/up`, data: [{ name: 'f', value: { path: source } }] };

/** Pauses in the middle, and goes on when the server has another file. */
async function withChange({ start, run, server }: Stage, config: Config): Promise<void> {
  const task = await start(config);
  await run(500);
  await task.pause();
  await run(100);
  server.change();
  await task.resume();
  await run(5_000);
}

async function pausedAtItsEnd({ start, runUntilDone, run }: Stage, config: Config): Promise<void> {
  const task = await start(config);
  await runUntilDone(3_000);
  await task.pause();
  await run(5_000);
}

describe.each(bothRules)('by the rules of %s, after a crash at any instant', (rules) => {
  it.each<[string, (stage: Stage) => Promise<unknown>]>([
    ['a download', ({ start, run }) => start(download).then(() => run(5_000))],
    ['a download paused with its last byte', (stage) => pausedAtItsEnd(stage, download)],
    ['a download whose file changes while it is paused', (stage) => withChange(stage, download)],
  ])('%s ends with one version of the file', async (_, live) => {
    const server = new Server();

    for (const left of await liveThrough(rules, live, server)) {
      const { state, disk } = await goOn(rules, left, server);

      expect(state, left.instant).toBe('completed');
      expect(server.versions.map(({ size }) => size)).toContain(disk.read(target).length);
      expect(isBeginning(disk.read(target), server.versions), left.instant).toBe(true);
    }
  });

  it('a download of a part never mixes two versions of its file', async () => {
    const server = new Server();
    const begins = 10;
    const remains = await liveThrough(rules, (stage) => withChange(stage, { ...download, begins }), server);

    for (const left of remains) {
      const { disk } = await goOn(rules, left, server);

      const parts = server.versions.map((version) => partOf(version, begins, version.size - begins));
      expect(isBeginning(disk.read(target), parts), left.instant).toBe(true);
    }
  });

  it.each<[string, (stage: Stage) => Promise<unknown>]>([
    ['an upload', ({ start, run }) => start(upload).then(() => run(5_000))],
    ['an upload paused with its last byte', (stage) => pausedAtItsEnd(stage, upload)],
  ])('%s has brought the whole file when it is completed', async (_, live) => {
    const server = new Server();

    for (const left of await liveThrough(rules, live, server)) {
      const { state } = await goOn(rules, left, server);

      // A device fails what was running, and never starts an upload again.
      const isLost = rules === 'device' && left.stored[0]?.life.state === 'running';
      const isWhole = server.uploads.some((bytes) => Buffer.compare(bytes, sourceBytes) === 0);
      expect([state, isWhole || isLost], left.instant).toEqual([isLost ? 'failed' : 'completed', true]);
    }
  });
});

/** Lives through a story once, and keeps what each instant of it would have left: after each commit and each change of the disk. */
async function liveThrough(
  rules: Rules,
  live: (stage: Stage) => Promise<unknown>,
  server: Server,
): Promise<readonly Remains[]> {
  const remains: Remains[] = [];
  const stage = new World(rules, { ...nothing, disk: { [source]: sourceBytes } }, server, (world, step) => {
    const stored = [...world.store.load()];
    const instant = `${remains.length + 1}: ${step}, ${stored[0]?.life.state}`;
    if (stored.length > 0) remains.push({ instant, stored, disk: world.disk.snapshot(), uploads: [...server.uploads] });
  });
  await live(stage);
  expect(remains.length).toBeGreaterThan(3);
  return remains;
}

/** A new process finds the remains, and does for the task what can be done. @returns how it ends. */
async function goOn(rules: Rules, remains: Remains, server: Server): Promise<{ state: string; disk: MemoryFiles }> {
  server.uploads = remains.uploads;
  const world = new World(rules, remains, server, () => {});
  await world.run(5_000);
  const { agent } = world.app.request;
  const task = await agent.getTask(world.app.context, remains.stored[0]?.record.tid ?? '');
  if (world.state === 'initialized' || (rules === 'device' && world.state === 'failed'))
    await task.start().catch(() => {});
  if (world.state === 'paused') await task.resume();
  await world.run(5_000);
  return { state: world.state, disk: world.disk };
}

/** A world of one task, whose disk keeps what it is given in memory until it is closed. */
class World implements Stage {
  readonly store = createMemoryStore();
  readonly disk: MemoryFiles;
  readonly server: Server;
  readonly #clock = createSimulatedClock();
  readonly #engine: TaskEngine;

  constructor(rules: Rules, { stored, disk }: Remains, server: Server, stepped: (world: World, step: string) => void) {
    const clock = this.#clock;
    this.server = server;
    this.disk = createMemoryFiles({ files: disk });
    this.store.commit(stored.map((task) => ({ type: 'task.created', ...task })));
    const step = (name: string) => stepped(this, name);
    const files = lateFiles(this.disk, clock, step);
    const random = createSeededRandom(1);
    const wire = { bytesPerSecond: 3_000 };
    const internet = createInternet({ hosts: { [origin]: server.handle }, wire });
    this.#engine = createEngine({
      rules,
      clock,
      random,
      files,
      store: watchedStore(this.store, step),
      transport: createSimulatedTransport({ clock, random, files, internet, link: () => ({ type: 'wifi' }) }),
    });
  }

  get app(): App {
    return this.#engine.app({ bundle: 'com.example.app', uid: 1, roots: ['/data'] });
  }

  get state(): string {
    const [info] = this.#engine.tasks();
    return (info && stateWord(info.progress.state)) ?? 'gone';
  }

  readonly start = async (config: Config): Promise<Task> => {
    const task = await this.app.request.agent.create(this.app.context, config);
    await task.start();
    return task;
  };

  readonly run = (ms: number): Promise<void> => this.#clock.run(ms);

  readonly runUntilDone = async (bytes: number): Promise<void> => {
    expect(await this.#clock.runUntil(() => this.#engine.tasks()[0]?.progress.processed === bytes, 5_000)).toBe(true);
  };
}

function watchedStore(store: Store, step: (name: string) => void): Store {
  return {
    load: () => store.load(),
    groups: () => store.groups(),
    commit: (changes) => {
      store.commit(changes);
      step('committed');
    },
    close: () => store.close(),
  };
}

/** One file, which changes when it is told to, and all that was uploaded. */
class Server {
  readonly versions: Content[] = [generateContent('0', 3_000)];
  uploads: readonly Uint8Array[] = [];

  change(): void {
    this.versions.push(generateContent(String(this.versions.length), 3_000 + 100 * this.versions.length));
  }

  readonly handle = ({ method, headers, body }: ServerRequest): ServerResponse => {
    const last = this.versions.length - 1;
    const content = this.versions[last] ?? contentOf('');
    const etag = `"${last}"`;
    if (method === 'PUT') {
      this.uploads = [...this.uploads, body];
      return { status: 200, phrase: 'OK', headers: [['content-length', '0']], body: contentOf('') };
    }
    const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
    const isPart = headers.range !== undefined && [undefined, etag].includes(headers['if-range']);
    if (isPart && from >= content.size) return answerWith(416);
    const part = isPart ? partOf(content, from, content.size - from) : content;
    const head = [
      ['etag', etag],
      ['content-length', String(part.size)],
    ] as const;
    return { status: isPart ? 206 : 200, phrase: '', headers: head, body: part };
  };
}

function isBeginning(bytes: Uint8Array, versions: readonly Content[]): boolean {
  return versions.some(
    ({ size, bytesAt }) => bytes.length <= size && Buffer.compare(bytes, bytesAt(0, bytes.length)) === 0,
  );
}
