import { assign, emit, setup } from 'xstate';
import type { FaultCause, Reason } from './vocabulary.ts';

/** Network retries of one run. @source harmony-request.md 5.1 */
export const triesMax = 4;
/** Pause before each of them, ms. */
export const retryDelayMs = 400;
/** Answers of status 408, one after the other, that are asked again. */
export const status408Max = 2;

/** How a run was ended from outside: with word of why the task waits or failed (`interrupted`), or without. */
export interface Closing {
  readonly interrupted: boolean;
}

export type TransferEvent =
  /** A slot is taken: begin, with the file at `index`. */
  | { readonly type: 'open'; readonly index: number }
  | ({ readonly type: 'close' } & Closing)
  /** The link has changed: every socket is rebuilt. */
  | { readonly type: 'reopen' }
  | { readonly type: 'responded'; readonly status: number }
  | { readonly type: 'finished' }
  | {
      readonly type: 'faulted';
      readonly cause: FaultCause;
      readonly status: number | null;
      /** Was there a link at that moment? */
      readonly online: boolean;
      /** Was it trouble with a file here, which the network can do nothing about? */
      readonly local?: boolean;
    }
  | { readonly type: 'cancelled' }
  | { readonly type: 'delayEnded' }
  | { readonly type: 'timedOut' }
  | { readonly type: 'tooSlow' };

export type TransferEffect =
  | { readonly type: 'exchange.open'; readonly index: number }
  | { readonly type: 'exchange.cancel' }
  | { readonly type: 'retry.arm'; readonly delayMs: number }
  | { readonly type: 'retry.disarm' }
  /** Letters to the task. */
  | { readonly type: 'task.retrying' }
  | { readonly type: 'task.reconnected' }
  | { readonly type: 'task.succeeded' }
  | { readonly type: 'task.faulted'; readonly reason: Reason }
  | ({ readonly type: 'task.settled' } & Closing);

export interface TransferContext {
  readonly exchanges: number;
  readonly index: number;
  readonly tries: number;
  readonly statuses408: number;
  /** How a run that is being ended was ended. */
  readonly interrupted: boolean;
  readonly failure: Reason;
}

const lastWord = <const Then>(then: Then) => ({ finished: then, faulted: then, cancelled: then });

/**
 * One run of a task, from the slot it takes to its last word: exchange after exchange, with retries in between.
 * A run that was cancelled is over only when the transport says so; until then no second one may touch the file.
 * @source harmony-request.md 3.6, 5.1, 7.3, 13
 */
export const transferMachine = setup({
  types: {} as {
    input: { readonly exchanges: number };
    context: TransferContext;
    events: TransferEvent;
    emitted: TransferEffect;
  },
  guards: {
    hasMoreFiles: ({ context }) => context.index + 1 < context.exchanges,
    mayAskAgain: ({ context, event }) =>
      event.type === 'faulted' && event.status === 408 && context.statuses408 < status408Max,
    mayRetry: ({ context, event }) =>
      event.type === 'faulted' &&
      event.online &&
      !event.local &&
      isNetworkTrouble(event.cause) &&
      context.tries < triesMax,
    is408: ({ event }) => event.type === 'responded' && event.status === 408,
  },
  actions: {
    begin: assign(({ event }) => ({
      index: event.type === 'open' ? event.index : 0,
      tries: 0,
      statuses408: 0,
    })),
    nextFile: assign({ index: ({ context }) => context.index + 1, statuses408: 0 }),
    count408: assign({ statuses408: ({ context }) => context.statuses408 + 1 }),
    forget408: assign({ statuses408: 0 }),
    countTry: assign({ tries: ({ context }) => context.tries + 1 }),
    keepClosing: assign({ interrupted: ({ event }) => event.type === 'close' && event.interrupted }),
    keepFailure: assign((_, params: { readonly reason: Reason }) => ({ failure: params.reason })),
    openExchange: emit(({ context }) => ({ type: 'exchange.open', index: context.index }) as const),
    cancelExchange: emit({ type: 'exchange.cancel' } as const),
    armRetry: emit({ type: 'retry.arm', delayMs: retryDelayMs } as const),
    disarmRetry: emit({ type: 'retry.disarm' } as const),
    tellRetrying: emit({ type: 'task.retrying' } as const),
    tellReconnected: emit({ type: 'task.reconnected' } as const),
    tellSucceeded: emit({ type: 'task.succeeded' } as const),
    tellFaulted: emit(
      ({ event }) => ({ type: 'task.faulted', reason: event.type === 'faulted' ? event.cause : 'other' }) as const,
    ),
    tellFailure: emit(({ context }) => ({ type: 'task.faulted', reason: context.failure }) as const),
    tellSettled: emit(({ context }) => ({ type: 'task.settled', interrupted: context.interrupted }) as const),
  },
}).createMachine({
  id: 'transfer',
  context: ({ input }) => ({
    exchanges: input.exchanges,
    index: 0,
    tries: 0,
    statuses408: 0,
    interrupted: false,
    failure: 'other',
  }),
  initial: 'idle',
  states: {
    idle: { on: { open: { target: 'exchanging', actions: 'begin' } } },
    exchanging: {
      entry: 'openExchange',
      on: {
        responded: [{ guard: 'is408' }, { actions: 'forget408' }],
        finished: [
          { guard: 'hasMoreFiles', target: 'exchanging', reenter: true, actions: 'nextFile' },
          { target: 'idle', actions: 'tellSucceeded' },
        ],
        faulted: [
          { guard: 'mayAskAgain', target: 'exchanging', reenter: true, actions: 'count408' },
          { guard: 'mayRetry', target: 'delaying', actions: 'countTry' },
          { target: 'idle', actions: 'tellFaulted' },
        ],
        close: { target: 'cancelling', actions: ['keepClosing', 'cancelExchange'] },
        reopen: { target: 'reopening', actions: 'cancelExchange' },
        timedOut: {
          target: 'failing',
          actions: [{ type: 'keepFailure', params: { reason: 'timeout' } }, 'cancelExchange'],
        },
        tooSlow: {
          target: 'failing',
          actions: [{ type: 'keepFailure', params: { reason: 'lowSpeed' } }, 'cancelExchange'],
        },
      },
    },
    delaying: {
      entry: ['armRetry', 'tellRetrying'],
      exit: 'disarmRetry',
      on: {
        delayEnded: { target: 'exchanging', actions: 'tellReconnected' },
        reopen: { target: 'exchanging', actions: 'tellReconnected' },
        close: { target: 'idle', actions: ['keepClosing', 'tellSettled'] },
        timedOut: {
          target: 'idle',
          actions: [{ type: 'keepFailure', params: { reason: 'timeout' } }, 'tellFailure'],
        },
      },
    },
    cancelling: {
      on: { ...lastWord({ target: 'idle', actions: 'tellSettled' }), open: { target: 'reopening', actions: 'begin' } },
    },
    reopening: {
      on: {
        ...lastWord({ target: 'exchanging' }),
        close: { target: 'cancelling', actions: 'keepClosing' },
        timedOut: { target: 'failing', actions: { type: 'keepFailure', params: { reason: 'timeout' } } },
      },
    },
    failing: {
      on: {
        ...lastWord({ target: 'idle', actions: 'tellFailure' }),
        close: { target: 'cancelling', actions: 'keepClosing' },
      },
    },
  },
});

/** No connection, or one that broke: worth another try. */
function isNetworkTrouble(cause: FaultCause): boolean {
  return cause === 'dns' || cause === 'tcp' || cause === 'ssl' || cause === 'other';
}
