import { ruleSets } from '../../machines/vocabulary.ts';
import { isObject } from './fields.ts';

/** Options of an embedder. What is legal, in words; null where the value is. */
export type Check = (value: unknown) => string | null;

/**
 * @param who     whose options they are.
 * @param checks  a check for each option, so that a new one cannot be forgotten.
 * @throws TypeError that names the first option that is not legal, its value, and what is.
 */
export function checkOptionsOf<Options extends object>(
  who: string,
  checks: Readonly<Record<keyof Options, Check>>,
  options: Options,
): void {
  if (!isObject(options)) throw new TypeError(`${who}: the options are ${shown(options)}; legal: an object`);
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, name)) {
      throw new TypeError(`${who}: there is no option ${name}; legal: ${Object.keys(checks).join(', ')}`);
    }
    const legal = value === undefined ? null : checks[name as keyof Options](value);
    if (legal !== null) throw new TypeError(`${who}: ${name} is ${shown(value)}; legal: ${legal}`);
  }
}

export function that(holds: (value: unknown) => boolean, legal: string): Check {
  return (value) => (holds(value) ? null : legal);
}

export function every(holds: (value: unknown, key: string) => boolean, legal: string): Check {
  return that((value) => isObject(value) && Object.entries(value).every(([key, each]) => holds(each, key)), legal);
}

/** Of the options that every engine takes. */
export const engineChecks = {
  rules: that((value) => ruleSets.some((name) => name === value), `one of ${ruleSets.join(', ')}`),
  limits: every(isCount, 'backgroundTasksMax and foregroundTasksMax: numbers, 0 or more'),
  slots: that((value) => isCount(value) || isObject(value), 'a number, 0 or more, or { counts, speeds }'),
} as const;

/** Infinity too: no limit. */
export function isCount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0;
}

export function isNumber(value: unknown): boolean {
  return Number.isFinite(value);
}

export function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

export function shown(value: unknown): string {
  const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
