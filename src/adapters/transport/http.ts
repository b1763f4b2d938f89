import type { Dispatcher } from 'undici';
import type { Clock, Timer } from '../../ports/clock.ts';
import type { Files } from '../../ports/files.ts';
import type { Random } from '../../ports/random.ts';
import type { Transport } from '../../ports/transport.ts';
import type { Call, Carrier, HeaderList, OutgoingRequest, ResponseHead } from './carrier.ts';
import { createTransport } from './exchanges.ts';
import { type Line, Lines } from './line.ts';
import { redirected, type StandIns } from './stand-in.ts';
import { givenUp, TransportTrouble } from './trouble.ts';

export interface HttpCarrierOptions {
  readonly clock: Clock;
  /** PEM certificates trusted beside the system's. */
  readonly ca?: readonly string[];
  /** false: any certificate will do; for tests alone. Default true. */
  readonly rejectUnauthorized?: boolean;
  /** Servers that stand in for hosts; for tests alone. */
  readonly hosts?: StandIns;
}

export interface HttpTransportOptions extends HttpCarrierOptions {
  readonly files: Files;
  readonly random: Random;
}

/** Real sockets: whoever shares one shares its connections, its trust and its stand-ins. */
export interface HttpCarrier extends Carrier {
  /** Ends every connection; calls still open break. */
  close(): Promise<void>;
}

/** Of a body, what may wait for the disk or for a speed cap; many bodies share what all of them may have. */
const queueBytesMax = 1024 * 1024;
const queuesBytesMax = 8 * 1024 * 1024;
/** A response that nobody wants is read this far to keep its connection. */
const discardBytesMax = 64 * 1024;
const discardMsMax = 1_000;
/** Errors of the client about a head that is not HTTP, or endless. */
const unreadableNames = new Set(['HTTPParserError', 'HeadersOverflowError']);

/**
 * HTTP/1.1 over real sockets: no decompression, no caching, no redirects of the client's own.
 * Exchanges never wait for each other: each has a connection of its own, kept alive for the next one.
 */
export function createHttpTransport(options: HttpTransportOptions, carrier = createHttpCarrier(options)): Transport {
  const { files, clock, random } = options;
  return createTransport({ files, clock, random, carrier }, () => carrier.close());
}

export function createHttpCarrier(options: HttpCarrierOptions): HttpCarrier {
  const { clock, ca = [], rejectUnauthorized = true, hosts = {} } = options;
  const lines = new Lines({ ca, rejectUnauthorized });
  const open = new Set<HttpCall>();
  return {
    send: (request) => new HttpCall(redirected(request, hosts), { lines, clock, open }),
    close: () => lines.close(),
  };
}

interface Surroundings {
  readonly lines: Lines;
  readonly clock: Clock;
  /** Calls whose response has not ended. */
  readonly open: Set<HttpCall>;
}

class HttpCall implements Call, Dispatcher.DispatchHandler {
  readonly head: Promise<ResponseHead>;
  readonly #lines: Lines;
  readonly #clock: Clock;
  readonly #open: Set<HttpCall>;
  readonly #onMilestone: OutgoingRequest['onMilestone'];
  readonly #line: Line | null = null;
  readonly #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #phase: 'connecting' | 'sent' | 'answered' | 'ended' | 'broken' = 'connecting';
  #trouble: TransportTrouble | null = null;
  #discarded = false;
  #controller: Dispatcher.DispatchController | null = null;
  #timer: Timer | null = null;
  #resolveHead: (head: ResponseHead) => void = () => {};
  #rejectHead: (trouble: TransportTrouble) => void = () => {};
  #wake: (() => void) | null = null;

