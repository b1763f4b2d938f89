import type { Link } from '../../../machines/vocabulary.ts';
import type { Clock, Timer } from '../../ports/clock.ts';
import type { Files } from '../../ports/files.ts';
import type { Random } from '../../ports/random.ts';
import type { Transport } from '../../ports/transport.ts';
import type { Call, HeaderList, OutgoingRequest, ResponseHead, Sink } from './carrier.ts';
import { type Content, concat } from './content.ts';
import { createTransport } from './exchanges.ts';
import {
  answerFor,
  type Handler,
  type Internet,
  type Meeting,
  type ServerRequest,
  type ServerResponse,
} from './internet.ts';
import { lostMs } from './loss.ts';
import { contentLength } from './rules.ts';
import { givenUp, TransportTrouble } from './trouble.ts';
import { type Sleeper, Watch } from './watch.ts';

export interface SimulatedTransportOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly files: Files;
  readonly internet: Internet;
  /** The link now; asked whenever something should move. */
  readonly link: () => Pick<Link, 'type'>;
}

/**
 * A body moves in steps of this length, which grow with the number of bodies, so that all of them together make about a
 * thousand events a second; each is told of once a second at least. Whoever breaks one off gets the short steps until then.
 */
const stepMs = 100;
const stepsMax = 10;
const bodiesPerStep = 100;
const pieceBytesMax = 1024 * 1024;
const noBytes = new Uint8Array();
/** Without a link an exchange stalls; when it is not back in this time the connection breaks. */
const offlineMsMax = 5_000;
const offlineStepMs = 100;

/**
 * The transport of a simulated world: virtual time, an internet that is a model, and the same exchange as over sockets.
 * A proxy is reached like any other host; what it carries arrives unchanged.
 */
export function createSimulatedTransport(options: SimulatedTransportOptions): Transport {
  const { clock, random, files, internet, link } = options;
  const watch = new Watch(clock, () => `${link().type} ${internet.wiresSet}`);
  let sent = 0;
  const send = (request: OutgoingRequest) => {
    sent += 1;
    return new SimulatedCall(request, { ...options, watch, loss: random.fork(`loss ${sent}`) });
  };
  const carrier = { send };
  return createTransport({ clock, random, files, carrier }, async () => {});
}

interface Answer {
  readonly body: Content;
  /** Bytes that arrive, and what comes after them. */
  readonly limit: number;
  readonly ending: 'end' | 'stall' | TransportTrouble;
}

interface Surroundings extends SimulatedTransportOptions {
  readonly watch: Watch;
  /** What becomes of the packets. */
  readonly loss: Random;
}

class SimulatedCall implements Call, Sleeper {
  readonly head: Promise<ResponseHead>;
  readonly #request: OutgoingRequest;
  readonly #clock: Clock;
  readonly #internet: Internet;
  readonly #link: () => Pick<Link, 'type'>;
  readonly #meeting: Meeting;
  readonly #watch: Watch;
  readonly #loss: Random;
  /** 0 for no limit but that of the wire. */
  #servedPerSecond = 0;
  #answer: Answer | null = null;
  #delivered = 0;
  /** Bytes that the wire has let through and nobody has counted yet. */
  #credit = 0;
  #dropped = false;
  #timer: Timer | null = null;
  #giveUp: (trouble: TransportTrouble) => void = () => {};
  asleep = 0;
  /** Set while a piece is on its way. */
  #due: Timer | null = null;
  /** The wire, since when, for how long, and who waits for it. */
  #speed = 0;
  #beganMs = 0;
  #waitMs = 0;
  #arrived: (isAlone: boolean) => void = () => {};

  constructor(request: OutgoingRequest, { clock, internet, link, watch, loss }: Surroundings) {
    this.#request = request;
    this.#clock = clock;
    this.#internet = internet;
    this.#link = link;
    this.#meeting = internet.meet(request.method, request.url);
    this.#watch = watch;
    this.#loss = loss;
    this.head = this.#carry();
    // Whoever sent the request awaits the head in its own time.
    this.head.catch(() => {});
  }

