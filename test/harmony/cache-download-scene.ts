import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Rules } from '../../machines/vocabulary.ts';
import { createSimulatedClock, type SimulatedClock } from '../../src/adapters/clock/simulated.ts';
import cacheDownload, { longshoreCache } from '../../src/harmony/cache-download.ts';
import { configureDevice, type Device, type DeviceOptions } from '../../src/harmony/device.ts';

export const allPermissions = ['ohos.permission.INTERNET', 'ohos.permission.GET_NETWORK_INFO'];
export const offline = { type: 'offline', metered: false, roaming: false } as const;
export const wifi = { type: 'wifi', metered: false, roaming: false } as const;
export const cellular = { type: 'cellular', metered: true, roaming: false } as const;
const patienceMs = 10_000;

/** A device that closes with the test. */
export function startDevice(options: DeviceOptions = {}): Device {
  const device = configureDevice({ permissions: allPermissions, rules: 'documented', ...options });
  onTestFinished(() => device.close());
  return device;
}

/** A device whose cache holds files of an earlier process already, the oldest first. */
export function startDeviceOverFiles(rules: Rules, files: readonly (readonly [name: string, bytes: number])[]) {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-files-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const place = join(directory, '/data/storage/el2/base/cache/preload_caches');
  mkdirSync(join(place, 'directory_F'), { recursive: true });
  for (const [at, [name, bytes]] of files.entries()) {
    writeFileSync(join(place, name), '');
    truncateSync(join(place, name), bytes);
    utimesSync(join(place, name), 1_000 + at, 1_000 + at);
  }
  startDevice({ rules, directory });
  cacheDownload.cancel('');
  return { left: () => readdirSync(place).sort() };
}

export interface TimedDevice {
  readonly device: Device;
  /** Stands still but for `run`. */
  readonly clock: SimulatedClock;
  /** Is nothing due but what the device set when it started? */
  isIdle(): boolean;
}

export function startTimedDevice(options: DeviceOptions = {}): TimedDevice {
  const clock = createSimulatedClock();
  const device = startDevice({ ...options, clock });
  const atStart = clock.pending;
  return { device, clock, isIdle: () => clock.pending <= atStart };
}

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Site {
  readonly origin: string;
  readonly asked: readonly Asked[];
  /** Connections that are open now. */
  readonly connections: () => Promise<number>;
}

/** A server on a real socket, which remembers what it was asked. It stops with the test. */
export async function startSite(
  answer: (response: ServerResponse, request: IncomingMessage, n: number) => void,
): Promise<Site> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      asked.push({ method, url, headers, body: Buffer.concat(pieces) });
      answer(response, request, asked.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    connections: () => new Promise((resolve) => server.getConnections((_, count) => resolve(count))),
  };
}

/** A site whose paths name the bytes of their bodies, as `/50a` does. */
export async function startSizes() {
  const site = await startSite((response, request) =>
    response.end(Buffer.alloc(Number.parseInt(request.url?.slice(1) ?? '', 10))),
  );
  return {
    site,
    get: (path: string) => downloaded(site.origin + path),
    has: (...paths: readonly string[]) => paths.map((path) => longshoreCache.contains(site.origin + path)),
  };
}

/** An origin that nobody answers at. */
export async function deadOrigin(): Promise<string> {
  const server = createNetServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

/** What listeners of a URL hear, in order: `ok`, or an error. */
export function listen(url: string): unknown[] {
  const heard: unknown[] = [];
  cacheDownload.onDownloadSuccess(url, () => heard.push('ok'));
  cacheDownload.onDownloadError(url, (error) => heard.push(error));
  return heard;
}

/** Real time in which sockets do their part; a simulated clock is asked for what is due at this instant. */
export async function until(holds: () => boolean | Promise<boolean>, clock?: SimulatedClock): Promise<void> {
  const endMs = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error('it never happens');
    await clock?.run(0);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Downloads, and waits until its listeners have heard. @returns what they heard. */
export async function downloaded(
  url: string,
  options: cacheDownload.CacheDownloadOptions = {},
  clock?: SimulatedClock,
): Promise<unknown> {
  let heard: unknown;
  const success = () => {
    heard = 'ok';
  };
  const failure = (error: cacheDownload.DownloadError) => {
    heard = error;
  };
  cacheDownload.onDownloadSuccess(url, success);
  cacheDownload.onDownloadError(url, failure);
  cacheDownload.download(url, options);
  await until(() => heard !== undefined, clock);
  cacheDownload.offDownloadSuccess(url, success);
  cacheDownload.offDownloadError(url, failure);
  return heard;
}

/** Null for none. */
export function cachedText(url: string): string | null {
  const bytes = longshoreCache.fetch(url);
  return bytes === null ? null : Buffer.from(bytes).toString();
}
