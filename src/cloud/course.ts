import type { Reply } from './server.ts';
import type { CloudResponse, Pairs } from './service.ts';

/** How a reply goes over a wire, whatever the wire is. */
export interface Course {
  readonly status: number;
  /** Complete but for `date` and `connection`. */
  readonly headers: Pairs;
  readonly body: CloudResponse['body'];
  /** Bytes of the body that are sent. */
  readonly bytes: number;
  /**
   * What comes after them. close: the connection ends politely, whatever was announced. reset: it breaks.
   * stall: nothing more comes.
   */
  readonly ending: 'end' | 'close' | 'reset' | 'stall';
  /** The ending strikes before the head: there is no byte of a body to wait for. */
  readonly headless: boolean;
  readonly delayMs: number;
  /** 0 for no limit. */
  readonly bytesPerSecond: number;
}

/**
 * Bytes of a fault are counted in the body. One that has bytes, but not so many, arrives unharmed; without any, what
 * breaks or stalls does so before the head.
 */
export function courseOf({ response, wire }: Reply, method: string): Course {
  const { status, body } = response;
  const size = sizeOf(body);
  const bodiless = method === 'HEAD' || status === 204 || status === 304;
  const sent = bodiless ? 0 : size;
  const limited = wire !== null && 'bytes' in wire && mayStrike(wire, sent) ? wire : null;
  const nameless = status === 204 || status === 304 || wire?.type === 'noLength';
  const announced = wire?.type === 'length' ? Math.max(0, size + wire.by) : size;
  const lies = wire?.type === 'length' && announced !== size && !bodiless;
  return {
    status,
    headers: nameless ? response.headers : [...response.headers, ['content-length', String(announced)]],
    body,
    bytes: limited === null ? sent : Math.min(limited.bytes, sent),
    ending: limited === null ? (lies ? 'close' : 'end') : endings[limited.type],
    headless: limited !== null && sent === 0,
    delayMs: wire?.type === 'delay' ? wire.delayMs : 0,
    bytesPerSecond: wire?.type === 'dribble' ? wire.bytesPerSecond : 0,
  };
}

function mayStrike({ type, bytes }: { readonly type: string; readonly bytes: number }, sent: number): boolean {
  return sent === 0 ? type !== 'truncate' : bytes < sent;
}

/** `cut` strikes before there is a reply. */
const endings = { reset: 'reset', truncate: 'close', stall: 'stall', cut: 'reset' } as const;

function sizeOf(body: CloudResponse['body']): number {
  if (typeof body === 'string') return new TextEncoder().encode(body).length;
  return body instanceof Uint8Array ? body.length : body.size;
}
