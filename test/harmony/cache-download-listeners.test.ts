import { describe, expect, it, onTestFinished } from 'vitest';
import cacheDownload from '../../src/harmony/cache-download.ts';
import { theDevice } from '../../src/harmony/device.ts';
import { cachedText, downloaded, startDevice, startSite, startTimedDevice, until } from './cache-download-scene.ts';

const lazy = { cacheStrategy: cacheDownload.CacheStrategy.LAZY };

/** A URL whose bytes are cached, so that each lazy download of it is one round. */
async function cachedUrl(): Promise<{ url: string; rounds: (count: number) => Promise<void> }> {
  const { clock } = startTimedDevice();
  const site = await startSite((response) => response.end('x'));
  await downloaded(site.origin, {}, clock);
  return {
    url: site.origin,
    async rounds(count) {
      for (let round = 0; round < count; round++) cacheDownload.download(site.origin, lazy);
      await clock.run(0);
    },
  };
}

describe('listeners', () => {
  it('are called in the order of registration, each once, with undefined', async () => {
    const { url, rounds } = await cachedUrl();
    const calls: unknown[] = [];
    const a = (...args: unknown[]) => calls.push('a', ...args, args.length);
    const b = () => calls.push('b');
    for (const each of [a, b, a]) cacheDownload.onDownloadSuccess(url, each);
    cacheDownload.onDownloadSuccess(`${url}/`, () => calls.push('other'));
    cacheDownload.onDownloadError(url, () => calls.push('error'));

    await rounds(1);

    expect(calls).toEqual(['a', undefined, 1, 'b']);
  });

  it('are never called before the call that causes it returns, and may come after it', async () => {
    const { url, rounds } = await cachedUrl();
    const calls: string[] = [];

    cacheDownload.download(url, lazy);
    cacheDownload.onDownloadSuccess(url, () => calls.push('late'));
    expect(calls).toEqual([]);
    await rounds(0);

    expect(calls).toEqual(['late']);
  });

  it('of a former download stay for the next one, and nothing is repeated to new ones', async () => {
    const { url, rounds } = await cachedUrl();
    const calls: string[] = [];
    cacheDownload.onDownloadSuccess(url, () => calls.push('a'));
    await rounds(1);
    cacheDownload.onDownloadSuccess(url, () => calls.push('b'));
    expect(calls).toEqual(['a']);

    await rounds(1);

    expect(calls).toEqual(['a', 'a', 'b']);
  });

  it('B, A, of which A removes B at once, are called b a a in two rounds', async () => {
    const { url, rounds } = await cachedUrl();
    const calls: string[] = [];
    const b = () => calls.push('b');
    cacheDownload.onDownloadSuccess(url, b);
    cacheDownload.onDownloadSuccess(url, () => {
      calls.push('a');
      cacheDownload.offDownloadSuccess(url, b);
    });

    await rounds(2);

    expect(calls).toEqual(['b', 'a', 'a']);
  });

  it('A, which removes itself, and B are called a b b in two rounds', async () => {
    const { url, rounds } = await cachedUrl();
    const calls: string[] = [];
    const a = () => {
      calls.push('a');
      cacheDownload.offDownloadSuccess(url, a);
    };
    cacheDownload.onDownloadSuccess(url, a);
    cacheDownload.onDownloadSuccess(url, () => calls.push('b'));

    await rounds(2);

    expect(calls).toEqual(['a', 'b', 'b']);
  });

  it('that are removed before their turn are not called, those that are added are', async () => {
    const { url, rounds } = await cachedUrl();
    const calls: string[] = [];
    const removed = () => calls.push('removed');
    cacheDownload.onDownloadSuccess(url, () => {
      calls.push('first');
      cacheDownload.offDownloadSuccess(url, removed);
      cacheDownload.onDownloadSuccess(url, added);
    });
    const added = () => calls.push('added');
    cacheDownload.onDownloadSuccess(url, removed);

    await rounds(1);

    expect(calls).toEqual(['first', 'added']);
  });

  it('let promises go on between them', async () => {
    const { url, rounds } = await cachedUrl();
    const calls: string[] = [];
    cacheDownload.onDownloadSuccess(url, async () => {
      for (let step = 0; step < 20; step++) await null;
      calls.push('promise');
    });
    cacheDownload.onDownloadSuccess(url, () => calls.push('next'));

    await rounds(1);

    expect(calls).toEqual(['promise', 'next']);
  });

  it('that come when the others have heard wait for the next round', async () => {
    startDevice();
    const site = await startSite((response) => response.end('x'));
    const calls: string[] = [];
    let isLate = false;
    cacheDownload.onDownloadSuccess(site.origin, () => {
      calls.push('first');
      // No promise, but an event of its own, as a timer or a socket brings it.
      setImmediate(() => {
        cacheDownload.onDownloadSuccess(site.origin, () => calls.push('late'));
        theDevice().clock.after(0, () => {
          isLate = true;
        });
      });
    });

    cacheDownload.download(site.origin, {});

    await until(() => isLate);
    expect(calls).toEqual(['first']);
  });

  it('hear nothing after all of their URL and kind were removed', async () => {
    const { url, rounds } = await cachedUrl();
    const calls: string[] = [];
    const a = () => calls.push('a');
    cacheDownload.onDownloadSuccess(url, a);
    cacheDownload.onDownloadSuccess(url, () => calls.push('b'));

    cacheDownload.offDownloadError(url);
    cacheDownload.offDownloadSuccess(`${url}/`);
    cacheDownload.offDownloadSuccess(url, () => {});
    await rounds(1);
    cacheDownload.offDownloadSuccess(url);
    await rounds(1);

    expect(calls).toEqual(['a', 'b']);
  });

  it('hear in spite of one that throws, which is an uncaught error', async () => {
    const { url, rounds } = await cachedUrl();
    const calls: unknown[] = [];
    const uncaught = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException').once('uncaughtException', (error) => calls.push(error));
    onTestFinished(() => {
      process.removeAllListeners('uncaughtException');
      for (const listener of uncaught) process.on('uncaughtException', listener);
    });
    const mine = new Error('mine');
    cacheDownload.onDownloadSuccess(url, () => {
      throw mine;
    });
    cacheDownload.onDownloadSuccess(url, () => calls.push('next'));

    await rounds(1);

    expect(calls).toEqual([mine, 'next']);
  });

  it('of an error get an object of their own', async () => {
    startDevice();
    const site = await startSite((response) => response.writeHead(404).end());
    const calls: cacheDownload.DownloadError[] = [];
    cacheDownload.onDownloadError(site.origin, (error) => {
      calls.push({ ...error });
      error.message = 'changed';
    });
    cacheDownload.onDownloadError(site.origin, (error) => calls.push(error));

    cacheDownload.download(site.origin, {});

    await until(() => calls.length === 2);
    expect(calls).toEqual(Array(2).fill({ errorCode: 0x30, message: '404' }));
  });

  it('find the cache and the record up to date', async () => {
    startDevice();
    const site = await startSite((response) => response.end('x'));
    cacheDownload.setDownloadInfoListSize(1);
    const sizes: unknown[] = [];
    cacheDownload.onDownloadSuccess(site.origin, () => {
      sizes.push(cacheDownload.getDownloadInfo(site.origin)?.resource.size, cachedText(site.origin));
    });

    cacheDownload.download(site.origin, {});

    await until(() => sizes.length > 0);
    expect(sizes).toEqual([1, 'x']);
  });
});
