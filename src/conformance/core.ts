import { isCandidate } from '../../machines/slots.ts';
import { type TaskContext, type TaskEffect, type TaskEvent, type Traits, taskMachine } from '../../machines/task.ts';
import {
  status408Max,
  type TransferContext,
  type TransferEffect,
  type TransferEvent,
  transferMachine,
  triesMax,
} from '../../machines/transfer.ts';
import type { ErrorCode, Fault, Reason, State, WaitingReason } from '../../machines/vocabulary.ts';
import { type Resting, step } from '../engine/step.ts';
import { unreachable } from '../errors.ts';
import type { LogEvent } from './log.ts';

/** Where a task and its run may be: the two charts, and as much beside them as decides what may be heard next. */
export interface Core {
  /** `gone`: the record is collected. */
  readonly state: State | 'gone';
  readonly reason: Reason;
  readonly run: Resting<TransferContext> | null;
  /** Has the exchange under way been answered? */
  readonly answered: boolean;
  /** Has an exchange begun or been answered since bytes were last counted, so that the next count may be lower? */
  readonly mayFall: boolean;
}

/** Something that listeners hear; it lies between the charts and them. */
export interface Told {
  readonly event: LogEvent;
  /** Of the payload; null where the payload has none. */
  readonly state: State | null;
  readonly wait: WaitingReason | null;
  readonly fault: Fault | null;
  /** How often it is heard. any: as often as it happens. may: once, or never. news: once, unless it says nothing. */
  readonly times: 'any' | 'may' | 'news' | 'must';
}

/** What an event does to a core. */
export interface Applied {
  readonly core: Core;
  readonly told: readonly Told[];
  /** The chart's answer to an operation; null when it was none, or is allowed. */
  readonly refusal: ErrorCode | null;
}

export type Happened =
  | { readonly to: 'task'; readonly event: TaskEvent }
  | { readonly to: 'run'; readonly event: TransferEvent };

const idle: TransferContext = {
  exchanges: 1,
  index: 0,
  tries: 0,
  statuses408: 0,
  interrupted: false,
  failure: 'other',
};

export const aResponse: Told = { event: 'response', state: null, wait: null, fault: null, times: 'must' };
const progressOnItsWay: Told = { event: 'progress', state: 'running', wait: null, fault: null, times: 'any' };

export function coreIn(state: Core['state'], reason: Reason = 'default'): Core {
  return { state, reason, run: null, answered: false, mayFall: true };
}

const keys = new WeakMap<Core, string>();

export function keyOf(core: Core): string {
  let key = keys.get(core);
  if (key === undefined) {
    const { state, reason, run, answered, mayFall } = core;
    const { interrupted, failure } = run?.context ?? idle;
    key = `${state} ${reason} ${run?.value ?? ''} ${interrupted} ${failure} ${answered} ${mayFall}`;
    keys.set(core, key);
  }
  return key;
}

/** Is it on the wire, so that bytes may be counted? A download counts none before it is answered. */
export function isMoving({ state, run, answered }: Core, traits: Traits): boolean {
  const isActive = state === 'running' || state === 'retrying';
  return isActive && run?.value === 'exchanging' && (answered || traits.action === 'upload');
}

/** Steps the charts of a task, and what they say to each other because of it. */
export function apply(core: Core, traits: Traits, first: Happened): Applied {
  if (core.state === 'gone') return { core, told: [], refusal: null };
  const letters: Happened[] = [first];
  const told: Told[] = [];
  let refusal: ErrorCode | null = null;
  let now = core;
  for (let letter = letters.shift(); letter !== undefined; letter = letters.shift()) {
    if (letter.to === 'run') {
      const { next, effects } = runStepped(now, traits, letter.event);
      now = next;
      for (const effect of effects) letters.push(...lettersOf(effect));
      continue;
    }
    const resting = { value: now.state, context: { traits, reason: now.reason } satisfies TaskContext };
    const { next, effects } = step(taskMachine, resting, letter.event);
    const mayFall = now.mayFall || letter.event.type === 'restarted';
    now = { ...now, state: next.value as State, reason: next.context.reason, mayFall };
    for (const effect of effects) {
      if (effect.type === 'refused') refusal = effect.code;
      else if (effect.type === 'task.forget') now = coreIn('gone');
      else if (effect.type === 'tell') told.push(...toldOf(effect));
      else letters.push(...openings(effect));
    }
  }
  // Counts that were told before all this may still be on their way.
  const leaves = isMoving(core, traits) && (told.length > 0 || !isMoving(now, traits));
  return { core: now, told: leaves ? [progressOnItsWay, ...told] : told, refusal };
}

/** The run after an event; letters to a task without a run are lost, as they are in the engine. */
function runStepped(
  core: Core,
  { action }: Traits,
  event: TransferEvent,
): { readonly next: Core; readonly effects: readonly TransferEffect[] } {
  if (core.run === null && event.type !== 'open') return { next: core, effects: [] };
  const before = core.run ?? { value: 'idle', context: idle };
  const { next, effects } = step(transferMachine, before, event);
  const opens = effects.some(({ type }) => type === 'exchange.open');
  const { interrupted, failure } = next.context;
  // Counters are left out: every possible value of them is tried where they decide something.
  const context = {
    ...idle,
    interrupted: next.value === 'cancelling' && interrupted,
    failure: next.value === 'failing' ? failure : idle.failure,
  };
  return {
    next: {
      ...core,
      run: next.value === 'idle' ? null : { value: next.value, context },
      answered: opens || next.value !== 'exchanging' ? false : core.answered || event.type === 'responded',
      // An upload begins its file anew with the request; of a download the answer says where it goes on.
      mayFall: core.mayFall || (action === 'upload' ? opens : event.type === 'responded'),
    },
    effects,
  };
}

