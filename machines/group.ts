import { emit, setup } from 'xstate';
import { type ErrorCode, errorCodes } from './vocabulary.ts';

export type GroupOperation = 'attachGroup' | 'deleteGroup';
export type GroupState = 'open' | 'deleted';

export type GroupEvent = { readonly type: GroupOperation };
export type GroupEffect =
  | { readonly type: 'allowed'; readonly operation: GroupOperation }
  | {
      readonly type: 'refused';
      readonly code: ErrorCode;
      readonly operation: GroupOperation;
      readonly state: GroupState;
    };

/** Tasks whose notifications are shown as one. Deletion is final: nothing is attached any more. @source harmony-request.md 9.1 */
export const groupMachine = setup({
  types: {} as { events: GroupEvent; emitted: GroupEffect },
  actions: {
    allow: emit(({ event }) => ({ type: 'allowed', operation: event.type }) as const),
    refuse: emit(
      ({ event }) =>
        ({ type: 'refused', code: errorCodes.GROUP_NOT_FOUND, operation: event.type, state: 'deleted' }) as const,
    ),
  },
}).createMachine({
  id: 'group',
  initial: 'open',
  states: {
    open: { on: { attachGroup: { actions: 'allow' }, deleteGroup: { target: 'deleted', actions: 'allow' } } },
    deleted: { on: { attachGroup: { actions: 'refuse' }, deleteGroup: { actions: 'refuse' } } },
  },
});
