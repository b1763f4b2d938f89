import { rule } from '../../machines/rules.ts';
import type {
  Action as ActionWord,
  Fault,
  Mode as ModeWord,
  Network as NetworkWord,
  Reason,
  Rules,
  State as StateWord,
  WaitingReason as WaitingReasonWord,
} from '../../machines/vocabulary.ts';

/*
 * The numbers a device publishes, and the words we use for them inside. @source harmony-request.md 1.2, 1.3
 */

/**
 * The enumerations as they are declared on a device, for types alone: a variable that begins with one member takes the
 * others, too. What is there at run time has no names by number.
 */
declare namespace published {
  enum Action {
    DOWNLOAD = 0,
    UPLOAD = 1,
  }
  enum Mode {
    BACKGROUND = 0,
    FOREGROUND = 1,
  }
  enum Network {
    ANY = 0,
    WIFI = 1,
    CELLULAR = 2,
  }
  enum State {
    INITIALIZED = 0x00,
    WAITING = 0x10,
    RUNNING = 0x20,
    RETRYING = 0x21,
    PAUSED = 0x30,
    STOPPED = 0x31,
    COMPLETED = 0x40,
    FAILED = 0x41,
    REMOVED = 0x50,
  }
  enum Faults {
    OTHERS = 0xff,
    DISCONNECTED = 0x00,
    TIMEOUT = 0x10,
    PROTOCOL = 0x20,
    PARAM = 0x30,
    FSIO = 0x40,
    DNS = 0x50,
    TCP = 0x60,
    SSL = 0x70,
    REDIRECT = 0x80,
    LOW_SPEED = 0x90,
  }
  enum WaitingReason {
    TASK_QUEUE_FULL = 0x00,
    NETWORK_NOT_MATCH = 0x01,
    APP_BACKGROUND = 0x02,
    USER_INACTIVATED = 0x03,
  }
}

type Members<Enum> = { readonly [Name in keyof Enum & string]: Enum[Name] };

export const Action: Members<typeof published.Action> = { DOWNLOAD: 0, UPLOAD: 1 };
export type Action = published.Action;

export const Mode: Members<typeof published.Mode> = { BACKGROUND: 0, FOREGROUND: 1 };
export type Mode = published.Mode;

export const Network: Members<typeof published.Network> = { ANY: 0, WIFI: 1, CELLULAR: 2 };
export type Network = published.Network;

export const BroadcastEvent = { COMPLETE: 'ohos.request.event.COMPLETE' } as const;
export type BroadcastEvent = (typeof BroadcastEvent)[keyof typeof BroadcastEvent];

export const State: Members<typeof published.State> = {
  INITIALIZED: 0x00,
  WAITING: 0x10,
  RUNNING: 0x20,
  RETRYING: 0x21,
  PAUSED: 0x30,
  STOPPED: 0x31,
  COMPLETED: 0x40,
  FAILED: 0x41,
  REMOVED: 0x50,
};
export type State = published.State;

export const Faults: Members<typeof published.Faults> = {
  OTHERS: 0xff,
  DISCONNECTED: 0x00,
  TIMEOUT: 0x10,
  PROTOCOL: 0x20,
  PARAM: 0x30,
  FSIO: 0x40,
  DNS: 0x50,
  TCP: 0x60,
  SSL: 0x70,
  REDIRECT: 0x80,
  LOW_SPEED: 0x90,
};
export type Faults = published.Faults;

export const WaitingReason: Members<typeof published.WaitingReason> = {
  TASK_QUEUE_FULL: 0x00,
  NETWORK_NOT_MATCH: 0x01,
  APP_BACKGROUND: 0x02,
  USER_INACTIVATED: 0x03,
};
export type WaitingReason = published.WaitingReason;

/** Bits of `Notification.visibility`. */
export const VISIBILITY_COMPLETION = 1;
export const VISIBILITY_PROGRESS = 2;

