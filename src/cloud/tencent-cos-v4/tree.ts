import type { Draft } from 'immer';
import type { Target } from './paths.ts';
import { refuse } from './refuse.ts';
import type { FileEntry, State } from './state.ts';
import type { Work } from './work.ts';

/** @throws Refusal for a path that is blocked */
export function checkPlace(state: Draft<State>, target: Target): void {
  if (isBlocked(state, target)) throw refuse(-178);
}

/** Whether a file's path ends at a folder, or leads through a file. */
export function isBlocked({ files, folders }: Draft<State>, { id, bucketId, path }: Target): boolean {
  if (folders[`${id}/`] !== undefined) return true;
  return foldersOf(path).some((folder) => files[`${bucketId}/${folder.slice(0, -1)}`] !== undefined);
}

/** @throws Refusal for more bytes than the bucket may hold */
export function checkQuota({ files, usedBytes }: Draft<State>, { id, bucketId, bucket }: Target, size: number): void {
  const growth = size - (files[id]?.blob.size ?? 0);
  if (bucket.bytesMax === null || growth <= 0) return;
  if ((usedBytes[bucketId] ?? 0) + growth > bucket.bytesMax) throw refuse(-289);
}

/** Puts a file in its place, and folders on the way there. */
export function putFile(state: Draft<State>, target: Target, entry: FileEntry): void {
  const { id, bucketId, path } = target;
  removeFile(state, target);
  makeFolders(state, bucketId, foldersOf(path), entry.modifiedMs);
  state.usedBytes[bucketId] = (state.usedBytes[bucketId] ?? 0) + entry.blob.size;
  state.files[id] = entry as Draft<FileEntry>;
}

export function removeFile(state: Draft<State>, { id, bucketId }: Target): void {
  const there = state.files[id];
  if (there === undefined) return;
  state.usedBytes[bucketId] = (state.usedBytes[bucketId] ?? 0) - there.blob.size;
  delete state.files[id];
}

export function makeFolders(
  state: Draft<State>,
  bucketId: string,
  paths: readonly string[],
  nowMs: number,
  bizAttr = '',
): void {
  for (const path of paths) {
    state.folders[`${bucketId}/${path}`] ??= { bizAttr, createdMs: nowMs, modifiedMs: nowMs };
  }
}

/** `a/b/c` → `a/`, `a/b/`. */
export function foldersOf(path: string): readonly string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, at) => `${names.slice(0, at + 1).join('/')}/`);
}

/** @throws Refusal */
export function fileAt({ state, target }: Pick<Work, 'state' | 'target'>): Draft<FileEntry> {
  const file = state.files[target.id];
  if (file === undefined) throw notFound(target);
  return file;
}

/** v1 looks into its index only. */
export function notFound({ version }: Target) {
  return refuse(version === 'v1' ? -166 : -197);
}
