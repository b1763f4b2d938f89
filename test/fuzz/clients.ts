import type { Config, Task } from '../../src/api/types.ts';
import { play } from '../../src/fuzz/play.ts';
import type { Client, Device, Invariant, Played, Script, Step } from '../../src/fuzz/types.ts';
import { scriptOf } from '../../src/fuzz/world-settings.ts';

/** Creates a download of `/a.bin` to the cache directory. */
export function create({ request, context, url }: Device, config: Partial<Config> = {}): Promise<Task> {
  const { agent } = request;
  const { DOWNLOAD } = agent.Action;
  return agent.create(context, { action: DOWNLOAD, url: url('/a.bin'), saveas: './a.bin', overwrite: true, ...config });
}

export function act(name: string, n = 0): Step {
  return { do: 'act', name, n };
}

export function wait(ms: number): Step {
  return { do: 'wait', ms };
}

/** Plays steps; what is broken, if anything, with its story. */
export function playSteps(
  client: Client,
  steps: readonly Step[],
  {
    invariants,
    ...script
  }: Partial<Omit<Script, 'steps' | 'world'>> & { readonly invariants?: readonly Invariant[] } = {},
): Promise<Played> {
  return play(client, scriptOf({ steps, ...script }), invariants);
}
