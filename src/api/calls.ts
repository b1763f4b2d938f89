import type { Obstacle } from '../../machines/admission.ts';
import { type Api, errorCodes, type Operation } from '../../machines/vocabulary.ts';
import type { Engine } from '../engine/engine.ts';
import { BusinessError } from '../errors.ts';

/** A callback in the form of the platform. */
type Answered<T> = (error: BusinessError | null | undefined, data: T | undefined) => void;

/**
 * Makes a call whose failure is a rejection, or goes to the callback when there is one. What is thrown and is no
 * `BusinessError` is a bug and comes through as it is.
 * @param api  an agent callback gets null for an error when there is none, a legacy one undefined.
 * @source harmony-request.md 1.7
 */
export function settle<T>(call: () => T, callback: unknown, api: Api = 'agent'): Promise<T> | undefined {
  if (typeof callback !== 'function') {
    return new Promise((resolve) => {
      resolve(call());
    });
  }
  const answer = callback as Answered<T>;
  let outcome: { readonly error: BusinessError | null | undefined; readonly data: T | undefined };
  try {
    outcome = { error: api === 'agent' ? null : undefined, data: call() };
  } catch (error) {
    if (!(error instanceof BusinessError)) throw error;
    outcome = { error, data: undefined };
  }
  queueMicrotask(() => answer(outcome.error, outcome.data));
  return undefined;
}

const obstacleOf = new Map<number, Obstacle>([
  [errorCodes.PARAMETER, 'parametersWrong'],
  [errorCodes.FILE_PATH, 'pathBad'],
  [errorCodes.FILE_IO, 'fileUnusable'],
]);

/** Checks arguments; a failure is thrown at once, and passes through the admission chart like every other refusal. */
export function checked<T>(engine: Engine, operation: Operation, check: () => T): T {
  try {
    return check();
  } catch (error) {
    const obstacle = error instanceof BusinessError ? obstacleOf.get(error.code) : undefined;
    if (obstacle !== undefined) engine.admit(operation, { [obstacle]: true });
    throw error;
  }
}
