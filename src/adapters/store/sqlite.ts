import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'libsql';
import { unreachable } from '../../errors.ts';
import {
  type Change,
  type GroupCommit,
  type GroupRecord,
  type Store,
  type StoredTask,
  StoreTrouble,
} from '../../ports/store.ts';
import { realPath } from '../files/disk.ts';
import { lockStore, makePrivate, type WriterLock } from './lock.ts';
import {
  deleteGroup,
  deleteTask,
  groupCells,
  insertLife,
  insertTask,
  type LifeMember,
  lifeCells,
  lifeDifference,
  membersOf,
  putGroup,
  readTasks,
  recordCells,
  selectGroups,
  selectTasks,
  storedGroup,
  updateLife,
} from './rows.ts';
import { inTransaction, migrate, migrations, mustNotBeNewer, schemaVersion } from './schema.ts';
import { withTrouble } from './trouble.ts';

const pageBytes = 4096;

/** How long a statement waits for a program that looks into the store, before it is refused with `busy`. */
const waitMsMax = 2_000;

export interface SqliteStoreOptions {
  /** How large the store may become, without its log; a commit that needs more fails with `full`. */
  readonly bytesMax?: number;
}

/**
 * The store in one SQLite file (WAL, synchronous=FULL): what is committed outlives a power cut.
 * The file and its missing directories are made for their owner alone; older versions are brought up to date.
 * Writers keep each other out by `<path>.lock`; whoever dies lets go of it. Readers may look at any time.
 *
 * @throws StoreTrouble
 */
export function openSqliteStore(path: string, options: SqliteStoreOptions = {}): Store {
  return withTrouble(path, () => {
    const real = realPath(resolve(path)); // one store by two names is one store
    const lock = lockStore(real);
    try {
      return new SqliteStore(real, lock, options.bytesMax ?? Number.POSITIVE_INFINITY);
    } catch (cause) {
      lock.release();
      throw cause;
    }
  });
}

/** A look into a store, also while an engine writes to it. */
export interface StoreReader {
  /**
   * As `Store.load`; no tasks when there is no store.
   * @param tell  hears of each task that cannot be read; without it, that is thrown.
   * @throws StoreTrouble, as there
   */
  load(tell?: (trouble: StoreTrouble) => void): Iterable<StoredTask>;
  close(): void;
}

/** Changes nothing, not even an old version of the schema. @throws StoreTrouble */
export function readSqliteStore(path: string): StoreReader {
  if (!existsSync(path)) return { load: () => [], close: () => undefined };
  return withTrouble(path, () => {
    const database = new Database(`${pathToFileURL(path)}?mode=ro`, { timeout: waitMsMax });
    return {
      load: (tell = thrown) =>
        withTrouble(path, () => {
          const version = schemaVersion(database);
          mustNotBeNewer(version);
          if (version === 0) return [];
          const select = database.prepare(selectTasks(version)).raw();
          return readTasks((cells) => withTrouble(path, () => select.all(cells)), tell);
        }),
      close: () => void database.close(),
    };
  });
}

class SqliteStore implements Store {
  readonly group: GroupCommit = {
    soon: (act) => void setImmediate(act),
    together: (act) => this.#together(act),
  };
  readonly #path: string;
  readonly #lock: WriterLock;
  readonly #database: Database.Database;
  readonly #insertTask: Database.Statement;
  readonly #insertLife: Database.Statement;
  /** By what they change: as many as there are kinds of change, a few dozen. */
  readonly #updateLife = new Map<number, { readonly members: LifeMember[]; readonly statement: Database.Statement }>();
  readonly #deleteTask: Database.Statement;
  #open = true;
  /** The commits of a group, which are written when all of them are known. */
  #gathered: (readonly Change[])[] | null = null;

  constructor(path: string, lock: WriterLock, bytesMax: number) {
    this.#path = path;
    this.#lock = lock;
    makePrivate(path);
    this.#database = new Database(path, { timeout: waitMsMax });
    try {
      mustNotBeNewer(schemaVersion(this.#database)); // asked before anything is changed
      this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
      if (Number.isFinite(bytesMax)) this.#database.exec(`PRAGMA max_page_count = ${Math.floor(bytesMax / pageBytes)}`);
      migrate(this.#database);
      this.#insertTask = this.#database.prepare(insertTask);
      this.#insertLife = this.#database.prepare(insertLife);
      this.#deleteTask = this.#database.prepare(deleteTask);
    } catch (cause) {
      this.#database.close();
      throw cause;
    }
  }

  load(): Iterable<StoredTask> {
    const select = this.#ask(() => this.#database.prepare(selectTasks(migrations.length)).raw());
    return readTasks((cells) => this.#ask(() => select.all(cells)), thrown);
  }

  groups(): Iterable<GroupRecord> {
    return this.#ask(() => this.#database.prepare(selectGroups).raw().all([]).map(storedGroup));
  }

  commit(changes: readonly Change[]): void {
    this.#ask(() => {
      if (changes.length === 0) return;
      if (this.#gathered !== null) this.#gathered.push(changes);
      else this.#writeAll([changes]);
    });
  }

  #together(act: () => void): void {
    this.#ask(() => {
      const gathered: (readonly Change[])[] = [];
      this.#gathered = gathered;
      try {
        act();
      } finally {
        this.#gathered = null;
      }
      if (gathered.length > 0) this.#writeAll(gathered);
    });
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    // The library keeps a connection until its statements are collected: fold the log in by hand, so that the file is whole.
    try {
      this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // A reader is in the way, or the disk is full: the log stays, and holds what is committed.
    }
    this.#database.close();
    this.#lock.release();
  }

  #writeAll(commits: readonly (readonly Change[])[]): void {
    inTransaction(this.#database, () => {
      for (const changes of commits) for (const change of changes) this.#write(change);
    });
  }

  #write(change: Change): void {
    switch (change.type) {
      case 'task.created':
        this.#insertTask.run(recordCells(change.record));
        this.#insertLife.run([change.record.seq, ...lifeCells(change.life)]);
        return;
      case 'task.changed':
        return this.#update(change);
      case 'task.forgotten':
        if (this.#deleteTask.run([change.tid]).changes === 0) notStored(change);
        return;
      case 'group.put':
        this.#database.prepare(putGroup).run(groupCells(change.group));
        return;
      case 'group.forgotten':
        this.#database.prepare(deleteGroup).run([change.gid]);
    }
  }

  #update(change: Extract<Change, { type: 'task.changed' }>): void {
    const difference = lifeDifference(change.was, change.life);
    if (difference === 0) return;
    let update = this.#updateLife.get(difference);
    if (update === undefined) {
      const members = membersOf(difference);
      update = { members, statement: this.#database.prepare(updateLife(members)) };
      this.#updateLife.set(difference, update);
    }
    const { members, statement } = update;
    if (statement.run([...lifeCells(change.life, members), change.tid]).changes === 0) notStored(change);
  }

  #ask<T>(act: () => T): T {
    if (!this.#open) throw new StoreTrouble('closed', `store ${this.#path} is closed`);
    return withTrouble(this.#path, act);
  }
}

function thrown(trouble: StoreTrouble): never {
  throw trouble;
}

function notStored(change: Extract<Change, { readonly tid: string }>): never {
  return unreachable(`${change.type} of task ${change.tid}, which is not stored`);
}
