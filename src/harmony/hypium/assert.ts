import { classTag, deepEquals } from './equal.ts';
import { matchesObject } from './match.ts';
import { messageOf, shown } from './text.ts';

/** Whether an assertion holds, and what it asked for. */
export interface Finding {
  readonly pass: boolean;
  readonly message: string;
}

/** @throws what is no finding at all, such as an operand that makes no sense: the case ends in an error. */
export type Assertion = (actual: unknown, ...expected: readonly unknown[]) => Finding;

/** The assertions that answer at once. @source neighbours.md 1.6 */
export const assertions = {
  assertEqual: (actual, expected) => ({
    pass: actual === expected,
    message: `expect ${shown(actual)} equals ${shown(expected)}`,
  }),
  assertTrue: (actual) => ({ pass: actual === true, message: `expect ${shown(actual)} is true` }),
  assertFalse: (actual) => ({ pass: actual === false, message: `expect ${shown(actual)} is false` }),
  assertFail: () => ({ pass: false, message: 'fail' }),
  assertNull: (actual) => ({ pass: actual === null, message: `expect ${shown(actual)} is null` }),
  assertUndefined: (actual) => ({ pass: actual === undefined, message: `expect ${shown(actual)} is undefined` }),
  assertNaN: (actual) => ({ pass: Number.isNaN(actual), message: `expect ${shown(actual)} is NaN` }),
  assertPosUnlimited: (actual) => ({
    pass: actual === Number.POSITIVE_INFINITY,
    message: `expect ${shown(actual)} is Infinity`,
  }),
  assertNegUnlimited: (actual) => ({
    pass: actual === Number.NEGATIVE_INFINITY,
    message: `expect ${shown(actual)} is -Infinity`,
  }),
  assertLarger: compares('larger than', (actual, expected) => actual > expected),
  assertLess: compares('less than', (actual, expected) => actual < expected),
  assertLargerOrEqual: compares('larger than or equal to', (actual, expected) => actual >= expected),
  assertLessOrEqual: compares('less than or equal to', (actual, expected) => actual <= expected),
  assertClose,
  assertContain,
  assertInstanceOf: (actual, expected) => ({
    pass: classTag(actual) === expected,
    message: `expect ${shown(actual)}, a ${classTag(actual)}, is a ${String(expected)}`,
  }),
  assertThrowError,
  assertThrow,
  assertDeepEquals: (actual, expected) => ({
    pass: deepEquals(actual, expected),
    message: `expect ${shown(actual)} deep equals ${shown(expected)}`,
  }),
  assertMatchObj: (actual, expected) => ({
    pass: matchesObject(actual, expected),
    message: `expect ${shown(actual)} matches ${shown(expected)}`,
  }),
} as const satisfies Readonly<Record<string, Assertion>>;

function compares(words: string, holds: (actual: number, expected: number) => boolean): Assertion {
  return (actual, expected) => ({
    // Operands of any type: the device compares them as the language does.
    pass: holds(actual as number, expected as number),
    message: `expect ${shown(actual)} is ${words} ${shown(expected)}`,
  });
}

function assertClose(actual: unknown, expected: unknown, precision: unknown): Finding {
  if (actual === null && expected === null) throw new Error('actualValue and expected can not be both null.');
  const [a, e] = [Number(actual), Number(expected)];
  return {
    pass: a === 0 ? e === 0 : Math.abs(e - a) / Math.abs(a) < Number(precision),
    message: `expect ${shown(actual)} is close to ${shown(expected)} within ${shown(precision)}`,
  };
}

function assertContain(actual: unknown, expected: unknown): Finding {
  const message = `expect ${shown(actual)} contains ${shown(expected)}`;
  if (typeof actual === 'string') return { pass: actual.includes(String(expected)), message };
  return { pass: [...(actual as Iterable<unknown>)].some((item) => item === expected), message };
}

function assertThrowError(actual: unknown, expected: unknown): Finding {
  const { hasThrown, thrown } = outcomeOf(actual);
  const wanted = typeof expected === 'function' ? expected.name : shown(expected);
  const isMeant = (error: Error) =>
    typeof expected === 'function'
      ? error.constructor.name === expected.name
      : typeof expected === 'string' && error.message.includes(expected);
  return {
    pass: hasThrown && thrown instanceof Error && isMeant(thrown),
    message: `expect a throw of ${wanted}, got ${hasThrown ? shown(messageOf(thrown)) : 'none'}`,
  };
}

function assertThrow(actual: unknown, expected: unknown): Finding {
  const { hasThrown, thrown } = outcomeOf(actual);
  return {
    pass: hasThrown && thrown instanceof Error && thrown.message === expected,
    message: `expect a throw of exactly ${shown(expected)}, got ${hasThrown ? shown(messageOf(thrown)) : 'none'}`,
  };
}

function outcomeOf(actual: unknown): { readonly hasThrown: boolean; readonly thrown?: unknown } {
  if (typeof actual !== 'function') throw new Error(`expect a function that throws, got ${shown(actual)}`);
  try {
    actual();
    return { hasThrown: false };
  } catch (thrown) {
    return { hasThrown: true, thrown };
  }
}
