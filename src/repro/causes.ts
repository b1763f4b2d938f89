import type { Obstacle } from '../../machines/admission.ts';
import {
  type Action,
  type Api,
  errorCodes,
  type Fault,
  type Reason,
  reasons,
  ruleSets,
} from '../../machines/vocabulary.ts';
import { catalogues } from '../errors/catalogues.ts';
import { obstacleOf } from './disk.ts';
import { type PlaceName, placeNames, placeOf } from './places.ts';
import type { Refusal, Scene } from './scene.ts';
import type { Step } from './steps.ts';

/** What a search may come upon: a call that is refused, or a task that fails. */
export interface Finding {
  /** Before the last step. */
  readonly scene: Scene;
  readonly step: Step;
  readonly refusal: Refusal | null;
  readonly failed: Reason | null;
}

/** One of the ways in which an error comes about. */
export interface Cause {
  /** From 1 on. */
  readonly n: number;
  /** In the catalogue's words where it has them. */
  readonly text: string;
  readonly isPublished: boolean;
  /** Is this it? */
  readonly fits: (finding: Finding) => boolean;
}

/** An error that can be reproduced: a published code, or a fault of a failed task. */
export interface Subject {
  /** `21900007`, or `TIMEOUT`. */
  readonly name: string;
  readonly kind: 'code' | 'fault';
  readonly code: number | null;
  readonly fault: Fault | null;
  /** The published text, or what the fault is called. */
  readonly message: string;
  readonly causes: readonly Cause[];
}

type Fits = Cause['fits'];

const withCode =
  (code: number, fits: Fits = () => true): Fits =>
  (finding) =>
    finding.refusal?.code === code && fits(finding);
const withObstacle =
  (obstacle: Obstacle): Fits =>
  ({ refusal }) =>
    refusal?.obstacle === obstacle;
const calls =
  (operation: string): Fits =>
  ({ refusal }) =>
    refusal?.operation === operation;
const inState =
  (...states: readonly string[]): Fits =>
  ({ scene }) =>
    states.includes(scene.task?.value ?? 'none');
const outOfState =
  (...states: readonly string[]): Fits =>
  ({ scene }) =>
    scene.task !== null && !states.includes(scene.task.value);
const every =
  (...all: readonly Fits[]): Fits =>
  (finding) =>
    all.every((fits) => fits(finding));
const byChart =
  (chart: Refusal['chart']): Fits =>
  ({ refusal }) =>
    refusal?.chart === chart;
const atPlace =
  (place: PlaceName): Fits =>
  ({ step }) =>
    step.do === 'create' && step.place === place;
const ofTask: Fits = ({ step }) => step.do === 'call' && step.of === 'task';
const ofNone: Fits = ({ step }) => step.do === 'call' && step.of === 'never';
const byOther: Fits = ({ step }) => step.do === 'call' && step.by === 'other';

interface Words {
  readonly text: string;
  readonly fits: Fits;
}

/** What each published cause is, in the terms of the charts, in the order of the catalogue. */
const published: Readonly<Record<number, readonly Fits[]>> = {
  [errorCodes.FILE_IO]: [atPlace('locked')],
  [errorCodes.FILE_PATH]: [() => true],
  [errorCodes.SERVICE]: [calls('create')],
  [errorCodes.OTHER]: [calls('create')],
  [errorCodes.QUEUE_FULL]: [({ step }) => step.do === 'create' && step.api === 'agent' && step.mode === 'background'],
  [errorCodes.TASK_MODE]: [withObstacle('notForeground')],
  [errorCodes.TASK_NOT_FOUND]: [ofNone],
  [errorCodes.TASK_STATE]: [
    every(calls('start'), inState('removed')),
    every(calls('start'), outOfState('initialized', 'removed')),
    every(calls('pause'), outOfState('running', 'retrying')),
    every(calls('resume'), outOfState('paused')),
    every(calls('stop'), outOfState('running', 'retrying')),
  ],
};

/** Causes that the catalogue does not name. Those of files follow from `places`. */
const further: Readonly<Record<number, readonly Words[]>> = {
  [errorCodes.SERVICE]: [
    {
      text: 'Calling anything else while the service cannot be reached',
      fits: every(withObstacle('serviceDown'), ({ refusal }) => refusal?.operation !== 'create'),
    },
    {
      text: 'Deleting a task while the service cannot be reached',
      fits: every(withObstacle('serviceDown'), calls('remove')),
    },
    { text: 'A change that cannot be stored', fits: byChart('store') },
  ],
  [errorCodes.OTHER]: [
    {
      text: 'Creating a task whose record cannot be stored',
      fits: every(withObstacle('notCreatable'), ({ scene }) => scene.storeIsFull),
    },
    {
      text: 'Calling uploadFile with data that is no array',
      fits: ({ step }) => step.do === 'create' && step.variant === 'dataNoArray',
    },
  ],
  [errorCodes.QUEUE_FULL]: [
    {
      text: 'Creating a foreground task when the app has too many of them',
      fits: ({ step }) => step.do === 'create' && step.mode === 'foreground',
    },
    {
      text: 'Calling downloadFile or uploadFile when the queue is full',
      fits: ({ step }) => step.do === 'create' && step.api === 'legacy',
    },
  ],
  [errorCodes.TASK_MODE]: [{ text: 'Attaching a foreground task to a group', fits: calls('attachGroup') }],
  [errorCodes.TASK_NOT_FOUND]: [
    {
      text: 'Deleting a task that never was',
      fits: every(calls('remove'), ofNone),
    },
    { text: 'Deleting a task that was deleted', fits: every(calls('remove'), ofTask, inState('removed')) },
    { text: 'Querying a task that was deleted', fits: every(calls('show'), ofTask, inState('removed')) },
    {
      text: 'Querying a task that the clean-up has taken',
      fits: every(calls('show'), ofTask, ({ scene }) => scene.collected),
    },
    { text: "Querying another app's task", fits: every(calls('show'), byOther) },
    { text: "Deleting another app's task", fits: every(calls('remove'), byOther) },
    { text: 'Querying a task without its token', fits: withObstacle('wrongToken') },
    {
      text: 'Querying a task of a user who is not the one at the device',
      fits: every(calls('show'), withObstacle('accountAway')),
    },
    { text: 'Querying an id that is too long for one', fits: byChart('arguments') },
  ],
  [errorCodes.TASK_STATE]: [
    { text: 'Setting the speed of a deleted task', fits: calls('setMaxSpeed') },
    { text: 'Attaching a task that was started to a group', fits: calls('attachGroup') },
  ],
};

