import type { Spent } from './state.ts';

/** The window's new account; null where the limit does not allow it. */
export function spend(
  spent: Spent,
  amount: number,
  { nowMs, windowMs, max }: { readonly nowMs: number; readonly windowMs: number; readonly max: number | null },
): Spent | null {
  const window = Math.floor(nowMs / windowMs);
  const total = (spent.window === window ? spent.amount : 0) + amount;
  return max !== null && total > max ? null : { window, amount: total };
}
