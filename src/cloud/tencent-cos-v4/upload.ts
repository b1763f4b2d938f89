import { original } from 'immer';
import type { BlobRef } from '../blobs.ts';
import type { Call } from '../service.ts';
import { shaOf, switchOf } from './fields.ts';
import { checkFileName } from './paths.ts';
import { refuse } from './refuse.ts';
import { addressesOf, type Data } from './replies.ts';
import type { Settings } from './settings.ts';
import type { FileEntry } from './state.ts';
import { checkPlace, checkQuota, putFile } from './tree.ts';
import type { Operation, Work } from './work.ts';

/** A whole file in one request. */
export const upload: Operation = (work) => {
  const { call, target, fields } = work;
  const { limits, options } = call.settings;
  checkFileName(target.path, call.settings);
  if (fields.content === null) throw refuse(-5990);
  const blob = fields.content;
  if (blob.size > limits.uploadBytesMax || (blob.size === 0 && options.refuseEmpty)) throw refuse(-5995);
  if (blob.size > limits.fileBytesMax) throw refuse(-6996);
  const sha = shaOf(fields);
  if (sha !== null && sha !== blob.sha1) throw refuse(-5984);
  const bizAttr = bizAttrOf(work);
  const verdict = claim(work, { size: blob.size, sha: blob.sha1 });
  return verdict === 'same' ? addressesOf(call, target) : store(work, blob, bizAttr);
};

/** @throws Refusal */
export function bizAttrOf({ fields, call }: Work): string {
  const bizAttr = fields.values.get('biz_attr') ?? '';
  if (new TextEncoder().encode(bizAttr).length > call.settings.limits.bizAttrBytesMax) throw refuse(-182);
  return bizAttr;
}

/**
 * Whether a name may take these contents: `same` where it has them already.
 * @throws Refusal for a quota, a folder in the way, and a name that is taken
 */
export function claim(
  { state, call, target, fields }: Work,
  { size, sha }: { readonly size: number; readonly sha: string | null },
): 'free' | 'same' {
  const insertOnly = switchOf(fields, 'insertonly', true, -5999);
  checkQuota(state, target, size);
  checkPlace(state, target);
  const there = state.files[target.id]?.blob;
  if (there === undefined) return 'free';
  if (there.sha1 === sha && there.size === size) {
    if (call.settings.options.strictSame) throw refuse(-4018);
    return 'same';
  }
  if (insertOnly) throw refuse(-177);
  return 'free';
}

export function store({ state, call, target }: Work, blob: BlobRef, bizAttr: string): Data {
  putFile(state, target, newFile(blob, call, bizAttr));
  return addressesOf(call, target);
}

export function newFile(blob: BlobRef, { nowMs }: Pick<Call<Settings>, 'nowMs'>, bizAttr: string): FileEntry {
  return { blob, bizAttr, authority: 'eInvalid', customHeaders: {}, createdMs: nowMs, modifiedMs: nowMs };
}

/** Bytes that any file of the bucket has: they need not be sent again. Asked before anything has changed. */
export function knownBlob({ state, target }: Work, size: number, sha: string | null): BlobRef | null {
  const found = Object.entries(original(state.files) ?? {}).find(
    ([id, { blob }]) => blob.sha1 === sha && blob.size === size && id.startsWith(`${target.bucketId}/`),
  );
  return found?.[1].blob ?? null;
}
