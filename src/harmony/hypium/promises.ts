import type { Finding } from './assert.ts';
import { messageOf, shown } from './text.ts';

/** Settles, once the promise does; never rejects. */
export type PromiseAssertion = (actual: unknown, ...expected: readonly unknown[]) => Promise<Finding>;

/** The assertions that wait for a promise. What has no `then` fails them all. @source neighbours.md 1.6 */
export const promiseAssertions = {
  assertPromiseIsPending: waits('a pending promise', async (promise) => {
    const pending = Symbol('pending');
    const first = await Promise.race([settled(promise), Promise.resolve().then(() => pending)]);
    return first === pending;
  }),
  assertPromiseIsResolved: waits('a resolved promise', async (promise) => (await settled(promise)).isResolved),
  assertPromiseIsRejected: waits('a rejected promise', async (promise) => !(await settled(promise)).isResolved),
  assertPromiseIsResolvedWith: waits('a promise resolved with', async (promise, [expected]) => {
    const { isResolved, value } = await settled(promise);
    return isResolved && JSON.stringify(value) === JSON.stringify(expected);
  }),
  assertPromiseIsRejectedWith: waits('a promise rejected with', async (promise, [expected]) => {
    const { isResolved, value } = await settled(promise);
    return !isResolved && JSON.stringify(value) === JSON.stringify(expected);
  }),
  assertPromiseIsRejectedWithError: waits('a promise rejected with error', async (promise, expected) => {
    const { isResolved, value } = await settled(promise);
    return !isResolved && isError(value, expected);
  }),
} as const satisfies Readonly<Record<string, PromiseAssertion>>;

function waits(
  words: string,
  holds: (promise: PromiseLike<unknown>, expected: readonly unknown[]) => Promise<boolean>,
): PromiseAssertion {
  return async (actual, ...expected) => {
    const message = ['expect', words, ...expected.map(shown)].join(' ');
    if (!isThenable(actual)) return { pass: false, message: `${message}, got ${shown(actual)}` };
    return { pass: await holds(actual, expected), message };
  };
}

interface Settled {
  readonly isResolved: boolean;
  readonly value: unknown;
}

function settled(promise: PromiseLike<unknown>): Promise<Settled> {
  return Promise.resolve(promise).then(
    (value) => ({ isResolved: true, value }),
    (value: unknown) => ({ isResolved: false, value }),
  );
}

/** One function: the class; one string: the message; two: name and message. */
function isError(value: unknown, expected: readonly unknown[]): boolean {
  const [first, second] = expected;
  const constructorName = (value as object | null | undefined)?.constructor?.name;
  if (expected.length === 1 && typeof first === 'function') return constructorName === first.name;
  if (!(value instanceof Error)) return false;
  if (expected.length === 1) return messageOf(value) === first;
  const name = typeof first === 'function' ? first.name : first;
  return expected.length === 2 && (value.name === name || constructorName === name) && value.message === second;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
