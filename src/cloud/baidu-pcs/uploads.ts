import * as v from 'valibot';
import type { BlobRef } from '../blobs.ts';
import type { CloudResponse } from '../service.ts';
import { answer, fileObject, isFolder } from './answers.ts';
import {
  countParameter,
  filePart,
  neededParameter,
  type OnDuplicate,
  onDuplicate,
  parameterOf,
  paramJson,
  pathParameter,
} from './parameters.ts';
import { nameOf, parentOf } from './paths.ts';
import { requireQuota, requireStorage } from './quotas.ts';
import { refuse, refuseAsSeen } from './refuse.ts';
import type { Session } from './state.ts';
import { requireStore } from './store.ts';
import { entriesOf, entryAt, makeRoomAt, placeOf, plain, putFile, putFolder } from './tree.ts';

export function upload(session: Session): CloudResponse {
  const { call } = session;
  const wanted = pathParameter(session);
  const ondup = onDuplicate(call);
  const { blob } = filePart(call);
  if (blob.size > call.settings.limits.uploadBytesMax) throw refuse(31023);
  requireRoom(session, wanted, blob.size, ondup);
  requireStorage(session, blob.size);
  const path = freePath(session, wanted, ondup);
  requireStore(call.settings, 'data', 'write', 31214);
  requireStore(call.settings, 'meta', 'write', 31215);

  return answer(call, fileObject(putFile(placeOf(session), path, { blob, blocks: [blob.md5] })));
}

export function uploadSlice(session: Session): CloudResponse {
  const { call, drive } = session;
  const { blob } = filePart(call);
  if (blob.size > call.settings.limits.uploadBytesMax) throw refuse(31023);
  requireStorage(session, blob.size);
  requireStore(call.settings, 'data', 'write', 31214);

  const others = youngSlices(session).filter((slice) => slice.blob.md5 !== blob.md5);
  drive.slices = [...others, { blob, storedMs: call.nowMs }];
  return answer(call, { md5: blob.md5 });
}

export function createSuperfile(session: Session): CloudResponse {
  const { call } = session;
  const { blocksMin, blocksMax } = call.settings.limits;
  const wanted = pathParameter(session);
  const ondup = onDuplicate(call);
  const { block_list: blocks } = paramJson(call, blockListSchema);
  if (blocks.length === 0) throw refuse(31082);
  if (blocks.length < blocksMin || blocks.length > blocksMax) throw refuse(31023);
  const parts = slicesOf(session, blocks);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  requireRoom(session, wanted, size, ondup);
  requireStorage(session, size);
  const path = freePath(session, wanted, ondup);
  requireStore(call.settings, 'data', 'write', 31081);
  requireStore(call.settings, 'meta', 'write', 31083);

  return answer(call, fileObject(putFile(placeOf(session), path, { blob: call.join(parts), blocks })));
}

/** Contents that any user has need not be sent again. */
export function rapidUpload(session: Session): CloudResponse {
  const { call, state } = session;
  const wanted = pathParameter(session);
  const ondup = onDuplicate(call);
  const size = countParameter(call, 'content-length');
  if (size <= call.settings.limits.rapidBytesMin) throw refuse(31023);
  const md5 = md5Parameter(call, 'content-md5');
  const headMd5 = md5Parameter(call, 'slice-md5');
  const crcs = crcsOf(parameterOf(call.request, 'content-crc32') ?? '');
  requireRoom(session, wanted, size, ondup);
  const isWanted = (blob: BlobRef) =>
    blob.size === size && blob.md5 === md5 && blob.headMd5 === headMd5 && (crcs === null || crcs.includes(blob.crc32));
  const known = state.drives.flatMap(entriesOf).find(({ blob }) => blob !== null && isWanted(blob))?.blob;
  const path = freePath(session, wanted, ondup);
  if (!known) throw refuse(31079);
  requireStore(call.settings, 'meta', 'write', 31215);

  const entry = putFile(placeOf(session), path, { blob: plain(known), blocks: [md5] });
  return answer(call, { ...fileObject(entry), isdir: 0 });
}

