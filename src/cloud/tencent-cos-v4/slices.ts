import { jsonOf } from '../text.ts';
import { integerOf, isSha, shaOf } from './fields.ts';
import { checkFileName } from './paths.ts';
import { refuse } from './refuse.ts';
import { addressesOf, type Data } from './replies.ts';
import {
  finishSession,
  firstGap,
  nameOf,
  offsetsOf,
  openSession,
  planOf,
  sessionOf,
  takeSlice,
  unfinished,
  withoutSending,
} from './sessions.ts';
import type { Session } from './state.ts';
import { notFound } from './tree.ts';
import type { Operation, Work } from './work.ts';

export const uploadSliceInit: Operation = (work) => {
  const { call, target, fields } = work;
  checkFileName(target.path, call.settings);
  const plan = planOf(work);
  checkParts(fields.values.get('uploadparts') ?? '', plan.filesize);
  const done = withoutSending(work, plan);
  if (done !== null) return done;
  if (unfinished(work) !== null) throw refuse(-4019);
  const session = openSession(work, plan, call.settings.options.serialUpload);
  return { session: nameOf(session, target), slice_size: session.sliceSize, ...serialOf(session) };
};

export const uploadSliceData: Operation = (work) => {
  checkFileName(work.target.path, work.call.settings);
  const session = sessionOf(work, -286);
  const { offset, blob } = takeSlice(work, session);
  return { session: nameOf(session, work.target), offset, datalen: blob.size, ...serialOf(session) };
};

export const uploadSliceFinish: Operation = (work) => {
  const { fields } = work;
  checkFileName(work.target.path, work.call.settings);
  const session = sessionOf(work, -4021, -4026);
  const filesize = integerOf(fields, 'filesize');
  if (filesize === undefined) throw refuse(-5971);
  if (filesize !== session.filesize) throw refuse(-175);
  const sha = shaOf(fields);
  if (sha === null && session.sha !== null) throw refuse(-5979);
  if (session.sha !== null && sha !== session.sha) throw refuse(-174);
  return finishSession(work, session, sha);
};

export const uploadSliceList: Operation = (work) => {
  const { state, call, target } = work;
  checkFileName(target.path, call.settings);
  const session = unfinished(work);
  if (session !== null) return { session: nameOf(session, target), ...partsOf(session), ...serialOf(session) };
  if (state.files[target.id] === undefined) throw notFound(target);
  return addressesOf(call, target);
};

/** The older way, also spoken by early clients of v2: one operation, and the last slice finishes. */
export const uploadSlice: Operation = (work) => {
  checkFileName(work.target.path, work.call.settings);
  return work.fields.values.has('filesize') ? prepare(work) : sendSlice(work);
};

function prepare(work: Work): Data {
  const { fields, target } = work;
  if (fields.content !== null) throw refuse(-65);
  const plan = planOf(work);
  if (plan.sha === null) throw refuse(-5979);
  const named = (fields.values.get('session') ?? '') === '' ? null : sessionOf(work, -4013);
  const done = withoutSending(work, plan);
  if (done !== null) return done;
  const open = named ?? unfinished(work);
  if (open !== null && (open.sha !== plan.sha || open.filesize !== plan.filesize)) throw refuse(-4019);
  const session = open ?? openSession(work, plan, true);
  return { session: nameOf(session, target), offset: firstGap(session), slice_size: session.sliceSize };
}

function sendSlice(work: Work): Data {
  const session = sessionOf(work, -4013);
  const { offset } = takeSlice(work, session);
  if (firstGap(session) === session.filesize) return finishSession(work, session, session.sha);
  return { session: nameOf(session, work.target), offset };
}

function serialOf({ inOrder }: Session): Data {
  return inOrder ? { serial_upload: 1 } : {};
}

function partsOf(session: Session): Data {
  const { sliceSize, filesize, sha, slices } = session;
  const listparts = offsetsOf(session).flatMap((offset) => {
    const blob = slices[offset];
    return blob === undefined ? [] : [{ offset, datalen: blob.size, datasha: blob.sha1 }];
  });
  return { slice_size: sliceSize, filesize, sha: sha ?? '', listparts };
}

/** What a client says of its slices: they cover the file, and have sums. Sums are of its own making, so nothing is compared. */
function checkParts(text: string, filesize: number): void {
  if (text === '') return;
  const parts = jsonOf(text);
  if (!Array.isArray(parts)) throw refuse(-4002);
  let end = 0;
  for (const part of parts) {
    const { offset, datalen, datasha } = typeof part === 'object' && part !== null ? part : {};
    if (!isSha(datasha)) throw refuse(-4020);
    if (Number(offset) !== end) throw refuse(-4023);
    end += Number(datalen);
  }
  if (end !== filesize) throw refuse(-4023);
}
