import { digestOfWorld } from './story.ts';

/** One digest for each seed from 1, one world after the other. */
export async function digests(seedsMax: number): Promise<string[]> {
  const all: string[] = [];
  for (let seed = 1; seed <= seedsMax; seed++) all.push(await digestOfWorld(seed));
  return all;
}
