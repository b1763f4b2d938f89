import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSimulatedClock } from '../../src/adapters/clock/simulated.ts';
import { createMemoryFiles } from '../../src/adapters/files/memory.ts';
import { createSeededRandom } from '../../src/adapters/random/seeded.ts';
import { openSqliteStore } from '../../src/adapters/store/sqlite.ts';
import { createFileServer } from '../../src/adapters/transport/file-server.ts';
import { createInternet } from '../../src/adapters/transport/internet.ts';
import { createSimulatedTransport } from '../../src/adapters/transport/simulated.ts';
import { createEngine } from '../../src/api/task-engine.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { type Store, StoreTrouble } from '../../src/ports/store.ts';
import type { TransferJob, TransferReport, Transport } from '../../src/ports/transport.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'longshore-together-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** An engine over a store that pays for each commit, and a server that never answers unless told. */
function open(store: Store, options: { readonly transport?: Transport; readonly slots?: number } = {}) {
  const simulated = createSimulatedClock();
  /** What was last set to ring after so many ms. */
  const rings = new Map<number, () => void>();
  const clock: Clock = {
    now: () => simulated.now(),
    elapsed: () => simulated.elapsed(),
    after: (delayMs, ring, timer) => {
      rings.set(delayMs, ring);
      return simulated.after(delayMs, ring, timer);
    },
  };
  const random = createSeededRandom(1);
  const files = createMemoryFiles();
  const internet = createInternet({
    hosts: { 'http://files.example': createFileServer({ files: {} }).handle },
    wire: { latencyMs: 1e9 },
  });
  const silent = createSimulatedTransport({ clock, random, files, internet, link: () => ({ type: 'wifi' }) });
  const { transport = silent } = options;
  const engine = createEngine({ clock, random, files, store, transport, rules: 'device', slots: options.slots ?? 48 });
  const app = engine.app({ bundle: 'com.example.app', uid: 20_010_001, roots: ['/data'] });
  const { agent } = app.request;
  const create = (n: number) =>
    agent.create(app.context, {
      action: agent.Action.DOWNLOAD,
      url: `http://files.example/${n}`,
      saveas: `./${n}`,
      mode: agent.Mode.BACKGROUND,
    });
  const upload = (path: string) =>
    agent.create(app.context, {
      action: agent.Action.UPLOAD,
      url: 'http://files.example/up',
      data: [{ name: 'file', value: { path } }],
      mode: agent.Mode.BACKGROUND,
    });
  return { engine, agent, files, create, upload, rings };
}

/** A transport whose exchanges say what the test has them say. */
function toldTransport() {
  const reports: ((report: TransferReport) => void)[] = [];
  const jobs: TransferJob[] = [];
  const transport: Transport = {
    open(job, report) {
      jobs.push(job);
      reports.push(report);
      return { setSpeed() {}, cancel: () => queueMicrotask(() => report({ type: 'cancelled' })) };
    },
    close: async () => {},
  };
  return { transport, reports, jobs };
}

const finished: TransferReport = { type: 'finished', bytes: 0, body: new Uint8Array() };
const breathe = () => new Promise((resolve) => void setImmediate(resolve));

/** Counts the groups, and lets the flush of one fail after everything in it was written. */
function counted(path: string) {
  const store = openSqliteStore(path);
  const { group } = store;
  if (group === undefined) throw new Error('SQLite commits in groups');
  const seen = { groups: 0, alone: 0, failing: false, broken: false, act: (act: () => void) => act() };
  let isGroup = false;
  const together = (act: () => void) => {
    seen.groups += 1;
    group.together(() => {
      isGroup = true;
      try {
        seen.act(act);
      } finally {
        isGroup = false;
      }
      if (seen.failing) {
        seen.failing = false;
        throw new StoreTrouble('io', 'the flush failed, as asked for');
      }
    });
  };
  const counting: Store = {
    load: () => store.load(),
    groups: () => store.groups(),
    commit: (changes) => {
      if (!isGroup) seen.alone += 1;
      if (seen.broken) throw new StoreTrouble('io', 'the disk is gone, as asked for');
      store.commit(changes);
    },
    close: () => store.close(),
    group: { soon: group.soon, together },
  };
  return { store: counting, seen };
}

