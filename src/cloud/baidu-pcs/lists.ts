import * as v from 'valibot';
import type { CloudResponse } from '../service.ts';
import { answer, isFolder, listItem, metaItem } from './answers.ts';
import { choice, filledText, listed, neededParameter, parameterOf, pathParameter } from './parameters.ts';
import { checkPath, isBelow, nameOf } from './paths.ts';
import { refuse } from './refuse.ts';
import type { Entry, Session } from './state.ts';
import { requireStore } from './store.ts';
import { childrenOf, compare, neededEntry, neededFolder, treeAt } from './tree.ts';

export function tellMeta({ drive, root, call }: Session): CloudResponse {
  const { limits, options } = call.settings;
  const paths = listed(call, pathSchema).map(({ path }) => checkPath(path, root, limits));
  requireStore(call.settings, 'meta', 'read', 31071);
  const list = paths.map((path) => {
    const hasFolders = childrenOf(drive, path).some(isFolder);
    return metaItem(neededEntry(drive, path), hasFolders, options);
  });
  return answer(call, { list });
}

export function listFolder(session: Session): CloudResponse {
  const { drive, call } = session;
  const path = pathParameter(session);
  const by = choice(call, 'by', ['time', 'name', 'size']) ?? 'type';
  // As published: falling, where only the order by something is asked for.
  const order = choice(call, 'order', ['asc', 'desc']) ?? (by === 'type' ? 'asc' : 'desc');
  const [from, to] = limitOf(parameterOf(call.request, 'limit') ?? '');
  requireStore(call.settings, 'meta', 'read', 31071);
  neededFolder(drive, path);

  const rising = [...childrenOf(drive, path)].sort((one, other) => orders[by](one, other) || orders.name(one, other));
  const sorted = order === 'asc' ? rising : rising.reverse();
  return answer(call, { list: sorted.slice(from, to).map(listItem) });
}

/** Names that hold `wd`, whatever the case of its letters; below the folders of `path` too when `re` is 1. */
export function search(session: Session): CloudResponse {
  const { drive, call } = session;
  const path = pathParameter(session);
  const word = neededParameter(call, 'wd').toLowerCase();
  const isDeep = choice(call, 're', ['0', '1']) === '1';
  requireStore(call.settings, 'meta', 'read', 31071);
  neededFolder(drive, path);

  const places = isDeep ? treeAt(drive, path).filter((entry) => isBelow(entry.path, path)) : childrenOf(drive, path);
  const found = places.filter((entry) => nameOf(entry.path).toLowerCase().includes(word));
  return answer(call, { list: [...found].sort(orders.name).map(listItem) });
}

const pathSchema = v.object({ path: filledText });

/** Folders first where nothing is asked for. */
const orders: Readonly<Record<'type' | 'time' | 'name' | 'size', (one: Entry, other: Entry) => number>> = {
  type: (one, other) => Number(isFolder(other)) - Number(isFolder(one)),
  time: (one, other) => one.mtime - other.mtime,
  size: (one, other) => (one.blob?.size ?? 0) - (other.blob?.size ?? 0),
  name: (one, other) => compare(one.path, other.path),
};

/** `n1-n2`: from n1 on, before n2. @throws Refusal 31023 */
function limitOf(text: string): readonly [from: number, to: number] {
  if (text === '') return [0, Number.POSITIVE_INFINITY];
  const [, from = '', to = ''] = /^(\d{1,15})-(\d{1,15})$/.exec(text) ?? [];
  if (from === '' || Number(to) < Number(from)) throw refuse(31023);
  return [Number(from), Number(to)];
}
