import type { CloudResponse } from '../service.ts';
import { downloadAddress, previewAddress } from './addresses.ts';
import { entryJson, pathHash, seconds, storedJson } from './entry.ts';
import { refuse } from './failure.ts';
import { nameOf } from './names.ts';
import { count, type Page, type Parameters, pageOf, path, plainPath, required } from './parameters.ts';
import { checkRight, isDenied } from './rights.ts';
import { allOf, entryAt, existing, type Found, inFolder, plain, usedBytes, within } from './tree.ts';
import { reply, type Visit } from './visit.ts';

type Compare = (a: Found[number], b: Found[number]) => number;

export function list(visit: Visit): CloudResponse {
  const { files, parameters, limits } = visit;
  const folder = plainPath(parameters.get('fullpath') ?? '');
  const page = pageOf(parameters, limits.pageEntriesMax);
  const order = orderOf(parameters);
  checkRight(visit, folder, 'list');
  if (folder !== '' && !entryAt(files, folder)?.isFolder) throw refuse(40402);
  return entries(visit, inFolder(files, folder).filter(filterOf(visit)).toSorted(order), page);
}

export function info(visit: Visit): CloudResponse {
  const found = meant(visit);
  const entry = existing(visit.files, found);
  const isGiven = !entry.isFolder && entry.blob !== null && !isDenied(visit, found, 'download');
  const file = isGiven ? entry : null;
  return reply(visit.call, {
    ...entryJson(visit.library, found, entry),
    uri: file === null ? '' : downloadAddress(visit, found, file),
    preview: file === null ? '' : previewAddress(visit, found, file),
    thumbnail: '',
  });
}

export function history(visit: Visit): CloudResponse {
  const { files, parameters, limits } = visit;
  const found = path(parameters);
  const page = pageOf(parameters, limits.pageEntriesMax);
  const entry = existing(files, found);
  const versions = [entry, ...entry.older].map((each) => ({
    ...storedJson(visit.library, found, { ...entry, ...each }),
    hid: each.version,
    member_name: each.changedBy,
    dateline: seconds(each.changedMs),
  }));
  return reply(visit.call, { count: versions.length, list: paged(versions, page) });
}

export function search(visit: Visit): CloudResponse {
  const { files, parameters, limits } = visit;
  const words = required(parameters, 'keywords').toLowerCase();
  const page = pageOf(parameters, limits.pageEntriesMax);
  const folder = plainPath(parameters.get('path') ?? '');
  checkRight(visit, folder, 'list');
  const fits = ([each]: Found[number]) => nameOf(each).toLowerCase().includes(words);
  return entries(visit, within(files, folder).filter(fits).toSorted(byName), page);
}

export function updates(visit: Visit): CloudResponse {
  return reply(visit.call, { fetch_dateline: visit.nowMs, list: changed(visit) });
}

export function countUpdates(visit: Visit): CloudResponse {
  return reply(visit.call, { count: changed(visit).length });
}

export function stat({ library, files, call }: Visit): CloudResponse {
  const { size, recycled } = usedBytes(files);
  return reply(call, {
    org_id: library.orgId,
    org_name: library.name,
    mount_id: library.mountId,
    capacity: library.capacityBytes,
    size,
    size_recycle: recycled,
    count_file: allOf(files).filter(([, { isFolder }]) => !isFolder).length,
    storage_point: library.storagePoint,
  });
}

/** The path that a call names, itself or by its hash. @throws 40003, 40402 */
export function meant({ parameters, library, files }: Visit): string {
  const hash = parameters.get('hash');
  if (hash === undefined || parameters.has('fullpath')) return path(parameters);
  const found = allOf(files).find(([each]) => pathHash(library, each) === hash.toLowerCase());
  if (found === undefined) throw refuse(40402);
  return found[0];
}

export function paged<Item>(items: readonly Item[], { start, size }: Page): readonly Item[] {
  return items.slice(start, start + size);
}

export function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : Number(a > b);
}

function entries({ call, library }: Visit, found: Found, page: Page): CloudResponse {
  const shown = paged(found, page).map(([each, entry]) => entryJson(library, each, entry));
  return reply(call, { count: found.length, list: shown });
}

function filterOf({ parameters, library }: Visit): (found: Found[number]) => boolean {
  const tag = parameters.get('tag') ?? '';
  const hashes = (parameters.get('hashs') ?? '').split(/[|,]/).filter((hash) => hash !== '');
  const dir = parameters.get('dir') ?? '';
  if (!/^[01]?$/.test(dir)) throw refuse(40003);
  return ([each, entry]) =>
    (tag === '' || entry.tag === tag) &&
    (hashes.length === 0 || hashes.includes(pathHash(library, each))) &&
    (dir === '' || entry.isFolder === (dir === '1'));
}

/** `order`: a column, perhaps with `asc` or `desc`. Folders come first. @throws 40003 */
function orderOf(parameters: Parameters): Compare {
  const [column = '', direction = 'asc'] = (parameters.get('order') || 'filename').toLowerCase().trim().split(/\s+/);
  const columns: ReadonlyMap<string, Compare> = new Map<string, Compare>([
    ['filename', byName],
    ['filesize', ([, a], [, b]) => a.filesize - b.filesize],
    ['last_dateline', ([, a], [, b]) => a.changedMs - b.changedMs],
  ]);
  const compare = columns.get(column);
  if (compare === undefined || !/^(asc|desc)$/.test(direction)) throw refuse(40003);
  const sign = direction === 'desc' ? -1 : 1;
  return (a, b) => Number(b[1].isFolder) - Number(a[1].isFolder) || sign * compare(a, b) || byName(a, b);
}

/** The last change of each path since an instant; one at that very instant may be told twice, never not at all. */
function changed({ files, parameters, library }: Visit): readonly object[] {
  const sinceMs = count(parameters, 'fetch_dateline', 0);
  const last = new Map(plain(files.changes).map((change) => [change.path, change]));
  return [...last.values()]
    .filter(({ atMs }) => atMs >= sinceMs)
    .map(({ path: each }) => {
      const entry = entryAt(files, each);
      const gone = { cmd: 0, hash: pathHash(library, each), fullpath: each };
      return entry === undefined ? gone : { cmd: 1, ...entryJson(library, each, entry) };
    });
}
