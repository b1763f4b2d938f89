import * as v from 'valibot';
import type { CloudResponse } from '../service.ts';
import { answer, listItem } from './answers.ts';
import { movablePath } from './moves.ts';
import { countParameter, filledText, listed } from './parameters.ts';
import { isWithin } from './paths.ts';
import { requireQuota } from './quotas.ts';
import { refuse } from './refuse.ts';
import type { Removed, Session } from './state.ts';
import { requireStore } from './store.ts';
import { adopt, bytesOf, entryAt, makeRoomAt, neededEntry, placeOf, takeAway } from './tree.ts';

/** All of the list or nothing of it. */
export function remove(session: Session): CloudResponse {
  const { drive, call } = session;
  const paths = listed(call, pathSchema).map(({ path }) => movablePath(session, path));
  for (const path of paths) {
    neededEntry(drive, path);
    requireStore(call.settings, 'meta', 'write', 31070);
    drive.bin = [{ removedMs: call.nowMs, entries: takeAway(placeOf(session), path) }, ...youngBin(session)];
  }
  return answer(call, {});
}

/** The last removed first. */
export function listBin(session: Session): CloudResponse {
  const { call } = session;
  const from = countParameter(call, 'start', 0);
  const count = countParameter(call, 'limit', call.settings.limits.listedMax);
  requireStore(call.settings, 'meta', 'read', 31071);
  const tops = youngBin(session)
    .filter(isOf(session))
    .flatMap(({ entries }) => entries.slice(0, 1));
  return answer(call, { list: tops.slice(from, from + count).map(listItem) });
}

/** All of the list or nothing of it, each to where it was. */
export function restore(session: Session): CloudResponse {
  const { drive, call } = session;
  const ids = listed(call, idSchema).map((item) => item.fs_id);
  for (const id of ids) {
    const removed = youngBin(session)
      .filter(isOf(session))
      .find(({ entries }) => entries[0]?.fsId === id);
    const [top] = removed?.entries ?? [];
    if (removed === undefined || top === undefined) throw refuse(31066);
    requireQuota(session, top.path, bytesOf(removed.entries));
    if (entryAt(drive, top.path) !== undefined) throw refuse(31061);
    makeRoomAt(placeOf(session), top.path);
    requireStore(call.settings, 'meta', 'write', 31067);
    for (const entry of removed.entries) adopt(session, entry);
    drive.bin = drive.bin.filter((each) => each !== removed);
  }
  return answer(call, { extra: { list: ids.map((id) => ({ fs_id: BigInt(id) })) } });
}

export function emptyBin(session: Session): CloudResponse {
  const { drive, call } = session;
  requireStore(call.settings, 'meta', 'write', 31070);
  const isOurs = isOf(session);
  drive.bin = drive.bin.filter((removed) => !isOurs(removed));
  return answer(call, {});
}

const pathSchema = v.object({ path: filledText });
const idSchema = v.object({ fs_id: v.pipe(v.string(), v.regex(/^\d{1,19}$/)) });

function youngBin({ drive, call }: Session) {
  const { binAgeMsMax } = call.settings.limits;
  return drive.bin.filter(({ removedMs }) => call.nowMs - removedMs <= binAgeMsMax);
}

/** An application sees what was in its own folder. */
function isOf({ root }: Session): (removed: Removed) => boolean {
  return ({ entries: [top] }) => top !== undefined && isWithin(top.path, root);
}
