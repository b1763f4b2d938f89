import type { Draft } from 'immer';
import type { CloudResponse } from '../service.ts';
import { refuse } from './failures.ts';
import { type Admitted, param } from './guard.ts';
import { requestOf, respond, timeOf } from './media.ts';
import { drawn } from './processing.ts';
import type { CiCall, CiDraft, Content, Job, StoredObject } from './state.ts';
import { childrenOf, textIn, type XmlNode } from './xml.ts';

/** What a job does to its input. */
export const jobTags = [
  'Transcode',
  'Snapshot',
  'Animation',
  'Concat',
  'SmartCover',
  'MediaInfo',
  'Segment',
  'DocProcess',
];

/** POST /jobs and GET /jobs/<id>. A job is done as soon as it is submitted. @source cloud-services.md 2.2 */
export function jobs(state: CiDraft, call: CiCall, { bucket, key }: Admitted): CloudResponse {
  const own = state.media.jobs.filter((job) => job.bucket === bucket.name);
  const id = key.split('/')[1] ?? '';
  const { method, query } = call.request;
  if (method === 'POST') {
    return respond(call, { JobsDetail: describe(createJob(state, call, bucket.name), 'Submitted') });
  }
  if (id === '') {
    const [tag, queue] = [param(query, 'tag'), param(query, 'queueid')];
    const found = own.filter((job) => (!tag || job.tag === tag) && (!queue || job.queueId === queue));
    return respond(call, { JobsDetail: found.map((job) => describe(job, 'Success')) });
  }
  const job = own.find((each) => each.id === id);
  if (job === undefined) throw refuse(1103);
  return respond(call, { JobsDetail: describe(job, 'Success') });
}

function createJob(state: CiDraft, call: CiCall, bucket: string): Job {
  const wish = requestOf(call);
  if (!state.media.buckets.includes(bucket)) throw refuse(1111);
  const [operation = {}] = childrenOf(wish, 'Operation');
  const [output = {}] = childrenOf(operation, 'Output');
  const tag = textIn(wish, 'Tag').trim();
  const input = textIn(childrenOf(wish, 'Input')[0] ?? {}, 'Object');
  if (!jobTags.includes(tag) || input === '') throw refuse(1015);
  const target = textIn(output, 'Bucket').trim() || bucket;
  if (!call.settings.buckets.some(({ name, writable }) => name === target && writable)) throw refuse(1124);
  const queueId = queueOf(state, wish, bucket);
  const templateId = textIn(operation, 'TemplateId').trim();
  const templates = state.media.templates.filter((each) => each.bucket === bucket);
  if (templateId !== '' && !templates.some(({ id }) => id === templateId)) throw refuse(1107);
  const source = state.objects[`${bucket}/${input}`];
  if (source === undefined) throw refuse(1103);
  const object = textIn(output, 'Object');
  if (object !== '') keepOutput(state, call, { bucket: target, key: object, tag, source });
  const id = `j${call.serial.toString(16).padStart(8, '0')}`;
  const made = { id, bucket, createdMs: call.nowMs };
  const job: Job = { ...made, tag, queueId, templateId, input, outputBucket: target, output: object };
  state.media.jobs.push(job);
  return job;
}

/** The named queue; else the first of the bucket. */
function queueOf({ media }: CiDraft, wish: XmlNode, bucket: string): string {
  const wanted = textIn(wish, 'QueueId').trim();
  const queue = media.queues.find((each) => each.bucket === bucket && (wanted === '' || each.id === wanted));
  if (queue === undefined) throw refuse(1106);
  return queue.id;
}

interface Output {
  readonly bucket: string;
  readonly key: string;
  readonly tag: string;
  readonly source: Draft<StoredObject>;
}

/** A still of the input for those jobs that make one; for all others, its bytes. */
function keepOutput(state: CiDraft, { nowMs }: CiCall, { bucket, key, tag, source }: Output): void {
  const isStill = tag === 'Snapshot' || tag === 'SmartCover';
  const content: Content = isStill ? drawn({ format: 'jpg', width: 1280, height: 720 }) : source.content;
  const etag = content.type === 'drawn' ? `"${content.md5}"` : `"${content.blob.md5}"`;
  const contentType = isStill ? 'image/jpeg' : source.contentType;
  state.objects[`${bucket}/${key}`] = {
    key,
    content,
    etag,
    modifiedMs: nowMs,
    contentType,
    headers: [],
    verdict: null,
  };
}

function describe(job: Job, state: string): object {
  return {
    Code: 'Success',
    Message: '',
    JobId: job.id,
    State: state,
    CreationTime: timeOf(job.createdMs),
    Tag: job.tag,
    QueueId: job.queueId,
    Input: { Object: job.input },
    Operation: { TemplateId: job.templateId, Output: { Bucket: job.outputBucket, Object: job.output } },
  };
}
