import type { CloudResponse } from '../service.ts';
import { CosTrouble } from './failures.ts';
import { type Admitted, param } from './guard.ts';
import { common, xmlAnswer } from './objects.ts';
import { encodeText } from './sign.ts';
import { below, byCodePoints, type CiCall, type CiDraft, sizeOf } from './state.ts';
import { childrenOf, readXml, textIn } from './xml.ts';

/** GET of a bucket: keys after `marker` in the order of UTF-8, those that share a folder as one prefix. */
export function list(state: CiDraft, call: CiCall, { bucket }: Admitted): CloudResponse {
  const { query } = call.request;
  const [prefix, delimiter, marker] = ['prefix', 'delimiter', 'marker'].map((name) => param(query, name) ?? '');
  const keysMax = countOf(param(query, 'max-keys'), call.settings.limits.listKeysMax);
  const objects = below(state.objects, bucket.name, prefix);
  const page = pageOf(
    objects.map(({ key }) => key),
    { prefix: prefix ?? '', delimiter: delimiter ?? '', marker: marker ?? '', keysMax },
  );
  const isListed = new Set(page.keys);
  const encoded = encoder(param(query, 'encoding-type'));
  return xmlAnswer(call, {
    ListBucketResult: {
      Name: bucket.name,
      ...(param(query, 'encoding-type') === 'url' && { EncodingType: 'url' }),
      Prefix: encoded(prefix ?? ''),
      Marker: encoded(marker ?? ''),
      MaxKeys: keysMax,
      Delimiter: encoded(delimiter ?? ''),
      IsTruncated: page.next !== null,
      ...(page.next !== null && { NextMarker: encoded(page.next) }),
      CommonPrefixes: page.prefixes.map((each) => ({ Prefix: encoded(each) })),
      Contents: objects
        .filter(({ key }) => isListed.has(key))
        .map(({ key, modifiedMs, etag, content }) => ({
          Key: encoded(key),
          LastModified: new Date(modifiedMs).toISOString(),
          ETag: etag,
          Size: sizeOf(content),
          Owner: { ID: call.settings.appid, DisplayName: call.settings.appid },
          StorageClass: 'STANDARD',
        })),
    },
  });
}

interface Page {
  readonly keys: readonly string[];
  readonly prefixes: readonly string[];
  /** Where the next page goes on; null for none. */
  readonly next: string | null;
}

interface PageWish {
  readonly prefix: string;
  readonly delimiter: string;
  readonly marker: string;
  readonly keysMax: number;
}

/** `sorted` begin with the prefix. */
function pageOf(sorted: readonly string[], { prefix, delimiter, marker, keysMax }: PageWish): Page {
  const keys: string[] = [];
  const prefixes: string[] = [];
  let last = '';
  for (const key of sorted) {
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const entry = at < 0 ? key : key.slice(0, at + delimiter.length);
    if (byCodePoints(entry, marker) <= 0 || entry === prefixes.at(-1)) continue;
    if (keys.length + prefixes.length === keysMax) return { keys, prefixes, next: last };
    (at < 0 ? keys : prefixes).push(entry);
    last = entry;
  }
  return { keys, prefixes, next: null };
}

export function countOf(text: string | undefined, max: number): number {
  if (text === undefined || text === '') return max;
  if (!/^\d+$/.test(text)) throw new CosTrouble('InvalidArgument');
  return Math.min(Number(text), max);
}

function encoder(type: string | undefined): (text: string) => string {
  return type === 'url' ? (text) => encodeText(text).replaceAll('%2F', '/') : (text) => text;
}

/** HEAD of a bucket. */
export function headBucket(_state: CiDraft, call: CiCall, { bucket }: Admitted): CloudResponse {
  return { status: 200, headers: [...common(call), ['x-cos-bucket-region', bucket.region]], body: '' };
}

/** POST /?delete: what is not there counts as deleted. */
export function removeMany(state: CiDraft, call: CiCall, { bucket }: Admitted): CloudResponse {
  const { body } = call.request;
  const wish = body.type === 'raw' ? readXml(body.text, 'Delete') : null;
  if (wish === null) throw new CosTrouble('MalformedXML');
  const keys = childrenOf(wish, 'Object').map((each) => textIn(each, 'Key'));
  if (keys.length === 0 || keys.length > call.settings.limits.deletedKeysMax) throw new CosTrouble('MalformedXML');
  if (!bucket.writable) throw new CosTrouble('AccessDenied');
  for (const key of keys) delete state.objects[`${bucket.name}/${key}`];
  const isQuiet = textIn(wish, 'Quiet') === 'true';
  return xmlAnswer(call, { DeleteResult: { Deleted: isQuiet ? [] : keys.map((Key) => ({ Key })) } });
}

/** The bucket's named rules: all of them, one more, one less. */
export function styles(state: CiDraft, call: CiCall, { bucket }: Admitted): CloudResponse {
  const { method, body } = call.request;
  if (method === 'GET') {
    const rules = below(state.styles, bucket.name).map(({ name, rule }) => ({ StyleName: name, StyleBody: rule }));
    return xmlAnswer(call, { StyleList: { StyleRule: rules } });
  }
  const wish = body.type === 'raw' ? readXml(body.text, method === 'PUT' ? 'AddStyle' : 'DeleteStyle') : null;
  const name = wish === null ? '' : textIn(wish, 'StyleName');
  const rule = wish === null ? '' : textIn(wish, 'StyleBody');
  if (name === '' || (method === 'PUT' && rule === '')) throw new CosTrouble('MalformedXML');
  if (method === 'PUT') state.styles[`${bucket.name}/${name}`] = { name, rule, sinceMs: call.nowMs };
  else delete state.styles[`${bucket.name}/${name}`];
  return { status: 200, headers: common(call), body: '' };
}
