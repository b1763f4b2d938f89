import type { CloudResponse } from '../service.ts';
import { answer, type JsonObject, listItem } from './answers.ts';
import { parameterOf } from './parameters.ts';
import { isBelow } from './paths.ts';
import { refuse } from './refuse.ts';
import type { Session } from './state.ts';
import { requireStore } from './store.ts';
import { entriesOf } from './tree.ts';

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
  const reset = cursor === null || cursor < drive.horizon || cursor > drive.revision;
  const since = reset ? 0 : cursor;
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
  // Who starts with nothing needs no removals.
  const changes = (reset ? present : [...present, ...removed])
    .filter(({ path, revision }) => revision > since && isBelow(path, root))
    .sort((one, other) => one.revision - other.revision);

  const told = changes.slice(0, call.settings.limits.diffEntriesMax);
  const hasMore = told.length < changes.length;
  const reached = hasMore ? (told.at(-1)?.revision ?? since) : drive.revision;
  return answer(call, {
    entries: told.map(({ item }) => item),
    has_more: hasMore,
    reset,
    cursor: String(reached),
  });
}

/** @throws Refusal 31023 */
function cursorOf(text: string): number | null {
  if (text === '' || text === 'null') return null;
  if (!/^\d{1,15}$/.test(text)) throw refuse(31023);
  return Number(text);
}
