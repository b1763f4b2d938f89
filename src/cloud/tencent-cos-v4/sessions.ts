import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Draft } from 'immer';
import type { BlobRef } from '../blobs.ts';
import { integerOf, shaOf } from './fields.ts';
import type { Target } from './paths.ts';
import { refuse } from './refuse.ts';
import { addressesOf, type Data } from './replies.ts';
import type { Settings } from './settings.ts';
import type { Session } from './state.ts';
import { checkPlace, checkQuota } from './tree.ts';
import { bizAttrOf, claim, knownBlob, store } from './upload.ts';
import type { Work } from './work.ts';

/** What a client declares before it sends the first slice. */
interface Plan extends Pick<Session, 'filesize' | 'sliceSize' | 'sha' | 'bizAttr'> {}

/** @throws Refusal */
export function planOf(work: Work): Plan {
  const { fields, call } = work;
  const { limits } = call.settings;
  const filesize = integerOf(fields, 'filesize');
  if (filesize === undefined) throw refuse(-5971);
  if (filesize <= 0) throw refuse(-5995);
  if (filesize > limits.fileBytesMax) throw refuse(-285);
  const sliceSize = sliceSizeOf(integerOf(fields, 'slice_size'), limits);
  return { filesize, sliceSize, sha: shaOf(fields), bizAttr: bizAttrOf(work) };
}

const usualSliceSize = 1_048_576;

function sliceSizeOf(wanted: number | undefined, { sliceSizes }: Settings['limits']): number {
  const smallest = sliceSizes[0] ?? usualSliceSize;
  const size = wanted ?? Math.max(usualSliceSize, smallest);
  if (wanted !== undefined && wanted > (sliceSizes.at(-1) ?? usualSliceSize)) throw refuse(-5991);
  if (size < smallest) throw refuse(-283);
  return sliceSizes.findLast((each) => each <= size) ?? smallest;
}

/** Addresses, where nothing has to be sent. @throws Refusal */
export function withoutSending(work: Work, plan: Plan): Data | null {
  const { call, target } = work;
  if (claim(work, { size: plan.filesize, sha: plan.sha }) === 'same') return addressesOf(call, target);
  const known = call.settings.options.instantUpload ? knownBlob(work, plan.filesize, plan.sha) : null;
  return known === null ? null : store(work, known, plan.bizAttr);
}

/** @throws Refusal where too many are open */
export function openSession({ state, call, target }: Work, plan: Plan, inOrder: boolean): Draft<Session> {
  for (const [id, session] of Object.entries(state.sessions)) {
    if (isAged(session, call.nowMs, call.settings)) delete state.sessions[id];
  }
  if (Object.keys(state.sessions).length >= call.settings.limits.sessionsMax) throw refuse(-300);
  const session: Session = {
    ...plan,
    serial: call.serial,
    startedMs: call.nowMs,
    inOrder,
    before: state.files[target.id]?.blob.id ?? null,
    lastOffset: null,
    slices: {},
  };
  state.sessions[target.id] = session as Draft<Session>;
  return state.sessions[target.id] as Draft<Session>;
}

/** What has been begun under this name and can still be finished. */
export function unfinished(work: Pick<Work, 'state' | 'call' | 'target'>): Draft<Session> | null {
  const { state, call, target } = work;
  const session = state.sessions[target.id];
  if (session === undefined || isAged(session, call.nowMs, call.settings)) return null;
  return isOvertaken(session, work) ? null : session;
}

/** Another upload was faster, or what was to be overwritten is gone. */
function isOvertaken({ before }: Session, { state, target }: Pick<Work, 'state' | 'target'>): boolean {
  return (state.files[target.id]?.blob.id ?? null) !== before;
}

/** @param undecodable  the row for what was never a session; each layer has its own. @throws Refusal */
export function sessionOf(work: Work, undecodable: number, aged = -5983): Draft<Session> {
  const { state, call, target, fields } = work;
  const text = fields.values.get('session') ?? '';
  if (text === '') throw refuse(-95);
  const named = readName(text);
  if (named === null) throw refuse(undecodable);
  if (named.file !== digestOf(target)) throw refuse(-94);
  const session = state.sessions[target.id];
  if (session === undefined || session.serial !== named.serial) throw refuse(-5983);
  if (isAged(session, call.nowMs, call.settings)) throw refuse(aged);
  return session;
}

function isAged({ startedMs }: Session, nowMs: number, { limits }: Settings): boolean {
  return nowMs - startedMs >= limits.sessionAgeMsMax;
}

/** As the client knows it. */
export function nameOf({ serial }: Session, target: Target): string {
  return btoa(`s=${serial}&f=${digestOf(target)}`);
}

function readName(text: string): { readonly serial: number; readonly file: string } | null {
  try {
    const [, serial, file] = /^s=(\d+)&f=([0-9a-f]{40})$/.exec(atob(text.replaceAll(' ', '+'))) ?? [];
    return serial === undefined || file === undefined ? null : { serial: Number(serial), file };
  } catch {
    return null;
  }
}

function digestOf({ id }: Target): string {
  return bytesToHex(sha1(utf8ToBytes(id)));
}

/** Takes one slice. @throws Refusal */
export function takeSlice({ fields }: Work, session: Draft<Session>): { offset: number; blob: BlobRef } {
  const { filesize, sliceSize, inOrder, lastOffset } = session;
  const blob = fields.content;
  if (blob === null) throw refuse(-5990);
  const offset = integerOf(fields, 'offset');
  if (offset === undefined) throw refuse(-5999);
  const sha = shaOf(fields);
  if (offset < 0 || offset >= filesize || offset % sliceSize !== 0) throw refuse(-290);
  if (inOrder && lastOffset !== null && offset < lastOffset) throw refuse(-4024);
  if (inOrder && offset > (lastOffset === null ? 0 : lastOffset + sliceSize)) throw refuse(-290);
  if (blob.size !== Math.min(sliceSize, filesize - offset)) throw refuse(-284);
  if (sha !== null && sha !== blob.sha1) throw refuse(-5984);
  const there = session.slices[offset];
  if (there !== undefined && there.id !== blob.id) throw refuse(-4015);
  session.slices[offset] = blob;
  session.lastOffset = offset;
  return { offset, blob };
}

/** Where the first missing slice begins; the size of the file where none is missing. */
export function firstGap({ filesize, sliceSize, slices }: Session): number {
  let offset = 0;
  while (offset < filesize && slices[offset] !== undefined) offset += sliceSize;
  return Math.min(offset, filesize);
}

/** Makes the file of its slices. @param sha  of the whole, as last declared. @throws Refusal */
export function finishSession(work: Work, session: Draft<Session>, sha: string | null): Data {
  const { state, call, target } = work;
  if (firstGap(session) < session.filesize) throw refuse(-4014);
  const whole = call.join(offsetsOf(session).flatMap((offset) => session.slices[offset] ?? []));
  if (sha !== null && sha !== whole.sha1) throw refuse(-4016);
  if (isOvertaken(session, work)) throw refuse(-4027);
  checkQuota(state, target, whole.size);
  checkPlace(state, target);
  delete state.sessions[target.id];
  return store(work, whole, session.bizAttr);
}

export function offsetsOf({ slices }: Session): readonly number[] {
  return Object.keys(slices)
    .map(Number)
    .sort((one, other) => one - other);
}
