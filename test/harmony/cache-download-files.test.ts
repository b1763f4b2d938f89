import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import cacheDownload, { longshoreCache } from '../../src/harmony/cache-download.ts';
import type { Device } from '../../src/harmony/device.ts';
import { downloaded, startDevice, startDeviceOverFiles, startSite, startSizes } from './cache-download-scene.ts';

const lazy = { cacheStrategy: cacheDownload.CacheStrategy.LAZY };
const nameOf = (url: string) => `${createHash('sha256').update(url).digest('hex')}_F`;
const placeOf = (device: Device) => device.onDisk('/data/storage/el2/base/cache/preload_caches');

/** A device that keeps its files elsewhere than in memory. */
function startFileDevice(rules: 'documented' | 'device' = 'documented'): Device {
  const device = startDevice({ rules });
  cacheDownload.setMemoryCacheSize(0);
  return device;
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
  it('shrinks at once, and deletes every file when it has no room', async () => {
    const device = startFileDevice();
    const { site, get, has } = await startSizes();
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
    const { get, has } = await startSizes();
    cacheDownload.setFileCacheSize(-1);

    await get('/50a');

    expect(has('/50a')).toEqual([true]);
  });
});

describe('at the first use of a process', () => {
  it('what was not written to its end goes', () => {
    const { left } = startDeviceOverFiles('documented', [
      ['a_F', 1],
      ['b', 1],
      ['c_F.part', 1],
    ]);

    expect(left()).toEqual(['a_F']);
  });

  it('the oldest file is the first to go', () => {
    const { left } = startDeviceOverFiles('documented', [
      ['b_F', 10],
      ['a_F', 10],
    ]);

    cacheDownload.setFileCacheSize(10);

    expect(left()).toEqual(['a_F']);
  });
});
