import { bucketOf } from '../../machines/queue.ts';
import { isTaskOperation } from '../../machines/task.ts';
import { type Mode, type Rules, reasons, states } from '../../machines/vocabulary.ts';
import { agentEvents } from '../api/constants.ts';
import { type Answer, before, notForeground, permissionFacts, queueFull, serviceDown, tasksMaxOf } from './answers.ts';
import { Belief, type Possible, type View } from './belief.ts';
import {
  type Asked,
  answersOfNoTask,
  answerText,
  appOf,
  askedOf,
  type Court,
  isShown,
  type Outcome,
  oddResult,
  outcomesOf,
  pairsOf,
  standardApp,
} from './calls.ts';
import { apply, coreIn } from './core.ts';
import { configOf, type Entry, type EntryOf, infoOf, type Log, type LogConfig } from './log.ts';
import { countsOf } from './payloads.ts';
import { modeOf, subjectOf } from './subject.ts';
import { type Change, Surroundings } from './surroundings.ts';

/** The first entry that a rule set does not allow. */
export interface Violation {
  /** Of the entry, counted from 1. */
  readonly step: number;
  readonly tid: string | null;
  /** What is there. */
  readonly saw: string;
  /** What the rule set would have allowed in its place. */
  readonly allowed: readonly string[];
  /** The states that the task may have been in, as far as the log tells. */
  readonly from: readonly string[];
}

/** A task of which the log tells nothing that its steps could be judged by: nobody creates it, and `tasks` has none such. */
export interface Unjudged {
  readonly tid: string;
  /** How many entries about it were passed over. */
  readonly steps: number;
}

/** A create that is under way, and how it may have been answered since it was made. */
interface Creating {
  readonly asked: Asked;
  readonly answers: Set<Answer>;
}

/** Follows a log with the charts of one rule set, up to the first entry that they do not allow. */
export class Checker {
  readonly #court: Court;
  readonly #aheadMax: number;
  readonly #beliefs = new Map<string, Belief>();
  /** Calls whose answer is an entry of its own. */
  readonly #asked = new Map<number, Asked>();
  readonly #creating = new Set<Creating>();
  readonly #unjudged = new Map<string, number>();
  #elapsedMs: number;
  #wallMs: number;
  #clockSetByMs = 0;

  constructor(log: Log, rules: Rules, aheadMax: number) {
    this.#court = { log, rules, surroundings: new Surroundings(log, rules) };
    this.#aheadMax = aheadMax;
    this.#elapsedMs = log.entries[0]?.atMs ?? 0;
    this.#wallMs = this.#elapsedMs;
    for (const { call, answer } of pairsOf(log)) {
      if (call.id !== undefined) this.#asked.set(call.id, askedOf(call, answer));
    }
    for (const [at, { tid, app, config, state, hears }] of (log.tasks ?? []).entries()) {
      const cores = (state === undefined ? states : [state]).map((each) => coreIn(each));
      const owner = app ?? standardApp;
      this.#believe({ tid, app: owner, config: configOf(config, `tasks.${at}.config`) }, cores, hears ?? []);
    }
  }

  run(): Violation | null {
    for (const [at, entry] of this.#court.log.entries.entries()) {
      const violation = this.#pass(entry, at + 1) ?? this.#follow(entry, at + 1);
      if (violation !== null) return violation;
    }
    return null;
  }

