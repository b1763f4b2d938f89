/**
 * The published shapes of the module, as plain types. Every optional member also takes an explicit `undefined`;
 * what that means differs between the rule sets for some members (harmony-request.md 1.5, last column).
 * @source signatures.md; harmony-request.md 1.4, 1.5, 8.2, 8.3
 */
import type { BusinessError } from '../errors.ts';
import type { Action, Faults, Mode, Network, State, WaitingReason } from './constants.ts';

export type Callback<T> = (data: T) => void;

/** `err` is null (agent) or undefined (legacy) on success, though it is declared as always there. @source 1.7 */
export type AsyncCallback<T, E = void> = (err: BusinessError & { data?: E }, data: T) => void;

/** What every context of an app extends. */
export interface BaseContext {
  stageMode: boolean;
}

/** Opaque here: it names what a tap on a notification opens. */
export type WantAgent = object;

/** A file to upload. @source 1.5 */
export interface FileSpec {
  /** Under a root of the app; spaces around it are dropped. */
  path: string;
  /** @deprecated since 18, ignored: use `contentType`. */
  mimeType?: string | undefined;
  /** Default: the last segment of `path`. */
  filename?: string | undefined;
  /** Ignored. */
  extras?: object | undefined;
  /** Default: the extension of the file name, such as `txt`. */
  contentType?: string | undefined;
}

/** A field of an upload's form, or its files. */
export interface FormItem {
  /** An empty one becomes `file` for files. */
  name: string;
  value: string | FileSpec | FileSpec[];
}

/** @source 1.5 */
export interface Notification {
  /** At most 1024 bytes of UTF-8. */
  title?: string | undefined;
  /** At most 3072 bytes of UTF-8. */
  text?: string | undefined;
  /** System apps with REQUEST_DISABLE_NOTIFICATION only, else 201; ignored from others. A disabled notification makes the total timeout 600 s by default. */
  disable?: boolean | undefined;
  /** VISIBILITY_COMPLETION, VISIBILITY_PROGRESS, or both: 1 to 3. Default: 3 with `gauge`, else 1. */
  visibility?: number | undefined;
  wantAgent?: WantAgent | undefined;
}

/** A transfer slower than this fails with LOW_SPEED. Off unless both are above 0. @source 5.2 */
export interface MinSpeed {
  /** Bytes per second, 0 or more. */
  speed: number;
  /** Seconds, 0 or more. */
  duration: number;
}

/** @source 5.3 */
export interface Timeout {
  /** Seconds for each connection attempt, 1 or more; default 60. */
  connectionTimeout?: number | undefined;
  /** Seconds of run time, waiting and pauses not counted: 1 to 604800; default 604800. */
  totalTimeout?: number | undefined;
}

/**
 * What to transfer. Lengths are bytes of UTF-8. Whatever is called wrong here is error 401, thrown by `create`.
 * @source 1.5, with the order of the checks
 */
