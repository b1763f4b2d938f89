import { serveFile, unsatisfiable } from '../bytes.ts';
import { type CloudResponse, Refusal } from '../service.ts';
import { requestHeaders } from './answers.ts';
import { dataPath } from './operations.ts';
import { pathParameter } from './parameters.ts';
import { nameOf } from './paths.ts';
import { refuse } from './refuse.ts';
import { spend } from './spent.ts';
import type { Session } from './state.ts';
import { requireStore } from './store.ts';
import { neededEntry, plain } from './tree.ts';

/** `file?method=download`, `stream?method=download`, and the address that they may send a client to. */
export function download(session: Session): CloudResponse {
  const { drive, call } = session;
  const { settings, request, operation } = call;
  const path = pathParameter(session);
  requireStore(settings, 'meta', 'read', 31217);
  const { blob: found, mtime } = neededEntry(drive, path);
  if (found === null) throw refuse(31066);
  const blob = plain(found);
  if (settings.store.forbidden.includes(blob.md5)) throw refuse(31211);
  if (settings.options.downloadRedirects && operation !== 'data') return redirect(session, blob.md5);
  if (settings.store.lost.includes(blob.md5) || (dataPath.exec(request.path)?.[1] ?? blob.md5) !== blob.md5) {
    throw refuse(31202);
  }
  requireStore(settings, 'data', 'read', 31216);

  const response = serveFile(request, {
    blob,
    etag: `"${blob.md5}"`,
    modifiedMs: mtime * 1000,
    contentType: 'application/octet-stream',
    headers: [
      ['content-disposition', `attachment;filename="${encodeURIComponent(nameOf(path))}"`],
      ...requestHeaders(call),
    ],
  });
  if (response === null) {
    throw new Refusal({ ...refuse(31023).row, httpStatus: 416 }, { headers: [unsatisfiable(blob)] });
  }
  countTraffic(session, response);
  return response;
}

/** The token travels along in the query. */
function redirect({ call }: Session, md5: string): CloudResponse {
  const location = `${call.base}/file/${md5}?${call.request.search}`;
  return { status: 302, headers: [['location', location], ...requestHeaders(call)], body: '' };
}

function countTraffic({ drive, call }: Session, { body }: CloudResponse): void {
  const bytes = call.request.method === 'HEAD' || !(typeof body === 'object' && 'size' in body) ? 0 : body.size;
  const { trafficBytesMax, windowMs } = call.settings.limits;
  const traffic = spend(drive.traffic, bytes, { nowMs: call.nowMs, windowMs, max: trafficBytesMax });
  if (traffic === null) throw refuse(31220);
  drive.traffic = traffic;
}
