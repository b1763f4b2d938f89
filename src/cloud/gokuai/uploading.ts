import type { Draft } from 'immer';
import type { BlobRef } from '../blobs.ts';
import type { Call, CloudResponse } from '../service.ts';
import { checkUploadKey, uploadKey, uploadServers } from './addresses.ts';
import { pathHash, storedJson } from './entry.ts';
import { refuse } from './failure.ts';
import { checkLicence, libraryOfClient } from './identity.ts';
import { checkName, checkNewPath, freePath, joinPath } from './names.ts';
import {
  count,
  flag,
  type Parameters,
  parametersOf,
  path,
  plainPath,
  required,
  shortText,
  tagOf,
} from './parameters.ts';
import { checkSaving, checkUnlocked } from './rights.ts';
import type { GokuaiSettings } from './settings.ts';
import type { GokuaiState, Upload } from './state.ts';
import { entryAt, existing, hasRoom, plain, putContents } from './tree.ts';
import { dropOldUploads } from './uploads.ts';
import { type Hand, handOf, reply, type Visit } from './visit.ts';
import { checkIdle } from './work.ts';

export function createFile(visit: Visit): CloudResponse {
  const { parameters, limits, state, library, files, call } = visit;
  const wanted = path(parameters);
  checkNewPath(wanted, limits, 'file');
  const size = sizeOf(parameters, limits.uploadBytesMax);
  const filehash = required(parameters, 'filehash').toLowerCase();
  if (!/^[0-9a-f]{40}$/.test(filehash)) throw refuse(40003);
  const overwrite = flag(parameters, 'overwrite', true);
  const tag = tagOf(parameters, limits);
  checkStoragePoint(visit);
  checkSaving(visit, wanted);
  checkIdle(visit, [wanted]);
  dropOldUploads(visit.state, call);
  const target = targetOf(visit, wanted, overwrite, size);

  const hash = pathHash(library, target);
  const known = Object.hasOwn(state.contents, filehash) ? state.contents[filehash] : undefined;
  const isKnown = known?.size === size;
  if (!isKnown) begin(visit, hash, { path: target, filehash, filesize: size, tag });
  if (isKnown || (entryAt(files, target)?.blob ?? null) === null) {
    const blob = isKnown ? plain(known) : null;
    putContents(visit, target, { filehash, filesize: size, blob }, tag);
  }
  const answer = { hash, fullpath: target, filehash, filesize: size };
  return reply(call, { ...answer, state: isKnown ? 1 : 0, server: isKnown ? '' : serverText(visit) });
}

export function listUploadServers(visit: Visit): CloudResponse {
  const { call } = visit;
  checkStoragePoint(visit);
  checkSaving(visit, plainPath(visit.parameters.get('fullpath') ?? ''));
  const servers = uploadServers(visit);
  const isOlder = call.settings.options.olderUploadServers;
  return reply(call, isOlder ? { upload: servers } : { key: uploadKey(visit), 'm-upload': servers });
}

export function listServers(visit: Visit): CloudResponse {
  const { parameters, call } = visit;
  const type = required(parameters, 'type');
  checkStoragePoint(visit);
  const kinds: readonly string[] = ['upload', 'm-upload', 'download', 'm-download', 'preview'];
  if (!kinds.includes(type)) throw refuse(40432);
  const urls = /upload$/.test(type) ? uploadServers(visit) : [call.base];
  return reply(
    call,
    urls.map((url) => {
      const { hostname, port, protocol } = new URL(url);
      const https = protocol === 'https:';
      return { host: hostname, port: port || (https ? '443' : '80'), https: https ? 1 : 0, url };
    }),
  );
}

