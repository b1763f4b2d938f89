import { takesRoom } from '../../machines/queue.ts';
import { errorCodes, type State, states } from '../../machines/vocabulary.ts';
import type { Config } from '../../src/api/types.ts';
import matrix from '../../src/fuzz/engine/operation-matrix.json' with { type: 'json' };
import type { StoredTask } from '../../src/ports/store.ts';
import { type Call, type Line, limits, uploadNames } from './kill-journal.ts';

type TaskCall = Exclude<Call, { op: 'collect' | 'create' }>;

/** unborn: the task was about to be created. gone: its record has been collected. */
type Place = State | 'unborn' | 'gone';

/** What is known of one task. */
export interface Entry {
  readonly title: string;
  readonly config: Config;
  tid: string | null;
  /** Where the task may be by now. */
  places: ReadonlySet<Place>;
  speeds: ReadonlySet<number>;
  /** Somebody saw the promise of its creation resolve; else it may have been killed halfway. */
  acknowledged: boolean;
  /** A paused upload goes on in the middle of a file, so its requests need not be whole files. */
  paused: boolean;
  /** The record, once it was read: it never changes again. */
  record: string | null;
}

/**
 * What must be true of a store, from the journal of those who worked on it:
 *
 * - an acknowledged call has happened: the task is where the matrix of operations leads, from where it may have been;
 * - a refused call has not, and the task was where the matrix refuses it;
 * - a call without an answer has happened wholly, or not at all;
 * - a task moves without a call only when it is waiting, running or retrying: among these, to completed, or to failed;
 * - what was heard is so.
 */
export class Ledger {
  readonly entries = new Map<string, Entry>();
  /** Targets of tasks whose creation was cut short before they were stored. */
  readonly interrupted = new Set<string>();
  #pending: Call | null = null;

  /** The engine died; the next one opens the store. What it reads, `meet` compares. */
  read(lines: readonly Line[]): void {
    for (const line of lines) this.#readOne(line);
    if (this.#pending !== null) this.#follow(this.#pending, 'unknown');
    this.#pending = null;
  }

  #readOne(line: Line): void {
    switch (line.say) {
      case 'about':
        this.#pending = line.call;
        if (line.call.op === 'create') this.#announce(line.call.config);
        return;
      case 'acknowledged':
      case 'refused': {
        const call = this.#pending ?? fail('an answer to nothing');
        this.#pending = null;
        if (line.say === 'refused') return this.#refuse(call, line.code);
        if (call.op === 'create') this.entryOf(call.config.title).tid = line.tid;
        return this.#follow(call, 'acknowledged');
      }
      case 'heard': {
        const entry = this.#byTid(line.tid);
        const places = drift(entry.places);
        // Whoever removes a task may still hear how it ended.
        if (!places.has('removed') && !places.has('gone')) this.#narrow(entry, [line.event], `heard ${line.event}`);
        return;
      }
    }
  }

  /** Compares what is stored with what may be, and knows better from then on. */
  meet(stored: readonly StoredTask[]): void {
    const found = new Map(stored.map((task) => [task.record.spec.title, task]));
    if (found.size !== stored.length) fail('a task is stored twice');
    for (const title of found.keys()) this.entryOf(title);
    for (const entry of [...this.entries.values()]) {
      const task = found.get(entry.title);
      if (task === undefined) this.#missing(entry);
      else this.#present(entry, task);
    }
  }

  entryOf(title: string | undefined): Entry {
    return this.entries.get(title ?? '') ?? fail(`nobody created ${title}`);
  }

