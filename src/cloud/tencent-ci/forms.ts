import type { CloudResponse, FormFile, Pairs } from '../service.ts';
import { firstOf, jsonOf } from '../text.ts';
import { CosTrouble } from './failures.ts';
import type { Admitted } from './guard.ts';
import { common, encodeKey, locationOf, store } from './objects.ts';
import { encodeText } from './sign.ts';
import type { CiCall, CiDraft } from './state.ts';
import { decodeBase64 } from './verify.ts';
import { xmlOf } from './xml.ts';

/** POST / with a form; the name of the file may stand in the key as `${filename}`. @source cloud-services.md 2.2 */
export function postForm(state: CiDraft, call: CiCall, admitted: Admitted): CloudResponse {
  const { body } = call.request;
  if (body.type !== 'form' || !body.multipart) throw new CosTrouble('MalformedPOSTRequest');
  const fields = body.fields.map(([name, value]) => [name.toLowerCase(), value] as const);
  const file = body.files.find(({ name }) => name.toLowerCase() === 'file');
  const template = firstOf(fields, 'key');
  if (file === undefined || template === undefined) throw new CosTrouble('InvalidArgument');
  const key = template.replace(/\$\{filename\}/g, () => file.filename).replace(/^\//, '');
  // A policy calls the time of its key that of its signature.
  const signTime = firstOf(fields, 'q-key-time') ?? '';
  checkPolicy(call, [...fields, ['bucket', admitted.bucket.name], ['q-sign-time', signTime]], key, file);
  const contentType = firstOf(fields, 'content-type') ?? file.contentType;
  const { name: bucket } = admitted.bucket;
  const stored = store(
    state,
    call,
    { bucket: admitted.bucket, key, path: `${bucket}/${key}` },
    {
      blob: file.blob,
      contentType: isHeaderText(contentType) ? contentType : 'application/octet-stream',
      headers: fields.filter(([name, value]) => /^x-cos-meta-[\w-]+$/.test(name) && isHeaderText(value)),
    },
  );
  return formAnswer(call, fields, { bucket, key, etag: stored.etag });
}

function isHeaderText(value: string): boolean {
  return value !== '' && /^[\t\x20-\x7e]*$/.test(value);
}

function formAnswer(
  call: CiCall,
  fields: Pairs,
  { bucket, key, etag }: { readonly bucket: string; readonly key: string; readonly etag: string },
): CloudResponse {
  const location = `${call.base}/${encodeKey(key)}`;
  const headers: Pairs = [...common(call), ['etag', etag]];
  const target = firstOf(fields, 'success_action_redirect') ?? '';
  if (/^https?:\/\/[\x21-\x7e]+$/.test(target)) {
    const receipt = `bucket=${bucket}&key=${encodeText(key)}&etag=${encodeURIComponent(etag)}`;
    const to = `${target}${target.includes('?') ? '&' : '?'}${receipt}`;
    return { status: 303, headers: [...headers, ['location', to]], body: '' };
  }
  const wanted = firstOf(fields, 'success_action_status');
  if (wanted === '200') return { status: 200, headers: [...headers, ['location', location]], body: '' };
  if (wanted !== '201') return { status: 204, headers: [...headers, ['location', location]], body: '' };
  return {
    status: 201,
    headers: [...headers, ['location', location], ['content-type', 'application/xml']],
    body: xmlOf({ PostResponse: { Location: locationOf(call, key), Bucket: bucket, Key: key, ETag: etag } }),
  };
}

/** Each condition of the policy against the form; a form signed otherwise has none. @throws CosTrouble */
function checkPolicy(call: CiCall, fields: Pairs, key: string, file: FormFile): void {
  const encoded = firstOf(fields, 'policy');
  if (encoded === undefined) return;
  const policy = jsonOf(decodeBase64(encoded));
  if (typeof policy !== 'object' || policy === null) throw new CosTrouble('InvalidPolicyDocument');
  const { expiration, conditions = [] } = policy as { readonly expiration?: unknown; readonly conditions?: unknown };
  const endMs = typeof expiration === 'string' ? Date.parse(expiration) : Number.NaN;
  if (Number.isNaN(endMs) || !Array.isArray(conditions)) throw new CosTrouble('InvalidPolicyDocument');
  if (call.nowMs > endMs) throw new CosTrouble('RequestExpired');
  const valueIn = (name: string) => (name === 'key' ? key : (firstOf(fields, name) ?? ''));
  if (!conditions.every((condition) => isMet(condition, valueIn, file))) throw new CosTrouble('AccessDenied');
}

function isMet(condition: unknown, valueIn: (name: string) => string, { blob }: FormFile): boolean {
  if (Array.isArray(condition)) {
    const [kind, field, wanted] = condition;
    if (kind === 'content-length-range') return Number(field) <= blob.size && blob.size <= Number(wanted);
    const value = valueIn(String(field).replace(/^\$/, '').toLowerCase());
    return kind === 'starts-with' ? value.startsWith(String(wanted)) : kind === 'eq' && value === wanted;
  }
  if (typeof condition !== 'object' || condition === null) return false;
  return Object.entries(condition).every(([name, wanted]) => valueIn(name.toLowerCase()) === wanted);
}
