import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSystemClock } from '../adapters/clock/system.ts';
import type { Clock } from '../ports/clock.ts';
import { type Blobs, JoinTooLarge } from './blobs.ts';
import { courseOf } from './course.ts';
import { type CloudStore, openCloudStore } from './host/cloud-store.ts';
import { Connections } from './host/connections.ts';
import { type ReadBody, readBody } from './host/read-body.ts';
import { sendReply } from './host/send-reply.ts';
import { type HostLimits, hostLimits } from './limits.ts';
import { liveBlobs } from './live-blobs.ts';
import { type RequestHead, toRequest } from './request.ts';
import type { Scenario } from './scenario.ts';
import { CloudServer, piecesOf, type Reply } from './server.ts';
import type { CloudRequest, ServiceName } from './service.ts';
import { type AnyService, loadService } from './services.ts';
import { headersOf, targetOf } from './wire-text.ts';

export { DataError } from './host/data-directory.ts';
export { type HostLimits, hostLimits } from './limits.ts';
export { type Scenario, ScenarioError } from './scenario.ts';
export type { ServiceName } from './service.ts';
export { type AnyService, isServiceName, loadService, serviceNames } from './services.ts';

export interface ServeOptions {
  /** 0, which is what it is unless told, for one that is free. */
  readonly port?: number;
  /** Address to listen at; `127.0.0.1` unless told. */
  readonly host?: string;
  /**
   * Public base of every address given to a client, such as `https://cloud.example`. Unless told: the host by which
   * the client came, when its port is the server's; else the server's own.
   */
  readonly base?: string;
  readonly scenario?: Scenario;
  /** Where state and bytes are kept; unless told, in memory and in a directory that is gone after `close`. */
  readonly dataDir?: string;
  readonly limits?: Partial<HostLimits>;
  readonly clock?: Clock;
  /** Told of what answered 500: a bug of a service, or trouble with the disk. A warning of the process unless told. */
  readonly onBug?: (error: unknown) => void;
}

/** A service behind a real socket. */
export interface ServedCloud {
  readonly service: ServiceName;
  readonly host: string;
  readonly port: number;
  /** `http://127.0.0.1:8100` */
  readonly url: string;
  readonly settings: object;
  /** How to point the usual clients here: lines of text. */
  readonly hints: readonly string[];
  /** Plain JSON: all that the server remembers. */
  readonly state: CloudServer['state'];
  /** Answers what is under way, `closeMsMax` long at most; everything is closed then. May be called twice. */
  close(): Promise<void>;
}

/**
 * Serves one service by HTTP/1.1. Several may be served at once, each at a port of its own.
 *
 * @param service  a definition, or the name of one of the four.
 * @throws ScenarioError; DataError for a data directory that cannot serve; what the system throws: `EADDRINUSE`, `EACCES`
 * @source cloud-services.md 1.2
 */
export async function serveCloud(service: AnyService | ServiceName, options: ServeOptions = {}): Promise<ServedCloud> {
  const definition = typeof service === 'string' ? await loadService(service) : service;
  const clock = options.clock ?? createSystemClock();
  const server = new CloudServer<object, object>(definition, { scenario: options.scenario, now: () => clock.now() });
  const store = await openCloudStore(options.dataDir, definition.name);
  const host = new Host(server, { ...options, store, clock, limits: { ...hostLimits, ...options.limits } });
  try {
    await host.begin();
    await host.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  } catch (trouble) {
    await store.close(null);
    throw trouble;
  }
  return host;
}

interface HostOptions extends Pick<ServeOptions, 'base' | 'onBug'> {
  readonly store: CloudStore;
  readonly clock: Clock;
  readonly limits: HostLimits;
}

class Host implements ServedCloud {
  readonly #server: CloudServer;
  readonly #options: HostOptions;
  readonly #store: CloudStore;
  readonly #blobs: Blobs;
  readonly #limits: HostLimits;
  readonly #http: Server;
  readonly #connections: Connections;
  #saved: object | null = null;
  #saving: Promise<void> = Promise.resolve();
  #underWay = 0;
  #sweeping: Promise<void> | null = null;
  #sweptBytes = 0;
  #closed: Promise<void> | null = null;

  constructor(server: CloudServer, options: HostOptions) {
    this.#server = server;
    this.#options = options;
    this.#store = options.store;
    this.#limits = options.limits;
    this.#blobs = withBoundedJoins(options.store.blobs, options.limits);
    this.#connections = new Connections(options.limits.pipelinedMax);
    this.#http = this.#createHttp();
  }

  get service(): ServiceName {
    return this.#server.definition.name;
  }

  get host(): string {
    return this.#address.address;
  }

  get port(): number {
    return this.#address.port;
  }

  get url(): string {
    const { address, family } = this.#address;
    const local = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address;
    return `http://${family === 'IPv6' && local.includes(':') ? `[${local}]` : local}:${this.port}`;
  }

  get settings(): object {
    return this.#server.settings;
  }

  get hints(): readonly string[] {
    return this.#server.definition.hints(this.settings, this.#options.base ?? this.url);
  }

  get state(): CloudServer['state'] {
    return this.#server.state;
  }

  /** With what the last life left, or with the files of the scenario. Fault rules count from now on. */
  async begin(): Promise<void> {
    if (this.#store.state !== null) {
      const { serial, service } = this.#store.state;
      this.#server.restore({ ...this.#server.state, serial, service });
      return;
    }
    for (const file of this.#server.files) {
      const writer = this.#blobs.writer();
      for (const piece of piecesOf(file)) await writer.write(piece);
      this.#server.place(file.path, await writer.finish());
    }
    await this.#save();
  }

