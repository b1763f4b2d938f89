import type { StoryLine } from './types.ts';

const marks: Readonly<Record<StoryLine['who'], string>> = { step: '▸ ', client: '  ', device: '  ', trouble: '! ' };

/** A story as lines for people: seconds of virtual time, then what happened; steps of the script stand out. */
export function storyText(story: readonly StoryLine[]): string[] {
  const width = secondsOf(story.at(-1)?.atMs ?? 0).length;
  return story.map(({ atMs, who, text }) => `${secondsOf(atMs).padStart(width)} s  ${marks[who]}${text}`);
}

function secondsOf(ms: number): string {
  return (ms / 1_000).toFixed(3);
}
