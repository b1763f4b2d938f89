import type Database from 'libsql';
import { StoreTrouble } from '../../ports/store.ts';

/**
 * Step n takes a store from version n to version n + 1. A published step never changes: stores out there have taken it.
 * `task` is what never changes of a task, `life` what does.
 */
export const migrations: readonly string[] = [
  `CREATE TABLE schema_version (version INTEGER NOT NULL);
   INSERT INTO schema_version VALUES (0);
   CREATE TABLE task (
     seq      INTEGER PRIMARY KEY,
     tid      TEXT    NOT NULL UNIQUE,
     uid      INTEGER NOT NULL,
     bundle   TEXT    NOT NULL,
     ctime_ms INTEGER NOT NULL,
     spec     TEXT    NOT NULL -- JSON
   );
   CREATE TABLE life (
     seq       INTEGER PRIMARY KEY REFERENCES task (seq) ON DELETE CASCADE,
     state     TEXT    NOT NULL,
     reason    TEXT    NOT NULL,
     mtime_ms  INTEGER NOT NULL,
     tries     INTEGER NOT NULL,
     file      INTEGER NOT NULL, -- index of the file being processed
     processed INTEGER NOT NULL, -- bytes done of it
     sizes     TEXT    NOT NULL, -- JSON, bytes of each file
     headers   TEXT    NOT NULL, -- JSON
     mime_type TEXT    NOT NULL,
     max_speed INTEGER NOT NULL, -- bytes per second
     ran_ms    INTEGER NOT NULL
   );`,
  `ALTER TABLE life ADD COLUMN gid TEXT NOT NULL DEFAULT ''; -- empty for none
   CREATE TABLE task_group (
     gid          TEXT    PRIMARY KEY,
     uid          INTEGER NOT NULL,
     ctime_ms     INTEGER NOT NULL,
     gauge        INTEGER NOT NULL, -- 0 or 1
     notification TEXT    NOT NULL, -- JSON
     deleted      INTEGER NOT NULL  -- 0 or 1
   );`,
  '-- From here on a spec says what is not plain; those that are stored say everything, which is as well.\n',
];

/** The version of a store; 0 for an empty file. @throws StoreTrouble (kind `corrupt`) when it is not a store. */
export function schemaVersion(database: Database.Database): number {
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").raw().all([]).flat();
  if (tables.length === 0) return 0;
  if (!tables.includes('schema_version')) throw new StoreTrouble('corrupt', 'it is a database of something else');
  const row: unknown = database.prepare('SELECT version FROM schema_version').raw().get([]);
  const version: unknown = Array.isArray(row) ? row[0] : undefined;
  // The step that makes the tables makes them of version 1.
  if (typeof version !== 'number' || version < 1) throw new StoreTrouble('corrupt', 'it names no version');
  return version;
}

/** @throws StoreTrouble (kind `newer`) when a later version of this library has changed the store. */
export function mustNotBeNewer(version: number, steps: readonly string[] = migrations): void {
  if (version <= steps.length) return;
  throw new StoreTrouble('newer', `its version is ${version}, and this library knows versions up to ${steps.length}`);
}

/** Brings a store up to date, each step in a transaction of its own. @throws StoreTrouble; what SQLite throws */
export function migrate(database: Database.Database, steps: readonly string[] = migrations): void {
  const version = schemaVersion(database);
  mustNotBeNewer(version, steps);
  for (const [from, step] of steps.entries()) {
    if (from >= version)
      inTransaction(database, () => database.exec(`${step} UPDATE schema_version SET version = ${from + 1};`));
  }
}

/** All that `act` does, or nothing of it. */
export function inTransaction(database: Database.Database, act: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    act();
    database.exec('COMMIT');
  } catch (cause) {
    // A full disk makes SQLite roll back by itself.
    if (database.inTransaction) database.exec('ROLLBACK');
    throw cause;
  }
}
