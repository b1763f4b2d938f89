import { customRandom } from 'nanoid';
import type { FormField } from '../../../machines/vocabulary.ts';
import { unreachable } from '../../errors.ts';
import type { Random } from '../../ports/random.ts';
import type { JobFile, UploadJob } from '../../ports/transport.ts';
import type { HeaderList } from './carrier.ts';

/** What a request body is made of. */
export type BodyParts = Pick<UploadJob, 'encoding' | 'headers' | 'form' | 'files'>;

/** A request body as it will be sent. */
export interface UploadBody {
  readonly headers: HeaderList;
  readonly pieces: readonly (Uint8Array | JobFile)[];
}

/** What a multipart body carried. */
export interface ParsedPart {
  readonly name: string;
  /** Null for a form field. */
  readonly filename: string | null;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** As long as the boundaries that devices send. @source harmony-request.md 14 */
const boundaryLength = 67;
const boundaryAlphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const defaultType = 'application/octet-stream';
const encoder = new TextEncoder();

/** @source harmony-request.md 7.3 */
export function uploadBody(job: BodyParts, random: Random): UploadBody {
  const body = job.encoding === 'raw' ? raw(job) : multipart(job, newBoundary(random));
  const size = body.pieces.reduce(
    (sum, piece) => sum + (piece instanceof Uint8Array ? piece.length : sizeOf(piece)),
    0,
  );
  return { ...body, headers: [...body.headers, ['Content-Length', String(size)]] };
}

export function sizeOf(file: JobFile): number {
  return file.to - file.from + 1;
}

function raw(job: BodyParts): UploadBody {
  const [file, ...others] = job.files;
  if (file === undefined || others.length > 0) unreachable(`a raw upload of ${job.files.length} files`);
  const configured = Object.entries(job.headers).find(([name]) => name.toLowerCase() === 'content-type');
  return { headers: [configured ?? ['Content-Type', defaultType]], pieces: [file] };
}

function multipart(job: BodyParts, boundary: string): UploadBody {
  return {
    headers: [['Content-Type', `multipart/form-data; boundary=${boundary}`]],
    pieces: [
      ...job.form.map((field) => encoder.encode(`${fieldHead(boundary, field)}${field.value}\r\n`)),
      ...job.files.flatMap((file) => [encoder.encode(fileHead(boundary, file)), file, encoder.encode('\r\n')]),
      encoder.encode(`--${boundary}--\r\n`),
    ],
  };
}

function fieldHead(boundary: string, field: FormField): string {
  return `--${boundary}\r\nContent-Disposition: form-data; name="${quotable(field.name)}"\r\n\r\n`;
}

function fileHead(boundary: string, file: JobFile): string {
  const names = `name="${quotable(file.name)}"; filename="${quotable(file.filename)}"`;
  const type = quotable(file.contentType) || defaultType;
  return `--${boundary}\r\nContent-Disposition: form-data; ${names}\r\nContent-Type: ${type}\r\n\r\n`;
}

/** What cannot stand in a part's head is escaped as browsers do. */
function quotable(text: string): string {
  return text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function newBoundary(random: Random): string {
  const bytes = (count: number) => Uint8Array.from({ length: count }, () => random.next() * 256);
  return customRandom(boundaryAlphabet, boundaryLength, bytes)();
}

/** Takes a multipart body apart; null when it is none. */
export function parseMultipart(body: Uint8Array, contentType: string): readonly ParsedPart[] | null {
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  if (boundary === undefined) return null;
  // One character for each byte, so that positions in the text are positions in the body.
  const text = latin1(body);
  const delimiter = `--${boundary}`;
  const parts: ParsedPart[] = [];
  let at = text.indexOf(delimiter);
  while (at >= 0 && !text.startsWith('--', at + delimiter.length)) {
    const headStart = at + delimiter.length + 2;
    const headEnd = text.indexOf('\r\n\r\n', headStart);
    const next = text.indexOf(`\r\n${delimiter}`, headEnd + 2);
    if (headEnd < 0 || next < 0) return null;
    const bytes = body.subarray(headEnd + 4, next);
    parts.push({ ...parseHead(new TextDecoder().decode(body.subarray(headStart, headEnd))), bytes });
    at = next + 2;
  }
  return at < 0 ? null : parts;
}

function parseHead(head: string): Omit<ParsedPart, 'bytes'> {
  return {
    name: /[; ]name="([^"]*)"/i.exec(head)?.[1] ?? '',
    filename: /filename="([^"]*)"/i.exec(head)?.[1] ?? null,
    contentType: /^content-type: *(.*)$/im.exec(head)?.[1]?.trim() ?? '',
  };
}

const textPieceBytes = 8192;

function latin1(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += textPieceBytes) {
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + textPieceBytes)));
  }
  return pieces.join('');
}
