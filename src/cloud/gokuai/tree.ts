import { current, type Draft, isDraft } from 'immer';
import { refuse } from './failure.ts';
import { isWithin, parentOf } from './names.ts';
import type { Contents, Entry, GokuaiState, LibraryFiles } from './state.ts';
import type { Hand } from './visit.ts';

/** Paths with what is there. */
export type Found = readonly (readonly [path: string, entry: Entry])[];

export function entryAt({ entries }: Pick<LibraryFiles, 'entries'>, path: string): Entry | undefined {
  return entries[`/${path}`];
}

/** @throws 40402 */
export function existing(files: Pick<LibraryFiles, 'entries'>, path: string): Entry {
  const entry = entryAt(files, path);
  if (entry === undefined) throw refuse(40402);
  return entry;
}

/** All of these, or the name of the first that is not there. @throws 40402, 404021 */
export function checkExisting(isThere: (path: string) => boolean, paths: readonly string[]): void {
  const missing = paths.find((path) => !isThere(path));
  if (missing === undefined) return;
  throw paths.length === 1 ? refuse(40402) : refuse(404021, { fill: missing });
}

/** All entries as they are at this moment; plain, because drafts of thousands are slow. */
export function allOf({ entries }: Pick<LibraryFiles, 'entries'>): Found {
  return Object.entries(plain(entries)).map(([key, entry]) => [key.slice(1), entry]);
}

/** The entry itself and everything in it. */
export function within(files: Pick<LibraryFiles, 'entries'>, path: string): Found {
  return allOf(files).filter(([each]) => isWithin(each, path));
}

/** Everything right in a folder. */
export function inFolder(files: Pick<LibraryFiles, 'entries'>, path: string): Found {
  return allOf(files).filter(([each]) => parentOf(each) === path);
}

export function usedBytes(files: LibraryFiles): { readonly size: number; readonly recycled: number } {
  const sizeOf = (entries: readonly Entry[]) => entries.reduce((sum, { filesize }) => sum + filesize, 0);
  return {
    size: sizeOf(allOf(files).map(([, entry]) => entry)),
    recycled: plain(files.recycled).reduce((sum, { entries }) => sum + sizeOf(Object.values(entries)), 0),
  };
}

/** The recycle bin takes room too. */
export function hasRoom({ files, library }: Hand, bytes: number): boolean {
  const { size, recycled } = usedBytes(files);
  return size + recycled + bytes <= library.capacityBytes;
}

/** Makes a folder and those above it, where they are not. @throws 40402 where a file is in the way */
export function makeFolders(hand: Hand, path: string, tag = ''): void {
  if (path === '') return;
  const found = entryAt(hand.files, path);
  if (found?.isFolder) return;
  if (found !== undefined) throw refuse(40402);
  makeFolders(hand, parentOf(path));
  place(hand, path, { ...fresh(hand, tag), isFolder: true, filehash: '', filesize: 0, blob: null });
}

/** A new file, or a new version of one that is there. */
export function putContents(hand: Hand, path: string, contents: Contents, tag = ''): void {
  const { files, state, limits } = hand;
  if (contents.blob !== null) state.contents[contents.filehash] = contents.blob;
  const before = entryAt(files, path);
  if (before === undefined || before.blob === null) {
    makeFolders(hand, parentOf(path));
    place(hand, path, { ...fresh(hand, tag), isFolder: false, ...contents });
    return;
  }
  const { filehash, filesize, blob, version, changedBy, changedMs, older, ...rest } = plain(before);
  const versions = [{ filehash, filesize, blob, version, changedBy, changedMs }, ...older];
  const { version: next, changedBy: by, changedMs: ms } = fresh(hand, tag);
  const kept = versions.slice(0, limits.versionsMax);
  place(hand, path, { ...rest, ...contents, version: next, changedBy: by, changedMs: ms, older: kept });
  if (kept.length < versions.length) forgetUnused(state);
}

/** A copy begins a history of its own. */
export function placeCopies(hand: Hand, found: Found, from: string, to: string): void {
  makeFolders(hand, parentOf(to));
  for (const [path, { isFolder, filehash, filesize, blob, tag }] of found) {
    place(hand, to + path.slice(from.length), { ...fresh(hand, tag), isFolder, filehash, filesize, blob });
  }
}

/** Puts entries where they were, or elsewhere, with all that they are. */
export function placeBack(hand: Hand, found: Found, from: string, to: string): void {
  makeFolders(hand, parentOf(to));
  for (const [path, entry] of found) place(hand, to + path.slice(from.length), entry);
}

/** Takes an entry with everything in it out of the library. */
export function takeAway(hand: Hand, path: string): Found {
  const found = within(hand.files, path);
  for (const [each] of found) {
    delete hand.files.entries[`/${each}`];
    noteChange(hand, each, true);
  }
  return found;
}

/** Contents that no file, version or deleted file has any longer are no longer known. */
export function forgetUnused(state: Draft<GokuaiState>): void {
  const used = new Set<string>();
  const use = (entries: Readonly<Record<string, Entry>>) => {
    for (const { filehash, older } of Object.values(entries)) {
      for (const hash of [filehash, ...older.map((version) => version.filehash)]) used.add(hash);
    }
  };
  for (const { entries, recycled } of plain(state.libraries)) {
    use(entries);
    for (const item of recycled) use(item.entries);
  }
  for (const hash of Object.keys(state.contents)) if (!used.has(hash)) delete state.contents[hash];
}

export function plain<Value>(value: Value): Value {
  return isDraft(value) ? current(value as Draft<Value>) : value;
}

function fresh({ files, member, nowMs }: Hand, tag: string): Omit<Entry, keyof Contents | 'isFolder'> {
  files.versions += 1;
  return {
    version: files.versions,
    tag,
    createdBy: member,
    createdMs: nowMs,
    changedBy: member,
    changedMs: nowMs,
    older: [],
  };
}

/** @throws 50304 */
function place(hand: Hand, path: string, entry: Entry): void {
  const { entries } = hand.files;
  const isNew = entryAt(hand.files, path) === undefined;
  // Not Object.keys: that asks a draft about each of its thousands of keys.
  if (isNew && Reflect.ownKeys(entries).length >= hand.limits.entriesMax) throw refuse(50304);
  entries[`/${path}`] = entry as Draft<Entry>;
  noteChange(hand, path, false);
}

function noteChange({ files, nowMs, limits }: Hand, path: string, isGone: boolean): void {
  files.changes = [...plain(files.changes), { path, isGone, atMs: nowMs }].slice(-limits.changesMax);
}
