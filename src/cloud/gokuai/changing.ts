import type { CloudResponse } from '../service.ts';
import { entryJson, pathHash } from './entry.ts';
import { refuse } from './failure.ts';
import { checkNewPath, freePath, isWithin, joinPath, nameOf } from './names.ts';
import { path, paths, plainPath, required, tagOf } from './parameters.ts';
import { checkRight, lockOn } from './rights.ts';
import {
  checkExisting,
  entryAt,
  existing,
  hasRoom,
  makeFolders,
  placeBack,
  placeCopies,
  takeAway,
  within,
} from './tree.ts';
import { reply, type Visit } from './visit.ts';
import { checkIdle, keepBusy } from './work.ts';

export function createFolder(visit: Visit): CloudResponse {
  const { parameters, limits, files, library, call } = visit;
  const folder = path(parameters);
  checkNewPath(folder, limits, 'folder');
  const tag = tagOf(parameters, limits);
  checkRight(visit, folder, 'write');
  checkIdle(visit, [folder]);
  const found = entryAt(files, folder);
  if (found !== undefined) throw refuse(found.isFolder ? 400653 : 400650);
  makeFolders(visit, folder, tag);
  return reply(call, { hash: pathHash(library, folder), fullpath: folder });
}

export function copy(visit: Visit): CloudResponse {
  const { parameters, limits } = visit;
  const from = path(parameters, 'from_fullpath');
  const to = path(parameters);
  checkNewPath(to, limits, kindOf(visit, from));
  const target = libraryAskedFor(visit);
  if (target.storagePoint !== visit.library.storagePoint) throw refuse(400137);
  if (target !== visit.library) throw refuse(400136);
  return answered(visit, copyAll(visit, [[from, to]])[0] ?? to);
}

/** Each of them into each folder. */
export function copySeveral(visit: Visit): CloudResponse {
  const { parameters, limits } = visit;
  const sources = paths(parameters, 'from_fullpaths');
  const folders = required(parameters, 'paths').split('|').map(plainPath);
  const pairs = folders.flatMap((folder) => sources.map((from) => [from, joinPath(folder, nameOf(from))] as const));
  for (const [, to] of pairs) checkNewPath(to, limits, 'file');
  copyAll(visit, pairs);
  return reply(visit.call, {});
}

export function move(visit: Visit): CloudResponse {
  const { parameters, limits, files } = visit;
  const from = path(parameters);
  const to = path(parameters, 'dest_fullpath');
  checkNewPath(to, limits, kindOf(visit, from));
  if (libraryAskedFor(visit) !== visit.library) throw refuse(400136);
  for (const each of [from, to]) checkRight(visit, each, 'write');
  checkIdle(visit, [from, to]);
  existing(files, from);
  if (to !== from && isWithin(to, from)) throw refuse(40013);
  if (lockOn(visit, (locked) => locked === from) === 'exclusive') throw refuse(403154);
  if (lockOn(visit, (locked) => isWithin(locked, from)) !== undefined) throw refuse(403151);
  if (to === from) return answered(visit, to);
  const free = freePath(to, (each) => entryAt(files, each) !== undefined);
  const found = takeAway(visit, from);
  placeBack(visit, found, from, free);
  keepBusy(visit, 'folder', free, found.length);
  return answered(visit, free);
}

/** Where each copy went. @throws 40310, 403201, 403212, 40402, 404021 */
function copyAll(visit: Visit, pairs: readonly (readonly [from: string, to: string])[]): readonly string[] {
  const { files, library } = visit;
  for (const [from, to] of pairs) {
    checkRight(visit, from, 'download');
    checkRight(visit, to, 'write');
  }
  checkIdle(visit, pairs.flat());
  const found = pairs.map(([from]) => within(files, from));
  const bytes = found.flat().reduce((sum, [, { filesize }]) => sum + filesize, 0);
  if (!hasRoom(visit, bytes)) throw refuse(403212, { fill: library.name });
  checkExisting((each) => entryAt(files, each) !== undefined, [...new Set(pairs.map(([from]) => from))]);
  return pairs.map(([from, to], at) => {
    const free = freePath(to, (each) => entryAt(files, each) !== undefined);
    const copied = found[at] ?? [];
    placeCopies(visit, copied, from, free);
    keepBusy(visit, 'folder', free, copied.length);
    return free;
  });
}

/** What is not there counts as a file, until it may be said that it is not there. */
function kindOf({ files }: Visit, path: string): 'file' | 'folder' {
  return entryAt(files, path)?.isFolder ? 'folder' : 'file';
}

/** Clients of several libraries name the other one by its mount. @throws 40003, 40404 */
function libraryAskedFor({ parameters, library, call: { settings } }: Visit) {
  const mountId = parameters.get('target_mount_id');
  if (mountId === undefined) return library;
  const target = settings.libraries.find((each) => String(each.mountId) === mountId);
  if (target === undefined) throw refuse(40404);
  return target;
}

function answered({ call, library, files }: Visit, to: string): CloudResponse {
  const isTold = call.settings.options.copyAnswers === 'entry';
  return reply(call, isTold ? entryJson(library, to, existing(files, to)) : {});
}