export interface Config {
  /** Required. */
  action: Action;
  /** Required: `http://…` or `https://…`, at most 8192 bytes (`documented`, below SDK 15: 2048). */
  url: string;
  /** At most 256 bytes; default and for an empty one: `download` or `upload`. */
  title?: string | undefined;
  /** At most 1024 bytes; default ''. */
  description?: string | undefined;
  /** Default BACKGROUND. */
  mode?: Mode | undefined;
  /** May a download replace its target? Default false: an existing target is error 13400001. */
  overwrite?: boolean | undefined;
  /** Download: GET (default) or POST. Upload: PUT (default) or POST. Any case; others become the default. */
  method?: string | undefined;
  /** Name → value; values that are no strings become ''. */
  headers?: object | undefined;
  /** Download: the request body. Upload, required: the form, with at least one file; at most 100 from SDK 15 on. */
  data?: string | FormItem[] | undefined;
  /** Target of a download. Default: the last segment of the URL, in the cache root. @source 1.6 */
  saveas?: string | undefined;
  /** Default ANY. */
  network?: Network | undefined;
  /** May a metered link be used? Default false; asked for WIFI and CELLULAR only. */
  metered?: boolean | undefined;
  /** May a roaming link be used? Default true; asked for WIFI and CELLULAR only. */
  roaming?: boolean | undefined;
  /** Does a background task wait when the network is lost? Default true; false: it fails. */
  retry?: boolean | undefined;
  /** Are redirects followed? Default true. */
  redirect?: boolean | undefined;
  /** `http://<host>:<port>`, at most 512 bytes; default none. */
  proxy?: string | undefined;
  /** Upload: the file that `begins` and `ends` cut, from 0; default 0. */
  index?: number | undefined;
  /** First byte, default 0; a negative one is 0. */
  begins?: number | undefined;
  /** Last byte, inclusive; default −1: the end. */
  ends?: number | undefined;
  /** Progress notification of a background task; default false. */
  gauge?: boolean | undefined;
  /** Fail when the size is unknown; default false. */
  precise?: boolean | undefined;
  /** 8 to 2048 bytes; whoever asks for the task must know it. Default none. */
  token?: string | undefined;
  /** Smaller is more urgent; default 0. A negative one is the least urgent of all. */
  priority?: number | undefined;
  /** Kept with the task, never sent; values that are no strings become ''. */
  extras?: object | undefined;
  /** Upload: one request for all files; default false. */
  multipart?: boolean | undefined;
  notification?: Notification | undefined;
  minSpeed?: MinSpeed | undefined;
  timeout?: Timeout | undefined;
}

/** @source 1.4 */
export interface Progress {
  /** When the payload was made. */
  readonly state: State;
  /** The file being processed; 0 for a download. */
  readonly index: number;
  /** Bytes done of that file. */
  readonly processed: number;
  /** Bytes of each file, −1 where unknown. */
  readonly sizes: number[];
  /** Response headers by lower-case name, and `body`. */
  readonly extras?: object;
}

/** What `search` looks for; see harmony-request.md 9.4. */
export interface Filter {
  /** System apps only; `*` for all. */
  bundle?: string | undefined;
  /** Created at or before, ms since the epoch; default now. */
  before?: number | undefined;
  /** Created at or after, ms since the epoch; default 24 h before `before`. Later than `before`: error 401. */
  after?: number | undefined;
  state?: State | undefined;
  action?: Action | undefined;
  mode?: Mode | undefined;
}

/** @source 1.4 */
export interface TaskInfo {
  /** From `query` only. */
  readonly uid?: string;
  /** From `query` only. */
  readonly bundle?: string;
  /** Absolute target of a download; '' for an upload. */
  readonly saveas?: string;
  /** '' from `query`. */
  readonly url?: string;
  /** Body of a download; form items, then files, of an upload. Empty from `query`. */
  readonly data?: string | FormItem[];
  /** Decimal digits, below 2³². */
  readonly tid: string;
  readonly title: string;
  readonly description: string;
  readonly action: Action;
  readonly mode: Mode;
  readonly priority: number;
  readonly mimeType: string;
  readonly progress: Progress;
  readonly gauge: boolean;
  /** Creation, ms since the epoch. */
  readonly ctime: number;
  /** Last change, ms since the epoch. */
  readonly mtime: number;
  readonly retry: boolean;
  /** Network retries of the latest run, 0 to 4. */
  readonly tries: number;
  /** Null at run time while there is no reason, though it is declared as always there. */
  readonly faults: Faults;
  readonly reason: string;
  /** Response headers by lower-case name. */
  readonly extras?: object;
}

/** A final response; redirects that are followed are not told. @source 1.4, 6.1 */
export interface HttpResponse {
  /** Such as `HTTP/1.1`. */
  readonly version: string;
  readonly statusCode: number;
  /** The reason phrase. */
  readonly reason: string;
  readonly headers: Map<string, string[]>;
}

/** @source 9.1 */
export interface GroupConfig {
  /** Default false. */
  gauge?: boolean | undefined;
  notification: Notification;
}

