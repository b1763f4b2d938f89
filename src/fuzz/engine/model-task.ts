import type { Action, Network, Reason, State } from '../../../machines/vocabulary.ts';

/** What a server does with the next request for a task. */
export type Behaviour = 'finishes' | 'stalls' | 'denies' | 'breaks';

/** What the creator of a task chooses. */
export interface Draft {
  readonly action: Action;
  readonly mode: 'background' | 'foreground';
  readonly network: Network;
  readonly metered: boolean;
  readonly roaming: boolean;
  readonly retry: boolean;
  readonly priority: number;
  readonly token: string | null;
  /** An upload without a byte; downloads do not look at it. */
  readonly empty: boolean;
  /** What the server does with the first request. */
  readonly server: Behaviour;
}

export interface ModelTask extends Omit<Draft, 'server'> {
  readonly tid: string;
  /** One way to the server and back, ms; an exchange takes two of them. No two tasks have the same. */
  readonly latencyMs: number;
  readonly app: ModelApp;
  readonly createdMs: number;
  changedMs: number;
  server: Behaviour;
  state: State | 'gone';
  reason: Reason;
  run: Run | null;
  /** The object that the owner holds: it is released once it has heard of the removal. */
  object: 'none' | 'held' | 'released';
  /** Its removal is not yet told. */
  telling: boolean;
  /** It was paused when every byte had left and nobody had answered yet: that counts as done (Q37). */
  sent: boolean;
}

/** Where a run is: in an exchange with the server, or between two of them. */
export interface Run {
  readonly tries: number;
  readonly pausing: boolean;
  readonly dueMs: number;
  /** What the server then does; infinitely far off for one that stalls. */
  readonly ending: Behaviour;
}

export interface ModelApp {
  readonly uid: number;
  /** A system app that may manage the downloads of others. */
  readonly manages: boolean;
  readonly mayUseInternet: boolean;
  foreground: boolean;
  alive: boolean;
}

export type AccountState = 'active' | 'suspended' | 'inactive';

/** Has it a slot? */
export function isActive({ state }: Pick<ModelTask, 'state'>): boolean {
  return state === 'running' || state === 'retrying';
}

export function userOf({ uid }: ModelApp): number {
  return Math.floor(uid / 200_000);
}