export function makeFolder(session: Session): CloudResponse {
  const { call, drive } = session;
  const path = pathParameter(session);
  if (entryAt(drive, path) !== undefined) throw refuse(31061);
  const place = placeOf(session);
  makeRoomAt(place, path);
  requireStore(call.settings, 'meta', 'write', 31068);

  const { fsId, ctime, mtime } = putFolder(place, path);
  return answer(call, { fs_id: BigInt(fsId), path, ctime, mtime });
}

const blockListSchema = v.object({ block_list: v.array(v.pipe(v.string(), v.toLowerCase())) });

/** What a file replaces makes room for it. */
function requireRoom(session: Session, path: string, bytes: number, ondup: OnDuplicate): void {
  const replaced = ondup === 'overwrite' ? (entryAt(session.drive, path)?.blob?.size ?? 0) : 0;
  requireQuota(session, path, bytes - replaced);
}

/**
 * Where a file that is to be at `wanted` goes.
 * @throws Refusal  31061, and what `makeRoomAt` and a new name can refuse.
 */
function freePath(session: Session, wanted: string, ondup: OnDuplicate): string {
  const { drive } = session;
  const there = entryAt(drive, wanted);
  if (there !== undefined && ondup === 'overwrite' && !isFolder(there)) return wanted;
  if (there !== undefined && ondup !== 'newcopy') throw refuse(31061);
  const path = there === undefined ? wanted : copyPath(session, wanted);
  makeRoomAt(placeOf(session), path);
  return path;
}

/** `<name>_<date>.<ext>`, and a number more where that is taken too. */
function copyPath({ drive, call }: Session, path: string): string {
  const name = nameOf(path);
  const dot = name.lastIndexOf('.');
  const [stem, extension] = dot < 0 ? [name, ''] : [name.slice(0, dot), name.slice(dot)];
  const date = new Date(call.nowMs).toISOString().replace(/\D/g, '').slice(0, 14);
  const nth = (number: number) => `${parentOf(path)}/${stem}_${date}${number === 1 ? '' : `_${number}`}${extension}`;
  let number = 1;
  while (entryAt(drive, nth(number)) !== undefined) number++;
  if ([...nth(number)].length > call.settings.limits.pathCharactersMax) throw refuse(31062);
  return nth(number);
}

function slicesOf(session: Session, blocks: readonly string[]): readonly BlobRef[] {
  const slices = new Map(youngSlices(session).map(({ blob }) => [blob.md5, plain(blob)]));
  return blocks.map((md5) => {
    const blob = slices.get(md5);
    if (blob === undefined)
      throw session.call.settings.options.blockAs31363 ? refuseAsSeen('blockMiss') : refuse(31081);
    return blob;
  });
}

function youngSlices({ drive, call }: Session) {
  const { sliceAgeMsMax } = call.settings.limits;
  return drive.slices.filter(({ storedMs }) => call.nowMs - storedMs <= sliceAgeMsMax);
}

function md5Parameter(call: Session['call'], name: string): string {
  const text = neededParameter(call, name).toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(text)) throw refuse(31023);
  return text;
}

/** Clients write it in hex or in decimal, and some texts are both; null: not given. @throws Refusal 31023 */
function crcsOf(text: string): readonly number[] | null {
  if (text === '') return null;
  const hex = /^(?:0x)?([0-9a-f]{1,8})$/i.exec(text)?.[1];
  const decimal = /^-?\d{1,10}$/.test(text) ? Number(text) >>> 0 : undefined;
  const values = [hex === undefined ? undefined : Number.parseInt(hex, 16), decimal].filter(
    (each) => each !== undefined,
  );
  if (values.length === 0) throw refuse(31023);
  return values;
}
