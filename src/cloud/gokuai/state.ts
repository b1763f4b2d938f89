import type { BlobRef } from '../blobs.ts';
import type { GokuaiSettings } from './settings.ts';

/** All that the service remembers. Instants are milliseconds since 1970. */
export interface GokuaiState {
  /** In the order of the settings. */
  readonly libraries: readonly LibraryFiles[];
  /** Contents that are known, by their SHA-1. */
  readonly contents: Readonly<Record<string, BlobRef>>;
  /** Begun by `create_file`, by the hash of the path. */
  readonly uploads: Readonly<Record<string, Upload>>;
  readonly links: readonly Link[];
  readonly tokens: readonly Token[];
}

export interface LibraryFiles {
  /** `/` + full path → entry: the slash keeps names like `__proto__` apart from those of JavaScript. */
  readonly entries: Readonly<Record<string, Entry>>;
  /** The last to go is the first. */
  readonly recycled: readonly Recycled[];
  /** In order; the oldest are forgotten. */
  readonly changes: readonly Change[];
  readonly work: readonly Work[];
  /** Versions so far: the next has this number + 1. */
  readonly versions: number;
}

/** What a file consists of at a time. `blob` is null from `create_file` to the end of the upload, and for folders. */
export interface Contents {
  readonly filehash: string;
  readonly filesize: number;
  readonly blob: BlobRef | null;
}

export interface Version extends Contents {
  readonly version: number;
  readonly changedBy: string;
  readonly changedMs: number;
}

export interface Entry extends Version {
  readonly isFolder: boolean;
  readonly tag: string;
  readonly createdBy: string;
  readonly createdMs: number;
  /** The newest is the first. */
  readonly older: readonly Version[];
}

/** What one `del` took from one path. */
export interface Recycled {
  readonly path: string;
  readonly entries: Readonly<Record<string, Entry>>;
  readonly deletedMs: number;
}

export interface Change {
  readonly path: string;
  readonly isGone: boolean;
  readonly atMs: number;
}

/** What goes on after its answer: on a folder, or on the space of the library. */
export interface Work {
  readonly on: 'folder' | 'space';
  readonly path: string;
  /** The request, to know it again. */
  readonly request: string;
  readonly untilMs: number;
}

export interface Upload {
  /** Index of the library. */
  readonly library: number;
  readonly path: string;
  readonly filehash: string;
  readonly filesize: number;
  readonly tag: string;
  readonly member: string;
  readonly touchedMs: number;
  /** Null before `upload_init`. */
  readonly session: string | null;
  readonly parts: readonly BlobRef[];
  /** When `upload_finish` is over; null before it was called. */
  readonly readyMs: number | null;
}

export interface Link {
  readonly code: string;
  readonly library: number;
  readonly path: string;
  readonly by: string;
  readonly auth: string;
  readonly password: string;
  readonly startMs: number;
  /** Null for ever. */
  readonly deadlineMs: number | null;
  readonly visits: number;
  readonly isClosed: boolean;
}

export interface Token {
  readonly access: string;
  /** Empty for none. */
  readonly refresh: string;
  readonly account: string;
  /** Null for never. */
  readonly expiresMs: number | null;
}

export function initialState({ libraries, people }: GokuaiSettings): GokuaiState {
  return {
    libraries: libraries.map(() => ({ entries: {}, recycled: [], changes: [], work: [], versions: 0 })),
    contents: {},
    uploads: {},
    links: [],
    tokens: people.map(({ token, account }) => ({ access: token, refresh: '', account, expiresMs: null })),
  };
}
