import * as v from 'valibot';
import type { CloudResponse } from '../service.ts';
import { answer } from './answers.ts';
import { filledText, listed } from './parameters.ts';
import { checkPath, isBelow, parentOf } from './paths.ts';
import { requireQuota } from './quotas.ts';
import { refuse } from './refuse.ts';
import type { Session } from './state.ts';
import { requireStore } from './store.ts';
import { adopt, bytesOf, entryAt, makeRoomAt, neededEntry, newId, placeOf, takeAway, treeAt } from './tree.ts';

const pairSchema = v.object({ from: filledText, to: filledText });

type Pair = Readonly<v.InferOutput<typeof pairSchema>>;

/** All of the list or nothing of it. */
export function move(session: Session): CloudResponse {
  return eachPair(session, (pair) => {
    const { from, to } = pair;
    const place = placeOf(session);
    requireQuota(session, to, bytesOf(treeAt(session.drive, from)), from);
    const failed = parentOf(from) === parentOf(to) ? 31073 : 31072;
    requireFreeTarget(session, pair, failed);
    requireStore(place.settings, 'meta', 'write', failed);

    for (const entry of takeAway(place, from))
      adopt(place, { ...entry, path: `${to}${entry.path.slice(from.length)}` });
  });
}

/** All of the list or nothing of it. */
export function copy(session: Session): CloudResponse {
  return eachPair(session, (pair) => {
    const { from, to } = pair;
    const place = placeOf(session);
    const tree = treeAt(session.drive, from);
    requireQuota(session, to, bytesOf(tree));
    requireFreeTarget(session, pair, 31069);
    requireStore(place.settings, 'meta', 'write', 31069);

    const second = Math.floor(place.nowMs / 1000);
    for (const { path, blob, blocks } of tree) {
      adopt(place, {
        path: `${to}${path.slice(from.length)}`,
        fsId: newId(place),
        ctime: second,
        mtime: second,
        blob,
        blocks,
        quotaBytes: null,
        revision: 0,
      });
    }
  });
}

/** Refuses the application's own folder, which stays where it is. @throws Refusal 31062, 31064 */
export function movablePath({ root, call }: Session, text: string): string {
  const path = checkPath(text, root, call.settings.limits);
  if (path === root) throw refuse(31064);
  return path;
}

function eachPair(session: Session, act: (pair: Pair) => void): CloudResponse {
  const { root, call } = session;
  const pairs = listed(call, pairSchema).map(({ from, to }) => ({
    from: movablePath(session, from),
    to: checkPath(to, root, call.settings.limits),
  }));
  for (const pair of pairs) act(pair);
  return answer(call, { extra: { list: pairs.map(({ from, to }) => ({ from, to })) } });
}

/** Nothing goes below itself: that is refused by `failed`. */
function requireFreeTarget(session: Session, { from, to }: Pair, failed: number): void {
  neededEntry(session.drive, from);
  if (entryAt(session.drive, to) !== undefined) throw refuse(31061);
  if (isBelow(to, from)) throw refuse(failed);
  // A rename needs no room: what is renamed makes it.
  if (failed !== 31073) makeRoomAt(placeOf(session), to);
}