const numbers = Array.from({ length: 50 }, (_, n) => n);

function storedStates(path: string): string[] {
  const store = openSqliteStore(path);
  try {
    return [...store.load()].map(({ life }) => life.state);
  } finally {
    store.close();
  }
}

describe('calls of one tick', () => {
  it('share a commit, and are on disk when they are answered', async () => {
    const path = join(directory, 'store.db');
    const { store, seen } = counted(path);
    const { engine, agent, create } = open(store);

    const tasks = await Promise.all(numbers.map(create));
    await Promise.all(tasks.map((task) => task.start()));

    expect(seen.groups).toBe(2);
    expect(await agent.search()).toHaveLength(50);
    await engine.close();
    expect(new Set(storedStates(path))).toEqual(new Set(['running', 'waiting']));
  });

  it('about one task are made in their order', async () => {
    const { store, seen } = counted(join(directory, 'store.db'));
    const { engine, create } = open(store);
    const task = await create(1);

    const answers = await Promise.allSettled([task.start(), task.pause(), task.resume(), task.pause(), task.start()]);

    expect(answers.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
    ]);
    expect(seen.groups, 'create; all that follows').toBe(2);
    await engine.close();
  });

  it('see what those before them have done, whichever task it was done to', async () => {
    const { store, seen } = counted(join(directory, 'store.db'));
    const { engine, create, agent } = open(store, { slots: 1 });
    const [first, second] = [await create(1), await create(2)];
    const { groups } = seen;

    const calls = [first.start(), first.pause(), second.start(), second.pause(), agent.search({ state: 0x30 })];

    await Promise.all(calls.slice(0, -1));
    expect(await calls.at(-1)).toEqual([first.tid, second.tid]);
    expect(seen.groups - groups).toBe(1);
    await engine.close();
  });

  it('begin a run with what the task was then, and keep what became of it since', async () => {
    const { store } = counted(join(directory, 'store.db'));
    const { transport, jobs, reports } = toldTransport();
    const { engine, files, upload } = open(store, { transport });
    files.write('/data/up', '0123456789');
    const task = await upload('/data/up');
    await task.start();
    reports[0]?.({ type: 'received', index: 0, bytes: 4 });
    await task.pause();
    await breathe();

    await Promise.all([task.resume(), task.pause(), task.resume()]);
    await breathe();

    expect(jobs.map((job) => job.kind === 'upload' && job.files[0]?.from)).toEqual([0, 4, 4]);
    await engine.close();
  });

  it('are each refused alone when one of them is wrong', async () => {
    const { store } = counted(join(directory, 'store.db'));
    const { engine, create, agent } = open(store);
    const [first, second] = [await create(1), await create(2)];

    const answers = await Promise.allSettled([first.start(), second.pause(), agent.remove('12345')]);

    expect(answers.map((answer) => (answer.status === 'rejected' ? answer.reason.code : 'done'))).toEqual([
      'done',
      21900007,
      21900006,
    ]);
    await engine.close();
  });

  it('are taken back and made alone when their flush fails', async () => {
    const path = join(directory, 'store.db');
    const { store, seen } = counted(path);
    const { engine, create } = open(store);
    const tasks = await Promise.all(numbers.slice(0, 10).map(create));
    seen.failing = true;

    const answers = await Promise.allSettled([...tasks.map((task) => task.start()), create(60), tasks[0]?.pause()]);

    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill('fulfilled'));
    await engine.close();
    expect(storedStates(path)).toHaveLength(11);
  });

  it('are made before the engine closes', async () => {
    const path = join(directory, 'store.db');
    const { store } = counted(path);
    const { engine, create } = open(store);

    const created = create(1);
    await engine.close();

    expect((await created).tid).toMatch(/^\d{9}$/);
    expect(storedStates(path)).toEqual(['initialized']);
  });

  it('are made before whoever closes it, and however often, hears that it is closed', async () => {
    const path = join(directory, 'store.db');
    const { transport } = toldTransport();
    const { engine, create } = open(openSqliteStore(path), { transport });
    await (await create(1)).start();

    void engine.close();
    await engine.close();

    expect(storedStates(path)).toEqual(['running']);
  });

  it('that find the store full are refused, and what was answered is there', async () => {
    const path = join(directory, 'store.db');
    const store = openSqliteStore(path, { bytesMax: 120_000 });
    const { engine, create } = open(store);

    const created = await Promise.allSettled(Array.from({ length: 900 }, (_, n) => create(n)));
    const codes = created.map((answer) => (answer.status === 'rejected' ? answer.reason.code : 'done'));

    expect(new Set(codes)).toEqual(new Set(['done', 13499999]));
    await engine.close();
    expect(storedStates(path)).toHaveLength(codes.filter((code) => code === 'done').length);
  });
});

