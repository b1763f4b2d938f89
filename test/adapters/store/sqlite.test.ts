import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TaskSpec } from '../../../machines/vocabulary.ts';
import { createSeededRandom } from '../../../src/adapters/random/seeded.ts';
import { migrate, migrations, schemaVersion } from '../../../src/adapters/store/schema.ts';
import { openSqliteStore, readSqliteStore } from '../../../src/adapters/store/sqlite.ts';
import type { Store } from '../../../src/ports/store.ts';
import { kindOf, storeContract } from '../../contracts/store.ts';
import { buildChild, type Child } from '../../support/child.ts';
import { created, life, record } from '../../support/stored.ts';

let root: string;
let path: string;
const opened: Store[] = [];
const task = (seq: number) => ({ record: record(seq), life: life() });

function open(...args: Parameters<typeof openSqliteStore>): Store {
  const store = openSqliteStore(...args);
  opened.push(store);
  return store;
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'longshore-store-'));
  path = join(root, 'tasks.db');
});
afterEach(() => {
  for (const store of opened.splice(0)) store.close();
  rmSync(root, { recursive: true, force: true });
});

storeContract('the SQLite store', () => ({
  open: () => open(path),
  crash: () => {
    for (const store of opened.splice(0)) store.close(); // real crashes are below: they need a process to kill
    return open(path);
  },
  dispose: () => undefined,
}));

