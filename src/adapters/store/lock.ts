import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'libsql';
import { StoreTrouble } from '../../ports/store.ts';
import { makeDirectory } from '../files/directory.ts';
import { troubleKind } from './trouble.ts';

export interface WriterLock {
  release(): void;
}

/**
 * Keeps other writers out, of this process and of others, until it is released or the process dies. Missing directories
 * are made.
 * SQLite's own exclusive mode on the store would keep readers out too, so the lock is a small database beside it.
 * No statement is prepared on it: the library keeps a connection, and its lock, while a statement lives.
 *
 * @throws StoreTrouble (kind `busy`); what SQLite and the system throw
 */
export function lockStore(path: string): WriterLock {
  const lockPath = `${path}.lock`;
  makeDirectory(dirname(path), 0o700);
  makePrivate(lockPath);
  const database = new Database(lockPath);
  try {
    database.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    if (troubleKind(cause) !== 'busy') throw cause;
    throw new StoreTrouble('busy', `another engine has it open, and holds ${lockPath}`, { cause });
  }
  return {
    release: () => {
      database.exec('ROLLBACK');
      database.close();
    },
  };
}

/**
 * Makes a missing file that only its owner may open; SQLite gives its logs the same mode.
 * One that exists is not opened: closing a file drops all locks that this process has on it.
 */
export function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
  }
}
