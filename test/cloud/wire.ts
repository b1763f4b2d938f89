import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type AnyService, type ServedCloud, type ServeOptions, serveCloud } from '../../src/cloud/http.ts';
import { tiny } from './tiny.ts';

const open: ServedCloud[] = [];

/** Serves, until `closeAll`. Bugs fail a test that does not expect them. */
export async function serve(options: ServeOptions = {}, service: AnyService = tiny): Promise<ServedCloud> {
  const served = await serveCloud(service, {
    onBug: (bug) => {
      throw bug;
    },
    ...options,
  });
  open.push(served);
  return served;
}

export async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map((served) => served.close()));
}

/** What a bare socket got, and how that ended. */
export interface Heard {
  /** One character for each byte. */
  readonly text: string;
  readonly head: string;
  readonly body: string;
  /** open: for as long as the test listened. */
  readonly ending: 'end' | 'reset' | 'open';
}

/** Sends bytes as they are, and listens until the other side is done, or so long. */
export async function talk(
  { port }: Pick<ServedCloud, 'port'>,
  lines: string | Uint8Array | readonly (string | Uint8Array)[],
  { listenMs = 3_000, half = false }: { readonly listenMs?: number; readonly half?: boolean } = {},
): Promise<Heard> {
  const socket = await dial(port);
  const pieces: Buffer[] = [];
  socket.on('data', (piece) => pieces.push(piece));
  const ended = new Promise<Heard['ending']>((done) => {
    socket.once('end', () => done('end')).once('error', () => done('reset'));
    setTimeout(() => done('open'), listenMs).unref();
  });
  for (const line of [lines].flat()) socket.write(line as Uint8Array);
  if (half) socket.end();
  const ending = await ended;
  socket.destroy();
  const text = Buffer.concat(pieces).toString('latin1');
  const at = text.indexOf('\r\n\r\n');
  return { text, head: text.slice(0, at), body: text.slice(at + 4), ending };
}

export async function dial(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  await once(socket, 'connect');
  socket.on('error', () => {});
  return socket;
}

export function get(path: string, more = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
}

/** Until it is so, or the test's own limit. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((done) => setTimeout(done, 5));
}
