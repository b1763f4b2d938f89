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
import { type Store, StoreTrouble } from '../../src/ports/store.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'longshore-together-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** An engine over a store that pays for each commit, and a server that never answers. */
function open(store: Store) {
  const clock = createSimulatedClock();
  const random = createSeededRandom(1);
  const files = createMemoryFiles();
  const internet = createInternet({
    hosts: { 'http://files.example': createFileServer({ files: {} }).handle },
    wire: { latencyMs: 1e9 },
  });
  const transport = createSimulatedTransport({ clock, random, files, internet, link: () => ({ type: 'wifi' }) });
  const engine = createEngine({ clock, random, files, store, transport, rules: 'device' });
  const app = engine.app({ bundle: 'com.example.app', uid: 20_010_001, roots: ['/data'] });
  const { agent } = app.request;
  const create = (n: number) =>
    agent.create(app.context, {
      action: agent.Action.DOWNLOAD,
      url: `http://files.example/${n}`,
      saveas: `./${n}`,
      mode: agent.Mode.BACKGROUND,
    });
  return { engine, agent, create };
}

/** Counts the groups, and lets the flush of one fail after everything in it was written. */
function counted(path: string) {
  const store = openSqliteStore(path);
  const { group } = store;
  if (group === undefined) throw new Error('SQLite commits in groups');
  const seen = { groups: 0, failing: false };
  const together = (act: () => void) => {
    seen.groups += 1;
    group.together(() => {
      act();
      if (seen.failing) {
        seen.failing = false;
        throw new StoreTrouble('io', 'the flush failed, as asked for');
      }
    });
  };
  const counting: Store = {
    load: () => store.load(),
    groups: () => store.groups(),
    commit: (changes) => store.commit(changes),
    close: () => store.close(),
    group: { soon: group.soon, together },
  };
  return { store: counting, seen };
}

function storedStates(path: string): string[] {
  const store = openSqliteStore(path);
  try {
    return [...store.load()].map(({ life }) => life.state);
  } finally {
    store.close();
  }
}

const numbers = Array.from({ length: 50 }, (_, n) => n);

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

  it('about one task are made in their order, each after the other has acted', async () => {
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
    expect(seen.groups).toBeGreaterThan(4);
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
