import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Draft } from 'immer';
import type { BlobRef } from '../blobs.ts';
import type { Call, CloudResponse } from '../service.ts';
import { storedJson } from './entry.ts';
import { refuse } from './failure.ts';
import { libraryOfClient, personOf } from './identity.ts';
import { freePath } from './names.ts';
import { parametersOf } from './parameters.ts';
import type { GokuaiSettings } from './settings.ts';
import type { GokuaiState, Upload } from './state.ts';
import { entryAt, existing, hasRoom, plain, putContents } from './tree.ts';
import { dropOldUploads, dropUpload, uploadOfSession } from './uploads.ts';
import { handOf, reply } from './visit.ts';

type Slices = (state: Draft<GokuaiState>, call: Call<GokuaiSettings>) => CloudResponse;

export const uploadInit: Slices = (state, call) => {
  const [hash, upload] = announced(state, call);
  const known = Object.hasOwn(state.contents, upload.filehash) ? state.contents[upload.filehash] : undefined;
  if (known?.size === upload.filesize) {
    store(state, call, hash, plain(known));
    return reply(call, {}, 202);
  }
  const session = bytesToHex(sha1(utf8ToBytes(`session ${hash} ${call.serial}`)));
  Object.assign(upload, { session, parts: [], readyMs: null, touchedMs: call.nowMs });
  return reply(call, { session });
};

export const uploadReq: Slices = (state, call) => {
  const [, upload] = opened(state, call);
  return { status: 200, headers: [['content-type', 'text/plain']], body: String(heldBytes(upload)) };
};

export const uploadPart: Slices = (state, call) => {
  const [, upload] = opened(state, call);
  const { headers } = call.request;
  const part = rawBody(call);
  const [, from = '', last = ''] =
    /^\s*(?:bytes[= ])?(\d{1,15})-(\d{1,15})/.exec(headers['x-gk-upload-range'] ?? '') ?? [];
  const end = Number(last) + 1;
  const fits = part.size > 0 && part.size <= call.settings.limits.sliceBytesMax;
  if (from === '' || !fits || end - Number(from) !== part.size || end > upload.filesize) throw refuse(400);
  const wanted = headers['x-gk-upload-crc'];
  if (wanted !== undefined && Number(wanted) !== part.crc32) return crcMismatch(call, part.crc32, wanted);
  if (Number(from) !== heldBytes(upload) || upload.readyMs !== null) return expecting(call, upload);
  if (upload.parts.length >= call.settings.limits.partsMax) throw refuse(50304);
  upload.parts.push(part);
  upload.touchedMs = call.nowMs;
  return reply(call, {}, end === upload.filesize ? 202 : 200);
};

export const uploadFinish: Slices = (state, call) => {
  const [hash, upload] = opened(state, call);
  if (heldBytes(upload) !== upload.filesize) return expecting(call, upload);
  upload.readyMs ??= call.nowMs + call.settings.options.finishMs;
  if (upload.readyMs > call.nowMs) return reply(call, {}, 202);
  return store(state, call, hash, call.join(plain(upload.parts)));
};

export const uploadAbort: Slices = (state, call) => {
  const [hash, upload] = opened(state, call);
  dropUpload(state, hash, upload);
  return reply(call, {});
};

export const uploadAll: Slices = (state, call) => {
  const [hash] = announced(state, call);
  return store(state, call, hash, rawBody(call));
};

/**
 * The upload that `create_file` announced, as the headers tell it again.
 * @throws 401, 40101, 40102, 40103, 40003, 40402
 */
function announced(state: Draft<GokuaiState>, call: Call<GokuaiSettings>): readonly [string, Draft<Upload>] {
  const { headers } = call.request;
  const parameters = parametersOf({ ...call.request, body: noBody });
  const clientId = parameters.get('org_client_id');
  const token = headers['x-gk-token'];
  if (clientId !== undefined) libraryOfClient(call.settings, clientId);
  else if (token !== undefined) personOf(state, call, token);
  else throw refuse(401);

  // A name must be there; but clients encode it in many ways, and some send the one from before it got a number.
  const name = headers['x-gk-upload-filename'] ?? '';
  const hash = headers['x-gk-upload-pathhash'] ?? '';
  const filehash = headers['x-gk-upload-filehash']?.toLowerCase();
  const size = headers['x-gk-upload-filesize'] ?? '';
  if (name === '' || hash === '' || !filehash || !/^\d{1,15}$/.test(size)) throw refuse(40003);
  dropOldUploads(state, call);
  const upload = Object.hasOwn(state.uploads, hash) ? state.uploads[hash] : undefined;
  if (upload === undefined) throw refuse(40402);
  if (upload.filehash !== filehash || upload.filesize !== Number(size)) throw refuse(40003);
  return [hash, upload];
}

const noBody = { type: 'form', multipart: false, fields: [], files: [] } as const;

/** @throws 40106 */
function opened(state: Draft<GokuaiState>, call: Call<GokuaiSettings>): readonly [string, Draft<Upload>] {
  dropOldUploads(state, call);
  const found = uploadOfSession(state, call.request.headers['x-gk-upload-session'] ?? '');
  if (found === undefined) throw refuse(40106);
  return found;
}

/** The end of an upload: its file has contents from now on. @throws 400 for other bytes than announced, 40321 */
function store(state: Draft<GokuaiState>, call: Call<GokuaiSettings>, hash: string, blob: BlobRef): CloudResponse {
  const upload = state.uploads[hash];
  const hand = upload && handOf({ state, settings: call.settings, nowMs: call.nowMs }, upload.library, upload.member);
  if (upload === undefined || hand === undefined) throw refuse(40106);
  if (blob.sha1 !== upload.filehash || blob.size !== upload.filesize) throw refuse(400);
  const { path, filehash, filesize, tag } = upload;
  const isFolder = (each: string) => entryAt(hand.files, each)?.isFolder === true;
  const target = freePath(path, isFolder);
  // Room for a new file was kept since `create_file`; that for a new version was not.
  const more = filesize - (entryAt(hand.files, target)?.filesize ?? 0);
  if (!hasRoom(hand, more)) throw refuse(40321, { fill: hand.library.name });
  putContents(hand, target, { filehash, filesize, blob }, tag);
  delete state.uploads[hash];
  return reply(call, storedJson(hand.library, target, existing(hand.files, target)));
}

function heldBytes({ parts }: Upload): number {
  return plain(parts).reduce((sum, { size }) => sum + size, 0);
}

/** The upload servers keep a small list of codes of their own. @source cloud-services.md 3.3 */
function crcMismatch(call: Call<GokuaiSettings>, got: number, wanted: string): CloudResponse {
  return reply(call, { error_code: 40001, error_msg: `part crc mismatch:${got} expect ${wanted}` }, 400);
}

function expecting(call: Call<GokuaiSettings>, upload: Upload): CloudResponse {
  return reply(call, { expect: String(heldBytes(upload)) }, 409);
}

/** @throws 400 */
function rawBody({ request: { body } }: Call<GokuaiSettings>): BlobRef {
  if (body.type !== 'raw') throw refuse(400);
  return body.blob;
}
