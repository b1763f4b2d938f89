import { X509Certificate } from 'node:crypto';
import { getServers } from 'node:dns';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { Call, HeaderList, Milestone, OutgoingRequest, ResponseHead } from '../../adapters/transport/carrier.ts';
import { contentLength, firstHop, followRedirect, type Hop } from '../../adapters/transport/rules.ts';
import type { Timer } from '../../ports/clock.ts';
import type { Device } from '../device.ts';
import type { Plan } from './arguments.ts';
import { resourceBytesMax } from './cache.ts';
import { Cookies } from './cookies.ts';
import { acceptedCodings, decoded } from './decoding.ts';
import { AttemptTrouble, type Failure, failureOf } from './failure.ts';
import type { Seat, Seats } from './seats.ts';
import type { DownloadInfo, PerformanceInfo } from './types.ts';

export const networkInfo = 'ohos.permission.GET_NETWORK_INFO';
const redirectsMax = 30;
const connectTimeoutMs = 60_000;

export type Outcome =
  /** `body` is null when it is longer than what can be cached. */
  | { readonly type: 'answered'; readonly status: number; readonly body: Uint8Array | null }
  | { readonly type: 'failed'; readonly failure: Failure }
  | { readonly type: 'aborted' };

export interface AttemptMeans {
  readonly device: Device;
  readonly seats: Seats;
  /** Told when the first bytes of a body have come, and the length that was announced for it; −1 for none. */
  readonly onBody: (status: number, announced: number) => void;
}

