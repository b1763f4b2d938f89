import { hexToBytes } from '@noble/hashes/utils.js';
import type { BlobRef } from '../blobs.ts';
import { serveFile, unsatisfiable } from '../bytes.ts';
import type { CloudResponse, Pairs } from '../service.ts';
import { decodePath } from '../text.ts';
import { CosTrouble, idsOf } from './failures.ts';
import type { Admitted } from './guard.ts';
import { draw } from './pictures.ts';
import type { BucketSettings } from './settings.ts';
import { encodeText } from './sign.ts';
import { type CiCall, type CiDraft, type Content, md5Of, type StoredObject } from './state.ts';
import { verdictOf } from './verdicts.ts';
import { xmlOf } from './xml.ts';

/** Answer headers that every request has. */
export function common(call: CiCall): Pairs {
  const [requestId, traceId] = idsOf(call);
  return [
    ['x-cos-request-id', requestId],
    ['x-cos-trace-id', traceId],
  ];
}

export function xmlAnswer(call: CiCall, document: object): CloudResponse {
  return { status: 200, headers: [['content-type', 'application/xml'], ...common(call)], body: xmlOf(document) };
}

/** Address of a key, as answers write it: without a scheme. */
export function locationOf(call: CiCall, key: string): string {
  return `${call.base.replace(/^https?:\/\//, '')}/${encodeKey(key)}`;
}

export function encodeKey(key: string): string {
  return key.split('/').map(encodeText).join('/');
}

/** PUT of an object; also of a folder, which is an empty one. */
export function upload(state: CiDraft, call: CiCall, admitted: Admitted): CloudResponse {
  const blob = bodyBlob(call);
  checkDigest(call, blob);
  const stored = store(state, call, admitted, { blob, contentType: contentTypeOf(call), headers: keptHeaders(call) });
  return { status: 200, headers: [...common(call), ['etag', stored.etag]], body: '' };
}

export interface NewObject {
  readonly blob: BlobRef;
  readonly contentType: string;
  readonly headers: Pairs;
  /** Of a sliced upload. */
  readonly etag?: string;
  readonly bytesMax?: number;
}

/** Checks what is to be stored, then stores it. @throws CosTrouble */
export function store(
  state: CiDraft,
  call: CiCall,
  { bucket, key, path }: Pick<Admitted, 'bucket' | 'key' | 'path'>,
  { blob, contentType, headers, etag = `"${blob.md5}"`, bytesMax = call.settings.limits.uploadBytesMax }: NewObject,
): StoredObject {
  const { limits } = call.settings;
  checkKey(key, limits.keyBytesMax);
  if (!bucket.writable) throw new CosTrouble('AccessDenied');
  if (blob.size > bytesMax) throw new CosTrouble('EntityTooLarge');
  const verdict = bucket.moderated ? verdictOf(call, blob) : null;
  const content: Content = { type: 'blob', blob };
  const stored: StoredObject = { key, content, etag, modifiedMs: call.nowMs, contentType, headers, verdict };
  state.objects[path] = stored as CiDraft['objects'][string];
  if (verdict === 'illegal' && !state.frozen.includes(blob.md5)) state.frozen.push(blob.md5);
  return stored;
}

export function checkKey(key: string, keyBytesMax: number): void {
  if (key === '') throw new CosTrouble('InvalidURI');
  if (new TextEncoder().encode(key).length > keyBytesMax) throw new CosTrouble('KeyTooLong');
}

export function bodyBlob({ request: { body } }: CiCall): BlobRef {
  if (body.type !== 'raw') throw new CosTrouble('MalformedPOSTRequest');
  return body.blob;
}

/** What the sender says that the bytes must be. @throws CosTrouble */
export function checkDigest({ request }: CiCall, blob: BlobRef): void {
  const told = request.headers['content-md5'];
  if (told === undefined) return;
  const wanted = btoa(String.fromCharCode(...hexToBytes(blob.md5)));
  if (!/^[A-Za-z0-9+/]{22}==$/.test(told)) throw new CosTrouble('InvalidDigest');
  if (told !== wanted) throw new CosTrouble('BadDigest');
}

export function contentTypeOf({ request }: CiCall): string {
  return request.headers['content-type'] ?? 'application/octet-stream';
}

const keptNames = ['cache-control', 'content-disposition', 'content-encoding', 'content-language', 'expires'];

/** What comes back with the object as it was sent. */
export function keptHeaders({ request }: CiCall): Pairs {
  return Object.entries(request.headers).filter(([name]) => name.startsWith('x-cos-meta-') || keptNames.includes(name));
}

/** GET and HEAD of a stored object. */
export function download(state: CiDraft, call: CiCall, { bucket, path }: Admitted): CloudResponse {
  const object = state.objects[path];
  if (object === undefined) throw new CosTrouble('NoSuchKey');
  if (bucket.originalProtected || isFrozen(object)) throw new CosTrouble('AccessDenied');
  const { headers } = call.request;
  const isUnchanged = headers['if-none-match'] === object.etag;
  if (isUnchanged) return { status: 304, headers: [...common(call), ['etag', object.etag]], body: '' };
  return serve(call, object);
}

