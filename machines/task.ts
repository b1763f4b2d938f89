import { assign, emit, setup } from 'xstate';
import { suitabilityAfterChange } from './network.ts';
import { rule } from './rules.ts';
import {
  type Action,
  type Api,
  type ErrorCode,
  errorCodes,
  type Fault,
  type Mode,
  type Network,
  type Operation,
  type Reason,
  type Rules,
  reasons,
  type State,
  type WaitingReason,
} from './vocabulary.ts';
import { reasonAfter, reasonAtStart, type Surroundings, waitingReason } from './waiting.ts';

/** What is fixed for a task and read by guards. Tasks that agree share one object. */
export interface Traits {
  readonly rules: Rules;
  readonly api: Api;
  readonly action: Action;
  readonly mode: Mode;
  readonly network: Network;
  readonly metered: boolean;
  readonly roaming: boolean;
  readonly retry: boolean;
}

export interface TaskContext {
  readonly traits: Traits;
  readonly reason: Reason;
}

/** What a user may ask of one task. */
export type TaskOperation = Exclude<Operation, 'create' | 'createGroup' | 'deleteGroup'>;
export function isTaskOperation(operation: Operation): operation is TaskOperation {
  return operation !== 'create' && operation !== 'createGroup' && operation !== 'deleteGroup';
}

export type TaskEvent =
  | {
      readonly type: 'start' | 'resume';
      readonly around: Surroundings;
      /** All sizes are known and every byte is done. */
      readonly whole: boolean;
    }
  | { readonly type: Exclude<TaskOperation, 'start' | 'resume'> }
  /** The scheduler gives a slot, takes it, or has none for a task that just joined. */
  | { readonly type: 'admitted' | 'dropped' | 'passedOver' }
  /** Letters of the transfer. */
  | { readonly type: 'retrying' | 'reconnected' | 'succeeded' }
  | { readonly type: 'faulted'; readonly reason: Reason }
  | { readonly type: 'settled'; readonly interrupted: boolean }
  /** What happens around the task. */
  | {
      readonly type: 'linkChanged' | 'appEntered' | 'appExpired' | 'accountLeft' | 'accountReturned' | 'restarted';
      readonly around: Surroundings;
    }
  /** The sweep found a run of a task that is more than 30 days old. */
  | { readonly type: 'outlived' }
  /** The clean-up passes by; `ageMs`: since the last change. */
  | { readonly type: 'collected'; readonly ageMs: number };

export type TaskEffect =
  | { readonly type: 'allowed'; readonly operation: TaskOperation }
  | {
      readonly type: 'refused';
      readonly code: ErrorCode;
      readonly operation: TaskOperation;
      readonly state: State;
    }
  | { readonly type: 'transfer.open' }
  | { readonly type: 'transfer.reopen' }
  | { readonly type: 'transfer.close'; readonly interrupted: boolean }
  /** `start` counts the run time from nothing, `pause` keeps the place within the file. */
  | { readonly type: 'runtime.reset' }
  | { readonly type: 'place.keep' }
  | { readonly type: 'task.forget' }
  | Notice;

/** What listeners hear; the engine adds the counts. @source harmony-request.md 6.1 */
export type Notice =
  | {
      readonly type: 'tell';
      readonly event: 'progress' | 'completed' | 'failed' | 'pause' | 'resume' | 'remove';
      readonly state: State;
    }
  | { readonly type: 'tell'; readonly event: 'faultOccur'; readonly fault: Fault | null }
  | { readonly type: 'tell'; readonly event: 'wait'; readonly reason: WaitingReason }
  | { readonly type: 'tell'; readonly event: 'broadcast'; readonly state: 'completed' | 'failed' };

/** How long a task's record is kept after its last change, ms. @source harmony-request.md 5.5 */
export const retentionMs = { completed: 86_400_000, other: 7 * 86_400_000 } as const;
/** A run of a task older than this is stopped, ms. */
export const lifetimeMs = 30 * 86_400_000;

const refusal = (code: ErrorCode, state: State) => ({ actions: { type: 'refuse', params: { code, state } } }) as const;

/** Only what runs in the background is shown in groups. @source harmony-request.md 9.1 */
const foregroundRefusal = (state: State) =>
  ({ guard: 'isForegroundTask', ...refusal(errorCodes.TASK_MODE, state) }) as const;

