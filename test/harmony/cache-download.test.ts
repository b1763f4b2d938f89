import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, expectTypeOf, it, onTestFinished } from 'vitest';
import cacheDownload, { longshoreCache } from '../../src/harmony/cache-download.ts';
import { cachedText, downloaded, listen, startDevice, startSite, startSizes, until } from './cache-download-scene.ts';

const { CacheStrategy } = cacheDownload;
const lazy = { cacheStrategy: CacheStrategy.LAZY };
const mebibyte = 1024 * 1024;
/** The disk of a device, for the next one. It goes with the test. */
const copyOf = (directory: string) => {
  const copy = mkdtempSync(join(tmpdir(), 'longshore-copy-'));
  cpSync(directory, copy, { recursive: true });
  onTestFinished(() => rmSync(copy, { recursive: true, force: true }));
  return copy;
};

describe.each(['documented', 'device'] as const)('by the rules `%s`', (rules) => {
  it('a first download is one GET, one success, and one record of it', async () => {
    startDevice({ rules });
    const site = await startSite((response) => response.end('hello'));
    const url = `${site.origin}/a?q=1`;
    cacheDownload.setDownloadInfoListSize(1);
    expect(cacheDownload.getDownloadInfo(url)).toBeUndefined();

    expect(await downloaded(url)).toBe('ok');

    const info: cacheDownload.DownloadInfo | undefined = cacheDownload.getDownloadInfo(url);
    expect(info?.resource.size).toBe(5);
    expect(info?.network.ip).toBe('127.0.0.1');
    const { connectTime = 0, firstSendTime = 0, firstReceiveTime = 0, totalTime = 0 } = info?.performance ?? {};
    expect([connectTime, firstSendTime, firstReceiveTime, totalTime]).toEqual(
      [connectTime, firstSendTime, firstReceiveTime, totalTime].sort((left, right) => left - right),
    );
    expect(connectTime).toBeGreaterThan(0);
    expect(info?.performance).toMatchObject({ dnsTime: 0, tlsTime: 0, redirectTime: 0 });
    expect(site.asked).toHaveLength(1);
    expect(site.asked[0]).toMatchObject({
      method: 'GET',
      url: '/a?q=1',
      headers: { 'user-agent': 'libcurl-agent/1.0', 'accept-encoding': 'deflate, gzip, br' },
    });
    expect(cachedText(url)).toBe('hello');
  });

  it('equal downloads in flight are one request and one round each', async () => {
    startDevice({ rules });
    const site = await startSite((response) => response.end('x'));
    const url = `${site.origin}/a`;
    const heard = listen(url);

    cacheDownload.download(url, {});
    cacheDownload.download(url, { headers: { late: 'dropped' } });
    cacheDownload.download(url, lazy);

    await until(() => heard.length === 3);
    expect(heard).toEqual(['ok', 'ok', 'ok']);
    expect(site.asked).toHaveLength(1);
    expect(site.asked[0]?.headers).not.toHaveProperty('late');
  });

  it('a lazy download of cached bytes asks nobody and leaves the record as it is', async () => {
    startDevice({ rules });
    const site = await startSite((response, _, n) => response.end(`v${n}`));
    const url = `${site.origin}/a`;
    cacheDownload.setDownloadInfoListSize(1);
    await downloaded(url);
    const info = cacheDownload.getDownloadInfo(url);

    expect(await downloaded(url, lazy)).toBe('ok');

    expect(cacheDownload.getDownloadInfo(url)).toEqual(info);
    expect(site.asked).toHaveLength(1);
    expect(cachedText(url)).toBe('v1');
  });

  it.each([CacheStrategy.FORCE, undefined, 3, '1'])(
    'strategy %j asks again and replaces the bytes',
    async (strategy) => {
      startDevice({ rules });
      const site = await startSite((response, _, n) => response.end(`v${n}`));
      const url = `${site.origin}/a`;
      await downloaded(url, lazy);

      await downloaded(url, { cacheStrategy: strategy as 0 });

      expect(site.asked).toHaveLength(2);
      expect(cachedText(url)).toBe('v2');
    },
  );

  it('a URL is known by its exact text', async () => {
    startDevice({ rules });
    const site = await startSite((response) => response.end('x'));
    const urls = ['/a', '/a?', '/a#f', '/A', '/a/'].map((path) => site.origin + path);

    for (const url of urls) await downloaded(url, lazy);

    expect(site.asked).toHaveLength(urls.length);
  });

  it('keeps an old body when the new one fails', async () => {
    startDevice({ rules });
    const site = await startSite((response, _, n) => response.writeHead(n === 1 ? 200 : 500).end(`v${n}`));
    const url = `${site.origin}/a`;
    await downloaded(url);

    await downloaded(url);

    expect(cachedText(url)).toBe('v1');
    expect(await downloaded(url, lazy)).toBe('ok');
  });

  it('a body over 20 MiB is a success, and is not cached', async () => {
    startDevice({ rules });
    const site = await startSite((response) => response.end(Buffer.alloc(25 * mebibyte)));
    const url = `${site.origin}/a`;
    cacheDownload.setDownloadInfoListSize(1);

    expect(await downloaded(url, lazy)).toBe('ok');
    expect(await downloaded(url, lazy)).toBe('ok');

    expect(site.asked).toHaveLength(2);
    expect(cacheDownload.getDownloadInfo(url)?.resource.size).toBe(25 * mebibyte);
  });

  it('a body of 20 MiB is cached', async () => {
    startDevice({ rules });
    const site = await startSite((response) => response.end(Buffer.alloc(20 * mebibyte)));

    await downloaded(`${site.origin}/a`);

    expect(longshoreCache.contains(`${site.origin}/a`)).toBe(true);
  });

  it('without room in either cache a lazy download asks again', async () => {
    startDevice({ rules });
    const site = await startSite((response) => response.end('x'));
    cacheDownload.setMemoryCacheSize(0);
    cacheDownload.setFileCacheSize(0);

    await downloaded(`${site.origin}/a`, lazy);
    await downloaded(`${site.origin}/a`, lazy);

    expect(site.asked).toHaveLength(2);
  });

  it('bytes are gone after both caches were cleared, and not before', async () => {
    startDevice({ rules });
    const site = await startSite((response) => response.end('x'));
    const url = `${site.origin}/a`;
    cacheDownload.setMemoryCacheSize(mebibyte);
    await downloaded(url);

    cacheDownload.clearFileCache();
    expect(cachedText(url)).toBe('x');
    cacheDownload.clearMemoryCache();
    expect(cachedText(url)).toBeNull();
  });

  it('files outlive the process, records do not', async () => {
    const first = startDevice({ rules });
    const site = await startSite((response) => response.end('x'));
    const url = `${site.origin}/a`;
    cacheDownload.setDownloadInfoListSize(5);
    await downloaded(url);

    startDevice({ rules, directory: copyOf(first.directory) });

    cacheDownload.setDownloadInfoListSize(5);
    expect(await downloaded(url, lazy)).toBe('ok');
    expect(site.asked).toHaveLength(1);
    expect(cacheDownload.getDownloadInfo(url)).toBeUndefined();
  });
});

