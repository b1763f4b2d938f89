import type { Reason, State, TaskSpec } from '../../../machines/vocabulary.ts';
import { type GroupRecord, type StoredTask, StoreTrouble, type TaskLife, type TaskRecord } from '../../ports/store.ts';

type Cell = string | number;
/** Words and numbers of a task. */
type Words = [...record: [number, string, number, string, number], ...life: LifeWords];
type LifeWords = [State, Reason, number, number, number, number, number, number, string, string];

const recordColumns = 'seq, tid, uid, bundle, ctime_ms';
const lifeColumns = 'state, reason, mtime_ms, tries, file, processed, max_speed, ran_ms, mime_type, gid';

/** A row for each task: its words, then what is JSON already. Before version 2 there were no groups. */
function selectTasks(version: number): string {
  const life = version < 2 ? lifeColumns.replace('gid', "''") : lifeColumns;
  return `SELECT json_array(${recordColumns}, ${life}) AS words, spec, sizes, headers FROM task JOIN life USING (seq) WHERE seq > ? ORDER BY seq LIMIT ?`;
}

/** All rows as one text: a cell costs more to fetch than to parse. */
function selectPage(version: number): string {
  return `SELECT '[' || group_concat('[' || words || ',' || spec || ',' || sizes || ',' || headers || ']') || ']' FROM (${selectTasks(version)})`;
}

export const insertTask = `INSERT INTO task (${recordColumns}, spec) VALUES (?, ?, ?, ?, ?, ?)`;
export const insertLife = `INSERT INTO life (seq, ${lifeColumns}, sizes, headers) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
export const updateLife = `UPDATE life SET (${lifeColumns}, sizes, headers) = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) WHERE seq = (SELECT seq FROM task WHERE tid = ?)`;
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
  return [record.seq, record.tid, record.uid, record.bundle, record.ctimeMs, specText(record.spec)];
}

export function lifeCells(life: TaskLife): [...LifeWords, string, string] {
  return [
    life.state,
    life.reason,
    life.mtimeMs,
    life.tries,
    life.index,
    life.processed,
    life.maxSpeed,
    life.ranMs,
    life.mimeType,
    life.group,
    JSON.stringify(life.sizes),
    JSON.stringify(life.headers),
  ];
}

/** What a stored spec does not say. Stores out there rely on it, so it never changes. */
const plain: TaskSpec = {
  api: 'agent',
  action: 'download',
  mode: 'background',
  url: '',
  method: 'GET',
  title: 'download',
  description: '',
  headers: Object.freeze({}),
  body: '',
  form: Object.freeze([]),
  files: Object.freeze([]),
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
  extras: Object.freeze({}),
  multipart: false,
  notification: Object.freeze({ visibility: 1 }),
  minSpeed: Object.freeze({ bytesPerSecond: 0, seconds: 0 }),
  timeout: Object.freeze({ connectionMs: 60_000, totalMs: 604_800_000 }),
};
const plainTexts = Object.entries(plain).map(([name, value]) => [name, value, JSON.stringify(value)] as const);

/** What a spec has of its own: a hundred thousand of them are alike but for that, on disk and in memory. */
function specText(spec: TaskSpec): string {
  const own: Record<string, unknown> = {};
  for (const [name, usual, text] of plainTexts) {
    const value: unknown = spec[name as keyof TaskSpec];
    if (value === usual || (typeof value === 'object' && JSON.stringify(value) === text)) continue;
    own[name] = value;
  }
  return JSON.stringify(own);
}

/** A copy and a few stores cost a fraction of a spread that overrides. */
function specOf(own: Readonly<Record<string, unknown>>): TaskSpec {
  const spec: Record<string, unknown> = { ...plain };
  for (const name in own) spec[name] = own[name];
  return spec as unknown as TaskSpec;
}

/** What most tasks say that have not begun. */
const unknownSize = Object.freeze([-1]);
const noHeaders = Object.freeze({});

/** Rows read at a time: a statement left halfway would hold on to an old state of the store, and its log would grow. */
const pageRows = 250;

type Select = (cells: Cell[]) => unknown[][];

/** @param open  prepares a statement of a store of this version. */
export function readTasks(version: number, open: (sql: string) => Select): Iterable<StoredTask> {
  const selectTexts = open(selectPage(version));
  return readPages((cells) => {
    try {
      return tasksIn(selectTexts(cells));
    } catch {
      // Something cannot be read, or is too much for one text. Each by itself, so that it does not hide the others.
      return open(selectTasks(version))(cells).map((row) => doubtfulTask(row as [string, string, string, string]));
    }
  });
}

function* readPages(read: (cells: Cell[]) => readonly StoredTask[]): Generator<StoredTask> {
  for (let after = 0; ; ) {
    const page = read([after, pageRows]);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageRows) return;
    after = last.record.seq;
  }
}

type Row = [Words, own: Readonly<Record<string, unknown>>, TaskLife['sizes'], TaskLife['headers']];

function tasksIn(rows: unknown[][]): StoredTask[] {
  const text = rows[0]?.[0];
  if (typeof text !== 'string') return [];
  return (JSON.parse(text) as Row[]).map(([words, own, sizes, headers]) => {
    const [seq, tid, uid, bundle, ctimeMs] = words;
    return { record: { seq, tid, uid, bundle, ctimeMs, spec: specOf(own) }, life: lifeOf(words, sizes, headers) };
  });
}

/** Its spec is parsed when somebody looks. */
function doubtfulTask([text, spec, sizes, headers]: readonly [string, string, string, string]): StoredTask {
  const words = JSON.parse(text) as Words;
  const [seq, tid, uid, bundle, ctimeMs] = words;
  return {
    record: {
      seq,
      tid,
      uid,
      bundle,
      ctimeMs,
      get spec() {
        return specOf(parse(tid, spec));
      },
    },
    life: lifeOf(words, parse(tid, sizes), parse(tid, headers)),
  };
}

function lifeOf(words: Words, sizes: TaskLife['sizes'], headers: TaskLife['headers']): TaskLife {
  const [, , , , , state, reason, mtimeMs, tries, index, processed, maxSpeed, ranMs, mimeType, group] = words;
  return {
    state,
    reason,
    mtimeMs,
    tries,
    index,
    processed,
    sizes: sizes.length === 1 && sizes[0] === -1 ? unknownSize : sizes,
    headers: isEmpty(headers) ? noHeaders : headers,
    mimeType,
    maxSpeed,
    ranMs,
    group,
  };
}

function isEmpty(record: object): boolean {
  for (const _ in record) return false;
  return true;
}

function parse<T>(tid: string, json: string): T {
  try {
    return JSON.parse(json) as T;
  } catch (cause) {
    throw new StoreTrouble('corrupt', `task ${tid} cannot be read`, { cause });
  }
}
