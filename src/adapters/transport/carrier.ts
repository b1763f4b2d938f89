import type { TransferJob } from '../../ports/transport.ts';

/** Names as configured, in the order of sending; a name may come twice. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** One request and its response, as `exchange.ts` needs them: a socket carries them, or the simulated internet. */
export interface Carrier {
  /** Starts the request. What goes wrong is told by the call. */
  send(request: OutgoingRequest): Call;
}

export interface OutgoingRequest {
  readonly url: URL;
  readonly method: string;
  /** Complete but for what belongs to the connection (Host, Connection, and the length of a body of bytes). */
  readonly headers: HeaderList;
  /** A stream's length is in the headers. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | null;
  readonly proxy: TransferJob['proxy'];
  readonly connectTimeoutMs: number;
  /** Certificates for this request in particular, as PEM; beside the system's unless `alone`. Sockets only. */
  readonly trust?: { readonly ca: string; readonly alone: boolean };
  /** Told how far the request has come. Sockets only. */
  readonly onMilestone?: (milestone: Milestone) => void;
}

export type Milestone =
  | { readonly type: 'resolved' }
  /** `address` is the peer's. A connection that is `reused` was resolved, connected and secured for an earlier request. */
  | { readonly type: 'connected' | 'reused'; readonly address: string }
  | { readonly type: 'secured' }
  | { readonly type: 'sent' };

export interface ResponseHead {
  readonly version: string;
  readonly status: number;
  readonly phrase: string;
  readonly headers: ReadonlyMap<string, readonly string[]>;
}

/** All rejections are a `TransportTrouble`, or what the request's body threw. */
export interface Call {
  readonly head: Promise<ResponseHead>;
  /**
   * The next piece of the response's body; null at its end. Not to be asked again before it has answered.
   * @param sink  for whom the pieces are. It may be handed some before there is an answer, which is an empty piece then.
   */
  next(sink?: Sink): Promise<Uint8Array | null>;
  /** The rest is not wanted: read to its end while that is cheap, so that the connection can be used again. */
  discard(): void;
  /** Gives up at once; what is pending rejects, or brings what has come. Doing so twice, or after the end, does nothing. */
  drop(): void;
}

/** Takes pieces without being asked about each of them. */
export interface Sink {
  /** More at once are of no use; a hint. */
  readonly bytesMax: number;
  /** May it be handed pieces now? */
  readonly takesAll: boolean;
  /** @returns when the next piece may come; nothing for at once. */
  take(piece: Uint8Array): Promise<void> | undefined;
}
