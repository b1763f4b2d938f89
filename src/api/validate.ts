import { rule } from '../../machines/rules.ts';
import type { Action, Mode, Rules, State, TaskSpec } from '../../machines/vocabulary.ts';
import { BusinessError } from '../errors.ts';
import type { Files } from '../ports/files.ts';
import { actionNumbers, modeNumbers, stateNumbers, wordsOf } from './constants.ts';
import {
  byteLength,
  type Fields,
  fieldsOf,
  guarded,
  isObject,
  type Listener,
  parameterError,
  required,
  requiredId,
  shown,
  typed,
  whole,
} from './fields.ts';
import type { AppPlace } from './paths.ts';

/** Who calls, and by which rules the call is judged. */
export interface Caller {
  readonly rules: Rules;
  readonly place: AppPlace;
  readonly files: Files;
  /** Target SDK level of the app. */
  readonly sdk: number;
  /** A system app that may disable notifications. */
  readonly system: boolean;
  /** May the app speak http, without TLS, to this host? */
  readonly mayClearText: (host: string) => boolean;
  /** Is this a WantAgent that opens the app itself? */
  readonly isWantAgent: (value: object) => boolean;
}

/** A config past all checks; from here on input is trusted. */
export interface Checked {
  readonly spec: TaskSpec;
  /** Bytes of each file of an upload, the one at `index` trimmed; `[-1]` for a download. */
  readonly sizes: readonly number[];
  /** To be delivered, not thrown, when nothing else refuses the task. @source harmony-request.md 1.1 */
  readonly rejection: BusinessError | null;
}

/** What `search` asks for. A task is found when each list holds its word. */
export interface CheckedFilter {
  /** `*` for all; only a system app can ask for others than its own. */
  readonly bundle: string;
  /** Creation time, ms since the epoch, both inclusive. */
  readonly afterMs: number;
  readonly beforeMs: number;
  readonly states: readonly State[];
  readonly actions: readonly Action[];
  readonly modes: readonly Mode[];
}

export const legacyDownloadEvents = ['progress', 'complete', 'pause', 'remove', 'fail'] as const;
export const legacyUploadEvents = ['progress', 'headerReceive', 'complete', 'fail'] as const;

export const totalSecondsMax = 604_800;
export const timeoutDefaults = { connectionMs: 60_000, totalMs: totalSecondsMax * 1000 } as const;
const urlBytesMax = 8192;
const tidCharsMax = 32;
const tokenBytesMin = 8;
const tokenBytesMax = 2048;
const speedMin = 16 * 1024;
const dayMs = 24 * 60 * 60 * 1000;

/** Numbers that mean "each of them" in a filter. */
const anyState = 0x61;
const anyAction = 2;
const anyMode = 2;

/**
 * The config of a call like `create(context, config)` or, without a context, `download(config)`.
 * @throws PARAMETER
 */
export function configOf(args: readonly unknown[], { context }: { readonly context: boolean }): unknown {
  const countMin = context ? 2 : 1;
  if (args.length < countMin) {
    throw parameterError('missing', 'wrong parameter count', args.length, `at least ${countMin} arguments`);
  }
  if (!context) return args[0];
  const [app] = args;
  const isContext = guarded('context', () => isObject(app) && 'stageMode' in app && typeof app.stageMode === 'boolean');
  if (!isContext) {
    throw parameterError('verification', 'context is unusable', app, 'the context of an app');
  }
  return args[1];
}

/** @throws PARAMETER @source harmony-request.md 1.5 */
export function checkUrl(fields: Fields, { rules, sdk, mayClearText }: Caller): string {
  const url = required(fields.get('url'), 'string', 'config.url', 'a string');
  checkLength(url, 'config.url', sdk < 15 ? rule(rules, 'oldUrlBytesMax') : urlBytesMax);
  if (!/^https?:\/\/[^\r\n]+$/.test(url)) {
    throw parameterError('verification', 'config.url has a wrong scheme', url, 'http(s):// in lower case, then a host');
  }
  if (url.startsWith('http:') && !mayClearText(hostOf(url))) {
    throw parameterError('verification', 'config.url is clear text, which the app forbids', url, 'https://');
  }
  return url;
}

/** @throws PARAMETER when `text` is longer. */
export function checkLength(text: string, where: string, bytesMax: number): string {
  if (byteLength(text) <= bytesMax) return text;
  throw parameterError('verification', `${where} exceeds ${bytesMax} bytes`, text, `at most ${bytesMax} bytes`);
}

/**
 * Which bytes of which file are asked for. A negative index counts as too large.
 * @param files  how many there are; null for a download, which is always file 0.
 * @throws       PARAMETER
 */
export function checkRange(fields: Fields, files: number | null): Pick<TaskSpec, 'index' | 'begins' | 'ends'> {
  const index = files === null ? 0 : (fields.int('index') ?? 0);
  if (files !== null && !(index >= 0 && index < files)) {
    throw parameterError('verification', 'config.index exceeds the file list', index, `0 to ${files - 1}`);
  }
  return { index, begins: Math.max(fields.int('begins') ?? 0, 0), ends: Math.max(fields.int('ends') ?? -1, -1) };
}

