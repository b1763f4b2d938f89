/**
 * `@ohos.request.cacheDownload`: downloads ahead of need, into a cache in memory and on disk.
 * @source signatures of the published module, up to API 26; cache-download.md, part A
 */
import { internet } from '../api/owner.ts';
import { Arguments } from './cache-download/arguments.ts';
import { networkInfo } from './cache-download/attempt.ts';
import { thePreloads } from './cache-download/preloads.ts';
import * as types from './cache-download/types.ts';
import { theDevice } from './device.ts';

const { SslType, CacheStrategy, ErrorCode } = types;

/** Calls return at once; of what comes later, only listeners hear. */
const cacheDownload = {
  SslType,
  CacheStrategy,
  ErrorCode,

  /** @throws 201, 401 */
  download(url: string, options: types.CacheDownloadOptions): void {
    mustHave(internet, 'internet permission denied');
    const plan = check().plan(url, options, thePreloads().patience);
    thePreloads().download(plan);
  },

  /** Ends the download of this URL that is in flight; nobody hears of it. @throws 401 */
  cancel(url: string): void {
    thePreloads().cancel(check().url(url));
  },

  /** Bytes, at most 1 GiB. @throws 401 */
  setMemoryCacheSize(bytes: number): void {
    thePreloads().cache.resizeMemory(check().cacheSize(bytes, 'memory'));
  },

  /** Bytes, at most 4 GiB; 0 deletes every file. Holds for this process. @throws 401 */
  setFileCacheSize(bytes: number): void {
    thePreloads().cache.resizeFiles(check().cacheSize(bytes, 'files'));
  },

  clearMemoryCache(): void {
    thePreloads().cache.clearMemory();
  },

  clearFileCache(): void {
    thePreloads().cache.clearFiles();
  },

  /** How the last attempt at this URL went, if the list still has it. @throws 201, 401 */
  getDownloadInfo(url: string): types.DownloadInfo | undefined {
    mustHave(networkInfo, 'GET_NETWORK_INFO permission denied');
    return structuredClone(thePreloads().infos.use(check().url(url)));
  },

  /** Entries, 0 to 8192; 0 unless told. @throws 401 */
  setDownloadInfoListSize(size: number): void {
    thePreloads().infos.resize(check().listSize(size));
  },

  /** @throws 401 */
  onDownloadSuccess(...args: [url: string, callback: types.SuccessListener]): void {
    const { url, listener } = check().listener(args);
    thePreloads().on('success', url, listener);
  },

  /** @throws 401 */
  onDownloadError(...args: [url: string, callback: types.ErrorListener]): void {
    const { url, listener } = check().listener(args);
    thePreloads().on('error', url, listener);
  },

  /** Without a callback: all of this URL. @throws 401 */
  offDownloadSuccess(...args: [url: string, callback?: types.SuccessListener]): void {
    const { url, listener } = check().formerListener(args);
    thePreloads().off('success', url, listener);
  },

  /** Without a callback: all of this URL. @throws 401 */
  offDownloadError(...args: [url: string, callback?: types.ErrorListener]): void {
    const { url, listener } = check().formerListener(args);
    thePreloads().off('error', url, listener);
  },

  /** For downloads that start later; what is not named gets its default. @throws 401 */
  setGlobalRetryOptions(options?: types.RetryOptions): void {
    const preloads = thePreloads();
    preloads.patience = { ...preloads.patience, ...check().globalRetries(options) };
  },

  /** For downloads that start later; what is not named gets its default. @throws 401 */
  setGlobalTimeoutOptions(options?: types.TimeoutOptions): void {
    const preloads = thePreloads();
    preloads.patience = { ...preloads.patience, ...check().globalTimeouts(options) };
  },
};

/** The shapes by name: a namespace member that is called like what it stands for would refer to itself, once bundled. */
interface Shapes {
  SslType: types.SslType;
  CacheStrategy: types.CacheStrategy;
  ErrorCode: types.ErrorCode;
  CacheDownloadOptions: types.CacheDownloadOptions;
  RetryOptions: types.RetryOptions;
  TimeoutOptions: types.TimeoutOptions;
  DownloadError: types.DownloadError;
  DownloadInfo: types.DownloadInfo;
  PerformanceInfo: types.PerformanceInfo;
  NetworkInfo: types.NetworkInfo;
  ResourceInfo: types.ResourceInfo;
}

declare namespace cacheDownload {
  type SslType = Shapes['SslType'];
  type CacheStrategy = Shapes['CacheStrategy'];
  type ErrorCode = Shapes['ErrorCode'];
  type CacheDownloadOptions = Shapes['CacheDownloadOptions'];
  type RetryOptions = Shapes['RetryOptions'];
  type TimeoutOptions = Shapes['TimeoutOptions'];
  type DownloadError = Shapes['DownloadError'];
  type DownloadInfo = Shapes['DownloadInfo'];
  type PerformanceInfo = Shapes['PerformanceInfo'];
  type NetworkInfo = Shapes['NetworkInfo'];
  type ResourceInfo = Shapes['ResourceInfo'];
}

export default cacheDownload;

/** No part of the platform's module: what a test may ask of the cache, as native code on a device does. @source cache-download.md A.11 */
export const longshoreCache = {
  /** The cached bytes; null for none. Counts as a use. */
  fetch: (url: string): Uint8Array | null => thePreloads().cache.fetch(url)?.slice() ?? null,
  contains: (url: string): boolean => thePreloads().cache.fetch(url) !== null,
  /** From memory and from disk. */
  remove: (url: string): void => thePreloads().cache.remove(url),
};

function check(): Arguments {
  return new Arguments(theDevice().engine.rules);
}

function mustHave(permission: string, text: string): void {
  if (!theDevice().permissions.has(permission)) throw check().refusal('PERMISSION', text);
}
