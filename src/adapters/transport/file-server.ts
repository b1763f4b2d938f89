import type { FormField } from '../../../machines/vocabulary.ts';
import { type Content, contentOf, generateContent, partOf } from './content.ts';
import { answerWith, type Handler, type ServerRequest, type ServerResponse } from './internet.ts';
import { parseMultipart } from './multipart.ts';

export interface FileServerOptions {
  /** Path → size in bytes, or the content itself. */
  readonly files?: Readonly<Record<string, number | string | Content>>;
  /** Bytes of generated content at every path that `files` does not name; without it there is none: 404. */
  readonly otherBytes?: number;
  readonly seed?: number;
  /** changing: another one for every response. Default stable. */
  readonly etag?: 'stable' | 'changing' | 'none';
  /** An HTTP date. Default none. */
  readonly lastModified?: string;
  /** false: ranges are ignored. Default true. */
  readonly ranges?: boolean;
  /** false: no response names its length. Default true. */
  readonly lengths?: boolean;
  /** Path → the status of every answer, or those of the first answers. */
  readonly answers?: Readonly<Record<string, number | readonly number[]>>;
  /** Path → where it has moved. */
  readonly redirects?: Readonly<Record<string, { readonly status: number; readonly location?: string }>>;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  /** First byte asked for; 0 without a range. */
  readonly from: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface SeenUpload {
  readonly method: string;
  readonly path: string;
  readonly form: readonly FormField[];
  readonly files: readonly SeenFile[];
}

/** A raw upload has one, without names. */
export interface SeenFile {
  readonly name: string;
  readonly filename: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

export interface FileServer {
  readonly handle: Handler;
  readonly requests: readonly SeenRequest[];
  readonly uploads: readonly SeenUpload[];
  /** What a GET of the path would give; null for nothing. */
  contentAt(path: string): Content | null;
  /** Serves something else there from now on, with another etag; null for nothing. */
  put(path: string, file: number | string | Content | null): void;
}

/**
 * A server of files that keeps what it is sent. GET reads, PUT writes; POST reads a path that was served from the start,
 * and writes to any other. A raw body can be read back at its path.
 * @source RFC 9110, 13.1.5 (If-Range), 14 (ranges).
 */
export function createFileServer(options: FileServerOptions = {}): FileServer {
  const requests: SeenRequest[] = [];
  const uploads: SeenUpload[] = [];
  const files = new Map<string, Content>();
  const answered = new Map<string, number>();
  /** How often the file at a path was changed. */
  const versions = new Map<string, number>();
  const served = options.files ?? {};
  let changes = 0;
  for (const [path, file] of Object.entries(served)) {
    files.set(path, typeof file === 'object' ? file : toContent(path, file, options.seed ?? 0));
  }

  const fixedAnswer = (path: string): ServerResponse | null => {
    const redirect = options.redirects?.[path];
    if (redirect !== undefined) {
      return answerWith(redirect.status, redirect.location === undefined ? [] : [['location', redirect.location]]);
    }
    const fixed = options.answers?.[path] ?? [];
    const count = answered.get(path) ?? 0;
    answered.set(path, count + 1);
    const status = typeof fixed === 'number' ? fixed : fixed[count];
    return status === undefined ? null : answerWith(status, [], `${status}\n`);
  };

  const etagOf = (path: string, file: Content): string | null => {
    if (options.etag === 'none') return null;
    if (options.etag === 'changing') changes += 1;
    return `"${path.slice(1)}-${file.size}-${changes + (versions.get(path) ?? 0)}"`;
  };

  const contentAt = (path: string): Content | null => {
    if (options.otherBytes !== undefined && !files.has(path)) {
      files.set(path, toContent(path, options.otherBytes, options.seed ?? 0));
    }
    return files.get(path) ?? null;
  };

  const read = (request: ServerRequest): ServerResponse => {
    const path = request.url.pathname;
    const file = contentAt(path);
    if (file === null) return answerWith(404, [], 'no such file\n');
    const etag = etagOf(path, file);
    const headers: [string, string][] = [['content-type', 'application/octet-stream']];
    if (etag !== null) headers.push(['etag', etag]);
    if (options.lastModified !== undefined) headers.push(['last-modified', options.lastModified]);
    if (options.ranges ?? true) headers.push(['accept-ranges', 'bytes']);

    const fresh = [undefined, etag, options.lastModified].includes(request.headers['if-range']);
    const range = (options.ranges ?? true) && fresh ? rangeOf(request, file.size) : null;
    if (range === 'unsatisfiable') return answerWith(416, [['content-range', `bytes */${file.size}`]]);
    const { from, size } = range ?? { from: 0, size: file.size };
    if (range !== null) headers.push(['content-range', `bytes ${from}-${from + size - 1}/${file.size}`]);
    if (options.lengths ?? true) headers.push(['content-length', String(size)]);
    return range === null
      ? { status: 200, phrase: 'OK', headers, body: file }
      : { status: 206, phrase: 'Partial Content', headers, body: partOf(file, from, size) };
  };

  const write = (request: ServerRequest): ServerResponse => {
    const upload = toUpload(request);
    if (upload === null) return answerWith(400, [], 'a multipart body that is none\n');
    uploads.push(upload);
    const [only] = upload.files;
    if (only !== undefined && only.name === '') files.set(upload.path, contentOf(only.bytes));
    return answerWith(200, [['content-type', 'text/plain']], `took ${upload.files.length} files\n`);
  };

  return {
    requests,
    uploads,
    contentAt,
    put(path, file) {
      const version = (versions.get(path) ?? 0) + 1;
      versions.set(path, version);
      if (file === null) files.delete(path);
      else files.set(path, typeof file === 'object' ? file : toContent(path, file, `${options.seed ?? 0}-${version}`));
    },
    handle(request) {
      const path = request.url.pathname;
      const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      requests.push({ method: request.method, path, from, headers: request.headers, body: request.body });
      const writes = request.method === 'PUT' || (request.method === 'POST' && served[path] === undefined);
      return fixedAnswer(path) ?? (writes ? write(request) : read(request));
    },
  };
}

function toContent(path: string, file: number | string, seed: number | string): Content {
  return typeof file === 'number' ? generateContent(path, file, seed) : contentOf(file);
}

/** Null where there is no range, or one that a server may ignore. */
function rangeOf(request: ServerRequest, size: number): { from: number; size: number } | 'unsatisfiable' | null {
  const match = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  if (match === null) return null;
  const from = Number(match[1]);
  const to = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (match[2] !== '' && Number(match[2]) < from) return null;
  return from >= size ? 'unsatisfiable' : { from, size: to - from + 1 };
}

function toUpload({ method, url, headers, body }: ServerRequest): SeenUpload | null {
  const contentType = headers['content-type'] ?? '';
  const path = url.pathname;
  if (!contentType.startsWith('multipart/form-data')) {
    return { method, path, form: [], files: [{ name: '', filename: '', contentType, bytes: body }] };
  }
  const parts = parseMultipart(body, contentType);
  if (parts === null) return null;
  const form: FormField[] = [];
  const files: SeenFile[] = [];
  for (const part of parts) {
    if (part.filename === null) form.push({ name: part.name, value: new TextDecoder().decode(part.bytes) });
    else files.push({ name: part.name, filename: part.filename, contentType: part.contentType, bytes: part.bytes });
  }
  return { method, path, form, files };
}
