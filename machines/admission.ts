import { emit, setup } from 'xstate';
import { type ErrorCode, type ErrorName, errorCodes, type Operation } from './vocabulary.ts';

/** What may be wrong with a call before a task is asked; a fact left out is not so. */
export type Obstacle =
  | 'parametersWrong'
  | 'pathBad'
  | 'fileUnusable'
  | 'notSystemApp'
  | 'serviceDown'
  | 'notPermitted'
  | 'notForeground'
  | 'queueFull'
  /** Its record cannot be stored, or its form data is of no use. */
  | 'notCreatable'
  /** The id is not a number, or no record has it. */
  | 'unknownTask'
  /** The user that owns it is not the one at the device. */
  | 'accountAway'
  | 'notOwner'
  | 'wrongToken'
  /** The id is not a number, no group has it, or it belongs to another app. */
  | 'unknownGroup';

export type Facts = { readonly [O in Obstacle]?: boolean };

export type AdmissionEvent = { readonly type: Operation; readonly facts: Facts };
export type AdmissionEffect =
  | { readonly type: 'allowed'; readonly operation: Operation }
  | {
      readonly type: 'refused';
      readonly code: ErrorCode;
      readonly operation: Operation;
      readonly state: 'open';
      readonly obstacle: Obstacle;
    };

const codes: Record<Obstacle, ErrorName> = {
  parametersWrong: 'PARAMETER',
  pathBad: 'FILE_PATH',
  fileUnusable: 'FILE_IO',
  notSystemApp: 'SYSTEM_API',
  serviceDown: 'SERVICE',
  notPermitted: 'PERMISSION',
  notForeground: 'TASK_MODE',
  queueFull: 'QUEUE_FULL',
  notCreatable: 'OTHER',
  unknownTask: 'TASK_NOT_FOUND',
  accountAway: 'TASK_NOT_FOUND',
  notOwner: 'TASK_NOT_FOUND',
  wrongToken: 'TASK_NOT_FOUND',
  unknownGroup: 'GROUP_NOT_FOUND',
};

const notMine = ['unknownTask', 'accountAway', 'notOwner'] as const;

/** The obstacles that each call minds, the first that applies answering. @source harmony-request.md 2.5.1, 2.6, 9 */
export const orderOfRefusals = {
  create: [
    'parametersWrong',
    'pathBad',
    'fileUnusable',
    'serviceDown',
    'notPermitted',
    'notForeground',
    'queueFull',
    'notCreatable',
  ],
  start: ['serviceDown', 'notPermitted', ...notMine],
  pause: ['serviceDown', 'notPermitted', ...notMine],
  resume: ['serviceDown', 'notPermitted', ...notMine],
  stop: ['serviceDown', ...notMine],
  remove: ['parametersWrong', 'serviceDown', 'notPermitted', ...notMine],
  setMaxSpeed: ['parametersWrong', 'serviceDown', ...notMine],
  getTask: ['parametersWrong', 'serviceDown', ...notMine, 'wrongToken'],
  show: ['parametersWrong', 'serviceDown', ...notMine, 'wrongToken'],
  touch: ['parametersWrong', 'serviceDown', ...notMine, 'wrongToken'],
  query: ['parametersWrong', 'notSystemApp', 'serviceDown', 'notPermitted', ...notMine],
  search: ['parametersWrong', 'serviceDown'],
  on: ['parametersWrong'],
  off: ['parametersWrong'],
  createGroup: ['parametersWrong', 'serviceDown'],
  attachGroup: ['parametersWrong', 'serviceDown', 'unknownGroup', ...notMine],
  deleteGroup: ['parametersWrong', 'serviceDown', 'unknownGroup'],
} as const satisfies Record<Operation, readonly Obstacle[]>;

/** The transitions of one call: refuse for the first obstacle there is, else allow. */
function answers(order: readonly Obstacle[]) {
  return [
    ...order.map((obstacle) => ({
      guard: { type: 'meets' as const, params: { obstacle } },
      actions: { type: 'refuse' as const, params: { code: errorCodes[codes[obstacle]], obstacle } },
    })),
    { actions: 'allow' as const },
  ];
}

/**
 * May this call be made at all? It takes the facts of the call as its event, and refuses or allows. What the task
 * itself says to a call that is allowed, the task chart says.
 */
export const admissionMachine = setup({
  types: {} as { events: AdmissionEvent; emitted: AdmissionEffect },
  guards: { meets: ({ event }, params: { readonly obstacle: Obstacle }) => event.facts[params.obstacle] === true },
  actions: {
    allow: emit(({ event }) => ({ type: 'allowed', operation: event.type }) as const),
    refuse: emit(
      ({ event }, params: { readonly code: ErrorCode; readonly obstacle: Obstacle }) =>
        ({ type: 'refused', operation: event.type, state: 'open', ...params }) as const,
    ),
  },
}).createMachine({
  id: 'admission',
  initial: 'open',
  states: {
    open: {
      on: Object.fromEntries(Object.entries(orderOfRefusals).map(([call, order]) => [call, answers(order)])) as {
        readonly [operation in Operation]: ReturnType<typeof answers>;
      },
    },
  },
});
