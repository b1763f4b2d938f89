import type { StoryLine } from './types.ts';

const marks: Readonly<Record<StoryLine['who'], string>> = { step: '▸ ', client: '  ', device: '  ', trouble: '! ' };

/** Of a client that floods, nobody reads everything. */
const firstLinesMax = 120;
const lastLinesMax = 30;

/**
 * A story as lines for people: seconds of virtual time, then what happened; steps of the script stand out. Of a very long
 * one, the beginning and the end.
 */
export function storyText(story: readonly StoryLine[]): string[] {
  const width = secondsOf(story.at(-1)?.atMs ?? 0).length;
  const lineOf = ({ atMs, who, text }: StoryLine) => `${secondsOf(atMs).padStart(width)} s  ${marks[who]}${text}`;
  const leftOut = story.length - firstLinesMax - lastLinesMax;
  if (leftOut <= 0) return story.map(lineOf);
  return [
    ...story.slice(0, firstLinesMax).map(lineOf),
    `… ${leftOut} lines more …`,
    ...story.slice(-lastLinesMax).map(lineOf),
  ];
}

function secondsOf(ms: number): string {
  return (ms / 1_000).toFixed(3);
}
