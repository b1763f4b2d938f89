import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../ports/clock.ts';
import type { Blobs } from '../blobs.ts';
import type { Course } from '../course.ts';
import type { HostLimits } from '../limits.ts';
import { toWire } from '../wire-text.ts';

export interface SendOptions {
  readonly blobs: Blobs;
  readonly limits: HostLimits;
  readonly clock: Clock;
  /** The connection ends with this answer. */
  readonly last: boolean;
  /** The request's body was not read to its end. */
  readonly unread: boolean;
}

/** A reset would throw away what the system has not sent yet. */
const flushMs = 20;
/** A dribble moves in steps of this length, or of one byte. */
const dribbleStepMs = 100;

/**
 * Sends what a course says, and answers when the connection needs nothing more for it; a client that leaves ends it early.
 * @throws what the disk throws
 */
export async function sendReply(
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  course: Course,
  options: SendOptions,
): Promise<void> {
  const { socket } = request;
  const outlet = new Outlet(response, options);
  try {
    await outlet.wait(course.delayMs);
    if (!course.headless) {
      response.writeHead(course.status, STATUS_CODES[course.status] ?? '', wireHeaders(course, options));
      if (isShort(course, options)) return await outlet.end(wholeOf(course));
      // Not `flushHeaders`: Node would encode the head's bytes once more with it.
      await outlet.write(Buffer.of());
      await pourInto(outlet, course, options.blobs);
    }
    if (options.unread) await linger(request, options);
    await finish(course, { socket, outlet, clock: options.clock });
  } catch (thrown) {
    if (!(thrown instanceof Gone)) throw thrown;
    socket.destroy();
  }
}

/** The client left, or takes nothing. */
class Gone extends Error {}

/** A response whose client may leave at any instant. */
class Outlet {
  readonly #response: ServerResponse;
  readonly #clock: Clock;
  readonly #idleMsMax: number;

  constructor(response: ServerResponse, { clock, limits }: SendOptions) {
    this.#response = response;
    this.#clock = clock;
    this.#idleMsMax = limits.sendIdleMsMax;
  }

  /** Answers when the system has taken the bytes. */
  write(bytes: Uint8Array): Promise<void> {
    return this.#bounded((done) => this.#response.write(bytes, done));
  }

  end(bytes: Uint8Array = Buffer.of()): Promise<void> {
    return this.#bounded((done) => this.#response.end(bytes, done));
  }

  wait(delayMs: number): Promise<void> {
    if (delayMs === 0) return Promise.resolve();
    return this.#whileThere((done) => {
      const timer = this.#clock.after(delayMs, done);
      return () => timer.cancel();
    });
  }

  /** Until the client has had enough: it left, or closed its side. */
  stall(socket: Socket): Promise<void> {
    return this.#whileThere((done) => {
      if (socket.readableEnded) done();
      else socket.once('end', done);
      return () => socket.off('end', done);
    });
  }

  #bounded(act: (done: () => void) => void): Promise<void> {
    return this.#whileThere((done, gone) => {
      const timer = this.#clock.after(this.#idleMsMax, gone);
      act(done);
      return () => timer.cancel();
    });
  }

  /** @param act  starts what is waited for; what it returns is called when that is over, one way or the other. */
  #whileThere(act: (done: () => void, gone: () => void) => () => void): Promise<void> {
    const response = this.#response;
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        response.off('close', gone);
        // `act` may be done before it returns.
        queueMicrotask(() => stop());
        finish();
      };
      const gone = () => settle(() => reject(new Gone()));
      response.once('close', gone);
      const stop = response.destroyed ? () => {} : act(() => settle(resolve), gone);
      if (response.destroyed) gone();
    });
  }
}

function wireHeaders({ headers, ending }: Course, { last, unread }: SendOptions): string[] {
  const closes = last || unread || ending !== 'end';
  const flat = headers.flatMap(([name, value]) => [name, toWire(value)]);
  return closes ? [...flat, 'connection', 'close'] : flat;
}

/** Head and body in one piece then. */
function isShort({ body, ending, bytesPerSecond }: Course, { unread }: SendOptions): boolean {
  const isBlob = typeof body === 'object' && 'blob' in body;
  return !isBlob && ending === 'end' && bytesPerSecond === 0 && !unread;
}

/** Never a string: Node would encode the head's bytes once more with it. */
function wholeOf({ body, bytes }: Course): Uint8Array {
  return bytes === 0 || (typeof body === 'object' && 'blob' in body) ? Buffer.of() : Buffer.from(body);
}

async function pourInto(outlet: Outlet, { body, bytes, bytesPerSecond }: Course, blobs: Blobs): Promise<void> {
  for await (const piece of piecesOf(body, bytes, blobs)) {
    if (bytesPerSecond === 0) await outlet.write(piece);
    else await dribble(outlet, piece, bytesPerSecond);
  }
}

async function* piecesOf(body: Course['body'], bytes: number, blobs: Blobs): AsyncIterable<Uint8Array> {
  if (bytes === 0) return;
  if (typeof body === 'object' && 'blob' in body) yield* blobs.read(body.blob, body.from, bytes);
  else yield Buffer.from(body).subarray(0, bytes);
}

async function dribble(outlet: Outlet, piece: Uint8Array, bytesPerSecond: number): Promise<void> {
  const stepBytes = Math.max(1, Math.floor((bytesPerSecond * dribbleStepMs) / 1000));
  for (let at = 0; at < piece.length; at += stepBytes) {
    await outlet.wait((stepBytes * 1000) / bytesPerSecond);
    await outlet.write(piece.subarray(at, at + stepBytes));
  }
}

async function finish(
  { ending }: Course,
  { socket, outlet, clock }: { readonly socket: Socket; readonly outlet: Outlet; readonly clock: Clock },
): Promise<void> {
  switch (ending) {
    case 'end':
      return outlet.end();
    case 'stall':
      await outlet.stall(socket);
      socket.destroy();
      return;
    case 'close':
      socket.destroySoon();
      return;
    case 'reset':
      await new Promise<void>((done) => clock.after(flushMs, done));
      socket.resetAndDestroy();
  }
}

/** Closing while bytes still arrive would reset the connection, and with it the answer. */
function linger(request: IncomingMessage, { clock, limits }: SendOptions): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      timer.cancel();
      resolve();
    };
    const timer = clock.after(limits.lingerMsMax, done);
    if (request.destroyed || request.complete) return done();
    request.once('close', done).once('end', done).resume();
  });
}