it('an empty body is as good as any other in the cache, by the book', async () => {
  startDevice({ rules: 'documented' });
  const site = await startSite((response) => response.end());

  for (let time = 0; time < 2; time++) expect(await downloaded(site.origin, lazy)).toBe('ok');

  expect(site.asked).toHaveLength(1);
});

it.each(['documented', 'device'] as const)(
  'by the rules `%s`, the file of a body that has become too long goes',
  async (rules) => {
    startDevice({ rules });
    const site = await startSite((response, _, n) => response.end(n === 1 ? 'old' : Buffer.alloc(21 * mebibyte)));
    for (let time = 0; time < 2; time++) await downloaded(site.origin);

    cacheDownload.clearMemoryCache();

    expect(cachedText(site.origin)).toBeNull();
  },
);

describe('the memory cache', () => {
  const startInMemory = (bytes: number) => {
    startDevice();
    cacheDownload.setFileCacheSize(0);
    cacheDownload.setMemoryCacheSize(bytes);
    return startSizes();
  };

  it('evicts what was not used for the longest time', async () => {
    const { has, get } = await startInMemory(100);
    for (const path of ['/50a', '/50b']) await get(path);
    expect(has('/50a')).toEqual([true]);

    await get('/50c');

    expect(has('/50a', '/50b', '/50c')).toEqual([true, false, true]);
  });

  it('shrinks at once', async () => {
    const { has, get } = await startInMemory(mebibyte);
    for (const path of ['/50a', '/50b', '/50c']) await get(path);

    cacheDownload.setMemoryCacheSize(120.9);

    expect(has('/50a', '/50b', '/50c')).toEqual([false, true, true]);
  });

  it('makes room when the first bytes of a body come, as its length announces', async () => {
    startDevice();
    const site = await startSite((response, request) => {
      if (request.url === '/old') return response.end(Buffer.alloc(60));
      response.writeHead(200, { 'Content-Length': '60' }).write('x');
    });
    cacheDownload.setMemoryCacheSize(100);
    cacheDownload.setFileCacheSize(0);
    await downloaded(`${site.origin}/old`);

    cacheDownload.download(`${site.origin}/new`, {});

    await until(() => !longshoreCache.contains(`${site.origin}/old`));
    cacheDownload.cancel(`${site.origin}/new`);
    await downloaded(`${site.origin}/old`);
    expect(longshoreCache.contains(`${site.origin}/old`)).toBe(true);
  });
});

