import { Level, Size, TestType } from './masks.ts';

/** What a run is asked for, checked. @source neighbours.md 1.7 */
export interface RunParameters {
  /** `Suite` or `Suite#case`, of which one must fit; empty for all. */
  readonly only: readonly string[];
  readonly not: readonly string[];
  readonly suites: readonly string[];
  readonly cases: readonly string[];
  /** A case stays when its mask has all of these bits, or none at all. */
  readonly mask: number;
  readonly tag: string | null;
  readonly timeoutMs: number | null;
  readonly stress: number;
  readonly random: boolean;
  readonly runSkipped: boolean;
}

type Given = Readonly<Record<string, unknown>>;

let given: Given = {};
let parsed: RunParameters | null = null;

/** Replaces what the run is asked for; names as on a device, also with `-s ` in front. */
export function setRunParameters(parameters: Given): void {
  given = parameters;
  parsed = null;
}

/** Adds what `Hypium.hypiumTest` was told; the run's own parameters win. */
export function addRunParameters(parameters: Given): void {
  setRunParameters({ ...withoutDashes(parameters), ...withoutDashes(given) });
}

/** @throws Error for a value that makes no sense: the run ends before its first case. */
export function runParameters(): RunParameters {
  parsed ??= parse(withoutDashes(given));
  return parsed;
}

function parse(parameters: Given): RunParameters {
  const text = (name: string) => String(parameters[name] ?? '');
  const list = (name: string) => (text(name) === '' ? [] : [...new Set([text(name), ...text(name).split(',')])]);
  const isOn = (name: string) => choice(name, text(name), ['', 'false', 'true'] as const) === 'true';
  return {
    only: list('class'),
    not: list('notClass'),
    suites: list('suite'),
    cases: list('itName'),
    mask:
      bits('testType', text('testType'), types) |
      bits('size', text('size'), sizes) |
      bits('level', text('level'), levels),
    tag: text('tag') === '' ? null : text('tag'),
    timeoutMs: text('timeout') === '' ? null : wholeNumber('timeout', text('timeout')),
    stress: text('stress') === '' ? 1 : wholeNumber('stress', text('stress')),
    random: isOn('random'),
    runSkipped: parameters.runSkipped !== undefined && !['', 'false', 'skipped:false'].includes(text('runSkipped')),
  };
}

const types = Object.fromEntries(Object.entries(TestType).map(([name, bit]) => [name.toLowerCase(), bit]));
const sizes = { small: Size.SMALLTEST, medium: Size.MEDIUMTEST, large: Size.LARGETEST };
const levels = Object.fromEntries(Object.values(Level).map((bit, index) => [String(index), bit]));

function bits(name: string, value: string, words: Readonly<Record<string, number>>): number {
  if (value === '') return 0;
  return value
    .split(',')
    .map((word) => words[choice(name, word.trim().toLowerCase(), Object.keys(words))] ?? 0)
    .reduce((mask, bit) => mask | bit, 0);
}

function choice<const Word extends string>(name: string, value: string, legal: readonly Word[]): Word {
  const word = legal.find((each) => each === value);
  if (word === undefined)
    throw new Error(`run parameter ${name} is ${value}; legal: ${legal.filter(Boolean).join(', ')}`);
  return word;
}

function wholeNumber(name: string, value: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw new Error(`run parameter ${name} is ${value}; legal: a whole number above 0`);
  return Number(value);
}

function withoutDashes(parameters: Given): Given {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name.replace(/^-s /, ''), value]));
}
