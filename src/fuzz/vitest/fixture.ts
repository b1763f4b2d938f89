import { test as plainTest, type TestContext } from 'vitest';
import { createWorld, digestOf, type World, type WorldOptions } from '../../sim/index.ts';
import { beginWorld } from './worlds.ts';

export interface WorldFixture {
  /** What `world` is made with; `test.override({ worldOptions: { files: … } })` sets it. */
  readonly worldOptions: WorldOptions;
  /** A world of the test's own. Its seed follows from the test's name; when the test fails, it is printed. */
  readonly world: World;
}

/** `test` of vitest, with a `world`. */
export const test = plainTest.extend<WorldFixture>({
  worldOptions: {},
  world: async ({ worldOptions, task, onTestFailed }, use) => {
    const world = createWorld({ seed: seedOf(`${task.file.name} ${task.fullTestName}`), ...worldOptions });
    const end = beginWorld(world);
    onTestFailed(() => console.error(hintOf(world, task)));
    await use(world);
    end();
  },
});

/** As a number of 32 bits. */
function seedOf(name: string): number {
  return Number.parseInt(digestOf(name).slice(0, 8), 16);
}

/** How to see a failure again. */
function hintOf({ seed, trace }: World, { file, fullTestName }: TestContext['task']): string {
  // vitest puts ` > ` between the names of suites, and searches for names with a space there.
  const name = fullTestName.replaceAll(' > ', ' ').replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return [
    `world: seed ${seed}, ${trace.entries.length} entries in its trace, digest ${trace.digest()}`,
    `replay: npx vitest run ${file.name} -t '${name.replaceAll("'", "'\\''")}', or createWorld({ seed: ${seed} })`,
  ].join('\n');
}
