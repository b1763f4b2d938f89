import { takesRoom } from '../../machines/queue.ts';
import { rule } from '../../machines/rules.ts';
import { isCandidate } from '../../machines/slots.ts';
import { lifetimeMs, retentionMs, type TaskEvent } from '../../machines/task.ts';
import type { Surroundings as Around, Happening } from '../../machines/waiting.ts';
import {
  apply,
  aResponse,
  type Core,
  type Happened,
  isMoving,
  keyOf,
  type RunFacts,
  runEvents,
  type Told,
} from './core.ts';
import { delivery } from './differences.ts';
import type { EntryOf, LogEvent } from './log.ts';
import { type Counts, countsFit, matches, saysNothing } from './payloads.ts';
import type { Subject } from './subject.ts';

/** Told, and not yet heard. */
interface Waiting {
  readonly told: Told;
  /** Had an exchange begun since the one before was told, so that counts may have fallen? */
  readonly mayFall: boolean;
  /** When it must have been heard, by the clock that never jumps. */
  readonly tillMs: number;
}

/** One way in which everything so far may have come about. */
export interface Possible {
  readonly core: Core;
  readonly outbox: readonly Waiting[];
  /** How often the task told something by itself that nobody has heard yet. */
  readonly ahead: number;
  /** Calls that are made and have not taken effect. */
  readonly calls: readonly number[];
}

/** What a belief is asked with: the instant, and what is known of what lies around. */
export interface View {
  readonly elapsedMs: number;
  readonly wallMs: number;
  readonly lateMsMax: number;
  /** How often a task may tell something by itself before the first of it is heard. */
  readonly aheadMax: number;
  readonly arounds: readonly Around[];
  readonly unseen: readonly Happening[];
  readonly online: boolean | null;
  /** Changes with all of the above but the instant. */
  readonly version: number;
  /** What each call that is under way may do. */
  readonly effectOf: (call: number, possible: Possible) => readonly Possible[];
}

interface Scan {
  readonly found: Possible[];
  /** What is left where the event was not among it, and may still come; null when it may not. */
  readonly rest: Waiting[] | null;
  readonly mayFall: boolean;
}

interface Move {
  readonly core: Core;
  readonly told: readonly Told[];
}

/** More than this many ways are no longer told apart; the task is then left alone. */
const possibleMax = 20_000;

/** What a device delivers before everything else that is queued. @source harmony-request.md 6.2, Coalescing */
const urgent: ReadonlySet<LogEvent> = new Set(['response', 'faultOccur', 'wait']);

/** Everything that may be so of one task, as far as the log tells. An observation leaves of it what fits. */
export class Belief {
  readonly subject: Subject;
  possible: readonly Possible[];
  hears: ReadonlySet<LogEvent>;
  counts: Counts | null = null;
  /** There are too many ways to go on; everything is believed. */
  lost = false;
  #moves = new Map<string, readonly Move[]>();
  #movesOf = '';
  #room: { readonly possible: readonly Possible[]; readonly of: string; readonly takes: boolean | null } | null = null;

  constructor(subject: Subject, cores: readonly Core[], hears: Iterable<LogEvent>) {
    this.subject = subject;
    this.hears = new Set(hears);
    this.possible = cores.map((core) => ({ core, outbox: [], ahead: 0, calls: [] }));
  }

