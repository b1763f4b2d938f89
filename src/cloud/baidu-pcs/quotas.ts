import type { CloudResponse } from '../service.ts';
import { answer } from './answers.ts';
import { countParameter, pathParameter } from './parameters.ts';
import { foldersAbove, isBelow } from './paths.ts';
import { refuse } from './refuse.ts';
import type { Session, State } from './state.ts';
import { requireStore } from './store.ts';
import { adopt, bytesOf, entriesOf, entryAt, neededFolder, treeAt } from './tree.ts';

/** Levels below the application's folder that may have a quota of their own. */
const levelsMax = 2;

export function tellQuota({ drive, user, call }: Session): CloudResponse {
  return answer(call, { quota: user.quotaBytes, used: drive.usedBytes });
}

/** `POST quota?method=set&path=&quota=`: folders of two levels may have one, smaller than those above them. */
export function setQuota(session: Session): CloudResponse {
  const { drive, user, app, root, call } = session;
  const path = pathParameter(session);
  const bytes = countParameter(call, 'quota');
  if (!app.maySetQuota) throw refuse(31110);
  const level = path.split('/').length - root.split('/').length;
  if (level < 1 || level > levelsMax) throw refuse(31111);
  const folder = neededFolder(drive, path);
  const above = foldersAbove(path, root).map((folder) => entryAt(drive, folder)?.quotaBytes ?? user.quotaBytes);
  if (bytes > Math.min(user.quotaBytes, ...above)) throw refuse(31113);
  const below = treeAt(drive, path).filter((entry) => isBelow(entry.path, path));
  if (below.some(({ quotaBytes }) => bytes < (quotaBytes ?? 0))) throw refuse(31114);
  requireStore(call.settings, 'meta', 'write', 31067);

  adopt(session, { ...folder, quotaBytes: bytes });
  return answer(call, { path, quota: bytes });
}

/**
 * Is there room for `bytes` more at `path`? What comes from below `from` is counted already where both are inside.
 * @throws Refusal 31112
 */
export function requireQuota({ drive, user, root }: Session, path: string, bytes: number, from?: string): void {
  if (bytes <= 0) return;
  if (from === undefined && drive.usedBytes + bytes > user.quotaBytes) throw refuse(31112);
  for (const folder of foldersAbove(path, root)) {
    const quotaBytes = entryAt(drive, folder)?.quotaBytes ?? null;
    if (quotaBytes === null || (from !== undefined && isBelow(from, folder))) continue;
    if (bytesOf(treeAt(drive, folder)) + bytes > quotaBytes) throw refuse(31112);
  }
}

/** Is there room in the store for contents of `bytes`? @throws Refusal 31218 */
export function requireStorage({ state, call }: Session, bytes: number): void {
  const { storeBytesMax } = call.settings.limits;
  if (storeBytesMax !== null && storedBytes(state) + bytes > storeBytesMax) throw refuse(31218);
}

/** Equal contents are stored once. */
function storedBytes({ drives }: State): number {
  const blobs = drives.flatMap((drive) => [
    ...drive.slices.map(({ blob }) => blob),
    ...[...entriesOf(drive), ...drive.bin.flatMap(({ entries }) => entries)].flatMap(({ blob }) => blob ?? []),
  ]);
  return [...new Map(blobs.map(({ id, size }) => [id, size])).values()].reduce((sum, size) => sum + size, 0);
}