describe('requests', () => {
  it('carry headers in lower case, the later of two alike, and empty ones', async () => {
    startDevice();
    const site = await startSite((response) => response.end());

    await downloaded(site.origin, {
      headers: { 'X-One': '1', 'x-one': '2', 'X-Two': 5 as unknown as string, 'User-Agent': 'me' },
    });

    expect(site.asked[0]?.headers).toMatchObject({ 'x-one': '2', 'x-two': '', 'user-agent': 'me' });
  });

  it.each([null, 'text', 7])('with %j as headers have none of their own', async (headers) => {
    startDevice();
    const site = await startSite((response) => response.end());

    expect(await downloaded(site.origin, { headers: headers as unknown as Record<string, string> })).toBe('ok');
  });

  it('follow redirects with the cookies of the chain, and tell how long they took', async () => {
    startDevice();
    const site = await startSite((response, request) => {
      if (request.url === '/a')
        response.setHeader('Set-Cookie', ['s=1; Path=/', 'bad']).writeHead(302, { Location: '/b' });
      response.end('landed');
    });
    cacheDownload.setDownloadInfoListSize(1);

    await downloaded(`${site.origin}/a`, { headers: { Cookie: 'own=0' } });
    await downloaded(`${site.origin}/b`);

    expect(site.asked.map(({ url, headers }) => [url, headers.cookie])).toEqual([
      ['/a', 'own=0'],
      ['/b', 'own=0; s=1'],
      ['/b', undefined],
    ]);
    await downloaded(`${site.origin}/a`);
    const times = cacheDownload.getDownloadInfo(`${site.origin}/a`)?.performance;
    expect(times?.redirectTime).toBeGreaterThan(0);
    expect(times?.redirectTime).toBeLessThan(times?.firstReceiveTime ?? 0);
    expect(times?.connectTime).toBe(0);
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['identity', Buffer.from],
    ['gzip, br', (text: string) => brotliCompressSync(gzipSync(text))],
  ] as const)('undo the coding %s', async (coding, encode) => {
    startDevice();
    const site = await startSite((response) =>
      response.setHeader('Content-Encoding', coding).end(encode('hello '.repeat(1000))),
    );
    cacheDownload.setDownloadInfoListSize(1);

    await downloaded(site.origin);

    expect(cachedText(site.origin)).toBe('hello '.repeat(1000));
    expect(cacheDownload.getDownloadInfo(site.origin)?.resource.size).toBe(6000);
  });

  it('take no bytes at all in any coding', async () => {
    startDevice();
    const site = await startSite((response) => response.writeHead(204, { 'Content-Encoding': 'gzip' }).end());

    expect(await downloaded(site.origin)).toBe('ok');
  });

  it('go to http when the URL names no scheme', async () => {
    startDevice();
    const site = await startSite((response) => response.end('x'));

    expect(await downloaded(`${site.origin.slice('http://'.length)}/a`)).toBe('ok');
  });

  it('go to who stands in for their host', async () => {
    const site = await startSite((response) => response.end('x'));
    startDevice({ hosts: { 'images.example': site.origin } });

    expect(await downloaded('https://images.example/a')).toBe('ok');
    expect(site.asked[0]?.headers.host).toBe('images.example');
  });

  it('use 6 connections to one host; the others wait', async () => {
    startDevice();
    const waiting: (() => void)[] = [];
    const site = await startSite((response) => void waiting.push(() => response.end('x')));
    const urls = Array.from({ length: 9 }, (_, at) => `${site.origin}/${at}`);
    const heard = urls.map((url) => listen(url));

    for (const url of urls) cacheDownload.download(url, {});
    await until(() => waiting.length === 6);
    cacheDownload.cancel(`${site.origin}/7`);
    waiting.shift()?.();
    await until(() => heard.flat().length === 1);
    await until(() => site.asked.length === 7);
    expect(waiting).toHaveLength(6);
    for (const end of waiting) end();
    await until(() => site.asked.length === 8);
    waiting.at(-1)?.();

    await until(() => heard.flat().length === 8);
    expect(site.asked.map(({ url }) => url)).toEqual(['/0', '/1', '/2', '/3', '/4', '/5', '/6', '/8']);
  });

  it('count as traffic of the app', async () => {
    const device = startDevice();
    const site = await startSite((response) => response.end(Buffer.alloc(10_000)));

    await downloaded(site.origin);

    expect(device.traffic.rxBytes).toBeGreaterThan(10_000);
  });
});

