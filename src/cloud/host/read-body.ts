import type { IncomingMessage } from 'node:http';
import { concat } from '../../adapters/transport/content.ts';
import { boundaryOf, MultipartParser, type PartHead } from '../../adapters/transport/multipart-parser.ts';
import type { Clock, Timer } from '../../ports/clock.ts';
import type { Blobs, BlobWriter } from '../blobs.ts';
import type { HostLimits } from '../limits.ts';
import { bodyKind, fieldText, isFilePart, type RequestHead, textBytesMax, textOf } from '../request.ts';
import type { FormFile, RequestBody } from '../service.ts';
import { decodeQuery } from '../text.ts';

export interface ReadBodyOptions {
  readonly blobs: Blobs;
  readonly limits: HostLimits;
  readonly clock: Clock;
  /** Bytes after which a wire fault cuts the request off; null for none. */
  readonly cutAt: number | null;
}

/** aborted: the client left. cut: a wire fault wants the connection broken now. In both cases nothing stays. */
export type ReadBody = RequestBody | 'aborted' | 'cut';

/**
 * Streams a request's body into blobs. What is malformed is read to its end all the same; what is too large or stalled
 * is not.
 * @throws what the disk throws
 */
export async function readBody(
  request: IncomingMessage,
  head: RequestHead,
  options: ReadBodyOptions,
): Promise<ReadBody> {
  const taker = takerOf(head, options);
  let ending: Ending;
  try {
    ending = await pour(request, (piece) => taker.take(piece), options);
  } catch (trouble) {
    await taker.abort();
    throw trouble;
  }
  if (ending === 'whole') return taker.finish();
  await taker.abort();
  if (ending === 'stalled' || ending === 'tooLarge') return { type: 'unreadable', why: ending };
  return ending;
}

/** One way to take a body in. */
interface Taker {
  /** false: it is too large. */
  take(piece: Uint8Array): boolean | Promise<boolean>;
  finish(): Promise<RequestBody>;
  abort(): Promise<void>;
}

function takerOf(head: RequestHead, options: ReadBodyOptions): Taker {
  switch (bodyKind(head)) {
    case 'raw':
      return new RawBody(options.blobs.writer());
    case 'urlencoded':
      return new UrlencodedBody(options.limits);
    case 'multipart':
      return new MultipartBody(head, options);
  }
}

class RawBody implements Taker {
  readonly #writer: BlobWriter;
  /** Null once it is too long for a text. */
  #text: Uint8Array[] | null = [];
  #size = 0;

  constructor(writer: BlobWriter) {
    this.#writer = writer;
  }

