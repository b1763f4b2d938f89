import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import busboy from 'busboy';
import type { Clock, Timer } from '../../ports/clock.ts';
import type { Blobs, BlobWriter } from '../blobs.ts';
import type { HostLimits } from '../limits.ts';
import { bodyKind, isFilePart, type RequestHead, textBytesMax, textOf } from '../request.ts';
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

/** Of a file in a part that names none, which comes in one piece. */
const unnamedFileBytesMax = 64 * 1024 * 1024;

const malformed: RequestBody = { type: 'unreadable', why: 'malformed' };

class MultipartBody implements Taker {
  readonly #blobs: Blobs;
  readonly #limits: HostLimits;
  readonly #parser: ReturnType<typeof busboy> | null;
  readonly #fields: [name: string, value: string][] = [];
  readonly #files: Promise<FormFile>[] = [];
  /** Of fields, so far. */
  #bytes = 0;
  #trouble: 'malformed' | 'tooLarge' | null = null;
  #diskTrouble: { readonly cause: unknown } | null = null;

  constructor(head: RequestHead, { blobs, limits }: ReadBodyOptions) {
    this.#blobs = blobs;
    this.#limits = limits;
    this.#parser = this.#open(head);
    if (this.#parser === null) this.#trouble = 'malformed';
  }

  async take(piece: Uint8Array): Promise<boolean> {
    // Where nothing can be told any more, the rest only passes by.
    const parser = this.#parser;
    if (this.#trouble === null && parser !== null) {
      await new Promise<void>((taken) => {
        parser.once('close', taken);
        parser.write(piece, () => {
          parser.off('close', taken);
          taken();
        });
      });
    }
    if (this.#diskTrouble !== null) throw this.#diskTrouble.cause;
    return this.#trouble !== 'tooLarge';
  }

  async finish(): Promise<RequestBody> {
    const parser = this.#parser;
    if (this.#trouble === null && parser !== null) {
      await new Promise<void>((closed) => parser.once('close', closed).end());
    }
    if (this.#diskTrouble !== null) throw this.#diskTrouble.cause;
    if (this.#trouble !== null) {
      await this.abort();
      return { type: 'unreadable', why: this.#trouble };
    }
    return { type: 'form', multipart: true, fields: this.#fields, files: await Promise.all(this.#files) };
  }

  async abort(): Promise<void> {
    this.#trouble ??= 'malformed';
    this.#parser?.destroy();
    await Promise.allSettled(this.#files);
  }

  #open({ headers }: RequestHead): ReturnType<typeof busboy> | null {
    const { fieldsMax, fieldBytesMax, filesMax } = this.#limits;
    try {
      const fieldSize = Math.max(fieldBytesMax, unnamedFileBytesMax);
      const limits = { fields: fieldsMax, fieldSize, files: filesMax, parts: fieldsMax + filesMax };
      // Its fields may be files, so they have to keep their bytes.
      const parser = busboy({ headers, limits, defCharset: 'latin1', defParamCharset: 'utf8', preservePath: true });
      const refuse = () => this.#fail('tooLarge');
      parser.on('partsLimit', refuse).on('fieldsLimit', refuse).on('filesLimit', refuse);
      parser.on('field', (partName, value, { valueTruncated, nameTruncated, mimeType }) => {
        const name = partName ?? ''; // a part may have none
        if (isFilePart({ name, filename: null, contentType: mimeType })) {
          if (valueTruncated) this.#fail('tooLarge');
          else this.#keep([Buffer.from(value, 'latin1')], { name, filename: '', contentType: mimeType });
          return;
        }
        this.#bytes += value.length;
        const isTooLarge = valueTruncated || value.length > fieldBytesMax || this.#bytes > this.#limits.formBytesMax;
        if (isTooLarge || nameTruncated) this.#fail('tooLarge');
        else this.#fields.push([name, textOfField(value)]);
      });
      parser.on('file', (name, stream, { filename, mimeType }) => {
        this.#keep(stream, { name: name ?? '', filename: filename ?? '', contentType: mimeType });
      });
      parser.on('error', () => this.#fail('malformed'));
      return parser;
    } catch {
      // It throws for a boundary that is missing.
      return null;
    }
  }

  #fail(why: 'malformed' | 'tooLarge'): void {
    this.#trouble ??= why;
  }

  #keep(pieces: Readable | readonly Uint8Array[], head: Omit<FormFile, 'blob'>): void {
    const file = this.#store(pieces).then((blob) => ({ ...head, blob }));
    file.catch(() => {}); // told by `finish`, if by anybody
    this.#files.push(file);
  }

  async #store(pieces: Readable | readonly Uint8Array[]): Promise<FormFile['blob']> {
    const writer = this.#blobs.writer();
    try {
      for await (const piece of pieces) {
        await Promise.resolve(writer.write(piece as Uint8Array)).catch((cause: unknown) => this.#giveUp(cause));
      }
      return await writer.finish().catch((cause: unknown) => this.#giveUp(cause));
    } catch (trouble) {
      await writer.abort();
      throw trouble;
    }
  }

  #giveUp(cause: unknown): never {
    this.#diskTrouble ??= { cause };
    this.#parser?.destroy();
    throw cause;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** What was read byte by byte is UTF-8. What named its charset is read already, and mostly is none. */
function textOfField(value: string): string {
  const bytes = Buffer.from(value, 'latin1');
  if (bytes.toString('latin1') !== value) return value;
  try {
    return utf8.decode(bytes);
  } catch {
    return value;
  }
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
