import type { Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { ServedCloud } from '../../src/cloud/http.ts';
import { closeAll, dial, get, serve, talk, until } from './wire.ts';

/** Against a server of its own each, which must answer afterwards as if nothing had been. */
afterEach(closeAll);

const mebi = 1024 * 1024;

async function answersStill({ url }: ServedCloud): Promise<void> {
  expect((await fetch(`${url}/where`)).status).toBe(200);
}

/** Memory that the process holds more after `act` than before, while it goes on. */
async function growth(act: () => Promise<unknown>): Promise<number> {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 20);
  await act();
  clearInterval(watch);
  return most - before;
}

/** Bytes that still come, until the other side has closed. */
function restOf(socket: Socket): Promise<number> {
  let bytes = 0;
  return new Promise((done) => {
    socket.on('data', (piece) => {
      bytes += piece.length;
    });
    socket.once('end', () => done(bytes)).once('error', () => done(bytes));
    socket.resume();
  });
}

it('a body without end is cut off at the limit, and never held', async () => {
  const served = await serve({ limits: { bodyBytesMax: 200 * mebi, lingerMsMax: 100 } });
  const socket = await dial(served.port);
  const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(mebi), Buffer.from('\r\n')]);
  let sent = 0;
  let answer = '';
  socket.on('data', (piece) => {
    answer += piece;
  });

  const grown = await growth(async () => {
    socket.write('PUT /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
    while (!socket.destroyed && answer === '') {
      sent += 1;
      await new Promise((done) => socket.write(chunk, done));
    }
  });

  expect(answer).toMatch(/^HTTP\/1\.1 400/);
  expect(sent).toBeGreaterThan(199);
  expect(grown).toBeLessThan(120 * mebi);
  await answersStill(served);
});

it('a large download that nobody reads is not held', async () => {
  const served = await serve({
    scenario: { files: [{ path: '/big', size: 200 * mebi }] },
    limits: { sendIdleMsMax: 300, closeMsMax: 100 },
  });

  let received: readonly number[] = [];
  const grown = await growth(async () => {
    const sockets = await Promise.all(Array.from({ length: 10 }, () => dial(served.port)));
    for (const socket of sockets) socket.pause().write(get('/big'));
    await new Promise((done) => setTimeout(done, 1_000));
    received = await Promise.all(sockets.map(restOf));
  });

  expect(Math.max(...received)).toBeLessThan(50 * mebi);
  expect(grown).toBeLessThan(120 * mebi);
  await answersStill(served);
});

it('2,000 idle connections are let be until their time is up', async () => {
  const served = await serve({ limits: { headersMsMax: 1_500 } });
  let closed = 0;

  const grown = await growth(async () => {
    for (let batch = 0; batch < 20; batch++) {
      const sockets = await Promise.all(Array.from({ length: 100 }, () => dial(served.port)));
      for (const socket of sockets)
        socket
          .on('end', () => socket.end())
          .once('close', () => closed++)
          .resume();
    }
    await answersStill(served);
    await until(() => closed === 2_000);
  });

  expect(grown).toBeLessThan(150 * mebi);
  await answersStill(served);
});

it('connections over the limit are closed at once', async () => {
  const served = await serve({ limits: { connectionsMax: 3 } });
  const sockets = await Promise.all([1, 2, 3].map(() => dial(served.port)));

  expect(await talk(served, get('/where'))).toMatchObject({ text: '' });

  for (const socket of sockets) socket.destroy();
  await expect
    .poll(() =>
      fetch(`${served.url}/where`).then(
        ({ status }) => status,
        () => 0,
      ),
    )
    .toBe(200);
});

it('a head that never ends is cut off by its time', async () => {
  const served = await serve({ limits: { headersMsMax: 300 } });
  const socket = await dial(served.port);
  let answer = '';
  socket.on('data', (piece) => {
    answer += piece;
  });
  const drip = setInterval(() => socket.write('X'), 50);
  socket.write('GET / HTTP/1.1\r\n');

  await new Promise((done) => socket.once('end', done).once('error', done));
  clearInterval(drip);
  socket.destroy();

  expect(answer).toMatch(/^HTTP\/1\.1 408/);
  await answersStill(served);
});

it.each([
  ['a header too long', get('/', `X: ${'y'.repeat(40_000)}\r\n`)],
  ['thousands of headers', get('/', 'X: y\r\n'.repeat(30_000))],
  ['a path too long', get(`/${'y'.repeat(40_000)}`)],
])('%s is answered by 431', async (_, request) => {
  const served = await serve();

  expect((await talk(served, request)).head).toMatch(/^HTTP\/1\.1 431/);
  await answersStill(served);
});

it.each([
  ['no HTTP at all', '\u0016\u0003\u0001\u0002\u0000'],
  ['two lengths', 'PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
  [
    'a length and chunks',
    'PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['chunks that are none', 'PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n'],
  ['a negative length', 'PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'],
  ['NUL in a header', 'GET / HTTP/1.1\r\nHost: x\r\nX: a\u0000b\r\n\r\n'],
  ['a bare line feed in a header', 'GET / HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n'],
])('%s is answered by 400', async (_, request) => {
  const served = await serve();

  expect((await talk(served, request)).head).toMatch(/^HTTP\/1\.1 400/);
  await answersStill(served);
});

it.each([
  '/../../etc/passwd',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/%00',
  '//',
  '/%',
  '/%ff',
  '/.',
  '*',
  '/?%&&==&%ff',
  '/;/~',
])('the path %s is a path like any other', async (path) => {
  const served = await serve();

  expect((await talk(served, get(path, 'Connection: close\r\n'))).head).toMatch(/^HTTP\/1\.1 404/);
  await answersStill(served);
});

it('a client that leaves in the middle, a thousand times, leaves nothing', async () => {
  const served = await serve();

  for (let batch = 0; batch < 10; batch++) {
    const sockets = await Promise.all(Array.from({ length: 100 }, () => dial(served.port)));
    for (const [at, socket] of sockets.entries()) {
      socket.write(`PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n${'x'.repeat(at % 99)}`);
      if (at % 2 === 0) socket.resetAndDestroy();
      else socket.end(() => socket.destroy());
    }
  }

  await answersStill(served);
  expect(served.state.serial).toBe(1);
});

it('more pipelined requests than may wait end the connection', async () => {
  const served = await serve({ limits: { pipelinedMax: 10 } });

  const { ending } = await talk(served, get('/where').repeat(5_000));

  expect(ending).toBe('reset');
  await answersStill(served);
});

it('a request in many small pieces is a request', async () => {
  const served = await serve();
  const request = 'PUT /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc';

  const { head } = await talk(served, [...request]);

  expect(head).toMatch(/^HTTP\/1\.1 200/);
});
