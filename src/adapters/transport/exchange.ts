import type { Clock } from '../../ports/clock.ts';
import { type Files, FileTrouble, type FileWriter } from '../../ports/files.ts';
import type { Random } from '../../ports/random.ts';
import type { DownloadJob, JobFile, Run, TransferJob, TransferReport, UploadJob } from '../../ports/transport.ts';
import type { Call, Carrier, ResponseHead, Sink } from './carrier.ts';
import { concat } from './content.ts';
import { sizeOf, type UploadBody, uploadBody } from './multipart.ts';
import { Pacer } from './pacer.ts';
import { Progress } from './progress.ts';
import {
  firstHop,
  followRedirect,
  type Hop,
  judgeDownload,
  judgeStatus,
  planDownload,
  type Refusal,
  type Storage,
} from './rules.ts';
import { givenUp, TransportTrouble } from './trouble.ts';

/** What an exchange works with. The carrier alone tells a real one from a simulated one. */
export interface Means {
  readonly clock: Clock;
  readonly random: Random;
  readonly files: Files;
  readonly carrier: Carrier;
}

/** Large pieces cost less; small ones let a slow upload tell how far it is. */
const uploadPieceBytes = { least: 64 * 1024, most: 256 * 1024 };
/** A piece that takes longer is followed by a smaller one, others by larger ones. */
const pieceMsMax = 100;
/** So many pieces tell in a second that an upload is as fast as it has to be. */
const tellingPieces = 8;
/** Of an upload's response body, what is kept. */
const answerBytesMax = 16 * 1024 * 1024;

type Body = () => Uint8Array | AsyncIterable<Uint8Array> | null;
interface Reply {
  readonly head: ResponseHead;
  readonly call: Call;
}

/** One job from its first request to its last word, the same over real sockets and in the simulated internet. */
export class Exchange implements Run {
  /** Resolves after the last word. */
  readonly ended: Promise<void>;
  readonly #job: TransferJob;
  readonly #report: (event: TransferReport) => void;
  readonly #means: Means;
  readonly #pacer: Pacer;
  readonly #progress: Progress;
  #cancelled = false;
  #call: Call | null = null;
  #wake: (() => void) | null = null;
  /** What the carrier was given of an upload. */
  #handed = { index: -1, bytes: 0 };
  /** Resolves when the upload's body has let go of its file; `#bodyTrouble` says what was wrong with it. */
  #reading: Promise<void> = Promise.resolve();
  #bodyTrouble: unknown = null;
  #sending = false;

  /** @param ready  when it may begin. */
  constructor(job: TransferJob, report: (event: TransferReport) => void, means: Means, ready: Promise<unknown>) {
    this.#job = job;
    this.#report = report;
    this.#means = means;
    this.#pacer = new Pacer(job.maxSpeed, means.clock.elapsed());
    this.#progress = new Progress(means.clock, report);
    // Nothing may be told before `open` returns.
    this.ended = ready.then(() => this.#run());
  }

  /** Is it cancelled, and may still write what it has kept for the target of `job`? */
  leaves(job: TransferJob): boolean {
    return this.#cancelled && targetOf(job) !== null && targetOf(job) === targetOf(this.#job);
  }

  setSpeed(bytesPerSecond: number): void {
    this.#pacer.setCap(bytesPerSecond, this.#nowMs());
    this.#wake?.();
  }

  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#call?.drop();
    this.#wake?.();
  }

