import type { Call } from '../service.ts';
import { jsonOf } from '../text.ts';
import type { Fields } from './fields.ts';
import { checkName, type Target } from './paths.ts';
import { refuse } from './refuse.ts';
import { addressesOf, type Data } from './replies.ts';
import type { Settings } from './settings.ts';
import { type Authority, authorities, type FileEntry, type FolderEntry } from './state.ts';
import { checkPlace, fileAt, foldersOf, makeFolders, notFound, removeFile } from './tree.ts';
import { bizAttrOf } from './upload.ts';
import type { Operation } from './work.ts';

/** Of a file or a folder; the bucket itself is a folder without a past. */
export const stat: Operation = (work) => {
  const { state, call, target } = work;
  checkName(target.path, call.settings);
  if (target.path === '') return folderData({ bizAttr: '', createdMs: 0, modifiedMs: 0 });
  if (!target.path.endsWith('/')) return fileData(fileAt(work), target, call);
  const folder = state.folders[target.id];
  if (folder === undefined) throw notFound(target);
  return folderData(folder);
};

export function folderData({ bizAttr, createdMs, modifiedMs }: FolderEntry): Data {
  return { biz_attr: bizAttr, ctime: seconds(createdMs), mtime: seconds(modifiedMs) };
}

export function fileData(file: FileEntry, target: Target, call: Call<Settings>): Data {
  const { access_url, source_url } = addressesOf(call, target);
  return {
    name: target.path.slice(target.path.lastIndexOf('/') + 1),
    ...folderData(file),
    filesize: file.blob.size,
    filelen: file.blob.size,
    sha: file.blob.sha1,
    access_url,
    source_url,
    preview_url: '',
    authority: file.authority,
    custom_headers: file.customHeaders,
    forbid: 0,
  };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}

/** Makes a folder, and those above it. */
export const create: Operation = (work) => {
  const { state, call, target } = work;
  if (target.path === '') throw refuse(-178);
  if (!target.path.endsWith('/')) throw refuse(-161);
  checkName(target.path, call.settings);
  const bizAttr = bizAttrOf(work);
  if (state.folders[target.id] !== undefined || state.files[target.id.slice(0, -1)] !== undefined) throw refuse(-178);
  checkPlace(state, target);
  const { path, bucketId, id } = target;
  makeFolders(state, bucketId, foldersOf(path.slice(0, -1)), call.nowMs);
  makeFolders(state, bucketId, [path], call.nowMs, bizAttr);
  return { ctime: seconds(call.nowMs), resource_path: id };
};

/** Removes a file, or a folder that is empty. */
export const remove: Operation = (work) => {
  const { state, call, target } = work;
  if (target.path === '') throw refuse(-164);
  checkName(target.path, call.settings);
  if (!target.path.endsWith('/')) {
    fileAt(work);
    removeFile(state, target);
    return null;
  }
  if (state.folders[target.id] === undefined) throw notFound(target);
  const isInside = (id: string) => id !== target.id && id.startsWith(target.id);
  if ([...Object.keys(state.files), ...Object.keys(state.folders)].some(isInside)) throw refuse(-173);
  delete state.folders[target.id];
  return null;
};

/** Field → its bit of `flag`. */
const flags = { biz_attr: 0x01, custom_headers: 0x40, authority: 0x80 } as const;
const allFlags = 0xc1;

/** Changes what is known about a file or a folder, not its bytes. */
export const update: Operation = (work) => {
  const { state, call, target, fields } = work;
  if (target.path === '') throw refuse(-164);
  checkName(target.path, call.settings);
  const flag = flagOf(fields);
  const bizAttr = flag & flags.biz_attr ? bizAttrOf(work) : null;
  const authority = flag & flags.authority ? authorityOf(fields) : null;
  const customHeaders = flag & flags.custom_headers ? customHeadersOf(fields) : null;
  const isFolder = target.path.endsWith('/');
  if (isFolder && (authority !== null || customHeaders !== null)) throw refuse(-182);
  const entry = isFolder ? state.folders[target.id] : fileAt(work);
  if (entry === undefined) throw notFound(target);
  entry.modifiedMs = call.nowMs;
  if (bizAttr !== null) entry.bizAttr = bizAttr;
  const file = isFolder ? undefined : state.files[target.id];
  if (file !== undefined && authority !== null) file.authority = authority;
  if (file !== undefined && customHeaders !== null) file.customHeaders = customHeaders;
  return null;
};

/** The fields that are to change. Without `flag`: those that are there. */
function flagOf(fields: Fields): number {
  const present = Object.entries(flags).reduce((sum, [name, bit]) => (fields.values.has(name) ? sum | bit : sum), 0);
  const text = fields.values.get('flag') ?? '';
  if (text === '') return present;
  const flag = Number(text);
  if (!Number.isInteger(flag) || flag <= 0 || (flag & ~allFlags) !== 0) throw refuse(-179);
  if (flag !== present) throw refuse(-5976);
  return flag;
}

function authorityOf({ values }: Fields): Authority {
  const authority = authorities.find((each) => each === values.get('authority'));
  if (authority === undefined) throw refuse(-182);
  return authority;
}

const headersAllowed = /^(cache-control|content-(type|disposition|language|encoding)|x-cos-meta-[\w-]+)$/;

/** Those that may be set; the rest is dropped. */
function customHeadersOf({ values }: Fields): Record<string, string> {
  const headers = jsonOf(values.get('custom_headers') ?? null);
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) throw refuse(-182);
  const pairs = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const allowed = pairs.filter(([name]) => headersAllowed.test(name));
  const isText = (value: unknown): value is string => typeof value === 'string' && /^[\t\x20-\x7e]*$/.test(value);
  return Object.fromEntries(
    allowed.map(([name, value]) => {
      if (!isText(value)) throw refuse(-182);
      return [name, value];
    }),
  );
}
