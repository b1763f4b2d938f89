import { type Reason, reasons, type State, states, type TaskSpec } from '../../../machines/vocabulary.ts';
import { type GroupRecord, type StoredTask, StoreTrouble, type TaskLife, type TaskRecord } from '../../ports/store.ts';

type Cell = string | number;
export type LifeMember = keyof TaskLife;
const lifeColumn: { readonly [member in LifeMember]: string } = {
  state: 'state',
  reason: 'reason',
  mtimeMs: 'mtime_ms',
  tries: 'tries',
  index: 'file',
  processed: 'processed',
  sizes: 'sizes',
  headers: 'headers',
  mimeType: 'mime_type',
  maxSpeed: 'max_speed',
  ranMs: 'ran_ms',
  group: 'gid',
};
const lifeMembers = Object.keys(lifeColumn) as LifeMember[];
const lifeColumns = Object.values(lifeColumn).join(', ');

/** As `selectTasks` orders its columns. `begun`: null for what nobody has answered yet, see `notBegun`. */
type Row = [
  ...record: [seq: number, tid: string, uid: number, bundle: string, ctimeMs: number, spec: string],
  ...life: [place: string, mtimeMs: number, ranMs: number, maxSpeed: number, begun: string | null],
];
/** What `begun` holds, as JSON. Not what may have more digits than SQLite gives to a number in there. */
const begunColumns = 'tries, file, processed, sizes, headers, mime_type, gid';
type Begun = [number, number, number, sizes: string, headers: string, string, string];
const notBegun = `tries = 0 AND file = 0 AND processed = 0 AND sizes = '[-1]' AND headers = '{}' AND mime_type = '' AND gid = ''`;
/** Shared by the tasks that have not, and none of it is parsed a hundred thousand times. */
const untouched = Object.freeze({
  tries: 0,
  index: 0,
  processed: 0,
  sizes: Object.freeze([-1]),
  headers: Object.freeze({}),
  mimeType: '',
  group: '',
});

/**
 * Few columns, since reading a cell costs more than all that SQLite does for it.
 * A store that nobody has brought up to date yet can be read all the same: before version 2 there were no groups.
 */
export function selectTasks(version: number): string {
  const select =
    "SELECT seq, tid, uid, bundle, ctime_ms, spec, state || ' ' || reason, mtime_ms, ran_ms, max_speed, " +
    `CASE WHEN ${notBegun} THEN NULL ELSE json_array(${begunColumns}) END ` +
    'FROM task JOIN life USING (seq) WHERE seq > ? ORDER BY seq LIMIT ?';
  return version < 2 ? select.replaceAll('gid', "''") : select;
}

