import type { Rules } from '../../machines/vocabulary.ts';
import type { differences } from '../../src/harmony/cache-download/differences.ts';
import module from '../../src/harmony/cache-download.ts';
import {
  cachedText,
  cellular,
  downloaded,
  listen,
  offline,
  startDevice,
  startDeviceOverFiles,
  startSite,
  startSizes,
  startTimedDevice,
  until,
  wifi,
} from '../harmony/cache-download-scene.ts';
import { type Cases, outcome } from './case.ts';

const { ErrorCode } = module;
const mebibyte = 1024 * 1024;
const nothing = () => {};

/** The size that is told of what `url` has led to. */
async function sizeOf(url: string): Promise<number | undefined> {
  module.setDownloadInfoListSize(1);
  await downloaded(url);
  return module.getDownloadInfo(url)?.resource.size;
}

/** What is heard of two downloads that joined, and were cancelled. */
async function cancelJoined(rules: Rules): Promise<unknown[]> {
  const { clock, isIdle } = startTimedDevice({ rules });
  let end = nothing;
  const site = await startSite((response) => {
    end = () => response.end('x');
  });
  const heard = listen(site.origin);
  for (let call = 0; call < 2; call++) module.download(site.origin, {});
  await until(() => site.asked.length === 1, clock);
  for (let call = 0; call < 2; call++) module.cancel(site.origin);
  end();
  await until(isIdle, clock);
  return heard;
}

/** What is heard of a download that waited for a network, and was cancelled. */
async function cancelWaiting(rules: Rules): Promise<unknown[]> {
  const { device, clock, isIdle } = startTimedDevice({ network: offline, rules });
  const site = await startSite((response) => response.end('x'));
  const heard = listen(site.origin);
  module.download(site.origin, {});
  await clock.run(500);
  module.cancel(site.origin);
  device.engine.setNetwork(wifi);
  await clock.run(1_000);
  await until(isIdle, clock);
  return heard;
}

/** What stays in memory of a body whose URL then answers with another one. */
async function leftBy(rules: Rules, next: string | Buffer): Promise<string | null> {
  startDevice({ rules });
  const site = await startSite((response, _, n) => response.end(n === 1 ? 'old' : next));
  module.setMemoryCacheSize(mebibyte);
  for (let time = 0; time < 2; time++) await downloaded(site.origin);
  return cachedText(site.origin);
}

/** Which of a body and one that is larger than the cache are there in the end. */
async function tooLarge(rules: Rules, prepare: () => void): Promise<boolean[]> {
  startDevice({ rules });
  prepare();
  const { get, has } = await startSizes();
  for (const path of ['/50a', '/101a']) await get(path);
  return has('/50a', '/101a');
}

