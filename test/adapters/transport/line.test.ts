import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { localhostCertificate, startProxy } from '../../support/file-server.ts';
import { memory, startFiles, startRaw, startTransport, until } from '../../support/http-world.ts';
import { download, file, upload } from '../../support/transport-world.ts';

describe('a connection', () => {
  describe('to a server that says, unasked, that the request may go on', () => {
    const interim = 'HTTP/1.1 100 Continue\r\n\r\n';
    const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi';

    it.each([
      ['at once', [interim + answer]],
      ['without a phrase', ['HTTP/1.1 100\r\n\r\n', answer]],
      ['and takes its time', [interim, answer]],
    ])('%s, hears the answer', async (_, texts) => {
      const url = await startRaw((socket) => {
        socket.once('data', async () => {
          for (const text of texts) {
            socket.write(text);
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
        });
      });

      const { reports } = await startTransport(memory()).finish({ ...download, url: `${url}/a` });

      expect(reports).toMatchObject([
        { type: 'responded', status: 200 },
        { type: 'received' },
        { type: 'finished', bytes: 2 },
      ]);
    });
  });

  describe('with TLS', () => {
    it('does not trust a certificate that nobody vouches for', async () => {
      const { real } = await startFiles({ '/a': 100_000 }, { tls: true });

      const { reports } = await startTransport(memory()).finish({
        ...download,
        url: `https://localhost:${real.port}/a`,
      });

      expect(reports).toMatchObject([{ type: 'faulted', cause: 'ssl' }]);
    });

    it('trusts the certificates that it is given', async () => {
      const { real } = await startFiles({ '/a': 100_000 }, { tls: true });
      const { finish } = startTransport(memory(), { ca: [localhostCertificate] });

      const byName = await finish({ ...download, url: `https://localhost:${real.port}/a` });
      const byAddress = await finish({ ...download, url: `https://127.0.0.1:${real.port}/a` });

      expect([byName.last, byAddress.last]).toMatchObject([{ type: 'finished' }, { type: 'finished' }]);
    });

    it('trusts everybody when told to', async () => {
      const { real } = await startFiles({ '/a': 100_000 }, { tls: true });
      const { finish } = startTransport(memory(), { rejectUnauthorized: false });

      const { last } = await finish({ ...download, url: `https://localhost:${real.port}/a` });

      expect(last).toMatchObject({ type: 'finished' });
    });

    it('meets a server that speaks plain HTTP', async () => {
      const { real } = await startFiles();

      const { reports } = await startTransport(memory()).finish({
        ...download,
        url: `https://127.0.0.1:${real.port}/a`,
      });

      expect(reports).toMatchObject([{ type: 'faulted', cause: 'ssl' }]);
    });
  });

  describe('through a proxy', () => {
    const proxied = async () => {
      const proxy = await startProxy();
      onTestFinished(() => proxy.close());
      return proxy;
    };

    it.each(['http://127.0.0.1/path:80', 'http://127.0.0.1?query:80', 'nothing'])(
      'tells that %s is none',
      async (proxy) => {
        const { last } = await startTransport(memory()).finish({ ...download, url: 'http://127.0.0.1:1/a', proxy });

        expect(last).toMatchObject({ type: 'faulted', cause: 'tcp', detail: `${proxy} is no proxy` });
      },
    );

    it('asks the proxy for http: URLs', async () => {
      const { server, real } = await startFiles();
      const proxy = await proxied();
      const url = `http://localhost:${real.port}/a`;

      const { last } = await startTransport(memory()).finish({ ...download, url, proxy: proxy.url });

      expect(last).toMatchObject({ type: 'finished', bytes: 100_000 });
      expect(proxy.asked).toEqual([`GET ${url}`]);
      expect(server.requests[0]?.headers.host).toBe(`localhost:${real.port}`);
    });

    it('tunnels to https: URLs, and shows its credentials to the proxy alone', async () => {
      const { server, real } = await startFiles({ '/a': 100_000 }, { tls: true });
      const proxy = await proxied();
      const { finish } = startTransport(memory(), { ca: [localhostCertificate] });
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
      const proxy = await startRaw((socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
      const job = { ...download, url: 'https://127.0.0.1:1/a', proxy };

      const { reports } = await startTransport(memory()).finish(job);

      expect(reports).toMatchObject([{ type: 'faulted', cause: 'tcp' }]);
    });

    it('that asks for credentials is a fault of the protocol', async () => {
      const proxy = await startRaw((socket) =>
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n'),
      );
      const job = { ...download, url: 'http://127.0.0.1:1/a', proxy };

      const { last } = await startTransport(memory()).finish(job);

      expect(last).toMatchObject({ type: 'faulted', cause: 'protocol', status: 407 });
    });
  });

  describe('on one connection', () => {
    it('carries one exchange after another', async () => {
      const { server, real } = await startFiles();
      const files = memory();
      files.write('/files/s', 'some');
      const { finish } = startTransport(files);
      const origin = `http://127.0.0.1:${real.port}`;

      await finish({ ...download, url: `${origin}/a` });
      await finish({ ...upload, url: `${origin}/u`, files: [file('/files/s', 4)] });
      await finish({ ...download, url: `${origin}/missing`, target: '/files/b' });
      await finish({ ...download, url: `${origin}/a`, target: '/files/c' });

      expect(server.requests).toHaveLength(4);
      expect(real.connections).toBe(1);
    });

    it('does not take the end of a connection kept alive for trouble', async () => {
      const sockets: Socket[] = [];
      const url = await startRaw((socket) => {
        sockets.push(socket);
        socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx'));
      });
      const { finish } = startTransport(memory());

      await finish({ ...download, url });
      const [first] = sockets;
      first?.destroy();
      await until(() => first?.closed ?? false);
      const { last } = await finish({ ...download, url, target: '/files/b' });

      expect(last).toMatchObject({ type: 'finished' });
      expect(sockets).toHaveLength(2);
    });
  });
});
