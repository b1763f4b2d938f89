import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import cacheDownload, { longshoreCache } from '../../src/harmony/cache-download.ts';
import type { Device } from '../../src/harmony/device.ts';
import { downloaded, startDevice, startSite } from './cache-download-scene.ts';

const lazy = { cacheStrategy: cacheDownload.CacheStrategy.LAZY };
const mebibyte = 1024 * 1024;
const nameOf = (url: string) => `${createHash('sha256').update(url).digest('hex')}_F`;
const placeOf = (device: Device) => device.onDisk('/data/storage/el2/base/cache/preload_caches');

/** A device that keeps its files elsewhere than in memory. */
function startFileDevice(rules: 'documented' | 'device' = 'documented'): Device {
  const device = startDevice({ rules });
  cacheDownload.setMemoryCacheSize(0);
  return device;
}

async function startBodies() {
  const site = await startSite((response, request) =>
    response.end(Buffer.alloc(Number.parseInt(request.url?.slice(1) ?? '', 10))),
  );
  return {
    site,
    get: (path: string) => downloaded(site.origin + path),
    has: (...paths: readonly string[]) => paths.map((path) => longshoreCache.contains(site.origin + path)),
  };
}

describe('a file', () => {
  it('holds the decoded body alone, under a name made of the URL', async () => {
    const device = startFileDevice();
    const site = await startSite((response) => response.end('hello'));

    await downloaded(site.origin);

    expect(readdirSync(placeOf(device))).toEqual([nameOf(site.origin)]);
    expect(readFileSync(join(placeOf(device), nameOf(site.origin)), 'utf8')).toBe('hello');
  });

  it('that is gone is a miss', async () => {
    const device = startFileDevice();
    const site = await startSite((response) => response.end('hello'));
    await downloaded(site.origin);
    rmSync(placeOf(device), { recursive: true });

    expect(await downloaded(site.origin, lazy)).toBe('ok');

    expect(site.asked).toHaveLength(2);
    expect(existsSync(join(placeOf(device), nameOf(site.origin)))).toBe(true);
  });

  it('is loaded into memory when it is used', async () => {
    const device = startFileDevice();
    const site = await startSite((response) => response.end('hello'));
    await downloaded(site.origin);
    cacheDownload.setMemoryCacheSize(100);

    await downloaded(site.origin, lazy);
    rmSync(placeOf(device), { recursive: true });

    expect(longshoreCache.contains(site.origin)).toBe(true);
  });

  it('that cannot be written is no failure', async () => {
    const device = startFileDevice();
    const site = await startSite((response) => response.end('hello'));
    writeFileSync(placeOf(device), 'in the way');

    expect(await downloaded(site.origin)).toBe('ok');

    expect(longshoreCache.contains(site.origin)).toBe(false);
  });
});

describe('the file cache', () => {
  it.each([
    ['documented', [true, false, true]],
    ['device', [false, true, true]],
  ] as const)('by the rules `%s` keeps of a used, a newer, and a new file: %j', async (rules, kept) => {
    startFileDevice(rules);
    const { get, has } = await startBodies();
    cacheDownload.setFileCacheSize(100);
    for (const path of ['/50a', '/50b']) await get(path);
    has('/50a');

    await get('/50c');

    expect(has('/50a', '/50b', '/50c')).toEqual(kept);
  });

  it.each([
    ['documented', [true, false]],
    ['device', [false, false]],
  ] as const)('by the rules `%s` keeps of a file and one too large for it: %j', async (rules, kept) => {
    startFileDevice(rules);
    const { get, has } = await startBodies();
    cacheDownload.setFileCacheSize(100);
    await get('/50a');

    await get('/101a');

    expect(has('/50a', '/101a')).toEqual(kept);
  });

  it('shrinks at once, and deletes every file when it has no room', async () => {
    const device = startFileDevice();
    const { site, get, has } = await startBodies();
    for (const path of ['/50a', '/50b', '/0']) await get(path);

    cacheDownload.setFileCacheSize(60);
    expect(has('/50a', '/50b', '/0')).toEqual([false, true, true]);
    expect(readdirSync(placeOf(device)).sort()).toEqual(
      [nameOf(`${site.origin}/50b`), nameOf(`${site.origin}/0`)].sort(),
    );
    cacheDownload.setFileCacheSize(0);

    expect(readdirSync(placeOf(device))).toEqual([]);
  });

  it('has no limit on a device that was told a negative one', async () => {
    startFileDevice('device');
    const { get, has } = await startBodies();
    cacheDownload.setFileCacheSize(-1);

    await get('/50a');

    expect(has('/50a')).toEqual([true]);
  });
});

describe('at the first use of a process', () => {
  /** A disk with files of an earlier process, the oldest first. */
  const startOver = (rules: 'documented' | 'device', files: readonly (readonly [name: string, bytes: number])[]) => {
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
  };

  it('what was not written to its end goes', () => {
    const { left } = startOver('documented', [
      ['a_F', 1],
      ['b', 1],
      ['c_F.part', 1],
    ]);

    expect(left()).toEqual(['a_F']);
  });

  it.each([
    ['documented', ['c_F', 'd_F']],
    ['device', ['a_F', 'b_F']],
  ] as const)('by the rules `%s`, of files that do not all fit, %j stay', (rules, kept) => {
    const { left } = startOver(rules, [
      ['a_F', 15 * mebibyte],
      ['b_F', 30 * mebibyte],
      ['c_F', 75 * mebibyte],
      ['d_F', 1],
    ]);

    expect(left()).toEqual(kept);
  });

  it('the oldest file is the first to go', () => {
    const { left } = startOver('documented', [
      ['b_F', 10],
      ['a_F', 10],
    ]);

    cacheDownload.setFileCacheSize(10);

    expect(left()).toEqual(['a_F']);
  });
});