  constructor(request: OutgoingRequest, { lines, clock, open }: Surroundings) {
    this.#lines = lines;
    this.#clock = clock;
    this.#open = open;
    this.#onMilestone = request.onMilestone;
    this.head = new Promise((resolve, reject) => {
      this.#resolveHead = resolve;
      this.#rejectHead = reject;
    });
    if (request.proxy !== '' && !isOrigin(request.proxy)) {
      this.#break(new TransportTrouble('tcp', `${request.proxy} is no proxy`));
      return;
    }
    open.add(this);
    const { proxyAuthorization, headers } = splitHeaders(request);
    this.#line = lines.take(request, proxyAuthorization);
    this.#timer = clock.after(request.connectTimeoutMs, () => {
      this.#break(new TransportTrouble('timeout', `no connection within ${request.connectTimeoutMs} ms`));
    });
    const { url, method, onMilestone = () => {} } = request;
    // The client takes any iterable; its types have not heard of it.
    const body = request.body as Uint8Array | null;
    this.#line.dispatch({ url, method, headers, body, onMilestone }, this);
  }

  async next(): Promise<Uint8Array | null> {
    for (;;) {
      const piece = this.#queue.shift();
      if (piece !== undefined) {
        this.#queuedBytes -= piece.length;
        if (this.#queuedBytes < this.#roomBytes) this.#controller?.resume();
        return piece;
      }
      if (this.#trouble !== null) throw this.#trouble;
      if (this.#phase === 'ended') return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  discard(): void {
    if (this.#phase !== 'answered') return;
    this.#discarded = true;
    this.#queue.length = 0;
    this.#queuedBytes = 0;
    this.#timer = this.#clock.after(discardMsMax, () => this.drop(), { idle: true });
    this.#controller?.resume();
  }

  drop(): void {
    this.#queue.length = 0;
    this.#trouble ??= givenUp;
    this.#break(this.#trouble);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#phase === 'broken') return controller.abort(new Error('given up'));
    this.#timer?.cancel();
    this.#controller = controller;
    this.#phase = 'sent';
    this.#onMilestone?.({ type: 'sent' });
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
    phrase = '',
  ): void {
    if (status < 200 || this.#phase !== 'sent') return;
    this.#phase = 'answered';
    // The client speaks 1.1 and does not tell what it heard.
    this.#resolveHead({ version: 'HTTP/1.1', status, phrase, headers: listsOf(headers) });
  }

  onResponseData(controller: Dispatcher.DispatchController, piece: Buffer): void {
    this.#queuedBytes += piece.length;
    if (this.#discarded) {
      if (this.#queuedBytes > discardBytesMax) this.drop();
      return;
    }
    this.#queue.push(piece);
    if (this.#queuedBytes >= this.#roomBytes) controller.pause();
    this.#wake?.();
  }

  onResponseEnd(): void {
    if (this.#phase === 'broken') return;
    this.#timer?.cancel();
    this.#phase = 'ended';
    this.#open.delete(this);
    if (this.#line !== null) this.#lines.give(this.#line);
    this.#wake?.();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#break(this.#troubleOf(error));
  }

  get #roomBytes(): number {
    return Math.min(queueBytesMax, queuesBytesMax / this.#open.size);
  }

  #troubleOf(error: Error): TransportTrouble {
    if (this.#phase === 'connecting' && this.#line !== null) return this.#line.troubleOf(error);
    const unreadable = this.#phase === 'sent' && unreadableNames.has(error.name);
    return new TransportTrouble(unreadable ? 'request' : 'other', error.message, { cause: error });
  }

  #break(trouble: TransportTrouble): void {
    if (this.#phase === 'ended' || this.#phase === 'broken') return;
    this.#phase = 'broken';
    this.#open.delete(this);
    this.#trouble ??= trouble;
    this.#timer?.cancel();
    this.#controller?.abort(trouble);
    if (this.#line !== null) this.#lines.destroy(this.#line);
    this.#rejectHead(trouble);
    this.#wake?.();
  }
}

/** Values go out as UTF-8. What is for the proxy's tunnel is not for the server behind it. */
function splitHeaders({ url, proxy, headers }: OutgoingRequest): {
  proxyAuthorization: string | null;
  headers: string[];
} {
  const isForTunnel = ([name]: HeaderList[number]) =>
    proxy !== '' && url.protocol === 'https:' && name.toLowerCase() === 'proxy-authorization';
  return {
    proxyAuthorization: headers.find(isForTunnel)?.[1] ?? null,
    headers: headers
      .filter((header) => !isForTunnel(header))
      .flatMap(([name, value]) => [name, Buffer.from(value).toString('latin1')]),
  };
}

function listsOf(headers: Readonly<Record<string, string | string[] | undefined>>): Map<string, readonly string[]> {
  const lists = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) lists.set(name.toLowerCase(), Array.isArray(value) ? value : [value]);
  }
  return lists;
}

/** Nothing but a host and a port: the client throws for more. */
function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { pathname, search, hash } = new URL(text);
  return pathname === '/' && search === '' && hash === '';
}
