import type { BlobRef } from './blobs.ts';
import type { CloudRequest, CloudResponse, Pairs } from './service.ts';

export interface ServedFile {
  readonly blob: BlobRef;
  /** With its quotes. */
  readonly etag: string;
  readonly modifiedMs: number;
  readonly contentType: string;
  /** Beside the ones that every download has. */
  readonly headers?: Pairs;
}

/**
 * A download with ranges and validators; null for a range that starts past the end, which each service words itself
 * (status 416, `unsatisfiable` among the headers).
 * @source cloud-services.md 1.3; RFC 9110, 13.1.5 and 14
 */
export function serveFile(request: CloudRequest, file: ServedFile): CloudResponse | null {
  const { blob } = file;
  const headers: Pairs = [
    ['content-type', file.contentType],
    ['accept-ranges', 'bytes'],
    ['etag', file.etag],
    ['last-modified', httpDate(file.modifiedMs)],
    ...(file.headers ?? []),
  ];
  const range = mayUseRange(request, file) ? rangeOf(request.headers.range, blob.size) : 'whole';
  if (range === 'unsatisfiable') return null;
  if (range === 'whole') return { status: 200, headers, body: { blob, from: 0, size: blob.size } };
  const { from, size } = range;
  const contentRange = ['content-range', `bytes ${from}-${from + size - 1}/${blob.size}`] as const;
  return { status: 206, headers: [...headers, contentRange], body: { blob, from, size } };
}

/** Goes with a status of 416. */
export function unsatisfiable({ size }: BlobRef): Pairs[number] {
  return ['content-range', `bytes */${size}`];
}

/** As HTTP writes an instant: whole seconds, in GMT. */
export function httpDate(ms: number): string {
  return new Date(ms).toUTCString();
}

function mayUseRange({ method, headers }: CloudRequest, { etag, modifiedMs }: ServedFile): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  const condition = headers['if-range'];
  return condition === undefined || condition === etag || condition === httpDate(modifiedMs);
}

/** Several ranges, and what is none, are ignored: the whole file is a legal answer. */
function rangeOf(text: string | undefined, total: number): { from: number; size: number } | 'whole' | 'unsatisfiable' {
  const [, first = '', last = ''] = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(text ?? '') ?? [];
  if (first === '' && last === '') return 'whole';
  if (first === '') {
    const size = Math.min(Number(last), total);
    return size === 0 ? 'unsatisfiable' : { from: total - size, size };
  }
  const from = Number(first);
  if (last !== '' && Number(last) < from) return 'whole';
  if (from >= total) return 'unsatisfiable';
  return { from, size: (last === '' ? total : Math.min(Number(last) + 1, total)) - from };
}
