import type { Draft } from 'immer';
import { serveFile, unsatisfiable } from '../bytes.ts';
import { type Call, type CloudRequest, type CloudResponse, Refusal } from '../service.ts';
import { decodePath } from '../text.ts';
import { authorize } from './auth.ts';
import { type Target, within } from './paths.ts';
import { refuse } from './refuse.ts';
import { unfinished } from './sessions.ts';
import { bucketOf, firstBucket, type Settings } from './settings.ts';
import type { FileEntry, State } from './state.ts';

/** Serves a file as the download hosts do. @throws Refusal */
export function download(state: Draft<State>, call: Call<Settings>): CloudResponse {
  const { request, settings } = call;
  const target = downloadTarget(request, settings);
  if (target === null) throw refuse(-404);
  if (request.method !== 'GET' && request.method !== 'HEAD') throw refuse(-405, { headers: [['allow', 'GET, HEAD']] });
  const file = state.files[target.id];
  checkReader(state, call, target, file);
  if (file === undefined) throw refuse(unfinished({ state, call, target }) === null ? -6101 : -45062);
  return served(request, file);
}

function served(request: CloudRequest, file: FileEntry): CloudResponse {
  const { 'content-type': contentType = 'application/octet-stream', ...headers } = file.customHeaders;
  const { blob, modifiedMs } = file;
  const answer = serveFile(request, {
    blob,
    etag: `"${blob.sha1}"`,
    modifiedMs,
    contentType,
    headers: Object.entries(headers),
  });
  return answer ?? { status: 416, headers: [unsatisfiable(blob)], body: '' };
}

/** The host, also where it stands first in the path, says which bucket; else it is the first of the settings. */
function downloadTarget({ path: address, host }: CloudRequest, settings: Settings): Target | null {
  const decoded = decodePath(address)?.slice(1);
  if (decoded === undefined) return null;
  const slash = decoded.indexOf('/');
  const inPath = slash < 0 ? null : bucketOfHost(decoded.slice(0, slash));
  const path = inPath === null ? decoded : decoded.slice(slash + 1);
  const named = inPath ?? bucketOfHost(host);
  if (named === null) {
    const { app, bucket } = firstBucket(settings);
    return within({ version: 'v2', appid: app.appid, bucket }, path);
  }
  const bucket = bucketOf(settings, named.appid, named.name);
  return bucket === undefined ? null : within({ version: 'v2', appid: named.appid, bucket }, path);
}

function bucketOfHost(host: string): { readonly appid: string; readonly name: string } | null {
  const [, name, appid] = /^(.+)-(\d+)\.(?:file|cos\w*)\.myqcloud\.com$/.exec(host) ?? [];
  return name === undefined || appid === undefined ? null : { appid, name };
}

function checkReader(state: Draft<State>, call: Call<Settings>, target: Target, file: FileEntry | undefined): void {
  const { private: isPrivate, referersRefused } = target.bucket;
  if (referersRefused.includes(refererOf(call.request))) throw refuse(-403);
  const authority = file?.authority ?? 'eInvalid';
  const mustSign = authority === 'eInvalid' ? isPrivate : authority === 'eWRPrivate';
  if (!mustSign) return;
  try {
    authorize(state, call, target, 'either');
  } catch (thrown) {
    // Download hosts know one answer to every bad sign.
    throw thrown instanceof Refusal ? refuse(-403) : thrown;
  }
}

function refererOf({ headers }: CloudRequest): string {
  return /^https?:\/\/([^/:?#]+)/i.exec(headers.referer ?? '')?.[1]?.toLowerCase() ?? '';
}
