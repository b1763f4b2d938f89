/*
 * The published shapes of `@ohos.request.cacheDownload`. @source cache-download.md A.1.1
 */

export const SslType = { TLS: 'TLS', TLCP: 'TLCP' } as const;
export type SslType = (typeof SslType)[keyof typeof SslType];

/** FORCE asks the server always, LAZY when nothing is cached. */
export const CacheStrategy = { FORCE: 0, LAZY: 1 } as const;
export type CacheStrategy = (typeof CacheStrategy)[keyof typeof CacheStrategy];

export const ErrorCode = { OTHERS: 0xff, DNS: 0x00, TCP: 0x10, SSL: 0x20, HTTP: 0x30 } as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

export interface CacheDownloadOptions {
  headers?: Record<string, string>;
  sslType?: SslType;
  /** Path of a PEM file. */
  caPath?: string;
  cacheStrategy?: CacheStrategy;
  retry?: RetryOptions;
  timeout?: TimeoutOptions;
}

export interface RetryOptions {
  /** Attempts after the first, 0 to 10; 1 unless told. */
  maxRetryCount?: number;
}

export interface TimeoutOptions {
  /** Seconds to wait for a network between attempts, 0 to 20; 20 unless told. */
  networkCheckTimeout?: number;
  /** Seconds that one attempt may take, 1 to 4294967; 60 unless told. */
  httpTotalTimeout?: number;
}

export interface DownloadError {
  errorCode: ErrorCode;
  /** The status that is a failure, else an English text. */
  message: string;
}

/** Times are ms from the start of the attempt; 0 for what did not happen. */
export interface PerformanceInfo {
  dnsTime: number;
  connectTime: number;
  tlsTime: number;
  firstSendTime: number;
  firstReceiveTime: number;
  totalTime: number;
  /** Until the final request was sent. */
  redirectTime: number;
}

export interface NetworkInfo {
  dnsServers: Array<string>;
  /** Address of the peer; absent without a connection. */
  ip?: string;
}

export interface ResourceInfo {
  /** Bytes of the body, decoded; −1 by the book where the download failed. */
  size: number;
}

export interface DownloadInfo {
  resource: ResourceInfo;
  network: NetworkInfo;
  performance: PerformanceInfo;
}

export type SuccessListener = () => void;
export type ErrorListener = (error: DownloadError) => void;
