import type { Draft } from 'immer';
import { unreachable } from '../../errors.ts';
import type { BlobRef } from '../blobs.ts';
import { foldersAbove, parentOf } from './paths.ts';
import { refuse } from './refuse.ts';
import type { Settings } from './settings.ts';
import { type Drive, type Entry, idOf, type Session, type State } from './state.ts';

/** What a change of a drive works on. */
export interface Place {
  readonly state: Draft<State>;
  readonly drive: Draft<Drive>;
  /** The application's folder, which is always there. */
  readonly root: string;
  readonly settings: Settings;
  readonly nowMs: number;
}

export function placeOf({ state, drive, root, call: { settings, nowMs } }: Session): Place {
  return { state, drive, root, settings, nowMs };
}

/** The application's folder is there from the first call on. */
export function makeRoot(place: Place): void {
  if (entryAt(place.drive, place.root) === undefined) putFolder(place, place.root);
}

export function entryAt(drive: Drive, path: string): Entry | undefined {
  return drive.folders[parentOf(path)]?.[path];
}

/** @throws Refusal 31066 */
export function neededEntry(drive: Drive, path: string): Entry {
  const entry = entryAt(drive, path);
  if (entry === undefined) throw refuse(31066);
  return entry;
}

/** @throws Refusal 31066, also for a file */
export function neededFolder(drive: Drive, path: string): Entry {
  const entry = neededEntry(drive, path);
  if (entry.blob !== null) throw refuse(31066);
  return entry;
}

/** The entry itself and all below it, folders before what is in them. */
export function treeAt(drive: Drive, path: string): readonly Entry[] {
  const entry = entryAt(drive, path);
  if (entry === undefined) return [];
  return [entry, ...childrenOf(drive, path).flatMap((child) => treeAt(drive, child.path))];
}

export function childrenOf(drive: Drive, folder: string): readonly Entry[] {
  return Object.values(drive.folders[folder] ?? {});
}

export function entriesOf(drive: Drive): readonly Entry[] {
  return Object.values(drive.folders).flatMap((children) => Object.values(children));
}

/** By code units, so that it is the same order everywhere. */
export function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

export function bytesOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
}

/** A reference that outlives the draft it was read from. */
export function plain(blob: BlobRef): BlobRef {
  return { ...blob };
}

/**
 * Sees to it that `path`, where nothing is yet, can be filled: makes what is missing above it.
 * @throws Refusal  31063 for a missing folder when `strictParents`, 31068 for a file in its place, 31065 for a full one.
 */
export function makeRoomAt(place: Place, path: string): void {
  for (const folder of foldersAbove(path, place.root)) {
    const entry = entryAt(place.drive, folder);
    if (entry === undefined) {
      if (place.settings.options.strictParents) throw refuse(31063);
      requireSlot(place, folder);
      putFolder(place, folder);
    } else if (entry.blob !== null) throw refuse(31068);
  }
  requireSlot(place, path);
}

export function putFolder(place: Place, path: string): Entry {
  return put(place, path, { blob: null, blocks: [] });
}

/** A file that is there keeps its id and its time of making. */
export function putFile(place: Place, path: string, content: { blob: BlobRef; blocks: readonly string[] }): Entry {
  return put(place, path, content);
}

/** Puts an entry that was made elsewhere, as it is. */
export function adopt({ drive }: Pick<Place, 'drive'>, entry: Entry): void {
  drive.revision++;
  drive.usedBytes += sizeOf(entry) - sizeOf(entryAt(drive, entry.path));
  delete drive.removals[entry.path];
  const folder = parentOf(entry.path);
  const children = drive.folders[folder] ?? {};
  children[entry.path] = { ...copyOf(entry), revision: drive.revision };
  drive.folders[folder] = children;
}

/** Takes the entry away with all below it, and remembers that it was there. */
export function takeAway({ drive, settings }: Pick<Place, 'drive' | 'settings'>, path: string): Draft<Entry>[] {
  const taken = treeAt(drive, path).map(copyOf);
  for (const entry of taken) {
    drive.revision++;
    drive.usedBytes -= sizeOf(entry);
    delete drive.folders[parentOf(entry.path)]?.[entry.path];
    delete drive.folders[entry.path];
    drive.removals[entry.path] = {
      path: entry.path,
      fsId: entry.fsId,
      isFolder: entry.blob === null,
      revision: drive.revision,
    };
  }
  forgetRemovals(drive, settings.limits.removalsMax);
  return taken;
}

export function newId({ state, settings }: Pick<Place, 'state' | 'settings'>): string {
  state.ids++;
  return idOf(state.ids, settings.options.idDigits);
}

function put(place: Place, path: string, content: Pick<Entry, 'blob' | 'blocks'>): Entry {
  const { drive } = place;
  const before = entryAt(drive, path);
  const second = Math.floor(place.nowMs / 1000);
  adopt(place, {
    path,
    fsId: before?.fsId ?? newId(place),
    ctime: before?.ctime ?? second,
    mtime: second,
    ...content,
    quotaBytes: null,
    revision: 0,
  });
  return entryAt(drive, path) ?? unreachable(`${path} was put, and is not there`);
}

/** An entry that outlives the draft it was read from. */
function copyOf(entry: Entry): Draft<Entry> {
  return { ...entry, blob: entry.blob && plain(entry.blob), blocks: [...entry.blocks] };
}

function sizeOf(entry: Entry | undefined): number {
  return entry?.blob?.size ?? 0;
}

function requireSlot({ drive, settings }: Place, path: string): void {
  // Names only: in a draft, each entry that is looked at costs a proxy.
  const names = Object.keys(drive.folders[parentOf(path)] ?? {});
  if (names.length >= settings.limits.folderEntriesMax) throw refuse(31065);
}

function forgetRemovals(drive: Draft<Drive>, removalsMax: number): void {
  const surplus = Object.keys(drive.removals).length - removalsMax;
  if (surplus <= 0) return;
  const removals = Object.values(drive.removals).sort((one, other) => one.revision - other.revision);
  for (const { path, revision } of removals.slice(0, surplus)) {
    delete drive.removals[path];
    drive.horizon = revision;
  }
}
