import { ruleSets } from '../../machines/vocabulary.ts';
import { networks } from './networks.ts';
import type { WorldOptions } from './world.ts';

/** What is legal, in words; null where the value is. */
type Check = (value: unknown) => string | null;

/** A check for each option, so that a new one cannot be forgotten. */
const checks: Readonly<Record<keyof WorldOptions, Check>> = {
  seed: that(isNumber, 'a finite number'),
  rules: that((value) => ruleSets.some((name) => name === value), `one of ${ruleSets.join(', ')}`),
  files: every((value, path) => path.startsWith('/') && isFile(value), "path from '/' → bytes, text or content"),
  server: that(isObject, 'options of the file server'),
  personalities: listOf('personalities: functions (request, serve) => response'),
  hosts: every(
    (value, origin) => isFunction(value) && isOrigin(origin),
    "origin, such as 'https://a.example' without a path → handler",
  ),
  faults: listOf('rules: functions of a request, such as cutAfter(700)'),
  wire: that((value) => isFunction(value) || isWire(value), wireWords()),
  link: that((value) => isLink(value), `one of ${Object.keys(networks).join(', ')}, or { type, metered, roaming }`),
  limits: every(isCount, 'backgroundTasksMax and foregroundTasksMax: numbers, 0 or more'),
  slots: that((value) => isCount(value) || isObject(value), 'a number, 0 or more, or { counts, speeds }'),
  diskBytes: that(isCount, 'a number, 0 or more'),
  syncFiles: that((value) => typeof value === 'boolean', 'true or false'),
  startMs: that(isNumber, 'ms since the epoch'),
  onTrace: that(isFunction, 'a function'),
};

/** @throws TypeError that names the first option that is not legal, its value, and what is. */
export function checkOptions(options: WorldOptions): void {
  if (!isObject(options)) throw new TypeError(`createWorld: the options are ${shown(options)}; legal: an object`);
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, name)) {
      throw new TypeError(`createWorld: there is no option ${name}; legal: ${Object.keys(checks).join(', ')}`);
    }
    const legal = value === undefined ? null : checks[name as keyof WorldOptions](value);
    if (legal !== null) throw new TypeError(`createWorld: ${name} is ${shown(value)}; legal: ${legal}`);
  }
}

/** @throws TypeError */
export function checkWire(wire: unknown): void {
  if (!isFunction(wire) && !isWire(wire)) throw new TypeError(`the wire is ${shown(wire)}; legal: ${wireWords()}`);
}

/** @throws TypeError */
export function checkLink(link: unknown): void {
  const legal = checks.link(link);
  if (legal !== null) throw new TypeError(`the network is ${shown(link)}; legal: ${legal}`);
}

function that(holds: (value: unknown) => boolean, legal: string): Check {
  return (value) => (holds(value) ? null : legal);
}

function every(holds: (value: unknown, key: string) => boolean, legal: string): Check {
  return that((value) => isObject(value) && Object.entries(value).every(([key, each]) => holds(each, key)), legal);
}

function listOf(legal: string): Check {
  return that((value) => Array.isArray(value) && value.every(isFunction), `a list of ${legal}`);
}

function wireWords(): string {
  return '{ latencyMs, bytesPerSecond }: numbers, 0 or more, { loss }: from 0 to below 1; or a function that gives such';
}

function isWire(value: unknown): boolean {
  if (!isObject(value)) return false;
  return Object.entries(value).every(([name, each]) => {
    if (each === undefined) return true;
    if (name === 'loss') return isCount(each) && Number(each) < 1;
    return (name === 'latencyMs' || name === 'bytesPerSecond') && isCount(each);
  });
}

function isLink(value: unknown): boolean {
  if (typeof value === 'string') return Object.hasOwn(networks, value);
  if (!isObject(value)) return false;
  const { type, metered, roaming } = value as Record<string, unknown>;
  const isType = Object.values(networks).some((link) => link.type === type);
  return isType && typeof metered === 'boolean' && typeof roaming === 'boolean';
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

function isFile(value: unknown): boolean {
  return typeof value === 'string' || isBytes(value) || (isObject(value) && 'bytesAt' in value);
}

function isBytes(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** Infinity too: no limit. */
function isCount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0;
}

function isNumber(value: unknown): boolean {
  return Number.isFinite(value);
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function shown(value: unknown): string {
  const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
