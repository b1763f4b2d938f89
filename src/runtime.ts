/** The real world, wired: SQLite, sockets, disk, the system's clock and chance. */
import { createSystemClock } from './adapters/clock/system.ts';
import { createDiskFiles } from './adapters/files/disk.ts';
import { createSystemRandom } from './adapters/random/system.ts';
import { openSqliteStore, readSqliteStore } from './adapters/store/sqlite.ts';
import { createHttpTransport } from './adapters/transport/http.ts';
import { isObject } from './api/fields.ts';
import { taskInfo } from './api/info.ts';
import { type Check, checkOptionsOf, engineChecks, isCount, isFunction, that } from './api/options.ts';
import { appPlace } from './api/paths.ts';
import { createEngine, type EngineOptions, type TaskEngine } from './api/task-engine.ts';
import type { TaskInfo } from './api/types.ts';
import type { EnginePorts } from './engine/engine.ts';
import type { StoreTrouble } from './ports/store.ts';

export { createDiskFiles, createHttpTransport, createSystemClock, createSystemRandom, openSqliteStore };

export interface OpenOptions extends Omit<EngineOptions, keyof EnginePorts> {
  /** Path of the store; it and its directories are made when missing. One engine at a time may have it open. */
  readonly store: string;
  /** PEM certificates trusted beside the system's. */
  readonly ca?: readonly string[];
  /** Wait, before a transfer counts as complete, until its bytes would outlive a power cut. Off unless told: it is slow. */
  readonly syncFiles?: boolean;
}

const checks: Readonly<Record<keyof OpenOptions, Check>> = {
  store: that((value) => typeof value === 'string' && value !== '', 'the path of a file'),
  ca: that((value) => Array.isArray(value), 'a list of certificates as PEM'),
  syncFiles: that((value) => typeof value === 'boolean', 'true or false'),
  ...engineChecks,
  redirectsMax: that(isCount, 'a number, 0 or more'),
  link: that(isObject, '{ type, metered, roaming }'),
  trace: that(isFunction, 'a function'),
  onListenerThrow: that(isFunction, 'a function'),
};

/**
 * Opens a task engine on this machine; tasks that an earlier engine left in the store go on.
 *
 * @throws StoreTrouble: `busy` when another engine has the store open, `newer`, `corrupt`, `full` or `io`; TypeError for
 *         an option that is not legal.
 */
export function openEngine(asked: OpenOptions): TaskEngine {
  checkOptionsOf('openEngine', checks, asked);
  if (asked.store === undefined) throw new TypeError('openEngine: store is missing; legal: the path of a file');
  const { store, ca = [], syncFiles = false, ...options } = asked;
  const clock = createSystemClock();
  const random = createSystemRandom();
  const files = createDiskFiles({ sync: syncFiles });
  const opened = openSqliteStore(store);
  try {
    const transport = createHttpTransport({ files, clock, random, ca });
    return createEngine({ ...options, clock, random, files, transport, store: opened });
  } catch (trouble) {
    opened.close();
    throw trouble;
  }
}

/**
 * The tasks in a store, as they were last stored; also while an engine works on it.
 * @param tell  hears of each task that cannot be read; without it, that is thrown.
 * @throws StoreTrouble when it cannot be read; a missing store has no tasks.
 */
export function readTasks(store: string, tell?: (trouble: StoreTrouble) => void): TaskInfo[] {
  const reader = readSqliteStore(store);
  try {
    return [...reader.load(tell)].map(({ record, life }) => ({
      ...taskInfo({ record, life }, { place: appPlace(record.bundle, ['/']), sdk: 20, rules: 'documented' }),
      uid: String(record.uid),
      bundle: record.bundle,
    }));
  } finally {
    reader.close();
  }
}
