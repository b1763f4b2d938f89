import type { Reason, State, TaskSpec } from '../../../machines/vocabulary.ts';
import { type GroupRecord, type StoredTask, StoreTrouble, type TaskLife, type TaskRecord } from '../../ports/store.ts';

type Cell = string | number;
/** As `selectTasks` orders its columns. */
type Row = [...record: [number, string, number, string, number, string], ...life: LifeRow];
type LifeRow = [State, Reason, number, number, number, number, string, string, string, number, number, string];

const lifeColumns =
  'state, reason, mtime_ms, tries, file, processed, sizes, headers, mime_type, max_speed, ran_ms, gid';

/** A store that nobody has brought up to date yet can be read all the same: before version 2 there were no groups. */
export function selectTasks(version: number): string {
  const columns = version < 2 ? lifeColumns.replace('gid', "''") : lifeColumns;
  return `SELECT seq, tid, uid, bundle, ctime_ms, spec, ${columns} FROM task JOIN life USING (seq) WHERE seq > ? ORDER BY seq LIMIT ?`;
}

export const insertTask = 'INSERT INTO task (seq, tid, uid, bundle, ctime_ms, spec) VALUES (?, ?, ?, ?, ?, ?)';
export const insertLife = `INSERT INTO life (seq, ${lifeColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
export const updateLife = `UPDATE life SET (${lifeColumns}) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE seq = (SELECT seq FROM task WHERE tid = ?)`;
export const deleteTask = 'DELETE FROM task WHERE tid = ?';

export const selectGroups = 'SELECT gid, uid, ctime_ms, gauge, notification, deleted FROM task_group';
export const putGroup =
  'INSERT OR REPLACE INTO task_group (gid, uid, ctime_ms, gauge, notification, deleted) VALUES (?, ?, ?, ?, ?, ?)';
export const deleteGroup = 'DELETE FROM task_group WHERE gid = ?';

export function groupCells({ gid, uid, ctimeMs, gauge, notification, deleted }: GroupRecord): Cell[] {
  return [gid, uid, ctimeMs, Number(gauge), JSON.stringify(notification), Number(deleted)];
}

export function storedGroup(row: unknown): GroupRecord {
  const [gid, uid, ctimeMs, gauge, notification, deleted] = row as [string, number, number, number, string, number];
  return { gid, uid, ctimeMs, gauge: gauge === 1, notification: parse(gid, notification), deleted: deleted === 1 };
}

export function recordCells(record: TaskRecord): Cell[] {
  return [record.seq, record.tid, record.uid, record.bundle, record.ctimeMs, JSON.stringify(record.spec)];
}

export function lifeCells(life: TaskLife): LifeRow {
  return [
    life.state,
    life.reason,
    life.mtimeMs,
    life.tries,
    life.index,
    life.processed,
    JSON.stringify(life.sizes),
    JSON.stringify(life.headers),
    life.mimeType,
    life.maxSpeed,
    life.ranMs,
    life.group,
  ];
}

/** What the rows of most tasks say that have not begun. They share it, and it is not parsed a hundred thousand times. */
const unknownSize = '[-1]';
const noHeaders = '{}';
const shared = { sizes: Object.freeze([-1]), headers: Object.freeze({}) };

/** Rows read at a time: a statement left halfway would hold on to an old state of the store, and its log would grow. */
const pageRows = 1_000;

/** @param select  runs `selectTasks` with these values. */
export function* readTasks(
  select: (cells: Cell[]) => unknown[],
  recordOf: (row: Row) => TaskRecord,
): Generator<StoredTask> {
  for (let after = 0; ; ) {
    const page = select([after, pageRows]).map((row) => storedTask(row as Row, recordOf));
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageRows) return;
    after = last.record.seq;
  }
}

function storedTask(row: Row, recordOf: (row: Row) => TaskRecord): StoredTask {
  const [, tid, , , , , state, reason, mtimeMs, tries, index, processed, ...others] = row;
  const [sizes, headers, mimeType, maxSpeed, ranMs, group] = others;
  return {
    record: recordOf(row),
    life: {
      state,
      reason,
      mtimeMs,
      tries,
      index,
      processed,
      sizes: sizes === unknownSize ? shared.sizes : parse(tid, sizes),
      headers: headers === noHeaders ? shared.headers : parse(tid, headers),
      mimeType,
      maxSpeed,
      ranMs,
      group,
    },
  };
}

/** Whole at once, for an engine: it looks at each spec, and a record that parses later weighs three times as much. */
export function wholeRecord([seq, tid, uid, bundle, ctimeMs, spec]: Row): TaskRecord {
  return { seq, tid, uid, bundle, ctimeMs, spec: parse<TaskSpec>(tid, spec) };
}

/** Parsed when somebody looks: one that cannot be read does not hide the others. */
export function lazyRecord([seq, tid, uid, bundle, ctimeMs, spec]: Row): TaskRecord {
  let parsed: TaskSpec | undefined;
  return {
    seq,
    tid,
    uid,
    bundle,
    ctimeMs,
    get spec() {
      parsed ??= parse<TaskSpec>(tid, spec);
      return parsed;
    },
  };
}

function parse<T>(tid: string, json: string): T {
  try {
    return JSON.parse(json) as T;
  } catch (cause) {
    throw new StoreTrouble('corrupt', `task ${tid} cannot be read`, { cause });
  }
}