describe('the SQLite store', () => {
  it('is made for its owner alone, with its directories', () => {
    path = join(root, 'new/state/tasks.db');
    open(path).commit([created(task(1))]);

    const modeOf = (file: string) => statSync(file).mode & 0o777;
    for (const suffix of ['', '.lock', '-wal']) expect([suffix, modeOf(path + suffix)]).toEqual([suffix, 0o600]);
    for (const directory of ['new', 'new/state']) expect(modeOf(join(root, directory))).toBe(0o700);
  });

  it('keeps the commits of a group together', () => {
    const store = open(path);

    store.group?.together(() => {
      store.commit([created(task(1))]);
      store.commit([created(task(2)), created(task(3))]);
    });

    expect([...store.load()].map(({ record: { seq } }) => seq)).toEqual([1, 2, 3]);
  });

  it('keeps nothing of a group that holds a wrong commit', () => {
    const store = open(path);

    const wrong = () =>
      store.group?.together(() => {
        store.commit([created(task(1))]);
        store.commit([created(task(2)), created(task(1))]);
      });

    expect(wrong).toThrow('breaks a rule of the store');
    expect([...store.load()]).toEqual([]);
  });

  it('keeps nothing of a group that was broken off', () => {
    const store = open(path);

    const broken = () =>
      store.group?.together(() => {
        store.commit([created(task(1))]);
        throw new Error('broken off');
      });

    expect(broken).toThrow('broken off');
    expect([...store.load()]).toEqual([]);
    store.commit([created(task(1))]);
    expect([...store.load()]).toHaveLength(1);
  });

  it('writes ahead to a log', () => {
    open(path).commit([created(task(1))]);

    const database = new Database(path);
    expect(database.prepare('PRAGMA journal_mode').raw().get([])).toMatchObject(['wal']);
    database.close();
  });

  it('says which store is busy and who holds it', () => {
    open(path);

    expect(() => openSqliteStore(path)).toThrow(`store ${path}: another engine has it open, and holds ${path}.lock`);
  });

  it('is one store by all its names', () => {
    symlinkSync(path, join(root, 'link.db'));
    symlinkSync(root, join(root, 'directory'));
    open(join(root, 'link.db'));

    for (const name of [path, join(root, 'directory/tasks.db'), join(root, 'directory/link.db')])
      expect(kindOf(() => openSqliteStore(name))).toBe('busy');
  });

  it('takes names that SQLite would read as something else', () => {
    for (const name of ['file:a?mode=memory', ':memory:', 'per%20cent #1?']) {
      open(join(root, name)).commit([created(task(1))]);

      expect(existsSync(join(root, name))).toBe(true);
      expect([...readSqliteStore(join(root, name)).load()]).toEqual([task(1)]);
    }
  });

  it('refuses a commit that needs more room than it may take, and keeps what it has', () => {
    const store = open(path, { bytesMax: 100_000 });
    const wide = (seq: number) => created({ record: record(seq), life: life({ mimeType: 'x'.repeat(10_000) }) });
    store.commit([wide(1)]);

    expect(kindOf(() => store.commit(Array.from({ length: 20 }, (_, at) => wide(at + 2))))).toBe('full');

    expect([...store.load()].map(({ record: { seq } }) => seq)).toEqual([1]);
    store.commit([wide(2)]);
    expect([...store.load()]).toHaveLength(2);
  });

  it.each([
    ['text', 'not a database'.repeat(1_000)],
    ['a word', 'no'],
  ])('refuses a file of %s as corrupt, and leaves it as it is', (_, content) => {
    writeFileSync(path, content);

    expect(kindOf(() => openSqliteStore(path))).toBe('corrupt');
    expect(kindOf(() => readSqliteStore(path).load())).toBe('corrupt');

    expect(statSync(path).size).toBe(content.length);
  });

  it("refuses another program's database as corrupt, and lets go of the lock", () => {
    const other = new Database(path);
    other.exec('CREATE TABLE song (title TEXT)');
    other.close();

    for (const attempt of [1, 2]) expect([attempt, kindOf(() => openSqliteStore(path))]).toEqual([attempt, 'corrupt']);
  });

  it.each([
    'DROP TABLE life',
    'ALTER TABLE life DROP COLUMN sizes',
    'UPDATE schema_version SET version = 0',
    'UPDATE schema_version SET version = -1',
    "UPDATE schema_version SET version = 'one'",
    'DELETE FROM schema_version',
  ])('refuses a store as corrupt after %s', (damage) => {
    open(path).close();
    const database = new Database(path);
    database.exec(damage);
    database.close();

    expect(kindOf(() => openSqliteStore(path))).toBe('corrupt');
    expect(kindOf(() => [...readSqliteStore(path).load()])).toBe('corrupt');
  });

  it.each([
    ['task', 'spec', '{'],
    ['task', 'spec', '{}'],
    ['task', 'spec', '[1]'],
    ['task', 'spec', 'null'],
    ['task', 'spec', '{"url":"u"},[7]'],
    ['life', 'sizes', 'null'],
    ['life', 'sizes', ''],
    ['life', 'headers', '5'],
    ['life', 'state', 'zzz'],
    ['life', 'state', ''],
    ['life', 'reason', 'zzz'],
    ['life', 'reason', 'toString'],
  ])('calls a task corrupt whose %s has the %s %s, and hides no other', (table, column, text) => {
    const store = open(path);
    store.commit([created(task(1)), created(task(2))]);
    const database = new Database(path);
    database.prepare(`UPDATE ${table} SET ${column} = ? WHERE seq = 1`).run([text]);
    database.close();
    const told: string[] = [];

    const others = [...readSqliteStore(path).load(({ kind, message }) => told.push(`${kind}: ${message}`))];

    expect(others).toEqual([task(2)]);
    expect(told).toEqual([`corrupt: task ${record(1).tid} cannot be read`]);
    expect(kindOf(() => [...readSqliteStore(path).load()])).toBe('corrupt');
    expect(kindOf(() => [...store.load()])).toBe('corrupt');
  });

  it('gives back numbers to their last digit', () => {
    const store = open(path);
    const odd = { record: record(1), life: life({ ranMs: 0.1 + 0.2, processed: 2 ** 53 - 1 }) };
    store.commit([created(odd)]);

    expect([...store.load()]).toEqual([odd]);
  });

  it('tells a path that cannot be one as trouble', () => {
    writeFileSync(join(root, 'file'), '');
    mkdirSync(join(root, 'directory'));

    for (const wrong of ['file/tasks.db', 'directory', 'a\0b', 'n'.repeat(300)])
      expect([wrong, kindOf(() => openSqliteStore(join(root, wrong)))]).toEqual([wrong, 'io']);
  });
});

describe('a reader of the SQLite store', () => {
  it('sees each commit of a writer at work', () => {
    const store = open(path);
    const reader = readSqliteStore(path);
    expect([...reader.load()]).toEqual([]);

    store.commit([created(task(1))]);
    expect([...reader.load()]).toEqual([task(1)]);
    store.commit([{ type: 'task.forgotten', tid: record(1).tid }]);
    expect([...reader.load()]).toEqual([]);

    reader.close();
  });

  it('does not stop a writer from committing, closing and opening again', () => {
    const store = open(path);
    store.commit([created(task(1))]);
    const reader = readSqliteStore(path);
    const rows = reader.load()[Symbol.iterator]();
    rows.next();

    store.commit([created(task(2))]);
    store.close();
    open(path).commit([created(task(3))]);

    expect([...reader.load()]).toEqual([task(1), task(2), task(3)]);
    reader.close();
  });

  it('takes a missing and an empty store for one without tasks, and makes neither', () => {
    expect([...readSqliteStore(path).load()]).toEqual([]);
    expect(existsSync(path)).toBe(false);
    writeFileSync(path, '');

    expect([...readSqliteStore(path).load()]).toEqual([]);
    expect(statSync(path).size).toBe(0);
  });
});