  /** With what the charts have said since. */
  after(possible: Possible, core: Core, told: readonly Told[], view: View, isOwnDoing = false): Possible {
    const tillMs = view.elapsedMs + view.lateMsMax;
    const news = told
      .filter((each) => this.#minds(each.event))
      .map((each, at) => ({ told: this.#asHeard(each), tillMs, mayFall: at === 0 && core.mayFall }));
    const outbox = news.length === 0 ? possible.outbox : [...possible.outbox, ...news];
    const ahead = outbox.length === 0 ? 0 : possible.ahead + (isOwnDoing && news.length > 0 ? 1 : 0);
    const rest = news.length > 0 && core.mayFall ? { ...core, mayFall: false } : core;
    return { core: rest, outbox, ahead, calls: possible.calls };
  }

  /** Everything that may have happened by now without a word in the log. */
  spread(view: View): readonly Possible[] {
    return this.#walk(this.possible, (possible) => [
      ...this.#movesFrom(possible.core, view)
        .map(({ core, told }) => this.after(possible, core, told, view, true))
        .filter(({ ahead }) => ahead <= view.aheadMax),
      ...possible.calls.flatMap((call) => view.effectOf(call, possible)),
    ]);
  }

  /** Does it take room in its queue? Null when nobody knows. Every create asks, so the answer is kept while nothing changes. */
  takesRoom(view: View): boolean | null {
    const { possible } = this;
    const of = this.#around(view);
    if (this.#room?.possible !== possible || this.#room.of !== of) {
      const takes = new Set(this.spread(view).map(({ core }) => core.state !== 'gone' && takesRoom(core.state)));
      this.#room = { possible, of, takes: takes.size === 1 ? takes.has(true) : null };
    }
    return this.lost ? null : this.#room.takes;
  }

  /** Forgets what can be heard no more. @returns what must have been heard, when nothing else is left. */
  expire(elapsedMs: number): readonly LogEvent[] | null {
    const isLate = ({ tillMs }: Waiting) => tillMs < elapsedMs;
    if (!this.possible.some(({ outbox }) => outbox.some(isLate))) return null;
    const missed = new Set<LogEvent>();
    // Nobody waits for what is only one guess of many.
    const fewest = Math.min(...this.possible.map(({ ahead }) => ahead));
    const left = this.possible.flatMap((possible) => {
      const late = possible.outbox.filter(isLate);
      const must = late.find(({ told }) => told.times === 'must');
      if (must !== undefined && possible.ahead === fewest) missed.add(must.told.event);
      const outbox = possible.outbox.filter((each) => !isLate(each));
      const mayFall = late.some((each) => each.mayFall);
      return must === undefined ? [withLess(possible, outbox, mayFall)] : [];
    });
    if (left.length === 0) return [...missed];
    this.possible = distinct(left);
    return null;
  }

  /** What is possible once this is heard. */
  hear(entry: EntryOf<'event'>, view: View): readonly Possible[] {
    const found: Possible[] = [];
    this.#walk(this.possible, (possible) => {
      const scan = this.#scan(possible, entry);
      found.push(...scan.found);
      if (scan.rest === null) return [];
      const open = withLess(possible, scan.rest, scan.mayFall);
      if (entry.event === 'progress' && this.#mayCount(open, entry)) found.push(this.#counted(open, entry));
      return [
        ...this.#movesFrom(open.core, view)
          .map(({ core, told }) => this.after(open, core, told, view, true))
          // One more than is unheard already: the one that is heard now.
          .filter(({ ahead }) => ahead <= view.aheadMax + 1),
        ...open.calls.flatMap((call) => view.effectOf(call, open)),
      ];
    });
    return distinct(found);
  }

  /** What might be heard now. */
  hearable(view: View): ReadonlySet<LogEvent> {
    return new Set(
      this.spread({ ...view, aheadMax: 1 }).flatMap(({ core, outbox }) => [
        ...outbox.slice(0, 1).map(({ told }) => told.event),
        ...(outbox.length === 0 && isMoving(core, this.subject.traits) ? (['progress'] as const) : []),
      ]),
    );
  }

  /** The listeners are gone. What is on its way may still reach one that comes in time. */
  deafen(): void {
    for (const event of this.hears) this.stopHearing(event);
  }

  /** What is on its way to a listener that is no more need not be heard. */
  stopHearing(event: LogEvent): void {
    this.hears = new Set([...this.hears].filter((each) => each !== event));
    const excused = (each: Waiting): Waiting =>
      each.told.event === event && each.told.times !== 'any' ? { ...each, told: { ...each.told, times: 'may' } } : each;
    this.possible = this.possible.map((possible) => ({ ...possible, outbox: possible.outbox.map(excused) }));
  }

  /** What lies between the charts and the ears up to this event: whether it may be heard, and what is then left. */
  #scan(possible: Possible, entry: EntryOf<'event'>): Scan {
    const found: Possible[] = [];
    const passed: Waiting[] = [];
    let mayFall = false;
    for (const [at, each] of possible.outbox.entries()) {
      const { told } = each;
      mayFall ||= each.mayFall;
      if (matches(entry, told, this.subject) && this.#countsMayBe(mayFall, entry)) {
        const again = told.times === 'any' ? [{ ...each, mayFall: false }] : [];
        const rest = [...passed, ...again, ...possible.outbox.slice(at + 1)];
        found.push(withLess(possible, rest, mayFall && !counts(entry)));
      }
      if (this.#maySkip(told, entry)) continue;
      if (!this.#mayOvertake(told.event, entry.event)) return { found, rest: null, mayFall };
      passed.push(each);
    }
    return { found, rest: passed, mayFall };
  }

  #maySkip({ event, times }: Told, entry: EntryOf<'event'>): boolean {
    if (times === 'any' || times === 'may') return true;
    if (event !== 'progress') return false;
    // A device sends the newest only of those that wait.
    return entry.event === 'progress'
      ? delivery(this.subject.traits.rules, 'newestProgressOnly')
      : saysNothing(entry.payload);
  }

  #mayOvertake(first: LogEvent, second: LogEvent): boolean {
    return delivery(this.subject.traits.rules, 'urgentMayOvertake') && urgent.has(first) !== urgent.has(second);
  }

