import { theDevice } from '../device.ts';
import type { Body } from './suite.ts';

/** What a device grants a case, and each hook, in ms. @source neighbours.md 1.3 */
export const limitMsDefault = 5000;

/**
 * Settles when the body has ended, or after `limitMs`; 0 for no limit. A body that comes too late runs on beside
 * what follows.
 * @throws what the body throws; an `Error` when it comes too late.
 */
export function finish(body: Body, limitMs: number, data?: unknown): Promise<void> {
  if (limitMs === 0) return play(body, data);
  return new Promise((resolve, reject) => {
    const tooLate = () => reject(new Error(`execute timeout ${limitMs}ms`));
    const alarm = theDevice().clock.after(limitMs, tooLate);
    const settle = (how: () => void) => {
      alarm.cancel();
      how();
    };
    play(body, data).then(
      () => settle(resolve),
      (thrown: unknown) => settle(() => reject(thrown)),
    );
  });
}

/** Without parameters a body ends by itself; with one it ends when it calls `done`, or when it fails. */
function play(body: Body, data: unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => resolve();
    if (body.length === 0) {
      Promise.resolve(body()).then(done, reject);
    } else if (takesDataOnly(body)) {
      Promise.resolve(body(data)).catch(() => undefined);
      done();
    } else {
      Promise.resolve(body(done, data)).catch(reject);
    }
  });
}

/** The form of older releases: the one parameter is named `data`, and nothing is waited for. */
export function takesDataOnly(body: Body): boolean {
  return (
    body.length === 1 && /^(?:async\b\s*)?(?:function\b\s*)?(?:\w+\s*\()?\(?\s*data\s*(?:\)|=>)/.test(String(body))
  );
}