describe('the schema of the SQLite store', () => {
  /** As version 1 made it. Every later version opens this file, whatever becomes of its own tables. */
  function makeVersion1(): void {
    const database = new Database(path);
    database.exec(`
      CREATE TABLE schema_version (version INTEGER NOT NULL);
      INSERT INTO schema_version VALUES (1);
      CREATE TABLE task (seq INTEGER PRIMARY KEY, tid TEXT NOT NULL UNIQUE, uid INTEGER NOT NULL, bundle TEXT NOT NULL,
        ctime_ms INTEGER NOT NULL, spec TEXT NOT NULL);
      CREATE TABLE life (seq INTEGER PRIMARY KEY REFERENCES task (seq) ON DELETE CASCADE, state TEXT NOT NULL,
        reason TEXT NOT NULL, mtime_ms INTEGER NOT NULL, tries INTEGER NOT NULL, file INTEGER NOT NULL,
        processed INTEGER NOT NULL, sizes TEXT NOT NULL, headers TEXT NOT NULL, mime_type TEXT NOT NULL,
        max_speed INTEGER NOT NULL, ran_ms INTEGER NOT NULL);`);
    database
      .prepare('INSERT INTO task VALUES (1, ?, 20010044, ?, 1700000000001, ?)')
      .run([record(1).tid, 'com.example.app', JSON.stringify(record(1).spec)]);
    database
      .prepare(
        "INSERT INTO life VALUES (1, 'running', 'default', 1700000000123, 2, 1, 123, ?, ?, 'text/plain', 16384, 4567)",
      )
      .run(['[10,-1]', JSON.stringify(life().headers)]);
    database.close();
  }
  /** What a store reads where a spec says nothing. */
  function plainSpec(): TaskSpec {
    const store = open(path);
    store.commit([created(task(1))]);
    withDatabase((database) => database.exec(`UPDATE task SET spec = '{"url":""}'`));
    const [first] = store.load();
    store.commit([{ type: 'task.forgotten', tid: record(1).tid }]);
    store.close();
    return (first ?? task(1)).record.spec;
  }
  const withDatabase = <T>(act: (database: Database.Database) => T): T => {
    const database = new Database(path);
    try {
      return act(database);
    } finally {
      database.close();
    }
  };

  it('opens a store that version 1 made, with its tasks', () => {
    makeVersion1();
    // There were no groups then.
    const old = { record: task(1).record, life: life({ group: '' }) };
    expect([...readSqliteStore(path).load()]).toEqual([old]);

    const store = open(path);
    store.commit([created(task(2))]);

    expect([...store.load()]).toEqual([old, task(2)]);
  });

  it('reads what a spec of a stored task does not say as version 3 meant it, for ever', () => {
    const spec = plainSpec();

    expect(spec).toEqual({
      api: 'agent',
      action: 'download',
      mode: 'background',
      url: '',
      method: 'GET',
      title: 'download',
      description: '',
      headers: {},
      body: '',
      form: [],
      files: [],
      target: '',
      overwrite: false,
      network: 'any',
      metered: false,
      roaming: true,
      retry: true,
      redirect: true,
      proxy: '',
      index: 0,
      begins: 0,
      ends: -1,
      gauge: false,
      precise: false,
      token: null,
      priority: 0,
      extras: {},
      multipart: false,
      notification: { visibility: 1 },
      minSpeed: { bytesPerSecond: 0, seconds: 0 },
      timeout: { connectionMs: 60_000, totalMs: 604_800_000 },
    });
    expect(Object.keys(spec)).toEqual(Object.keys(record(1).spec));
  });

  it('keeps every word of a spec, plain or not', () => {
    const { spec } = record(1);
    const plain = plainSpec();
    const mixed = Object.keys(spec).map((name) => ({ ...plain, [name]: Reflect.get(spec, name) }));
    const tasks = [plain, spec, ...mixed].map((spec, at) => ({
      record: { ...record(at + 1), spec },
      life: life(),
    }));
    const store = open(path);
    store.commit(tasks.map(created));

    expect([...store.load()]).toEqual(tasks);
    expect(mixed.filter((each) => JSON.stringify(each) !== JSON.stringify(plain)).length).toBeGreaterThan(20);
  });

  it('takes each step that a store has not taken yet, once', () => {
    makeVersion1();
    const steps = [
      ...migrations.slice(0, 1),
      'ALTER TABLE life ADD COLUMN mood TEXT;',
      "UPDATE life SET mood = 'well';",
    ];

    withDatabase((database) => migrate(database, steps));
    withDatabase((database) => migrate(database, steps));

    withDatabase((database) => {
      expect(schemaVersion(database)).toBe(3);
      expect(database.prepare('SELECT mood FROM life').raw().all([])).toEqual([['well']]);
    });
  });

  it('stays at the version before a step that fails, with nothing of it done', () => {
    makeVersion1();
    const steps = [
      ...migrations.slice(0, 1),
      'CREATE TABLE whole (a);',
      'CREATE TABLE half (a); INSERT INTO nowhere VALUES (1);',
    ];

    expect(() => withDatabase((database) => migrate(database, steps))).toThrow('nowhere');

    withDatabase((database) => {
      expect(schemaVersion(database)).toBe(2);
      const tables = database.prepare("SELECT name FROM sqlite_master WHERE name IN ('whole', 'half')").raw().all([]);
      expect(tables).toEqual([['whole']]);
    });
  });

  it('refuses a store of a newer version, for writing and for reading, and does not change it', () => {
    open(path).close();
    withDatabase((database) => database.exec(`UPDATE schema_version SET version = ${migrations.length + 1}`));

    expect(kindOf(() => openSqliteStore(path))).toBe('newer');
    expect(kindOf(() => readSqliteStore(path).load())).toBe('newer');
    expect(() => openSqliteStore(path)).toThrow(`its version is ${migrations.length + 1}`);

    expect(withDatabase(schemaVersion)).toBe(migrations.length + 1);
  });
});

