import { rule } from '../../machines/rules.ts';
import type { Rules } from '../../machines/vocabulary.ts';
import { BusinessError } from '../errors.ts';

/** The classes of argument errors, as a device words them. @source harmony-request.md 1.7 */
const classes = {
  missing: 'Missing mandatory parameters',
  type: 'Incorrect parameter type',
  verification: 'Parameter verification failed',
  value: 'Incorrect parameter value',
} as const;
export type ErrorClass = keyof typeof classes;

/** More items than any honest form has; keeps an array that never ends from taking all memory. */
export const itemsMax = 100_000;
const shownCharsMax = 40;
/** Where nothing is given: one for all. */
const emptyMap: Readonly<Record<string, string>> = Object.freeze(Object.create(null));

/**
 * A 401 whose detail reads: class, what is wrong and where, what was given, what is legal.
 * @param hint   begins with the name of the field.
 * @param got    printed short; any value is safe.
 */
export function parameterError(kind: ErrorClass, hint: string, got: unknown, legal: string): BusinessError {
  return new BusinessError('PARAMETER', { detail: `${classes[kind]}, ${hint}: got ${shown(got)}; legal: ${legal}` });
}

interface Types {
  readonly string: string;
  readonly number: number;
  readonly boolean: boolean;
  readonly function: Listener;
}

/** A caller's function; who calls it knows what it hands over. */
export type Listener = (...payload: readonly unknown[]) => unknown;

/**
 * What has to be given, and be of a type.
 * @param name  how details call it.
 * @throws PARAMETER
 */
export function required<T extends keyof Types>(value: unknown, type: T, name: string, legal: string): Types[T] {
  mustBeGiven(value, name, legal);
  return typed(value, type, name, legal);
}

/** What has to be of a type. @throws PARAMETER */
export function typed<T extends keyof Types>(value: unknown, type: T, name: string, legal: string): Types[T] {
  if (typeof value !== type) throw parameterError('type', `${name} is no ${type}`, value, legal);
  return value as Types[T];
}

/** An id has to be given, and not be empty. @throws PARAMETER */
export function requiredId(value: unknown, name: string, legal: string): string {
  const id = required(value, 'string', name, legal);
  if (id === '') throw parameterError('verification', `${name} is empty`, id, legal);
  return id;
}

/** @throws PARAMETER when there is nothing. */
export function mustBeGiven(value: unknown, name: string, legal: string): void {
  if (value === undefined) throw parameterError('missing', `${name} is missing`, value, legal);
}

/** The items of what has to be an array. @throws PARAMETER */
export function listOf(value: unknown, name: string, legal: string): readonly unknown[] {
  const items = itemsOf(value, name);
  if (items === undefined) throw parameterError('type', `${name} is no array`, value, legal);
  return items;
}

/** A short picture of any value, made without running code of its owner. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.length <= shownCharsMax
        ? JSON.stringify(value)
        : `${JSON.stringify(value.slice(0, shownCharsMax))}… (${byteLength(value)} bytes)`;
    case 'object':
      return value === null ? 'null' : 'an object';
    case 'function':
    case 'symbol':
    case 'bigint':
      return `a ${typeof value}`;
    default:
      return String(value);
  }
}

/** Bytes of the UTF-8 form; a lone surrogate takes three, as when it is encoded. */
export function byteLength(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.codePointAt(at) ?? 0;
    if (code > 0xffff) at += 1;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Without spaces around it; a device strips no other white space. */
export function trimSpaces(text: string): string {
  let from = 0;
  let to = text.length;
  while (text[from] === ' ') from += 1;
  while (to > from && text[to - 1] === ' ') to -= 1;
  return text.slice(from, to);
}

/**
 * A caller's object, the only way we touch one: whatever its getters and proxies throw becomes a 401.
 * Members are read as JavaScript reads them, inherited ones included; read each of them once.
 */
export class Fields {
  readonly #source: object;
  readonly #name: string;
  readonly #rules: Rules;

  /** @param name  how details call the object, such as `config`. */
  constructor(source: object, name: string, rules: Rules) {
    this.#source = source;
    this.#name = name;
    this.#rules = rules;
  }

  /** The member; strings are cut where the rules say so. */
  get(key: string): unknown {
    let value: unknown;
    // Not by `guarded`: some thirty members are read for each task, and none of them is worth a closure and a name.
    try {
      value = Reflect.get(this.#source, key);
    } catch (cause) {
      throw unreadable(`${this.#name}.${key}`, cause);
    }
    return typeof value === 'string' ? cut(value, rule(this.#rules, 'stringBytesMax')) : value;
  }

  /** Undefined unless the member is a string. */
  text(key: string): string | undefined {
    const value = this.get(key);
    return typeof value === 'string' ? value : undefined;
  }

  /** Undefined unless the member is a finite number; whole otherwise. */
  int(key: string): number | undefined {
    const value = this.get(key);
    return typeof value === 'number' ? whole(value) : undefined;
  }

  /** What is no boolean reads false; where the rules say so, a member that is there but undefined does, too. */
  flag(key: string, fallback: boolean): boolean {
    const value = this.get(key);
    if (value === undefined) return rule(this.#rules, 'readUndefined') && this.has(key) ? false : fallback;
    return value === true;
  }

  has(key: string): boolean {
    return guarded(`${this.#name}.${key}`, () => key in this.#source);
  }

  /** The own members as strings, others as ''. Without a prototype, so that every key is just a key. */
  map(key: string): Readonly<Record<string, string>> {
    const value = this.get(key);
    if (!isObject(value)) return emptyMap;
    const name = `${this.#name}.${key}`;
    const members = new Fields(value, name, this.#rules);
    const map: Record<string, string> = Object.create(null);
    for (const member of guarded(name, () => Object.keys(value))) map[member] = members.text(member) ?? '';
    return map;
  }
}

/** The members of an object that has to be one. @param legal  what it should be. @throws PARAMETER */
export function fieldsOf(value: unknown, name: string, rules: Rules, legal: string): Fields {
  if (isObject(value)) return new Fields(value, name, rules);
  throw parameterError('type', name === 'config' ? 'wrong config type' : `${name} is no object`, value, legal);
}

/** The items of an array; undefined when it is none. @param name  how details call it. */
export function itemsOf(value: unknown, name: string): readonly unknown[] | undefined {
  return guarded(name, () => {
    if (!Array.isArray(value)) return undefined;
    const { length } = value;
    if (!(length <= itemsMax)) throw new RangeError(`more than ${itemsMax} items`);
    return Array.from({ length }, (_, at): unknown => value[at]);
  });
}

/** Undefined for NaN and the infinities; never −0. */
export function whole(value: number): number | undefined {
  return Number.isFinite(value) ? Math.trunc(value) + 0 : undefined;
}

/** @param name  how details call what is looked at. @throws PARAMETER for what it throws. */
export function guarded<T>(name: string, look: () => T): T {
  try {
    return look();
  } catch (cause) {
    throw unreadable(name, cause);
  }
}

function unreadable(name: string, cause: unknown): BusinessError {
  return new BusinessError('PARAMETER', {
    detail: `${classes.type}, ${name} cannot be read; legal: plain data`,
    cause,
  });
}

function cut(text: string, bytesMax: number): string {
  if (text.length * 3 <= bytesMax) return text;
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(bytesMax)).read);
}