  listen(port: number, host: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(port, host, () => {
        this.#http.off('error', reject);
        resolve();
      });
    });
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const address = this.#address;
    this.#lastAddress = address;
    const closed = new Promise<void>((done) => this.#http.close(() => done()));
    const idle = this.#connections.drain();
    const timer = this.#options.clock.after(this.#limits.closeMsMax, () => this.#connections.cut());
    await idle;
    timer.cancel();
    this.#connections.cut();
    await closed;
    await this.#sweeping;
    await this.#store.close(this.#server.state);
  }

  /** Also after the end. */
  #lastAddress: AddressInfo | null = null;

  get #address(): AddressInfo {
    return this.#lastAddress ?? (this.#http.address() as AddressInfo);
  }

  #createHttp(): Server {
    const { headersMsMax, requestMsMax, keepAliveMsMax, headBytesMax, connectionsMax } = this.#limits;
    const http = createServer(
      {
        headersTimeout: headersMsMax,
        requestTimeout: Math.max(requestMsMax, headersMsMax),
        connectionsCheckingInterval: Math.min(checkMsMax, headersMsMax),
        keepAliveTimeout: keepAliveMsMax,
        maxHeaderSize: headBytesMax,
        requireHostHeader: false,
      },
      (request, response) => {
        const { socket } = request;
        this.#connections.enqueue(socket, () => this.#exchange(request, response));
      },
    );
    http.maxConnections = connectionsMax;
    // A client that has said all it has to say may close its side and still wants its answer.
    Object.assign(http, { httpAllowHalfOpen: true });
    http.on('connection', (socket) => this.#connections.add(socket));
    return http;
  }

  async #exchange(request: IncomingMessage, response: ServerResponse): Promise<void> {
    while (this.#sweeping !== null) await this.#sweeping;
    this.#underWay += 1;
    try {
      await this.#answer(request, response);
    } catch (trouble) {
      this.#report(trouble);
      request.socket.destroy();
    } finally {
      this.#underWay -= 1;
      this.#sweepWhenDue();
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { clock } = this.#options;
    const blobs = this.#blobs;
    const limits = this.#limits;
    const head = headOf(request);
    const body = await this.#read(request, head);
    if (body === 'aborted') return void request.socket.destroy();
    if (body === 'cut') return void request.socket.resetAndDestroy();
    const reply = body === null ? crashed : await this.#reply(toRequest(head, body), this.#baseFor(head));
    const unread = body === null || (body.type === 'unreadable' && body.why !== 'malformed');
    const course = courseOf(reply, head.method);
    await sendReply({ request, response }, course, { blobs, limits, clock, last: this.#closed !== null, unread });
  }

  /** Null when the disk would not take it. */
  async #read(request: IncomingMessage, head: RequestHead): Promise<ReadBody | null> {
    const { clock } = this.#options;
    try {
      return await readBody(request, head, {
        blobs: this.#blobs,
        limits: this.#limits,
        clock,
        cutAt: this.#server.cut(),
      });
    } catch (trouble) {
      this.#report(trouble);
      return null;
    }
  }

  async #reply(request: CloudRequest, base: string): Promise<Reply> {
    try {
      const reply = await this.#server.answer(request, base, this.#blobs);
      await this.#save();
      return reply;
    } catch (bug) {
      this.#report(bug);
      return crashed;
    }
  }

  /** Whoever is answered may rely on it: what came before is on disk. Counters alone are not worth a write. */
  #save(): Promise<void> {
    const { state } = this.#server;
    if (state.service !== this.#saved) {
      this.#saved = state.service;
      this.#saving = this.#store.save(state).catch((trouble: unknown) => {
        this.#saved = null;
        throw trouble;
      });
    }
    return this.#saving;
  }

  #sweepWhenDue(): void {
    const { bytesWritten } = this.#store.blobs;
    if (this.#underWay > 0 || this.#sweeping !== null) return;
    if (bytesWritten - this.#sweptBytes < this.#limits.garbageBytesMin) return;
    this.#sweptBytes = bytesWritten;
    const live = new Set(liveBlobs(this.#server.state).keys());
    this.#sweeping = this.#blobs
      .keepOnly(live)
      .catch((trouble: unknown) => this.#report(trouble))
      .finally(() => {
        this.#sweeping = null;
      });
  }

  #baseFor({ headers }: RequestHead): string {
    const { base } = this.#options;
    if (base !== undefined) return base.replace(/\/+$/, '');
    const [, name, port = '80'] = /^([\w.-]+|\[[\da-f:]+\])(?::(\d+))?$/i.exec(headers.host ?? '') ?? [];
    return name !== undefined && Number(port) === this.port ? `http://${headers.host}` : this.url;
  }

  #report(trouble: unknown): void {
    const { onBug = warn } = this.#options;
    onBug(trouble);
  }
}

/** How often limits of time are looked at. */
const checkMsMax = 1_000;

const crashed: Reply = {
  response: { status: 500, headers: [['content-type', 'text/plain']], body: 'internal error\n' },
  wire: null,
};

function warn(trouble: unknown): void {
  process.emitWarning(trouble instanceof Error ? trouble : String(trouble));
}

function headOf({ method = 'GET', url = '/', rawHeaders }: IncomingMessage): RequestHead {
  const pairs = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ''] as const] : []));
  return { method, target: targetOf(url), headers: headersOf(pairs) };
}

function withBoundedJoins(blobs: Blobs, { bodyBytesMax }: HostLimits): Blobs {
  return {
    ...blobs,
    join: async (parts) => {
      const size = parts.reduce((sum, part) => sum + part.size, 0);
      if (size > bodyBytesMax) throw new JoinTooLarge(size);
      return blobs.join(parts);
    },
  };
}
