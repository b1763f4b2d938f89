import { createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { createSystemClock } from '../../src/adapters/clock/system.ts';
import { createMemoryFiles, type MemoryFiles } from '../../src/adapters/files/memory.ts';
import { createSystemRandom } from '../../src/adapters/random/system.ts';
import { createFileServer, type FileServer, type FileServerOptions } from '../../src/adapters/transport/file-server.ts';
import { createHttpTransport } from '../../src/adapters/transport/http.ts';
import type { Files } from '../../src/ports/files.ts';
import type { TransferJob, Transport } from '../../src/ports/transport.ts';
import { type RealServer, type RealServerOptions, startServer } from './file-server.ts';
import { directory, finish, type Heard } from './transport-world.ts';

const patienceMs = 10_000;
const pollMs = 5;

export async function until(holds: () => boolean): Promise<void> {
  for (let waitedMs = 0; !holds(); waitedMs += pollMs) {
    if (waitedMs > patienceMs) throw new Error('it never happens');
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** A server that speaks for itself, byte by byte. It stops with the test. */
export async function startRaw(onSocket: (socket: Socket) => void): Promise<string> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {});
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

/** A server of files behind a real socket. It stops with the test. */
export async function startFiles(
  files: FileServerOptions['files'] = { '/a': 100_000 },
  options: RealServerOptions = {},
): Promise<{ server: FileServer; real: RealServer }> {
  const server = createFileServer({ files });
  const real = await startServer(server.handle, options);
  onTestFinished(() => real.close());
  return { server, real };
}

/** A transport that closes with the test. */
export function startTransport(
  files: Files,
  trust: { readonly ca?: readonly string[]; readonly rejectUnauthorized?: boolean } = {},
): { transport: Transport; finish: (job: TransferJob) => Promise<Heard> } {
  const clock = createSystemClock();
  const transport = createHttpTransport({ files, clock, random: createSystemRandom(), ...trust });
  onTestFinished(() => transport.close());
  return { transport, finish: (job) => finish({ transport, until }, job) };
}

export function memory(): MemoryFiles {
  const files = createMemoryFiles();
  files.makeDirectory(directory);
  return files;
}