describe('the list of records', () => {
  it('drops the one that was not used for the longest time', async () => {
    startDevice();
    const site = await startSite((response) => response.end('x'));
    const [a, b, c] = ['/a', '/b', '/c'].map((path) => site.origin + path) as [string, string, string];
    const known = () => [a, b, c].filter((url) => cacheDownload.getDownloadInfo(url) !== undefined);
    cacheDownload.setDownloadInfoListSize(2);
    for (const url of [a, b]) await downloaded(url);

    cacheDownload.getDownloadInfo(a);
    await downloaded(c);

    expect(known()).toEqual([a, c]);
    cacheDownload.setDownloadInfoListSize(9);
    expect(known()).toEqual([a, c]);
    cacheDownload.setDownloadInfoListSize(1);
    expect(known()).toEqual([c]);
    cacheDownload.clearMemoryCache();
    cacheDownload.clearFileCache();
    expect(known()).toEqual([c]);
    cacheDownload.setDownloadInfoListSize(0);
    expect(known()).toEqual([]);
  });

  it('keeps nothing unless told', async () => {
    startDevice();
    const site = await startSite((response) => response.end('x'));

    await downloaded(site.origin);

    cacheDownload.setDownloadInfoListSize(1);
    expect(cacheDownload.getDownloadInfo(site.origin)).toBeUndefined();
  });

  it('hands out copies, and the old record while a new download runs', async () => {
    startDevice();
    const site = await startSite((response, _, n) => n === 1 && response.end('x'));
    cacheDownload.setDownloadInfoListSize(1);
    await downloaded(site.origin);
    const info = cacheDownload.getDownloadInfo(site.origin);
    if (info !== undefined) info.resource.size = 99;

    cacheDownload.download(site.origin, {});
    await until(() => site.asked.length === 2);

    expect(cacheDownload.getDownloadInfo(site.origin)?.resource.size).toBe(1);
  });
});

it('removes bytes from both caches for native code', async () => {
  startDevice({ rules: 'device' });
  const site = await startSite((response) => response.end('x'));
  await downloaded(site.origin);

  longshoreCache.remove(site.origin);

  expect(longshoreCache.fetch(site.origin)).toBeNull();
});

it('has the published types', () => {
  expectTypeOf<cacheDownload.CacheStrategy>().toEqualTypeOf<0 | 1>();
  expectTypeOf<cacheDownload.ErrorCode>().toEqualTypeOf<0 | 0x10 | 0x20 | 0x30 | 0xff>();
  expectTypeOf(cacheDownload.download).parameters.toEqualTypeOf<[string, cacheDownload.CacheDownloadOptions]>();
  expectTypeOf(cacheDownload.onDownloadError).toBeCallableWith('', ({ errorCode, message }) => [errorCode, message]);
  expect(cacheDownload.SslType).toEqual({ TLS: 'TLS', TLCP: 'TLCP' });
});
