import * as v from 'valibot';
import type { BlobRef } from '../../src/cloud/blobs.ts';
import { serveFile, unsatisfiable } from '../../src/cloud/bytes.ts';
import { refusals } from '../../src/cloud/rows.ts';
import type { Call, CloudRequest, CloudResponse, ServiceDefinition } from '../../src/cloud/service.ts';

interface TinyState {
  files: Record<string, BlobRef>;
}

type TinySettings = v.InferOutput<typeof settings>;

const settings = v.strictObject({ greeting: v.optional(v.string(), 'hello') });
const refuse = refusals('gokuai');

/**
 * The smallest service that uses all of a host: files by PUT, GET and DELETE, joined slices (`.` is the list of them itself), forms told back as JSON,
 * a bare status, a repeated header, an address, and a bug.
 */
export const tiny: ServiceDefinition<TinyState, TinySettings> = {
  name: 'gokuai',
  operations: { upload: 'PUT', download: 'GET', delete: 'DELETE', join: 'POST /join', echo: 'POST', status: '/status' },
  settings,
  conditions: [],
  initial: () => ({ files: {} }),
  operationOf: ({ method, path }) =>
    path.startsWith('/status/')
      ? 'status'
      : path === '/join'
        ? 'join'
        : ({ PUT: 'upload', GET: 'download', HEAD: 'download', DELETE: 'delete', POST: 'echo' }[method] ?? null),
  answer: (state, call) => answers[call.operation ?? '']?.(state, call) ?? bare(405),
  failure: ({ row }, { request }) => ({
    status: 400,
    headers: [['content-type', 'application/json']],
    body: JSON.stringify({ error_code: row.code, body: request.body }),
  }),
  place: (state, { path, blob }) => {
    if (!path.startsWith('/')) return 'it does not begin with /';
    state.files[path] = blob;
    return null;
  },
  hints: ({ greeting }, base) => [`# ${greeting}`, `curl ${base}/file`],
};

const answers: Readonly<Record<string, (state: TinyState, call: Call<TinySettings>) => CloudResponse>> = {
  upload: (state, { request }) => {
    if (request.body.type === 'unreadable') throw refuse(40002);
    if (request.body.type === 'raw') state.files[request.path] = request.body.blob;
    return json({ blob: request.body.type === 'raw' ? request.body.blob : null });
  },
  download: (state, call) => {
    const { request } = call;
    if (request.path === '/bug') throw new Error('a bug of the service');
    if (request.path === '/where') return json({ base: call.base, host: request.host, headers: request.headers });
    const blob = Object.hasOwn(state.files, request.path) ? state.files[request.path] : undefined;
    if (blob === undefined) return bare(404);
    const file = { blob, etag: `"${blob.md5}"`, modifiedMs: call.nowMs, contentType: 'application/octet-stream' };
    const headers = [['x-text', '够快']] as const;
    return serveFile(request, { ...file, headers }) ?? { status: 416, headers: [unsatisfiable(blob)], body: '' };
  },
  delete: (state, { request }) => {
    delete state.files[request.path];
    return bare(204);
  },
  join: (state, call) => {
    const { body } = call.request;
    if (body.type !== 'raw') throw refuse(40002);
    const names = (body.text ?? '').split(',');
    const blob = call.join(names.flatMap((name) => (name === '.' ? body.blob : (state.files[name] ?? []))));
    state.files['/joined'] = blob;
    return json({ blob });
  },
  echo: (_, { request }) => (request.body.type === 'unreadable' ? unreadable(request) : json(request.body)),
  status: (_, { request }) => ({
    status: Number(request.path.slice('/status/'.length)),
    headers: [
      ['x-twice', 'one'],
      ['x-twice', 'two'],
      ['x-text', '够快'],
    ],
    body: 'a body',
  }),
};

function unreadable({ body }: CloudRequest): CloudResponse {
  return { ...json(body), status: 400 };
}

function json(value: object): CloudResponse {
  return { status: 200, headers: [['content-type', 'application/json']], body: JSON.stringify(value) };
}

function bare(status: number): CloudResponse {
  return { status, headers: [], body: '' };
}
