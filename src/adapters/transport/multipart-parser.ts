import { concat } from './content.ts';

export interface PartHead {
  /** Empty for none. */
  readonly name: string;
  /** Null for none. */
  readonly filename: string | null;
  /** As it was sent, parameters included; empty for none. */
  readonly contentType: string;
}

/** A part with all of its bytes. */
export interface ParsedPart extends PartHead {
  readonly bytes: Uint8Array;
}

/** A part is its head, then its bytes in any number of pieces, then its end. */
export type MultipartEvent =
  | { readonly type: 'part'; readonly head: PartHead }
  | { readonly type: 'bytes'; readonly bytes: Uint8Array }
  | { readonly type: 'end' };

/** Where the reading is. Nothing is read any more after the last boundary, and after a head that is none. */
type Place = 'preamble' | 'head' | 'part' | 'skipped' | 'epilogue' | 'malformed';

const partHeadBytesMax = 16 * 1024;
const carriageReturn = 13;
const encoder = new TextEncoder();
const headEnd = encoder.encode('\r\n\r\n');

/** Takes a multipart body apart while it comes. @source RFC 7578; RFC 2046, 5.1.1 */
export class MultipartParser {
  readonly #delimiter: Uint8Array;
  #place: Place = 'preamble';
  /** What is not told yet. The line end before the first boundary may be missing. */
  #rest: Uint8Array = encoder.encode('\r\n');

  constructor(boundary: string) {
    this.#delimiter = encoder.encode(`\r\n--${boundary}`);
  }

  /** The last boundary has come. */
  get whole(): boolean {
    return this.#place === 'epilogue';
  }

  /** What these bytes tell; to be read to its end. */
  *push(piece: Uint8Array): Generator<MultipartEvent, void> {
    if (this.#place === 'epilogue' || this.#place === 'malformed') return;
    this.#rest = concat([this.#rest, piece]);
    while (this.#place === 'head' ? yield* this.#readHead() : yield* this.#readToBoundary());
    // A copy: a view would keep the whole piece in memory.
    this.#rest = this.#rest.slice();
  }

  /** @returns whether there is more to be told */
  *#readHead(): Generator<MultipartEvent, boolean> {
    const end = find(this.#rest, headEnd, 0);
    if (end < 0 ? this.#rest.length > partHeadBytesMax : end > partHeadBytesMax) return this.#finish('malformed');
    if (end < 0) return false;
    const headers = headersOf(new TextDecoder().decode(this.#rest.subarray(2, end)));
    if (headers === null) return this.#finish('malformed');
    const head = partHeadOf(headers);
    // The line end may be the one of a boundary: a part may be empty.
    this.#rest = this.#rest.subarray(end + headEnd.length);
    this.#place = head === null ? 'skipped' : 'part';
    if (head !== null) yield { type: 'part', head };
    return true;
  }

  /** @returns whether there is more to be told */
  *#readToBoundary(): Generator<MultipartEvent, boolean> {
    const { at, ending } = this.#boundaryIn(this.#rest);
    if (this.#place === 'part' && at > 0) yield { type: 'bytes', bytes: this.#rest.subarray(0, at) };
    if (ending === null) {
      this.#rest = this.#rest.subarray(at);
      return false;
    }
    if (this.#place === 'part') yield { type: 'end' };
    if (ending === '--') return this.#finish('epilogue');
    this.#rest = this.#rest.subarray(at + this.#delimiter.length);
    this.#place = 'head';
    return true;
  }

  #finish(place: 'epilogue' | 'malformed'): false {
    this.#place = place;
    this.#rest = new Uint8Array();
    return false;
  }

  /** Where the next boundary is, and how its line ends; or, with null, where one may begin. */
  #boundaryIn(bytes: Uint8Array): { readonly at: number; readonly ending: '\r\n' | '--' | null } {
    const { length } = this.#delimiter;
    for (let at = find(bytes, this.#delimiter, 0); at >= 0; at = find(bytes, this.#delimiter, at + 1)) {
      if (at + length + 2 > bytes.length) return { at, ending: null };
      const ending = String.fromCharCode(...bytes.subarray(at + length, at + length + 2));
      if (ending === '\r\n' || ending === '--') return { at, ending };
    }
    const tail = bytes.lastIndexOf(carriageReturn);
    return { at: tail >= 0 && tail > bytes.length - length ? tail : bytes.length, ending: null };
  }
}

/** Takes a whole multipart body apart; null when it is none. */
export function parseMultipart(body: Uint8Array, contentType: string): readonly ParsedPart[] | null {
  const boundary = boundaryOf(contentType);
  if (boundary === null) return null;
  const parser = new MultipartParser(boundary);
  const parts: ParsedPart[] = [];
  let head: PartHead = { name: '', filename: null, contentType: '' };
  let bytes: Uint8Array = new Uint8Array();
  for (const event of parser.push(body)) {
    if (event.type === 'part') [head, bytes] = [event.head, new Uint8Array()];
    else if (event.type === 'bytes') bytes = bytes.length === 0 ? event.bytes : concat([bytes, event.bytes]);
    else parts.push({ ...head, bytes });
  }
  return parser.whole ? parts : null;
}

/** Null for what is no multipart form, and for one without a boundary. */
export function boundaryOf(contentType: string): string | null {
  return /^multipart\/form-data\s*;/i.test(contentType) ? (parametersOf(contentType).get('boundary') ?? null) : null;
}

/**
 * Lower-case name → value, of a header such as `a/b; c=d; e="f"`. A backslash is one: browsers, devices and curl
 * escape quotes as `%22`.
 */
export function parametersOf(header: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, name = '', quoted, bare = ''] of header.matchAll(/;\s*([^\s=;"]+)\s*=\s*(?:"([^"]*)"|([^;]*))/g)) {
    const lower = name.toLowerCase();
    if (!found.has(lower)) found.set(lower, quoted ?? bare.trim());
  }
  return found;
}

/** Null for what is no head. */
function headersOf(head: string): ReadonlyMap<string, string> | null {
  const headers = new Map<string, string>();
  for (const line of head.replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const [, name, value = ''] = /^([!#$%&'*+.^_`|~\w-]+):(.*)$/s.exec(line) ?? [];
    if (name === undefined) return null;
    headers.set(name.toLowerCase(), value.trim());
  }
  return headers;
}

/** Null for a part that is none of a form, which readers leave out. */
function partHeadOf(headers: ReadonlyMap<string, string>): PartHead | null {
  const disposition = headers.get('content-disposition') ?? '';
  if (!/^form-data\s*(;|$)/i.test(disposition)) return null;
  const parameters = parametersOf(disposition);
  return {
    name: parameters.get('name') ?? '',
    filename: decodeExtended(parameters.get('filename*')) ?? parameters.get('filename') ?? null,
    contentType: headers.get('content-type') ?? '',
  };
}

/** `UTF-8''a%20b`; undefined for anything else. @source RFC 8187 */
function decodeExtended(value: string | undefined): string | undefined {
  const text = /^utf-8'[^']*'(.*)$/i.exec(value ?? '')?.[1];
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function find(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(carriageReturn, from); at >= 0; at = bytes.indexOf(carriageReturn, at + 1)) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}
