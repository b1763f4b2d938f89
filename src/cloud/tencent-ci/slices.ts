import { md5 } from '@noble/hashes/legacy.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { CloudResponse } from '../service.ts';
import { CosTrouble } from './failures.ts';
import { type Admitted, param } from './guard.ts';
import { countOf } from './listings.ts';
import {
  bodyBlob,
  checkDigest,
  checkKey,
  common,
  contentTypeOf,
  keptHeaders,
  locationOf,
  store,
  xmlAnswer,
} from './objects.ts';
import { below, byCodePoints, type CiCall, type CiDraft, type Slice, type Upload } from './state.ts';
import { childrenOf, readXml, textIn } from './xml.ts';

export function initSlices(state: CiDraft, call: CiCall, { bucket, key }: Admitted): CloudResponse {
  checkKey(key, call.settings.limits.keyBytesMax);
  if (!bucket.writable) throw new CosTrouble('AccessDenied');
  const id = `${call.nowMs}${bytesToHex(md5(utf8ToBytes(`${bucket.name}/${key} ${call.serial}`)))}`;
  const upload: Upload = {
    id,
    key,
    startedMs: call.nowMs,
    contentType: contentTypeOf(call),
    headers: keptHeaders(call),
    slices: [],
  };
  state.uploads[`${bucket.name}/${id}`] = upload as CiDraft['uploads'][string];
  return xmlAnswer(call, { InitiateMultipartUploadResult: { Bucket: bucket.name, Key: key, UploadId: id } });
}

/** A number that came before is replaced. */
export function uploadSlice(state: CiDraft, call: CiCall, admitted: Admitted): CloudResponse {
  // A slice that is a range of another object would be a blob that nobody has sent.
  if (call.request.headers['x-cos-copy-source'] !== undefined) throw new CosTrouble('NotImplemented');
  const upload = uploadOf(state, call, admitted);
  const { limits } = call.settings;
  const number = Number(param(call.request.query, 'partnumber'));
  if (!Number.isInteger(number) || number < 1 || number > limits.slicesMax) throw new CosTrouble('InvalidArgument');
  const blob = bodyBlob(call);
  if (blob.size > limits.sliceBytesMax) throw new CosTrouble('EntityTooLarge');
  checkDigest(call, blob);
  upload.slices = [
    ...upload.slices.filter((slice) => slice.number !== number),
    { number, blob, modifiedMs: call.nowMs },
  ].sort((left, right) => left.number - right.number);
  return { status: 200, headers: [...common(call), ['etag', `"${blob.md5}"`]], body: '' };
}

export function listSlices(state: CiDraft, call: CiCall, admitted: Admitted): CloudResponse {
  const { query } = call.request;
  const { limits } = call.settings;
  const upload = uploadOf(state, call, admitted);
  const slicesMax = countOf(param(query, 'max-parts'), Math.min(1000, limits.listKeysMax));
  const after = countOf(param(query, 'part-number-marker') ?? '0', limits.slicesMax);
  const rest = upload.slices.filter(({ number }) => number > after);
  const page = rest.slice(0, slicesMax);
  return xmlAnswer(call, {
    ListPartsResult: {
      Bucket: admitted.bucket.name,
      Key: upload.key,
      UploadId: upload.id,
      PartNumberMarker: after,
      NextPartNumberMarker: page.at(-1)?.number ?? after,
      MaxParts: slicesMax,
      IsTruncated: rest.length > page.length,
      Part: page.map(({ number, blob, modifiedMs }) => ({
        PartNumber: number,
        LastModified: new Date(modifiedMs).toISOString(),
        ETag: `"${blob.md5}"`,
        Size: blob.size,
      })),
    },
  });
}

/** Sliced uploads that are neither completed nor aborted. */
export function listUploads(state: CiDraft, call: CiCall, { bucket }: Admitted): CloudResponse {
  const prefix = param(call.request.query, 'prefix') ?? '';
  const uploads = below(state.uploads, bucket.name)
    .filter(({ key }) => key.startsWith(prefix))
    .sort((left, right) => byCodePoints(left.key, right.key));
  return xmlAnswer(call, {
    ListMultipartUploadsResult: {
      Bucket: bucket.name,
      Prefix: prefix,
      IsTruncated: false,
      Upload: uploads.map(({ key, id, startedMs }) => ({
        Key: key,
        UploadId: id,
        StorageClass: 'STANDARD',
        Initiated: new Date(startedMs).toISOString(),
      })),
    },
  });
}

/** The slices that the body names, in its order, become the object. */
export function completeSlices(state: CiDraft, call: CiCall, admitted: Admitted): CloudResponse {
  const { bucket, key, path } = admitted;
  const upload = uploadOf(state, call, admitted);
  const slices = namedSlices(call, upload);
  const isSmall = ({ blob }: Slice) => blob.size < call.settings.limits.sliceBytesMin;
  if (slices.slice(0, -1).some(isSmall)) throw new CosTrouble('EntityTooSmall');
  const size = slices.reduce((sum, { blob }) => sum + blob.size, 0);
  const bytesMax = call.settings.limits.objectBytesMax;
  if (size > bytesMax) throw new CosTrouble('EntityTooLarge');
  const digests = slices.flatMap(({ blob }) => [...hexToBytes(blob.md5)]);
  const stored = store(
    state,
    call,
    { bucket, key, path },
    {
      blob: call.join(slices.map(({ blob }) => blob)),
      contentType: upload.contentType,
      headers: upload.headers,
      bytesMax,
      etag: `"${bytesToHex(md5(Uint8Array.from(digests)))}-${slices.length}"`,
    },
  );
  delete state.uploads[`${bucket.name}/${upload.id}`];
  return xmlAnswer(call, {
    CompleteMultipartUploadResult: {
      Location: locationOf(call, key),
      Bucket: bucket.name,
      Key: key,
      ETag: stored.etag,
    },
  });
}

function namedSlices({ request }: CiCall, { slices }: Upload): readonly Slice[] {
  const wish = request.body.type === 'raw' ? readXml(request.body.text, 'CompleteMultipartUpload') : null;
  const parts = wish === null ? [] : childrenOf(wish, 'Part');
  if (parts.length === 0) throw new CosTrouble('MalformedXML');
  let before = 0;
  return parts.map((part) => {
    const number = Number(textIn(part, 'PartNumber'));
    if (number <= before) throw new CosTrouble('InvalidPartOrder');
    before = number;
    const etag = textIn(part, 'ETag').trim().replace(/^"|"$/g, '');
    const slice = slices.find((each) => each.number === number && each.blob.md5 === etag.toLowerCase());
    if (slice === undefined) throw new CosTrouble('InvalidPart');
    return slice;
  });
}

export function abortSlices(state: CiDraft, call: CiCall, admitted: Admitted): CloudResponse {
  const { id } = uploadOf(state, call, admitted);
  delete state.uploads[`${admitted.bucket.name}/${id}`];
  return { status: 204, headers: common(call), body: '' };
}

/** Of this key; an id of another key's is unknown here. */
function uploadOf(state: CiDraft, { request }: CiCall, { bucket, key }: Admitted): CiDraft['uploads'][string] {
  const upload = state.uploads[`${bucket.name}/${param(request.query, 'uploadid') ?? ''}`];
  if (upload === undefined || upload.key !== key) throw new CosTrouble('NoSuchUpload');
  return upload;
}
