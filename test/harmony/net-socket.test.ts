import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contextsOf } from '../../src/harmony/context.ts';
import { configureDevice, type Device } from '../../src/harmony/device.ts';
import fs from '../../src/harmony/file-fs.ts';
import socket from '../../src/harmony/net-socket.ts';

let device: Device;
let server: socket.TCPSocketServer;

beforeEach(() => {
  device = configureDevice({});
  server = socket.constructTCPSocketServerInstance();
});
afterEach(async () => {
  await server.close();
  await device.close();
});

async function listen(): Promise<number> {
  await server.listen({ address: '127.0.0.1', port: 0, family: 1 });
  return (await server.getLocalAddress()).port ?? 0;
}

/** The connections that come, in order, as promises. */
function connections(): () => Promise<socket.TCPSocketConnection> {
  const come: socket.TCPSocketConnection[] = [];
  let wake = () => {};
  server.on('connect', (connection) => {
    come.push(connection);
    wake();
  });
  return async () => {
    while (come.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return come.shift() as socket.TCPSocketConnection;
  };
}

const textOf = (info: socket.SocketMessageInfo) => Buffer.from(info.message).toString();
const message = (peer: socket.TCPSocketConnection | socket.TCPSocket) =>
  new Promise<socket.SocketMessageInfo>((resolve) => {
    const hear = (info: socket.SocketMessageInfo) => {
      peer.off('message', hear);
      resolve(info);
    };
    peer.on('message', hear);
  });

async function client(port: number): Promise<socket.TCPSocket> {
  const made = socket.constructTCPSocketInstance();
  await made.connect({ address: { address: '127.0.0.1', port }, timeout: 6_000 });
  return made;
}

describe('a server', () => {
  it('answers a request whose head it reads in the spelling of a device', async () => {
    const port = await listen();
    server.on('connect', (connection) => {
      connection.on('message', async (info) => {
        expect(textOf(info)).toContain('\r\ncontent-length:4\r\n');
        expect(textOf(info)).toContain('\r\nx-mixed:Case Stays\r\n');
        await connection.send({ data: 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok' });
        await connection.close();
      });
    });

    const asking = request({ port, method: 'PUT', headers: { 'X-Mixed': 'Case Stays', 'Content-Length': '4' } });
    asking.end('body');
    const [response] = await once(asking, 'response');

    expect(response.statusCode).toBe(200);
    expect(Buffer.concat(await response.toArray()).toString()).toBe('ok');
  });

  it('reads an upload with string searches, as hand-written servers do', async () => {
    const port = await listen();
    const bodies: string[] = [];
    server.on('connect', (connection) => {
      let request = '';
      connection.on('message', (info) => {
        request += textOf(info);
        const [head = '', ...body] = request.split('\r\n\r\n');
        const length = Number(head.split('content-length:')[1]?.split('\r\n')[0]);
        const boundary = head.split('boundary=')[1]?.slice(0, 67) ?? '';
        const text = body.join('\r\n\r\n');
        if (text.length < length) return;
        expect(head).toMatch(/^POST \/up HTTP\/1.1\r\n/);
        expect(text.endsWith(`--${boundary}--\r\n`)).toBe(true);
        bodies.push(text);
        request = '';
        void connection.send({ data: 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' });
      });
    });
    const { cacheDir } = contextsOf().ability;
    for (const name of ['one', 'two']) {
      const file = fs.openSync(`${cacheDir}/${name}`, fs.OpenMode.READ_WRITE | fs.OpenMode.CREATE);
      fs.writeSync(file.fd, `${name} `.repeat(50_000));
      fs.closeSync(file);
    }
    const { agent } = device.app.request;
    const task = await agent.create(contextsOf().ability, {
      action: agent.Action.UPLOAD,
      url: `http://127.0.0.1:${port}/up`,
      method: 'POST',
      data: ['one', 'two'].map((name) => ({ name, value: { path: `./${name}` } })),
    });
    const completed = new Promise((resolve) => task.on('completed', resolve));

    await task.start();
    await completed;

    expect(bodies.map((body) => body.includes('one '.repeat(50_000)))).toEqual([true, false]);
    expect(bodies.map((body) => body.includes('two '.repeat(50_000)))).toEqual([false, true]);
  });

  it('tells where a message came from', async () => {
    const next = connections();
    const peer = await client(await listen());
    const connection = await next();
    const heard = message(connection);

    await peer.send({ data: 'hello' });
    const { remoteInfo } = await heard;

    expect(remoteInfo).toMatchObject({ address: '127.0.0.1', family: 'IPv4', size: 5 });
    expect(await connection.getRemoteAddress()).toEqual({ address: '127.0.0.1', port: remoteInfo.port, family: 1 });
    expect(await peer.getLocalAddress()).toEqual({ address: '127.0.0.1', port: remoteInfo.port, family: 1 });
    expect(connection.clientId).toBe(1);
  });

  it('keeps connections, and what they bring, for whoever listens first', async () => {
    const port = await listen();
    const early = connect(port, '127.0.0.1');
    await once(early, 'connect');
    early.end('early');
    const isCounted = async () => (await server.getState()).isConnected;
    await expect.poll(isCounted).toBe(true);

    const connection = await connections()();

    expect(textOf(await message(connection))).toBe('early');
  });

  it('says where it listens, and in what state it is', async () => {
    await expect(server.getLocalAddress()).rejects.toMatchObject({ code: 2301009 });

    const port = await listen();
    await server.setExtraOptions({ keepAlive: true, socketLinger: { on: true, linger: 10 } });

    expect(port).toBeGreaterThan(0);
    expect(await server.getLocalAddress()).toEqual({ address: '127.0.0.1', port, family: 1 });
    expect(await server.getState()).toEqual({ isBound: true, isClose: false, isConnected: false });
    await server.close();
    expect(await server.getState()).toEqual({ isBound: false, isClose: true, isConnected: false });
  });

  it('is connected while a connection is open', async () => {
    const port = await listen();
    const next = connections();
    const client = connect(port, '127.0.0.1');
    const { clientId } = await next();
    expect([clientId, (await server.getState()).isConnected]).toEqual([1, true]);

    client.destroy();

    await expect.poll(async () => (await server.getState()).isConnected).toBe(false);
  });

  it('refuses a port that is taken, an address that is not ours, and what is no address', async () => {
    const port = await listen();
    const other = socket.constructTCPSocketServerInstance();

    await expect(other.listen({ address: '127.0.0.1', port })).rejects.toMatchObject({ code: 2303198 });
    await expect(other.listen({ address: '192.0.2.1' })).rejects.toMatchObject({ code: 2303199 });
    await expect(server.listen({ address: '127.0.0.1' })).rejects.toMatchObject({ code: 2300002 });
    expect(() => other.listen({} as socket.NetAddress)).toThrow(expect.objectContaining({ code: 401 }));
    expect(() => other.listen({ address: '127.0.0.1', port: 70_000 })).toThrow(expect.objectContaining({ code: 401 }));
    await other.close();
  });

  it('tells a callback too', async () => {
    const error = await new Promise((resolve) => {
      server.listen({ address: '127.0.0.1' }, (trouble) => resolve(trouble));
    });

    expect(error).toBeNull();
  });

  it('needs the permission for the internet', async () => {
    device = configureDevice({ permissions: [] });

    await expect(server.listen({ address: '127.0.0.1' })).rejects.toMatchObject({ code: 201 });
  });

  it('refuses unknown events and listeners that are none', () => {
    const on = server.on.bind(server) as (...args: unknown[]) => void;

    expect(() => on('message', () => {})).toThrow(expect.objectContaining({ code: 401 }));
    expect(() => on('connect', 'no function')).toThrow(expect.objectContaining({ code: 401 }));
  });
});

describe('a connection', () => {
  it('carries bytes both ways, and closes both ends after what was sent', async () => {
    const next = connections();
    const peer = await client(await listen());
    const connection = await next();
    const heard = message(peer);
    const closed = Promise.all([
      new Promise<void>((resolve) => connection.on('close', () => resolve())),
      new Promise<void>((resolve) => peer.on('close', () => resolve())),
    ]);

    void connection.send({ data: new Uint8Array([0, 255, 13, 10]).buffer });
    void connection.close();

    expect(new Uint8Array((await heard).message)).toEqual(new Uint8Array([0, 255, 13, 10]));
    await closed;
    await expect(connection.send({ data: 'late' })).rejects.toMatchObject({ code: 2301009 });
    expect(await peer.getState()).toEqual({ isBound: false, isClose: true, isConnected: false });
  });

  it('tells all listeners, and none that is off', async () => {
    const next = connections();
    const peer = await client(await listen());
    const connection = await next();
    const heard: string[] = [];
    const first = (info: socket.SocketMessageInfo) => heard.push(`first ${textOf(info)}`);
    connection.on('message', first);
    connection.on('message', (info) => heard.push(`second ${textOf(info)}`));

    await peer.send({ data: 'a' });
    await expect.poll(() => heard).toEqual(['first a', 'second a']);
    connection.off('message', first);
    await peer.send({ data: 'b' });

    await expect.poll(() => heard).toEqual(['first a', 'second a', 'second b']);
    connection.off('message');
    const last = message(connection);
    await peer.send({ data: 'c' });
    await last;
    expect(heard).toHaveLength(3);
  });

  it('refuses data that is none', async () => {
    const next = connections();
    await client(await listen());
    const connection = await next();

    expect(() => connection.send({ data: 7 as unknown as string })).toThrow(expect.objectContaining({ code: 401 }));
    expect(() => connection.send({ data: 'x', encoding: 'GBK' })).toThrow(expect.objectContaining({ code: 401 }));
  });
});

describe('a client', () => {
  it('hears what comes as it is, a request too', async () => {
    const next = connections();
    const peer = await client(await listen());
    const heard = message(peer);

    await (await next()).send({ data: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n' });

    expect(textOf(await heard)).toBe('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  });

  it('cannot connect where nobody listens', async () => {
    const port = await listen();
    await server.close();
    const peer = socket.constructTCPSocketInstance();

    await expect(peer.connect({ address: { address: '127.0.0.1', port } })).rejects.toMatchObject({ code: 2300002 });
    await expect(peer.send({ data: 'x' })).rejects.toMatchObject({ code: 2301009 });
  });
});

it('says 801 and its name for other kinds of socket', () => {
  const { constructUDPSocketInstance: construct } = socket as unknown as Record<string, () => unknown>;

  expect(() => construct?.()).toThrow(
    expect.objectContaining({ code: 801, detail: expect.stringContaining('socket.constructUDPSocketInstance') }),
  );
});
