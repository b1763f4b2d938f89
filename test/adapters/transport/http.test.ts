import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { createSystemClock } from '../../../src/adapters/clock/system.ts';
import { createDiskFiles } from '../../../src/adapters/files/disk.ts';
import { createMemoryFiles } from '../../../src/adapters/files/memory.ts';
import { createSystemRandom } from '../../../src/adapters/random/system.ts';
import { generateContent } from '../../../src/adapters/transport/content.ts';
import { createFileServer } from '../../../src/adapters/transport/file-server.ts';
import { createHttpTransport } from '../../../src/adapters/transport/http.ts';
import type { Files } from '../../../src/ports/files.ts';
import type { TransferJob, TransferReport } from '../../../src/ports/transport.ts';
import {
  bytesReported,
  download,
  expectBytes,
  listen,
  target,
  transportContract,
  upload,
  type WorldOptions,
} from '../../contracts/transport.ts';
import { localhostCertificate, startProxy, startServer } from '../../support/file-server.ts';

const patienceMs = 10_000;
const pollMs = 5;

async function until(holds: () => boolean): Promise<void> {
  for (let waitedMs = 0; !holds(); waitedMs += pollMs) {
    if (waitedMs > patienceMs) throw new Error('it never happens');
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** A server that speaks for itself, byte by byte. */
async function startRaw(onSocket: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 };
}

async function openWorld({ server: options = {}, faults = [] }: WorldOptions) {
  const clock = createSystemClock();
  const files = createMemoryFiles();
  const server = createFileServer(options);
  const real = await startServer(server.handle, { faults });
  // It takes connections and says nothing: for TLS, one that never stands.
  const silence = await startRaw(() => {});
  const transport = createHttpTransport({ files, clock, random: createSystemRandom() });
  return {
    transport,
    files,
    clock,
    server,
    origin: `http://127.0.0.1:${real.port}`,
    otherOrigin: `http://localhost:${real.port}`,
    closedOrigin: 'http://127.0.0.1:1',
    hangingUrl: `https://127.0.0.1:${silence.port}/`,
    until,
    close: async () => {
      await transport.close();
      await real.close();
      silence.server.close();
    },
  };
}

transportContract('the transport over HTTP', openWorld);

describe('the transport over HTTP', () => {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const clean of cleanups.splice(0).reverse()) await clean();
  });
  const start = (files: Files, options: { ca?: readonly string[]; rejectUnauthorized?: boolean } = {}) => {
    const transport = createHttpTransport({
      files,
      clock: createSystemClock(),
      random: createSystemRandom(),
      ...options,
    });
    cleanups.push(() => transport.close());
    return {
      transport,
      finish: async (job: TransferJob) => {
        const heard = listen(transport, job);
        await until(() => heard.last !== null);
        return heard;
      },
    };
  };
  const serve = async (options: Parameters<typeof startServer>[1] = {}) => {
    const server = createFileServer({ files: { '/a': 100_000 } });
    const real = await startServer(server.handle, options);
    cleanups.push(() => real.close());
    return { server, real };
  };
  const raw = async (onSocket: (socket: Socket) => void) => {
    const { server, port } = await startRaw(onSocket);
    cleanups.push(() => server.close());
    return `http://127.0.0.1:${port}/`;
  };
  const memory = () => {
    const files = createMemoryFiles();
    files.makeDirectory('/files');
    return files;
  };

  describe('with TLS', () => {
    it('does not trust a certificate that nobody vouches for', async () => {
      const { real } = await serve({ tls: true });

      const { reports } = await start(memory()).finish({ ...download, url: `https://localhost:${real.port}/a` });

      expect(reports).toMatchObject([{ type: 'faulted', cause: 'ssl' }]);
    });

    it('trusts the certificates that it is given', async () => {
      const { real } = await serve({ tls: true });
      const { finish } = start(memory(), { ca: [localhostCertificate] });

      const byName = await finish({ ...download, url: `https://localhost:${real.port}/a` });
      const byAddress = await finish({ ...download, url: `https://127.0.0.1:${real.port}/a` });

      expect([byName.last, byAddress.last]).toMatchObject([{ type: 'finished' }, { type: 'finished' }]);
    });

    it('trusts everybody when told to', async () => {
      const { real } = await serve({ tls: true });
      const { finish } = start(memory(), { rejectUnauthorized: false });

      const { last } = await finish({ ...download, url: `https://localhost:${real.port}/a` });

      expect(last).toMatchObject({ type: 'finished' });
    });

    it('meets a server that speaks plain HTTP', async () => {
      const { real } = await serve();

      const { reports } = await start(memory()).finish({ ...download, url: `https://127.0.0.1:${real.port}/a` });

      expect(reports).toMatchObject([{ type: 'faulted', cause: 'ssl' }]);
    });
  });

  describe('through a proxy', () => {
    const proxied = async () => {
      const proxy = await startProxy();
      cleanups.push(() => proxy.close());
      return proxy;
    };

    it('asks the proxy for http: URLs', async () => {
      const { server, real } = await serve();
      const proxy = await proxied();
      const url = `http://localhost:${real.port}/a`;

      const { last } = await start(memory()).finish({ ...download, url, proxy: proxy.url });

      expect(last).toMatchObject({ type: 'finished', bytes: 100_000 });
      expect(proxy.asked).toEqual([`GET ${url}`]);
      expect(server.requests[0]?.headers.host).toBe(`localhost:${real.port}`);
    });

    it('tunnels to https: URLs, and shows its credentials to the proxy alone', async () => {
      const { server, real } = await serve({ tls: true });
      const proxy = await proxied();
      const { finish } = start(memory(), { ca: [localhostCertificate] });
      const headers = { 'Proxy-Authorization': 'Basic eA==' };

      const { last } = await finish({
        ...download,
        url: `https://localhost:${real.port}/a`,
        proxy: proxy.url,
        headers,
      });

      expect(last).toMatchObject({ type: 'finished' });
      expect(proxy.asked).toEqual([`CONNECT localhost:${real.port}`]);
      expect(proxy.headers[0]).toMatchObject({ 'proxy-authorization': 'Basic eA==' });
      expect(server.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
    });

    it('that refuses the tunnel does not connect', async () => {
      const proxy = await raw((socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
      const job = { ...download, url: 'https://127.0.0.1:1/a', proxy: proxy.slice(0, -1) };

      const { reports } = await start(memory()).finish(job);

      expect(reports).toMatchObject([{ type: 'faulted', cause: 'tcp' }]);
    });

    it('that asks for credentials is a fault of the protocol', async () => {
      const proxy = await raw((socket) =>
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n'),
      );
      const job = { ...download, url: 'http://127.0.0.1:1/a', proxy: proxy.slice(0, -1) };

      const { last } = await start(memory()).finish(job);

      expect(last).toMatchObject({ type: 'faulted', cause: 'protocol', status: 407 });
    });
  });

  describe('on one connection', () => {
    it('carries one exchange after another', async () => {
      const { server, real } = await serve();
      const files = memory();
      files.write('/files/s', 'some');
      const { finish } = start(files);
      const file = { index: 0, name: 'f', path: '/files/s', filename: 's', contentType: '', from: 0, to: 3 };
      const origin = `http://127.0.0.1:${real.port}`;

      await finish({ ...download, url: `${origin}/a` });
      await finish({ ...upload, url: `${origin}/u`, files: [file] });
      await finish({ ...download, url: `${origin}/missing`, target: '/files/b' });
      await finish({ ...download, url: `${origin}/a`, target: '/files/c' });

      expect(server.requests).toHaveLength(4);
      expect(real.connections).toBe(1);
    });

    it('does not take the end of a connection kept alive for trouble', async () => {
      const sockets: Socket[] = [];
      const url = await raw((socket) => {
        sockets.push(socket);
        socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx'));
      });
      const { finish } = start(memory());

      await finish({ ...download, url });
      const [first] = sockets;
      first?.destroy();
      await until(() => first?.closed ?? false);
      const { last } = await finish({ ...download, url, target: '/files/b' });

      expect(last).toMatchObject({ type: 'finished' });
      expect(sockets).toHaveLength(2);
    });
  });

  describe('with a server that misbehaves', () => {
    it('does not take a reset for the end of a response without a length', async () => {
      const sockets: Socket[] = [];
      const url = await raw((socket) => {
        sockets.push(socket);
        socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nsome'));
      });
      const heard = listen(start(memory()).transport, { ...download, url });
      await until(() => bytesReported(heard) > 0);

      sockets[0]?.resetAndDestroy();
      await until(() => heard.last !== null);

      expect(heard.last).toMatchObject({ type: 'faulted', cause: 'other' });
    });

    it('faults when a response that a speed cap holds back is reset', async () => {
      const sockets: Socket[] = [];
      const url = await raw((socket) => {
        sockets.push(socket);
        socket.once('data', () => {
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\nConnection: close\r\n\r\n');
          socket.write(new Uint8Array(4_000_000));
        });
      });
      const heard = listen(start(memory()).transport, { ...download, url, maxSpeed: 65_536 });
      await until(() => bytesReported(heard) >= 65_536);

      sockets[0]?.resetAndDestroy();
      await until(() => sockets[0]?.closed ?? false);
      heard.run.setSpeed(0);
      await until(() => heard.last !== null);

      expect(heard.last).toMatchObject({ type: 'faulted', cause: 'other' });
    });

    it('faults when the body is shorter than its length', async () => {
      const url = await raw((socket) =>
        socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort')),
      );
      const files = memory();

      const { last } = await start(files).finish({ ...download, url });

      expect(last).toMatchObject({ type: 'faulted', cause: 'other' });
      expect(new TextDecoder().decode(files.read(target))).toBe('short');
    });

    it('takes the end of the connection for the end of a body without a length', async () => {
      const url = await raw((socket) => socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nall')));

      const { last } = await start(memory()).finish({ ...download, url });

      expect(last).toMatchObject({ type: 'finished', bytes: 3 });
    });

    it('faults when the response is not HTTP', async () => {
      const url = await raw((socket) => socket.once('data', () => socket.end('SSH-2.0-OpenSSH\r\n')));

      const { reports } = await start(memory()).finish({ ...download, url });

      expect(reports).toMatchObject([{ type: 'faulted', cause: 'request' }]);
    });

    it('faults when the connection ends without a response', async () => {
      const url = await raw((socket) => socket.once('data', () => socket.end()));

      const { reports } = await start(memory()).finish({ ...download, url });

      expect(reports).toMatchObject([{ type: 'faulted', cause: 'other' }]);
    });

    it('passes over informational responses', async () => {
      const url = await raw((socket) =>
        socket.once('data', () =>
          socket.end('HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 Fine\r\nContent-Length: 1\r\n\r\nx'),
        ),
      );

      const { reports } = await start(memory()).finish({ ...download, url });

      expect(reports).toMatchObject([{ status: 200, phrase: 'Fine' }, { type: 'received' }, { type: 'finished' }]);
    });

    it('does not read a failure without end', async () => {
      let closed = false;
      const url = await raw((socket) => {
        socket.on('close', () => {
          closed = true;
        });
        const pour = () => {
          while (socket.writable && socket.write(new Uint8Array(65_536)));
        };
        socket.on('drain', pour);
        socket.once('data', () => {
          socket.write('HTTP/1.1 500 Oh\r\n\r\n');
          pour();
        });
      });

      const { last } = await start(memory()).finish({ ...download, url });
      await until(() => closed);

      expect(last).toMatchObject({ type: 'faulted', status: 500 });
    });

    it('hears an answer that comes before the upload is over', async () => {
      const url = await raw((socket) =>
        socket.once('data', () => socket.write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n')),
      );
      const files = memory();
      files.write('/files/s', new Uint8Array(50_000_000));
      const file = { index: 0, name: 'f', path: '/files/s', filename: 's', contentType: '', from: 0, to: 49_999_999 };

      const { last } = await start(files).finish({ ...upload, url, files: [file] });

      expect(last).toMatchObject({ type: 'faulted', cause: 'protocol', status: 413 });
    });

    it('keeps 16 MiB of an upload’s response body', async () => {
      const url = await raw((socket) =>
        socket.once('data', () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          socket.end(new Uint8Array(17 * 1024 * 1024));
        }),
      );
      const files = memory();
      files.write('/files/s', 'x');
      const file = { index: 0, name: 'f', path: '/files/s', filename: 's', contentType: '', from: 0, to: 0 };

      const { last } = await start(files).finish({ ...upload, url, files: [file] });

      expect(last).toMatchObject({ type: 'finished', body: { length: 16 * 1024 * 1024 } });
    });
  });

  it('cancels before the head of the response comes', async () => {
    const url = await raw(() => {});
    const heard = listen(start(memory()).transport, { ...download, url });
    const timer = setTimeout(() => heard.run.cancel(), 50);
    onTestFinished(() => clearTimeout(timer));

    await until(() => heard.last !== null);

    expect(heard.reports).toEqual([{ type: 'cancelled' }]);
  });

  it('cancels at any of 40 instants with one last word and the reported bytes on disk', async () => {
    const size = 20_000_000;
    const server = createFileServer({ files: { '/a': size } });
    const real = await startServer(server.handle);
    cleanups.push(() => real.close());
    const directory = mkdtempSync(join(tmpdir(), 'longshore-'));
    cleanups.push(() => rmSync(directory, { recursive: true }));
    const { transport } = start(createDiskFiles());
    const content = generateContent('/a', size).bytesAt(0, size);

    for (let n = 0; n < 40; n++) {
      const path = join(directory, String(n));
      const heard = listen(transport, { ...download, url: `http://127.0.0.1:${real.port}/a`, target: path });
      setTimeout(() => heard.run.cancel(), n);
      await until(() => heard.last !== null);

      const ends = heard.reports.filter(({ type }) => type !== 'responded' && type !== 'received');
      expect(ends).toHaveLength(1);
      const bytes = bytesReported(heard);
      if (bytes > 0) expect(readFileSync(path).equals(content.subarray(0, bytes))).toBe(true);
    }
  });

  it('reports what the disk has taken at most 20 times a second', async () => {
    const size = 30_000_000;
    const server = createFileServer({ files: { '/a': size } });
    const real = await startServer(server.handle);
    cleanups.push(() => real.close());
    const heardAt: number[] = [];
    const reports: TransferReport[] = [];
    start(memory()).transport.open(
      { ...download, url: `http://127.0.0.1:${real.port}/a`, maxSpeed: 20_000_000 },
      (report) => {
        reports.push(report);
        if (report.type === 'received') heardAt.push(performance.now());
      },
    );

    await until(() => reports.at(-1)?.type === 'finished');

    const gaps = heardAt.slice(1, -1).map((at, n) => at - (heardAt[n] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(45);
  });

  it('brings a file to disk and sends one from there', async () => {
    const { server, real } = await serve();
    const directory = mkdtempSync(join(tmpdir(), 'longshore-'));
    cleanups.push(() => rmSync(directory, { recursive: true }));
    const path = join(directory, 'a');
    const { finish } = start(createDiskFiles());
    const origin = `http://127.0.0.1:${real.port}`;

    await finish({ ...download, url: `${origin}/a`, target: path });
    const file = { index: 0, name: 'f', path, filename: 'a', contentType: '', from: 0, to: 99_999 };
    await finish({ ...upload, url: `${origin}/u`, files: [file] });

    const content = generateContent('/a', 100_000).bytesAt(0, 100_000);
    expectBytes(readFileSync(path), content);
    expectBytes(server.uploads[0]?.files[0]?.bytes, content);
  });
});
