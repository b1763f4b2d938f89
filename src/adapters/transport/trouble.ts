import type { FaultCause } from '../../../machines/vocabulary.ts';

/** The world's trouble with one exchange. It never leaves the adapter but as a `faulted` report. */
export class TransportTrouble extends Error {
  override readonly name = 'TransportTrouble';
  readonly kind: FaultCause;
  /** The status that is a failure; null for every other trouble. */
  readonly status: number | null;

  constructor(kind: FaultCause, message: string, options: { cause?: unknown; status?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.status = options.status ?? null;
  }
}

/** What ends an exchange that nobody wants any more. One for all: nobody sees it, and to trace a stack takes longer than the rest. */
export const givenUp = new TransportTrouble('other', 'given up');
