import type { World } from '../../sim/index.ts';

/** The worlds of the tests that run now; more than one where tests run side by side. */
const worlds = new Set<World>();

/** @returns ends it. */
export function beginWorld(world: World): () => void {
  worlds.add(world);
  return () => void worlds.delete(world);
}

/** The world that has a task; null where none has it. `tid` throws as long as a download is not created. */
export function worldWith(tid: () => string): World | null {
  const [only, second] = worlds;
  if (only !== undefined && second === undefined) return only;
  return [...worlds].find(({ trace }) => trace.entries.some(({ of }) => of === tid())) ?? null;
}
