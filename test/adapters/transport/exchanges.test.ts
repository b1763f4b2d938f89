import { describe, expect, it } from 'vitest';
import { createSimulatedClock } from '../../../src/adapters/clock/simulated.ts';
import { createMemoryFiles } from '../../../src/adapters/files/memory.ts';
import { createSeededRandom } from '../../../src/adapters/random/seeded.ts';
import type { Carrier, ResponseHead } from '../../../src/adapters/transport/carrier.ts';
import { createTransport } from '../../../src/adapters/transport/exchanges.ts';
import { createFileServer } from '../../../src/adapters/transport/file-server.ts';
import { createInternet } from '../../../src/adapters/transport/internet.ts';
import { createSimulatedTransport } from '../../../src/adapters/transport/simulated.ts';
import { lateFiles } from '../../support/late-files.ts';
import {
  directory,
  download,
  expectBytes,
  file,
  listen,
  target,
  upload,
  whole,
} from '../../support/transport-world.ts';

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

describe('an upload', () => {
  it('has moved all that the server has heard, though nobody asked for more after the last piece', async () => {
    const bytes = 300_000;
    const clock = createSimulatedClock();
    const files = createMemoryFiles();
    files.makeDirectory(directory);
    files.write(target, new Uint8Array(bytes));
    const transport = createTransport(
      { clock, random: createSeededRandom(1), files, carrier: answeringAt(bytes) },
      async () => {},
    );

    const heard = listen(transport, { ...upload, url: `${origin}/there`, files: [file(target, bytes)] });
    await clock.run(10);

    expect(heard.reports.slice(-2)).toMatchObject([
      { type: 'received', index: 0, bytes },
      { type: 'finished', bytes },
    ]);
  });
});

/** A carrier whose server answers as soon as it has so many bytes, as a quick one does. */
function answeringAt(bytes: number): Carrier {
  const takeIn = async (body: AsyncIterable<Uint8Array>): Promise<ResponseHead> => {
    let taken = 0;
    for await (const piece of body) {
      taken += piece.length;
      if (taken === bytes) break;
    }
    return { version: 'HTTP/1.1', status: 200, phrase: 'OK', headers: new Map() };
  };
  return {
    send: ({ body }) => ({
      head: takeIn(body as AsyncIterable<Uint8Array>),
      next: async () => null,
      discard() {},
      drop() {},
    }),
  };
}
