import type { Draft } from 'immer';
import type { BlobRef } from '../blobs.ts';
import type { Call } from '../service.ts';
import type { App, Settings, User } from './settings.ts';

export interface State {
  /** Ids given so far. */
  readonly ids: number;
  readonly drives: readonly Drive[];
}

/** All that one user has, in the folders of all applications. */
export interface Drive {
  readonly user: string;
  /** Path of a folder → path → what is in it. Every key begins with a slash, so none is a name that objects have. */
  readonly folders: Readonly<Record<string, Readonly<Record<string, Entry>>>>;
  /** Of all files together: their sum, kept so that an upload need not count. */
  readonly usedBytes: number;
  readonly slices: readonly Slice[];
  readonly bin: readonly Removed[];
  /** Grows by one with every change of an entry: what cursors are made of. */
  readonly revision: number;
  /** Paths that are gone, by path. */
  readonly removals: Readonly<Record<string, Removal>>;
  /** Removals up to this revision are forgotten. */
  readonly horizon: number;
  readonly requests: Spent;
  readonly traffic: Spent;
}

/** A file or a folder; times in seconds. */
export interface Entry {
  readonly path: string;
  /** Digits: longer than a number can hold. */
  readonly fsId: string;
  readonly ctime: number;
  readonly mtime: number;
  /** Null for a folder. */
  readonly blob: BlobRef | null;
  /** MD5 of what it was uploaded in. */
  readonly blocks: readonly string[];
  /** Of a folder; null: no quota of its own. */
  readonly quotaBytes: number | null;
  readonly revision: number;
}

/** A part of a file that is still to be joined; its MD5 names it. */
export interface Slice {
  readonly blob: BlobRef;
  readonly storedMs: number;
}

/** What one deletion took away: a file, or a folder and all below it. */
export interface Removed {
  readonly removedMs: number;
  readonly entries: readonly Entry[];
}

export interface Removal {
  readonly path: string;
  readonly fsId: string;
  readonly isFolder: boolean;
  readonly revision: number;
}

/** How much of a limit was used in which window of time. */
export interface Spent {
  readonly window: number;
  readonly amount: number;
}

/** One call of a client who is known. */
export interface Session {
  readonly state: Draft<State>;
  readonly drive: Draft<Drive>;
  readonly user: User;
  readonly app: App;
  /** The application's folder. */
  readonly root: string;
  readonly call: Call<Settings>;
}

export const initialState: State = { ids: 0, drives: [] };

/** The drive of a user, made when it is first asked for: settings may name users that an older state does not know. */
export function driveOf(state: Draft<State>, user: string): Draft<Drive> {
  const drive = state.drives.find((each) => each.user === user);
  if (drive !== undefined) return drive;
  const nothing: Spent = { window: 0, amount: 0 };
  state.drives.push({
    user,
    folders: {},
    usedBytes: 0,
    slices: [],
    bin: [],
    revision: 0,
    removals: {},
    horizon: 0,
    requests: nothing,
    traffic: nothing,
  });
  return driveOf(state, user);
}

/** Different for each number, and so many digits long; below 2⁶³, as the service's own. */
export function idOf(number: number, digits: number): string {
  return String(3n * 10n ** BigInt(digits - 1) + 7919n * BigInt(number));
}
