import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

const script = `
  import { createSimulatedClock } from './clock/simulated.ts';
  import { createSystemClock } from './clock/system.ts';
  import { createMemoryFiles } from './files/memory.ts';
  import { createSeededRandom } from './random/seeded.ts';
  import { createSystemRandom } from './random/system.ts';
  import { createMemoryStore } from './store/memory.ts';

  export async function story() {
    const clock = createSimulatedClock();
    const files = createMemoryFiles();
    const rungMs = [];
    for (const delayMs of [20, 10]) clock.after(delayMs, async () => {
      for (let step = 0; step < 100; step++) await null;
      rungMs.push(clock.elapsed());
    });
    await clock.run(30);
    const writer = await files.writer('/file', 0);
    await writer.write(new Uint8Array([1, 2, 3]));
    await writer.close();
    await new Promise((resolve) => createSystemClock().after(1, resolve));
    const drawn = [createSeededRandom(7).next(), createSystemRandom().next()].every((number) => number > 0 && number < 1);
    return JSON.stringify({ rungMs, files: files.list(), tasks: createMemoryStore().load().length, drawn });
  }`;

it('lets the simulated adapters and both clocks run where there is no Node', async () => {
  const stdin = { contents: script, resolveDir: fileURLToPath(new URL('../../src/adapters', import.meta.url)) };
  const built = await build({
    stdin,
    bundle: true,
    platform: 'browser',
    format: 'iife',
    globalName: 'world',
    write: false,
  });
  const channels: MessageChannel[] = [];
  class Channel extends MessageChannel {
    constructor() {
      super();
      channels.push(this);
    }
  }
  // What browsers have: no process, no Buffer, no setImmediate, and timers that are numbers.
  const timer = { setTimeout: (ring: () => void, ms: number) => Number(setTimeout(ring, ms)), clearTimeout };
  const browser = createContext({ ...timer, MessageChannel: Channel, TextEncoder, performance, crypto });

  const told = await runInContext(`${built.outputFiles[0]?.text}; world.story()`, browser);

  expect(JSON.parse(told)).toEqual({ rungMs: [10, 20], files: ['/file'], tasks: 0, drawn: true });
  expect(channels).toHaveLength(1);
  channels[0]?.port1.close();
});