  #mayCount(possible: Possible, entry: EntryOf<'event'>): boolean {
    const running: Told = { event: 'progress', state: 'running', wait: null, fault: null, times: 'any' };
    return (
      isMoving(possible.core, this.subject.traits) &&
      matches(entry, running, this.subject) &&
      this.#countsMayBe(possible.core.mayFall, entry)
    );
  }

  #countsMayBe(mayFall: boolean, { payload }: EntryOf<'event'>): boolean {
    return typeof payload !== 'object' || payload === null || countsFit(payload, this.counts, mayFall);
  }

  #counted(possible: Possible, entry: EntryOf<'event'>): Possible {
    return counts(entry) ? { ...possible, core: { ...possible.core, mayFall: false } } : possible;
  }

  #minds(event: LogEvent): boolean {
    return this.hears.has(event) || this.subject.noted.has(event);
  }

  /** Nobody has to hear what nobody listens to; a device keeps responses with odd statuses to itself. */
  #asHeard(told: Told): Told {
    const isSure =
      this.hears.has(told.event) && (told.event !== 'response' || rule(this.subject.traits.rules, 'tellOddStatus'));
    return isSure || told.times === 'any' ? told : { ...told, times: 'may' };
  }

  #walk(from: readonly Possible[], next: (possible: Possible) => readonly Possible[]): readonly Possible[] {
    const known = new Map<string, Possible>(from.map((each) => [keyOfPossible(each), each]));
    const queue = [...known.values()];
    for (let possible = queue.pop(); possible !== undefined; possible = queue.pop()) {
      for (const each of next(possible)) {
        const key = keyOfPossible(each);
        if (known.has(key)) continue;
        known.set(key, each);
        queue.push(each);
      }
      if (known.size > possibleMax) {
        this.lost = true;
        break;
      }
    }
    return [...known.values()];
  }

  /** What the task may do by itself; the same until something around it changes. */
  #movesFrom(core: Core, view: View): readonly Move[] {
    const of = this.#around(view);
    if (of !== this.#movesOf) {
      this.#moves = new Map();
      this.#movesOf = of;
    }
    const key = keyOf(core);
    let moves = this.#moves.get(key);
    if (moves === undefined) {
      moves = this.#movesNow(core, view);
      this.#moves.set(key, moves);
    }
    return moves;
  }

  /** What there is around it that decides what it may do. */
  #around(view: View): string {
    const ageMs = this.#ageMs(view);
    const old = [lifetimeMs, retentionMs.completed, retentionMs.other].filter((limitMs) => ageMs > limitMs).length;
    return `${view.version} ${old} ${[...this.hears]}`;
  }

  #ageMs({ wallMs }: View): number {
    return wallMs - this.subject.createdMs;
  }

  #movesNow(core: Core, view: View): readonly Move[] {
    if (core.state === 'gone') return [];
    const ageMs = this.#ageMs(view);
    const { traits, exchanges, precise, hasFloor } = this.subject;
    const facts: RunFacts = { exchanges, precise, hasFloor, online: view.online };
    const events: (readonly [Core, Happened, readonly Told[]])[] = runEvents(core, facts).map(([at, event]) => [
      at,
      { to: 'run', event },
      event.type === 'responded' ? [aResponse] : [],
    ]);
    const task = (event: TaskEvent) => events.push([core, { to: 'task', event }, []]);
    if (core.state === 'waiting' && isCandidate(core.state, core.reason)) task({ type: 'admitted' });
    task({ type: 'dropped' });
    task({ type: 'collected', ageMs });
    if (ageMs > lifetimeMs) task({ type: 'outlived' });
    for (const type of view.unseen) for (const around of view.arounds) task({ type, around });

    const moves = new Map<string, Move>();
    for (const [at, happened, first] of events) {
      const applied = apply(at, traits, happened);
      const told = [...first, ...applied.told].filter(({ event }) => this.#minds(event));
      const key = `${keyOf(applied.core)} ${JSON.stringify(told)}`;
      if (told.length > 0 || keyOf(applied.core) !== keyOf(core)) moves.set(key, { core: applied.core, told });
    }
    return [...moves.values()];
  }
}

/** With less on its way. @param mayFall  what was said of that by what is gone; it holds for what comes next. */
function withLess(possible: Possible, outbox: readonly Waiting[], mayFall: boolean): Possible {
  const ahead = outbox.length === 0 ? 0 : possible.ahead;
  const { core } = possible;
  if (!mayFall) return { ...possible, outbox, ahead };
  const [first, ...rest] = outbox;
  if (first === undefined) return { ...possible, outbox, ahead, core: { ...core, mayFall } };
  return { ...possible, outbox: [{ ...first, mayFall }, ...rest], ahead };
}

function counts({ payload }: EntryOf<'event'>): boolean {
  return typeof payload === 'object' && payload !== null && payload.processed !== undefined;
}

function distinct(possible: readonly Possible[]): readonly Possible[] {
  return [...new Map(possible.map((each) => [keyOfPossible(each), each])).values()];
}

function keyOfPossible({ core, outbox, ahead, calls }: Possible): string {
  const on = outbox.map(
    ({ told, mayFall }) => `${told.event}${told.state}${told.wait}${told.fault}${told.times}${mayFall}`,
  );
  return `${keyOf(core)} ${on} ${ahead} ${calls}`;
}
