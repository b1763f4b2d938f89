import type { Draft } from 'immer';
import type { BlobRef } from '../blobs.ts';
import { serveFile, unsatisfiable } from '../bytes.ts';
import type { Call, CloudResponse } from '../service.ts';
import { type Address, openAddress } from './addresses.ts';
import { failure, refuse } from './failure.ts';
import { extensionOf } from './names.ts';
import { parametersOf } from './parameters.ts';
import type { GokuaiSettings } from './settings.ts';
import type { GokuaiState } from './state.ts';

const contentTypes: ReadonlyMap<string, string> = new Map([
  ['gif', 'image/gif'],
  ['jpg', 'image/jpeg'],
  ['md', 'text/markdown'],
  ['pdf', 'application/pdf'],
  ['png', 'image/png'],
  ['txt', 'text/plain'],
]);

/** A plain link to a storage server. @throws 403, 403211, 404 */
export function download(state: Draft<GokuaiState>, call: Call<GokuaiSettings>): CloudResponse {
  const parameters = parametersOf(call.request);
  const address = openAddress('download', parameters, call.settings);
  if (address.expiresSeconds * 1000 <= call.nowMs) throw refuse(403211);
  return sendFile(call, contentsOf(state, address), address, parameters.get('open') === '1');
}

/** @throws 403, 403040, 404 */
export function preview(state: Draft<GokuaiState>, call: Call<GokuaiSettings>): CloudResponse {
  const address = openAddress('preview', parametersOf(call.request), call.settings);
  if (address.expiresSeconds * 1000 <= call.nowMs) throw refuse(403040);
  return sendFile(call, contentsOf(state, address), address, true);
}

export function sendFile(
  call: Call<GokuaiSettings>,
  blob: BlobRef,
  { name, changedSeconds }: Pick<Address, 'name' | 'changedSeconds'>,
  isShown: boolean,
): CloudResponse {
  const type = isShown ? contentTypes.get(extensionOf(name)) : undefined;
  const sent = serveFile(call.request, {
    blob,
    etag: `"${blob.sha1}"`,
    modifiedMs: changedSeconds * 1000,
    contentType: type ?? 'application/octet-stream',
    headers: [['content-disposition', `${isShown ? 'inline' : 'attachment'}; filename*=UTF-8''${headerText(name)}`]],
  });
  // The table has no row for a range past the end; the general one of bad requests says the least that is untrue.
  return sent ?? { ...failure(refuse(400, { headers: [unsatisfiable(blob)] }), call), status: 416 };
}

function contentsOf({ contents }: Draft<GokuaiState>, { filehash }: Address): BlobRef {
  const blob = Object.hasOwn(contents, filehash) ? contents[filehash] : undefined;
  if (blob === undefined) throw refuse(404);
  return blob;
}

/** RFC 8187: what encodeURIComponent leaves, and a header may not have, goes too. */
function headerText(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
}
