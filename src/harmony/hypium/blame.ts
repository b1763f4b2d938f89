/** What a failed assertion throws. @source neighbours.md 1.5 */
export class AssertException extends Error {
  override readonly name = 'AssertException';
}

/** A case that throws it counts as ignored. */
export class SkipError extends Error {
  override readonly name = 'SkipError';
}

/** Where failed assertions are written down: of one case, or of the hooks around a suite. */
export class Ledger {
  readonly failures: AssertException[] = [];
  /** What `message(text)` said about them. */
  readonly notes = new Map<AssertException, string>();
}

let current: Ledger | null = null;

/** The ledger of what runs now; null between cases. */
export function currentLedger(): Ledger | null {
  return current;
}

/** Until the work is done, failed assertions are written to `ledger`. They stay there, whoever catches them. */
export async function blaming<T>(ledger: Ledger, work: () => Promise<T>): Promise<T> {
  current = ledger;
  try {
    return await work();
  } finally {
    current = null;
  }
}
