import type { Client, Invariant } from '../../src/fuzz/types.ts';

/** What each file of the catalogue exports. */
export interface Bug {
  /** What goes wrong, in one line. */
  readonly title: string;
  /** Of user-pains: what developers stumble over; null for one of no number. */
  readonly pain: string | null;
  /** The name of the invariant that it breaks. */
  readonly finds: string;
  readonly buggy: Client;
  /** The same app without the bug: nothing is found in it. */
  readonly corrected: Client;
  /** A promise of this app's own, asked beside those that are ready. */
  readonly own?: Invariant;
}
