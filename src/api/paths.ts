import { rule } from '../../machines/rules.ts';
import type { Api, ErrorName, Rules } from '../../machines/vocabulary.ts';
import { BusinessError } from '../errors.ts';
import { type Files, FileTrouble } from '../ports/files.ts';
import { byteLength, isObject, parameterError, shown, trimSpaces } from './fields.ts';

/**
 * Where an app may keep files, as its embedder names it. All paths are absolute.
 *
 * list: real directories, shown to the app as they are; the first is the cache root.
 * named: the same, for embedders that tell cache, files and temp apart.
 * sandbox: one directory that holds a device's tree; the app sees `/data/storage/…`, as on a device.
 *   `module` is the part of the app that calls, `entry` unless told.
 */
export type Roots =
  | readonly string[]
  | { readonly cache: string; readonly files?: string; readonly temp?: string }
  | { readonly sandbox: string; readonly module?: string };

/** An app's part of the disk. Made by `appPlace`. @source harmony-request.md 1.6 */
export interface AppPlace {
  readonly bundle: string;
  /** As the app writes them; every path must lie under one of them. */
  readonly roots: readonly string[];
  /** What `internal://<name>/` stands for; relative paths resolve in `cache`. Other names are neighbours of `cache`. */
  readonly dirs: { readonly cache: string; readonly files?: string; readonly temp?: string };
  /** Put before a path that the app sees, to find it on disk; empty where both are the same. */
  readonly disk: string;
}

/**
 * What a path of an app leads to.
 * file: absolute and folded, on disk. user: a file of the user's, which only a device can open.
 */
export type Located =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'user' }
  | {
      readonly kind: 'bad';
      readonly trouble: 'malformed' | 'outside' | 'escaping' | 'unreachable';
      readonly why: string;
    };

const deviceRoots = ['/data/storage/el1/base', '/data/storage/el2/base', '/data/storage/el5/base'] as const;

/** Limits of the disks we know; longer ones are refused by `open`, so they are no matter of form. */
const pathBytesMax = 4095;
const nameBytesMax = 255;

const legalPath = 'a usable file under the app base dir';
const legalRoots = 'at least one directory';

/**
 * What may be wrong with a path.
 * unreadable: an upload's file is there and cannot be opened. unusable: the same of a download's target.
 */
export type PathTrouble = 'malformed' | 'outside' | 'escaping' | 'missing' | 'unreadable' | 'exists' | 'unusable';

/** @throws PARAMETER when there is no root, or one of them is not absolute. */
export function appPlace(bundle: string, roots: Roots): AppPlace {
  if (!isObject(roots)) throw parameterError('verification', 'roots is no list of directories', roots, legalRoots);
  if ('sandbox' in roots) {
    const disk = foldRoot(roots.sandbox);
    const cache = `/data/storage/el2/base/haps/${roots.module ?? 'entry'}/cache`;
    return { bundle, roots: deviceRoots, dirs: { cache }, disk: disk === '/' ? '' : disk };
  }
  if ('cache' in roots) {
    const { cache, files, temp } = roots;
    const dirs = {
      cache: foldRoot(cache),
      ...(files === undefined ? {} : { files: foldRoot(files) }),
      ...(temp === undefined ? {} : { temp: foldRoot(temp) }),
    };
    return { bundle, roots: Object.values(dirs), dirs, disk: '' };
  }
  const [cache, ...others] = roots.map(foldRoot);
  if (cache === undefined) throw parameterError('verification', 'roots is empty', '[]', legalRoots);
  return { bundle, roots: [cache, ...others], dirs: { cache }, disk: '' };
}

/**
 * Finds what a path means: relative, absolute, `file://<bundle>/…`, `internal://<dir>/…`, or a user file.
 * Dot segments are folded before anything is compared; then links are followed, and the real place must be under a
 * real root: roots may be links themselves.
 */