  /**
   * Mostly a piece waits for the wire once, and the sink takes it at once. Nobody else is under way while a timer rings, so
   * such pieces are handed over there, one after the other: all of them together are one promise.
   */
  next(sink?: Sink): Promise<Uint8Array | null> {
    const answer = this.#answer;
    if (answer === null || this.#dropped) return Promise.reject(givenUp);
    if (this.#delivered === answer.limit) return this.#end(answer);
    return new Promise((resolve, reject) => {
      let wanted = this.#wanted(answer, sink);
      const arrived = (isAlone: boolean) => {
        if (!isAlone || !sink?.takesAll || !this.#isReady) return resolve(this.#piece(answer, wanted));
        try {
          const taken = this.#hand(answer, wanted, sink);
          if (taken !== undefined) return resolve(taken.then(() => noBytes));
          wanted = this.#wanted(answer, sink);
          const isFlowing = wanted > 0 && this.#credit < 1 && this.#flow(wanted, arrived);
          if (!isFlowing) resolve(noBytes);
        } catch (error) {
          reject(error);
        }
      };
      const isFlowing = this.#credit < 1 && this.#flow(wanted, arrived);
      if (!isFlowing) resolve(this.#piece(answer, wanted));
    });
  }

  /** Bytes to ask the wire for; 0 when there are no more, or nobody wants them. */
  #wanted({ limit }: Answer, sink: Sink | undefined): number {
    return this.#dropped ? 0 : Math.min(limit - this.#delivered, sink?.bytesMax ?? pieceBytesMax, pieceBytesMax);
  }

  /** Hands over what has come. @returns when more may come; nothing for at once. */
  #hand(answer: Answer, wanted: number, sink: Sink): Promise<void> | undefined {
    for (let left = wanted; left > 0 && sink.takesAll && this.#isReady; left = this.#wanted(answer, sink)) {
      const taken = sink.take(this.#taken(answer, left));
      if (taken !== undefined) return taken;
    }
    return undefined;
  }

  /** Is there something to deliver, and nothing more to wait for? */
  get #isReady(): boolean {
    return this.#credit >= 1 && this.#meeting.wire.loss === 0;
  }

  #piece(answer: Answer, wanted: number): Uint8Array | Promise<Uint8Array> {
    return this.#isReady ? this.#taken(answer, wanted) : this.#pieceInTime(answer, wanted);
  }

  async #pieceInTime(answer: Answer, wanted: number): Promise<Uint8Array> {
    while (this.#credit < 1) await this.#earn(wanted);
    const length = Math.min(wanted, Math.floor(this.#credit));
    if (this.#meeting.wire.loss > 0) await this.#retransmit(length);
    return this.#taken(answer, wanted);
  }

  #taken({ body }: Answer, wanted: number): Uint8Array {
    const length = Math.min(wanted, Math.floor(this.#credit));
    const piece = body.bytesAt(this.#delivered, length);
    this.#delivered += length;
    this.#credit -= length;
    return piece;
  }

  discard(): void {
    this.drop();
  }

  drop(): void {
    this.#dropped = true;
    this.#timer?.cancel();
    this.#giveUp(givenUp);
    this.wake();
  }

  async #carry(): Promise<ResponseHead> {
    const handler = await this.#connect();
    const body = await this.#send();
    const { wire, verdict } = this.#meeting;
    const delayMs = verdict !== 'pass' && verdict.type === 'delay' ? verdict.delayMs : 0;
    await this.#retransmit(1);
    await this.#wait(wire.latencyMs + delayMs);
    await this.#online();

    const { method, url } = this.#request;
    const response = answerFor(verdict, toServerRequest(this.#request, body, this.#clock.now()), handler);
    if (response.delayMs !== undefined && response.delayMs > 0) await this.#wait(response.delayMs);
    const { status, phrase } = response;
    const headers = toLists(response.headers);
    const bodiless = method === 'HEAD' || status === 204 || status === 304;
    this.#answer = this.#limited(response, bodiless ? 0 : contentLength(headers), url);
    this.#servedPerSecond = response.bytesPerSecond ?? 0;
    return { version: 'HTTP/1.1', status, phrase, headers };
  }

  async #connect(): Promise<Handler> {
    const { url, proxy, connectTimeoutMs } = this.#request;
    const { wire, verdict } = this.#meeting;
    const cause = verdict !== 'pass' && verdict.type === 'refuse' ? verdict.cause : null;
    const connectMs = wire.latencyMs + lostMs(this.#loss, 1, wire);
    const late = cause === 'timeout' || connectMs > connectTimeoutMs;
    await this.#wait(late ? connectTimeoutMs : connectMs);
    if (this.#isOffline) throw new TransportTrouble('tcp', 'the network is unreachable');
    if (late) throw new TransportTrouble('timeout', `no connection within ${connectTimeoutMs} ms`);
    if (cause !== null) throw new TransportTrouble(cause, `${cause}: as asked for`);
    if (proxy !== '' && (!URL.canParse(proxy) || typeof this.#internet.reach(new URL(proxy)) === 'string')) {
      throw new TransportTrouble('tcp', `no proxy at ${proxy}`);
    }
    const handler = this.#internet.reach(url);
    if (typeof handler === 'string') throw new TransportTrouble(handler, `nobody answers at ${url.origin}`);
    return handler;
  }

  /** Takes the body over the wire, as far as it comes. */
  async #send(): Promise<Uint8Array> {
    const { body } = this.#request;
    if (body === null) return new Uint8Array();
    if (body instanceof Uint8Array) return body;
    const { verdict } = this.#meeting;
    const limited = verdict !== 'pass' && (verdict.type === 'cut' || verdict.type === 'stall') ? verdict : null;
    const pieces: Uint8Array[] = [];
    let sent = 0;
    for await (const piece of body) {
      const length = Math.min(piece.length, (limited?.bytes ?? Infinity) - sent);
      for (let moved = 0; moved < length; ) {
        while (this.#credit < 1) await this.#earn(length - moved);
        if (this.#dropped) throw givenUp;
        const step = Math.min(length - moved, Math.floor(this.#credit));
        moved += step;
        this.#credit -= step;
        if (this.#meeting.wire.loss > 0) await this.#retransmit(step);
      }
      if (this.#dropped) throw givenUp;
      pieces.push(piece.slice(0, length));
      sent += length;
      if (length < piece.length && limited?.type === 'cut')
        throw new TransportTrouble(limited.cause, 'cut while sending');
      if (length < piece.length) await this.#stall();
    }
    return concat(pieces);
  }

  /** Faults of the body then are about the request's. */
  get #uploads(): boolean {
    return this.#request.body !== null && !(this.#request.body instanceof Uint8Array);
  }

  /** How much of the body will arrive, by what the server announced and by the verdicts. */
  #limited(response: ServerResponse, announced: number, url: URL): Answer {
    const { body } = response;
    const { verdict } = this.#meeting;
    const whole: Answer =
      announced > body.size
        ? { body, limit: body.size, ending: new TransportTrouble('other', `${url.href} ends before its length`) }
        : { body, limit: announced < 0 ? body.size : announced, ending: 'end' };
    if (verdict === 'pass' || this.#uploads || !('bytes' in verdict) || verdict.bytes >= whole.limit) {
      return struck(whole, response);
    }
    if (verdict.type === 'truncate') return { body, limit: verdict.bytes, ending: 'end' };
    if (verdict.type === 'stall') return { body, limit: verdict.bytes, ending: 'stall' };
    return {
      body,
      limit: verdict.bytes,
      ending: new TransportTrouble(verdict.cause, `cut after ${verdict.bytes} bytes`),
    };
  }

  async #end({ ending }: Answer): Promise<null> {
    if (ending === 'stall') return this.#stall();
    if (ending !== 'end') throw ending;
    return null;
  }

  /** Waits until the wire lets bytes through, or something has changed: asked as long as there is no credit for one. */
  #earn(wanted: number): Promise<void> | undefined {
    if (this.#dropped) throw givenUp;
    if (this.#isOffline) return this.#online();
    return new Promise((resolve) => {
      if (this.#flow(wanted, () => resolve())) return;
      this.#credit = wanted;
      resolve();
    });
  }

  /**
   * Waits for the wire. Ends early when it is dropped or the world changes; then what came until then counts.
   * @param arrived  told whether its timer rings, rather than somebody ending it early.
   * @returns false when there is nothing to wait for, or no link; then `arrived` is not called.
   */
  #flow(wanted: number, arrived: (isAlone: boolean) => void): boolean {
    const speed = slower(this.#meeting.wire.bytesPerSecond, this.#servedPerSecond);
    if (speed === 0 || this.#isOffline) return false;
    const steps = Math.min(stepsMax, 1 + Math.floor(this.#watch.besides(this) / bodiesPerStep));
    this.#speed = speed;
    this.#waitMs = Math.min(steps * stepMs, Math.ceil(((wanted - this.#credit) * 1000) / speed));
    this.#beganMs = this.#clock.elapsed();
    this.#arrived = arrived;
    this.#due = this.#clock.after(this.#waitMs, this.#ring);
    this.#watch.add(this);
    return true;
  }

  readonly #ring = () => this.#arrive(this.#waitMs, true);

  /** Ends a piece that is on its way. */
  wake(): void {
    if (this.#due === null) return;
    this.#due.cancel();
    const passedMs = this.#clock.elapsed() - this.#beganMs;
    this.#arrive(this.#dropped ? passedMs - (passedMs % stepMs) : passedMs, false);
  }

  #arrive(passedMs: number, isAlone: boolean): void {
    this.#due = null;
    this.#credit += (this.#speed * passedMs) / 1000;
    this.#arrived(isAlone);
    // Mostly the next piece is on its way already.
    if (this.#due === null) this.#watch.remove(this);
  }

  async #retransmit(bytes: number): Promise<void> {
    const delayMs = lostMs(this.#loss, bytes, this.#meeting.wire);
    if (delayMs === Number.POSITIVE_INFINITY) throw new TransportTrouble('other', 'too many packets were lost');
    if (delayMs > 0) await this.#wait(delayMs);
  }

  /** Goes on at once with a link, later when it comes back in time. */
  async #online(): Promise<void> {
    for (let waitedMs = 0; this.#isOffline; waitedMs += offlineStepMs) {
      if (waitedMs >= offlineMsMax) throw new TransportTrouble('other', 'the link is gone');
      await this.#wait(offlineStepMs);
    }
  }

  get #isOffline(): boolean {
    return this.#link().type === 'offline';
  }

  #stall(): Promise<never> {
    return new Promise((_, reject) => {
      this.#giveUp = reject;
    });
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#dropped) return reject(givenUp);
      this.#giveUp = reject;
      this.#timer = this.#clock.after(delayMs, resolve);
    });
  }
}

/** What the server itself does to its response. */
function struck(whole: Answer, { body, verdict }: ServerResponse): Answer {
  if (verdict === undefined) return whole;
  const limit = Math.min(verdict.bytes, whole.limit);
  if (verdict.type === 'stall') return { body, limit, ending: 'stall' };
  return { body, limit, ending: new TransportTrouble(verdict.cause, `cut by the server after ${limit} bytes`) };
}

/** Of two speeds; 0 is no limit. */
function slower(one: number, other: number): number {
  return one === 0 || other === 0 ? Math.max(one, other) : Math.min(one, other);
}

function toServerRequest({ method, url, headers }: OutgoingRequest, body: Uint8Array, nowMs: number): ServerRequest {
  const joined = [...toLists(headers)].map(([name, values]) => [name, values.join(', ')] as const);
  return { method, url, headers: { host: url.host, ...Object.fromEntries(joined) }, body, nowMs };
}

function toLists(headers: HeaderList): Map<string, readonly string[]> {
  const lists = new Map<string, readonly string[]>();
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    lists.set(lower, [...(lists.get(lower) ?? []), value]);
  }
  return lists;
}