/** `@ohos.request.cacheDownload`. */
export const cacheDownload = {
  platformTexts: {
    see(rules) {
      startDevice({ rules });
      try {
        return module.setDownloadInfoListSize(-1);
      } catch (error) {
        return (error as Error).message;
      }
    },
    documented: 'parameter error.',
    device: 'info list size is negative',
  },
  memoryBytes: {
    async see(rules) {
      startDevice({ rules });
      module.setFileCacheSize(0);
      const { get, has } = await startSizes();
      await get(`/${20 * mebibyte}a`);
      const holdsAll = has(`/${20 * mebibyte}a`);
      await get('/1a');
      return [holdsAll, has(`/${20 * mebibyte}a`), has('/1a')].flat();
    },
    documented: [false, false, false],
    device: [true, false, true],
  },
  keepFilesInUse: {
    async see(rules) {
      startDevice({ rules });
      module.setMemoryCacheSize(0);
      module.setFileCacheSize(100);
      const { get, has } = await startSizes();
      for (const path of ['/50a', '/50b']) await get(path);
      has('/50a');
      await get('/50c');
      return has('/50a', '/50b', '/50c');
    },
    documented: [true, false, true],
    device: [false, true, true],
  },
  hideFailedSize: {
    async see(rules) {
      startDevice({ rules });
      const gone = await startSite((response) => response.writeHead(404).end('gone'));
      const cut = await startSite((response, _, n) => {
        if (n === 1) response.writeHead(200, { 'Content-Length': '9' }).write('half', () => response.destroy());
        else response.end('whole');
      });
      return [await sizeOf(gone.origin), await sizeOf(cut.origin)];
    },
    documented: [-1, 5],
    device: [4, 9],
  },
  alwaysCancel: {
    see: async (rules) => [await cancelJoined(rules), await cancelWaiting(rules)],
    documented: [[], []],
    device: [['ok', 'ok'], ['ok']],
  },
  storeExactly: {
    see: async (rules) => [await leftBy(rules, ''), await leftBy(rules, Buffer.alloc(21 * mebibyte))],
    documented: ['', null],
    device: ['old', 'old'],
  },
  evictInVain: {
    see: async (rules) => [
      await tooLarge(rules, () => {
        module.setFileCacheSize(0);
        module.setMemoryCacheSize(100);
      }),
      await tooLarge(rules, () => {
        module.setMemoryCacheSize(0);
        module.setFileCacheSize(100);
      }),
    ],
    documented: Array(2).fill([true, false]),
    device: Array(2).fill([false, false]),
  },
  realStatus: {
    async see(rules) {
      startDevice({ rules });
      const site = await startSite((response, { url }) => response.writeHead(Number(url?.slice(1))).end());
      const outcomes = [];
      for (const status of [206, 226, 404, 418, 429, 505, 511])
        outcomes.push(await downloaded(`${site.origin}/${status}`));
      return outcomes;
    },
    documented: ['ok', 'ok', ...['404', '418', '429', '505', '511'].map(failedWith)],
    device: ['ok', ...['0', '404', '0', '0', '505', '0'].map(failedWith)],
  },
  handshakeIsSsl: {
    async see(rules) {
      startDevice({ rules });
      const site = await startSite((response) => response.end());
      return downloaded(site.origin.replace('http:', 'https:'), { retry: { maxRetryCount: 0 } });
    },
    documented: { errorCode: ErrorCode.SSL, message: 'Internal error' },
    device: { errorCode: ErrorCode.OTHERS, message: 'Internal error' },
  },
  refuseNegative: {
    async see(rules) {
      startDevice({ rules });
      return [await outcome(() => module.setMemoryCacheSize(-1)), await outcome(() => module.setFileCacheSize(-1))];
    },
    documented: [401, 401],
    device: [undefined, undefined],
  },
  offUndefined: {
    async see(rules) {
      startDevice({ rules });
      const site = await startSite((response) => response.end('x'));
      const heard = listen(site.origin);
      const codes = [
        await outcome(() => module.offDownloadSuccess(site.origin, undefined)),
        await outcome(() => module.offDownloadError(site.origin, undefined)),
      ];
      await downloaded(site.origin);
      return [codes, heard];
    },
    documented: [[undefined, undefined], []],
    device: [[401, 401], ['ok']],
  },
  keepNewest: {
    see: (rules) =>
      startDeviceOverFiles(rules, [
        ['a_F', 15 * mebibyte],
        ['b_F', 30 * mebibyte],
        ['c_F', 75 * mebibyte],
        ['d_F', 1],
      ]).left(),
    documented: ['c_F', 'd_F'],
    device: ['a_F', 'b_F'],
  },
  restartAll: {
    async see(rules) {
      const { device, clock } = startTimedDevice({ rules });
      const answers: (() => void)[] = [];
      const site = await startSite((response) => void answers.push(() => response.end('x')));
      const heard = listen(site.origin);
      module.download(site.origin, { retry: { maxRetryCount: 0 } });
      await until(() => answers.length === 1, clock);
      device.engine.setNetwork(cellular);
      await until(() => {
        answers.at(-1)?.();
        return heard.length > 0;
      }, clock);
      return [heard, site.asked.length];
    },
    documented: [['ok'], 1],
    device: [['ok'], 2],
  },
} satisfies Cases<keyof typeof differences>;

function failedWith(message: string): module.DownloadError {
  return { errorCode: ErrorCode.HTTP, message };
}
