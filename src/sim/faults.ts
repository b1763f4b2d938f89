import type { FaultCause } from '../../machines/vocabulary.ts';
import type { HeaderList } from '../adapters/transport/carrier.ts';
import type { FaultRule, Personality, RequestFacts, Verdict } from '../adapters/transport/internet.ts';

export type { FaultRule, RequestFacts, Verdict } from '../adapters/transport/internet.ts';

/** Which requests a rule strikes. */
export interface FaultScope {
  /** How many of them; Infinity for all. Default 1. */
  readonly times?: number;
  /** A part of the URL, or a pattern for it. Default: every URL. */
  readonly url?: string | RegExp;
  /** Default: every method. */
  readonly method?: string;
}

/** The connection breaks once `bytes` of the body have passed: of a download's response, of an upload's request. */
export function cutAfter(bytes: number, cause: FaultCause = 'other', scope?: FaultScope): FaultRule {
  return strike({ type: 'cut', bytes, cause }, scope);
}

/** After `bytes` of the body nothing more comes, and nothing breaks either. */
export function stallAfter(bytes: number, scope?: FaultScope): FaultRule {
  return strike({ type: 'stall', bytes }, scope);
}

/** The body ends after `bytes`, and for want of a length nobody can tell that there should have been more. */
export function truncateAfter(bytes: number, scope?: FaultScope): FaultRule {
  return strike({ type: 'truncate', bytes }, scope);
}

/** No connection; with `timeout` the server never takes the call. */
export function refuse(cause: 'dns' | 'tcp' | 'ssl' | 'timeout', scope?: FaultScope): FaultRule {
  return strike({ type: 'refuse', cause }, scope);
}

/** Something before the server answers in its place. */
export function answer(status: number, scope?: FaultScope, headers: HeaderList = [], body = ''): FaultRule {
  return strike({ type: 'answer', status, headers, body }, scope);
}

/** The first byte of the response is late. */
export function delayFirstByte(delayMs: number, scope?: FaultScope): FaultRule {
  return strike({ type: 'delay', delayMs }, scope);
}

/** The server is another one: `behave(noRanges)`, `behave(failing(503), { times: 2 })`. */
export function behave(as: Personality, scope?: FaultScope): FaultRule {
  return strike({ type: 'behave', as }, scope);
}

function strike(verdict: Verdict, { times = 1, url, method }: FaultScope = {}): FaultRule {
  const matches = (request: RequestFacts) =>
    (url === undefined || (typeof url === 'string' ? request.url.includes(url) : url.test(request.url))) &&
    (method === undefined || request.method === method);
  return (request) => (request.struck < times && matches(request) ? verdict : 'pass');
}
