import { errorCodes, type State, states } from '../../../machines/vocabulary.ts';
import { agentEvents, stateWord } from '../../api/constants.ts';
import type { TraceEntry } from '../../engine/trace.ts';
import type { World } from '../../sim/index.ts';
import { worldWith } from './worlds.ts';

/** What vitest takes from a matcher. */
interface Verdict {
  readonly pass: boolean;
  readonly message: () => string;
}

/** A task of a world, such as `world.create` and `world.download` give; any handle that has a tid. */
export interface HasTid {
  readonly tid: string;
}

export interface WithinOptions {
  /** Default: that of the `world` fixture. */
  readonly world?: World;
  /** How much virtual time may pass. Default ten minutes. */
  readonly withinMs?: number;
}

export type TaskEventName = (typeof agentEvents)[number];

const withinMsDefault = 600_000;

export const matchers = {
  /** A promise, or a function that gives one or throws, fails with this code. */
  async toRejectWith(received: unknown, code: number): Promise<Verdict> {
    const outcome = await outcomeOf(received);
    const pass = 'thrown' in outcome && codeOf(outcome.thrown) === code;
    const found =
      'thrown' in outcome ? `is rejected with ${inWords(outcome.thrown)}` : `resolves to ${String(outcome.value)}`;
    return {
      pass,
      message: () => `expected a promise ${pass ? 'not ' : ''}to be rejected with ${named(code)}; it ${found}`,
    };
  },

  /** A task gets to a state; virtual time passes until it does. */
  async toReachState(received: unknown, state: State, options: WithinOptions = {}): Promise<Verdict> {
    if (!states.includes(state)) throw new TypeError(`there is no state ${state}; legal: ${states.join(', ')}`);
    const watched = await watch(received, options, ({ to }) => to === state);
    const { world, tid, withinMs } = watched;
    const pass = stateOf(world, tid) === state || (await watched.wait(() => stateOf(world, tid) === state));
    const way = watched.entries().filter(({ kind, from, to }) => kind === 'event' && from !== to && isState(to));
    const told = way.map((entry) => `\n  ${watched.secondsAt(entry)}  ${entry.from} → ${entry.to} (${entry.name})`);
    return {
      pass,
      message: () =>
        pass
          ? `expected task ${tid} not to reach ${state}; it did${told.join('')}`
          : `expected task ${tid} to reach ${state} within ${withinMs / 1_000} s; it is ${stateOf(world, tid)}${told.join('')}`,
    };
  },

  /** A task tells its listeners something, from now on; virtual time passes until it does. */
  async toEmit(received: unknown, event: TaskEventName, options: WithinOptions = {}): Promise<Verdict> {
    if (!agentEvents.includes(event))
      throw new TypeError(`there is no event ${event}; legal: ${agentEvents.join(', ')}`);
    const watched = await watch(received, options, ({ kind, name }) => kind === 'notice' && name === event);
    const pass = await watched.wait(() => false);
    const heard = watched.entries().filter(({ kind, name }) => kind === 'notice' && isTaskEvent(name));
    const told = heard.map((entry) => `\n  ${watched.secondsAt(entry)}  ${entry.name}`);
    const { tid, withinMs } = watched;
    return {
      pass,
      message: () =>
        pass
          ? `expected task ${tid} not to emit ${event}; it did${told.join('')}`
          : `expected task ${tid} to emit ${event} within ${withinMs / 1_000} s; it emitted ${told.join('') || 'nothing'}`,
    };
  },
};

// --- Promises ----------------------------------------------------------------------------------------------------------

type Settled = { readonly value: unknown } | { readonly thrown: unknown };

async function outcomeOf(received: unknown): Promise<Settled> {
  try {
    return { value: await (typeof received === 'function' ? received() : received) };
  } catch (thrown) {
    return { thrown };
  }
}

function codeOf(thrown: unknown): unknown {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;
}

function inWords(thrown: unknown): string {
  const code = codeOf(thrown);
  const what = typeof code === 'number' ? named(code) : 'something without a code';
  if (!(thrown instanceof Error)) return `${what}: ${String(thrown)}`;
  return `${what}: ${'detail' in thrown ? String(thrown.detail) : thrown.message}`;
}

function named(code: number): string {
  const name = Object.entries(errorCodes).find(([, each]) => each === code)?.[0];
  return name === undefined ? String(code) : `${code} (${name})`;
}

// --- Tasks -------------------------------------------------------------------------------------------------------------

interface Watched {
  readonly world: World;
  readonly tid: string;
  readonly withinMs: number;
  /** What the trace says of the task since it is watched. */
  entries(): readonly TraceEntry[];
  /** Lets time pass. @returns whether the trace told what is looked for, or something is so, in time. */
  wait(isSo: () => boolean): Promise<boolean>;
  secondsAt(entry: TraceEntry): string;
}

async function watch(
  received: unknown,
  { world: given, withinMs = withinMsDefault }: WithinOptions,
  isIt: (entry: TraceEntry) => boolean,
): Promise<Watched> {
  if (!hasTid(received))
    throw new TypeError('this is no task: legal is what has a tid, as world.create and world.download give');
  const world = given ?? worldWith(() => received.tid);
  if (world === null)
    throw new TypeError('in which world is this task? Use the world of the test, or name another: { world }');
  const all = world.trace.entries;
  let at = all.length;
  // A download that was just asked for has no tid yet.
  await world.run(0);
  const { tid } = received;
  const from = at;
  let isSeen = false;
  const see = () => {
    for (; at < all.length; at++) isSeen ||= all[at]?.of === tid && isIt(all[at] as TraceEntry);
    return isSeen;
  };
  return {
    world,
    tid,
    withinMs,
    entries: () => all.slice(from).filter(({ of }) => of === tid),
    wait: (isSo) => world.clock.runUntil(() => see() || isSo(), withinMs),
    secondsAt: ({ atMs }) => `${((atMs - (all[0]?.atMs ?? 0)) / 1_000).toFixed(3)} s`,
  };
}

/** By its members' names alone: asking for the tid of a download that is not created yet throws. */
function hasTid(received: unknown): received is HasTid {
  return typeof received === 'object' && received !== null && 'tid' in received;
}

function stateOf({ engine }: World, tid: string): State {
  const info = engine.tasks().find((each) => each.tid === tid);
  return (info === undefined ? undefined : stateWord(info.progress.state)) ?? 'removed';
}

function isState(word: string | undefined): boolean {
  return states.some((state) => state === word);
}

function isTaskEvent(word: string): boolean {
  return agentEvents.some((event) => event === word);
}
