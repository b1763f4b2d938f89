import type { BlobRef } from '../blobs.ts';
import type { CiCall, Verdict } from './state.ts';

/** Moderation finds what the settings' marks say, in the first bytes of the content. */
export function verdictOf(call: CiCall, blob: BlobRef): Verdict {
  const { illegalMarks, suspectMarks } = call.settings.options;
  // One letter per byte: no mark is cut by a decoder.
  const text = new TextDecoder('latin1').decode(call.head(blob));
  const holds = (marks: readonly string[]) => marks.some((mark) => mark !== '' && text.includes(mark));
  if (holds(illegalMarks)) return 'illegal';
  return holds(suspectMarks) ? 'suspect' : 'good';
}
