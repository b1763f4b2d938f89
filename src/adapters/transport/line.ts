import { request as requestHttp } from 'node:http';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { type buildConnector, Client, type Dispatcher } from 'undici';
import type { OutgoingRequest } from './carrier.ts';
import { TransportTrouble } from './trouble.ts';

export interface Trust {
  /** PEM certificates trusted beside the system's. */
  readonly ca: readonly string[];
  /** false: any certificate will do. */
  readonly rejectUnauthorized: boolean;
}

interface Tls {
  readonly context: SecureContext;
  readonly rejectUnauthorized: boolean;
}

/** For one of several addresses, before the next one is tried too. */
const addressAttemptMs = 1_000;
const idleLinesMax = 64;
const dnsCodes = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME']);

/** Connections by where they lead. A call has one for itself, and gives it back when its response has ended well. */
export class Lines {
  readonly #trust: Trust;
  readonly #tls: Tls;
  readonly #idle = new Map<string, Line[]>();
  readonly #all = new Set<Line>();

  constructor(trust: Trust) {
    this.#trust = trust;
    this.#tls = this.#tlsOf(trust.ca.length > 0 ? [...rootCertificates, ...trust.ca] : undefined);
  }

  take(request: Pick<OutgoingRequest, 'url' | 'proxy' | 'trust'>, proxyAuthorization: string | null): Line {
    const { url, proxy, trust } = request;
    const key = `${proxy} ${url.origin} ${proxyAuthorization} ${trust?.alone} ${trust?.ca}`;
    const idle = this.#idle.get(key)?.pop();
    if (idle !== undefined) return idle;
    const own = trust?.alone === true ? [] : [...rootCertificates, ...this.#trust.ca];
    const tls = trust === undefined ? this.#tls : this.#tlsOf([...own, trust.ca]);
    const line = new Line({ key, url, proxy, proxyAuthorization, tls });
    this.#all.add(line);
    line.onLost(() => this.#forget(line));
    return line;
  }

  give(line: Line): void {
    const idle = this.#idle.get(line.key) ?? [];
    if (idle.length >= idleLinesMax) this.destroy(line);
    else this.#idle.set(line.key, [...idle, line]);
  }

  destroy(line: Line): void {
    this.#all.delete(line);
    void line.destroy();
  }

  async close(): Promise<void> {
    this.#idle.clear();
    await Promise.all([...this.#all].map((line) => line.destroy()));
    this.#all.clear();
  }

  /** Without `ca`: the system's certificates. */
  #tlsOf(ca: string[] | undefined): Tls {
    const context = createSecureContext({ minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) });
    return { context, rejectUnauthorized: this.#trust.rejectUnauthorized };
  }

  /** A lost line is forgotten while it is idle; one in use is its call's business. */
  #forget(line: Line): void {
    const idle = this.#idle.get(line.key) ?? [];
    if (!idle.includes(line)) return;
    const others = idle.filter((other) => other !== line);
    if (others.length > 0) this.#idle.set(line.key, others);
    else this.#idle.delete(line.key);
    this.destroy(line);
  }
}

interface LineOptions {
  readonly key: string;
  readonly url: URL;
  readonly proxy: string;
  readonly proxyAuthorization: string | null;
  readonly tls: Tls;
}

/** One connection to a server, perhaps through a proxy: `http:` by asking the proxy, `https:` by a tunnel. */
export class Line {
  readonly key: string;
  readonly #options: LineOptions;
  readonly #client: Client;
  /** How far the connection has come: what fails after TCP is TLS. */
  #phase: 'tcp' | 'tls' = 'tcp';
  /** Of whom it is connected to; empty before. */
  #address = '';
  #onMilestone: NonNullable<OutgoingRequest['onMilestone']> = () => {};
  /** Has nothing come yet in answer to what was sent? */
  #isFirst = false;
  #hangUp: () => void = () => {};

  constructor(options: LineOptions) {
    this.key = options.key;
    this.#options = options;
    this.#client = new Client(this.#asksProxy ? options.proxy : options.url.origin, {
      connect: (_, done) => this.#connect(done),
      // Waiting has no limit here: the engine counts the whole run.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  onLost(listener: () => void): void {
    this.#client.on('disconnect', listener);
  }

  /** @param headers  names and values in turn. */
  dispatch(
    request: Pick<Dispatcher.DispatchOptions, 'method' | 'body'> &
      Pick<OutgoingRequest, 'url' | 'onMilestone'> & { readonly headers: string[] },
    handler: Dispatcher.DispatchHandler,
  ): void {
    const { url, headers, method, body, onMilestone = () => {} } = request;
    this.#onMilestone = onMilestone;
    this.#isFirst = true;
    if (this.#address !== '') onMilestone({ type: 'reused', address: this.#address });
    const path = `${url.pathname}${url.search}`;
    const hasHost = headers.some((name, at) => at % 2 === 0 && name.toLowerCase() === 'host');
    this.#client.dispatch(
      {
        method,
        body: body ?? null,
        path: this.#asksProxy ? `${url.origin}${path}` : path,
        headers: this.#asksProxy && !hasHost ? ['Host', url.host, ...headers] : headers,
      },
      handler,
    );
  }

  /** The trouble behind an error that came before the request could be sent. */
  troubleOf(error: Error): TransportTrouble {
    const code = codeOf(error);
    const message = error.message || code;
    if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED') {
      return new TransportTrouble('build', message, { cause: error });
    }
    if (this.#phase === 'tls') return new TransportTrouble('ssl', message, { cause: error });
    const unresolved = this.#options.proxy === '' && dnsCodes.has(code);
    return new TransportTrouble(unresolved ? 'dns' : 'tcp', message, { cause: error });
  }

  async destroy(): Promise<void> {
    this.#hangUp();
    await this.#client.destroy();
  }

  get #asksProxy(): boolean {
    return this.#options.proxy !== '' && this.#options.url.protocol === 'http:';
  }

  #connect(done: buildConnector.Callback): void {
    this.#phase = 'tcp';
    const { url, proxy } = this.#options;
    const onSocket = (socket: Socket) => {
      if (url.protocol === 'https:') this.#secure(socket, done);
      else done(null, this.#guarded(socket));
    };
    const fail = (error: Error) => done(error, null);
    if (proxy !== '' && url.protocol === 'https:') this.#tunnel(new URL(proxy), onSocket, fail);
    else this.#call(proxy === '' ? url : new URL(proxy), onSocket, fail);
  }

  #call(to: URL, onSocket: (socket: Socket) => void, fail: (error: Error) => void): void {
    const socket = connectTcp({
      host: bareHost(to),
      port: portOf(to),
      noDelay: true,
      keepAlive: true,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: addressAttemptMs,
    });
    this.#hangUp = () => socket.destroy();
    socket.once('error', fail);
    socket.once('lookup', () => this.#onMilestone({ type: 'resolved' }));
    socket.once('connect', () => {
      socket.off('error', fail);
      this.#address = socket.remoteAddress ?? '';
      this.#onMilestone({ type: 'connected', address: this.#address });
      onSocket(socket);
    });
  }

  #tunnel(proxy: URL, onSocket: (socket: Socket) => void, fail: (error: Error) => void): void {
    const { url, proxyAuthorization } = this.#options;
    const path = `${url.hostname}:${portOf(url)}`;
    const credentials = proxyAuthorization === null ? {} : { 'proxy-authorization': proxyAuthorization };
    const asking = requestHttp({
      method: 'CONNECT',
      host: bareHost(proxy),
      port: portOf(proxy),
      path,
      headers: { host: path, ...credentials },
      agent: false,
    });
    this.#hangUp = () => asking.destroy();
    asking.once('error', fail);
    asking.once('connect', (response, socket) => {
      asking.off('error', fail);
      this.#hangUp = () => socket.destroy();
      if (response.statusCode === 200) return onSocket(socket);
      socket.destroy();
      fail(new Error(`the proxy answers ${response.statusCode} to CONNECT`));
    });
    asking.end();
  }

