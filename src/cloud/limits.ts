import { textBytesMax } from './request.ts';

/** What one server takes; counts, bytes, milliseconds. What is over a limit gets the service's error or a closed connection. */
export interface HostLimits {
  readonly connectionsMax: number;
  /** Requests of one connection that wait while an earlier one is answered. */
  readonly pipelinedMax: number;
  /** Request line and headers. */
  readonly headBytesMax: number;
  readonly headersMsMax: number;
  /** From a request's first byte to its last. */
  readonly requestMsMax: number;
  /** Of a request's body, and of a blob that is joined of others. */
  readonly bodyBytesMax: number;
  /** A body that stays silent for so long is stalled. */
  readonly bodyIdleMsMax: number;
  /** A client that takes nothing for so long is gone. */
  readonly sendIdleMsMax: number;
  readonly keepAliveMsMax: number;
  /** Fields of a form. */
  readonly fieldsMax: number;
  /** Of one field. */
  readonly fieldBytesMax: number;
  /** Of all fields of a form. */
  readonly formBytesMax: number;
  /** Files of a form. */
  readonly filesMax: number;
  /** How long a connection stays after an answer that came before the body's end, so that the answer arrives. */
  readonly lingerMsMax: number;
  /** What is still under way so long after `close` is cut off. */
  readonly closeMsMax: number;
  /** So much must have been written since blobs without an owner were last dropped. */
  readonly garbageBytesMin: number;
  /** Of all blobs of a service in process; what would be more is refused as too large. */
  readonly memoryBytesMax: number;
}

const kibi = 1024;
const mebi = 1024 * kibi;

/** Wide enough for every honest client. */
export const hostLimits: HostLimits = {
  connectionsMax: 10_000,
  pipelinedMax: 100,
  headBytesMax: 32 * kibi,
  headersMsMax: 30_000,
  requestMsMax: 3_600_000,
  bodyBytesMax: 32 * kibi * mebi,
  bodyIdleMsMax: 30_000,
  sendIdleMsMax: 60_000,
  keepAliveMsMax: 5_000,
  fieldsMax: 1_000,
  fieldBytesMax: textBytesMax,
  formBytesMax: 4 * mebi,
  filesMax: 100,
  lingerMsMax: 1_000,
  closeMsMax: 5_000,
  garbageBytesMin: 64 * mebi,
  memoryBytesMax: 512 * mebi,
};