/** One try at a URL, redirects included, from its first byte to its last. @source cache-download.md A.4 */
export class Attempt {
  readonly outcome: Promise<Outcome>;
  readonly #plan: Plan;
  readonly #means: AttemptMeans;
  readonly #times: PerformanceInfo = {
    dnsTime: 0,
    connectTime: 0,
    tlsTime: 0,
    firstSendTime: 0,
    firstReceiveTime: 0,
    totalTime: 0,
    redirectTime: 0,
  };
  readonly #dnsServers: string[];
  readonly #cookies = new Cookies();
  #ip: string | null = null;
  #bytes = 0;
  #startedMs: number;
  #call: Call | null = null;
  #seat: Seat | null = null;
  #timer: Timer | null = null;
  #isAnswered = false;
  #isStalled = false;
  #settle: (outcome: Outcome) => void = () => {};

  constructor(plan: Plan, means: AttemptMeans) {
    const { device } = means;
    this.#plan = plan;
    this.#means = means;
    this.#startedMs = device.clock.elapsed();
    this.#dnsServers = device.link.isOnline && device.permissions.has(networkInfo) ? getServers() : [];
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve;
    });
    void this.#run();
  }

  /** Decoded bytes of the body, so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Has it lost its network? Then nothing more comes. */
  get isStalled(): boolean {
    return this.#isStalled;
  }

  /** What there is to tell of it, with a size of `size`. */
  info(size: number): DownloadInfo {
    return {
      resource: { size },
      network: { dnsServers: [...this.#dnsServers], ...(this.#ip === null ? {} : { ip: this.#ip }) },
      performance: { ...this.#times },
    };
  }

  abort(): void {
    this.#end({ type: 'aborted' });
  }

  /** The network is gone: waits for its time to run out, or for being aborted. */
  stall(): void {
    if (this.#call === null) return;
    this.#isStalled = true;
    this.#call.drop();
  }

  async #run(): Promise<void> {
    try {
      const first = begin(this.#plan);
      await this.#sit(first.url.host);
      const head = await this.#ask(first);
      const body = await this.#read(head);
      this.#end({ type: 'answered', status: head.status, body });
    } catch (error) {
      if (!this.#isStalled) this.#end({ type: 'failed', failure: failureOf(error, this.#isAnswered) });
    }
  }

  #end(outcome: Outcome): void {
    this.#times.totalTime = this.#sinceStart();
    this.#timer?.cancel();
    this.#call?.drop();
    this.#seat?.leave();
    this.#settle(outcome);
  }

  /** Time counts from here on, not in the queue. */
  async #sit(host: string): Promise<void> {
    const { device, seats } = this.#means;
    this.#seat = seats.take(host);
    await this.#seat.taken;
    this.#startedMs = device.clock.elapsed();
    this.#timer = device.clock.after(this.#plan.totalTimeoutMs, () =>
      this.#end({ type: 'failed', failure: 'timeout' }),
    );
  }

  async #ask(first: Hop): Promise<ResponseHead> {
    let hop = first;
    for (let followed = 0; ; followed++) {
      const head = await this.#send(hop);
      this.#cookies.keep(hop.url.host, head.headers.get('set-cookie') ?? []);
      const leads = (head.headers.get('location')?.[0] ?? '').trim() !== '';
      const next = leads ? followRedirect({ redirect: true, redirectsMax }, hop, head, followed) : null;
      if (next === null) return head;
      if (next.kind === 'fault') throw new AttemptTrouble(followed < redirectsMax ? 'malformedUrl' : 'redirects');
      this.#call?.discard();
      this.#times.redirectTime = this.#sinceStart();
      hop = next;
    }
  }

  async #send({ url, headers }: Hop): Promise<ResponseHead> {
    const { device } = this.#means;
    if (!device.link.isOnline) throw new AttemptTrouble(isIP(bare(url.hostname)) === 0 ? 'host' : 'connection');
    const trust = url.protocol === 'https:' ? this.#trust() : undefined;
    this.#call = device.carrier.send({
      url,
      method: 'GET',
      headers: withCookies(headers, this.#cookies.of(url.host)),
      body: null,
      proxy: '',
      connectTimeoutMs,
      onMilestone: (milestone) => this.#note(milestone),
      ...(trust === undefined ? {} : { trust }),
    });
    const head = await this.#call.head;
    this.#isAnswered = true;
    this.#times.firstReceiveTime = this.#sinceStart();
    return head;
  }

  /** TLCP is spoken as TLS here; as on a device, only its own authority counts, and it needs one. */
  #trust(): OutgoingRequest['trust'] {
    const { caPath, isTlcp } = this.#plan;
    if (caPath === '' && isTlcp) throw new AttemptTrouble('peer');
    return caPath === '' ? undefined : { ca: readAuthority(this.#means.device.onDisk(caPath)), alone: isTlcp };
  }

  #note(milestone: Milestone): void {
    const nowMs = this.#sinceStart();
    if (milestone.type === 'resolved') this.#times.dnsTime = nowMs;
    if (milestone.type === 'connected') this.#times.connectTime = nowMs;
    if (milestone.type === 'secured') this.#times.tlsTime = nowMs;
    if (milestone.type === 'sent') this.#times.firstSendTime = nowMs;
    if ('address' in milestone) this.#ip = milestone.address;
  }

  async #read({ status, headers }: ResponseHead): Promise<Uint8Array | null> {
    const kept: Uint8Array[] = [];
    for await (const piece of decoded(this.#pieces(), headers.get('content-encoding') ?? [])) {
      if (this.#bytes === 0) this.#means.onBody(status, contentLength(headers));
      this.#bytes += piece.length;
      if (this.#bytes <= resourceBytesMax) kept.push(piece);
      else kept.length = 0;
    }
    return this.#bytes <= resourceBytesMax ? Buffer.concat(kept) : null;
  }

  async *#pieces(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const piece = (await this.#call?.next()) ?? null;
      if (piece === null) return;
      this.#means.device.traffic.received(piece.length);
      yield piece;
    }
  }

  #sinceStart(): number {
    return this.#means.device.clock.elapsed() - this.#startedMs;
  }
}

const defaultHeaders = { 'user-agent': 'libcurl-agent/1.0', 'accept-encoding': acceptedCodings };

/** The first request. A URL without a scheme is one of http. */
function begin({ url, headers }: Plan): Hop {
  const whole = url.includes('://') ? url : `http://${url}`;
  const hop = firstHop({ url: whole, method: 'GET', headers: { ...defaultHeaders, ...headers } }, [], false);
  if (hop.kind === 'hop') return hop;
  const isForeign = URL.canParse(whole) && !/^https?:$/.test(new URL(whole).protocol);
  throw new AttemptTrouble(isForeign ? 'scheme' : 'malformedUrl');
}

function withCookies(headers: HeaderList, cookies: readonly string[]): HeaderList {
  if (cookies.length === 0) return headers;
  const own = headers.filter(([name]) => name === 'cookie').map(([, value]) => value);
  return [...headers.filter(([name]) => name !== 'cookie'), ['cookie', [...own, ...cookies].join('; ')]];
}

/** @throws AttemptTrouble when there is no certificate at `path`. */
function readAuthority(path: string): string {
  try {
    const pem = readFileSync(path, 'utf8');
    void new X509Certificate(pem);
    return pem;
  } catch {
    throw new AttemptTrouble('authority');
  }
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}
