import * as v from 'valibot';
import { errorCodes, operations, type State, states } from '../../machines/vocabulary.ts';
import { agentEvents, stateWord } from '../api/constants.ts';
import { misfitOf } from './misfits.ts';

/** The version of the format that this reads. */
export const logVersion = 1;

export type LogEvent = (typeof agentEvents)[number];

const whole = v.pipe(v.number(), v.integer());
const count = v.pipe(whole, v.minValue(0));
const name = v.pipe(v.string(), v.minLength(1));
const code = v.picklist(Object.values(errorCodes), 'no code that a call is refused with');
const rules = v.picklist(['documented', 'device']);
const hears = v.array(v.picklist(agentEvents));

/** As published, a number; or our word for it. */
const state = v.pipe(
  v.union([v.number(), v.picklist(states)], 'no state'),
  v.transform((given): State | undefined => (typeof given === 'number' ? stateWord(given) : given)),
  v.check((word) => word !== undefined, 'no state has this number'),
  v.transform((word) => word as State),
);

const link = v.union(
  [
    v.picklist(['offline', 'wifi', 'cellular', 'other']),
    v.strictObject({
      type: v.picklist(['offline', 'wifi', 'cellular', 'other']),
      metered: v.boolean(),
      roaming: v.boolean(),
    }),
    v.null(),
  ],
  'no link',
);

/** As much of a config as the charts look at; whatever else it has is welcome, and not looked at. */
const config = v.looseObject({
  action: v.picklist([0, 1]),
  mode: v.optional(whole),
  network: v.optional(v.picklist([0, 1, 2])),
  metered: v.optional(v.boolean()),
  roaming: v.optional(v.boolean()),
  retry: v.optional(v.boolean()),
  precise: v.optional(v.boolean()),
  token: v.optional(v.string()),
  data: v.optional(v.unknown()),
  multipart: v.optional(v.boolean()),
  minSpeed: v.optional(v.looseObject({ speed: v.number(), duration: v.number() })),
});

const counts = { index: v.optional(count), processed: v.optional(count), sizes: v.optional(v.array(whole)) };
/** A Progress, an HttpResponse, a number of Faults or WaitingReason, or nothing. */
const payload = v.union([v.looseObject({ state: v.optional(v.number()), ...counts }), v.number(), v.null()]);

/** A TaskInfo, a list of ids, or whatever else a call resolves to. */
const result = v.unknown();
const common = { atMs: v.number(), app: v.optional(name) };

const call = v.strictObject({
  kind: v.literal('call'),
  ...common,
  call: v.picklist(operations),
  tid: v.optional(name),
  /** Names the answer that comes later. Without it the answer is in this entry. */
  id: v.optional(whole),
  /** Refused with. Left out: it was accepted, or its answer comes later. */
  code: v.optional(code),
  result: v.optional(result),
  /** What `create` was called with. */
  config: v.optional(v.unknown()),
  token: v.optional(v.string()),
  speed: v.optional(v.number()),
  event: v.optional(v.string()),
  gid: v.optional(v.string()),
  tids: v.optional(v.array(v.string())),
});

const answer = v.strictObject({
  kind: v.literal('answer'),
  ...common,
  /** The `id` of the call. */
  to: whole,
  /** Of the task that a `create` made. */
  tid: v.optional(name),
  code: v.optional(code),
  result: v.optional(result),
});

const event = v.strictObject({
  kind: v.literal('event'),
  ...common,
  tid: name,
  event: v.picklist(agentEvents),
  payload: v.optional(payload),
});

/** What somebody saw who is no call: a database, a screen, a debugger. */
const seen = v.strictObject({
  kind: v.literal('state'),
  ...common,
  tid: name,
  state,
  /** The published number of the reason. */
  reason: v.optional(count),
});

const world = { kind: v.literal('world'), ...common };
const worlds = v.variant('what', [
  /** Null: nobody knows any more. */
  v.strictObject({ ...world, what: v.literal('network'), link }),
  v.strictObject({ ...world, what: v.literal('app'), state: v.picklist(['foreground', 'background', 'terminated']) }),
  v.strictObject({ ...world, what: v.literal('account'), state: v.picklist(['active', 'suspended', 'inactive']) }),
  v.strictObject({ ...world, what: v.literal('service'), state: v.picklist(['available', 'unavailable']) }),
  /** The process of the service was started again: nobody listens, and what lies around it is to be said again. */
  v.strictObject({ ...world, what: v.literal('restart') }),
  /** The wall clock was set, by so much. */
  v.strictObject({ ...world, what: v.literal('clock'), byMs: v.number() }),
]);

const entry = v.variant('kind', [call, answer, event, seen, worlds]);

