import type { Call, CloudResponse, Pairs, Refusal } from '../service.ts';
import { nameOf } from './paths.ts';
import type { Settings } from './settings.ts';
import { type Entry, idOf } from './state.ts';

/** JSON with integers that are too long for a number. */
type Json = string | number | bigint | boolean | null | readonly Json[] | JsonObject;
export type JsonObject = { readonly [name: string]: Json };

export function answer(call: Call<Settings>, body: JsonObject, status = 200, headers: Pairs = []): CloudResponse {
  const text = write({ ...body, request_id: BigInt(requestId(call)) });
  return {
    status,
    headers: [['content-type', call.settings.options.jsonType], ...requestHeaders(call), ...headers],
    body: text,
  };
}

/** Every answer has these, downloads too. */
export function requestHeaders(call: Call<Settings>): Pairs {
  return [['x-pcs-request-id', btoa(`pcs:${requestId(call)}`)]];
}

/** @source cloud-services.md 5.4 */
export function failureAnswer({ row, fill, headers }: Refusal, call: Call<Settings>): CloudResponse {
  const message = filled(row.message ?? '', fill);
  return answer(call, { error_code: Number(row.code), error_msg: message }, statusOf(row, call.settings), headers);
}

/** A file, as uploads answer it. */
export function fileObject(entry: Entry): JsonObject {
  const { path, ctime, mtime } = entry;
  return { path, size: sizeOf(entry), ctime, mtime, md5: md5Of(entry), fs_id: BigInt(entry.fsId) };
}

/** A file or a folder, as lists tell it. */
export function listItem(entry: Entry): JsonObject {
  const { path, ctime, mtime } = entry;
  return {
    fs_id: BigInt(entry.fsId),
    path,
    ctime,
    mtime,
    md5: md5Of(entry),
    size: sizeOf(entry),
    isdir: isFolder(entry) ? 1 : 0,
  };
}

export function metaItem(entry: Entry, hasFolders: boolean, options: Settings['options']): JsonObject {
  const { path, ctime, mtime, blocks } = entry;
  return {
    fs_id: BigInt(entry.fsId),
    path,
    ctime,
    mtime,
    block_list: options.blockListAsText ? write(blocks) : blocks,
    size: sizeOf(entry),
    isdir: isFolder(entry) ? 1 : 0,
    ifhassubdir: hasFolders ? 1 : 0,
    ...(options.metaNames ? { server_filename: nameOf(path), md5: md5Of(entry) } : {}),
  };
}

export function isFolder({ blob }: Entry): boolean {
  return blob === null;
}

function sizeOf({ blob }: Entry): number {
  return blob?.size ?? 0;
}

function md5Of({ blob }: Entry): string {
  return blob?.md5 ?? '';
}

function requestId({ serial, settings }: Call<Settings>): string {
  return idOf(serial, settings.options.idDigits);
}

function statusOf({ code, httpStatus = 503 }: Refusal['row'], { options }: Settings): number {
  if (options.errorsAs200) return 200;
  if (code === 31066 && options.missingAs404) return 404;
  if (code === 31081 && options.superfileAs404) return 404;
  return httpStatus;
}

/** Two texts name a header of the answer, one of them its value too. */
function filled(message: string, fill: string): string {
  return fill === '' ? message : message.replace(/KEY(\[VALUE\])?/, () => fill);
}

function write(value: Json): string {
  if (typeof value === 'bigint') return String(value);
  if (isList(value)) return `[${value.map(write).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, each]) => `${JSON.stringify(name)}:${write(each)}`)
    .join()}}`;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
