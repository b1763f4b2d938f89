/**
 * `@ohos.base`: types alone; nothing is there at run time.
 * @source signatures.md 0.2
 */

export type Callback<T> = (data: T) => void;

/** `err` is null or undefined on success, though it is declared as always there. */
export type AsyncCallback<T, E = void> = (err: BusinessError<E>, data: T) => void;

export type ErrorCallback<T extends Error = BusinessError> = (err: T) => void;

export interface BusinessError<T = void> extends Error {
  code: number;
  data?: T;
}
