import type { ErrorName, Rules } from './vocabulary.ts';

/** One thing that the rule sets see differently: what each of them holds, and what that means to a caller. */
export interface Difference {
  /** The question that both answer. */
  readonly what: string;
  readonly documented: boolean | number | ErrorName;
  readonly device: boolean | number | ErrorName;
  readonly documentedDoes: string;
  readonly deviceDoes: string;
  readonly source: string;
}

/**
 * Every difference between the two rule sets in charts, engine and api, which compare them nowhere else: each reads the
 * row it needs by its name. Names ending in a unit, or in `Max`, hold a number; those of errors the name of an error.
 * A module beside the engine that has differences of its own has its table in its `differences.ts`.
 * @source harmony-request.md 0.1.1, 11
 */
export const differences = {
  startAgain: {
    what: 'may a stopped or failed download be started again?',
    documented: false,
    device: true,
    documentedDoes: '`start` answers 21900007',
    deviceDoes: '`start` begins it again; of an upload it answers 21900007',
    source: 'harmony-request.md 2.4, Q18',
  },
  pauseWaiting: {
    what: 'may a waiting task be paused?',
    documented: false,
    device: true,
    documentedDoes: '`pause` answers 21900007',
    deviceDoes: '`pause` pauses it',
    source: 'harmony-request.md 2.4, Q19',
  },
  stopWaiting: {
    what: 'may a waiting task be stopped?',
    documented: false,
    device: true,
    documentedDoes: '`stop` answers 21900007',
    deviceDoes: '`stop` stops it',
    source: 'harmony-request.md 2.4, Q19',
  },
  readRemoved: {
    what: 'can a removed task be read until its record is collected?',
    documented: false,
    device: true,
    documentedDoes: '`show`, `touch`, `query` and `getTask` answer 21900006; `search` does not list it',
    deviceDoes: 'it is shown and listed, in state REMOVED',
    source: 'harmony-request.md 2.4, 9.4, Q17',
  },
  showRetrying: {
    what: 'is a task that tries again in state RETRYING?',
    documented: true,
    device: false,
    documentedDoes: 'RETRYING until the server answers',
    deviceDoes: 'RUNNING all the time',
    source: 'harmony-request.md 2.3, Q8',
  },
  tellOfNoSlot: {
    what: 'does a task hear `wait` when it is started and finds no slot?',
    documented: true,
    device: false,
    documentedDoes: 'hears `wait` with TASK_QUEUE_FULL',
    deviceDoes: 'hears it only when it loses a slot that it had',
    source: 'harmony-request.md 6.5, Q7',
  },
  failRunningAtRestart: {
    what: 'what becomes of a running task when the engine is started again?',
    documented: false,
    device: true,
    documentedDoes: 'it waits, and goes on where it was',
    deviceDoes: 'it has failed, without an event or a fault',
    source: 'harmony-request.md 10, Q28',
  },
  restoreDelayMs: {
    what: 'how long do waiting tasks rest after the engine is started again, unless a task is started?',
    documented: 0,
    device: 10_000,
    documentedDoes: 'not at all',
    deviceDoes: '10 s',
    source: 'harmony-request.md 10',
  },
  dateEveryChange: {
    what: 'what moves `mtime`?',
    documented: true,
    device: false,
    documentedDoes: 'every change of state or reason',
    deviceDoes: 'what the scheduler and the transfer do; not what a caller or the surroundings do',
    source: 'harmony-request.md 1.4, mtime',
  },
  foregroundTaskFromBackground: {
    what: 'may an app that is not in the foreground create a foreground task?',
    documented: false,
    device: true,
    documentedDoes: '`create` answers 21900005',
    deviceDoes: '`create` makes it; started, it waits for its app',
    source: 'harmony-request.md 4.1, Q2',
  },
  foregroundTasksMax: {
    what: 'how many foreground tasks that have not ended may an app have?',
    documented: Number.POSITIVE_INFINITY,
    device: 2001,
    documentedDoes: 'any number: foreground tasks are not queued',
    deviceDoes: '2001; one more answers 21900004',
    source: 'harmony-request.md 3.1, Q6',
  },
  foregroundAppsFirst: {
    what: 'whose tasks get the slots first?',
    documented: true,
    device: false,
    documentedDoes: 'those of the user and the app in the foreground',
    deviceDoes: 'those of users and apps that are not',
    source: 'harmony-request.md 3.4, Q1',
  },
  slotsFollowMemory: {
    what: 'does memory pressure take slots?',
    documented: false,
    device: true,
    documentedDoes: '48 in each direction at every level',
    deviceDoes: '48 in each direction, down to 10 at the highest level',
    source: 'harmony-request.md 3.3',
  },
  slowLowerTiers: {
    what: 'is the speed of tasks beyond the first tier limited?',
    documented: false,
    device: true,
    documentedDoes: 'no task is slowed by its rank',
    deviceDoes: '800 KiB/s, and 400 KiB/s under memory pressure',
    source: 'harmony-request.md 3.3',
  },
  cellularMeansCellular: {
    what: 'may a task for CELLULAR start on Wi-Fi?',
    documented: true,
    device: false,
    documentedDoes: 'it waits for a cellular link',
    deviceDoes: 'it starts; a later change of the link may stop it',
    source: 'harmony-request.md 4.4, Q4',
  },
  oneLinkRule: {
    what: 'does a changed link serve a task that asks for ANY?',
    documented: true,
    device: false,
    documentedDoes: 'every link but none at all does: one rule judges starting, running and waiting tasks',
    deviceDoes:
      'Wi-Fi and cellular count as unsuitable first: it waits and runs again, or fails with `retry` false or in the foreground',
    source: 'harmony-request.md 4.4, Q3',
  },
  lookAtAllGates: {
    what: 'one reason to wait has passed: are the others looked at again?',
    documented: true,
    device: false,
    documentedDoes: 'yes, so the reason says what still stands in the way',
    deviceDoes: 'no: the stored code moves by a table, and what was not in it is overlooked',
    source: 'harmony-request.md 4.7',
  },
  removeWithoutService: {
    what: 'does `remove` work while the service cannot be reached?',
    documented: true,
    device: false,
    documentedDoes: 'it removes',
    deviceDoes: 'it answers 13400003',
    source: 'harmony-request.md 9.8',
  },
  hideFailedGroup: {
    what: 'what does `createGroup` say while the service cannot be reached?',
    documented: false,
    device: true,
    documentedDoes: 'it rejects with 13400003',
    deviceDoes: "it resolves to `''`",
    source: 'harmony-request.md 9.1',
  },
  resolveTrue: {
    what: 'what do `start`, `pause`, `resume`, `stop` and `setMaxSpeed` resolve to?',
    documented: false,
    device: true,
    documentedDoes: '`undefined`',
    deviceDoes: '`true`',
    source: 'harmony-request.md Q22',
  },
  removeResolvesFalse: {
    what: 'what does `remove` resolve to?',
    documented: false,
    device: true,
    documentedDoes: '`undefined`',
    deviceDoes: '`false`',
    source: 'harmony-request.md Q22',
  },
  forgetMimeType: {
    what: 'what is the `mimeType` of an agent task that has completed or failed?',
    documented: false,
    device: true,
    documentedDoes: 'what it was',
    deviceDoes: "`''`",
    source: 'harmony-request.md 1.4, mimeType',
  },
  failedReasonOfNone: {
    what: 'what is the `failedReason` of a legacy download that failed without a reason?',
    documented: 8,
    device: 2,
    documentedDoes: 'ERROR_UNKNOWN (8)',
    deviceDoes: 'ERROR_FILE_ALREADY_EXISTS (2)',
    source: 'harmony-request.md 7.6',
  },
  tellOddStatus: {
    what: 'is a `response` told whose status has no standard phrase?',
    documented: true,
    device: false,
    documentedDoes: 'yes',
    deviceDoes: 'no',
    source: 'harmony-request.md 7.1',
  },
  splitHeadersAtCommas: {
    what: 'how are the headers of a `response` split into lists?',
    documented: false,
    device: true,
    documentedDoes: 'one entry for each line of the response',
    deviceDoes: 'at every comma, those of dates included',
    source: 'harmony-request.md 7.1, Q35',
  },
  redirectsMax: {
    what: 'how many redirects does a request follow?',
    documented: 30,
    device: Number.POSITIVE_INFINITY,
    documentedDoes: '30; one more fails with REDIRECT',
    deviceDoes: 'any number, until the total timeout',
    source: 'harmony-request.md 7.1',
  },
  oldUrlBytesMax: {
    what: 'how long may a url be, in bytes, for apps below level 15?',
    documented: 2048,
    device: 8192,
    documentedDoes: '2048',
    deviceDoes: '8192, as for all others',
    source: 'harmony-request.md 1.5, url',
  },
  stringBytesMax: {
    what: 'are strings in a config cut before they are looked at?',
    documented: Number.POSITIVE_INFINITY,
    device: 65_535,
    documentedDoes: 'never',
    deviceDoes: 'after 65535 bytes',
    source: 'harmony-request.md 1.5',
  },
  readUndefined: {
    what: 'what is a member that is there, and `undefined`?',
    documented: false,
    device: true,
    documentedDoes: 'the same as one that is not there',
    deviceDoes: 'false for booleans; 401 for the `data` of a download',
    source: 'harmony-request.md 1.5, Q15',
  },
  keepOddMode: {
    what: 'what is a `mode` of 2 or more?',
    documented: false,
    device: true,
    documentedDoes: 'BACKGROUND',
    deviceDoes: 'kept, and shown as 2; it acts like BACKGROUND',
    source: 'harmony-request.md 1.5, mode',
  },
  wrapNegativeTimeout: {
    what: 'what is a negative `connectionTimeout`?',
    documented: false,
    device: true,
    documentedDoes: '401',
    deviceDoes: 'a very long one',
    source: 'harmony-request.md 1.5, timeout',
  },
  queryInTarget: {
    what: 'is the query of the url part of a target that is named after it?',
    documented: false,
    device: true,
    documentedDoes: 'no',
    deviceDoes: 'yes: all that follows the last slash',
    source: 'harmony-request.md 1.6',
  },
  emptyTargetAtOnce: {
    what: 'what becomes of the target when `create` is refused by the service?',
    documented: false,
    device: true,
    documentedDoes: 'it is as it was',
    deviceDoes: 'it is empty, or made',
    source: 'harmony-request.md 1.6, Truncation',
  },
  actionByMembers: {
    what: 'what makes a legacy call an upload?',
    documented: false,
    device: true,
    documentedDoes: 'the function that is called',
    deviceDoes: 'a config with `method`, `files` or `data`',
    source: 'harmony-request.md 8.1',
  },
  uploadParentFirst: {
    what: 'is the directory of a legacy upload looked at before the file?',
    documented: false,
    device: true,
    documentedDoes: 'no: what is wrong with the file answers',
    deviceDoes: 'yes: 401 when it is no directory, or reached by a link',
    source: 'harmony-request.md 1.6, 8.2',
  },
  badFormError: {
    what: 'what answers a legacy path of a bad form, or outside the app?',
    documented: 'FILE_PATH',
    device: 'PARAMETER',
    documentedDoes: '13400002',
    deviceDoes: '401',
    source: 'harmony-request.md 1.6',
  },
  escapingError: {
    what: 'what answers a legacy path that a link leads out of the app?',
    documented: 'FILE_PATH',
    device: 'FILE_IO',
    documentedDoes: '13400002',
    deviceDoes: '13400001',
    source: 'harmony-request.md 1.6',
  },
  unreadableError: {
    what: 'what answers a file of a legacy upload that is there and cannot be read?',
    documented: 'FILE_IO',
    device: 'FILE_PATH',
    documentedDoes: '13400001',
    deviceDoes: '13400002',
    source: 'harmony-request.md 1.6, 8.2',
  },
  codedLegacyErrors: {
    what: 'does every error of a legacy call carry a code?',
    documented: true,
    device: false,
    documentedDoes: 'yes',
    deviceDoes:
      'no: `download` and `upload` have only 201, `uploadFile` none for 13400003, `on` and `off` of their tasks none',
    source: 'harmony-request.md 6.3, 8.4, 14',
  },
} as const satisfies Readonly<Record<string, Difference>>;
export type DifferenceName = keyof typeof differences;

/** How a table is asked what a rule set holds: the only way to find out which of the two applies. */
export function ruleReader<Table extends { readonly [name in keyof Table]: Difference }>(table: Table) {
  return <Name extends keyof Table, Set extends Rules>(rules: Set, name: Name): Table[Name][Set] => table[name][rules];
}

/** What a rule set holds in `differences`. */
export const rule = ruleReader(differences);
