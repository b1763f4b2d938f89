import { assign, emit, setup } from 'xstate';
import { rule } from './rules.ts';
import type { Action, Mode, Reason, Rules, State } from './vocabulary.ts';

/** Running slots of one direction: how many tasks in each tier, and how fast a task of that tier may be. */
export interface Tiers {
  readonly counts: readonly [number, number, number];
  /** Bytes per second of one task; 0: no limit. */
  readonly speeds: readonly [number, number, number];
}

const kib = 1024;
const easiestTiers: Tiers = { counts: [8, 32, 8], speeds: [0, 800 * kib, 800 * kib] };
const tiersByLevel: readonly Tiers[] = [
  easiestTiers,
  { counts: [8, 32, 8], speeds: [0, 800 * kib, 800 * kib] },
  { counts: [8, 32, 8], speeds: [0, 800 * kib, 800 * kib] },
  { counts: [8, 16, 4], speeds: [0, 800 * kib, 800 * kib] },
  { counts: [4, 16, 4], speeds: [0, 800 * kib, 800 * kib] },
  { counts: [4, 8, 4], speeds: [0, 800 * kib, 800 * kib] },
  { counts: [4, 8, 2], speeds: [0, 400 * kib, 400 * kib] },
];
const tightestTiers: Tiers = { counts: [4, 4, 2], speeds: [0, 400 * kib, 400 * kib] };

/** The slots of a rule set at a level of memory pressure. @source harmony-request.md 3.3 */
export function tiersOf(rules: Rules, level: number): Tiers {
  const { counts, speeds } = rule(rules, 'slotsFollowMemory') ? (tiersByLevel[level] ?? tightestTiers) : easiestTiers;
  return { counts, speeds: rule(rules, 'slowLowerTiers') ? speeds : [0, 0, 0] };
}

/** Splits a plain number of slots over the tiers: one in six to the first and to the last, as on a device. */
export function tiersOfCount(slots: number, speeds: Tiers['speeds'] = [0, 0, 0]): Tiers {
  const share = Math.floor(slots / 6);
  return { counts: [share, slots - 2 * share, share], speeds };
}

/** Does the scheduler look at a task in this state? @source harmony-request.md 3.4 */
export function isCandidate(state: State, reason: Reason): boolean {
  return state === 'running' || state === 'retrying' || (state === 'waiting' && reason === 'queued');
}

/** A task as the scheduler sees it. */
export interface Candidate {
  readonly tid: string;
  readonly action: Action;
  readonly mode: Mode;
  readonly priority: number;
  /** Order of creation. */
  readonly seq: number;
}

/** Order of tasks within one app: foreground first, then the more urgent, then the older. @source harmony-request.md 3.4 */
export function compareCandidates(a: Candidate, b: Candidate): number {
  return modeRank(a.mode) - modeRank(b.mode) || a.priority - b.priority || a.seq - b.seq;
}

function modeRank(mode: Mode): number {
  return mode === 'foreground' ? 0 : 1;
}

/** An app as the scheduler sees it. */
export interface AppRank {
  readonly accountInForeground: boolean;
  readonly appInForeground: boolean;
  /** Order in which the engine met the apps. */
  readonly seq: number;
}

/** Order of apps: those in the foreground first or, by the way a device sorts, last. @source harmony-request.md 3.4, Q1 */
export function compareApps(rules: Rules, a: AppRank, b: AppRank): number {
  const first = rule(rules, 'foregroundAppsFirst') ? -1 : 1;
  return (
    first * (Number(a.accountInForeground) - Number(b.accountInForeground)) ||
    first * (Number(a.appInForeground) - Number(b.appInForeground)) ||
    a.seq - b.seq
  );
}

/** The candidates of one app, each list in order. */
export interface AppCandidates<C extends Candidate = Candidate> {
  of(action: Action): Iterable<C>;
  /** Both directions together. */
  all(): Iterable<C>;
}

export type Tier = 0 | 1 | 2;