const actions: readonly Action[] = ['download', 'upload'];
const apis: readonly Api[] = ['agent', 'legacy'];

/** Every file that some call of some rule set answers with the code; which those are, the checks of the api know. */
function fileCauses(code: number): readonly Words[] {
  const obstacle: Obstacle = code === errorCodes.FILE_IO ? 'fileUnusable' : 'pathBad';
  const raises = (place: PlaceName) =>
    ruleSets.some((rules) =>
      actions.some((action) =>
        apis.some(
          (api) =>
            mayName(api, place, action) &&
            obstacleOf(
              rules,
              { do: 'create', api, action, mode: 'background', place, variant: 'plain', times: 1 },
              null,
            ) === obstacle,
        ),
      ),
    );
  return placeNames
    .filter((place) => !(code === errorCodes.FILE_IO && place === 'locked') && raises(place))
    .map((place) => ({ text: textOf(place), fits: atPlace(place) }));
}

/** Legacy calls cannot ask for a file to be overwritten. */
function mayName(api: Api, name: PlaceName, action: Action): boolean {
  const place = placeOf(name, action);
  return place !== null && (api === 'agent' || place.overwrite !== true);
}

function textOf(place: PlaceName): string {
  const says = [...new Set(actions.flatMap((action) => placeOf(place, action)?.says ?? []))];
  return `A file that ${says.join(', or ')}`;
}

function codeSubject({ code, message, causes }: (typeof catalogues.harmony)[number]): Subject {
  const inWords =
    code === errorCodes.FILE_IO || code === errorCodes.FILE_PATH ? fileCauses(code) : (further[code] ?? []);
  const named = causes.map((text, at) => ({ text, fits: published[code]?.[at] ?? (() => true), isPublished: true }));
  return {
    name: String(code),
    kind: 'code',
    code,
    fault: null,
    message,
    causes: [...named, ...inWords.map((words) => ({ ...words, isPublished: false }))].map(
      ({ text, fits, isPublished }, at) => ({ n: at + 1, text, isPublished, fits: withCode(code, fits) }),
    ),
  };
}

/** `lowSpeed` is published as `LOW_SPEED`. */
export function faultName(fault: Fault): string {
  return fault.replace(/[A-Z]/g, '_$&').toUpperCase();
}

/** Why a task may fail; reasons of tasks that only wait, or were asked to stop, are left out. */
const failingReasons = (Object.keys(reasons) as Reason[]).filter((reason) => !isOfWaiting(reason));

function isOfWaiting(reason: Reason): boolean {
  return /^(default|queued|user|account|.+[aA]ccount|networkApp)$/.test(reason);
}

const reasonSays: { readonly [reason in Reason]?: string } = {
  appBackground: 'The app has left the foreground for too long, and the task is a foreground upload',
  offline: 'The network is gone, and the task may not wait for it',
  unsuitable: 'The network is not one that the task may use, and it may not wait for another',
  build: 'No request can be made of the config',
  sizeUnknown: 'The size of the file is not known, and the config wants it',
  timeout: 'The time is over',
  request: 'What comes back is no response',
  redirect: 'A redirect cannot be followed',
  protocol: 'The server answers with a status that is no success',
  io: 'The file of the task cannot be read or written any more',
  range: 'The server does not send the part that was asked for',
  other: 'The connection breaks, and breaks again',
  dns: 'The name of the server leads nowhere',
  tcp: 'There is no connection to the server',
  ssl: 'There is no secure connection to the server',
  space: 'The disk is full',
  lowSpeed: 'The transfer is slower than the config allows',
};

function faultSubjects(): Subject[] {
  const faults = [...new Set(failingReasons.flatMap((reason) => reasons[reason].fault ?? []))];
  return faults.map((fault) => ({
    name: faultName(fault),
    kind: 'fault',
    code: null,
    fault,
    message: `Faults.${faultName(fault)}`,
    causes: failingReasons
      .filter((reason) => reasons[reason].fault === fault)
      .map((reason, at) => ({
        n: at + 1,
        text: reasonSays[reason] ?? reason,
        isPublished: true,
        fits: ({ failed }) => failed === reason,
      })),
  }));
}

/** Everything that can be reproduced: the eight codes, then the faults. */
export const subjects: readonly Subject[] = [...catalogues.harmony.map(codeSubject), ...faultSubjects()];
