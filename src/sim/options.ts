import { isObject } from '../api/fields.ts';
import {
  type Check,
  checkOptionsOf,
  engineChecks,
  every,
  isCount,
  isFunction,
  isNumber,
  shown,
  that,
} from '../api/options.ts';
import { networks } from './networks.ts';
import type { WorldOptions } from './world.ts';

const checks: Readonly<Record<keyof WorldOptions, Check>> = {
  seed: that(isNumber, 'a finite number'),
  rules: engineChecks.rules,
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
  limits: engineChecks.limits,
  slots: engineChecks.slots,
  diskBytes: that(isCount, 'a number, 0 or more'),
  syncFiles: that((value) => typeof value === 'boolean', 'true or false'),
  startMs: that(isNumber, 'ms since the epoch'),
  onTrace: that(isFunction, 'a function'),
};

/** @throws TypeError that names the first option that is not legal, its value, and what is. */
export function checkOptions(options: WorldOptions): void {
  checkOptionsOf('createWorld', checks, options);
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

/** @throws TypeError */
export function checkTime(ms: unknown): void {
  if (typeof ms !== 'number' || !Number.isFinite(ms) || ms < 0) {
    throw new TypeError(`the time that passes is ${shown(ms)}; legal: ms, 0 or more`);
  }
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
