import { describe, expect, it } from 'vitest';
import { createSimulatedClock } from '../../../src/adapters/clock/simulated.ts';
import { createMemoryFiles } from '../../../src/adapters/files/memory.ts';
import { createSeededRandom } from '../../../src/adapters/random/seeded.ts';
import { createFileServer } from '../../../src/adapters/transport/file-server.ts';
import { createInternet } from '../../../src/adapters/transport/internet.ts';
import { createSimulatedTransport } from '../../../src/adapters/transport/simulated.ts';
import { lateFiles } from '../../support/late-files.ts';
import { directory, download, expectBytes, listen, target, whole } from '../../support/transport-world.ts';

const origin = 'http://files.example';

function openLateWorld() {
  const clock = createSimulatedClock();
  const disk = createMemoryFiles();
  disk.makeDirectory(directory);
  const server = createFileServer({ files: { '/long': 3_000, '/short': 10 } });
  const internet = createInternet({ hosts: { [origin]: server.handle }, wire: { bytesPerSecond: 1_000 } });
  const files = lateFiles(disk, clock);
  const random = createSeededRandom(1);
  const transport = createSimulatedTransport({ clock, random, files, internet, link: () => ({ type: 'wifi' }) });
  return { clock, disk, server, transport };
}

describe('two tasks with one target', () => {
  it('do not mix their bytes when the first one is cancelled', async () => {
    const { clock, disk, transport } = openLateWorld();
    const first = listen(transport, { ...download, tid: '1', url: `${origin}/long` });
    await clock.run(500);

    first.run.cancel();
    const second = listen(transport, { ...download, tid: '2', url: `${origin}/short` });
    await clock.run(5_000);

    expect(first.last).toEqual({ type: 'cancelled' });
    expect(second.last).toMatchObject({ type: 'finished', bytes: 10 });
    expectBytes(disk.read(target), whole('/short', 10));
  });

  it('let go of it in their order when both are cancelled', async () => {
    const { clock, server, transport } = openLateWorld();
    const first = listen(transport, { ...download, tid: '1', url: `${origin}/long` });
    await clock.run(500);

    first.run.cancel();
    const second = listen(transport, { ...download, tid: '2', url: `${origin}/short` });
    second.run.cancel();
    await clock.run(5_000);

    expect([first.last, second.last]).toEqual([{ type: 'cancelled' }, { type: 'cancelled' }]);
    expect(server.requests).toHaveLength(1);
  });
});
