import { emit, setup } from 'xstate';
import { rule } from './rules.ts';
import { type ErrorCode, errorCodes, type Mode, type Rules } from './vocabulary.ts';

/** How long foreground tasks go on after their app left the foreground, ms. @source harmony-request.md 4.2 */
export const graceMs = 60_000;

export type AppState = 'foreground' | 'grace' | 'background' | 'closing' | 'terminated';

export type AppEvent =
  | { readonly type: 'create'; readonly mode: Mode }
  | { readonly type: 'entered' }
  | { readonly type: 'left' }
  | { readonly type: 'terminated' }
  | { readonly type: 'graceEnded' };

export type AppEffect =
  | { readonly type: 'allowed'; readonly operation: 'create' }
  | { readonly type: 'refused'; readonly code: ErrorCode; readonly operation: 'create'; readonly state: AppState }
  | { readonly type: 'grace.begin'; readonly delayMs: number }
  | { readonly type: 'grace.end' }
  /** Tasks of the app learn of it. */
  | { readonly type: 'tasks.tell'; readonly happening: 'appEntered' | 'appExpired' }
  | { readonly type: 'listeners.drop' };

/**
 * The owner of tasks. It leaves the foreground at once; its foreground tasks learn of it after the grace.
 * `closing` and `terminated` (where it begins) are `grace` and `background` of an app whose process is gone.
 * @source harmony-request.md 4.1–4.3
 */
export const appMachine = setup({
  types: {} as {
    input: { readonly rules: Rules };
    context: { readonly rules: Rules };
    events: AppEvent;
    emitted: AppEffect;
  },
  guards: {
    mayCreate: ({ context, event }) =>
      rule(context.rules, 'foregroundTaskFromBackground') || (event.type === 'create' && event.mode !== 'foreground'),
  },
  actions: {
    allow: emit({ type: 'allowed', operation: 'create' } as const),
    refuse: emit(
      (_, params: { readonly state: AppState }) =>
        ({ type: 'refused', code: errorCodes.TASK_MODE, operation: 'create', state: params.state }) as const,
    ),
    beginGrace: emit({ type: 'grace.begin', delayMs: graceMs } as const),
    endGrace: emit({ type: 'grace.end' } as const),
    tellEntered: emit({ type: 'tasks.tell', happening: 'appEntered' } as const),
    tellExpired: emit({ type: 'tasks.tell', happening: 'appExpired' } as const),
    dropListeners: emit({ type: 'listeners.drop' } as const),
  },
}).createMachine({
  id: 'app',
  context: ({ input }) => ({ rules: input.rules }),
  initial: 'terminated',
  states: {
    foreground: {
      on: {
        create: { actions: 'allow' },
        left: { target: 'grace', actions: 'beginGrace' },
        terminated: { target: 'closing', actions: ['dropListeners', 'beginGrace'] },
      },
    },
    grace: {
      on: {
        create: outsideForeground('grace'),
        entered: { target: 'foreground', actions: ['endGrace', 'tellEntered'] },
        terminated: { target: 'closing', actions: 'dropListeners' },
        graceEnded: { target: 'background', actions: 'tellExpired' },
      },
    },
    background: {
      on: {
        create: outsideForeground('background'),
        entered: { target: 'foreground', actions: 'tellEntered' },
        terminated: { target: 'terminated', actions: 'dropListeners' },
      },
    },
    closing: {
      on: {
        create: outsideForeground('closing'),
        entered: { target: 'foreground', actions: ['endGrace', 'tellEntered'] },
        graceEnded: { target: 'terminated', actions: 'tellExpired' },
      },
    },
    terminated: {
      on: {
        create: outsideForeground('terminated'),
        entered: { target: 'foreground', actions: 'tellEntered' },
      },
    },
  },
});

function outsideForeground(state: AppState) {
  return [{ guard: 'mayCreate', actions: 'allow' }, { actions: { type: 'refuse', params: { state } } }] as const;
}

export type AccountEvent = { readonly type: 'activated' } | { readonly type: 'suspended' } | { readonly type: 'left' };
export type AccountEffect = {
  readonly type: 'tasks.tell';
  readonly happening: 'accountReturned' | 'accountLeft';
};

/**
 * A user of the device; `suspended` users keep their transfers, but calls on their tasks find nothing.
 * @source harmony-request.md 2.6, 4.6
 */
export const accountMachine = setup({
  types: {} as { events: AccountEvent; emitted: AccountEffect },
  actions: {
    tellReturned: emit({ type: 'tasks.tell', happening: 'accountReturned' } as const),
    tellLeft: emit({ type: 'tasks.tell', happening: 'accountLeft' } as const),
  },
}).createMachine({
  id: 'account',
  initial: 'active',
  states: {
    active: { on: { suspended: 'suspended', left: { target: 'inactive', actions: 'tellLeft' } } },
    suspended: { on: { activated: 'active', left: { target: 'inactive', actions: 'tellLeft' } } },
    inactive: {
      on: {
        activated: { target: 'active', actions: 'tellReturned' },
        suspended: { target: 'suspended', actions: 'tellReturned' },
      },
    },
  },
});
