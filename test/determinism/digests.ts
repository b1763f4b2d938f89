import fc from 'fast-check';
import podcasts from '../../docs/guide/buggy-client.ts';
import { anyScript, type Client, play, scriptOf } from '../../src/fuzz/index.ts';
import { corrected as careful } from '../bugs/19-start-not-awaited.ts';
import { digestOfWorld } from './story.ts';

/** One digest for each seed from 1, one world after the other. */
export async function worlds(seedsMax: number): Promise<string[]> {
  const all: string[] = [];
  for (let seed = 1; seed <= seedsMax; seed++) all.push(await digestOfWorld(seed));
  return all;
}

/**
 * The same of runs of fuzz: of a client without faults, and of one that has some. Neither lets promises go: a browser tells of a
 * rejection that nobody caught in a task of its own, so perhaps some ms of virtual time later than Node.
 */
export async function runs(seedsMax: number): Promise<string[]> {
  const all: string[] = [];
  const clients = [careful, podcasts];
  for (let seed = 1; seed <= seedsMax; seed++) {
    const client = clients[seed % clients.length] as Client;
    const { actions } = await play(client, scriptOf());
    const [script = scriptOf()] = fc.sample(anyScript({ actions }), { seed, numRuns: 1 });
    all.push((await play(client, script)).digest);
  }
  return all;
}
