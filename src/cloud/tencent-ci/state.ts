import { type Draft, isDraft, original } from 'immer';
import type { BlobRef } from '../blobs.ts';
import type { Call, Pairs } from '../service.ts';
import type { Picture } from './pictures.ts';
import type { CiSettings } from './settings.ts';

export type CiCall = Call<CiSettings>;
export type CiDraft = Draft<CiState>;

/**
 * All that the account has. Records are keyed by texts that hold a slash (`bucket/key`, `bucket/id`): no name that a
 * client invents can then be one that every object has.
 */
export interface CiState {
  readonly objects: Readonly<Record<string, StoredObject>>;
  readonly uploads: Readonly<Record<string, Upload>>;
  readonly styles: Readonly<Record<string, Style>>;
  readonly media: Media;
  /** MD5s of contents that moderation has frozen: the blocklist. */
  readonly frozen: readonly string[];
  /** Requests of the present second, by what is counted. */
  readonly rate: { readonly second: number; readonly counts: Readonly<Record<string, number>> };
}

export interface StoredObject {
  readonly key: string;
  readonly content: Content;
  /** With its quotes. */
  readonly etag: string;
  readonly modifiedMs: number;
  readonly contentType: string;
  /** `x-cos-meta-*` and what else comes back as it was sent. */
  readonly headers: Pairs;
  readonly verdict: Verdict | null;
}

/** Moderation's. */
export type Verdict = 'illegal' | 'suspect' | 'good';

/** Bytes that a client sent, or a picture that is drawn when it is read. */
export type Content =
  | { readonly type: 'blob'; readonly blob: BlobRef }
  | { readonly type: 'drawn'; readonly picture: Picture; readonly size: number; readonly md5: string };

export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly startedMs: number;
  readonly contentType: string;
  readonly headers: Pairs;
  readonly slices: readonly Slice[];
}

export interface Slice {
  readonly number: number;
  readonly blob: BlobRef;
  readonly modifiedMs: number;
}

export interface Style {
  readonly name: string;
  readonly rule: string;
  readonly sinceMs: number;
}

export interface Media {
  /** Bucket names. */
  readonly buckets: readonly string[];
  readonly templates: readonly Template[];
  readonly queues: readonly Queue[];
  readonly workflows: readonly Workflow[];
  readonly jobs: readonly Job[];
}

interface MediaThing {
  readonly id: string;
  readonly bucket: string;
  readonly createdMs: number;
}

export interface Template extends MediaThing {
  readonly tag: string;
  readonly name: string;
}

export interface Queue extends MediaThing {
  readonly name: string;
  readonly state: 'Active' | 'Paused';
}

export interface Workflow extends MediaThing {
  readonly name: string;
  readonly state: 'Active' | 'Paused';
}

export interface Job extends MediaThing {
  readonly tag: string;
  readonly queueId: string;
  readonly templateId: string;
  readonly input: string;
  /** A bucket's name and a key; the key is empty for none. */
  readonly outputBucket: string;
  readonly output: string;
}

export function initialState({ buckets }: CiSettings): CiState {
  const bound = buckets.filter(({ mediaBound }) => mediaBound).map(({ name }) => name);
  return {
    objects: {},
    uploads: {},
    styles: Object.fromEntries(
      buckets.flatMap(({ name: bucket, styles }) =>
        styles.map(({ name, rule }) => [`${bucket}/${name}`, { name, rule, sinceMs: 0 }] as const),
      ),
    ),
    media: {
      buckets: bound,
      templates: [],
      queues: bound.map((bucket, at) => ({ id: `q${at + 1}`, bucket, createdMs: 0, name: 'queue-1', state: 'Active' })),
      workflows: [],
      jobs: [],
    },
    frozen: [],
    rate: { second: 0, counts: {} },
  };
}

export function sizeOf(content: Content): number {
  return content.type === 'blob' ? content.blob.size : content.size;
}

export function md5Of(content: Content): string {
  return content.type === 'blob' ? content.blob.md5 : content.md5;
}

/** What stood in a record under `bucket/` before this call; sorted as UTF-8 is. */
export function below<T>(record: Readonly<Record<string, T>>, bucket: string, prefix = ''): T[] {
  const start = `${bucket}/${prefix}`;
  // A draft would make another draft of each entry that is only looked at.
  const before = isDraft(record) ? (original<typeof record>(record as Draft<typeof record>) ?? record) : record;
  return Object.keys(before)
    .filter((path) => path.startsWith(start))
    .sort(byCodePoints)
    .flatMap((path) => before[path] ?? []);
}

/** The order of UTF-8 bytes, which is that of UTF-16 units but for the halves of letters beyond U+FFFF: they come last. */
export function byCodePoints(left: string, right: string): number {
  const rank = (unit: number) => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
  const size = Math.min(left.length, right.length);
  for (let at = 0; at < size; at++) {
    const difference = rank(left.charCodeAt(at)) - rank(right.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