/**
 * The handle of a task. `on` and `off` throw 401; operations reject, or answer by callback, with 201, 13400003,
 * 21900005 (groups and API 10 only), 21900006 and 21900007. @source 2.4, 6
 */
export interface Task {
  readonly tid: string;
  /** From `create`: the very object the caller passed. */
  config: Config;

  /** At most once a second, and at the end of each run. */
  on(event: 'progress', callback: (progress: Progress) => void): void;
  on(event: 'completed', callback: (progress: Progress) => void): void;
  on(event: 'failed', callback: (progress: Progress) => void): void;
  on(event: 'pause', callback: (progress: Progress) => void): void;
  on(event: 'resume', callback: (progress: Progress) => void): void;
  on(event: 'remove', callback: (progress: Progress) => void): void;
  on(event: 'response', callback: Callback<HttpResponse>): void;
  on(event: 'faultOccur', callback: Callback<Faults>): void;
  on(event: 'wait', callback: Callback<WaitingReason>): void;
  off(event: 'progress', callback?: (progress: Progress) => void): void;
  off(event: 'completed', callback?: (progress: Progress) => void): void;
  off(event: 'failed', callback?: (progress: Progress) => void): void;
  off(event: 'pause', callback?: (progress: Progress) => void): void;
  off(event: 'resume', callback?: (progress: Progress) => void): void;
  off(event: 'remove', callback?: (progress: Progress) => void): void;
  off(event: 'response', callback?: Callback<HttpResponse>): void;
  off(event: 'faultOccur', callback?: Callback<Faults>): void;
  off(event: 'wait', callback?: Callback<WaitingReason>): void;

  start(callback: AsyncCallback<void>): void;
  start(): Promise<void>;
  pause(callback: AsyncCallback<void>): void;
  pause(): Promise<void>;
  resume(callback: AsyncCallback<void>): void;
  resume(): Promise<void>;
  stop(callback: AsyncCallback<void>): void;
  stop(): Promise<void>;
  /** Bytes per second: 16384 or more, and not below `minSpeed.speed`; else 401, thrown. @source 9.2 */
  setMaxSpeed(speed: number): Promise<void>;
}

/** Config of `downloadFile`: a GET in the background that never overwrites. @source 8.2 */
export interface DownloadConfig {
  /** As in `Config`. */
  url: string;
  /** Name → value. */
  // biome-ignore lint/complexity/noBannedTypes: published like this; any value that is not null is allowed
  header?: Object | undefined;
  /** Default false. */
  enableMetered?: boolean | undefined;
  /** Default false. */
  enableRoaming?: boolean | undefined;
  /** Default ''. */
  description?: string | undefined;
  /** Exactly NETWORK_MOBILE or exactly NETWORK_WIFI; everything else is any network. */
  networkType?: number | undefined;
  /** Default: the last segment of the URL, in the cache root. An existing target is error 13400002. */
  filePath?: string | undefined;
  /** Default `download`. */
  title?: string | undefined;
  /** Show notifications; default false. */
  background?: boolean | undefined;
}

/** @source 8.3 */
export interface DownloadInfo {
  description: string;
  downloadedBytes: number;
  /** The tid as a number. */
  downloadId: number;
  /** ERROR_*; meaningful in a failed task only. */
  failedReason: number;
  fileName: string;
  filePath: string;
  /** PAUSED_* */
  pausedReason: number;
  /** SESSION_* */
  status: number;
  /** The URL. */
  targetURI: string;
  downloadTitle: string;
  /** −1 while unknown. */
  downloadTotalBytes: number;
}

/** `on` and `off` throw 401; operations reject with 201 only: other refusals read as false, or as nothing. @source 8.3 */
export interface DownloadTask {
  /** Bytes; the total is −1 while unknown. */
  on(type: 'progress', callback: (receivedSize: number, totalSize: number) => void): void;
  on(type: 'complete' | 'pause' | 'remove', callback: () => void): void;
  /** `err`: ERROR_* */
  on(type: 'fail', callback: (err: number) => void): void;
  off(type: 'progress', callback?: (receivedSize: number, totalSize: number) => void): void;
  off(type: 'complete' | 'pause' | 'remove', callback?: () => void): void;
  off(type: 'fail', callback?: (err: number) => void): void;