  /** Tasks of which too much was possible to go on. */
  get lost(): readonly string[] {
    return [...this.#beliefs].filter(([, { lost }]) => lost).map(([tid]) => tid);
  }

  /** Tasks that the log does not introduce, in the order in which it names them. */
  get unjudged(): readonly Unjudged[] {
    return [...this.#unjudged].map(([tid, steps]) => ({ tid, steps }));
  }

  // --- Time and the world --------------------------------------------------------------------------------------------

  #pass(entry: Entry, step: number): Violation | null {
    const { atMs } = entry;
    this.#wallMs = atMs;
    if (entry.kind === 'world' && entry.what === 'clock') this.#clockSetByMs += entry.byMs;
    this.#elapsedMs = Math.max(this.#elapsedMs, atMs - this.#clockSetByMs);
    if (this.#court.surroundings.isDue(this.#elapsedMs)) {
      this.#spreadAll();
      for (const change of this.#court.surroundings.expired(this.#elapsedMs)) this.#tell(change);
    }
    for (const [tid, belief] of this.#beliefs) {
      const missed = belief.lost ? null : belief.expire(this.#elapsedMs);
      if (missed === null) continue;
      const allowed = missed.map(eventText);
      return { step, tid, saw: `not a word of ${missed.join(', ')} before it`, allowed, from: statesOf(belief) };
    }
    return null;
  }

  #followWorld(entry: EntryOf<'world'>): null {
    const app = appOf(entry);
    // What went before, went before with the old surroundings.
    this.#spreadAll();
    for (const change of this.#court.surroundings.follow(entry, app, this.#elapsedMs)) this.#tell(change);
    for (const belief of this.#beliefs.values()) {
      if (entry.what === 'restart') this.#restart(belief);
      const isGone = entry.what === 'app' && entry.state === 'terminated' && belief.subject.app === app;
      if (entry.what === 'restart' || isGone) belief.deafen();
    }
    return null;
  }

  #spreadAll(): void {
    for (const belief of this.#beliefs.values()) belief.possible = belief.spread(this.#view(belief));
  }

  #tell({ happening, certain, concerns }: Change): void {
    for (const belief of this.#beliefs.values()) {
      const { app, traits } = belief.subject;
      if (!concerns(app)) continue;
      const view = this.#view(belief);
      belief.possible = belief.possible.flatMap((possible) => [
        ...view.arounds.map((around) => {
          const { core, told } = apply(possible.core, traits, { to: 'task', event: { type: happening, around } });
          return belief.after(possible, core, told, view);
        }),
        ...(certain ? [] : [possible]),
      ]);
    }
  }

  /** Runs and what is on its way end with the process. */
  #restart(belief: Belief): void {
    const { arounds } = this.#view(belief);
    belief.possible = belief.possible.flatMap(({ core }) =>
      arounds.map((around) => {
        const cut = { ...core, run: null, answered: false, mayFall: true };
        const event = { type: 'restarted', around } as const;
        const after = apply(cut, belief.subject.traits, { to: 'task', event });
        return { core: after.core, outbox: [], ahead: 0, calls: [] };
      }),
    );
  }

  // --- What is heard and seen ----------------------------------------------------------------------------------------

  #follow(entry: Entry, step: number): Violation | null {
    if (this.#creating.size > 0) this.#noteCreating();
    switch (entry.kind) {
      case 'world':
        return this.#followWorld(entry);
      case 'event':
        return this.#hear(entry, step);
      case 'state':
        return this.#see(entry, step);
      case 'call':
        return this.#call(entry, step);
      case 'answer':
        return this.#answer(entry, step);
    }
  }

  #hear(entry: EntryOf<'event'>, step: number): Violation | null {
    const belief = this.#beliefs.get(entry.tid);
    if (belief === undefined) return this.#stranger(entry.tid, eventText(entry.event), step);
    if (belief.lost) return null;
    const view = this.#view(belief);
    const possible = belief.hear(entry, view);
    if (belief.lost) return null;
    if (possible.length === 0) {
      const told = entry.payload === undefined ? '' : ` with ${JSON.stringify(entry.payload)}`;
      const allowed = [...belief.hearable(view)].map(eventText);
      return violation(belief, step, `${eventText(entry.event)}${told}`, allowed);
    }
    belief.possible = possible;
    belief.counts = countsOf(entry.payload) ?? belief.counts;
    return null;
  }

  #see({ tid, state, reason }: EntryOf<'state'>, step: number): Violation | null {
    const belief = this.#beliefs.get(tid);
    if (belief === undefined) return this.#stranger(tid, `the state ${state}`, step);
    const spread = belief.spread(this.#view(belief));
    if (belief.lost) return null;
    const fits = ({ core }: Possible) =>
      core.state === state && (reason === undefined || reasons[core.reason].code === reason);
    const possible = spread.filter(fits);
    if (possible.length === 0) {
      belief.possible = spread;
      return violation(belief, step, `the state ${stateText(state, reason)}`, coresOf(spread));
    }
    belief.possible = possible;
    return null;
  }

  #stranger(tid: string, saw: string, step: number): Violation | null {
    if (this.#court.log.tasks === undefined) return this.#passOver(tid);
    return { step, tid, saw, allowed: ['nothing of a task that there is not'], from: [] };
  }

