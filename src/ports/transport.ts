import type { FaultCause, FormField } from '../../machines/vocabulary.ts';

/** One exchange with a server: a download's request, or the request that carries one file (or all files) of an upload. */
export type TransferJob = DownloadJob | UploadJob;

interface JobBase {
  readonly tid: string;
  readonly url: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  /** As configured; the transport adds what the exchange needs. */
  readonly headers: Readonly<Record<string, string>>;
  readonly redirect: boolean;
  /** Redirects followed before the fault `redirect`. */
  readonly redirectsMax: number;
  /** `http://host:port`, or empty for none. */
  readonly proxy: string;
  /** Bytes per second; 0 for no limit. */
  readonly maxSpeed: number;
  readonly connectTimeoutMs: number;
}

export interface DownloadJob extends JobBase {
  readonly kind: 'download';
  /** Sent as the request body, also for GET; empty for none. */
  readonly body: string;
  readonly target: string;
  /** First byte wanted of the resource. */
  readonly begins: number;
  /** Last byte wanted, inclusive; −1 for the end. */
  readonly ends: number;
  /** etag, else last-modified, of the response that the bytes on disk are of; null for none. They are kept only with it. */
  readonly validator: string | null;
  /** Bytes of the target when it is whole, as that response told; −1 for unknown. */
  readonly size: number;
  /** Fault `sizeUnknown` when the response names no length. */
  readonly precise: boolean;
}

export interface UploadJob extends JobBase {
  readonly kind: 'upload';
  /** raw: the body is the bytes of the one file. multipart: `form`, then `files`, as multipart/form-data. */
  readonly encoding: 'raw' | 'multipart';
  readonly form: readonly FormField[];
  readonly files: readonly JobFile[];
  /** Bytes per second, below which somebody will break it off, so that slow ones are to be told in time; 0 for none. */
  readonly minSpeed: number;
}

export interface JobFile {
  /** Position in the task's list of files. */
  readonly index: number;
  readonly name: string;
  readonly path: string;
  readonly filename: string;
  readonly contentType: string;
  /** First and last byte (inclusive) to send; `to` = `from` − 1 for none. */
  readonly from: number;
  readonly to: number;
}

export type TransferReport =
  | {
      /** A final response: of success or of error, not a redirect that is followed. Told before the status is judged. */
      readonly type: 'responded';
      /** Such as `HTTP/1.1`. */
      readonly version: string;
      readonly status: number;
      /** The reason phrase. */
      readonly phrase: string;
      /** Lower-case name → values, one for each time the header was sent. */
      readonly headers: ReadonlyMap<string, readonly string[]>;
      /**
       * For a response whose body goes to the target: bytes of the file that stay before it, and the file's size when
       * it is whole (−1: unknown). Null for every other response, whose headers say nothing of the bytes on disk, and
       * for uploads.
       */
      readonly body: { readonly offset: number; readonly size: number } | null;
    }
  /**
   * `bytes`: of the file at `index`, in all, from the first wanted byte on: taken by the disk's writer (download), handed
   * to the socket without the framing around it (upload). Told at most every 50 ms, and at the end of each file, an empty
   * one included; never less than before, also when a redirect has the body sent again.
   */
  | { readonly type: 'received'; readonly index: number; readonly bytes: number }
  /** `bytes` as in the last `received`. `body`: an upload's response body, its first 16 MiB; empty for a download. */
  | { readonly type: 'finished'; readonly bytes: number; readonly body: Uint8Array }
  /**
   * dns, tcp, ssl: no connection. other: broken in the middle, or while sending. protocol: a status that is a failure
   * (`status` names it). timeout: the connection took too long. The rest as in harmony-request.md 2.2.
   * local: trouble with a file here, so that asking the server again is of no use.
   */
  | {
      readonly type: 'faulted';
      readonly cause: FaultCause;
      readonly status: number | null;
      readonly local?: boolean;
      readonly detail: string;
    }
  | { readonly type: 'cancelled' };

export interface Transport {
  /**
   * Starts one exchange and tells its story through `report`.
   * Promise: `responded` at most once, `received` any number of times, then exactly one of `finished`, `faulted`,
   * `cancelled`, then silence. Nothing is told before `open` returns. The last word comes when the file is flushed and
   * closed; until then no second exchange of the task may open it. A broken download leaves whole the bytes it reported.
   *
   * Resume, for a download: the bytes in the target count from `begins`. With a validator they are kept (`If-Range` and
   * `Range`); without one they are dropped, unless a range was asked for: then `range`, and nothing is sent.
   * 206, and 2xx other than 200, append. 200 starts the file anew, or is the fault `range` when a range was asked for.
   * A target that has `size` bytes already is `finished`, and nothing is sent. While an exchange that was cancelled still
   * has the target open, also one of another task, the next one waits for it.
   *
   * A crash at any instant leaves bytes of one version: before `responded` tells of a body, the target holds no byte
   * after `body.offset`, and none of the body is written until the report has returned.
   *
   * @throws nothing: what goes wrong is a `faulted` report.
   * @source harmony-request.md 7; RFC 9110, 14 (ranges).
   */
  open(job: TransferJob, report: (event: TransferReport) => void): Run;

  /** Releases sockets; exchanges still open are cancelled. */
  close(): Promise<void>;
}

export interface Run {
  /** Bytes per second from now on; 0 for no limit. */
  setSpeed(bytesPerSecond: number): void;
  /** Ends the exchange; `cancelled` follows, unless another last word was already on its way. */
  cancel(): void;
}