/** The short way: one form, one file. */
export function uploadForm(state: Draft<GokuaiState>, call: Call<GokuaiSettings>): CloudResponse {
  const { request, settings, nowMs } = call;
  const parameters = parametersOf(request);
  const key = parameters.get('key');
  const clientId = parameters.get('org_client_id');
  if (key === undefined || clientId === undefined) throw refuse(401);
  const at = libraryOfClient(settings, clientId);
  const member = shortText(parameters, 'op_name', settings.limits) ?? clientId;
  const hand = handOf({ state, settings, nowMs }, at, member);
  if (hand === undefined) throw refuse(40103);
  checkUploadKey(key, hand.library.clientSecret, nowMs);
  checkLicence(call);

  const name = required(parameters, 'name');
  checkName(name, settings.limits, 'file');
  const wanted = joinPath(plainPath(parameters.get('path') ?? ''), name);
  checkNewPath(wanted, settings.limits, 'file');
  const overwrite = flag(parameters, 'overwrite', true);
  const blob = formFile(call, parameters.get('filefield') ?? 'file');
  if (blob.size > settings.limits.uploadBytesMax) throw refuse(400);
  checkSaving(hand, wanted);
  const target = targetOf(hand, wanted, overwrite, blob.size);
  putContents(hand, target, { filehash: blob.sha1, filesize: blob.size, blob });
  return reply(call, storedJson(hand.library, target, existing(hand.files, target)));
}

/** Where a file goes: a name that is taken gets a number, or a new version. @throws 40321, 400653, 403154 … */
function targetOf(hand: Hand, wanted: string, overwrite: boolean, size: number): string {
  const { files, library } = hand;
  const found = entryAt(files, wanted);
  const target = overwrite ? wanted : freePath(wanted, (each) => entryAt(files, each) !== undefined);
  if (!hasRoom(hand, size - (entryAt(files, target)?.filesize ?? 0))) throw refuse(40321, { fill: library.name });
  if (found?.isFolder && overwrite) throw refuse(400653);
  checkUnlocked(hand, target);
  return target;
}

function begin({ state, at, member, nowMs, limits }: Visit, hash: string, file: UploadedFile): void {
  const isNew = !Object.hasOwn(state.uploads, hash);
  if (isNew && Object.keys(state.uploads).length >= limits.uploadsAtOnceMax) throw refuse(50304);
  const upload: Upload = {
    ...file,
    library: at,
    member,
    touchedMs: nowMs,
    session: null,
    parts: [],
    readyMs: null,
  };
  state.uploads[hash] = upload as Draft<Upload>;
}

type UploadedFile = Pick<Upload, 'path' | 'filehash' | 'filesize' | 'tag'>;

/** @throws 400045, 40003, 400 */
function sizeOf(parameters: Parameters, uploadBytesMax: number): number {
  if (!parameters.get('filesize')) throw refuse(400045);
  const size = count(parameters, 'filesize');
  if (size > uploadBytesMax) throw refuse(400);
  return size;
}

/** Clients may insist on a storage point, and on HTTPS. @throws 40051, 400510, 50305 */
function checkStoragePoint({ parameters, library, call: { settings, base } }: Visit): void {
  const point = parameters.get('storage_point');
  if (point !== undefined && point !== library.storagePoint) {
    throw refuse(settings.options.storagePoints.includes(point) ? 400510 : 40051);
  }
  if (parameters.get('https') === '1' && !base.startsWith('https:')) throw refuse(50305);
}

function serverText(visit: Visit): string {
  const servers = uploadServers(visit);
  const [first = ''] = servers;
  switch (visit.call.settings.options.serverAddress) {
    case 'whole':
      return first;
    case 'bare':
      return first.replace(/^https?:\/\//, '');
    case 'several':
      return servers.join(',');
  }
}

/** @throws 400041 */
function formFile({ request: { body } }: Call<GokuaiSettings>, field: string): BlobRef {
  const files = body.type === 'form' ? body.files : [];
  const blob = files.find(({ name }) => name === field)?.blob;
  if (blob === undefined) throw refuse(400041);
  return blob;
}
