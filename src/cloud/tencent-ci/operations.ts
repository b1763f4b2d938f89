import type { CloudRequest } from '../service.ts';
import { hostKindOf } from './address.ts';
import type { DialectName } from './dialects.ts';
import type { CiSettings } from './settings.ts';

/** What the service does, and in which words it refuses. @source cloud-services.md 2.2 */
export const operationTable = {
  upload: ['plain', 'PUT /<key>: stores the body'],
  form: ['plain', 'POST /, multipart: stores the form’s file'],
  uploadProcess: ['persisted', 'PUT /<key> with Pic-Operations: stores and processes'],
  process: ['persisted', 'POST /<key>?image_process: processes what is stored'],
  download: ['plain', 'GET /<key>: the bytes, or a range'],
  processed: ['processed', 'GET /<key>?imageMogr2/…: the picture, processed'],
  info: ['processed', 'GET /<key>?imageInfo: format, sizes, MD5'],
  preview: ['processed', 'GET /<key>?ci-process=doc-preview: a page as a picture'],
  moderate: ['processed', 'GET /<key>?ci-process=sensitive-content-recognition: is it legal'],
  moderateMany: ['jobs', 'POST /image/auditing: are they legal'],
  stat: ['plain', 'HEAD /<key>: the headers'],
  delete: ['plain', 'DELETE /<key>'],
  deleteMany: ['plain', 'POST /?delete: those of a list'],
  list: ['plain', 'GET /: keys under a prefix'],
  bucket: ['plain', 'HEAD /: is the bucket there'],
  copy: ['plain', 'PUT /<key> with x-cos-copy-source'],
  mkdir: ['plain', 'PUT /<name>/ without a body'],
  initSlices: ['plain', 'POST /<key>?uploads: begins a sliced upload'],
  uploadSlice: ['plain', 'PUT /<key>?partNumber&uploadId: stores a slice'],
  listSlices: ['plain', 'GET /<key>?uploadId: the slices so far'],
  listUploads: ['plain', 'GET /?uploads: sliced uploads not completed'],
  completeSlices: ['plain', 'POST /<key>?uploadId: joins the slices'],
  abortSlices: ['plain', 'DELETE /<key>?uploadId: forgets them'],
  styles: ['plain', 'GET, PUT, DELETE /?style: named rules of the bucket'],
  jobs: ['jobs', '/jobs: media jobs'],
  templates: ['jobs', '/template: what a job does'],
  queues: ['jobs', '/queue: where jobs wait'],
  workflows: ['jobs', '/workflow: jobs that follow each other'],
  mediaBuckets: ['jobs', '/mediabucket: buckets bound for media jobs'],
} as const satisfies Readonly<Record<string, readonly [DialectName, string]>>;

export type OperationName = keyof typeof operationTable;

export function dialectOf(operation: string | null): DialectName {
  return operation === null ? 'plain' : operationTable[operation as OperationName][0];
}

export function operationOf(request: CloudRequest, settings: CiSettings): OperationName | null {
  const host = hostKindOf(request);
  if (host === 'ci' || (host === 'any' && settings.options.jobsOnAnyHost)) {
    const job = jobPaths.find(([pattern]) => pattern.test(request.path));
    if (job !== undefined) return job[2].includes(request.method) ? job[1] : null;
  }
  const isBucket = request.path === '/' || request.path === '';
  return isBucket ? bucketOperationOf(request) : objectOperationOf(request);
}

const jobPaths: readonly (readonly [path: RegExp, operation: OperationName, methods: readonly string[]])[] = [
  [/^\/jobs(\/[^/]*)?$/, 'jobs', ['GET', 'POST']],
  [/^\/template(\/[^/]*)?$/, 'templates', ['GET', 'POST', 'PUT', 'DELETE']],
  [/^\/queue(\/[^/]*)?$/, 'queues', ['GET', 'POST', 'PUT', 'DELETE']],
  [/^\/workflow(\/[^/]*)?$/, 'workflows', ['GET', 'POST', 'PUT', 'DELETE']],
  [/^\/mediabucket$/, 'mediaBuckets', ['GET', 'POST']],
  [/^\/image\/auditing$/, 'moderateMany', ['POST']],
];

function bucketOperationOf(request: CloudRequest): OperationName | null {
  const { method, headers } = request;
  if (has(request, 'style')) return ['GET', 'PUT', 'DELETE'].includes(method) ? 'styles' : null;
  switch (method) {
    case 'GET':
      if (has(request, 'uploads')) return 'listUploads';
      return readOperationOf(request) ?? 'list';
    case 'HEAD':
      return 'bucket';
    case 'PUT':
      return headers['pic-operations'] === undefined ? null : 'uploadProcess';
    case 'POST':
      if (has(request, 'delete')) return 'deleteMany';
      return has(request, 'image_process') ? 'process' : 'form';
    default:
      return null;
  }
}

function objectOperationOf(request: CloudRequest): OperationName | null {
  const { method, headers } = request;
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (has(request, 'uploadid')) return method === 'GET' ? 'listSlices' : null;
      return readOperationOf(request) ?? (method === 'GET' ? 'download' : 'stat');
    case 'PUT':
      if (has(request, 'uploadid') || has(request, 'partnumber')) return 'uploadSlice';
      if (headers['x-cos-copy-source'] !== undefined) return 'copy';
      if (headers['pic-operations'] !== undefined) return 'uploadProcess';
      return request.path.endsWith('/') && isEmpty(request) ? 'mkdir' : 'upload';
    case 'POST':
      if (has(request, 'uploads')) return 'initSlices';
      if (has(request, 'uploadid')) return 'completeSlices';
      return has(request, 'image_process') ? 'process' : null;
    case 'DELETE':
      return has(request, 'uploadid') ? 'abortSlices' : 'delete';
    default:
      return null;
  }
}

/** What is more than a plain download. */
function readOperationOf(request: CloudRequest): OperationName | null {
  const kind = request.query.find(([name]) => name.toLowerCase() === 'ci-process')?.[1];
  if (kind === 'doc-preview' || request.query.some(([name, value]) => name === 'cmd' && value === 'doc_preview')) {
    return 'preview';
  }
  if (kind === 'sensitive-content-recognition') return 'moderate';
  const rule = ruleIn(request);
  if (rule === null) return kind === undefined ? null : 'processed';
  return /^imageInfo\b/i.test(rule) ? 'info' : 'processed';
}

/** The part of the query that asks for processing, as it was sent; null for none. */
export function ruleIn({ search }: CloudRequest): string | null {
  const isRule = (piece: string) => /^(image|watermark|style|exif)/i.test(piece) || /^[^=]*(\/|%2f)/i.test(piece);
  const rule = search.split('&').find((piece) => isRule(piece) && !/^(q-|sign=|x-cos-)/i.test(piece));
  // Clients that know names and values alone send the rule as a name without a value.
  return rule?.replace(/=+$/, '') ?? null;
}

function has({ query }: CloudRequest, name: string): boolean {
  return query.some(([each]) => each.toLowerCase() === name);
}

function isEmpty({ body }: CloudRequest): boolean {
  return body.type === 'raw' && body.blob.size === 0;
}