const removed = {
  target: '#task.removed',
  actions: ['becauseOfUser', { type: 'tell', params: { event: 'remove', state: 'removed' } }],
} as const;

/** What every state answers, unless it says otherwise. */
const answers = (state: State) =>
  ({
    start: refusal(errorCodes.TASK_STATE, state),
    pause: refusal(errorCodes.TASK_STATE, state),
    resume: refusal(errorCodes.TASK_STATE, state),
    stop: refusal(errorCodes.TASK_STATE, state),
    remove: removed,
    setMaxSpeed: { actions: 'allow' },
    getTask: { actions: 'allow' },
    show: { actions: 'allow' },
    touch: { actions: 'allow' },
    query: { actions: 'allow' },
    search: { actions: 'allow' },
    on: { actions: 'allow' },
    off: { actions: 'allow' },
    attachGroup: [foregroundRefusal(state), refusal(errorCodes.TASK_STATE, state)],
  }) as const satisfies Record<TaskOperation, unknown>;
export const taskOperations = Object.keys(answers('initialized')) as TaskOperation[];

const collectedAfter = (ageMs: number) =>
  ({ collected: { guard: { type: 'isOlderThan', params: { ageMs } }, actions: 'forget' } }) as const;

const finalProgress = { type: 'tell', params: { event: 'progress', state: 'running' } } as const;

const paused = {
  target: '#task.paused',
  actions: ['becauseOfUser', { type: 'tell', params: { event: 'pause', state: 'paused' } }],
} as const;

const whileActive = {
  pause: { target: '#task.paused', actions: [...paused.actions, 'keepPlace', 'closeTransfer'] },
  stop: { target: '#task.stopped', actions: ['becauseOfUser', 'closeTransfer'] },
  remove: { target: '#task.removed', actions: [...removed.actions, 'closeTransfer'] },
} as const;

/** A record that is not yet collected. */
const tombstone = [
  { guard: 'mayReadRemoved', actions: 'allow' },
  refusal(errorCodes.TASK_NOT_FOUND, 'removed'),
] as const;

/**
 * The life of one task, from initialized to removed. It raises 21900007 and, once removed, 21900006; the matrix of
 * operations and states is this chart and nothing else.
 * @source harmony-request.md 2.3, 2.4, 4.3–4.6; operation-matrix.json
 */
