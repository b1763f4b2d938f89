import type { ErrorName, Rules } from './vocabulary.ts';

/** What each rule set holds of one thing that they see differently. */
export interface Sides {
  readonly documented: boolean | number | ErrorName;
  readonly device: boolean | number | ErrorName;
}

/**
 * Every difference between the two rule sets in charts, engine and api, which compare them nowhere else: each reads the
 * row it needs by its name. Names ending in a unit, or in `Max`, hold a number; those of errors the name of an error.
 * What a row means to a caller stands in `differences.ts`, which the engine need not carry. A module beside the engine that
 * has differences of its own has its table in its `differences.ts`.
 * @source harmony-request.md 0.1.1, 11
 */
export const sides = {
  startAgain: { documented: false, device: true },
  pauseWaiting: { documented: false, device: true },
  stopWaiting: { documented: false, device: true },
  readRemoved: { documented: false, device: true },
  showRetrying: { documented: true, device: false },
  tellOfNoSlot: { documented: true, device: false },
  failRunningAtRestart: { documented: false, device: true },
  restoreDelayMs: { documented: 0, device: 10_000 },
  dateEveryChange: { documented: true, device: false },
  foregroundTaskFromBackground: { documented: false, device: true },
  foregroundTasksMax: { documented: Infinity, device: 2001 },
  foregroundAppsFirst: { documented: true, device: false },
  slotsFollowMemory: { documented: false, device: true },
  slowLowerTiers: { documented: false, device: true },
  cellularMeansCellular: { documented: true, device: false },
  oneLinkRule: { documented: true, device: false },
  lookAtAllGates: { documented: true, device: false },
  removeWithoutService: { documented: true, device: false },
  hideFailedGroup: { documented: false, device: true },
  resolveTrue: { documented: false, device: true },
  removeResolvesFalse: { documented: false, device: true },
  forgetMimeType: { documented: false, device: true },
  failedReasonOfNone: { documented: 8, device: 2 },
  tellOddStatus: { documented: true, device: false },
  splitHeadersAtCommas: { documented: false, device: true },
  redirectsMax: { documented: 30, device: Infinity },
  oldUrlBytesMax: { documented: 2048, device: 8192 },
  stringBytesMax: { documented: Infinity, device: 65_535 },
  readUndefined: { documented: false, device: true },
  keepOddMode: { documented: false, device: true },
  wrapNegativeTimeout: { documented: false, device: true },
  queryInTarget: { documented: false, device: true },
  emptyTargetAtOnce: { documented: false, device: true },
  actionByMembers: { documented: false, device: true },
  uploadParentFirst: { documented: false, device: true },
  badFormError: { documented: 'FILE_PATH', device: 'PARAMETER' },
  escapingError: { documented: 'FILE_PATH', device: 'FILE_IO' },
  unreadableError: { documented: 'FILE_IO', device: 'FILE_PATH' },
  codedLegacyErrors: { documented: true, device: false },
} as const satisfies Readonly<Record<string, Sides>>;
export type DifferenceName = keyof typeof sides;

/** How a table is asked what a rule set holds: the only way to find out which of the two applies. */
export function ruleReader<Table extends { readonly [name in keyof Table]: Sides }>(table: Table) {
  return <Name extends keyof Table, Set extends Rules>(rules: Set, name: Name): Table[Name][Set] => {
    const row = table[name];
    return rules === 'device' ? row.device : row.documented;
  };
}

/** The set that is not this one. */
export function otherRules(rules: Rules): Rules {
  return rules === 'documented' ? 'device' : 'documented';
}

/** Makes one thing for each rule set, once. @returns the one of a set. */
export function forEachRules<T>(make: (rules: Rules) => T): (rules: Rules) => T {
  const made = { documented: make('documented'), device: make('device') };
  return (rules) => made[rules];
}

/** What a rule set holds. */
export const rule = ruleReader(sides);
