import type { Bundle } from '../bundle.ts';
import { differenceOf, linesOf } from '../marks.ts';
import type { Replayed } from '../replay.ts';
import { stepText } from '../steps.ts';
import type { Broken, Played, Script } from '../types.ts';
import { Hand, Stopped } from './hand.ts';

/** Nothing is known of a run whose client never got beyond its start. */
const nothing: Played = {
  failure: null,
  story: [],
  digest: '0'.repeat(16),
  trace: [],
  calls: [],
  features: [],
  actions: [],
};

/** What a run of a stopped client looks like until the step that never ended, and that step. */
export async function playStopped(
  hand: Hand,
  script: Script,
  { message, steps }: Stopped,
): Promise<{ readonly broken: Broken; readonly before: Played }> {
  const atStep = steps - 1;
  const last = script.steps[atStep];
  const before =
    steps === 0
      ? nothing
      : await hand.beginning(script, atStep).catch((thrown: unknown) => {
          if (thrown instanceof Stopped) return nothing;
          throw thrown;
        });
  const atMs = before.story.at(-1)?.atMs ?? 0;
  const story = [
    ...before.story,
    ...(last === undefined ? [] : [{ atMs, who: 'step', text: stepText(last) } as const]),
    { atMs, who: 'trouble', text: message } as const,
  ];
  return { broken: { invariant: 'limits', message, atStep }, before: { ...before, story } };
}

/**
 * Plays a failure again in a thread of its own: it ends, whatever the client does.
 * @param silenceMsMax  as of `fuzzWorkers`.
 * @throws ClientError, BundleError, by rejection.
 */
export async function replayInThread(bundle: Bundle, clientPath: string, silenceMsMax?: number): Promise<Replayed> {
  const hand = new Hand({ clientPath, settings: {} }, silenceMsMax);
  try {
    return await hand.replay(bundle);
  } catch (thrown) {
    if (!(thrown instanceof Stopped)) throw thrown;
    const { broken, before } = await playStopped(hand, bundle.script, thrown);
    const isAgain = bundle.failure.invariant === broken.invariant;
    return {
      bundle,
      played: { ...before, failure: broken },
      verdict: isAgain ? 'again' : 'different',
      isSame: before.digest === bundle.digest && bundle.failure.atStep === broken.atStep,
      difference: differenceOf(bundle.marks, bundle.lines, linesOf(before.trace)),
    };
  } finally {
    await hand.end();
  }
}
