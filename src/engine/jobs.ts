import type { TaskSpec } from '../../machines/vocabulary.ts';
import type { TaskLife, TaskRecord } from '../ports/store.ts';
import type { JobFile, TransferJob } from '../ports/transport.ts';

/**
 * The first and last byte (inclusive) of an upload's file that are sent; `to` is `from` − 1 for none.
 * An end before 0 or behind the file is its last byte; a start behind the end means the whole file.
 * @source harmony-request.md 7.3
 */
export function rangeOf(spec: Pick<TaskSpec, 'index' | 'begins' | 'ends'>, index: number, bytes: number) {
  const whole = { from: 0, to: bytes - 1 };
  if (index !== spec.index) return whole;
  const last = spec.ends < 0 || spec.ends >= bytes ? bytes - 1 : spec.ends;
  return spec.begins > last ? whole : { from: spec.begins, to: last };
}

/** How many requests carry the task: one for a download, and one for each file of an upload unless they go together. */
export function exchangesOf(spec: TaskSpec): number {
  return spec.action === 'download' || spec.multipart ? 1 : spec.files.length;
}

export interface JobSettings {
  readonly redirectsMax: number;
  /** Bytes per second; 0 for no limit. */
  readonly maxSpeed: number;
  /** Bytes of the current file that are sent already and not sent again. */
  readonly placeKept: number;
  /** Bytes of a file now; null when there is none to read. */
  readonly bytesOf: (path: string) => number | null;
}

/** The exchange that carries the file at `index`, as the transport needs it. @source harmony-request.md 7.2, 7.3 */
export function jobOf({ tid, spec }: TaskRecord, life: TaskLife, index: number, settings: JobSettings): TransferJob {
  const { redirectsMax, maxSpeed } = settings;
  const { url, method, headers, redirect, proxy, timeout } = spec;
  const connectTimeoutMs = timeout.connectionMs;
  if (spec.action === 'download') {
    const { body, target, begins, ends, precise } = spec;
    const validator = life.headers.etag ?? life.headers['last-modified'] ?? null;
    const size = life.sizes[0] ?? -1;
    // Every field by name: a spread costs a tenth of a start.
    return {
      kind: 'download',
      tid,
      url,
      method,
      headers,
      redirect,
      redirectsMax,
      proxy,
      maxSpeed,
      connectTimeoutMs,
      body,
      target,
      begins,
      ends,
      validator,
      size,
      precise,
    };
  }
  const last = spec.multipart ? spec.files.length : index + 1;
  const files: JobFile[] = spec.files.slice(index, last).map((file, offset) => {
    const { from, to } = rangeOf(spec, index + offset, settings.bytesOf(file.path) ?? life.sizes[index + offset] ?? 0);
    return { ...file, index: index + offset, from: offset === 0 ? from + settings.placeKept : from, to };
  });
  const exchange = { tid, url, method, headers, redirect, redirectsMax, proxy, maxSpeed, connectTimeoutMs };
  const minSpeed = spec.minSpeed.bytesPerSecond;
  return { kind: 'upload', ...exchange, encoding: encodingOf(spec), form: spec.form, files, minSpeed };
}

function encodingOf(spec: TaskSpec): 'raw' | 'multipart' {
  const type = spec.headers['Content-Type'] ?? (spec.method === 'POST' ? 'multipart/form-data' : '');
  return spec.multipart || type === 'multipart/form-data' ? 'multipart' : 'raw';
}
