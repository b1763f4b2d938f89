import { emit, setup } from 'xstate';
import { rule } from './rules.ts';
import { type ErrorCode, errorCodes, type Operation, type Rules } from './vocabulary.ts';

export type ServiceEvent =
  | { readonly type: 'call'; readonly operation: Operation }
  | { readonly type: 'wentDown' }
  | { readonly type: 'cameUp' };

export type ServiceEffect =
  | { readonly type: 'allowed'; readonly operation: Operation }
  | {
      readonly type: 'refused';
      readonly code: ErrorCode;
      readonly operation: Operation;
      readonly state: 'available' | 'unavailable';
    };

/** Can the background service be reached? @source harmony-request.md 8.4, 9.8 */
export const serviceMachine = setup({
  types: {} as {
    input: { readonly rules: Rules };
    context: { readonly rules: Rules };
    events: ServiceEvent;
    emitted: ServiceEffect;
  },
  guards: {
    needsNoService: ({ context, event }) =>
      rule(context.rules, 'removeWithoutService') && event.type === 'call' && event.operation === 'remove',
  },
  actions: {
    allow: emit(({ event }) => ({ type: 'allowed', operation: operationOf(event) }) as const),
    refuse: emit(
      ({ event }) =>
        ({
          type: 'refused',
          code: errorCodes.SERVICE,
          operation: operationOf(event),
          state: 'unavailable',
        }) as const,
    ),
  },
}).createMachine({
  id: 'service',
  context: ({ input }) => ({ rules: input.rules }),
  initial: 'available',
  states: {
    available: { on: { call: { actions: 'allow' }, wentDown: 'unavailable' } },
    unavailable: {
      on: { call: [{ guard: 'needsNoService', actions: 'allow' }, { actions: 'refuse' }], cameUp: 'available' },
    },
  },
});

function operationOf(event: ServiceEvent): Operation {
  return event.type === 'call' ? event.operation : 'show';
}