/**
 * Who runs: the whole scheduling policy of one direction. Looks no further than the slots reach, however many wait.
 * @param apps  in order.
 * @returns     the tasks that have a slot, by the order in which they took it: `tierAt` says which one it is.
 * @source harmony-request.md 3.5
 */
export function takeSlots<C extends Candidate>(
  apps: Iterable<AppCandidates<C>>,
  action: Action,
  [first, second, last]: Tiers['counts'],
): C[] {
  const taken: C[] = [];
  const slotsMax = first + second + last;
  const walk = apps[Symbol.iterator]();
  let app = walk.next();
  let lastOwner: Iterator<C> | null = null;
  for (; taken.length < first + second && !app.done; app = walk.next()) {
    lastOwner = app.value.of(action)[Symbol.iterator]();
    takeUpTo(first + second, lastOwner, taken);
  }

  // A fair share of what is left: each app further down offers one task a round, then the last owner takes the rest.
  const takeNext = (offer: Iterator<C>): boolean => {
    const next = offer.next();
    if (next.done) return false;
    if (taken.length < slotsMax && next.value.action === action) taken.push(next.value);
    return true;
  };
  let offers: Iterator<C>[] = [];
  for (; taken.length < slotsMax && !app.done; app = walk.next()) {
    const offer = app.value.all()[Symbol.iterator]();
    if (takeNext(offer)) offers.push(offer);
  }
  while (taken.length < slotsMax && offers.length > 0) offers = offers.filter(takeNext);
  if (lastOwner !== null) takeUpTo(slotsMax, lastOwner, taken);
  return taken;
}

function takeUpTo<C>(count: number, from: Iterator<C>, taken: C[]): void {
  while (taken.length < count) {
    const next = from.next();
    if (next.done) return;
    taken.push(next.value);
  }
}

/** Is there a slot for each of so many, and none better than another? Then nobody needs to be held against the others. */
export function fitAlike(candidates: number, { counts: [first, second], speeds }: Tiers): boolean {
  return candidates <= first + second && speeds.every((speed) => speed === speeds[0]);
}

/** The tier of a slot by the place at which it was taken. */
export function tierAt(place: number, [first, second]: Tiers['counts']): Tier {
  if (place < first) return 0;
  return place < first + second ? 1 : 2;
}

/** The same as a table: the tier of each task that has a slot. */
export function assignSlots(
  apps: Iterable<AppCandidates>,
  action: Action,
  counts: Tiers['counts'],
): ReadonlyMap<string, Tier> {
  return new Map(takeSlots(apps, action, counts).map(({ tid }, place) => [tid, tierAt(place, counts)]));
}

export type SlotsEvent =
  /** Candidates, their order, or the number of slots may have changed. */
  | { readonly type: 'changed' }
  | { readonly type: 'assigned' }
  /** A device has just started: nobody runs until a task is started, or a while has passed. */
  | { readonly type: 'held' | 'released' }
  | { readonly type: 'levelChanged'; readonly level: number };
export type SlotsEffect = { readonly type: 'slots.assign'; readonly level: number };

/** When to ask again who runs: once for any number of changes. @source harmony-request.md 3.3, 3.6 */
export const slotsMachine = setup({
  types: {} as { context: { readonly level: number }; events: SlotsEvent; emitted: SlotsEffect },
  guards: { isNewLevel: ({ context, event }) => event.type === 'levelChanged' && event.level !== context.level },
  actions: {
    keepLevel: assign({ level: ({ context, event }) => (event.type === 'levelChanged' ? event.level : context.level) }),
    askForAssignment: emit(({ context }) => ({ type: 'slots.assign', level: context.level }) as const),
  },
}).createMachine({
  id: 'slots',
  context: { level: 0 },
  initial: 'settled',
  states: {
    settled: {
      on: {
        changed: 'due',
        held: 'held',
        levelChanged: { guard: 'isNewLevel', target: 'due', actions: 'keepLevel' },
      },
    },
    held: { on: { released: 'due', levelChanged: { actions: 'keepLevel' } } },
    due: {
      entry: 'askForAssignment',
      on: { assigned: 'settled', levelChanged: { actions: 'keepLevel' } },
    },
  },
});
