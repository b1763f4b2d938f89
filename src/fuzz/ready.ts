import { errorCodes } from '../../machines/vocabulary.ts';
import { codeOf, troubleWords, wordsOf } from './journal.ts';
import type { Heard, Invariant, RunView, TaskView, Trouble } from './types.ts';

const wrongStateCodes: readonly number[] = [errorCodes.TASK_STATE, errorCodes.TASK_NOT_FOUND];
/** Errors of a program, not of the world around it. */
const bugs = [TypeError, ReferenceError, RangeError, SyntaxError];
/** More listeners of one event than different parts of an app have a use for. */
export const listenersMax = 3;

/**
 * No call meets 21900006 or 21900007 unless the client catches that: the answer is no news to code that asks first, and
 * where a task may end at any moment it has to be caught.
 */
export const noWrongStateCall: Invariant = noWrongStateCallBut([]);

/** The same, where some codes are expected: they may be passed on to the user. */
export function noWrongStateCallBut(expected: readonly number[]): Invariant {
  return {
    name: 'noWrongStateCall',
    check: ({ troubles, happened }) => {
      // While another user has the device, every call finds no task.
      const excused = happened.has('account away') ? [...expected, errorCodes.TASK_NOT_FOUND] : expected;
      return firstOf(troubles, ({ thrown }) => {
        const code = codeOf(thrown);
        return code !== null && wrongStateCodes.includes(code) && !excused.includes(code);
      });
    },
  };
}

/** Nothing is rejected or thrown where nobody catches it. What an action is rejected with is told to the user, if it is no bug. */
export const noUnhandledRejection: Invariant = {
  name: 'noUnhandledRejection',
  check: ({ troubles }) =>
    firstOf(troubles, ({ kind, thrown }) => kind !== 'outside' && (kind !== 'action' || isBug(thrown))),
};

/** Nothing is reached but what the device gives: no `fetch`, no socket, no file of Node's. */
export const staysInTheWorld: Invariant = {
  name: 'staysInTheWorld',
  check: ({ troubles }) => firstOf(troubles, ({ kind }) => kind === 'outside'),
};

/**
 * At the end, when all is well, no task waits, none is paused but by the user, and none was forgotten: created and not
 * started, or paused by a process that is gone, while the present one never asked for it.
 */
export const noStuckTask: Invariant = {
  name: 'noStuckTask',
  check: (run) => {
    if (!run.ended) return null;
    const isMoving = run.tasks.some(({ state }) => state === 'running' || state === 'retrying');
    for (const task of run.tasks) {
      const why = stuckIn(task, run, isMoving);
      if (why !== null) return `${run.nameOf(task.tid)} is ${task.state} for ever: ${why}`;
    }
    return null;
  },
};

function stuckIn({ tid, state, reason }: TaskView, run: RunView, isMoving: boolean): string | null {
  const mine = run.calls.filter((call) => call.tid === tid);
  if (state === 'waiting') return isMoving ? null : reason;
  if (state === 'paused') {
    const pause = mine.findLast(({ operation, outcome }) => isPause(operation) && outcome === 'done');
    if (pause?.actions.length === 0) return 'the client paused it, and nobody resumes it';
    return isForgotten(tid, run) ? 'the user paused it, and the app that was opened again never asked for it' : null;
  }
  if (state !== 'initialized') return null;
  const refused = mine.find(({ operation, outcome }) => operation === 'start' && outcome === 'refused');
  const isUserTold = run.troubles.some(({ kind, thrown }) => kind === 'action' && codeOf(thrown) === refused?.code);
  if (refused !== undefined && !isUserTold) return 'it could not be started, and nobody removed it or said so';
  return isForgotten(tid, run) ? 'it was created, and the app that was opened again never asked for it' : null;
}

function isPause(operation: string): boolean {
  return operation === 'pause' || operation === 'suspend';
}

const looks = new Set(['search', 'getTask', 'show', 'touch', 'query', 'getTaskInfo', 'remove', 'delete']);

/** Does the process of now know nothing of it? */
function isForgotten(tid: string, { calls, process }: RunView): boolean {
  return !calls.some((call) => call.process === process && (call.tid === tid || call.operation === 'search'));
}

/**
 * A file that is said to be complete is what the server has; and no other file of a download is read as if it were.
 * Cuts that nobody can see, pages that call themselves the file, and lost power, are no fault of a client.
 */
