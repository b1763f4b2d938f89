import type { Draft } from 'immer';
import type { CloudResponse } from '../service.ts';
import { entryJson, seconds } from './entry.ts';
import { refuse } from './failure.ts';
import { isWithin } from './names.ts';
import { count, flag, pageOf, path, paths, plainPath } from './parameters.ts';
import { paged } from './reading.ts';
import { checkRight, isDenied, lockOn } from './rights.ts';
import type { Recycled } from './state.ts';
import {
  checkExisting,
  entryAt,
  existing,
  forgetUnused,
  hasRoom,
  placeBack,
  plain,
  putContents,
  takeAway,
  within,
} from './tree.ts';
import { reply, type Visit } from './visit.ts';
import { checkIdle, keepBusy } from './work.ts';

export function remove(visit: Visit): CloudResponse {
  const { parameters, files, state } = visit;
  const doomed = doomedPaths(visit);
  const isForEver = flag(parameters, 'destroy', false);
  if (doomed.some((each) => isDenied(visit, each, 'delete'))) throw refuse(40322);
  if (isForEver) checkDestroying(visit, doomed);
  checkIdle(visit, doomed);
  checkExisting((each) => entryAt(files, each) !== undefined, doomed);
  if (doomed.some((each) => lockOn(visit, (locked) => isWithin(locked, each)) !== undefined)) throw refuse(403154);
  for (const each of doomed) {
    const found = takeAway(visit, each);
    // One path of the list may be within another.
    if (found.length > 0 && !isForEver) putIntoBin(visit, each, Object.fromEntries(found.map(keyed)));
    keepBusy(visit, 'folder', each, found.length);
  }
  if (isForEver) forgetUnused(state);
  return reply(visit.call, {});
}

export function listRecycled(visit: Visit): CloudResponse {
  const { parameters, limits, files, library } = visit;
  const page = pageOf(parameters, limits.pageEntriesMax);
  checkRight(visit, '', 'list');
  const list = plain(files.recycled).flatMap((item) => {
    const entry = item.entries[`/${item.path}`];
    return entry === undefined ? [] : [{ ...entryJson(library, item.path, entry), dateline: seconds(item.deletedMs) }];
  });
  return reply(visit.call, { count: list.length, list: paged(list, page) });
}

/** Deleted files, or an older version of one that is there, which `hid` names. */
export function recover(visit: Visit): CloudResponse {
  const { parameters, files } = visit;
  if (parameters.has('hid')) return recoverVersion(visit);
  const wanted = paths(parameters, parameters.has('fullpaths') ? 'fullpaths' : 'fullpath');
  for (const each of wanted) checkRight(visit, each, 'write');
  checkIdle(visit, wanted);
  if (wanted.some((each) => entryAt(files, each) !== undefined)) throw refuse(400131);
  checkExisting((each) => files.recycled.some((item) => item.path === each), wanted);
  for (const each of new Set(wanted)) {
    const item = takeFromBin(visit, each);
    const found = Object.entries(item?.entries ?? {}).map(([key, entry]) => [key.slice(1), entry] as const);
    // A recovered parent may have brought another one of the same name.
    const missing = found.filter(([inside]) => entryAt(files, inside) === undefined);
    placeBack(visit, missing, each, each);
    keepBusy(visit, 'space', each, found.length);
  }
  return reply(visit.call, {});
}

export function removeCompletely(visit: Visit): CloudResponse {
  const { parameters, files, state } = visit;
  const doomed = paths(parameters, 'fullpaths');
  checkDestroying(visit, doomed);
  checkIdle(visit, doomed);
  checkExisting((each) => files.recycled.some((item) => item.path === each), doomed);
  const isDoomed = ({ path: each }: { readonly path: string }) => doomed.includes(each);
  const entries = files.recycled.filter(isDoomed).reduce((sum, item) => sum + Object.keys(item.entries).length, 0);
  files.recycled = files.recycled.filter((item) => !isDoomed(item));
  keepBusy(visit, 'space', doomed[0] ?? '', entries);
  forgetUnused(state);
  return reply(visit.call, {});
}

function recoverVersion(visit: Visit): CloudResponse {
  const { parameters, files, library } = visit;
  const found = path(parameters);
  const wanted = count(parameters, 'hid');
  checkRight(visit, found, 'write');
  checkIdle(visit, [found]);
  const entry = existing(files, found);
  const version = [entry, ...entry.older].find((each) => each.version === wanted);
  if (version === undefined) throw refuse(40403);
  if (version.filehash === entry.filehash) throw refuse(40324);
  if (lockOn(visit, (locked) => locked === found) !== undefined) throw refuse(40329);
  const { filehash, filesize, blob } = plain(version);
  if (!hasRoom(visit, filesize - entry.filesize)) throw refuse(40321, { fill: library.name });
  putContents(visit, found, { filehash, filesize, blob });
  return reply(visit.call, entryJson(library, found, existing(files, found)));
}

/** `fullpaths`; or everything under `path` that has the tag. @throws 40003 */
function doomedPaths({ parameters, files }: Visit): readonly string[] {
  const tag = parameters.get('tag') ?? '';
  if (parameters.has('fullpaths') || tag === '') {
    return paths(parameters, parameters.has('fullpath') ? 'fullpath' : 'fullpaths');
  }
  const folder = plainPath(parameters.get('path') ?? '');
  return within(files, folder).flatMap(([each, entry]) => (entry.tag === tag ? [each] : []));
}

/** @throws 40325 */
function checkDestroying(visit: Visit, doomed: readonly string[]): void {
  if (doomed.some((each) => isDenied(visit, each, 'destroy'))) throw refuse(40325);
}

function keyed([each, entry]: readonly [string, Recycled['entries'][string]]) {
  return [`/${each}`, entry] as const;
}

function putIntoBin({ files, nowMs, limits, state }: Visit, each: string, entries: Recycled['entries']): void {
  const item: Recycled = { path: each, entries, deletedMs: nowMs };
  const sizes = [item, ...plain(files.recycled)].map((each) => Object.keys(each.entries).length);
  files.recycled.unshift(item as Draft<Recycled>);
  let total = sizes.reduce((sum, size) => sum + size, 0);
  while (total > limits.entriesMax) {
    total -= sizes[files.recycled.length - 1] ?? total;
    files.recycled.pop();
    forgetUnused(state);
  }
}

function takeFromBin({ files }: Visit, each: string): Recycled | undefined {
  const at = files.recycled.findIndex((item) => item.path === each);
  const [item] = at < 0 ? [] : files.recycled.splice(at, 1);
  return item === undefined ? undefined : plain(item);
}
