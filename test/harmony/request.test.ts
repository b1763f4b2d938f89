import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { configureDevice, type Device } from '../../src/harmony/device.ts';
import request from '../../src/harmony/request.ts';

const cache = '/data/storage/el2/base/haps/entry/cache';
const server = createServer((asked, response) => asked.resume().on('end', () => response.end('answer')));
let device: Device;
let origin: string;

beforeEach(async () => {
  device = configureDevice({});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  await device.close();
  server.close();
});

const oldest = request as unknown as Record<'download' | 'upload', (options: object, callback?: unknown) => unknown>;

it('downloads as the third generation of the API when a callback is among the options', () => {
  const told: unknown[] = [];

  const answer = oldest.download({ url: `${origin}/a.txt`, success: (data: unknown) => told.push(data) });

  expect(answer).toBeUndefined();
  expect(told).toEqual([{ token: 'Download-Task-0' }]);
});

it('does so, too, when the callback is there but is none', () => {
  expect(oldest.download({ url: `${origin}/a.txt`, complete: undefined })).toBeUndefined();
});

it('uploads as the third generation of the API when a callback is among the options', async () => {
  writeFileSync(device.onDisk(`${cache}/up.txt`), 'text');
  const files = [{ uri: 'internal://cache/up.txt' }];

  const told = await new Promise((success) => oldest.upload({ url: origin, files, success }));

  expect(told).toMatchObject({ code: 200 });
});

it('gives a task to everybody else', async () => {
  const config = { url: `${origin}/b.txt`, filePath: `${cache}/b.txt` };

  const task = await request.download(config);
  await new Promise<void>((resolve) => task.on('complete', resolve));

  const { url, filePath } = config;
  const other = await new Promise((resolve) =>
    request.download({ url, filePath: `${filePath}2` }, (_, given) => resolve(given)),
  );
  expect(other).toHaveProperty('on');
});

it('refuses what are no options as API 6 does', () => {
  expect(() => oldest.download(undefined as never)).toThrow('The parameters check fails');
  expect(() => oldest.upload({ url: origin, method: 'POST', data: [], success: 1 })).toThrow(
    'The parameters check fails',
  );
});

it('has the same functions whenever it is asked', () => {
  expect(request.download).toBe(request.download);
  expect(Object.keys({ ...request })).toEqual(Object.keys(device.app.request));
  expect({ ...request }.upload).toBe(request.upload);
});

it('grants what every app gets that asks for it', () => {
  expect([...device.permissions]).toEqual(['ohos.permission.INTERNET', 'ohos.permission.GET_NETWORK_INFO']);
});
