import type { Reason, State, TaskSpec } from '../../../machines/vocabulary.ts';
import { type StoredTask, StoreTrouble, type TaskLife, type TaskRecord } from '../../ports/store.ts';

type Cell = string | number;
/** As `selectTasks` orders its columns. */
type Row = [...record: [number, string, number, string, number, string], ...life: LifeRow];
type LifeRow = [State, Reason, number, number, number, number, string, string, string, number, number];

const lifeColumns = 'state, reason, mtime_ms, tries, file, processed, sizes, headers, mime_type, max_speed, ran_ms';

export const selectTasks = `SELECT seq, tid, uid, bundle, ctime_ms, spec, ${lifeColumns} FROM task JOIN life USING (seq) WHERE seq > ? ORDER BY seq LIMIT ?`;
export const insertTask = 'INSERT INTO task (seq, tid, uid, bundle, ctime_ms, spec) VALUES (?, ?, ?, ?, ?, ?)';
export const insertLife = `INSERT INTO life (seq, ${lifeColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
export const updateLife = `UPDATE life SET (${lifeColumns}) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE seq = (SELECT seq FROM task WHERE tid = ?)`;
export const deleteTask = 'DELETE FROM task WHERE tid = ?';

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
  ];
}

/** Rows read at a time: a statement left halfway would hold on to an old state of the store, and its log would grow. */
const pageRows = 1_000;

/** @param select  runs `selectTasks` with these values. */
export function* readTasks(select: (cells: Cell[]) => unknown[]): Generator<StoredTask> {
  for (let after = 0; ; ) {
    const page = select([after, pageRows]).map((row) => storedTask(row as Row));
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageRows) return;
    after = last.record.seq;
  }
}

function storedTask(row: Row): StoredTask {
  const [seq, tid, uid, bundle, ctimeMs, spec, ...life] = row;
  const [state, reason, mtimeMs, tries, index, processed, sizes, headers, mimeType, maxSpeed, ranMs] = life;
  let parsed: TaskSpec | undefined;
  return {
    record: {
      seq,
      tid,
      uid,
      bundle,
      ctimeMs,
      /** Parsed when somebody looks: in a long list most tasks are done, and only counted. */
      get spec() {
        parsed ??= parse<TaskSpec>(tid, spec);
        return parsed;
      },
    },
    life: {
      state,
      reason,
      mtimeMs,
      tries,
      index,
      processed,
      sizes: parse(tid, sizes),
      headers: parse(tid, headers),
      mimeType,
      maxSpeed,
      ranMs,
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
