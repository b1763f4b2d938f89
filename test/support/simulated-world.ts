import { createSimulatedClock } from '../../src/adapters/clock/simulated.ts';
import { createMemoryFiles } from '../../src/adapters/files/memory.ts';
import { createSeededRandom } from '../../src/adapters/random/seeded.ts';
import { createFileServer, type FileServerOptions } from '../../src/adapters/transport/file-server.ts';
import { createInternet, type FaultRule, type InternetOptions } from '../../src/adapters/transport/internet.ts';
import { createSimulatedTransport } from '../../src/adapters/transport/simulated.ts';
import { refuse } from '../../src/sim/faults.ts';
import { directory } from './transport-world.ts';

const patienceMs = 10 * 3_600_000;
export const origin = 'http://files.example';

export interface SimulatedOptions {
  readonly server?: FileServerOptions;
  readonly faults?: readonly FaultRule[];
  readonly wire?: InternetOptions['wire'];
}

/** The same server under two names, on a wire that tests can choose. */
export function openSimulated({ server: options = {}, faults = [], wire = {} }: SimulatedOptions = {}) {
  const clock = createSimulatedClock();
  const files = createMemoryFiles();
  files.makeDirectory(directory);
  const server = createFileServer(options);
  const hosts = {
    [origin]: server.handle,
    'http://mirror.example': server.handle,
    'http://hanging.example': server.handle,
  };
  const hangs = refuse('timeout', { url: 'hanging.example', times: Infinity });
  const internet = createInternet({ hosts, wire, faults: [hangs, ...faults] });
  const link: { type: 'wifi' | 'offline' } = { type: 'wifi' };
  const random = createSeededRandom(1);
  const transport = createSimulatedTransport({ clock, random, files, internet, link: () => link });
  return {
    transport,
    files,
    clock,
    server,
    internet,
    origin,
    otherOrigin: 'http://mirror.example',
    closedOrigin: 'http://files.example:81',
    hangingUrl: 'http://hanging.example/',
    link,
    until: async (holds: () => boolean) => {
      if (!(await clock.runUntil(holds, patienceMs))) throw new Error('it never happens');
    },
    close: () => transport.close(),
  };
}