export const fileWholeOrAbsent: Invariant = {
  name: 'fileWholeOrAbsent',
  check: (run) => {
    const excuses = ['server truncated', 'server wrong length', 'server error page', 'disk power cut'];
    const [wrong] = run.wrongFiles;
    if (wrong === undefined || excuses.some((each) => run.happened.has(each))) return null;
    const { path, bytes, expectedBytes, how, tid } = wrong;
    const holds = `${path} holds ${bytes} bytes that are not the ${expectedBytes} of the server`;
    return how === 'completed'
      ? `${run.nameOf(tid)} is complete, and ${holds}`
      : `the client reads a file as whole: ${holds}`;
  },
};

/** Listeners of one event of one task do not pile up, nor do those of the app. */
export const noListenerLeak: Invariant = {
  name: 'noListenerLeak',
  check: ({ listeners, nameOf }) => {
    const leak = listeners.find(({ count }) => count > listenersMax);
    if (leak === undefined) return null;
    return `${leak.count} listeners of ${leak.event} of ${leak.tid === null ? 'the app' : nameOf(leak.tid)}`;
  },
};

/** What a task has told of its progress it does not take back, unless the server made it begin again. */
export const progressNeverBackwards: Invariant = {
  name: 'progressNeverBackwards',
  check: (run) => {
    const excuses = ['new version', 'no ranges', 'truncated', 'wrong length', 'error page'].map((is) => `server ${is}`);
    if ([...excuses, 'service restarted', 'disk power cut'].some((each) => run.happened.has(each))) return null;
    const reached = new Map<string, number>();
    for (const heard of run.heard) {
      const bytes = bytesOf(heard);
      if (bytes === null || run.tasks.some(({ tid, action }) => tid === heard.tid && action === 'upload')) continue;
      const before = reached.get(heard.tid) ?? 0;
      if (bytes < before) return `${run.nameOf(heard.tid)} had ${before} bytes, and now has ${bytes}`;
      reached.set(heard.tid, bytes);
    }
    return null;
  },
};

function bytesOf({ event, payload: [first] }: Heard): number | null {
  if (event !== 'progress') return null;
  if (typeof first === 'number') return first;
  return typeof first === 'object' && first !== null && 'processed' in first ? Number(first.processed) : null;
}

/** Of each task that failed, and was said to have, the client has heard or asked by the end. */
export const everyFailureSurfaced: Invariant = {
  name: 'everyFailureSurfaced',
  check: (run) => {
    if (!run.ended) return null;
    const told = toldOfFailure(run);
    const silent = run.tasks.find(({ tid, state, sinceMs }) => {
      const heard = run.heard.some((each) => each.tid === tid && failureEvents.has(each.event) && each.atMs >= sinceMs);
      const asked = run.calls.some(
        (call) =>
          call.atMs >= sinceMs && looks.has(call.operation) && (call.tid === tid || call.operation === 'search'),
      );
      return state === 'failed' && told.has(tid) && !heard && !asked;
    });
    return silent === undefined
      ? null
      : `${run.nameOf(silent.tid)} failed (${silent.reason}), and the client does not know`;
  },
};

/** Tasks whose latest failure was told. */
function toldOfFailure({ trace }: RunView): ReadonlySet<string> {
  const told = new Set<string>();
  for (const { kind, name, of, from, to } of trace) {
    if (kind === 'notice' && name === 'failed') told.add(of);
    if (kind === 'event' && to === 'failed' && from !== to) told.delete(of);
  }
  return told;
}

const failureEvents = new Set(['failed', 'fail', 'faultOccur']);

/** All of them; what is more particular comes first. */
export const readyInvariants: readonly Invariant[] = [
  staysInTheWorld,
  noWrongStateCall,
  noUnhandledRejection,
  fileWholeOrAbsent,
  noListenerLeak,
  progressNeverBackwards,
  everyFailureSurfaced,
  noStuckTask,
];

function firstOf(troubles: readonly Trouble[], isIt: (trouble: Trouble) => boolean): string | null {
  const trouble = troubles.find(isIt);
  if (trouble === undefined) return null;
  const { kind, of, thrown } = trouble;
  return kind === 'outside' ? troubleWords[kind](of) : `${troubleWords[kind](of)}: ${wordsOf(thrown)}`;
}

function isBug(thrown: unknown): boolean {
  return !(thrown instanceof Error) || bugs.some((bug) => thrown instanceof bug);
}
