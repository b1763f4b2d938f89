/** Chance, as the engine knows it: for ids and order, not for secrets. */
export interface Random {
  /** A number from 0 (inclusive) to 1 (exclusive). */
  next(): number;

  /**
   * A stream of its own, so that a new draw by one consumer does not shift the dice of another.
   * Promise: the same label on the same seed gives the same stream, whatever was drawn before.
   */
  fork(label: string): Random;
}