describe('what the world says in one tick', () => {
  it('shares a commit, and nothing follows from it before that is on disk', async () => {
    const path = join(directory, 'store.db');
    const { store, seen } = counted(path);
    const { transport, reports } = toldTransport();
    const { engine, create, agent } = open(store, { transport, slots: 5 });
    const tasks = await Promise.all(numbers.slice(0, 10).map(create));
    await Promise.all(tasks.map((task) => task.start()));
    const before = { ...seen };
    const opened: number[] = [];
    seen.act = (act) => {
      act();
      opened.push(reports.length);
    };

    for (const report of [...reports]) report(finished);
    expect(await agent.search({ state: agent.State.COMPLETED })).toHaveLength(5);

    expect([seen.groups - before.groups, seen.alone - before.alone, ...opened, reports.length]).toEqual([1, 0, 5, 10]);
    await engine.close();
    expect(storedStates(path).sort()).toEqual([...Array(5).fill('completed'), ...Array(5).fill('running')]);
  });

  it('comes before a call that was made after it', async () => {
    const { store } = counted(join(directory, 'store.db'));
    const { transport, reports } = toldTransport();
    const { engine, create } = open(store, { transport });
    const task = await create(1);
    await task.start();

    reports[0]?.(finished);

    await expect(task.pause()).rejects.toMatchObject({ code: 21900007 });
    await engine.close();
  });

  it('is carried out even when neither its flush nor a commit of its own is to be had, and stored with the next', async () => {
    const path = join(directory, 'store.db');
    const { store, seen } = counted(path);
    const { transport, reports } = toldTransport();
    const { engine, create, agent } = open(store, { transport, slots: 5 });
    const tasks = await Promise.all(numbers.slice(0, 10).map(create));
    await Promise.all(tasks.map((task) => task.start()));
    seen.broken = true;
    seen.failing = true;

    for (const report of [...reports]) report(finished);
    const refused = create(11);
    await expect(refused).rejects.toMatchObject({ code: 13499999 });

    expect(reports).toHaveLength(10);
    expect(await agent.search({ state: agent.State.COMPLETED })).toHaveLength(5);
    seen.broken = false;
    await tasks[9]?.pause();
    await engine.close();
    expect(storedStates(path).filter((state) => state === 'completed')).toHaveLength(5);
  });

  it('vouches at once for the body of a response, which is written next', async () => {
    const path = join(directory, 'store.db');
    const { store, seen } = counted(path);
    const { transport, reports } = toldTransport();
    const { engine, create } = open(store, { transport });
    await (await create(1)).start();
    const { alone } = seen;

    const headers = new Map([['etag', ['"1"']]]);
    const body = { offset: 0, size: 10 };
    reports[0]?.({ type: 'responded', version: 'HTTP/1.1', status: 200, phrase: 'OK', headers, body });

    expect(seen.alone - alone).toBe(1);
    await engine.close();
  });

  it('of a timer, is about the run that it was set for', async () => {
    const { store, seen } = counted(join(directory, 'store.db'));
    const { transport, reports } = toldTransport();
    const { engine, create, agent, rings } = open(store, { transport });
    const task = await create(1);
    await task.start();
    const timeOut = rings.get(604_800_000);
    seen.failing = true;

    // Alone, since their flush fails: so the timer is heard when the second run is under way.
    const calls = [task.stop(), task.start()];
    timeOut?.();
    await Promise.all(calls);
    await breathe();

    expect(reports).toHaveLength(2);
    expect((await agent.show(task.tid)).progress.state).toBe(agent.State.RUNNING);
    await engine.close();
  });
});
