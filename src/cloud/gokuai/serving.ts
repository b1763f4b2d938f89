import type { CloudResponse } from '../service.ts';
import { downloadAddress, previewAddress } from './addresses.ts';
import { refuse } from './failure.ts';
import { extensionOf } from './names.ts';
import { path } from './parameters.ts';
import { meant } from './reading.ts';
import { isDenied } from './rights.ts';
import { existing } from './tree.ts';
import { reply, type Visit } from './visit.ts';

export function giveDownload(visit: Visit): CloudResponse {
  const found = meant(visit);
  if (isDenied(visit, found, 'download')) throw refuse(40322);
  const entry = existing(visit.files, found);
  if (entry.blob === null) throw refuse(404023);
  checkScheme(visit);
  return reply(visit.call, { urls: [downloadAddress(visit, found, entry)] });
}

export function givePreview(visit: Visit): CloudResponse {
  const { options } = visit.call.settings;
  const found = path(visit.parameters);
  if (isDenied(visit, found, 'download')) throw refuse(40322);
  const entry = existing(visit.files, found);
  const extension = extensionOf(found);
  if (entry.isFolder || options.unknownKinds.includes(extension)) throw refuse(400172);
  if (!options.previewed.includes(extension)) throw refuse(40017);
  if (entry.blob === null) throw refuse(404023);
  checkScheme(visit);
  return reply(visit.call, { url: previewAddress(visit, found, entry) });
}

/** @throws 50305 */
function checkScheme({ parameters, call: { base } }: Visit): void {
  if (parameters.get('https') === '1' && !base.startsWith('https:')) throw refuse(50305);
}
