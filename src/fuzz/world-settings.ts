import type { Script, WorldSettings } from './types.ts';

/** A small world: limits are met soon, and a transfer takes a second, so that something happens in between. */
export const defaultWorld: WorldSettings = {
  files: { '*': 6_000 },
  sandbox: {},
  latencyMs: 20,
  bytesPerSecond: 4_000,
  tasksMax: 4,
  slots: 2,
};

/** A script with defaults for all that is not said. */
export function scriptOf({
  world,
  ...script
}: Partial<Omit<Script, 'world'>> & { readonly world?: Partial<WorldSettings> } = {}): Script {
  return { rules: 'device', seed: 1, steps: [], order: [], ...script, world: { ...defaultWorld, ...world } };
}
