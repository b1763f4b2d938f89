import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSystemClock } from '../../../src/adapters/clock/system.ts';
import { createDiskFiles } from '../../../src/adapters/files/disk.ts';
import { createMemoryFiles } from '../../../src/adapters/files/memory.ts';
import { createSystemRandom } from '../../../src/adapters/random/system.ts';
import { createFileServer } from '../../../src/adapters/transport/file-server.ts';
import { createHttpTransport } from '../../../src/adapters/transport/http.ts';
import type { TransferReport } from '../../../src/ports/transport.ts';
import { transportContract } from '../../contracts/transport.ts';
import { startServer } from '../../support/file-server.ts';
import { memory, startFiles, startRaw, startTransport, until } from '../../support/http-world.ts';
import {
  bytesReported,
  download,
  expectBytes,
  file,
  listen,
  target,
  upload,
  type WorldOptions,
  whole,
} from '../../support/transport-world.ts';

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
    hangingUrl: `${silence.replace('http:', 'https:')}/`,
    until,
    close: async () => {
      await transport.close();
      await real.close();
    },
  };
}

transportContract('the transport over HTTP', openWorld);

describe('the transport over HTTP', () => {
  describe('with a server that misbehaves', () => {
    it('does not take a reset for the end of a response without a length', async () => {
      const sockets: Socket[] = [];
      const url = await startRaw((socket) => {
        sockets.push(socket);
        socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nsome'));
      });
      const heard = listen(startTransport(memory()).transport, { ...download, url });
      await until(() => bytesReported(heard) > 0);

      sockets[0]?.resetAndDestroy();
      await until(() => heard.last !== null);

      expect(heard.last).toMatchObject({ type: 'faulted', cause: 'other' });
    });

    it('faults when a response that a speed cap holds back is reset', async () => {
      const sockets: Socket[] = [];
      const url = await startRaw((socket) => {
        sockets.push(socket);
        socket.once('data', () => {
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\nConnection: close\r\n\r\n');
          socket.write(new Uint8Array(4_000_000));
        });
      });
      const heard = listen(startTransport(memory()).transport, { ...download, url, maxSpeed: 65_536 });
      await until(() => bytesReported(heard) >= 65_536);

      sockets[0]?.resetAndDestroy();
      await until(() => sockets[0]?.closed ?? false);
      heard.run.setSpeed(0);
      await until(() => heard.last !== null);

      expect(heard.last).toMatchObject({ type: 'faulted', cause: 'other' });
    });

    it('faults when the body is shorter than its length', async () => {
      const url = await startRaw((socket) =>
        socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort')),
      );
      const files = memory();

      const { last } = await startTransport(files).finish({ ...download, url });

      expect(last).toMatchObject({ type: 'faulted', cause: 'other' });
      expect(new TextDecoder().decode(files.read(target))).toBe('short');
    });

    it('takes the end of the connection for the end of a body without a length', async () => {
      const url = await startRaw((socket) => socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\nall')));

      const { last } = await startTransport(memory()).finish({ ...download, url });

      expect(last).toMatchObject({ type: 'finished', bytes: 3 });
    });

    it('faults when the response is not HTTP', async () => {
      const url = await startRaw((socket) => socket.once('data', () => socket.end('SSH-2.0-OpenSSH\r\n')));

      const { reports } = await startTransport(memory()).finish({ ...download, url });

      expect(reports).toMatchObject([{ type: 'faulted', cause: 'request' }]);
    });

    it('faults when the connection ends without a response', async () => {
      const url = await startRaw((socket) => socket.once('data', () => socket.end()));

      const { reports } = await startTransport(memory()).finish({ ...download, url });

      expect(reports).toMatchObject([{ type: 'faulted', cause: 'other' }]);
    });

    it('passes over informational responses', async () => {
      const url = await startRaw((socket) =>
        socket.once('data', () =>
          socket.end('HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 Fine\r\nContent-Length: 1\r\n\r\nx'),
        ),
      );

      const { reports } = await startTransport(memory()).finish({ ...download, url });

      expect(reports).toMatchObject([{ status: 200, phrase: 'Fine' }, { type: 'received' }, { type: 'finished' }]);
    });

    it('does not read a failure without end', async () => {
      let closed = false;
      const url = await startRaw((socket) => {
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

      const { last } = await startTransport(memory()).finish({ ...download, url });
      await until(() => closed);

      expect(last).toMatchObject({ type: 'faulted', status: 500 });
    });

    it('hears an answer that comes before the upload is over', async () => {
      const url = await startRaw((socket) =>
        socket.once('data', () => socket.write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n')),
      );
      const files = memory();
      files.write('/files/s', new Uint8Array(50_000_000));

      const { last } = await startTransport(files).finish({ ...upload, url, files: [file('/files/s', 50_000_000)] });

      expect(last).toMatchObject({ type: 'faulted', cause: 'protocol', status: 413 });
    });

    it('keeps 16 MiB of an upload’s response body', async () => {
      const url = await startRaw((socket) =>
        socket.once('data', () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          socket.write(new Uint8Array(16 * 1024 * 1024)); // and no end
        }),
      );
      const files = memory();
      files.write('/files/s', 'x');

      const { last } = await startTransport(files).finish({ ...upload, url, files: [file('/files/s', 1)] });

      expect(last).toMatchObject({ type: 'finished', body: { length: 16 * 1024 * 1024 } });
    });
  });

  it('cancels before the head of the response comes', async () => {
    const url = await startRaw(() => {});
    const heard = listen(startTransport(memory()).transport, { ...download, url });
    const timer = setTimeout(() => heard.run.cancel(), 50);
    onTestFinished(() => clearTimeout(timer));

    await until(() => heard.last !== null);

    expect(heard.reports).toEqual([{ type: 'cancelled' }]);
  });

  it('cancels at any of 40 instants with one last word and the reported bytes on disk', async () => {
    const size = 20_000_000;
    const { real } = await startFiles({ '/a': size });
    const directory = mkdtempSync(join(tmpdir(), 'longshore-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const { transport } = startTransport(createDiskFiles());
    const content = whole('/a', size);

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
    const { real } = await startFiles({ '/a': size });
    const heardAt: number[] = [];
    const reports: TransferReport[] = [];
    startTransport(memory()).transport.open(
      { ...download, url: `http://127.0.0.1:${real.port}/a`, maxSpeed: 20_000_000 },
      (report) => {
        reports.push(report);
        if (report.type === 'received') heardAt.push(performance.now());
      },
    );

    await until(() => reports.at(-1)?.type === 'finished');

    const gaps = heardAt.slice(1, -1).map((at, n) => at - (heardAt[n] ?? 0));
    expect(gaps.length).toBeGreaterThan(0);
    expect(Math.min(...gaps)).toBeGreaterThan(45);
  });

  it('brings a file to disk and sends one from there', async () => {
    const { server, real } = await startFiles();
    const directory = mkdtempSync(join(tmpdir(), 'longshore-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const path = join(directory, 'a');
    const { finish } = startTransport(createDiskFiles());
    const origin = `http://127.0.0.1:${real.port}`;

    await finish({ ...download, url: `${origin}/a`, target: path });
    await finish({ ...upload, url: `${origin}/u`, files: [file(path, 100_000)] });

    const content = whole('/a', 100_000);
    expectBytes(readFileSync(path), content);
    expectBytes(server.uploads[0]?.files[0]?.bytes, content);
  });
});
