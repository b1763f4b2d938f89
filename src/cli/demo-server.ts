import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';

/** How a file is served. */
interface Conduct {
  /** The connection breaks once, after so many bytes of the file. */
  readonly cutAtByte?: number;
  /** Bytes per second; as fast as it goes unless told. */
  readonly bytesPerSecond?: number;
}

/** One request, as the server saw it. */
interface Seen {
  readonly method: string;
  readonly name: string;
  /** The header as sent; null for none. */
  readonly range: string | null;
  readonly status: number;
}

export interface DemoServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Serves a file. @returns its url. */
  offer(name: string, bytes: Uint8Array, conduct?: Conduct): string;
  /** What was asked for, in order. */
  readonly seen: readonly Seen[];
  /** SHA-256 of what was uploaded under a name, in hexadecimal; undefined for nothing. */
  received(name: string): string | undefined;
  close(): Promise<void>;
}

interface Offer {
  readonly bytes: Uint8Array;
  readonly etag: string;
  readonly conduct: Conduct;
  cutsLeft: number;
}

const pieceBytes = 64 * 1024;
const piecesPerSecond = 50;

/** A file server of our own on the loopback interface: downloads with ranges, uploads by PUT and POST. */
export async function startDemoServer(): Promise<DemoServer> {
  const offers = new Map<string, Offer>();
  const uploads = new Map<string, string>();
  const seen: Seen[] = [];

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const name = decodeURIComponent(new URL(request.url ?? '/', 'http://host').pathname.slice(1));
    const method = request.method ?? '';
    const range = request.headers.range ?? null;
    const note = (status: number) => seen.push({ method, name, range, status });
    if (method === 'PUT' || method === 'POST') {
      const hash = createHash('sha256');
      for await (const piece of request) hash.update(piece);
      uploads.set(name, hash.digest('hex'));
      note(201);
      response.writeHead(201).end();
      return;
    }
    const offer = offers.get(name);
    if (offer === undefined) {
      note(404);
      response.writeHead(404).end();
      return;
    }
    const from = firstByte(offer, range, request.headers['if-range']?.toString());
    note(from > 0 ? 206 : 200);
    await serve(offer, from, response);
  };

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy()); // the client went away
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    seen,
    offer(name, bytes, conduct = {}) {
      const etag = `"${sha256(bytes).slice(0, 16)}"`;
      offers.set(name, { bytes, etag, conduct, cutsLeft: conduct.cutAtByte === undefined ? 0 : 1 });
      return `${url}/${encodeURIComponent(name)}`;
    },
    received: (name) => uploads.get(name),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Only what a download that goes on asks for: `bytes=<from>-`. Everything else gets the whole file, as is its right. */
function firstByte({ bytes, etag }: Offer, range: string | null, ifRange: string | undefined): number {
  const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
  return from < bytes.length && (ifRange === undefined || ifRange === etag) ? from : 0;
}

async function serve(offer: Offer, from: number, response: ServerResponse): Promise<void> {
  const { bytes, etag, conduct } = offer;
  const last = bytes.length - 1;
  response.writeHead(from > 0 ? 206 : 200, {
    etag,
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
    'content-length': bytes.length - from,
    ...(from > 0 ? { 'content-range': `bytes ${from}-${last}/${bytes.length}` } : {}),
  });
  const cutAt = offer.cutsLeft > 0 ? (conduct.cutAtByte ?? bytes.length) : bytes.length;
  const step = conduct.bytesPerSecond === undefined ? pieceBytes : Math.ceil(conduct.bytesPerSecond / piecesPerSecond);
  for (let at = from; at < cutAt; at += step) {
    await written(response, bytes.subarray(at, Math.min(at + step, cutAt)));
    if (conduct.bytesPerSecond !== undefined) await after(1000 / piecesPerSecond);
  }
  if (cutAt === bytes.length) {
    response.end();
    return;
  }
  offer.cutsLeft -= 1;
  response.destroy();
}

/** Resolves when the system has taken the bytes, so that a cut comes after them. */
function written(response: ServerResponse, piece: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    response.write(piece, (error) => (error ? reject(error) : resolve()));
  });
}