export const taskMachine = setup({
  types: {} as { input: { readonly traits: Traits }; context: TaskContext; events: TaskEvent; emitted: TaskEffect },
  guards: {
    mayStartAgain: ({ context: { traits } }) => rule(traits.rules, 'startAgain') && traits.action === 'download',
    mayPauseWaiting: ({ context: { traits } }) => rule(traits.rules, 'pauseWaiting'),
    mayStopWaiting: ({ context: { traits } }) => rule(traits.rules, 'stopWaiting'),
    mayReadRemoved: ({ context: { traits } }) => rule(traits.rules, 'readRemoved'),
    tellsOfNoSlot: ({ context: { traits } }) => rule(traits.rules, 'tellOfNoSlot'),
    showsRetrying: ({ context: { traits } }) => rule(traits.rules, 'showRetrying'),
    failsAtRestart: ({ context: { traits } }) => rule(traits.rules, 'failRunningAtRestart'),
    isWhole: ({ event }) => (event.type === 'start' || event.type === 'resume') && event.whole,
    gatesAreOpen: ({ context, event }) =>
      hasSurroundings(event) && reasonAtStart(context.traits, event.around) === 'queued',
    linkServes: ({ context, event }) =>
      hasSurroundings(event) && suitabilityAfterChange(context.traits, event.around.link) === 'suitable',
    /** On loss of the network: wait or fail? */
    waitsForNetwork: ({ context: { traits } }) =>
      traits.api === 'legacy' ? traits.action === 'download' : traits.mode !== 'foreground' && traits.retry,
    isForegroundTask: ({ context: { traits } }) => traits.mode === 'foreground',
    isForegroundUpload: ({ context: { traits } }) => traits.mode === 'foreground' && traits.action === 'upload',
    wasInterrupted: ({ event }) => event.type === 'settled' && event.interrupted,
    isOlderThan: ({ event }, params: { readonly ageMs: number }) =>
      event.type === 'collected' && event.ageMs > params.ageMs,
  },
  actions: {
    becauseOfNothing: assign({ reason: 'default' }),
    becauseOfUser: assign({ reason: 'user' }),
    becauseOfQueue: assign({ reason: 'queued' }),
    becauseOfGates: assign(({ context, event }) =>
      hasSurroundings(event) ? { reason: reasonAtStart(context.traits, event.around) } : {},
    ),
    becauseOfLink: assign(({ context, event }) => {
      if (!hasSurroundings(event)) return {};
      const fit = suitabilityAfterChange(context.traits, event.around.link);
      return fit === 'suitable' ? {} : { reason: fit };
    }),
    becauseOfFault: assign(({ event }) => (event.type === 'faulted' ? { reason: event.reason } : {})),
    moveReason: assign(({ context, event }) =>
      hasSurroundings(event) && event.type !== 'start' && event.type !== 'resume' && event.type !== 'restarted'
        ? { reason: reasonAfter(context.traits, context.reason, event.type, event.around) }
        : {},
    ),
    allow: emit(({ event }) => ({ type: 'allowed', operation: event.type as TaskOperation }) as const),
    refuse: emit(
      ({ event }, params: { readonly code: ErrorCode; readonly state: State }) =>
        ({ type: 'refused', operation: event.type as TaskOperation, ...params }) as const,
    ),
    openTransfer: emit({ type: 'transfer.open' } as const),
    reopenTransfer: emit({ type: 'transfer.reopen' } as const),
    closeTransfer: emit({ type: 'transfer.close', interrupted: false } as const),
    interruptTransfer: emit({ type: 'transfer.close', interrupted: true } as const),
    resetRuntime: emit({ type: 'runtime.reset' } as const),
    keepPlace: emit({ type: 'place.keep' } as const),
    forget: emit({ type: 'task.forget' } as const),
    tell: emit(
      (
        _,
        params: {
          readonly event: 'progress' | 'completed' | 'failed' | 'pause' | 'resume' | 'remove';
          readonly state: State;
        },
      ) => ({ type: 'tell', ...params }) as const,
    ),
    tellWait: emit(({ context }) => ({ type: 'tell', event: 'wait', reason: waitingReason(context.reason) }) as const),
    tellFault: emit(
      ({ context }) => ({ type: 'tell', event: 'faultOccur', fault: reasons[context.reason].fault }) as const,
    ),
    tellCompleted: emit({ type: 'tell', event: 'completed', state: 'completed' } as const),
    tellFailed: emit({ type: 'tell', event: 'failed', state: 'failed' } as const),
    broadcastCompleted: emit({ type: 'tell', event: 'broadcast', state: 'completed' } as const),
    broadcastFailed: emit({ type: 'tell', event: 'broadcast', state: 'failed' } as const),
  },
}).createMachine({
  id: 'task',
  context: ({ input }) => ({ traits: input.traits, reason: 'default' }),
  initial: 'initialized',
  states: {
    initialized: {
      on: {
        ...answers('initialized'),
        ...collectedAfter(retentionMs.other),
        start: { target: 'joining', actions: 'resetRuntime' },
        attachGroup: [foregroundRefusal('initialized'), { actions: 'allow' }],
      },
    },
    // Never rests here: into the queue, or past it when nothing is left to do.
    joining: {
      always: [
        { guard: 'isWhole', target: 'completed', actions: ['becauseOfNothing', 'tellCompleted', 'broadcastCompleted'] },
        { guard: 'gatesAreOpen', target: 'waiting', actions: 'becauseOfGates' },
        { target: 'waiting', actions: ['becauseOfGates', 'tellWait'] },
      ],
    },
    waiting: {
      on: {
        ...answers('waiting'),
        ...collectedAfter(retentionMs.other),
        pause: [{ guard: 'mayPauseWaiting', ...paused }, refusal(errorCodes.TASK_STATE, 'waiting')],
        stop: [
          { guard: 'mayStopWaiting', target: 'stopped', actions: 'becauseOfUser' },
          refusal(errorCodes.TASK_STATE, 'waiting'),
        ],
        admitted: { target: 'active', actions: ['becauseOfNothing', 'openTransfer'] },
        passedOver: { guard: 'tellsOfNoSlot', actions: 'tellWait' },
        linkChanged: { actions: 'moveReason' },
        appEntered: { actions: 'moveReason' },
        appExpired: { actions: 'moveReason' },
        accountLeft: { actions: 'moveReason' },
        accountReturned: { actions: 'moveReason' },
        restarted: { actions: 'becauseOfGates' },
        settled: [{ guard: 'wasInterrupted', actions: [finalProgress, 'tellWait'] }, { actions: finalProgress }],
      },
    },
    active: {
      initial: 'running',
      on: {
        dropped: { target: 'waiting', actions: ['becauseOfQueue', 'interruptTransfer'] },
        succeeded: {
          target: 'completed',
          actions: ['becauseOfNothing', finalProgress, 'tellCompleted', 'broadcastCompleted'],
        },
        faulted: {
          target: 'failed',
          actions: ['becauseOfFault', finalProgress, 'tellFailed', 'tellFault', 'broadcastFailed'],
        },
        linkChanged: [
          { guard: 'linkServes', actions: 'reopenTransfer' },
          {
            guard: 'waitsForNetwork',
            target: 'waiting',
            actions: ['becauseOfQueue', 'moveReason', 'interruptTransfer'],
          },
          { target: 'failed', actions: ['becauseOfLink', 'interruptTransfer'] },
        ],
        appExpired: [
          {
            guard: 'isForegroundUpload',
            target: 'failed',
            actions: ['becauseOfQueue', 'moveReason', 'interruptTransfer'],
          },
          {
            guard: 'isForegroundTask',
            target: 'waiting',
            actions: ['becauseOfQueue', 'moveReason', 'interruptTransfer'],
          },
        ],
        accountLeft: { target: 'waiting', actions: ['becauseOfQueue', 'moveReason', 'interruptTransfer'] },
        outlived: { target: 'stopped', actions: ['becauseOfUser', 'closeTransfer'] },
        restarted: [
          { guard: 'failsAtRestart', target: 'failed' },
          { target: 'waiting', actions: 'becauseOfGates' },
        ],
        settled: { actions: finalProgress },
      },
      states: {
        running: {
          on: { ...answers('running'), ...whileActive, retrying: { guard: 'showsRetrying', target: 'retrying' } },
        },
        retrying: { on: { ...answers('retrying'), ...whileActive, reconnected: 'running' } },
      },
    },
    paused: {
      on: {
        ...answers('paused'),
        ...collectedAfter(retentionMs.other),
        resume: { target: 'joining', actions: { type: 'tell', params: { event: 'resume', state: 'waiting' } } },
        settled: { actions: finalProgress },
      },
    },
    stopped: {
      on: {
        ...answers('stopped'),
        ...collectedAfter(retentionMs.other),
        start: [
          { guard: 'mayStartAgain', target: 'joining', actions: 'resetRuntime' },
          refusal(errorCodes.TASK_STATE, 'stopped'),
        ],
        settled: { actions: finalProgress },
      },
    },
    completed: { on: { ...answers('completed'), ...collectedAfter(retentionMs.completed) } },
    failed: {
      on: {
        ...answers('failed'),
        ...collectedAfter(retentionMs.other),
        start: [
          { guard: 'mayStartAgain', target: 'joining', actions: 'resetRuntime' },
          refusal(errorCodes.TASK_STATE, 'failed'),
        ],
        settled: { actions: [finalProgress, 'tellFailed', 'tellFault', 'broadcastFailed'] },
      },
    },
    // Not `final`: an ended chart would drop an operation in silence.
    removed: {
      on: {
        ...answers('removed'),
        remove: refusal(errorCodes.TASK_NOT_FOUND, 'removed'),
        setMaxSpeed: refusal(errorCodes.TASK_STATE, 'removed'),
        getTask: tombstone,
        show: tombstone,
        touch: tombstone,
        query: tombstone,
        search: tombstone,
        collected: { actions: 'forget' },
      },
    },
  },
});

function hasSurroundings(event: TaskEvent): event is Extract<TaskEvent, { around: Surroundings }> {
  return 'around' in event;
}
