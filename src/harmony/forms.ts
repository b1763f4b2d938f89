import type { AsyncCallback, BusinessError } from './base.ts';

/** A function of the platform in its promise form and its callback forms, the callback last. */
export interface BothForms<Args extends readonly unknown[], T, Options extends readonly unknown[] = []> {
  (...args: [...Args, ...Partial<Options>]): Promise<T>;
  (...args: [...Args, callback: AsyncCallback<T>]): void;
  (...args: [...Args, ...Options, callback: AsyncCallback<T>]): void;
}

/** Checks its arguments, and throws what is wrong with them; then says what there is to do. */
export type Operation<Args extends readonly unknown[], T> = (...args: Args) => () => T;

/**
 * The asynchronous forms of an operation. What its check throws is thrown at once in every form; what its work throws
 * rejects, or goes to the callback.
 */
export function bothForms<Args extends readonly unknown[], T, Options extends readonly unknown[] = []>(
  operation: Operation<[...Args, ...Partial<Options>], T | Promise<T>>,
): BothForms<Args, T, Options> {
  const call = (...args: readonly unknown[]) => {
    const callback = args.at(-1);
    const given = typeof callback === 'function' ? args.slice(0, -1) : args;
    // What the caller gives is the operation's to check.
    const work = operation(...(given as [...Args, ...Partial<Options>]));
    const answer = new Promise<T>((resolve) => {
      resolve(work());
    });
    if (typeof callback !== 'function') return answer;
    answer.then(
      (data) => tell(callback as Answered, null, data),
      (error) => tell(callback as Answered, error, undefined),
    );
    return undefined;
  };
  return call as BothForms<Args, T, Options>;
}

/** The synchronous form of an operation. */
export function syncForm<Args extends readonly unknown[], T>(operation: Operation<Args, T>): (...args: Args) => T {
  return (...args) => operation(...args)();
}

type Answered = (error: BusinessError | null, data: unknown) => void;

/** Outside of the promise, so that what the callback throws is an uncaught exception like any other. */
function tell(callback: Answered, error: BusinessError | null, data: unknown): void {
  queueMicrotask(() => callback(error, data));
}
