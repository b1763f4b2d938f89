import { createSimulatedClock } from '../../../src/adapters/clock/simulated.ts';
import { createMemoryFiles } from '../../../src/adapters/files/memory.ts';
import { createSeededRandom } from '../../../src/adapters/random/seeded.ts';
import { createFileServer } from '../../../src/adapters/transport/file-server.ts';
import { createInternet } from '../../../src/adapters/transport/internet.ts';
import { createSimulatedTransport } from '../../../src/adapters/transport/simulated.ts';
import { refuse } from '../../../src/sim/faults.ts';
import { transportContract, type WorldOptions } from '../../contracts/transport.ts';

const hours = 3_600_000;

function openWorld({ server: options = {}, faults = [] }: WorldOptions) {
  const clock = createSimulatedClock();
  const files = createMemoryFiles();
  const server = createFileServer(options);
  const hosts = {
    'http://files.example': server.handle,
    'http://mirror.example': server.handle,
    'http://hanging.example': server.handle,
  };
  const hangs = refuse('timeout', { url: 'hanging.example', times: Infinity });
  const internet = createInternet({ hosts, faults: [hangs, ...faults] });
  const link = { type: 'wifi' } as { type: 'wifi' | 'offline' };
  const random = createSeededRandom(1);
  const transport = createSimulatedTransport({ clock, random, files, internet, link: () => link });
  return {
    transport,
    files,
    clock,
    server,
    origin: 'http://files.example',
    otherOrigin: 'http://mirror.example',
    closedOrigin: 'http://files.example:81',
    hangingUrl: 'http://hanging.example/',
    link,
    until: async (holds: () => boolean) => {
      if (!(await clock.runUntil(holds, 10 * hours))) throw new Error('it never happens');
    },
    close: () => transport.close(),
  };
}

transportContract('the simulated transport', async (options) => openWorld(options));