export function resolvePath(input: string, place: AppPlace, files: Files): Located {
  if (input.startsWith('file://docs/') || input.startsWith('file://media/')) return { kind: 'user' };
  if (input.includes('\0')) return bad('malformed', 'holds a NUL character');
  const absolute = absoluteOf(input, place);
  if (absolute === null) return bad('malformed', `is not a path of ${place.bundle}`);
  const seen = fold(absolute);
  if (seen === null) return bad('malformed', 'leads above the root by ".."');
  const path = place.disk + seen;
  const isUnder = place.roots.some((root) => lies(seen, root));
  if (tooLong(path)) return isUnder ? bad('unreachable', 'is longer than a disk takes') : outside;
  try {
    const real = files.realPath(path);
    if (place.roots.some((root) => lies(real, files.realPath(place.disk + root)))) return { kind: 'file', path };
  } catch (trouble) {
    if (!(trouble instanceof FileTrouble)) throw trouble;
    return isUnder ? bad('unreachable', trouble.message) : outside;
  }
  return isUnder ? bad('escaping', 'leads out of the app base dir by a symbolic link') : outside;
}

/** The path as the app sees it, from the path on disk. */
export function shownPath(path: string, place: AppPlace): string {
  return lies(path, place.disk) ? path.slice(place.disk.length) : path;
}

/** The error for a bad path. @param where  the field. @param why  a predicate: `is a directory`. */
export function pathError(
  trouble: PathTrouble,
  { api, rules, where, why, got }: { api: Api; rules: Rules; where: string; why: string; got: string },
): BusinessError {
  const name = errorNameOf(trouble, api, rules);
  if (name === 'PARAMETER') return parameterError('verification', `${where} ${why}`, got, legalPath);
  return new BusinessError(name, { detail: `${where} ${why}: got ${shown(got)}; legal: ${legalPath}` });
}

/** For agent tasks, and for legacy tasks by the rules. @source harmony-request.md 1.6 */
function errorNameOf(trouble: PathTrouble, api: Api, rules: Rules): ErrorName {
  const isOfForm = trouble === 'malformed' || trouble === 'outside';
  if (api === 'agent') return isOfForm ? 'PARAMETER' : 'FILE_IO';
  if (isOfForm) return rule(rules, 'badFormError');
  if (trouble === 'escaping') return rule(rules, 'escapingError');
  if (trouble === 'unreadable') return rule(rules, 'unreadableError');
  return trouble === 'unusable' ? 'FILE_IO' : 'FILE_PATH';
}

/**
 * The path a download asks for; by default the last segment of its URL, without the query or with it.
 */
export function targetInput(input: string | undefined, where: string, url: string, rules: Rules, api: Api): string {
  const given = trimSpaces(input ?? '');
  const byUrl = given === '' || given === './';
  const path = byUrl ? lastSegment(rule(rules, 'queryInTarget') ? url : url.replace(/[?#].*$/, '')) : given;
  if (path !== '' && !path.endsWith('/')) return byUrl ? `./${path}` : path;
  const why = byUrl ? 'is not given, and the url ends with a slash' : 'ends with a slash';
  throw pathError('malformed', { api, rules, where, why, got: byUrl ? url : given });
}

/** The part after the last slash. */
export function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Is a folded path this directory, or under it? */
export function lies(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith('/') ? directory : `${directory}/`);
}

const outside = bad('outside', 'is a path not in app base dir');

function bad(trouble: Extract<Located, { kind: 'bad' }>['trouble'], why: string): Located {
  return { kind: 'bad', trouble, why };
}

/** Null for a form that names nothing. */
function absoluteOf(input: string, { bundle, dirs }: AppPlace): string | null {
  if (input.startsWith('/')) return input;
  const uri = /^(file|internal):\/\/([^/]*)(.*)$/s.exec(input);
  if (uri === null) return `${dirs.cache}/${input}`;
  const [, scheme, host = '', rest = ''] = uri;
  if (host === '') return null;
  if (scheme === 'file') return host === bundle && rest !== '' ? rest : null;
  const named = new Map(Object.entries(dirs)).get(host);
  return `${named ?? `${dirs.cache}/../${host}`}${rest}`;
}

/** Without empty and dot segments; null when `..` leaves the root. */
function fold(path: string): string | null {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') kept.push(segment);
    else if (kept.pop() === undefined) return null;
  }
  return `/${kept.join('/')}`;
}

function foldRoot(root: string): string {
  const folded = root.startsWith('/') && !root.includes('\0') ? fold(root) : null;
  if (folded === null) throw parameterError('verification', 'a root is not absolute', root, 'an absolute directory');
  return folded;
}

function tooLong(path: string): boolean {
  return byteLength(path) > pathBytesMax || path.split('/').some((name) => byteLength(name) > nameBytesMax);
}
