import { AssertException } from './blame.ts';
import { messageOf } from './text.ts';

/**
 * From now on nothing that is thrown outside of an awaited body ends the run: a device does not see it either. A failed
 * assertion among it is in the ledger of its case already. vitest leaves alone what somebody else listens for.
 */
export function outliveStrays(): void {
  heedStrays();
  process.on('uncaughtException', tell);
  process.on('unhandledRejection', tell);
}

/** Back to what vitest does: a stray fails the run. */
export function heedStrays(): void {
  process.off('uncaughtException', tell);
  process.off('unhandledRejection', tell);
}

function tell(stray: unknown): void {
  if (!(stray instanceof AssertException)) console.warn(`hypium: thrown outside of a case: ${messageOf(stray)}`);
}
