import { describe, expect, it } from 'vitest';
import { BusinessError } from '../../src/errors.ts';
import cacheDownload from '../../src/harmony/cache-download.ts';
import { startDevice } from './cache-download-scene.ts';

const longest = `http://a.invalid/${'é'.repeat((8192 - 'http://a.invalid/'.length - 1) / 2)}x`;
const tooLong = `${longest}x`;
const url = 'http://a.invalid/';

/** The functions as JavaScript sees them. */
type Loose = (...args: readonly unknown[]) => unknown;
const loose = cacheDownload as unknown as Readonly<Record<string, Loose>>;
const call = (name: string, ...args: readonly unknown[]) => loose[name]?.(...args);

function thrown(name: string, ...args: readonly unknown[]): BusinessError {
  try {
    call(name, ...args);
  } catch (error) {
    if (error instanceof BusinessError) return error;
    throw error;
  }
  throw new Error(`${name} throws nothing`);
}

const callback = () => {};

describe('401', () => {
  it.each([
    ['download', [], 'parameter error'],
    ['download', [url], 'parameter error'],
    ['download', [5, {}], 'parameter error'],
    ['download', [url, null], 'parameter error'],
    ['download', [url, callback], 'parameter error'],
    ['download', [tooLong, 5], 'parameter error'],
    ['download', [tooLong, { retry: 5 }], 'url exceeds the maximum length'],
    ['download', [url, { retry: 5, timeout: 5 }], 'maxRetryCount out of range'],
    ['download', [url, { retry: { maxRetryCount: 11 } }], 'maxRetryCount out of range'],
    ['download', [url, { retry: { maxRetryCount: -1 } }], 'maxRetryCount out of range'],
    ['download', [url, { retry: { maxRetryCount: '1' } }], 'maxRetryCount out of range'],
    ['download', [url, { timeout: 'x' }], 'timeout parameter out of range'],
    ['download', [url, { timeout: { networkCheckTimeout: 21 } }], 'timeout parameter out of range'],
    ['download', [url, { timeout: { httpTotalTimeout: 0.9 } }], 'timeout parameter out of range'],
    ['download', [url, { timeout: { httpTotalTimeout: Number.NaN } }], 'timeout parameter out of range'],
    ['download', [url, { timeout: { httpTotalTimeout: 4_294_968 } }], 'timeout parameter out of range'],
    ['cancel', [], 'parameter error'],
    ['cancel', [tooLong], 'url exceeds the maximum length'],
    ['getDownloadInfo', [{}], 'parameter error'],
    ['getDownloadInfo', [tooLong], 'url exceeds the maximum length'],
    ['setMemoryCacheSize', ['1'], 'parameter error'],
    ['setMemoryCacheSize', [1_073_741_825], 'memory size exceeds the maximum value'],
    ['setFileCacheSize', [null], 'parameter error'],
    ['setFileCacheSize', [4_294_967_297], 'file cache size exceeds the maximum value'],
    ['setDownloadInfoListSize', [], 'parameter error'],
    ['setDownloadInfoListSize', [8193], 'info list size exceeds the maximum value'],
    ['setDownloadInfoListSize', [-1], 'info list size is negative'],
    ['onDownloadSuccess', [url], 'missing mandatory parameters'],
    ['onDownloadSuccess', [5, callback], 'parameter url type error'],
    ['onDownloadError', ['', callback], 'url is empty'],
    ['onDownloadError', [tooLong, callback], 'url exceeds the maximum length'],
    ['onDownloadError', [url, undefined], 'parameter callback type error'],
    ['offDownloadSuccess', [], 'parameter url type error'],
    ['offDownloadSuccess', [''], 'url is empty'],
    ['offDownloadError', [tooLong], 'url exceeds the maximum length'],
    ['offDownloadError', [url, null], 'parameter callback type error'],
    ['setGlobalRetryOptions', [5], 'parameter type error'],
    ['setGlobalRetryOptions', [{ maxRetryCount: 11 }], 'maxRetryCount type error or out of range'],
    ['setGlobalTimeoutOptions', ['x'], 'parameter type error'],
    [
      'setGlobalTimeoutOptions',
      [{ networkCheckTimeout: -1, httpTotalTimeout: 0 }],
      'networkCheckTimeout type error or out of range',
    ],
    ['setGlobalTimeoutOptions', [{ httpTotalTimeout: true }], 'httpTotalTimeout type error or out of range'],
  ] as const)('%s %j says: %3$s', (name, args, text) => {
    startDevice({ rules: 'documented' });
    expect(thrown(name, ...args)).toMatchObject({ code: 401, message: 'parameter error.', detail: text });

    startDevice({ rules: 'device' });
    expect(thrown(name, ...args)).toMatchObject({ code: 401, message: text, detail: text });
  });
});

describe('accepted', () => {
  it.each([
    ['download', [longest, {}]],
    ['download', ['', {}]],
    ['download', ['no url', []]],
    ['download', [url, { retry: null, timeout: null, sslType: 5, caPath: 5, headers: 5, cacheStrategy: 'x' }]],
    [
      'download',
      [url, { retry: { maxRetryCount: 10.9 }, timeout: { networkCheckTimeout: -0.5, httpTotalTimeout: 1.5 } }],
    ],
    ['download', [url, { retry: { maxRetryCount: Number.POSITIVE_INFINITY } }]],
    ['cancel', [longest]],
    ['cancel', ['']],
    ['getDownloadInfo', ['']],
    ['setMemoryCacheSize', [1_073_741_824.9]],
    ['setMemoryCacheSize', [-0.5]],
    ['setMemoryCacheSize', [Number.NaN]],
    ['setFileCacheSize', [4_294_967_296]],
    ['setDownloadInfoListSize', [8192]],
    ['setDownloadInfoListSize', [-0.9]],
    ['clearMemoryCache', ['whatever']],
    ['clearFileCache', [5]],
    ['onDownloadSuccess', [longest, callback]],
    ['offDownloadSuccess', [longest]],
    ['setGlobalRetryOptions', []],
    ['setGlobalRetryOptions', [null]],
    ['setGlobalTimeoutOptions', [{}]],
    ['setGlobalTimeoutOptions', [{ networkCheckTimeout: 20, httpTotalTimeout: 4_294_967 }]],
  ] as const)('%s %j', (name, args) => {
    startDevice({ network: { type: 'offline', metered: false, roaming: false } });

    expect(call(name, ...args)).toBeUndefined();
  });
});

describe('permissions', () => {
  it.each([
    ['download', 'ohos.permission.GET_NETWORK_INFO', 'internet permission denied'],
    ['getDownloadInfo', 'ohos.permission.INTERNET', 'GET_NETWORK_INFO permission denied'],
  ])('%s needs more than %s, and says so before anything else', (name, permission, text) => {
    startDevice({ rules: 'documented', permissions: [permission] });
    expect(thrown(name, 5)).toMatchObject({ code: 201, message: 'permission denied.', detail: text });

    startDevice({ rules: 'device', permissions: [permission] });
    expect(thrown(name, 5)).toMatchObject({ code: 201, message: text });
  });

  it('are not asked for by the other calls', () => {
    startDevice({ permissions: [] });

    for (const [name, ...args] of [
      ['cancel', url],
      ['setMemoryCacheSize', 1],
      ['onDownloadError', url, callback],
      ['setGlobalRetryOptions'],
    ] as const) {
      expect(call(name, ...args)).toBeUndefined();
    }
  });
});