/** @throws PARAMETER; TASK_NOT_FOUND for an overlong tid, from calls that look a task up. @source harmony-request.md 1.7 */
export function checkTid(given: unknown, operation: 'getTask' | 'show' | 'touch' | 'remove' | 'query'): string {
  const tid = requiredId(given, 'tid', 'the tid of a task');
  if (tid.length > tidCharsMax && operation !== 'remove' && operation !== 'query') {
    throw new BusinessError('TASK_NOT_FOUND', {
      detail: `${operation}: no tid has more than ${tidCharsMax} characters: got ${shown(tid)}`,
    });
  }
  return tid;
}

/** @throws PARAMETER @source harmony-request.md 9.3 */
export function checkToken(given: unknown): string {
  const legal = `a string of ${tokenBytesMin} to ${tokenBytesMax} bytes`;
  const token = required(given, 'string', 'token', legal);
  const bytes = byteLength(token);
  if (bytes >= tokenBytesMin && bytes <= tokenBytesMax) return token;
  const hint = `token is not between ${tokenBytesMin} and ${tokenBytesMax} bytes`;
  throw parameterError('verification', hint, token, legal);
}

/**
 * Bytes per second for `setMaxSpeed`, whole.
 * @param minSpeed  the task's own floor, bytes per second; 0 for none.
 * @throws          PARAMETER
 * @source          harmony-request.md 9.2
 */
export function checkSpeed(speed: unknown, minSpeed: number): number {
  const legal = `a number from ${Math.max(speedMin, minSpeed)} on`;
  const bytesPerSecond = whole(required(speed, 'number', 'speed', legal)) ?? 0;
  if (bytesPerSecond < speedMin) throw parameterError('value', 'speed is below 16 KB/s', speed, legal);
  if (bytesPerSecond < minSpeed) throw parameterError('value', 'speed is less than the min speed', speed, legal);
  return bytesPerSecond;
}

/** Members of a wrong type are ignored. @throws PARAMETER @source harmony-request.md 9.4 */
export function checkFilter(filter: unknown, { rules, nowMs }: { rules: Rules; nowMs: number }): CheckedFilter {
  const fields = fieldsOf(filter ?? {}, 'filter', rules, 'a Filter');
  const beforeMs = fields.int('before') ?? nowMs;
  const afterMs = fields.int('after') ?? beforeMs - dayMs;
  if (beforeMs < afterMs) {
    throw parameterError('verification', 'filter.before is earlier than filter.after', beforeMs, `${afterMs} or later`);
  }
  return {
    bundle: fields.text('bundle') ?? '*',
    afterMs,
    beforeMs,
    states: wanted(fields.int('state'), anyState, stateNumbers),
    actions: wanted(fields.int('action'), anyAction, actionNumbers),
    modes: wanted(fields.int('mode'), anyMode, modeNumbers),
  };
}

/** @param bundle  `*`, or a name of letters, digits, dots and underscores. @throws SERVICE @source harmony-request.md 9.4 */
export function checkBundle(bundle: string): void {
  if (bundle === '*' || /^[a-z][\w.]*$/i.test(bundle)) return;
  throw new BusinessError('SERVICE', { detail: `search: no bundle can be called ${shown(bundle)}` });
}

/**
 * The arguments of `on` and `off`. `listener` is null for an `off` that removes all of them.
 * @param events  the names that this kind of task knows.
 * @throws        PARAMETER
 * @source        harmony-request.md 6.3
 */
export function checkListener<Event extends string>(
  call: 'on' | 'off',
  args: readonly unknown[],
  events: readonly Event[],
): { readonly event: Event; readonly listener: Listener | null } {
  const countMin = call === 'on' ? 2 : 1;
  if (args.length < countMin) {
    const hint = call === 'on' ? 'event and callback are needed' : 'event is needed';
    throw parameterError('missing', hint, args.length, `${countMin} arguments`);
  }
  const [given, callback] = args;
  const legal = events.join(', ');
  const name = typed(given, 'string', 'event', legal);
  const event = events.find((each) => each === name);
  if (event === undefined) throw parameterError('verification', 'event is unknown', name, legal);
  if (args.length === 1) return { event, listener: null };
  return { event, listener: typed(callback, 'function', 'callback', 'a function') };
}

/** All words where nothing, or the number for "each", is asked; none where the number means nothing. */
function wanted<Word extends string>(
  asked: number | undefined,
  any: number,
  numbers: Readonly<Record<Word, number>>,
): readonly Word[] {
  const words = wordsOf(numbers);
  return asked === undefined || asked === any ? words : words.filter((word) => numbers[word] === asked);
}

function hostOf(url: string): string {
  return /^http:\/\/(?:[^/?#]*@)?(\[[^\]]*\]|[^/:?#]*)/.exec(url)?.[1] ?? '';
}
