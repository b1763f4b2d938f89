/**
 * The words all layers share. Inside the house a state is `'waiting'`; the numbers that a device publishes for it live
 * in `src/api/constants.ts`. Error codes and reason codes are the exception: they are the names by which everybody
 * knows them, so words and codes are paired here, once.
 */

/** Which reading of the platform applies where its sources disagree. @source harmony-request.md 0.1.1 */
export const ruleSets = ['documented', 'device'] as const;
export type Rules = (typeof ruleSets)[number];

/** The nine states of a task. @source harmony-request.md 2.1 */
export const states = [
  'initialized',
  'waiting',
  'running',
  'retrying',
  'paused',
  'stopped',
  'completed',
  'failed',
  'removed',
] as const;
export type State = (typeof states)[number];

export type Action = 'download' | 'upload';

/** `any` is what a device stores for a mode number of 2 or more; it is scheduled and counted like `background`. */
export type Mode = 'background' | 'foreground' | 'any';

/** The generation of the API a task came from: they differ on network loss and in their events. */
export type Api = 'agent' | 'legacy';

/** The network that a task asks for. */
export type Network = 'any' | 'wifi' | 'cellular';

/** The link that the device has. `other`: Ethernet, Bluetooth, VPN and the like. @source harmony-request.md 4.4 */
export interface Link {
  readonly type: 'offline' | 'wifi' | 'cellular' | 'other';
  readonly metered: boolean;
  readonly roaming: boolean;
}

/** What somebody may ask of a task or for one; each is answered by a chart. */
export const operations = [
  'create',
  'start',
  'pause',
  'resume',
  'stop',
  'remove',
  'setMaxSpeed',
  'getTask',
  'show',
  'touch',
  'query',
  'search',
  'on',
  'off',
  'createGroup',
  'attachGroup',
  'deleteGroup',
] as const;
export type Operation = (typeof operations)[number];

/** The codes that calls are refused with. @source harmony-request.md 1.1 */
export const errorCodes = {
  PERMISSION: 201,
  SYSTEM_API: 202,
  PARAMETER: 401,
  UNSUPPORTED: 801,
  FILE_IO: 13400001,
  FILE_PATH: 13400002,
  SERVICE: 13400003,
  OTHER: 13499999,
  QUEUE_FULL: 21900004,
  TASK_MODE: 21900005,
  TASK_NOT_FOUND: 21900006,
  TASK_STATE: 21900007,
  GROUP_NOT_FOUND: 21900008,
} as const;
export type ErrorName = keyof typeof errorCodes;
export type ErrorCode = (typeof errorCodes)[ErrorName];

/** What an app can read of a failed transfer. @source harmony-request.md 1.2 */
export type Fault =
  | 'others'
  | 'disconnected'
  | 'timeout'
  | 'protocol'
  | 'param'
  | 'fsio'
  | 'dns'
  | 'tcp'
  | 'ssl'
  | 'redirect'
  | 'lowSpeed';

export type WaitingReason = 'queueFull' | 'networkNotMatch' | 'appBackground' | 'userInactivated';

/**
 * Why a task is in its state: the published code, and the fault an app reads for it (null: none).
 * Codes that no rule set ever assigns are left out. @source harmony-request.md 2.2, 7.6
 */
export const reasons = {
  default: { code: 0, fault: null },
  queued: { code: 4, fault: 'others' },
  user: { code: 5, fault: 'others' },
  appBackground: { code: 6, fault: 'others' },
  offline: { code: 7, fault: 'disconnected' },
  unsuitable: { code: 8, fault: 'others' },
  build: { code: 10, fault: 'param' },
  sizeUnknown: { code: 11, fault: 'fsio' },
  timeout: { code: 12, fault: 'timeout' },
  request: { code: 14, fault: 'protocol' },
  redirect: { code: 16, fault: 'redirect' },
  protocol: { code: 17, fault: 'protocol' },
  io: { code: 18, fault: 'fsio' },
  range: { code: 19, fault: 'protocol' },
  other: { code: 20, fault: 'others' },
  account: { code: 21, fault: 'others' },
  dns: { code: 23, fault: 'dns' },
  tcp: { code: 24, fault: 'tcp' },
  ssl: { code: 25, fault: 'ssl' },
  space: { code: 26, fault: 'others' },
  networkApp: { code: 27, fault: 'disconnected' },
  networkAccount: { code: 28, fault: 'disconnected' },
  appAccount: { code: 29, fault: 'others' },
  networkAppAccount: { code: 30, fault: 'disconnected' },
  lowSpeed: { code: 31, fault: 'lowSpeed' },
} as const satisfies Record<string, { readonly code: number; readonly fault: Fault | null }>;
export type Reason = keyof typeof reasons;

/** What can end one exchange with a server badly. The transfer chart decides which of them are tried again. */
export type FaultCause = Extract<
  Reason,
  | 'build'
  | 'sizeUnknown'
  | 'timeout'
  | 'request'
  | 'redirect'
  | 'protocol'
  | 'io'
  | 'range'
  | 'other'
  | 'dns'
  | 'tcp'
  | 'ssl'
  | 'space'
>;

/** One file of an upload. Paths are resolved; names and types are what the request will say. */
export interface UploadFile {
  readonly name: string;
  readonly path: string;
  readonly filename: string;
  /** Sent as the part's Content-Type; may be just a file-name extension. */
  readonly contentType: string;
}

export interface FormField {
  readonly name: string;
  readonly value: string;
}

/**
 * A task as its creator asked for it, checked and with every default filled in. It never changes after `create`.
 * @source harmony-request.md 1.5, 8.2
 */
export interface TaskSpec {
  readonly api: Api;
  readonly action: Action;
  readonly mode: Mode;
  readonly url: string;
  /** Upper case: GET or POST for a download, PUT or POST for an upload. */
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly title: string;
  readonly description: string;
  /** As configured, spelling kept. */
  readonly headers: Readonly<Record<string, string>>;
  /** Request body of a download; empty for none. */
  readonly body: string;
  /** Form fields of an upload, in order. */
  readonly form: readonly FormField[];
  /** Files of an upload, in order; empty for a download. */
  readonly files: readonly UploadFile[];
  /** Absolute path of a download's target; empty for an upload. */
  readonly target: string;
  readonly overwrite: boolean;
  readonly network: Network;
  /** May a metered link be used? Read for `wifi` and `cellular` only. */
  readonly metered: boolean;
  /** May a roaming link be used? Read for `wifi` and `cellular` only. */
  readonly roaming: boolean;
  /** On loss of the network: wait (true) or fail (false). */
  readonly retry: boolean;
  readonly redirect: boolean;
  /** `http://host:port`, or empty for none. */
  readonly proxy: string;
  /** The file that `begins` and `ends` apply to. */
  readonly index: number;
  /** First byte. */
  readonly begins: number;
  /** Last byte, inclusive; −1 for the end. */
  readonly ends: number;
  readonly gauge: boolean;
  /** Fail when the size is unknown. */
  readonly precise: boolean;
  /** Null for none. */
  readonly token: string | null;
  /** 0 or more; smaller is more urgent. */
  readonly priority: number;
  readonly extras: Readonly<Record<string, string>>;
  /** One request for all files of an upload. */
  readonly multipart: boolean;
  readonly notification: {
    readonly title?: string;
    readonly text?: string;
    readonly visibility: number;
    readonly disable?: boolean;
  };
  /** Bytes per second over seconds; both 0 when off. */
  readonly minSpeed: { readonly bytesPerSecond: number; readonly seconds: number };
  readonly timeout: { readonly connectionMs: number; readonly totalMs: number };
}