  async #run(): Promise<void> {
    const lastWord = await this.#transfer(this.#job).catch((error: unknown) => this.#failure(error));
    this.#progress.stop();
    this.#report(lastWord);
  }

  #transfer(job: TransferJob): Promise<TransferReport> {
    return job.kind === 'download' ? this.#download(job) : this.#upload(job);
  }

  #failure(error: unknown): TransferReport {
    if (!(error instanceof TransportTrouble)) throw error;
    if (this.#cancelled) return { type: 'cancelled' };
    const { kind, status, message } = error;
    return { type: 'faulted', cause: kind, status, local: error.cause instanceof FileTrouble, detail: message };
  }

  async #download(job: DownloadJob): Promise<TransferReport> {
    const have = this.#bytesOnDisk(job.target);
    // An earlier exchange was broken off between its last byte and its last word; a server could only answer 416.
    if (have > 0 && have === job.size) return { type: 'finished', bytes: have, body: new Uint8Array() };
    const plan = accept(planDownload(job, have));
    const hop = accept(firstHop(job, plan.headers, job.body !== ''));
    if (plan.truncate) this.#truncate(job.target);

    const { head, call } = await this.#ask(hop, () => new TextEncoder().encode(job.body));
    const judgement = judgeDownload(job, plan.keep, head);
    if (judgement.kind === 'fault') {
      this.#respond(head, null);
      call.discard();
      throw refused(judgement);
    }

    const bytes = await this.#store(job.target, { head, call }, judgement);
    if (this.#means.files.look(job.target).kind !== 'file') {
      throw new TransportTrouble('io', `${job.target} has vanished`);
    }
    return { type: 'finished', bytes, body: new Uint8Array() };
  }

  #bytesOnDisk(target: string): number {
    const found = this.#means.files.look(target);
    if (found.kind === 'file') return found.bytes;
    if (found.kind === 'missing') return 0;
    throw new TransportTrouble('io', `${target} is ${found.kind === 'directory' ? 'a directory' : found.detail}`);
  }

  #truncate(target: string): void {
    try {
      this.#means.files.truncate(target);
    } catch (error) {
      throw fileTrouble(error, 'io');
    }
  }

  /** Moves the body into the file; on every way out the file is closed, and then what it has is told. */
  async #store(target: string, { head, call }: Reply, { offset, size }: Storage): Promise<number> {
    const writer = await this.#means.files.writer(target, offset).catch((error: unknown) => {
      this.#respond(head, null);
      call.drop();
      throw fileTrouble(error, 'io');
    });
    // Not before the file is cut: its new validator must never be remembered beside bytes of an older version.
    this.#respond(head, { offset, size });
    const [pacer, progress, { clock }] = [this.#pacer, this.#progress, this.#means];
    const sink = new FileSink(writer, offset, { pacer, progress, clock });
    const move = async () => {
      for (;;) {
        const piece = await call.next(sink);
        if (piece === null) return;
        for (let at = 0; at < piece.length; ) {
          const room = pacer.unlimited ? Infinity : await this.#room();
          const slice = at === 0 && room >= piece.length ? piece : piece.subarray(at, at + room);
          const written = writer.write(slice);
          if (written !== undefined) await written;
          sink.count(slice.length);
          at += slice.length;
        }
      }
    };
    // What broke the transfer comes first; trouble at the closing is told where nothing else is.
    const broken = await move().then(
      () => null,
      (error: unknown) => ({ error: fileTrouble(error, 'other') }),
    );
    call.drop();
    const unclosed = await writer.close().then(
      () => null,
      (error: unknown) => ({ error: fileTrouble(error, 'io') }),
    );
    if (unclosed === null) this.#progress.tell(0, sink.bytes);
    const trouble = broken ?? unclosed;
    if (trouble !== null) throw trouble.error;
    return sink.bytes;
  }

  async #upload(job: UploadJob): Promise<TransferReport> {
    const body = uploadBody(job, this.#means.random);
    const hop = accept(firstHop(job, body.headers, true));
    try {
      const { head, call } = await this.#ask(hop, () => this.#sendable(body, leastPieceOf(job)));
      this.#respond(head, null);
      const failure = judgeStatus(head);
      if (failure !== null) {
        this.#letGo(call);
        throw refused(failure);
      }
      const answer = await collect(call);
      // A server may hear the last piece, and say so, before the socket asks for the next one.
      this.#progress.tell(this.#handed.index, this.#handed.bytes);
      return { type: 'finished', bytes: this.#progress.told, body: answer };
    } finally {
      await this.#reading;
    }
  }

  /** A body without a byte of its own is sent as such, so that nothing waits for a stream to end. */
  #sendable(body: UploadBody, leastBytes: number): ReturnType<Body> {
    const first = body.pieces[0];
    if (body.pieces.length === 1 && first !== undefined && !(first instanceof Uint8Array) && sizeOf(first) === 0) {
      this.#progress.tell(first.index, 0);
      return new Uint8Array();
    }
    return this.#read(body, leastBytes);
  }

  /** Counts a piece as sent when the next one is asked for: then the socket has taken it. */
  async *#read(body: UploadBody, leastBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
    let letGo = () => {};
    this.#reading = new Promise((resolve) => {
      letGo = resolve;
    });
    this.#sending = true;
    this.#bodyTrouble = null;
    try {
      for (const piece of body.pieces) {
        if (piece instanceof Uint8Array) yield piece;
        else yield* this.#readFile(piece, leastBytes);
      }
    } catch (error) {
      this.#bodyTrouble = error instanceof FileTrouble ? fileTrouble(error, 'io') : error;
      throw this.#bodyTrouble;
    } finally {
      this.#sending = false;
      letGo();
    }
  }

  async *#readFile(file: JobFile, leastBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
    let sent = 0;
    let bytesMax = leastBytes;
    if (sizeOf(file) > 0) {
      for await (const piece of this.#means.files.reader(file.path, file.from, file.to)) {
        for (let at = 0; at < piece.length; ) {
          this.#checkCancelled();
          const room = this.#pacer.unlimited ? Infinity : await this.#room();
          const slice = piece.subarray(at, at + Math.min(room, bytesMax));
          const beganMs = this.#nowMs();
          this.#handed = { index: file.index, bytes: sent + slice.length };
          yield slice;
          const endedMs = this.#nowMs();
          bytesMax =
            endedMs - beganMs > pieceMsMax
              ? Math.max(leastBytes, Math.floor(bytesMax / 4))
              : Math.min(uploadPieceBytes.most, bytesMax * 4);
          this.#pacer.take(slice.length, endedMs);
          at += slice.length;
          sent += slice.length;
          this.#progress.note(file.index, sent);
        }
      }
    }
    if (sent !== sizeOf(file)) throw new TransportTrouble('io', `${file.path} is shorter than announced`);
    this.#progress.tell(file.index, sent);
  }

  /** Sends the request and follows where it leads. */
  async #ask(first: Hop, body: Body): Promise<Reply> {
    let hop = first;
    for (let followed = 0; ; followed++) {
      this.#checkCancelled();
      const { url, method, headers } = hop;
      const { proxy, connectTimeoutMs } = this.#job;
      const sent = hop.hasBody ? body() : null;
      const call = this.#means.carrier.send({ url, method, headers, body: sent, proxy, connectTimeoutMs });
      this.#call = call;
      const head = await call.head.catch((error: unknown) => this.#blame(error));
      const next = followRedirect(this.#job, hop, head, followed);
      if (next === null) return { head, call };
      this.#letGo(call);
      await this.#reading;
      hop = accept(next);
    }
  }

  /** A request that its own body broke off is to blame on the body. */
  async #blame(error: unknown): Promise<never> {
    await this.#reading;
    throw this.#bodyTrouble ?? error;
  }

  /** A server that answers early does not get the rest. */
  #letGo(call: Call): void {
    if (this.#sending) call.drop();
    else call.discard();
  }

  #respond(head: ResponseHead, body: { readonly offset: number; readonly size: number } | null): void {
    // The file may have been opened in between.
    if (this.#cancelled) return;
    const { version, status, phrase, headers } = head;
    this.#report({ type: 'responded', version, status, phrase, headers, body });
  }

  /** Bytes that the speed cap lets through, one at least; waits for them. */
  async #room(): Promise<number> {
    for (;;) {
      const nowMs = this.#nowMs();
      const room = this.#pacer.room(nowMs);
      if (room > 0) return room;
      this.#checkCancelled();
      await this.#rest(this.#pacer.waitMs(nowMs));
    }
  }

  /** Cut short by a cancellation or another cap. */
  #rest(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#means.clock.after(delayMs, resolve);
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  #checkCancelled(): void {
    if (this.#cancelled) throw givenUp;
  }

  #nowMs(): number {
    return this.#means.clock.elapsed();
  }
}

