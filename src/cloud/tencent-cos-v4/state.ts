import type { BlobRef } from '../blobs.ts';

/** Ids are `/appid/bucket/path`, so no name of a client's can be one of the object's own. Those of folders end with `/`. */
export interface State {
  readonly files: Readonly<Record<string, FileEntry>>;
  readonly folders: Readonly<Record<string, FolderEntry>>;
  /** Unfinished uploads, by the id of their file. */
  readonly sessions: Readonly<Record<string, Session>>;
  /** `/appid/bucket` → bytes of its files. */
  readonly usedBytes: Readonly<Record<string, number>>;
  /** Digests of the once-signs that were used, the latest last. */
  readonly spentSigns: readonly string[];
  readonly recent: { readonly second: number; readonly calls: number };
}

export interface FolderEntry {
  readonly bizAttr: string;
  readonly createdMs: number;
  readonly modifiedMs: number;
}

export interface FileEntry extends FolderEntry {
  readonly blob: BlobRef;
  readonly authority: Authority;
  /** Lower-case name → value, sent with each download. */
  readonly customHeaders: Readonly<Record<string, string>>;
}

/** eInvalid: as the bucket has it. */
export type Authority = (typeof authorities)[number];
export const authorities = ['eInvalid', 'eWRPrivate', 'eWPrivateRPublic'] as const;

export interface Session {
  /** Of the request that began it. */
  readonly serial: number;
  readonly startedMs: number;
  readonly filesize: number;
  readonly sliceSize: number;
  /** Of the whole, as declared. */
  readonly sha: string | null;
  readonly bizAttr: string;
  readonly inOrder: boolean;
  /** Blob that the name held at the beginning. */
  readonly before: string | null;
  readonly lastOffset: number | null;
  /** By offset. */
  readonly slices: Readonly<Record<string, BlobRef>>;
}

export const emptyState: State = {
  files: {},
  folders: {},
  sessions: {},
  usedBytes: {},
  spentSigns: [],
  recent: { second: 0, calls: 0 },
};
