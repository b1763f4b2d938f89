import type { ServiceDefinition } from '../service.ts';
import { Refusal } from '../service.ts';
import { checkNewPath } from './names.ts';
import { plainPath } from './parameters.ts';
import type { GokuaiSettings } from './settings.ts';
import type { GokuaiState } from './state.ts';
import { entryAt, putContents } from './tree.ts';
import { handOf } from './visit.ts';

/** `path/of/a file`, in the first library; or `<client id>:path/of/a file`, in another: no name may have a colon. */
export const placeFile: ServiceDefinition<GokuaiState, GokuaiSettings>['place'] = (state, file, settings, nowMs) => {
  const colon = file.path.indexOf(':');
  const clientId = file.path.slice(0, Math.max(colon, 0));
  const at = colon < 0 ? 0 : settings.libraries.findIndex((library) => library.clientId === clientId);
  const hand = handOf({ state, settings, nowMs }, at, 'scenario');
  if (hand === undefined) return `no library has the client id ${clientId}`;
  const path = plainPath(file.path.slice(colon + 1));
  try {
    checkNewPath(path, settings.limits, 'file');
    if (entryAt(hand.files, path)?.isFolder) return 'a folder of this name is there';
    const { blob } = file;
    putContents(hand, path, { filehash: blob.sha1, filesize: blob.size, blob });
    return null;
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.row.message ?? String(thrown.row.code);
    throw thrown;
  }
};
