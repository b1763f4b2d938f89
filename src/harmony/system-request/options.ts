import { isObject, shown } from '../../api/fields.ts';
import { BusinessError } from '../../errors.ts';

/** What an app has given to a call: an object, and nothing else is known of it. */
export type Options = Readonly<Record<string, unknown>>;

export type CallbackName = 'success' | 'fail' | 'complete';
export const callbackNames: readonly CallbackName[] = ['success', 'fail', 'complete'];

/** @throws OTHER */
export function optionsOf(value: unknown): Options {
  if (!isObject(value)) throw refusal(`the options are ${shown(value)}; legal: an object`);
  return value as Options;
}

export function refusal(detail: string): BusinessError {
  return new BusinessError('OTHER', { detail });
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Own members by name; a value that is no text is empty. Anything but an object has none. */
export function textsOf(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, text]: [string, unknown]) => [name, textOf(text)]));
}

/** Calls a callback that is there, with the options as `this`. @throws OTHER when it cannot be called. */
export function call(options: Options, name: CallbackName, args: readonly unknown[]): void {
  const callback = options[name];
  if (callback === undefined || callback === null) return;
  if (typeof callback !== 'function') throw refusal(`${name} is ${shown(callback)}; legal: a function`);
  Reflect.apply(callback, options, args);
}

/** Calls from nowhere: what is thrown is an uncaught error. */
export function callLater(action: () => void): void {
  try {
    action();
  } catch (thrown) {
    queueMicrotask(() => {
      throw thrown;
    });
  }
}
