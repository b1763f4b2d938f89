import type { Clock, Timer } from '../ports/clock.ts';
import type { Course } from './course.ts';
import { toWire } from './wire-text.ts';

export interface RespondOptions {
  readonly request: Request;
  readonly clock: Clock;
}

/** A dribble moves in steps of this length, or of one byte. */
const dribbleStepMs = 100;
const pieceBytes = 64 * 1024;
/** Statuses that `Response` lets have no body. */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

/** A course as fetch tells it. Rejects where a connection would break before the head, and when the request is aborted. */
export async function respond(course: Course, bytes: Uint8Array, options: RespondOptions): Promise<Response> {
  const { request } = options;
  request.signal.throwIfAborted();
  if (course.delayMs > 0) await wait(course.delayMs, options);
  if (course.headless && course.ending === 'stall') await wait(Number.POSITIVE_INFINITY, options);
  if (course.headless) throw new TypeError('fetch failed', { cause: new Error('the connection broke') });
  const headers = new Headers();
  for (const [name, value] of course.headers) headers.append(name, toWire(value));
  const isPlain = course.ending === 'end' && course.bytesPerSecond === 0;
  const body = isPlain ? bytes.slice() : streamOf(course, bytes, options);
  const hasBody = request.method !== 'HEAD' && !bodiless.has(course.status);
  return withStatus(course.status, hasBody ? body : null, headers);
}

/** `Response` refuses statuses over 599; two of the services use them. */
function withStatus(status: number, body: BodyInit | null, headers: Headers): Response {
  if (status <= 599) return new Response(body, { status, headers });
  const response = new Response(body, { status: 599, headers });
  return Object.defineProperty(response, 'status', { value: status, enumerable: true });
}

function streamOf(
  { ending, bytesPerSecond }: Course,
  bytes: Uint8Array,
  { request, clock }: RespondOptions,
): ReadableStream<Uint8Array> {
  const stepBytes =
    bytesPerSecond === 0 ? pieceBytes : Math.max(1, Math.floor((bytesPerSecond * dribbleStepMs) / 1000));
  let at = 0;
  let timer: Timer | undefined;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        request.signal.addEventListener('abort', () => {
          timer?.cancel();
          controller.error(request.signal.reason);
        });
      },
      async pull(controller) {
        if (at < bytes.length) {
          const piece = bytes.slice(at, at + stepBytes);
          at += piece.length;
          if (bytesPerSecond > 0) {
            await new Promise<void>((done) => {
              timer = clock.after((piece.length * 1000) / bytesPerSecond, done);
            });
          }
          controller.enqueue(piece);
        } else if (ending === 'reset') {
          controller.error(new TypeError('terminated', { cause: new Error('the connection was reset') }));
        } else if (ending === 'stall') {
          await new Promise(() => {}); // until somebody cancels
        } else {
          controller.close();
        }
      },
      cancel: () => timer?.cancel(),
    },
    { highWaterMark: 0 },
  );
}

/** @throws why the request was aborted */
function wait(delayMs: number, { request: { signal }, clock }: RespondOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = delayMs === Number.POSITIVE_INFINITY ? undefined : clock.after(delayMs, resolve);
    signal.addEventListener('abort', () => {
      timer?.cancel();
      reject(signal.reason);
    });
  });
}
