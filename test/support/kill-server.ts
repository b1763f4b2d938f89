import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Content, generateContent } from '../../src/adapters/transport/content.ts';
import { parseMultipart } from '../../src/adapters/transport/multipart.ts';
import type { Random } from '../../src/ports/random.ts';

/** How a path behaves; it is named in the path. */
export type Habit = 'plain' | 'cut' | 'rangeless' | 'nameless' | 'missing';

/** A file as it was at one time. */
export interface Version {
  /** Null for a file of a server that names no versions. */
  readonly etag: string | null;
  readonly content: Content;
}

/**
 * A server that is slow, breaks off, and changes its files while they are being fetched. It keeps every version that it
 * ever served, and every upload that came to its end.
 */
export interface KillServer {
  readonly origin: string;
  /** Every version of the path so far, the oldest first. */
  versionsOf(path: string): readonly Version[];
  /** Files that arrived whole at the path, in order. */
  uploadsAt(path: string): readonly Uint8Array[];
  /** How often a download was continued in the middle, and how often it had to begin anew because its file had changed. */
  readonly seen: { continued: number; begunAnew: number };
  /** From now on everything works, at once, and nothing changes. */
  calm(): void;
  close(): Promise<void>;
}

const pieceBytes = 128 * 1024;
const pieceDelayMsMax = 8;
const answerDelayMsMax = 60;
const changeChance = 0.35;
const cutChance = 0.5;

export function downloadPath(habit: Habit, bytes: number, name: string): string {
  return `/files/${habit}/${bytes}/${name}`;
}

export function habitOf(url: string): string {
  return new URL(url).pathname.split('/')[2] ?? '';
}

export async function startKillServer(random: Random): Promise<KillServer> {
  const versions = new Map<string, Version[]>();
  const uploads = new Map<string, Uint8Array[]>();
  const seen = { continued: 0, begunAnew: 0 };
  let isCalm = false;

  const chance = (of: number) => !isCalm && random.next() < of;
  const pause = (msMax: number) => (isCalm ? undefined : delay(random.next() * msMax));

  const versionsOf = (path: string): Version[] => {
    const known = versions.get(path) ?? [];
    versions.set(path, known);
    return known;
  };

  const currentOf = (path: string, habit: Habit, bytes: number): Version => {
    const known = versionsOf(path);
    const last = known.at(-1);
    if (last !== undefined && !chance(changeChance)) return last;
    const content = generateContent(path, bytes + 17 * known.length, known.length);
    const version = { etag: habit === 'nameless' ? null : `"${path} ${known.length}"`, content };
    known.push(version);
    return version;
  };

  const download = async (path: string, message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, , habit, bytes] = path.split('/') as ['', 'files', Habit, string];
    if (habit === 'missing') return void response.writeHead(404).end();
    const { etag, content } = currentOf(path, habit, Number(bytes));
    const wanted = message.headers['if-range'];
    const isFresh = wanted === undefined || wanted === etag;
    const range = habit === 'rangeless' || !isFresh ? null : rangeOf(message.headers.range, content.size);
    const names = etag === null ? {} : { etag };
    if (wanted !== undefined) seen[range === null ? 'begunAnew' : 'continued'] += 1;
    if (range === 'unsatisfiable') {
      return void response.writeHead(416, { 'content-range': `bytes */${content.size}` }).end();
    }
    const { from, to } = range ?? { from: 0, to: content.size };
    const lengths = { 'content-length': to - from };
    if (range === null) response.writeHead(200, { ...names, ...lengths });
    else response.writeHead(206, { ...names, ...lengths, 'content-range': `bytes ${from}-${to - 1}/${content.size}` });
    response.flushHeaders();
    const end = habit === 'cut' && chance(cutChance) ? from + Math.floor(random.next() * (to - from)) : to;
    for (let at = from; at < end && !response.destroyed; at += pieceBytes) {
      await pause(pieceDelayMsMax);
      await write(response, content.bytesAt(at, Math.min(pieceBytes, end - at)));
    }
    if (end < to) message.socket.destroy();
    else response.end();
  };

  const upload = async (path: string, message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const pieces: Uint8Array[] = [];
    for await (const piece of message) pieces.push(piece);
    const body = Buffer.concat(pieces);
    const type = message.headers['content-type'] ?? '';
    const parts = type.startsWith('multipart/') ? (parseMultipart(body, type) ?? []) : [{ bytes: body }];
    uploads.set(path, [...(uploads.get(path) ?? []), ...parts.map(({ bytes }) => bytes)]);
    await pause(answerDelayMsMax);
    response.end();
  };

  const server = createServer((message, response) => {
    const path = message.url ?? '';
    response.on('error', () => {});
    // A client that is killed in the middle is what this server is for.
    (message.method === 'GET' ? download : upload)(path, message, response).catch(() => message.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    versionsOf,
    uploadsAt: (path) => uploads.get(path) ?? [],
    seen,
    calm: () => {
      isCalm = true;
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** `to` is the first byte that is not wanted. */
function rangeOf(header: string | undefined, size: number): { from: number; to: number } | 'unsatisfiable' | null {
  const match = /^bytes=(\d+)-(\d*)$/.exec(header ?? '');
  if (match === null) return null;
  const from = Number(match[1]);
  const last = match[2] === '' ? size - 1 : Number(match[2]);
  if (last < from && match[2] !== '') return null;
  return from >= size ? 'unsatisfiable' : { from, to: Math.min(last + 1, size) };
}

function write(response: ServerResponse, piece: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    response.write(piece, (error) => (error ? reject(error) : resolve()));
  });
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
