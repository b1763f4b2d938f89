import { rule } from '../../machines/rules.ts';
import type { Rules } from '../../machines/vocabulary.ts';
import type { Notice } from '../engine/notices.ts';
import { byteLength } from './fields.ts';
import type { HttpResponse } from './types.ts';

/** Text of all headers that one event carries, in bytes. @source harmony-request.md 5.4 */
const headerBytesMax = 8192;

/**
 * A response as an app hears of it, with the headers that fit. Null when it hears nothing, of a status without a standard
 * phrase.
 * @source harmony-request.md 7.1, Q35
 */
export function httpResponse(
  { version, status, phrase, headers }: Extract<Notice, { event: 'response' }>['response'],
  rules: Rules,
): HttpResponse | null {
  if (!hasStandardPhrase(status) && !rule(rules, 'tellOddStatus')) return null;
  const kept = new Map<string, string[]>();
  let bytes = 0;
  for (const [name, values] of headers) {
    bytes += byteLength(name) + byteLength(values.join(', '));
    if (bytes > headerBytesMax) break;
    kept.set(name, rule(rules, 'splitHeadersAtCommas') ? values.flatMap((value) => value.split(/, */)) : [...values]);
  }
  return { version, statusCode: status, reason: phrase, headers: kept };
}

const standardStatuses: readonly (readonly [first: number, last: number])[] = [
  [100, 103],
  [200, 208],
  [226, 226],
  [300, 305],
  [307, 308],
  [400, 417],
  [421, 426],
  [428, 429],
  [431, 431],
  [451, 451],
  [500, 508],
  [511, 511],
];

/** @source RFC 9110, 15, and the registry it refers to. */
function hasStandardPhrase(status: number): boolean {
  return standardStatuses.some(([first, last]) => status >= first && status <= last);
}
