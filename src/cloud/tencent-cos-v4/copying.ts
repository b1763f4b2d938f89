import type { Draft } from 'immer';
import { switchOf } from './fields.ts';
import { checkFileName, destinationOf, type Target } from './paths.ts';
import { refuse } from './refuse.ts';
import type { FileEntry } from './state.ts';
import { checkPlace, checkQuota, fileAt, putFile, removeFile } from './tree.ts';
import type { Operation, Work } from './work.ts';

export const move: Operation = (work) => {
  const { state, target, call } = work;
  const { file, destination } = prepared(work);
  if (destination.id !== target.id) {
    removeFile(state, target);
    putFile(state, destination, { ...file, modifiedMs: call.nowMs });
  }
  return { resource_path: destination.id };
};

export const copy: Operation = (work) => {
  const { state, target, call } = work;
  const { file, destination } = prepared(work);
  if (destination.id !== target.id) {
    checkQuota(state, destination, file.blob.size);
    putFile(state, destination, { ...file, createdMs: call.nowMs, modifiedMs: call.nowMs });
  }
  return { resource_path: destination.id };
};

/** @throws Refusal */
function prepared(work: Work): { readonly file: Draft<FileEntry>; readonly destination: Target } {
  const { state, call, target, fields } = work;
  checkFileName(target.path, call.settings);
  const destination = destinationOf(fields.values.get('dest_fileid') ?? '', target, call.settings);
  const mayOverwrite = switchOf(fields, 'to_over_write', false, -5992);
  if (target.bucket.video) throw refuse(-186);
  const file = fileAt(work);
  checkPlace(state, destination);
  if (state.files[destination.id] !== undefined && !mayOverwrite) throw refuse(-177);
  return { file: { ...file }, destination };
}
