import { type Bundle, type BundledClient, BundleError, bundleOf, readBundle } from './bundle.ts';
import { type Difference, differenceOf, linesOf } from './marks.ts';
import { play } from './play.ts';
import { readyInvariants } from './ready.ts';
import type { Broken, Client, Failure, Invariant, Played } from './types.ts';

/** What a failure comes to when it is played again. */
export interface Replayed {
  readonly bundle: Bundle;
  readonly played: Played;
  /** again: the same invariant is broken. different: another one is. gone: none is. */
  readonly verdict: 'again' | 'different' | 'gone';
  /** Is the run the same in every line? */
  readonly isSame: boolean;
  /** Where the device first did something else; null: nowhere. */
  readonly difference: Difference | null;
}

export interface ReplayOptions {
  /** Those that the client was fuzzed with; all that are ready, unless told. */
  readonly invariants?: readonly Invariant[];
}

/**
 * Makes a bundle of a failure, by playing it once more.
 * @param failure  as `fuzz` reports it.
 * @param from     where the client's code lies.
 * @throws BundleError, by rejection: it does not fail so, or the invariant is not here.
 */
export async function record(
  client: Client,
  { script, invariant }: Pick<Failure, 'script' | 'invariant'>,
  { invariants, from }: ReplayOptions & { readonly from?: BundledClient } = {},
): Promise<Bundle> {
  const { failure, digest, trace } = await play(client, script, namedIn(invariants, invariant));
  if (failure === null) throw new BundleError(`the script does not break ${invariant}: there is nothing to record`);
  return bundleOf({ script, failure, digest, trace }, from);
}

/**
 * Plays a failure again.
 * @param what    a token, the text of a bundle's file, or a bundle.
 * @param client  the code that failed, as it is now.
 * @throws BundleError, by rejection: nobody can read it, or it names an invariant that is not here.
 */
export async function replay(
  what: string | Bundle,
  client: Client,
  { invariants }: ReplayOptions = {},
): Promise<Replayed> {
  const bundle = typeof what === 'string' ? await readBundle(what) : what;
  const { script, failure, marks, lines, digest } = bundle;
  // An invariant that is broken ends the run, so others are asked only when this one holds.
  const played = await play(client, script, namedIn(invariants, failure.invariant));
  const isAgain = played.failure?.invariant === failure.invariant;
  const latest = played.failure === null ? await play(client, script, invariants) : played;
  return {
    bundle,
    played: latest,
    verdict: isAgain ? 'again' : latest.failure === null ? 'gone' : 'different',
    isSame: played.digest === digest,
    difference: differenceOf(marks, lines, linesOf(played.trace)),
  };
}

/** The invariant of a failure. That a client stays within limits is always asked. */
function namedIn(own: readonly Invariant[] = [], name: string): readonly Invariant[] {
  const named = [...own, ...readyInvariants].find((each) => each.name === name);
  if (named !== undefined) return [named];
  if (name === 'limits') return [];
  throw new BundleError(
    `the invariant ${JSON.stringify(name)} is not here: give those that the client was fuzzed with`,
  );
}

/** What a replay shows, as sentences. */
export function replayText({ bundle, played, verdict, isSame, difference }: Replayed): string[] {
  const [before, now] = [bundle.failure, played.failure].map(inWords);
  const was = `it failed with ${before}`;
  const is = {
    gone: [`it no longer fails; ${was}`],
    again: [`it fails again: ${now}`, ...(before === now ? [] : [was])],
    different: [`it fails differently: ${now}`, was],
  }[verdict];
  if (difference !== null) return [...is, ...differenceText(difference, bundle.marks.entries)];
  return [
    ...is,
    isSame ? 'the run is the same, line for line' : 'the device does the same; what reaches the client differs',
  ];
}

function inWords(failure: Broken | null): string {
  return failure === null ? 'nothing' : `${failure.invariant}: ${failure.message}`;
}

/** @param entries  how many there were. */
function differenceText({ entry, within, expected, found }: Difference, entries: number): string[] {
  const where = within === 1 ? `at entry ${entry}` : `between entries ${entry} and ${entry + within - 1}`;
  return [
    `the trace first differs ${where}:`,
    `  expected  ${expected ?? (entry > entries ? 'nothing: the trace ended before' : 'something else; the file of the bundle has its text')}`,
    `  found     ${found ?? 'nothing: the trace ends before'}`,
  ];
}
