import type { Obstacle } from '../../machines/admission.ts';
import { type Api, errorCodes, type Operation } from '../../machines/vocabulary.ts';
import type { Engine } from '../engine/engine.ts';
import { BusinessError } from '../errors.ts';

/** A callback in the form of the platform. */
type Answered<T> = (error: BusinessError | null | undefined, data: T | undefined) => void;

/**
 * Makes a call whose failure is a rejection, or goes to the callback when there is one. What is thrown and is no
 * `BusinessError` is a bug and comes through as it is.
 * @param decide  asks the engine and nothing else, see `Engine.call`.
 * @param api     an agent callback gets null for an error when there is none, a legacy one undefined.
 * @source harmony-request.md 1.7
 */
export function settle<T>(
  engine: Engine,
  decide: () => T,
  callback: unknown,
  api: Api = 'agent',
): Promise<T> | undefined {
  return settleThen(engine, decide, (decided) => decided, callback, api);
}

/**
 * A call of `request.agent`: its arguments are checked at once, and what they ask for is decided.
 * @throws what `check` throws.
 */
export function call<Given, T>(
  engine: Engine,
  operation: Operation,
  check: () => Given,
  decide: (given: Given) => T,
  callback?: unknown,
): Promise<T> | undefined {
  const given = checked(engine, operation, check);
  return settle(engine, () => decide(given), callback);
}

/** The same for a call that goes on once its decision is durable. */
export function settleThen<T, U>(
  engine: Engine,
  decide: () => T,
  goOn: (decided: T) => U,
  callback: unknown,
  api: Api = 'agent',
): Promise<U> | undefined {
  const called = engine.call(decide, goOn);
  if (typeof callback !== 'function') return called;
  const answer = callback as Answered<U>;
  // Outside of the promise: what the callback throws is the caller's, and uncaught.
  called.then(
    (data) => queueMicrotask(() => answer(api === 'agent' ? null : undefined, data)),
    (error) => {
      if (!(error instanceof BusinessError)) throw error;
      queueMicrotask(() => answer(error, undefined));
    },
  );
  return undefined;
}

const obstacles: Readonly<Record<number, Obstacle>> = {
  [errorCodes.PARAMETER]: 'parametersWrong',
  [errorCodes.FILE_PATH]: 'pathBad',
  [errorCodes.FILE_IO]: 'fileUnusable',
};

/** Checks arguments; a failure is thrown at once, and passes through the admission chart like every other refusal. */
export function checked<T>(engine: Engine, operation: Operation, check: () => T): T {
  try {
    return check();
  } catch (error) {
    const obstacle = error instanceof BusinessError ? obstacles[error.code] : undefined;
    if (obstacle !== undefined) engine.admit(operation, { [obstacle]: true });
    throw error;
  }
}