/** The 30 constants of the older half of the module: numbers, none of a type of its own. */
export const legacyConstants = {
  EXCEPTION_PERMISSION: 201,
  EXCEPTION_PARAMCHECK: 401,
  EXCEPTION_UNSUPPORTED: 801,
  EXCEPTION_FILEIO: 13400001,
  EXCEPTION_FILEPATH: 13400002,
  EXCEPTION_SERVICE: 13400003,
  EXCEPTION_OTHERS: 13499999,
  NETWORK_MOBILE: 0x00000001,
  NETWORK_WIFI: 0x00010000,
  ERROR_CANNOT_RESUME: 0,
  ERROR_DEVICE_NOT_FOUND: 1,
  ERROR_FILE_ALREADY_EXISTS: 2,
  ERROR_FILE_ERROR: 3,
  ERROR_HTTP_DATA_ERROR: 4,
  ERROR_INSUFFICIENT_SPACE: 5,
  ERROR_TOO_MANY_REDIRECTS: 6,
  ERROR_UNHANDLED_HTTP_CODE: 7,
  ERROR_UNKNOWN: 8,
  ERROR_OFFLINE: 9,
  ERROR_UNSUPPORTED_NETWORK_TYPE: 10,
  PAUSED_QUEUED_FOR_WIFI: 0,
  PAUSED_WAITING_FOR_NETWORK: 1,
  PAUSED_WAITING_TO_RETRY: 2,
  PAUSED_BY_USER: 3,
  PAUSED_UNKNOWN: 4,
  SESSION_SUCCESSFUL: 0,
  SESSION_RUNNING: 1,
  SESSION_PENDING: 2,
  SESSION_PAUSED: 3,
  SESSION_FAILED: 4,
};

