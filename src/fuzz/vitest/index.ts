/**
 * Matchers and a fixture for vitest. Importing it is enough:
 * `import { test, expect } from 'longshore/fuzz/vitest'`, or as one of `setupFiles`.
 */
import { expect } from 'vitest';
import type { State } from '../../../machines/vocabulary.ts';
import { matchers, type TaskEventName, type WithinOptions } from './matchers.ts';

expect.extend(matchers);

export { readBundle } from '../bundle.ts';
export { replay } from '../replay.ts';
export { test, test as it, type WorldFixture } from './fixture.ts';
export { type HasTid, matchers, type TaskEventName, type WithinOptions } from './matchers.ts';
export { expect };

declare module 'vitest' {
  interface Matchers<T> {
    /** A promise, or a function that gives one or throws, fails with this code. */
    toRejectWith(code: number): Promise<void>;
    /** A task of a world gets to a state, now or within ten minutes of virtual time, which passes until it does. */
    toReachState(state: State, options?: WithinOptions): Promise<void>;
    /** A task of a world tells its listeners something within ten minutes of virtual time from now, which passes until it does. */
    toEmit(event: TaskEventName, options?: WithinOptions): Promise<void>;
  }
}
