import type { Draft } from 'immer';
import type { CloudResponse, PlacedFile, ServiceDefinition } from '../service.ts';
import { conditions } from './conditions.ts';
import { CosTrouble, cosFailure, failureOf } from './failures.ts';
import { postForm } from './forms.ts';
import { type Admitted, admit } from './guard.ts';
import { jobs } from './jobs.ts';
import { headBucket, list, removeMany, styles } from './listings.ts';
import { mediaBuckets, queues, templates, workflows } from './media.ts';
import { moderate, moderateMany } from './moderation.ts';
import { copy, download, remove, upload } from './objects.ts';
import { type OperationName, operationOf, operationTable } from './operations.ts';
import { processStored, uploadAndProcess } from './persistence.ts';
import { preview } from './preview.ts';
import { processed } from './processing.ts';
import { type CiSettings, settingsSchema } from './settings.ts';
import { abortSlices, completeSlices, initSlices, listSlices, listUploads, uploadSlice } from './slices.ts';
import { type CiCall, type CiDraft, type CiState, initialState } from './state.ts';

/**
 * Tencent Cloud Infinite over the object store's XML API: objects, pictures, previews, moderation, media jobs.
 * @source cloud-services.md 2
 */
export const tencentCi: ServiceDefinition<CiState, CiSettings> = {
  name: 'tencent-ci',
  operations: Object.fromEntries(Object.entries(operationTable).map(([name, [, what]]) => [name, what])),
  settings: settingsSchema,
  conditions,
  initial: initialState,
  operationOf,
  answer,
  failure: failureOf,
  place,
  hints,
};

type Handler = (state: CiDraft, call: CiCall, admitted: Admitted) => CloudResponse;

const handlers: Readonly<Record<OperationName, Handler>> = {
  upload,
  form: postForm,
  uploadProcess: uploadAndProcess,
  process: processStored,
  download,
  processed,
  info: processed,
  preview,
  moderate,
  moderateMany,
  stat: download,
  delete: remove,
  deleteMany: removeMany,
  list,
  bucket: headBucket,
  copy,
  mkdir: upload,
  initSlices,
  uploadSlice,
  listSlices,
  listUploads,
  completeSlices,
  abortSlices,
  styles,
  jobs,
  templates,
  queues,
  workflows,
  mediaBuckets,
};

function answer(state: CiDraft, call: CiCall): CloudResponse {
  try {
    if (call.operation === null) throw new CosTrouble('MethodNotAllowed');
    const admitted = admit(state, call);
    return handlers[call.operation as OperationName](state, call, admitted);
  } catch (thrown) {
    // Such troubles are found before anything but a counter has changed.
    if (thrown instanceof CosTrouble) return cosFailure(thrown, call);
    throw thrown;
  }
}

/** `/<key>` in the default bucket, or `/<key>` behind a bucket's name: `bkt-10000000:/<key>`. */
function place(
  state: Draft<CiState>,
  { path, blob }: PlacedFile,
  { buckets, defaultBucket }: CiSettings,
  nowMs: number,
): string | null {
  const [, named, key = ''] = /^(?:([a-z0-9-]+):)?\/?(.*)$/s.exec(path) ?? [];
  const bucket = named ?? defaultBucket ?? buckets[0]?.name ?? '';
  if (!buckets.some(({ name }) => name === bucket)) return `no bucket has the name ${bucket}`;
  if (key === '') return 'a key is needed';
  const contentType = 'application/octet-stream';
  const content = { type: 'blob' as const, blob };
  const etag = `"${blob.md5}"`;
  state.objects[`${bucket}/${key}`] = {
    key,
    content,
    etag,
    modifiedMs: nowMs,
    contentType,
    headers: [],
    verdict: null,
  };
  return null;
}

function hints({ users, buckets, defaultBucket }: CiSettings, base: string): readonly string[] {
  const bucket = defaultBucket ?? buckets[0]?.name ?? '';
  const { secretId = '', secretKey = '' } = users[0] ?? {};
  return [
    `bucket ${bucket}, SecretId ${secretId}, SecretKey ${secretKey}`,
    `cos-nodejs-sdk-v5: new COS({ SecretId: '${secretId}', SecretKey: '${secretKey}', Protocol: 'http:', Domain: '${base.replace(/^https?:\/\//, '')}' })`,
    `curl -T a.png -H "Authorization: $SIGNATURE" ${base}/a.png`,
    `curl -H "Authorization: $SIGNATURE" '${base}/a.png?imageMogr2/thumbnail/!50p'`,
    'settings.buckets[].access = "public-read-write" lets curl up- and download without a signature.',
    'The job API has its paths (/jobs, /template, …) on any host that is not ….cos.….myqcloud.com.',
  ];
}