  #missing(entry: Entry): void {
    if (entry.places.has('unborn')) {
      this.entries.delete(entry.title);
      if (entry.config.saveas === `./${entry.title}`) this.interrupted.add(entry.title);
    } else this.#narrow(entry, ['gone'], 'not in the store');
  }

  #present(entry: Entry, { record, life }: StoredTask): void {
    this.#narrow(entry, [life.state], 'in the store');
    if (!entry.speeds.has(life.maxSpeed)) fail(`${entry.title} has the speed ${life.maxSpeed}`);
    entry.speeds = new Set([life.maxSpeed]);
    if (entry.tid !== null && entry.tid !== record.tid) fail(`${entry.title} has the id ${record.tid}`);
    entry.tid = record.tid;
    const written = JSON.stringify(record);
    if (entry.record === null) compareSpec(entry.config, record.spec);
    else if (entry.record !== written) fail(`the record of ${entry.title} has changed: ${entry.record} → ${written}`);
    entry.record = written;
  }

  #announce(config: Config): void {
    const title = config.title ?? fail('a task without a title');
    this.entries.set(title, {
      title,
      config,
      tid: null,
      places: new Set(['unborn']),
      speeds: new Set([0]),
      acknowledged: false,
      paused: false,
      record: null,
    });
  }

  /** A call has happened, or nobody knows whether it has. */
  #follow(call: Call, how: 'acknowledged' | 'unknown'): void {
    if (call.op === 'collect') {
      for (const entry of this.entries.values()) {
        if (entry.places.has('removed')) entry.places = new Set([...(how === 'unknown' ? entry.places : []), 'gone']);
      }
      return;
    }
    const entry = call.op === 'create' ? this.entryOf(call.config.title) : this.#byTid(call.tid);
    const before = drift(entry.places);
    if (call.op === 'create') {
      if (how === 'acknowledged') this.#mustHaveRoom(entry);
      entry.acknowledged = how === 'acknowledged';
    }
    if (call.op === 'setMaxSpeed') {
      entry.speeds = new Set([...(how === 'unknown' ? entry.speeds : []), call.bytesPerSecond]);
    }
    if (call.op === 'pause') entry.paused = true;
    const after = new Set<Place>([...before].flatMap((place) => ledTo(call, entry, place)));
    if (after.size === 0 && how === 'acknowledged') fail(`${JSON.stringify(call)} was carried out in ${[...before]}`);
    entry.places = how === 'acknowledged' ? after : new Set([...before, ...after]);
  }

  #refuse(call: Call, code: number): void {
    if (call.op === 'collect') fail('a refused clean-up');
    if (call.op !== 'create') {
      const entry = this.#byTid(call.tid);
      const where = [...drift(entry.places)].filter((place) => isRefusal(call, entry, place, code));
      this.#narrow(entry, where, `${call.op} was refused with ${code}`);
      return;
    }
    const entry = this.entryOf(call.config.title);
    this.entries.delete(entry.title);
    if (code === errorCodes.QUEUE_FULL) {
      const taking = this.#others(entry).filter(({ places }) => [...drift(places)].some(isCounted));
      if (taking.length < limits.backgroundTasksMax) fail(`the queue was full with ${taking.length} tasks`);
    } else if (code !== errorCodes.FILE_IO || !mayLackFile(entry.config)) {
      fail(`create of ${entry.title} was refused with ${code}`);
    }
  }

  #mustHaveRoom(entry: Entry): void {
    if (entry.config.mode === 1) return;
    const taking = this.#others(entry).filter(({ places }) => [...drift(places)].every(isCounted));
    if (taking.length >= limits.backgroundTasksMax) fail(`${entry.title} is one of ${taking.length + 1} tasks`);
  }

  #others(entry: Entry): Entry[] {
    return [...this.entries.values()].filter((other) => other !== entry && other.config.mode !== 1);
  }

  #narrow(entry: Entry, to: readonly Place[], why: string): void {
    const places = drift(entry.places);
    const left = to.filter((place) => places.has(place));
    if (left.length === 0) fail(`${entry.title} (${entry.tid}) is ${to} (${why}), and may be ${[...places]}`);
    entry.places = new Set(left);
  }

  #byTid(tid: string): Entry {
    for (const entry of this.entries.values()) if (entry.tid === tid) return entry;
    return fail(`no task has the id ${tid}`);
  }
}

/** Where a task may be when nobody has called it for a while. A restart is a way from running to waiting. */
function drift(places: ReadonlySet<Place>): ReadonlySet<Place> {
  const moving = (['waiting', 'running', 'retrying'] as const).some((place) => places.has(place));
  return moving ? new Set([...places, 'waiting', 'running', 'retrying', 'completed', 'failed']) : places;
}

function ledTo(call: Exclude<Call, { op: 'collect' }>, entry: Entry, place: Place): Place[] {
  if (call.op === 'create') return place === 'unborn' ? ['initialized'] : [];
  const answer = answerOf(call, entry, place);
  if (answer === 'ok') return [place];
  if (typeof answer !== 'string') return [];
  // A task with nothing left to do is not queued.
  return answer === 'waiting' ? ['waiting', 'completed'] : states.filter((state) => state === answer);
}

function answerOf(call: TaskCall, { config }: Entry, place: Place): string | number {
  if (place === 'unborn') return fail(`${call.op} of a task that nobody has seen`);
  const row = call.op === 'start' ? (config.action === 0 ? 'start.download' : 'start.upload') : call.op;
  return matrix.documented[row][place];
}

function isRefusal(call: TaskCall, entry: Entry, place: Place, code: number): boolean {
  // Whoever has heard of the removal is told so for ever, also when the record is gone.
  if (call.op === 'start' && place === 'gone' && code === errorCodes.TASK_STATE) return true;
  return answerOf(call, entry, place) === code;
}

function isCounted(place: Place): boolean {
  return place !== 'gone' && place !== 'unborn' && takesRoom(place);
}

/** A target that is there and may not be overwritten, or a file to send that is not. */
function mayLackFile({ saveas, title, overwrite, data }: Config): boolean {
  if (Array.isArray(data)) return data.some(({ name }) => !uploadNames.includes(name));
  return saveas !== `./${title}` && overwrite !== true;
}

function compareSpec(config: Config, spec: StoredTask['record']['spec']): void {
  const {
    url,
    title,
    action,
    mode,
    overwrite = false,
    multipart = false,
    begins = 0,
    ends = -1,
    saveas,
    data,
  } = config;
  const asked = { url, title, action: action === 0 ? 'download' : 'upload', multipart, begins, ends, overwrite };
  for (const [field, value] of Object.entries(asked)) {
    if (spec[field as keyof typeof asked] !== value) fail(`${title} is stored with another ${field}`);
  }
  if (spec.mode !== (mode === 1 ? 'foreground' : 'background')) fail(`${title} is stored with another mode`);
  if (saveas !== undefined && !spec.target.endsWith(saveas.slice(1))) fail(`${title} is stored with another target`);
  if (Array.isArray(data) && data.length !== spec.files.length) fail(`${title} is stored with other files`);
}

function fail(what: string): never {
  throw new Error(what);
}