  take(piece: Uint8Array): boolean | Promise<boolean> {
    this.#size += piece.length;
    if (this.#size > textBytesMax) this.#text = null;
    this.#text?.push(piece);
    return this.#writer.write(piece)?.then(() => true) ?? true;
  }

  async finish(): Promise<RequestBody> {
    const text = this.#text === null ? null : textOf(Buffer.concat(this.#text));
    return { type: 'raw', blob: await this.#writer.finish(), text };
  }

  abort(): Promise<void> {
    return this.#writer.abort();
  }
}

class UrlencodedBody implements Taker {
  readonly #limits: HostLimits;
  readonly #pieces: Uint8Array[] = [];
  #size = 0;

  constructor(limits: HostLimits) {
    this.#limits = limits;
  }

  take(piece: Uint8Array): boolean {
    this.#size += piece.length;
    if (this.#size <= textBytesMax) this.#pieces.push(piece);
    return this.#size <= textBytesMax;
  }

  async finish(): Promise<RequestBody> {
    const text = textOf(Buffer.concat(this.#pieces));
    if (text === null) return malformed;
    const fields = decodeQuery(text);
    if (fields.length > this.#limits.fieldsMax) return { type: 'unreadable', why: 'tooLarge' };
    return { type: 'form', multipart: false, fields, files: [] };
  }

  async abort(): Promise<void> {}
}

const malformed: RequestBody = { type: 'unreadable', why: 'malformed' };

class MultipartBody implements Taker {
  readonly #blobs: Blobs;
  readonly #limits: HostLimits;
  /** Null where no boundary is named. */
  readonly #parser: MultipartParser | null;
  readonly #fields: [name: string, value: string][] = [];
  readonly #files: FormFile[] = [];
  /** What comes now. */
  #part: OpenPart | null = null;
  /** Of fields, so far. */
  #bytes = 0;

  constructor({ headers }: RequestHead, { blobs, limits }: ReadBodyOptions) {
    const boundary = boundaryOf(headers['content-type'] ?? '');
    this.#blobs = blobs;
    this.#limits = limits;
    this.#parser = boundary === null ? null : new MultipartParser(boundary);
  }

  /** Where nothing can be told any more, the rest only passes by. */
  async take(piece: Uint8Array): Promise<boolean> {
    for (const event of this.#parser?.push(piece) ?? []) {
      if (event.type === 'part') this.#part = this.#open(event.head);
      else if (event.type === 'bytes') await this.#add(event.bytes);
      else await this.#close();
      if (this.#isTooLarge()) return false;
    }
    return true;
  }

  async finish(): Promise<RequestBody> {
    if (this.#parser?.whole === true)
      return { type: 'form', multipart: true, fields: this.#fields, files: this.#files };
    await this.abort();
    return malformed;
  }

  async abort(): Promise<void> {
    await this.#part?.writer?.abort();
  }

  #open(head: PartHead): OpenPart {
    return { head, writer: isFilePart(head) ? this.#blobs.writer() : null, value: [], size: 0 };
  }

  async #add(bytes: Uint8Array): Promise<void> {
    const part = this.#part;
    if (part === null) return;
    if (part.writer !== null) return part.writer.write(bytes);
    part.value.push(bytes);
    part.size += bytes.length;
    this.#bytes += bytes.length;
  }

  async #close(): Promise<void> {
    const part = this.#part;
    if (part === null) return;
    const { head, writer, value } = part;
    const { name, filename, contentType } = head;
    if (writer === null) this.#fields.push([name, fieldText(head, concat(value))]);
    else this.#files.push({ name, filename: filename ?? '', contentType, blob: await writer.finish() });
    this.#part = null;
  }

  #isTooLarge(): boolean {
    const { fieldsMax, filesMax, fieldBytesMax, formBytesMax } = this.#limits;
    const [field, file] = this.#part === null ? [0, 0] : this.#part.writer === null ? [1, 0] : [0, 1];
    const tooMany = this.#fields.length + field > fieldsMax || this.#files.length + file > filesMax;
    return tooMany || (this.#part?.size ?? 0) > fieldBytesMax || this.#bytes > formBytesMax;
  }
}

interface OpenPart {
  readonly head: PartHead;
  /** Null for a field. */
  readonly writer: BlobWriter | null;
  /** Of a field. */
  readonly value: Uint8Array[];
  size: number;
}

type Ending = 'whole' | 'aborted' | 'cut' | 'stalled' | 'tooLarge';

/** Hands a body over, piece by piece, as fast as they are taken. After any other ending than `whole` it is left paused. */
function pour(
  request: IncomingMessage,
  take: Taker['take'],
  { limits, clock, cutAt }: ReadBodyOptions,
): Promise<Ending> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    let movedMs = clock.elapsed();
    let timer: Timer;
    let ended = false;
    let taking: Promise<unknown> = Promise.resolve();

    const settle = (act: () => void) => {
      if (ended) return;
      ended = true;
      timer.cancel();
      request.off('data', onData).off('end', onEnd).off('close', onGone);
      request.pause();
      // What is still being written must not outlive the answer.
      taking.then(act, act);
    };
    const end = (ending: Ending) => settle(() => resolve(ending));
    const watch = () => {
      const leftMs = movedMs + limits.bodyIdleMsMax - clock.elapsed();
      // While the disk is slow nobody else is to blame.
      if (leftMs <= 0 && !request.isPaused()) return end('stalled');
      timer = clock.after(Math.max(leftMs, 1), watch);
    };
    const onTaken = (goesOn: boolean) => {
      movedMs = clock.elapsed();
      if (!goesOn) end('tooLarge');
      else if (!ended) request.resume();
    };
    const onData = (piece: Uint8Array) => {
      movedMs = clock.elapsed();
      bytes += piece.length;
      if (cutAt !== null && bytes >= cutAt) return end('cut');
      if (bytes > limits.bodyBytesMax) return end('tooLarge');
      const taken = take(piece);
      if (taken === false) return end('tooLarge');
      if (taken === true) return;
      request.pause();
      taking = taken;
      taken.then(onTaken, (trouble: unknown) => settle(() => reject(trouble)));
    };
    const onEnd = () => end(cutAt === null ? 'whole' : 'cut');
    const onGone = () => end('aborted');

    timer = clock.after(limits.bodyIdleMsMax, watch);
    // Stays after the end: an abort that comes late must not be an uncaught error.
    request.on('error', onGone);
    if (cutAt === 0) return end('cut');
    if (request.destroyed) return end('aborted');
    if (Number(request.headers['content-length'] ?? 0) > limits.bodyBytesMax) return end('tooLarge');
    request.on('data', onData).on('end', onEnd).on('close', onGone);
  });
}
