/** A head that is longer is no head. */
const headBytesMax = 64 * 1024;
const headEnd = '\r\n\r\n';
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'CONNECT'].map(
  (name) => `${name} `,
);

/**
 * What a connection to a hand-written server brings, cut and spelled as a device's HTTP client sends it: each request's
 * head whole, its names in lower case and no blank after the colon, in one message with the bytes of the body that came
 * with it. Every byte of a body stays as it is, and so does what is no HTTP.
 * @source harmony-request.md 14
 */
export class RequestHeads {
  #expects: 'head' | 'body' | 'anything' = 'head';
  #held: Uint8Array = new Uint8Array();
  #bodyLeft = 0;

  /** Takes what was read. @returns the messages that are complete by it. */
  take(chunk: Uint8Array): Uint8Array[] {
    let rest: Buffer = Buffer.concat([this.#held, chunk]);
    this.#held = new Uint8Array();
    const messages: Uint8Array[] = [];
    while (rest.length > 0) {
      const head = this.#expects === 'head' ? this.#readHead(rest) : { bytes: new Uint8Array(), readBytes: 0 };
      if (head === null) {
        this.#held = rest;
        break;
      }
      const body = rest.subarray(head.readBytes, head.readBytes + this.#bodyBytes());
      messages.push(Buffer.concat([head.bytes, body]));
      rest = rest.subarray(head.readBytes + body.length);
      this.#moveBody(body.length);
    }
    return messages;
  }

  /** What was held back when nothing more comes. */
  rest(): Uint8Array[] {
    const rest = this.#held;
    this.#held = new Uint8Array();
    return rest.length === 0 ? [] : [rest];
  }

  /** Null while the head is not whole; empty when there is none. */
  #readHead(bytes: Buffer): { readonly bytes: Uint8Array; readonly readBytes: number } | null {
    const end = bytes.indexOf(headEnd);
    if (end < 0 && bytes.length <= headBytesMax && mayBecomeHead(bytes)) return null;
    if (end < 0 || end > headBytesMax || !mayBecomeHead(bytes)) {
      this.#expects = 'anything';
      return { bytes: new Uint8Array(), readBytes: 0 };
    }
    const readBytes = end + headEnd.length;
    const text = respelled(bytes.toString('latin1', 0, readBytes));
    this.#bodyLeft = Number(/\r\ncontent-length:(\d+)/.exec(text)?.[1] ?? 0);
    // Where a body in chunks ends is for its reader to find out.
    this.#expects = /\r\ntransfer-encoding:/.test(text) ? 'anything' : 'body';
    return { bytes: Buffer.from(text, 'latin1'), readBytes };
  }

  #bodyBytes(): number {
    return this.#expects === 'anything' ? Number.POSITIVE_INFINITY : this.#bodyLeft;
  }

  #moveBody(bytes: number): void {
    if (this.#expects === 'anything') return;
    this.#bodyLeft -= bytes;
    this.#expects = this.#bodyLeft === 0 ? 'head' : 'body';
  }
}

function mayBecomeHead(bytes: Buffer): boolean {
  const start = bytes.toString('latin1', 0, 8);
  return methods.some((method) => start.startsWith(method) || method.startsWith(start));
}

function respelled(head: string): string {
  const [requestLine, ...lines] = head.split('\r\n');
  const fields = lines.map((line) => line.replace(/^([^:\s]+):[ \t]*/, (_, name: string) => `${name.toLowerCase()}:`));
  return [requestLine, ...fields].join('\r\n');
}