interface Counting {
  readonly pacer: Pacer;
  readonly progress: Progress;
  readonly clock: Clock;
}

/** The file of a download, for pieces that no speed cap keeps back. */
class FileSink implements Sink {
  readonly #writer: FileWriter;
  /** In the file. */
  bytes: number;
  readonly #pacer: Pacer;
  readonly #progress: Progress;
  readonly #clock: Clock;

  constructor(writer: FileWriter, bytes: number, { pacer, progress, clock }: Counting) {
    this.#writer = writer;
    this.bytes = bytes;
    this.#pacer = pacer;
    this.#progress = progress;
    this.#clock = clock;
  }

  get bytesMax(): number {
    return this.#pacer.windowBytes;
  }

  get takesAll(): boolean {
    return this.#pacer.unlimited;
  }

  take(piece: Uint8Array): Promise<void> | undefined {
    const written = this.#writer.write(piece);
    if (written !== undefined) return written.then(() => this.count(piece.length));
    this.count(piece.length);
    return undefined;
  }

  count(written: number): void {
    this.#pacer.take(written, this.#clock.elapsed());
    this.bytes += written;
    this.#progress.note(0, this.bytes);
  }
}

function leastPieceOf({ minSpeed }: UploadJob): number {
  return minSpeed > 0 ? Math.min(uploadPieceBytes.least, Math.ceil(minSpeed / tellingPieces)) : uploadPieceBytes.least;
}

function targetOf(job: TransferJob): string | null {
  return job.kind === 'download' ? job.target : null;
}

function accept<Answer extends { readonly kind: string }>(answer: Answer | Refusal): Answer {
  if (isRefusal(answer)) throw refused(answer);
  return answer;
}

function isRefusal(answer: { readonly kind: string }): answer is Refusal {
  return answer.kind === 'fault';
}

function refused({ cause, detail, status }: Refusal): TransportTrouble {
  return new TransportTrouble(cause, detail, status === null ? {} : { status });
}

/** A full disk is told as such; `otherwise` is the fault for whatever else is wrong. */
function fileTrouble(error: unknown, otherwise: 'io' | 'other'): unknown {
  if (!(error instanceof FileTrouble)) return error;
  return new TransportTrouble(error.kind === 'space' ? 'space' : otherwise, error.message, { cause: error });
}

async function collect(call: Call): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let room = answerBytesMax;
  while (room > 0) {
    const piece = await call.next();
    if (piece === null) break;
    pieces.push(piece.subarray(0, room));
    room -= Math.min(room, piece.length);
  }
  call.drop();
  return concat(pieces);
}