describe('the SQLite store and other processes', () => {
  let child: Child;
  beforeAll(async () => {
    child = await buildChild('store-child.ts');
  });
  afterAll(() => child.dispose());

  it('is busy for them, also after this process has tried to open it twice', async () => {
    open(path);
    expect(kindOf(() => openSqliteStore(path))).toBe('busy'); // a careless try drops all locks of its process

    expect(await child.run(path)).toEqual({ code: 0, lines: ['opening', 'busy'] });
  });

  it('has every commit that was acknowledged before they were killed, each of them whole, and can be opened at once', {
    timeout: 60_000,
  }, async () => {
    const random = createSeededRandom(7);
    let acknowledged = 0;

    for (let kill = 0; kill < 10; kill++) {
      const lines = kill === 0 ? 1 : Math.ceil(random.next() * 400);
      const running = child.start([path]);
      let heard = 0;
      for await (const line of running.lines) {
        if (line !== 'opening') acknowledged = Number(line); // those in the pipe count too
        if (++heard === lines) running.process.kill('SIGKILL');
      }
      expect(await running.ended).toBeNull();

      const stored = [...open(path).load()];
      opened.pop()?.close();
      const message = `kill ${kill}, after ${lines} lines`;
      expect(stored.length, message).toBeGreaterThanOrEqual(acknowledged);
      expect(
        stored.map((each) => each.record.seq),
        message,
      ).toEqual(stored.map((_, at) => at + 1));
      const successors = stored.map((_, at) => (at + 1 < stored.length ? at + 2 : 0));
      expect(
        stored.map((each) => each.life.processed),
        message,
      ).toEqual(successors);
    }

    expect(acknowledged).toBeGreaterThan(9);
  });

  it('is busy for us and open for readers while they live', async () => {
    const running = child.start([path]);
    for (const line of ['opening', '1']) expect((await running.lines.next()).value).toBe(line);

    expect(kindOf(() => openSqliteStore(path))).toBe('busy');
    expect([...readSqliteStore(path).load()][0]?.record).toEqual(record(1));
    running.process.kill('SIGKILL');
    await running.ended;

    const [first] = readSqliteStore(path).load();
    expect(first?.record).toEqual(record(1));
    expect(kindOf(() => open(path))).toBe('none');
  });
});
