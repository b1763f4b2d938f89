import type { Action, Api, Operation } from '../../machines/vocabulary.ts';
import type { PlaceName } from './places.ts';
import type { WireName } from './wires.ts';

/** What a config asks for beside the url and the file. */
export type Variant = 'plain' | 'token' | 'noRetry' | 'wifiOnly' | 'dataNoArray';

/** The app creates a task, or as many as `times` says. */
export interface CreateStep {
  readonly do: 'create';
  /** legacy: by `downloadFile` or `uploadFile`. */
  readonly api: Api;
  readonly action: Action;
  readonly mode: 'background' | 'foreground';
  /** The file that the call names. */
  readonly place: PlaceName;
  readonly variant: Variant;
  readonly times: number;
}

export type CallOperation = Exclude<Operation, 'create' | 'query' | 'on' | 'off' | 'deleteGroup' | 'touch' | 'getTask'>;

/** The app, or another one, calls something else. */
export interface CallStep {
  readonly do: 'call';
  readonly operation: CallOperation;
  /** The task it is about: that of the story, one that never was, one whose id no task can have, or none. */
  readonly of: 'task' | 'never' | 'overlong' | 'none';
  readonly by: 'app' | 'other';
}

/** What happens around the app. */
export const worldMoves = [
  'appLeaves',
  'graceEnds',
  'offline',
  'cellular',
  'userLeaves',
  'serviceDies',
  'storeFills',
  'fileBreaks',
  'moment',
  'wait',
  'week',
] as const;
export type WorldMove = (typeof worldMoves)[number];

export type WorldStep =
  | { readonly do: 'world'; readonly move: WorldMove }
  | { readonly do: 'place'; readonly place: PlaceName; readonly action: Action }
  | { readonly do: 'wire'; readonly wire: WireName };

/** One thing that is done, as plain data. */
export type Step = CreateStep | CallStep | WorldStep;

/** How long the world goes on for each of the steps that are made of time, ms. */
export const durationsMs = {
  /** Long enough for a first try to fail, and too short for the next to begin. */
  moment: 200,
  /** Long enough for every transfer and every timeout of a story. */
  wait: 120_000,
  graceEnds: 60_000,
  /** A week in which nothing happens, and a day on top. */
  week: 8 * 86_400_000,
} as const;