const header = {
  version: v.literal(logVersion),
  rules: v.optional(rules),
  /** How long after it happened an event may be heard, ms of the clock that never jumps. */
  lateMsMax: v.optional(count, 5_000),
  limits: v.optional(v.strictObject({ backgroundTasksMax: v.optional(count), foregroundTasksMax: v.optional(count) })),
  apps: v.optional(
    v.record(
      name,
      v.strictObject({
        user: v.optional(count),
        sdk: v.optional(count),
        system: v.optional(v.boolean()),
        permissions: v.optional(v.array(v.string())),
      }),
    ),
    {},
  ),
  /** What is noted of each task from its `create` or `getTask` on; `on` and `off` may change it. */
  hears: v.optional(hears, []),
  /** Tasks that are older than the log. When the list is there, even an empty one, there are no others. */
  tasks: v.optional(
    v.array(
      v.strictObject({
        tid: name,
        app: v.optional(name),
        config,
        state: v.optional(state),
        hears: v.optional(hears),
      }),
    ),
  ),
} as const;

const headerSchema = v.strictObject(header);
const logSchema = v.strictObject({ ...header, entries: v.array(entry) });

/** What was recorded: who called what with which answer, what was heard and seen, and what is known of the surroundings. */
export type Log = v.InferOutput<typeof logSchema>;
/** The same as it is written, with defaults left out. */
export type LogInput = v.InferInput<typeof logSchema>;
export type LogEntryInput = v.InferInput<typeof entry>;
export type Entry = v.InferOutput<typeof entry>;
export type EntryOf<Kind extends Entry['kind']> = Extract<Entry, { kind: Kind }>;
export type LogConfig = v.InferOutput<typeof config>;
export type Payload = v.InferOutput<typeof payload>;

/** A text or a value is no log. `message` says where, and what is wrong there. */
export class LogError extends Error {
  override readonly name = 'LogError';
}

/** @throws LogError */
export function logOf(value: unknown): Log {
  return fitting(parsed(logSchema, value, ''), (at) => `entries.${at}`);
}

/** @throws LogError */
export function configOf(value: unknown, where: string): LogConfig {
  return parsed(config, value, where);
}

/** What the charts and the reports can make use of in a TaskInfo; null for what is none. */
export function infoOf(value: unknown): v.InferOutput<typeof info> | null {
  const outcome = v.safeParse(info, value);
  return outcome.success ? outcome.output : null;
}

const info = v.looseObject({
  progress: v.looseObject({ state, ...counts }),
  faults: v.optional(v.nullable(v.number())),
  reason: v.optional(v.string()),
});

/**
 * Reads a log: one JSON document, or JSON lines, of which the first is the log without its entries.
 * @throws LogError
 */
export function readLog(text: string): Log {
  const document = jsonOf(text);
  if (document !== undefined && !isHeader(document)) return logOf(document);
  const lines = text.split('\n').map((line, at) => ({ line: line.trim(), number: at + 1 }));
  const [first, ...rest] = lines.filter(({ line }) => line !== '');
  if (first === undefined) throw new LogError('the log is empty; legal: a JSON document, or JSON lines');
  const head = parsed(headerSchema, lineOf(first), `line ${first.number}`);
  const entries = rest.map((each) => parsed(entry, lineOf(each), `line ${each.number}`));
  return fitting({ ...head, entries }, (at) => `line ${rest[at]?.number}`);
}

/** @throws LogError: an entry does not go with the others. */
function fitting(log: Log, placeOf: (at: number) => string): Log {
  const misfit = misfitOf(log);
  if (misfit !== null) throw new LogError(`${placeOf(misfit.at)}: ${misfit.member}: ${misfit.says}`);
  const accepted = new Set(log.entries.flatMap((each) => (isAcceptance(each) ? [each.to] : [])));
  for (const [at, entry] of log.entries.entries()) {
    if (entry.kind !== 'call' || entry.call !== 'create') continue;
    // One that was refused may have been called with anything.
    const isAccepted = entry.id === undefined ? entry.code === undefined : accepted.has(entry.id);
    if (isAccepted) configOf(entry.config, `${placeOf(at)}: config`);
  }
  return log;
}

function isAcceptance(entry: Entry): entry is EntryOf<'answer'> {
  return entry.kind === 'answer' && entry.code === undefined;
}

function isHeader(value: unknown): boolean {
  return v.is(headerSchema, value);
}

function lineOf({ line, number }: { readonly line: string; readonly number: number }): unknown {
  const value = jsonOf(line);
  if (value === undefined) throw new LogError(`line ${number} is no JSON`);
  return value;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parsed<Schema extends v.GenericSchema>(schema: Schema, value: unknown, where: string): v.InferOutput<Schema> {
  const outcome = v.safeParse(schema, value);
  if (outcome.success) return outcome.output;
  const [issue] = outcome.issues;
  const path = [where, v.getDotPath(issue)].filter((part) => part !== '' && part !== null).join(': ');
  throw new LogError(`${path === '' ? 'the log' : path}: ${issue.message}`);
}
