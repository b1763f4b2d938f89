import { decodePath } from '../text.ts';
import { refuse } from './refuse.ts';
import { appOf, type Bucket, bucketOf, type Settings } from './settings.ts';

export type Version = 'v1' | 'v2';

/** What an address of the API names. */
export interface Target {
  readonly version: Version;
  readonly appid: string;
  readonly bucket: Bucket;
  /** Decoded, without a slash before; empty for the bucket itself; folders end with one. */
  readonly path: string;
  readonly bucketId: string;
  /** bucketId and path. */
  readonly id: string;
}

/** Null for what is no address of the API. */
export function versionOf(path: string): Version | null {
  const version = /^\/files\/(v[12])(?=\/|$)/.exec(path)?.[1];
  return version === 'v1' || version === 'v2' ? version : null;
}

/** `/files/v2/<appid>/<bucket>/<path>`, each segment encoded. @throws Refusal */
export function targetOf(address: string, version: Version, settings: Settings): Target {
  const decoded = decodePath(address.slice(`/files/${version}`.length));
  if (decoded === null) throw refuse(-147);
  const [, appid = '', name, ...path] = decoded.split('/');
  if (name === undefined && appid === '') throw refuse(-187);
  if (appid === '' || (name === '' && path.length > 0)) throw refuse(-191);
  if (name === undefined || name === '') throw refuse(-5994);
  if (version === 'v1' && !settings.options.v1) throw refuse(-78);
  if (appOf(settings, appid) === undefined) throw refuse(-80);
  const bucket = bucketOf(settings, appid, name);
  if (bucket === undefined) throw refuse(-4022);
  return within({ version, appid, bucket }, path.join('/'));
}

/** Another path of the same bucket. */
export function within({ version, appid, bucket }: Pick<Target, 'version' | 'appid' | 'bucket'>, path: string): Target {
  const bucketId = `/${appid}/${bucket.name}`;
  return { version, appid, bucket, path, bucketId, id: `${bucketId}/${path}` };
}

/** @throws Refusal for a name that no file or folder can have */
export function checkName(path: string, { limits }: Settings): void {
  if (!isLegalName(path, limits.pathBytesMax)) throw refuse(-180);
}

export function isLegalName(path: string, bytesMax: number): boolean {
  const segments = path.replace(/\/$/, '').split('/');
  const isLegal = (segment: string) =>
    segment !== '' && segment !== '.' && segment !== '..' && !forbidden.test(segment);
  return path === '' || (segments.every(isLegal) && new TextEncoder().encode(path).length <= bytesMax);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const forbidden = /[?*:|\\<>"\u0000-\u001f\u007f]/;

/** @throws Refusal for the bucket itself, and for a folder */
export function checkFileName(path: string, settings: Settings): void {
  if (path === '') throw refuse(-164);
  if (path.endsWith('/')) throw refuse(-160);
  checkName(path, settings);
}

/**
 * Where a file is to go: `/appid/bucket/path`, or a path of the same bucket, with a slash before or without.
 * Not decoded: it comes in a body. @throws Refusal
 */
export function destinationOf(text: string, source: Target, settings: Settings): Target {
  if (text === '') throw refuse(-164);
  const full = /^\/(\d+)\/([^/]+)(\/.*)?$/.exec(text);
  const [, appid = '', name = '', rest] = full ?? [];
  if (full === null || appOf(settings, appid) === undefined) {
    return namedFile(text.replace(/^\//, ''), source, settings);
  }
  if (rest === undefined || rest === '/') throw refuse(-163);
  if (appid !== source.appid) throw refuse(-162);
  if (name !== source.bucket.name) throw refuse(-5973);
  return namedFile(rest.slice(1), source, settings);
}

function namedFile(path: string, beside: Target, settings: Settings): Target {
  checkFileName(path, settings);
  return within(beside, path);
}
