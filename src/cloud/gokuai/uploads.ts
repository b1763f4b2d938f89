import type { Draft } from 'immer';
import type { Call } from '../service.ts';
import type { GokuaiSettings } from './settings.ts';
import type { GokuaiState, Upload } from './state.ts';

/** Uploads that nobody goes on with, and the records of their files. */
export function dropOldUploads(state: Draft<GokuaiState>, { nowMs, settings }: Call<GokuaiSettings>): void {
  for (const [hash, upload] of Object.entries(state.uploads)) {
    if (nowMs - upload.touchedMs >= settings.limits.sessionAgeMsMax) dropUpload(state, hash, upload);
  }
}

/** A record that never got contents goes with its upload. */
export function dropUpload(state: Draft<GokuaiState>, hash: string, { library, path, filehash }: Upload): void {
  const files = state.libraries[library];
  const entry = files?.entries[`/${path}`];
  if (files !== undefined && entry?.blob === null && entry.filehash === filehash) delete files.entries[`/${path}`];
  delete state.uploads[hash];
}

export function uploadOfSession(
  { uploads }: Draft<GokuaiState>,
  session: string,
): readonly [hash: string, upload: Draft<Upload>] | undefined {
  return Object.entries(uploads).find(([, upload]) => upload.session === session);
}
