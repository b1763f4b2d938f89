import { type DifferenceName, type Sides, sides } from './rules.ts';

/** One thing that the rule sets see differently, and what that means to a caller. */
export interface Difference extends Sides {
  /** The question that both answer. */
  readonly what: string;
  readonly documentedDoes: string;
  readonly deviceDoes: string;
  readonly source: string;
}

/** A word for each row of `rules.ts`; for people, who are told of them by the docs and the command line. */
const words: Readonly<Record<DifferenceName, Omit<Difference, keyof Sides>>> = {
  startAgain: {
    what: 'may a stopped or failed download be started again?',
    documentedDoes: '`start` answers 21900007',
    deviceDoes: '`start` begins it again; of an upload it answers 21900007',
    source: 'harmony-request.md 2.4, Q18',
  },
  pauseWaiting: {
    what: 'may a waiting task be paused?',
    documentedDoes: '`pause` answers 21900007',
    deviceDoes: '`pause` pauses it',
    source: 'harmony-request.md 2.4, Q19',
  },
  stopWaiting: {
    what: 'may a waiting task be stopped?',
    documentedDoes: '`stop` answers 21900007',
    deviceDoes: '`stop` stops it',
    source: 'harmony-request.md 2.4, Q19',
  },
  readRemoved: {
    what: 'can a removed task be read until its record is collected?',
    documentedDoes: '`show`, `touch`, `query` and `getTask` answer 21900006; `search` does not list it',
    deviceDoes: 'it is shown and listed, in state REMOVED',
    source: 'harmony-request.md 2.4, 9.4, Q17',
  },
  showRetrying: {
    what: 'is a task that tries again in state RETRYING?',
    documentedDoes: 'RETRYING until the server answers',
    deviceDoes: 'RUNNING all the time',
    source: 'harmony-request.md 2.3, Q8',
  },
  tellOfNoSlot: {
    what: 'does a task hear `wait` when it is started and finds no slot?',
    documentedDoes: 'hears `wait` with TASK_QUEUE_FULL',
    deviceDoes: 'hears it only when it loses a slot that it had',
    source: 'harmony-request.md 6.5, Q7',
  },
  failRunningAtRestart: {
    what: 'what becomes of a running task when the engine is started again?',
    documentedDoes: 'it waits, and goes on where it was',
    deviceDoes: 'it has failed, without an event or a fault',
    source: 'harmony-request.md 10, Q28',
  },
  restoreDelayMs: {
    what: 'how long do waiting tasks rest after the engine is started again, unless a task is started?',
    documentedDoes: 'not at all',
    deviceDoes: '10 s',
    source: 'harmony-request.md 10',
  },
  dateEveryChange: {
    what: 'what moves `mtime`?',
    documentedDoes: 'every change of state or reason',
    deviceDoes: 'what the scheduler and the transfer do; not what a caller or the surroundings do',
    source: 'harmony-request.md 1.4, mtime',
  },
  foregroundTaskFromBackground: {
    what: 'may an app that is not in the foreground create a foreground task?',
    documentedDoes: '`create` answers 21900005',
    deviceDoes: '`create` makes it; started, it waits for its app',
    source: 'harmony-request.md 4.1, Q2',
  },
  foregroundTasksMax: {
    what: 'how many foreground tasks that have not ended may an app have?',
    documentedDoes: 'any number: foreground tasks are not queued',
    deviceDoes: '2001; one more answers 21900004',
    source: 'harmony-request.md 3.1, Q6',
  },
  foregroundAppsFirst: {
    what: 'whose tasks get the slots first?',
    documentedDoes: 'those of the user and the app in the foreground',
    deviceDoes: 'those of users and apps that are not',
    source: 'harmony-request.md 3.4, Q1',
  },
  slotsFollowMemory: {
    what: 'does memory pressure take slots?',
    documentedDoes: '48 in each direction at every level',
    deviceDoes: '48 in each direction, down to 10 at the highest level',
    source: 'harmony-request.md 3.3',
  },
  slowLowerTiers: {
    what: 'is the speed of tasks beyond the first tier limited?',
    documentedDoes: 'no task is slowed by its rank',
    deviceDoes: '800 KiB/s, and 400 KiB/s under memory pressure',
    source: 'harmony-request.md 3.3',
  },
  cellularMeansCellular: {
    what: 'may a task for CELLULAR start on Wi-Fi?',
    documentedDoes: 'it waits for a cellular link',
    deviceDoes: 'it starts; a later change of the link may stop it',
    source: 'harmony-request.md 4.4, Q4',
  },
  oneLinkRule: {
    what: 'does a changed link serve a task that asks for ANY?',
    documentedDoes: 'every link but none at all does: one rule judges starting, running and waiting tasks',
    deviceDoes:
      'Wi-Fi and cellular count as unsuitable first: it waits and runs again, or fails with `retry` false or in the foreground',
    source: 'harmony-request.md 4.4, Q3',
  },
  lookAtAllGates: {
    what: 'one reason to wait has passed: are the others looked at again?',
    documentedDoes: 'yes, so the reason says what still stands in the way',
    deviceDoes: 'no: the stored code moves by a table, and what was not in it is overlooked',
    source: 'harmony-request.md 4.7',
  },
  removeWithoutService: {
    what: 'does `remove` work while the service cannot be reached?',
    documentedDoes: 'it removes',
    deviceDoes: 'it answers 13400003',
    source: 'harmony-request.md 9.8',
  },
  hideFailedGroup: {
    what: 'what does `createGroup` say while the service cannot be reached?',
    documentedDoes: 'it rejects with 13400003',
    deviceDoes: "it resolves to `''`",
    source: 'harmony-request.md 9.1',
  },
  resolveTrue: {
    what: 'what do `start`, `pause`, `resume`, `stop` and `setMaxSpeed` resolve to?',
    documentedDoes: '`undefined`',
    deviceDoes: '`true`',
    source: 'harmony-request.md Q22',
  },
  removeResolvesFalse: {
    what: 'what does `remove` resolve to?',
    documentedDoes: '`undefined`',
    deviceDoes: '`false`',
    source: 'harmony-request.md Q22',
  },
  forgetMimeType: {
    what: 'what is the `mimeType` of an agent task that has completed or failed?',
    documentedDoes: 'what it was',
    deviceDoes: "`''`",
    source: 'harmony-request.md 1.4, mimeType',
  },
  failedReasonOfNone: {
    what: 'what is the `failedReason` of a legacy download that failed without a reason?',
    documentedDoes: 'ERROR_UNKNOWN (8)',
    deviceDoes: 'ERROR_FILE_ALREADY_EXISTS (2)',
    source: 'harmony-request.md 7.6',
  },
  tellOddStatus: {
    what: 'is a `response` told whose status has no standard phrase?',
    documentedDoes: 'yes',
    deviceDoes: 'no',
    source: 'harmony-request.md 7.1',
  },
  splitHeadersAtCommas: {
    what: 'how are the headers of a `response` split into lists?',
    documentedDoes: 'one entry for each line of the response',
    deviceDoes: 'at every comma, those of dates included',
    source: 'harmony-request.md 7.1, Q35',
  },
  redirectsMax: {
    what: 'how many redirects does a request follow?',
    documentedDoes: '30; one more fails with REDIRECT',
    deviceDoes: 'any number, until the total timeout',
    source: 'harmony-request.md 7.1',
  },
  oldUrlBytesMax: {
    what: 'how long may a url be, in bytes, for apps below level 15?',
    documentedDoes: '2048',
    deviceDoes: '8192, as for all others',
    source: 'harmony-request.md 1.5, url',
  },
  stringBytesMax: {
    what: 'are strings in a config cut before they are looked at?',
    documentedDoes: 'never',
    deviceDoes: 'after 65535 bytes',
    source: 'harmony-request.md 1.5',
  },
  readUndefined: {
    what: 'what is a member that is there, and `undefined`?',
    documentedDoes: 'the same as one that is not there',
    deviceDoes: 'false for booleans; 401 for the `data` of a download',
    source: 'harmony-request.md 1.5, Q15',
  },
  keepOddMode: {
    what: 'what is a `mode` of 2 or more?',
    documentedDoes: 'BACKGROUND',
    deviceDoes: 'kept, and shown as 2; it acts like BACKGROUND',
    source: 'harmony-request.md 1.5, mode',
  },
  wrapNegativeTimeout: {
    what: 'what is a negative `connectionTimeout`?',
    documentedDoes: '401',
    deviceDoes: 'a very long one',
    source: 'harmony-request.md 1.5, timeout',
  },
  queryInTarget: {
    what: 'is the query of the url part of a target that is named after it?',
    documentedDoes: 'no',
    deviceDoes: 'yes: all that follows the last slash',
    source: 'harmony-request.md 1.6',
  },
  emptyTargetAtOnce: {
    what: 'what becomes of the target when `create` is refused by the service?',
    documentedDoes: 'it is as it was',
    deviceDoes: 'it is empty, or made',
    source: 'harmony-request.md 1.6, Truncation',
  },
  actionByMembers: {
    what: 'what makes a legacy call an upload?',
    documentedDoes: 'the function that is called',
    deviceDoes: 'a config with `method`, `files` or `data`',
    source: 'harmony-request.md 8.1',
  },
  uploadParentFirst: {
    what: 'is the directory of a legacy upload looked at before the file?',
    documentedDoes: 'no: what is wrong with the file answers',
    deviceDoes: 'yes: 401 when it is no directory, or reached by a link',
    source: 'harmony-request.md 1.6, 8.2',
  },
  badFormError: {
    what: 'what answers a legacy path of a bad form, or outside the app?',
    documentedDoes: '13400002',
    deviceDoes: '401',
    source: 'harmony-request.md 1.6',
  },
  escapingError: {
    what: 'what answers a legacy path that a link leads out of the app?',
    documentedDoes: '13400002',
    deviceDoes: '13400001',
    source: 'harmony-request.md 1.6',
  },
  unreadableError: {
    what: 'what answers a file of a legacy upload that is there and cannot be read?',
    documentedDoes: '13400001',
    deviceDoes: '13400002',
    source: 'harmony-request.md 1.6, 8.2',
  },
  codedLegacyErrors: {
    what: 'does every error of a legacy call carry a code?',
    documentedDoes: 'yes',
    deviceDoes:
      'no: `download` and `upload` have only 201, `uploadFile` none for 13400003, `on` and `off` of their tasks none',
    source: 'harmony-request.md 6.3, 8.4, 14',
  },
};

/** Every row with its words. @source harmony-request.md 0.1.1, 11 */
export const differences = Object.fromEntries(
  (Object.keys(sides) as DifferenceName[]).map((name) => [name, { ...sides[name], ...words[name] }]),
) as Readonly<Record<DifferenceName, Difference>>;