  /** @deprecated since 9: `delete`. */
  remove(callback: AsyncCallback<boolean>): void;
  remove(): Promise<boolean>;
  /** @deprecated since 9: `suspend`. A boolean arrives at run time. */
  pause(callback: AsyncCallback<void>): void;
  pause(): Promise<void>;
  /** @deprecated since 9: `restore`. A boolean arrives at run time. */
  resume(callback: AsyncCallback<void>): void;
  resume(): Promise<void>;
  /** @deprecated since 9: `getTaskInfo`. */
  query(callback: AsyncCallback<DownloadInfo>): void;
  query(): Promise<DownloadInfo>;
  /** @deprecated since 9: `getTaskMimeType`. */
  queryMimeType(callback: AsyncCallback<string>): void;
  queryMimeType(): Promise<string>;
  delete(callback: AsyncCallback<boolean>): void;
  delete(): Promise<boolean>;
  /** False when the task did not become paused. */
  suspend(callback: AsyncCallback<boolean>): void;
  suspend(): Promise<boolean>;
  restore(callback: AsyncCallback<boolean>): void;
  restore(): Promise<boolean>;
  /** An unknown task has an empty info. */
  getTaskInfo(callback: AsyncCallback<DownloadInfo>): void;
  getTaskInfo(): Promise<DownloadInfo>;
  /** '' while unknown. */
  getTaskMimeType(callback: AsyncCallback<string>): void;
  getTaskMimeType(): Promise<string>;
}

/** Published as `File`. An item that misses a member is dropped. @source 8.2 */
export interface LegacyFile {
  filename: string;
  name: string;
  /** `internal://cache/…` */
  uri: string;
  /** Content type, or an extension. */
  type: string;
}

/** A form field of an upload. */
export interface RequestData {
  name: string;
  value: string;
}

/** One file of a finished upload. `responseCode`: 0, or the code of the task's reason. @source 8.3 */
export interface TaskState {
  path: string;
  responseCode: number;
  message: string;
}

/** Config of `uploadFile`. @source 8.2 */
export interface UploadConfig {
  /** As in `Config`. */
  url: string;
  /** Name → value. */
  // biome-ignore lint/complexity/noBannedTypes: published like this; any value that is not null is allowed
  header: Object;
  /** PUT, or POST for everything else. */
  method: string;
  /** The file that `begins` and `ends` cut, from 0; default 0. */
  index?: number | undefined;
  /** First byte, default 0. */
  begins?: number | undefined;
  /** Last byte, inclusive; default −1: the end. */
  ends?: number | undefined;
  /** At least one, else 401. */
  files: LegacyFile[];
  /** Missing: 401. No array: 13499999, rejected. */
  data: RequestData[];
}

/** `on` and `off` throw 401; operations reject with 201 only. @source 8.3 */
export interface UploadTask {
  /** Bytes of all files. */
  on(type: 'progress', callback: (uploadedSize: number, totalSize: number) => void): void;
  /** After each file: `{ headers, body }` of its response. */
  on(type: 'headerReceive', callback: (header: object) => void): void;
  on(type: 'complete' | 'fail', callback: Callback<TaskState[]>): void;
  off(type: 'progress', callback?: (uploadedSize: number, totalSize: number) => void): void;
  off(type: 'headerReceive', callback?: (header: object) => void): void;
  off(type: 'complete' | 'fail', callback?: Callback<TaskState[]>): void;

  /** @deprecated since 9: `delete`. */
  remove(callback: AsyncCallback<boolean>): void;
  remove(): Promise<boolean>;
  delete(callback: AsyncCallback<boolean>): void;
  delete(): Promise<boolean>;
}