/** Moderation has found it illegal. */
export function isFrozen({ verdict }: Pick<StoredObject, 'verdict'>): boolean {
  return verdict === 'illegal';
}

function serve(call: CiCall, object: StoredObject): CloudResponse {
  const { content } = object;
  const served = serveContent(call, content, {
    etag: object.etag,
    modifiedMs: object.modifiedMs,
    contentType: overridden(call, 'content-type') ?? object.contentType,
    headers: [...common(call), ...copied(object.headers), ...overrides(call)],
  });
  if (served === null) throw new CosTrouble('InvalidRange', { headers: [unsatisfiable(refOf(content))] });
  return served;
}

/** The state's own pairs may not be read any more when the answer is sent. */
function copied(pairs: Pairs): Pairs {
  return pairs.map(([name, value]) => [name, value]);
}

/** A range of stored bytes, or of a picture that is drawn now. Null: the range starts past the end. */
export function serveContent(
  call: CiCall,
  content: Content,
  file: Omit<Parameters<typeof serveFile>[1], 'blob'>,
): CloudResponse | null {
  if (content.type === 'blob') return serveFile(call.request, { ...file, blob: content.blob });
  return serveBytes(call, draw(content.picture), file);
}

/** The same of bytes that are made now. */
export function serveBytes(
  call: CiCall,
  bytes: Uint8Array,
  file: Omit<Parameters<typeof serveFile>[1], 'blob'>,
): CloudResponse | null {
  const served = serveFile(call.request, { ...file, blob: nowhere(bytes.length) });
  if (served === null || typeof served.body === 'string' || served.body instanceof Uint8Array) return served;
  const { from, size } = served.body;
  return { ...served, body: bytes.subarray(from, from + size) };
}

function refOf(content: Content): BlobRef {
  return content.type === 'blob' ? content.blob : nowhere(content.size);
}

/** A reference to bytes that no blob has: only to count. */
function nowhere(size: number): BlobRef {
  return { id: '', size, md5: '', sha1: '', crc32: 0, headMd5: '' };
}

/** A type that the reader asks for. */
function overridden({ request }: CiCall, name: string): string | undefined {
  return request.query.find(([each]) => each === `response-${name}`)?.[1];
}

function overrides(call: CiCall): Pairs {
  return ['content-disposition', 'cache-control', 'content-encoding', 'content-language', 'expires'].flatMap((name) => {
    const value = overridden(call, name);
    // What is no legal header value would break the answer apart.
    return value === undefined || /[^\t\x20-\x7e]/.test(value) ? [] : [[name, value] as const];
  });
}

export function remove(state: CiDraft, call: CiCall, { path, bucket }: Admitted): CloudResponse {
  if (!bucket.writable) throw new CosTrouble('AccessDenied');
  delete state.objects[path];
  return { status: 204, headers: common(call), body: '' };
}

/** `x-cos-copy-source`: host and key of the source, or this server's address and the key. */
export function copy(state: CiDraft, call: CiCall, admitted: Admitted): CloudResponse {
  const source = sourceOf(call, admitted.bucket);
  const found = source === null ? undefined : state.objects[source];
  if (found === undefined) throw new CosTrouble('NoSuchCopySource');
  if (isFrozen(found)) throw new CosTrouble('AccessDenied');
  checkKey(admitted.key, call.settings.limits.keyBytesMax);
  if (!admitted.bucket.writable) throw new CosTrouble('AccessDenied');
  const replaced = call.request.headers['x-cos-metadata-directive']?.toLowerCase() === 'replaced';
  state.objects[admitted.path] = {
    ...found,
    key: admitted.key,
    etag: `"${md5Of(found.content)}"`,
    modifiedMs: call.nowMs,
    ...(replaced && {
      contentType: contentTypeOf(call),
      headers: keptHeaders(call).map(([name, value]) => [name, value] as [string, string]),
    }),
  };
  return xmlAnswer(call, {
    CopyObjectResult: { ETag: `"${md5Of(found.content)}"`, LastModified: new Date(call.nowMs).toISOString() },
  });
}

/** Path of the source in the state; null for a source that is nowhere here. */
function sourceOf({ request, settings }: CiCall, own: BucketSettings): string | null {
  const given = (request.headers['x-cos-copy-source'] ?? '').replace(/^https?:\/\//, '').replace(/\?.*$/s, '');
  const mark = given.indexOf('/');
  const key = decodePath(given.slice(mark + 1));
  if (mark < 0 || key === null || key === '') return null;
  const host = given.slice(0, mark).toLowerCase();
  const named = settings.buckets.find(({ name }) => host === name || host.startsWith(`${name}.`));
  const isCloud = host.endsWith('.myqcloud.com');
  if (named === undefined && isCloud) return null;
  return `${(named ?? own).name}/${key}`;
}