type Lowered<Name> = Name extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<Lowered<Tail>>}`
  : Lowercase<Name & string>;

/** Our words are the published names in lower case: `LOW_SPEED` is `lowSpeed`. */
function byWord<Numbers extends Readonly<Record<string, number>>>(numbers: Numbers) {
  const word = (name: string) => name.toLowerCase().replace(/_./g, ([, letter = '']) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(numbers).map(([name, number]) => [word(name), number])) as {
    readonly [Name in keyof Numbers as Lowered<Name>]: Numbers[Name];
  };
}

export const actionNumbers = byWord(Action) satisfies Record<ActionWord, number>;
/** 2 is not published: it is what a device keeps for modes it does not know. */
export const modeNumbers = { ...byWord(Mode), any: 2 } as const satisfies Record<ModeWord, number>;
export const networkNumbers = byWord(Network) satisfies Record<NetworkWord, number>;
export const stateNumbers = byWord(State) satisfies Record<StateWord, number>;
const faultNumbers = byWord(Faults) satisfies Record<Fault, number>;

const { taskQueueFull: queueFull, ...otherReasonsToWait } = byWord(WaitingReason);
export const waitingReasonNumbers = { queueFull, ...otherReasonsToWait } satisfies Record<WaitingReasonWord, number>;

/** The way back; undefined for everything that is not a published number. */
export const actionWord = (number: unknown) => wordFor(number, actionNumbers);
export const modeWord = (number: unknown) => wordFor(number, modeNumbers);
export const networkWord = (number: unknown) => wordFor(number, networkNumbers);
export const stateWord = (number: unknown) => wordFor(number, stateNumbers);

function wordFor<Word extends string>(number: unknown, numbers: Readonly<Record<Word, number>>): Word | undefined {
  return wordsOf(numbers).find((word) => numbers[word] === number);
}

/** All words of a table, in the order of their numbers. */
export function wordsOf<Word extends string>(numbers: Readonly<Record<Word, number>>): readonly Word[] {
  return Object.keys(numbers) as Word[];
}

const faultsSince12: readonly Fault[] = ['param', 'dns', 'tcp', 'ssl', 'redirect'];

/**
 * The number an app reads for a fault.
 * @param sdk  the app's target SDK level; below 12 the faults of that level are told as OTHERS.
 * @source harmony-request.md 1.2
 */
export function faultNumber(fault: Fault, sdk: number): Faults {
  return sdk < 12 && faultsSince12.includes(fault) ? Faults.OTHERS : faultNumbers[fault];
}

const texts = {
  default: 'Task successful',
  queued: 'Too many task in running state',
  user: 'User operation',
  appBackground: 'The app is background or terminate',
  offline: 'NetWork is offline',
  unsuitable: 'NetWork type not meet the task config',
  build: 'Build request error',
  sizeUnknown: 'Failed because cannot get the file size from the server and the precise is setted true by user',
  timeout: 'Continuous processing task time out',
  request: 'Request error',
  redirect: 'Redirect error',
  protocol: 'Http protocol error',
  io: 'Io Error',
  range: 'Range request not supported',
  other: 'Some other error occured',
  account: 'Account stopped',
  dns: 'DNS error',
  tcp: 'TCP error',
  ssl: 'TSL/SSL error',
  space: 'Insufficient space error',
  // The published table names only the causes of the combinations; the wording is ours.
  networkApp: 'NetWork is offline and the app is background or terminate',
  networkAccount: 'NetWork is offline and the account is stopped',
  appAccount: 'The app is background or terminate and the account is stopped',
  networkAppAccount: 'NetWork is offline, the app is background or terminate and the account is stopped',
  lowSpeed: 'Below low speed limit',
} as const satisfies Record<Reason, string>;

const serviceTexts: { readonly [reason in Reason]?: string } = { default: '', space: 'Insufficient space' };

/**
 * The text for a reason, misspellings included: apps compare it.
 * @param side  client: what `TaskInfo.reason` shows. service: what a legacy `TaskState.message` shows.
 * @source harmony-request.md 2.2
 */
export function reasonText(reason: Reason, side: 'client' | 'service'): string {
  return (side === 'service' ? serviceTexts[reason] : undefined) ?? texts[reason];
}

const failedReasons: { readonly [reason in Reason]?: number } = {
  offline: legacyConstants.ERROR_OFFLINE,
  unsuitable: legacyConstants.ERROR_UNSUPPORTED_NETWORK_TYPE,
  redirect: legacyConstants.ERROR_TOO_MANY_REDIRECTS,
  io: legacyConstants.ERROR_FILE_ERROR,
  space: legacyConstants.ERROR_INSUFFICIENT_SPACE,
};

/**
 * What a failed legacy download tells: the argument of `fail` and `DownloadInfo.failedReason`.
 * @source harmony-request.md 7.6
 */
export function failedReason(reason: Reason, rules: Rules): number {
  if (reason === 'default') return rule(rules, 'failedReasonOfNone');
  return failedReasons[reason] ?? legacyConstants.ERROR_UNKNOWN;
}

/** `DownloadInfo.status`. @source harmony-request.md 8.3 */
export const sessionStatuses = {
  initialized: legacyConstants.SESSION_PENDING,
  waiting: legacyConstants.SESSION_PAUSED,
  running: legacyConstants.SESSION_RUNNING,
  retrying: legacyConstants.SESSION_RUNNING,
  paused: legacyConstants.SESSION_PAUSED,
  stopped: legacyConstants.SESSION_FAILED,
  completed: legacyConstants.SESSION_SUCCESSFUL,
  failed: legacyConstants.SESSION_FAILED,
  // Seen only on a device, whose tombstones stay readable.
  removed: legacyConstants.SESSION_FAILED,
} as const satisfies Record<StateWord, number>;

/** `DownloadInfo.pausedReason`; undefined where a device leaves the field untouched. @source harmony-request.md 8.3 */
export function pausedReason(state: StateWord, reason: Reason): number | undefined {
  if (state === 'waiting' && (reason === 'offline' || reason === 'unsuitable')) {
    return legacyConstants.PAUSED_WAITING_FOR_NETWORK;
  }
  return state === 'paused' && reason === 'user' ? legacyConstants.PAUSED_BY_USER : undefined;
}

/** What can be heard of an agent task. @source harmony-request.md 6.1 */
export const agentEvents = [
  'progress',
  'completed',
  'failed',
  'pause',
  'resume',
  'remove',
  'response',
  'faultOccur',
  'wait',
] as const;
