import type { CloudResponse } from '../service.ts';
import { answer, type JsonObject, listItem } from './answers.ts';
import { parameterOf } from './parameters.ts';
import { isBelow } from './paths.ts';
import { refuse } from './refuse.ts';
import type { Session } from './state.ts';
import { requireStore } from './store.ts';
import { entriesOf } from './tree.ts';

/** How far a client has come. */
interface Cursor {
  /** All changes up to this revision are told. */
  readonly reached: number;
  /** The revision at which a listing of all there is began, until it is over: what was removed before was never told. */
  readonly began: number;
}

interface Change {
  readonly revision: number;
  readonly item: JsonObject;
}

/**
 * What changed since a cursor, oldest first. `reset`: the client has to forget what it knew; so it is for the first
 * cursor, `null`, and for one that is older than what the drive remembers.
 */
export function tellChanges({ drive, root, call }: Session): CloudResponse {
  const cursor = cursorOf(parameterOf(call.request, 'cursor') ?? '');
  requireStore(call.settings, 'meta', 'read', 31071);
  const reset = cursor === null || cursor.began < drive.horizon || cursor.began > drive.revision;
  const { reached, began } = reset ? { reached: 0, began: drive.revision } : cursor;
  const present = entriesOf(drive).map((entry): Change & { path: string } => ({
    path: entry.path,
    revision: entry.revision,
    item: { ...listItem(entry), isdelete: 0 },
  }));
  const removed = Object.values(drive.removals).map(({ path, fsId, isFolder, revision }) => ({
    path,
    revision,
    item: { fs_id: BigInt(fsId), path, isdir: isFolder ? 1 : 0, isdelete: 1 },
  }));
  const changes = [
    ...present.filter(({ revision }) => revision > reached),
    ...removed.filter(({ revision }) => revision > began),
  ]
    .filter(({ path }) => isBelow(path, root))
    .sort((one, other) => one.revision - other.revision);

  const told = changes.slice(0, call.settings.limits.diffEntriesMax);
  const hasMore = told.length < changes.length;
  const now = hasMore ? (told.at(-1)?.revision ?? reached) : drive.revision;
  return answer(call, {
    entries: told.map(({ item }) => item),
    has_more: hasMore,
    reset,
    cursor: now < began ? `${now}-${began}` : String(now),
  });
}

/** @throws Refusal 31023 */
function cursorOf(text: string): Cursor | null {
  if (text === '' || text === 'null') return null;
  const [, reached, began = reached] = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(text) ?? [];
  if (reached === undefined) throw refuse(31023);
  return { reached: Number(reached), began: Number(began) };
}
