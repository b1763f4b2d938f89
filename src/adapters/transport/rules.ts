import type { FaultCause } from '../../../machines/vocabulary.ts';
import type { DownloadJob, TransferJob } from '../../ports/transport.ts';
import type { HeaderList, ResponseHead } from './carrier.ts';

export interface Refusal {
  readonly kind: 'fault';
  readonly cause: FaultCause;
  readonly status: number | null;
  readonly detail: string;
}

/** One request on its way along redirects. */
export interface Hop {
  readonly kind: 'hop';
  readonly url: URL;
  readonly method: string;
  readonly headers: HeaderList;
  /** Whether the job's body goes with it. */
  readonly hasBody: boolean;
}

export interface DownloadPlan {
  readonly kind: 'plan';
  /** Bytes on disk that stay if the server agrees. */
  readonly keep: number;
  /** Empty the target before anything is sent. */
  readonly truncate: boolean;
  readonly headers: HeaderList;
}

/** The body goes to the target after `offset` bytes; the file will have `size` bytes, −1 for unknown. */
export interface Storage {
  readonly kind: 'store';
  readonly offset: number;
  readonly size: number;
}

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** What the connection and the body decide, whatever was configured. */
const transportHeaders = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Meant for one authority only. */
const authorityHeaders = new Set([
  'authorization',
  'cookie',
  'cookie2',
  'host',
  'proxy-authorization',
  'www-authenticate',
]);

const redirectStatuses = new Set([301, 302, 303, 307, 308]);
const methodKeepingStatuses = new Set([307, 308]);

/**
 * The first request of a job, its URL percent-encoded. Headers in `added` replace configured ones of the same name.
 * @source harmony-request.md 7.1
 */
export function firstHop(
  job: Pick<TransferJob, 'url' | 'method' | 'headers'>,
  added: HeaderList,
  hasBody: boolean,
): Hop | Refusal {
  const url = httpUrl(job.url);
  if (url === null) return refuse('build', `the URL ${JSON.stringify(job.url)} names no host`);
  const replaced = new Set(added.map(([name]) => name.toLowerCase()));
  const configured = Object.entries(job.headers).filter(([name]) => {
    const lower = name.toLowerCase();
    return !transportHeaders.has(lower) && !replaced.has(lower);
  });
  const headers = [...configured, ...added];
  const bad = headers.find(([name, value]) => !token.test(name) || hasControl(value));
  if (bad !== undefined) return refuse('build', `the header ${JSON.stringify(bad[0])} cannot be sent`);
  return { kind: 'hop', url, method: job.method, headers, hasBody };
}

/**
 * What a download asks for, by the bytes that its target already has.
 * @source harmony-request.md 7.2, first table
 */
export function planDownload(job: DownloadJob, have: number): DownloadPlan | Refusal {
  const ranged = asksRange(job);
  const last = job.ends >= 0 ? String(job.ends) : '';
  if (have === 0) {
    const headers: HeaderList = ranged ? [['Range', `bytes=${job.begins}-${last}`]] : [];
    return { kind: 'plan', keep: 0, truncate: false, headers };
  }
  if (job.validator !== null) {
    const headers: HeaderList = [
      ['If-Range', job.validator],
      ['Range', `bytes=${job.begins + have}-${last}`],
    ];
    return { kind: 'plan', keep: have, truncate: false, headers };
  }
  if (!ranged) return { kind: 'plan', keep: 0, truncate: true, headers: [] };
  return refuse('range', `${have} bytes are on disk, and no validator says whether they still fit the range asked for`);
}

/**
 * What becomes of a download's final response.
 * @param keep  bytes on disk that the request asked to continue.
 * @source harmony-request.md 7.2, second table
 */
export function judgeDownload(job: DownloadJob, keep: number, head: ResponseHead): Storage | Refusal {
  const failure = judgeStatus(head);
  if (failure !== null) return failure;
  if (head.status === 200 && asksRange(job)) {
    return refuse('range', 'a range was asked for, and the server sends the whole file');
  }
  const length = contentLength(head.headers);
  if (length < 0 && job.precise) return refuse('sizeUnknown', 'the response names no length');
  const offset = head.status === 200 ? 0 : keep;
  return { kind: 'store', offset, size: length < 0 ? -1 : offset + length };
}

/** Null for a success. 408 is told like any other failure: the transfer chart knows when to try again. */
export function judgeStatus(head: ResponseHead): Refusal | null {
  if (head.status >= 200 && head.status < 300) return null;
  const detail = `${head.status} ${head.phrase}`.trim();
  return { kind: 'fault', cause: 'protocol', status: head.status, detail };
}

/**
 * Where a response leads: null when it is final, else the next request.
 * A GET that stays a GET keeps its body.
 * @param followed  redirects followed so far.
 * @source harmony-request.md 7.1; RFC 9110, 15.4
 */
export function followRedirect(
  job: Pick<TransferJob, 'redirect' | 'redirectsMax'>,
  from: Hop,
  head: ResponseHead,
  followed: number,
): Hop | Refusal | null {
  if (!job.redirect || !redirectStatuses.has(head.status)) return null;
  if (followed >= job.redirectsMax) return refuse('redirect', `more than ${job.redirectsMax} redirects`);
  const location = head.headers.get('location')?.[0]?.trim() ?? '';
  if (location === '') return refuse('redirect', `${head.status} without a Location`);
  const url = httpUrl(location, from.url);
  if (url === null) return refuse('redirect', `${head.status} to ${JSON.stringify(location)}`);

  const keepsMethod = methodKeepingStatuses.has(head.status) || from.method === 'GET' || from.method === 'HEAD';
  const sameAuthority = authority(url) === authority(from.url);
  const headers = from.headers.filter(([name]) => {
    const lower = name.toLowerCase();
    return (keepsMethod || !lower.startsWith('content-')) && (sameAuthority || !authorityHeaders.has(lower));
  });
  return {
    kind: 'hop',
    url,
    method: keepsMethod ? from.method : 'GET',
    headers,
    hasBody: keepsMethod && from.hasBody,
  };
}

/** Bytes that a response announces; −1 for none. */
export function contentLength(headers: ReadonlyMap<string, readonly string[]>): number {
  const value = headers.get('content-length')?.[0]?.trim() ?? '';
  return /^\d+$/.test(value) ? Number(value) : -1;
}

function asksRange(job: DownloadJob): boolean {
  return job.begins > 0 || job.ends >= 0;
}

function httpUrl(text: string, base?: URL): URL | null {
  if (!URL.canParse(text, base?.href)) return null;
  const url = new URL(text, base);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : null;
}

function authority(url: URL): string {
  return `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`;
}

function hasControl(value: string): boolean {
  return [...value].some((character) => (character < ' ' && character !== '\t') || character === '\x7f');
}

function refuse(cause: FaultCause, detail: string): Refusal {
  return { kind: 'fault', cause, status: null, detail };
}
