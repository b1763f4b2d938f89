import type { CloudRequest, Pairs } from '../service.ts';
import { fieldsOf, jsonOf } from '../text.ts';
import { refuse } from './failure.ts';
import type { Limits } from './settings.ts';

/** What a date can hold. */
const instantSecondsMax = 8_640_000_000_000;

/** Of the query, a form or a JSON object: real servers do not care which. */
export type Parameters = ReadonlyMap<string, string>;

export function parametersOf(request: CloudRequest): Parameters {
  const parameters = new Map<string, string>();
  for (const [name, value] of [...request.query, ...fieldsOf(request), ...jsonFields(request)]) {
    if (!parameters.has(name)) parameters.set(name, value);
  }
  return parameters;
}

/** @throws 40003 */
export function required(parameters: Parameters, name: string): string {
  const value = parameters.get(name);
  if (value === undefined) throw refuse(40003);
  return value;
}

/** 0 or more. @throws 40003 */
export function count(parameters: Parameters, name: string, fallback?: number): number {
  const value = parameters.get(name) ?? fallback?.toString();
  if (value === undefined || !/^\d{1,15}$/.test(value)) throw refuse(40003);
  return Number(value);
}

/** Seconds since 1970, as milliseconds. @throws 40003 */
export function instant(parameters: Parameters, name: string, fallbackSeconds?: number): number {
  const seconds = count(parameters, name, fallbackSeconds);
  if (seconds > instantSecondsMax) throw refuse(40003);
  return seconds * 1000;
}

/** 1 or 0, as published; some clients write words. @throws 40003 */
export function flag(parameters: Parameters, name: string, fallback: boolean): boolean {
  const word = parameters.get(name)?.toLowerCase();
  if (word === 'true' || word === 'false') return word === 'true';
  return count(parameters, name, fallback ? 1 : 0) !== 0;
}

/** Names that are shown and passwords that are asked: short, for they are kept. @throws 40003 */
export function shortText(parameters: Parameters, name: string, { nameCharsMax }: Limits): string | undefined {
  const value = parameters.get(name);
  if (value !== undefined && value.length > nameCharsMax) throw refuse(40003);
  return value;
}

/** Empty for none. @throws 4000311 */
export function tagOf(parameters: Parameters, { tagCharsMax }: Limits): string {
  const tag = parameters.get('tag') ?? '';
  if (tag.length > tagCharsMax) throw refuse(4000311, { fill: String(tagCharsMax) });
  return tag;
}

/** Paths joined with `|`; one at least. @throws 40003 */
export function paths(parameters: Parameters, name: string): readonly string[] {
  const found = required(parameters, name).split('|').map(plainPath);
  if (found.includes('')) throw refuse(40003);
  return found;
}

/** @throws 40003 */
export function path(parameters: Parameters, name = 'fullpath'): string {
  return plainPath(required(parameters, name));
}

/** Published paths have no slash at either end; clients send them all the same. */
export function plainPath(text: string): string {
  let from = 0;
  let end = text.length;
  while (text[from] === '/') from += 1;
  while (end > from && text[end - 1] === '/') end -= 1;
  return text.slice(from, end);
}

export interface Page {
  readonly start: number;
  readonly size: number;
}

export function pageOf(parameters: Parameters, entriesMax: number): Page {
  return { start: count(parameters, 'start', 0), size: Math.min(count(parameters, 'size', 100), entriesMax) };
}

function jsonFields({ body }: CloudRequest): Pairs {
  const json = body.type === 'raw' && body.text?.trimStart().startsWith('{') ? jsonOf(body.text) : null;
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json).flatMap(([name, value]) => (isScalar(value) ? [[name, String(value)] as const] : []));
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
