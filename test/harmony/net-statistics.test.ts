import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { contextsOf } from '../../src/harmony/context.ts';
import { configureDevice, type Device } from '../../src/harmony/device.ts';
import fs from '../../src/harmony/file-fs.ts';
import statistics from '../../src/harmony/net-statistics.ts';

let device: Device;
let server: Server;
const pieceBytes = 10_000;

beforeEach(async () => {
  device = configureDevice({});
  server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'Content-Length': String(2 * pieceBytes) }).write(Buffer.alloc(pieceBytes));
    release = () => response.end(Buffer.alloc(pieceBytes));
    request.on('end', () => request.method === 'PUT' && release());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await device.close();
  server.close();
});

let release = () => {};
const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/a`;
const rx = () => statistics.getUidRxBytes(device.uid);
const tx = () => statistics.getUidTxBytes(device.uid);

it('grows both ways while a download runs', async () => {
  const { agent } = device.app.request;
  const task = await agent.create(contextsOf().ability, { action: agent.Action.DOWNLOAD, url: url() });
  expect([await rx(), await tx()]).toEqual([0, 0]);

  await task.start();
  await expect.poll(rx).toBeGreaterThan(pieceBytes);
  const middle = { rx: await rx(), tx: await tx() };
  release();

  await expect.poll(rx).toBeGreaterThan(2 * pieceBytes);
  expect(middle.tx).toBeGreaterThan(0);
  expect(await tx()).toBeGreaterThan(middle.tx);
  expect(await rx()).toBeLessThan(2.2 * pieceBytes);
});

it('counts what an upload sends', async () => {
  const { agent } = device.app.request;
  const path = `${contextsOf().ability.cacheDir}/up`;
  const file = fs.openSync(path, fs.OpenMode.READ_WRITE | fs.OpenMode.CREATE);
  fs.writeSync(file.fd, 'x'.repeat(pieceBytes));
  const data = [{ name: 'file', value: { path } }];
  const task = await agent.create(contextsOf().ability, { action: agent.Action.UPLOAD, url: url(), data });

  await task.start();

  await expect.poll(tx).toBeGreaterThan(pieceBytes);
});

it('knows nothing of other apps, and all of the device', async () => {
  device.traffic.received(1_460);

  expect(await statistics.getUidRxBytes(device.uid + 1)).toBe(0);
  expect(await statistics.getAllRxBytes()).toBe(1_500);
  expect(await statistics.getAllTxBytes()).toBe(40);
  const told = await new Promise((resolve) => {
    statistics.getUidRxBytes(device.uid, (_, bytes) => resolve(bytes));
  });
  expect(told).toBe(1_500);
});

it('refuses what is no uid', () => {
  expect(() => statistics.getUidRxBytes('me' as unknown as number)).toThrow(expect.objectContaining({ code: 401 }));
});
