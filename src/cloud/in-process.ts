import { createSystemClock } from '../adapters/clock/system.ts';
import { concat, contentOf } from '../adapters/transport/content.ts';
import type { Handler, ServerRequest, ServerResponse } from '../adapters/transport/internet.ts';
import { TransportTrouble } from '../adapters/transport/trouble.ts';
import type { Clock } from '../ports/clock.ts';
import { type BlobRef, JoinTooLarge } from './blobs.ts';
import { type Course, courseOf } from './course.ts';
import { type HostLimits, hostLimits } from './limits.ts';
import { liveBlobs } from './live-blobs.ts';
import { createMemoryBlobs, type MemoryBlobs } from './memory-blobs.ts';
import { bodyOf, type RequestHead, toRequest } from './request.ts';
import { respond } from './respond.ts';
import type { Scenario } from './scenario.ts';
import { bytesOf, CloudServer } from './server.ts';
import type { CloudRequest, RequestBody, ServiceDefinition, ServiceName } from './service.ts';
import type { ServerState } from './step.ts';
import { headersOf, targetOf, toWire } from './wire-text.ts';

export interface CloudServiceOptions {
  readonly scenario?: Scenario;
  /** Milliseconds since 1970; the clock's unless told. A simulated wire brings its own. */
  readonly now?: () => number;
  /** For delays and dribbles of `fetch`; the system's unless told. */
  readonly clock?: Clock;
  /** Public base of every address given to a client; the origin that it asked unless told. */
  readonly base?: string;
  readonly limits?: Partial<Pick<HostLimits, 'bodyBytesMax' | 'memoryBytesMax'>>;
}

/** A service without a socket. */
export interface CloudService<State extends object = object> {
  readonly name: ServiceName;
  /** Plain JSON: all that the service remembers. */
  readonly state: ServerState<State>;
  readonly hints: readonly string[];
  /**
   * Answers as a server at the origin of the request would. A reset body breaks, a truncated one ends early, one that
   * stalls waits until it is cancelled; a request that is cut rejects with a `TypeError`, as fetch does.
   */
  readonly fetch: (input: Request | URL | string, init?: RequestInit) => Promise<Response>;
  /** For `hosts` of `createWorld`, and for whoever cannot wait. @throws TransportTrouble for a connection that breaks */
  readonly handler: Handler;
}

/**
 * A service in process: all bytes in memory, nothing listens. Runs in a browser.
 * @throws ScenarioError
 * @source cloud-services.md 1.2
 */
export function createCloudService<State extends object, Settings extends object>(
  definition: ServiceDefinition<State, Settings>,
  options: CloudServiceOptions = {},
): CloudService<State> {
  const service = new InProcess(definition, options);
  return {
    name: definition.name,
    get state() {
      return service.state;
    },
    get hints() {
      return service.hints;
    },
    fetch: (input, init) => service.fetch(new Request(input, init)),
    handler: (request) => service.handle(request),
  };
}

class InProcess<State extends object, Settings extends object> {
  readonly #server: CloudServer<State, Settings>;
  readonly #options: CloudServiceOptions;
  readonly #limits: HostLimits;
  readonly #clock: Clock;
  readonly #blobs: MemoryBlobs;
  /** Files of the scenario; in place from the first use on, which knows what time it is. */
  #unplaced: readonly { readonly path: string; readonly blob: BlobRef }[];
  #nowMs: number | null = null;
  /** Bytes that may be in memory. */
  #held = 0;
  /** What is answered now: no state names its bytes yet. */
  #underWay: CloudRequest | null = null;