function openings(effect: TaskEffect): Happened[] {
  switch (effect.type) {
    case 'transfer.open':
      return [{ to: 'run', event: { type: 'open', index: 0 } }];
    case 'transfer.close':
      return [{ to: 'run', event: { type: 'close', interrupted: effect.interrupted } }];
    case 'transfer.reopen':
      return [{ to: 'run', event: { type: 'reopen' } }];
    default:
      return [];
  }
}

function lettersOf(effect: TransferEffect): Happened[] {
  switch (effect.type) {
    case 'task.retrying':
      return [{ to: 'task', event: { type: 'retrying' } }];
    case 'task.reconnected':
      return [{ to: 'task', event: { type: 'reconnected' } }];
    case 'task.succeeded':
      return [{ to: 'task', event: { type: 'succeeded' } }];
    case 'task.faulted':
      return [{ to: 'task', event: { type: 'faulted', reason: effect.reason } }];
    case 'task.settled':
      return [{ to: 'task', event: { type: 'settled', interrupted: effect.interrupted } }];
    default:
      return [];
  }
}

function toldOf(said: Extract<TaskEffect, { type: 'tell' }>): Told[] {
  const nothing = { state: null, wait: null, fault: null, times: 'must' } as const;
  switch (said.event) {
    case 'broadcast':
      return [];
    case 'wait':
      return [{ ...nothing, event: said.event, wait: said.reason }];
    case 'faultOccur':
      return [{ ...nothing, event: said.event, fault: said.fault }];
    case 'progress':
      return [{ ...nothing, event: said.event, state: said.state, times: 'news' }];
    default:
      return [{ ...nothing, event: said.event, state: said.state }];
  }
}

/** A task that is started or resumed gets a slot in the same turn, or is passed over in it. */
export function seated(applied: Applied, traits: Traits): readonly Applied[] {
  const { core, told, refusal } = applied;
  if (core.state === 'gone' || core.state !== 'waiting' || !isCandidate(core.state, core.reason)) return [applied];
  return (['admitted', 'passedOver'] as const).map((type) => {
    const then = apply(core, traits, { to: 'task', event: { type } });
    return { core: then.core, told: [...told, ...then.told], refusal };
  });
}

const causes = [
  'build',
  'sizeUnknown',
  'timeout',
  'request',
  'redirect',
  'protocol',
  'io',
  'range',
  'other',
  'dns',
  'tcp',
  'ssl',
  'space',
] as const;

/** What is known of a task's config and surroundings, as far as it decides what its run may do. */
export interface RunFacts {
  /** Requests that carry the task; null when nobody knows. */
  readonly exchanges: number | null;
  readonly precise: boolean;
  readonly hasFloor: boolean;
  /** Is there a link? Null when nobody knows. */
  readonly online: boolean | null;
}

/** What a run may do by itself. Each comes with the core it happens to: counters that decide are tried at both ends. */
export function runEvents(core: Core, facts: RunFacts): readonly (readonly [Core, TransferEvent])[] {
  const { run } = core;
  if (run === null) return [];
  const onlines = facts.online === null ? [true, false] : [facts.online];
  const at = (context: Partial<TransferContext>): Core => ({
    ...core,
    run: { value: run.value, context: { ...run.context, ...context } },
  });
  const fault = (cause: (typeof causes)[number], online: boolean, status: number | null) =>
    ({ type: 'faulted', cause, status, online }) as const;
  switch (run.value) {
    case 'exchanging': {
      const faults = causes
        .filter((cause) => cause !== 'sizeUnknown' || facts.precise)
        .flatMap((cause) =>
          onlines.flatMap((online) =>
            [0, triesMax].map((tries) => [at({ tries }), fault(cause, online, null)] as const),
          ),
        );
      const again = [at({ statuses408: status408Max - 1 }), fault('protocol', true, 408)] as const;
      const ends = core.answered
        ? [
            again,
            ...(facts.exchanges === 1 ? [] : [[at({ exchanges: 2 }), { type: 'finished' }] as const]),
            [core, { type: 'finished' }] as const,
          ]
        : [];
      return [
        ...faults,
        ...ends,
        [core, { type: 'responded', status: 200 }],
        [core, { type: 'timedOut' }],
        ...(facts.hasFloor ? [[core, { type: 'tooSlow' }] as const] : []),
      ];
    }
    case 'delaying':
      return [
        [core, { type: 'delayEnded' }],
        [core, { type: 'timedOut' }],
      ];
    case 'reopening':
      return [
        [core, { type: 'cancelled' }],
        [core, { type: 'timedOut' }],
      ];
    case 'cancelling':
    case 'failing':
      return [[core, { type: 'cancelled' }]];
    default:
      return unreachable(`a run rests in ${run.value}`);
  }
}
