import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import {
  answerFor,
  createInternet,
  type FaultRule,
  type Handler,
  type ServerRequest,
  type Verdict,
} from '../../src/adapters/transport/internet.ts';

/** A handler of the simulated internet behind a real socket. */
export interface RealServer {
  readonly port: number;
  /** Connections taken so far. */
  readonly connections: number;
  close(): Promise<void>;
}

export interface RealServerOptions {
  /** `refuse` breaks the connection, since by then it stands; a cut's cause is what the client makes of it. */
  readonly faults?: readonly FaultRule[];
  /** https, with the certificate of `localhostCertificate`. */
  readonly tls?: boolean;
}

/** A proxy that is asked for `http:` URLs and tunnels to everything else. */
export interface RealProxy {
  readonly url: string;
  /** What it was asked for: `GET http://host/path` or `CONNECT host:port`. */
  readonly asked: readonly string[];
  /** Headers of those requests. */
  readonly headers: readonly IncomingMessage['headers'][];
  close(): Promise<void>;
}

const pieceBytes = 256 * 1024;

/** Valid for `localhost` and 127.0.0.1 until 2120; signed by itself. */
export const localhostCertificate = readSupport('localhost-cert.pem');

export async function startServer(handler: Handler, options: RealServerOptions = {}): Promise<RealServer> {
  const rules = createInternet({ hosts: {}, faults: options.faults ?? [] });
  const scheme = options.tls ? 'https' : 'http';
  const answer = (message: IncomingMessage, response: ServerResponse) => {
    const url = new URL(message.url ?? '/', `${scheme}://${message.headers.host}`);
    const { verdict } = rules.meet(message.method ?? '', url);
    // A client that goes away in the middle is a part of many tests.
    serve(handler, verdict, url, message, response).catch(() => message.socket.destroy());
  };
  const tls = { key: readSupport('localhost-key.pem'), cert: localhostCertificate };
  const server = options.tls ? createTlsServer(tls, answer) : createServer(answer);
  let connections = 0;
  server.on('connection', () => connections++);
  await listen(server);
  return {
    port: portOf(server),
    get connections() {
      return connections;
    },
    close: () => close(server),
  };
}

async function serve(
  handler: Handler,
  verdict: Verdict,
  url: URL,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const uploads = message.method === 'PUT' || message.headers['content-type']?.startsWith('multipart/');
  const ends = verdict !== 'pass' && (verdict.type === 'cut' || verdict.type === 'stall') ? verdict : null;
  const body = await read(message, uploads ? (ends?.bytes ?? Infinity) : Infinity);
  if (verdict !== 'pass' && (verdict.type === 'refuse' || (uploads && verdict.type === 'cut'))) {
    message.socket.destroy();
    return;
  }
  if (uploads && ends !== null) return;
  if (verdict !== 'pass' && verdict.type === 'delay') await new Promise((go) => setTimeout(go, verdict.delayMs));

  const asked: ServerRequest = { method: message.method ?? '', url, headers: joined(message), body };
  const answer = answerFor(verdict, asked, handler);
  response.writeHead(answer.status, answer.phrase, answer.headers.flat());
  response.flushHeaders();
  const limit = verdict !== 'pass' && 'bytes' in verdict ? Math.min(verdict.bytes, answer.body.size) : answer.body.size;
  for (let at = 0; at < limit; at += pieceBytes) {
    await write(response, answer.body.bytesAt(at, Math.min(pieceBytes, limit - at)));
  }
  if (limit < answer.body.size && ends?.type === 'stall') return;
  if (limit < answer.body.size && ends?.type === 'cut') response.socket?.destroy();
  else response.end();
}

export async function startProxy(): Promise<RealProxy> {
  const asked: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const note = (message: IncomingMessage) => {
    asked.push(`${message.method} ${message.url}`);
    headers.push(message.headers);
  };
  const server = createServer((message, response) => {
    note(message);
    const onward = request(message.url ?? '', { method: message.method ?? 'GET', headers: message.headers });
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    message.pipe(onward);
  });
  const tunnels = new Set<Socket>();
  server.on('connect', (message, client: Socket) => {
    note(message);
    const [host = '', port = ''] = (message.url ?? '').split(':');
    const onward = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(onward).pipe(client);
    });
    for (const [end, other] of [[client, onward] as const, [onward, client] as const]) {
      tunnels.add(end);
      end.on('error', () => other.destroy());
      end.on('close', () => other.destroy());
    }
  });
  await listen(server);
  const stop = async () => {
    for (const end of tunnels) end.destroy();
    await close(server);
  };
  return { url: `http://127.0.0.1:${portOf(server)}`, asked, headers, close: stop };
}

/** The body, or its first bytes: what comes after them is left in the socket. */
async function read(message: IncomingMessage, limit: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of message.iterator({ destroyOnReturn: false })) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > limit) break;
  }
  return Buffer.concat(pieces);
}

/** Resolves when the system has taken the bytes, so that a cut comes after them. */
function write(response: ServerResponse, piece: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    response.write(piece, (error) => (error ? reject(error) : resolve()));
  });
}

function joined({ headers }: IncomingMessage): Record<string, string> {
  const entries = Object.entries(headers);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

function readSupport(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8');
}