  constructor(definition: ServiceDefinition<State, Settings>, options: CloudServiceOptions) {
    const { scenario, clock = createSystemClock() } = options;
    const { now = () => clock.now() } = options;
    this.#options = options;
    this.#limits = { ...hostLimits, ...options.limits };
    this.#clock = clock;
    this.#blobs = this.#bounded(createMemoryBlobs());
    this.#server = new CloudServer(definition, { scenario, now: () => this.#nowMs ?? now() });
    this.#unplaced = this.#server.files.map((file) => ({ path: file.path, blob: this.#blobs.put(bytesOf(file)) }));
    // A scenario that is wrong says so now.
    const rehearsal = new CloudServer(definition, { scenario, now: () => 0 });
    for (const { path, blob } of this.#unplaced) rehearsal.place(path, blob);
  }

  get state(): ServerState<State> {
    this.#placeFiles();
    return this.#server.state;
  }

  get hints(): readonly string[] {
    return this.#server.definition.hints(this.#server.settings, this.#options.base ?? 'http://localhost');
  }

  async fetch(request: Request): Promise<Response> {
    this.#placeFiles();
    const url = new URL(request.url);
    const head = headOf(request.method, url, request.headers);
    if (this.#server.cut() !== null) {
      await request.body?.cancel();
      throw new TypeError('fetch failed', { cause: new Error('the connection was cut') });
    }
    const bytes = await readBytes(request, this.#limits.bodyBytesMax);
    const course = this.#answer(head, bytes, url);
    return respond(course, this.#bytesOf(course), { request, clock: this.#clock });
  }

  handle(request: ServerRequest): ServerResponse {
    this.#nowMs = request.nowMs ?? null;
    try {
      this.#placeFiles();
      if (this.#server.cut() !== null) throw new TransportTrouble('other', 'the request was cut');
      const { method, url, headers, body } = request;
      const head = headOf(method, url, Object.entries(headers));
      const course = this.#answer(head, body.length > this.#limits.bodyBytesMax ? null : body, url);
      return toServerResponse(course, this.#bytesOf(course));
    } finally {
      this.#nowMs = null;
    }
  }

  /** @param bytes  null for too many. */
  #answer(head: RequestHead, bytes: Uint8Array | null, url: URL): Course {
    const base = this.#options.base?.replace(/\/+$/, '') ?? url.origin;
    const request = toRequest(head, this.#bodyOf(head, bytes));
    this.#underWay = request;
    try {
      return courseOf(this.#server.answerNow(request, base, this.#blobs), head.method);
    } finally {
      this.#underWay = null;
    }
  }

  #bodyOf(head: RequestHead, bytes: Uint8Array | null): RequestBody {
    if (bytes === null || !this.#hasRoom(bytes.length)) return { type: 'unreadable', why: 'tooLarge' };
    return bodyOf(head, bytes, this.#blobs);
  }

  /** Drops what the state no longer names, when it must. */
  #hasRoom(size: number): boolean {
    const { memoryBytesMax } = this.#limits;
    if (this.#held + size <= memoryBytesMax) return true;
    const live = liveBlobs([this.#server.state, this.#unplaced, this.#underWay]);
    void this.#blobs.keepOnly(new Set(live.keys()));
    this.#held = [...live.values()].reduce((sum, blob) => sum + blob.size, 0);
    return this.#held + size <= memoryBytesMax;
  }

  /** Counts what is put, and lets no list of slices make more than there may be. */
  #bounded(blobs: MemoryBlobs): MemoryBlobs {
    const put = (bytes: Uint8Array) => {
      this.#held += bytes.length;
      return blobs.put(bytes);
    };
    const joinNow = (parts: readonly BlobRef[]) => {
      const size = parts.reduce((sum, part) => sum + part.size, 0);
      if (size > this.#limits.bodyBytesMax || !this.#hasRoom(size)) throw new JoinTooLarge(size);
      this.#held += size;
      return blobs.joinNow(parts);
    };
    return { ...blobs, put, joinNow };
  }

  #placeFiles(): void {
    const files = this.#unplaced;
    this.#unplaced = [];
    for (const { path, blob } of files) this.#server.place(path, blob);
  }

  #bytesOf({ body, bytes }: Course): Uint8Array {
    if (bytes === 0) return new Uint8Array();
    if (typeof body === 'string') return new TextEncoder().encode(body).subarray(0, bytes);
    if (body instanceof Uint8Array) return body.subarray(0, bytes);
    return this.#blobs.bytesOf(body.blob).subarray(body.from, body.from + bytes);
  }
}

function headOf(method: string, url: URL, headers: Iterable<readonly [string, string]>): RequestHead {
  const target = targetOf(`${url.pathname}${url.search}`);
  return { method, target, headers: { host: url.host, ...headersOf(headers) } };
}

/** Null for more than `bytesMax`. */
async function readBytes({ body }: Request, bytesMax: number): Promise<Uint8Array | null> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const reader = body?.getReader();
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
    size += read.value.length;
    if (size > bytesMax) {
      await reader?.cancel();
      return null;
    }
    pieces.push(read.value);
  }
  return concat(pieces);
}

function toServerResponse(course: Course, bytes: Uint8Array): ServerResponse {
  const { status, ending, headless, delayMs, bytesPerSecond } = course;
  if (headless && ending !== 'stall') throw new TransportTrouble('other', 'the connection broke before the response');
  return {
    status,
    phrase: '',
    headers: course.headers.map(([name, value]) => [name, toWire(value)] as const),
    body: contentOf(bytes),
    ...(bytesPerSecond === 0 ? {} : { bytesPerSecond }),
    ...(delayMs === 0 ? {} : { delayMs }),
    ...(ending === 'stall' ? { verdict: { type: 'stall', bytes: bytes.length } } : {}),
    ...(ending === 'reset' ? { verdict: { type: 'cut', bytes: bytes.length, cause: 'other' } } : {}),
  };
}