  #secure(socket: Socket, done: buildConnector.Callback): void {
    this.#phase = 'tls';
    const { context, rejectUnauthorized } = this.#options.tls;
    const host = bareHost(this.#options.url);
    const name = isIP(host) === 0 ? { servername: host } : {};
    const tls = connectTls({ socket, host, secureContext: context, rejectUnauthorized, ...name });
    const fail = (error: Error) => done(error, null);
    this.#hangUp = () => tls.destroy();
    tls.once('error', fail);
    tls.once('secureConnect', () => {
      tls.off('error', fail);
      this.#onMilestone({ type: 'secured' });
      done(null, this.#guarded(tls));
    });
  }

  #guarded<Connection extends Socket>(socket: Connection): Connection {
    // The client takes a reset for the end of a response that names no length; under another code it does not.
    socket.prependListener('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') error.code = 'UND_ERR_SOCKET';
    });
    // It hangs up on a server that says, unasked, that the request may go on. Other interim responses it passes over.
    const read = socket.read.bind(socket);
    socket.read = (size?: number): unknown => {
      const piece: unknown = read(size);
      if (this.#isFirst && Buffer.isBuffer(piece)) {
        this.#isFirst = false;
        if (goOn.equals(piece.subarray(0, goOn.length))) stillBusy.copy(piece);
      }
      return piece;
    };
    return socket;
  }
}

const goOn = Buffer.from('HTTP/1.1 100');
const stillBusy = Buffer.from('HTTP/1.1 102');

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function portOf(url: URL): number {
  return Number(url.port || (url.protocol === 'https:' ? 443 : 80));
}