export const insertTask = 'INSERT INTO task (seq, tid, uid, bundle, ctime_ms, spec) VALUES (?, ?, ?, ?, ?, ?)';
export const insertLife = `INSERT INTO life (seq, ${lifeColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
export function updateLife(members: readonly LifeMember[]): string {
  const changes = members.map((member) => `${lifeColumn[member]} = ?`);
  return `UPDATE life SET ${changes.join(', ')} WHERE seq = (SELECT seq FROM task WHERE tid = ?)`;
}
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
  try {
    return { gid, uid, ctimeMs, gauge: gauge === 1, notification: objectOf(notification), deleted: deleted === 1 };
  } catch (cause) {
    throw unreadable(`group ${gid}`, cause);
  }
}

export function recordCells(record: TaskRecord): Cell[] {
  return [record.seq, record.tid, record.uid, record.bundle, record.ctimeMs, specText(record.spec)];
}

export function lifeCells(life: TaskLife, members: readonly LifeMember[] = lifeMembers): Cell[] {
  return members.map((member) => {
    const value = life[member];
    return typeof value === 'object' ? JSON.stringify(value) : value;
  });
}

/** Which members of a life are not what they were, a bit for each: most changes are of two or three, and every cell costs. */
export function lifeDifference(was: TaskLife, life: TaskLife): number {
  let difference = 0;
  for (const [at, member] of lifeMembers.entries()) if (was[member] !== life[member]) difference |= 1 << at;
  return difference;
}

export function membersOf(difference: number): LifeMember[] {
  return lifeMembers.filter((_, at) => (difference & (1 << at)) !== 0);
}

/** What a stored spec does not say. Stores out there rely on it, so it never changes. Its url is always said. */
const plain: Required<TaskSpec> = {
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
const plainTexts = new Map(Object.entries(plain).map(([name, value]) => [name, JSON.stringify(value)]));

/** What a spec has of its own: a hundred thousand of them are alike but for that, on disk and in memory. */
function specText(spec: TaskSpec): string {
  const own: Record<string, unknown> = { url: spec.url };
  for (const [name, value] of Object.entries(spec)) {
    if (value === plain[name as keyof TaskSpec]) continue;
    if (typeof value !== 'object' || JSON.stringify(value) !== plainTexts.get(name)) own[name] = value;
  }
  return JSON.stringify(own);
}

/** Rows read at a time: a statement left halfway would hold on to an old state of the store, and its log would grow. */
const pageRows = 1_000;

/**
 * @param select  runs `selectTasks` with these values.
 * @param tell    hears of each task that cannot be read, and may throw that.
 */
export function* readTasks(
  select: (cells: Cell[]) => unknown[],
  tell: (trouble: StoreTrouble) => void,
): Generator<StoredTask> {
  for (let after = 0; ; ) {
    const page = select([after, pageRows]) as Row[];
    for (const row of page) {
      const task = storedTask(row);
      if (task instanceof StoreTrouble) tell(task);
      else yield task;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < pageRows) return;
    [after] = last;
  }
}

function storedTask(row: Row): StoredTask | StoreTrouble {
  const [seq, tid, uid, bundle, ctimeMs, spec, place, mtimeMs, ranMs, maxSpeed, begun] = row;
  try {
    const { state, reason } = placeOf(place);
    const { tries, index, processed, sizes, headers, mimeType, group } = begun === null ? untouched : begunOf(begun);
    return {
      record: { seq, tid, uid, bundle, ctimeMs, spec: specOf(spec) },
      life: {
        state,
        reason,
        mtimeMs,
        tries,
        index,
        processed,
        sizes,
        headers,
        mimeType,
        maxSpeed,
        ranMs,
        group,
      },
    };
  } catch (cause) {
    return unreadable(`task ${tid}`, cause);
  }
}

const places = new Map<string, Pick<TaskLife, 'state' | 'reason'>>();

/** A hundred thousand tasks share a few dozen words, each of which is looked at once. */
function placeOf(text: string): Pick<TaskLife, 'state' | 'reason'> {
  let place = places.get(text);
  if (place === undefined) {
    const [state, reason] = text.split(' ') as [State, Reason];
    if (!states.includes(state)) throw new TypeError(`${state} is no state`);
    if (!Object.hasOwn(reasons, reason)) throw new TypeError(`${reason} is no reason`);
    place = { state, reason };
    places.set(text, place);
  }
  return place;
}

function begunOf(text: string): Omit<TaskLife, 'state' | 'reason' | 'mtimeMs' | 'ranMs' | 'maxSpeed'> {
  const [tries, index, processed, sizes, headers, mimeType, group] = JSON.parse(text) as Begun;
  return { tries, index, processed, sizes: sizesOf(sizes), headers: objectOf(headers), mimeType, group };
}

function unreadable(what: string, cause: unknown): StoreTrouble {
  return new StoreTrouble('corrupt', `${what} cannot be read`, { cause });
}

/** A copy and a few stores cost a fraction of a spread that overrides. */
function specOf(text: string): TaskSpec {
  const own = objectOf<Readonly<Record<string, unknown>>>(text);
  if (typeof own.url !== 'string') throw new TypeError('a spec without a url');
  const spec: Record<string, unknown> = { ...plain };
  for (const name in own) spec[name] = own[name];
  return spec as unknown as TaskSpec;
}

function sizesOf(text: string): TaskLife['sizes'] {
  const sizes: unknown = JSON.parse(text);
  if (Array.isArray(sizes)) return sizes;
  throw new TypeError('sizes that are no list');
}

function objectOf<T extends object>(text: string): T {
  const value: unknown = JSON.parse(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as T;
  throw new TypeError('a value that is no object');
}
