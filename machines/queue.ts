import { assign, emit, setup } from 'xstate';
import { rule } from './rules.ts';
import { type ErrorCode, errorCodes, type Mode, type Rules, type State } from './vocabulary.ts';

/** Tasks in these states take up room in their app's queue. @source harmony-request.md 3.1 */
export function takesRoom(state: State): boolean {
  return state !== 'stopped' && state !== 'completed' && state !== 'failed' && state !== 'removed';
}

/** How many tasks an app may have; Infinity: never full. @source harmony-request.md 3.1 */
export interface QueueLimits {
  readonly backgroundTasksMax: number;
  readonly foregroundTasksMax: number;
}

/** Foreground tasks are counted in a bucket of their own. */
export function defaultLimits(rules: Rules): QueueLimits {
  return { backgroundTasksMax: 1001, foregroundTasksMax: rule(rules, 'foregroundTasksMax') };
}

export type Bucket = 'background' | 'foreground';

/** The bucket of an app's queue that a task is counted in. */
export function bucketOf(mode: Mode): Bucket {
  return mode === 'foreground' ? 'foreground' : 'background';
}

export type QueueEvent =
  | { readonly type: 'create' }
  | { readonly type: 'entered' }
  | { readonly type: 'left' }
  | { readonly type: 'limitChanged'; readonly tasksMax: number };

export type QueueEffect =
  | { readonly type: 'allowed'; readonly operation: 'create' }
  | {
      readonly type: 'refused';
      readonly code: ErrorCode;
      readonly operation: 'create';
      readonly state: 'accepting' | 'full';
    };

/** The quota of one app in one bucket. Its count is that of the tasks that take room; it is never stored. */
export const queueMachine = setup({
  types: {} as {
    input: { readonly tasksMax: number; readonly count?: number };
    context: { readonly count: number; readonly tasksMax: number };
    events: QueueEvent;
    emitted: QueueEffect;
  },
  guards: {
    hasRoom: ({ context }) => context.count < context.tasksMax,
    isFull: ({ context }) => context.count >= context.tasksMax,
  },
  actions: {
    countOneMore: assign({ count: ({ context }) => context.count + 1 }),
    countOneLess: assign({ count: ({ context }) => context.count - 1 }),
    setLimit: assign({
      tasksMax: ({ context, event }) => (event.type === 'limitChanged' ? event.tasksMax : context.tasksMax),
    }),
    allow: emit({ type: 'allowed', operation: 'create' } as const),
    refuse: emit({ type: 'refused', code: errorCodes.QUEUE_FULL, operation: 'create', state: 'full' } as const),
  },
}).createMachine({
  id: 'queue',
  context: ({ input }) => ({ count: input.count ?? 0, tasksMax: input.tasksMax }),
  initial: 'accepting',
  on: {
    entered: { actions: 'countOneMore' },
    left: { actions: 'countOneLess' },
    limitChanged: { actions: 'setLimit' },
  },
  states: {
    accepting: {
      always: { guard: 'isFull', target: 'full' },
      on: { create: { actions: 'allow' } },
    },
    full: {
      always: { guard: 'hasRoom', target: 'accepting' },
      on: { create: { actions: 'refuse' } },
    },
  },
});