  #passOver(tid: string | undefined): null {
    if (tid !== undefined) this.#unjudged.set(tid, (this.#unjudged.get(tid) ?? 0) + 1);
    return null;
  }

  // --- Calls ---------------------------------------------------------------------------------------------------------

  #call(entry: EntryOf<'call'>, step: number): Violation | null {
    const asked = (entry.id === undefined ? undefined : this.#asked.get(entry.id)) ?? askedOf(entry, entry);
    const isAnswered = entry.id === undefined;
    if (entry.call === 'create') {
      this.#creating.add({ asked, answers: new Set() });
      this.#noteCreating();
      return isAnswered ? this.#created(asked, step) : null;
    }
    const belief = this.#beliefOf(entry);
    if (belief === undefined) return this.#callOfNoTask(asked, step, isAnswered);
    if (belief.lost) return null;
    const { id } = entry;
    if (id !== undefined) {
      belief.possible = belief.possible.map((possible) => ({ ...possible, calls: [...possible.calls, id] }));
      return null;
    }
    const view = this.#view(belief);
    const spread = belief.spread(view);
    const outcomes = spread.flatMap((possible) => outcomesOf(asked, belief, possible, view, this.#court));
    const fitting = outcomes
      .filter(({ answer }) => answer === asked.answer?.code)
      .filter(({ possible }) => isShown(asked, belief, possible));
    return this.#settle(asked, belief, step, fitting, outcomes);
  }

  #answer(entry: EntryOf<'answer'>, step: number): Violation | null {
    const asked = this.#asked.get(entry.to);
    if (asked === undefined) return null; // no log has one, see misfits.ts
    if (asked.call.call === 'create') return this.#created(asked, step);
    const belief = this.#beliefOf(asked.call);
    if (belief === undefined) return this.#callOfNoTask(asked, step, true);
    if (belief.lost) return null;
    const view = this.#view(belief);
    const spread = belief.spread(view);
    const [open, done] = [true, false].map((isOpen) =>
      spread.filter(({ calls }) => calls.includes(entry.to) === isOpen),
    );
    const others = (open ?? []).flatMap((possible) => outcomesOf(asked, belief, possible, view, this.#court));
    const code = asked.answer?.code ?? null;
    const fitting = (done ?? []).map((possible) => ({ answer: code, possible }));
    return this.#settle(asked, belief, step, fitting, others);
  }

  /** @param fitting  how the call went, if it went as the log says. @param outcomes  how it might have gone. */
  #settle(
    asked: Asked,
    belief: Belief,
    step: number,
    fitting: readonly Outcome[],
    outcomes: readonly Outcome[],
  ): Violation | null {
    if (belief.lost) return null;
    const { call, answer } = asked;
    const code = answer?.code ?? null;
    const odd = oddResult(asked, this.#court.rules);
    if (odd !== null) return violation(belief, step, `${call.call} resolved to ${answer?.result}`, odd);
    const info = code === null ? infoOf(answer?.result) : null;
    if (fitting.length === 0) {
      const shown = info === null ? '' : `, showing ${info.progress.state} (${info.reason ?? 'no reason'})`;
      const same = outcomes.filter((each) => each.answer === code).map(({ possible }) => possible);
      const allowed = same.length > 0 ? coresOf(same) : [...new Set(outcomes.map((each) => answerText(each.answer)))];
      return violation(belief, step, `${call.call} ${answerText(code)}${shown}`, allowed);
    }
    belief.possible = fitting.map(({ possible }) => possible);
    if (info !== null) belief.counts = countsOf(info.progress) ?? belief.counts;
    if (code === null) this.#heed(asked, belief);
    return null;
  }

  /** What an accepted call changes for those who listen. */
  #heed({ call, app }: Asked, belief: Belief): void {
    const event = agentEvents.find((known) => known === call.event);
    if (call.call === 'getTask' && app === belief.subject.app) {
      belief.hears = new Set([...belief.hears, ...this.#court.log.hears]);
    } else if (call.call === 'on' && event !== undefined) belief.hears = new Set([...belief.hears, event]);
    else if (call.call === 'off' && event !== undefined) belief.stopHearing(event);
  }

  #callOfNoTask(asked: Asked, step: number, isAnswered: boolean): Violation | null {
    const { call, answer } = asked;
    const { log } = this.#court;
    if (log.tasks === undefined && isTaskOperation(call.call)) this.#passOver(call.tid);
    if (!isAnswered) return null;
    // A handle outlives its task, so `start` may be refused by a task that the log does not know any more.
    const isOfHandle = call.call === 'start' && answer?.code !== null;
    const mayBeKnown = call.tid !== undefined && (log.tasks === undefined || isOfHandle);
    if (answer === null || mayBeKnown || call.call === 'on' || call.call === 'off' || call.call === 'attachGroup') {
      return null;
    }
    const allowed = answersOfNoTask(asked, this.#court);
    if (allowed.includes(answer.code)) return null;
    const unknown = call.tid === undefined ? '' : `; no create above names task ${call.tid}, nor does \`tasks\``;
    const saw = `${call.call} ${answerText(answer.code)}${unknown}`;
    return { step, tid: call.tid ?? null, saw, allowed: allowed.map(answerText), from: [] };
  }

  #beliefOf({ call, tid }: EntryOf<'call'>): Belief | undefined {
    return tid === undefined || !isTaskOperation(call) ? undefined : this.#beliefs.get(tid);
  }

  /** What a call that is under way does when it takes effect now. */
  #effectOf(id: number, possible: Possible): readonly Possible[] {
    const asked = this.#asked.get(id);
    const belief = asked === undefined ? undefined : this.#beliefOf(asked.call);
    if (asked === undefined || belief === undefined) return [];
    return outcomesOf(asked, belief, possible, this.#view(belief), this.#court)
      .filter((each) => asked.answer === null || each.answer === asked.answer.code)
      .filter((each) => isShown(asked, belief, each.possible))
      .map((each) => ({ ...each.possible, calls: possible.calls.filter((call) => call !== id) }));
  }

  // --- Creation ------------------------------------------------------------------------------------------------------

  /** Whatever a create that is under way may be answered now, it may be answered in the end. */
  #noteCreating(): void {
    for (const { asked, answers } of this.#creating) {
      for (const answer of this.#answersToCreate(asked)) answers.add(answer);
    }
  }

  #answersToCreate({ call, app }: Asked): readonly Answer[] {
    const { log, rules, surroundings } = this.#court;
    const mode = modeOf((call.config as Partial<LogConfig> | undefined)?.mode, rules);
    const tasksMax = tasksMaxOf(mode, log, rules);
    const { codes, passes } = before('create', {
      parametersWrong: null,
      pathBad: null,
      fileUnusable: null,
      serviceDown: serviceDown('create', surroundings),
      notForeground: notForeground(mode, app, surroundings),
      queueFull: queueFull(this.#countsOf(app, mode, tasksMax), tasksMax),
      notCreatable: null,
      ...permissionFacts('create', app, log, null),
    });
    return [...codes, ...(passes ? [null] : [])];
  }

  /** The fewest and the most tasks that may take room beside a new one; no closer than `tasksMax` needs. */
  #countsOf(app: string, mode: Mode, tasksMax: number): readonly [number, number] {
    const others = this.#court.log.tasks === undefined ? Number.POSITIVE_INFINITY : this.#creating.size - 1;
    const beliefs = [...this.#beliefs.values()].filter(
      ({ subject }) => subject.app === app && bucketOf(subject.traits.mode) === bucketOf(mode),
    );
    let [min, max] = [0, others];
    // What each of them may be doing is asked only where all of them would fill the queue: it takes long to work out.
    const isFar = beliefs.length + (Number.isFinite(others) ? others : 0) < tasksMax;
    if (isFar) return [min, max + beliefs.length];
    for (const belief of beliefs) {
      const takes = belief.takesRoom(this.#view(belief));
      if (takes === true) min += 1;
      if (takes !== false) max += 1;
    }
    return [min, max];
  }

  #created(asked: Asked, step: number): Violation | null {
    const creating = [...this.#creating].find((each) => each.asked === asked);
    const { call, answer, app } = asked;
    if (creating === undefined || answer === null) return null;
    this.#creating.delete(creating);
    const tid = answer.tid ?? null;
    if (!creating.answers.has(answer.code)) {
      const saw = `create ${answerText(answer.code)}`;
      return { step, tid, saw, allowed: [...creating.answers].map(answerText), from: [] };
    }
    if (answer.code !== null || tid === null) return null;
    const config = configOf(call.config, `entries.${step - 1}.config`);
    this.#believe({ tid, app, config }, [coreIn('initialized')], this.#court.log.hears);
    return null;
  }

  #believe(
    made: { readonly tid: string; readonly app: string; readonly config: LogConfig },
    ...[cores, hears]: [cores: ConstructorParameters<typeof Belief>[1], hears: ConstructorParameters<typeof Belief>[2]]
  ): void {
    const subject = subjectOf({ ...made, createdMs: this.#wallMs }, this.#court.log, this.#court.rules);
    this.#beliefs.set(made.tid, new Belief(subject, cores, hears));
  }

  #view({ subject }: Belief): View {
    const { log, surroundings } = this.#court;
    const { link, version } = surroundings;
    return {
      elapsedMs: this.#elapsedMs,
      wallMs: this.#wallMs,
      lateMsMax: log.lateMsMax,
      aheadMax: this.#aheadMax,
      arounds: surroundings.arounds(subject.app),
      unseen: surroundings.unseen(subject.app),
      online: link === null ? null : link.type !== 'offline',
      version,
      effectOf: (id, possible) => this.#effectOf(id, possible),
    };
  }
}

function violation(belief: Belief, step: number, saw: string, allowed: readonly string[]): Violation {
  return { step, tid: belief.subject.tid, saw, allowed, from: statesOf(belief) };
}

function statesOf({ possible }: Belief): readonly string[] {
  return [...new Set(possible.map(({ core }) => core.state))];
}

function coresOf(possible: readonly Possible[]): readonly string[] {
  return [...new Set(possible.map(({ core }) => stateText(core.state, reasons[core.reason].code)))];
}

function stateText(state: string, reason: number | undefined): string {
  return reason === undefined ? state : `${state} (${reason})`;
}

function eventText(event: string): string {
  return `the event ${event}`;
}
