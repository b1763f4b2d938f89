import { createMemoryBlobs } from '../../src/cloud/memory-blobs.ts';
import { bodyOf, toRequest } from '../../src/cloud/request.ts';
import type { Scenario } from '../../src/cloud/scenario.ts';
import { bytesOf, CloudServer, type Reply } from '../../src/cloud/server.ts';
import type { ServiceDefinition } from '../../src/cloud/service.ts';

export interface Asked {
  readonly method?: string;
  /** Path and query, as on the wire. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface Told {
  readonly status: number;
  /** By lower-case name; the last of a name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Uint8Array;
  readonly text: string;

  /** Undefined where the body is no JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  readonly json: any;
  readonly wire: Reply['wire'];
}

/** A service without a wire, at an instant that the test sets. */
export class Desk<State extends object, Settings extends object> {
  readonly server: CloudServer<State, Settings>;
  readonly blobs = createMemoryBlobs();
  nowMs = 1_700_000_100_000;
  readonly base = 'http://cloud.test';

  constructor(definition: ServiceDefinition<State, Settings>, scenario: Scenario = {}) {
    this.server = new CloudServer(definition, { scenario, now: () => this.nowMs });
    for (const file of this.server.files) this.server.place(file.path, this.blobs.put(bytesOf(file)));
  }

  ask({ method = 'GET', target, headers = {}, body = '' }: Asked): Told {
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const head = { method, target, headers: { host: 'cloud.test', ...lower } };
    const { response, wire } = this.server.answerNow(
      toRequest(head, bodyOf(head, bytes, this.blobs)),
      this.base,
      this.blobs,
    );
    const told = this.#bytesOf(response.body);
    const text = new TextDecoder().decode(told);
    return { status: response.status, headers: new Map(response.headers), bytes: told, text, json: parsed(text), wire };
  }

  #bytesOf(body: Reply['response']['body']): Uint8Array {
    if (typeof body === 'string') return new TextEncoder().encode(body);
    if (body instanceof Uint8Array) return body;
    return this.blobs.bytesOf(body.blob).subarray(body.from, body.from + body.size);
  }
}

/** multipart/form-data, as a browser writes it. */
export function multipart(
  fields: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Pick<Asked, 'headers' | 'body'> & { readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array } {
  const boundary = 'a-boundary-of-tests';
  const head = (name: string, more = '') =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`;
  const pieces = [
    ...Object.entries(fields).map(([name, value]) => Buffer.from(`${head(name)}${value}\r\n`)),
    ...Object.entries(files).flatMap(([name, bytes]) => [
      Buffer.from(head(name, '; filename="file.bin"\r\nContent-Type: application/octet-stream')),
      Buffer.from(bytes),
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${boundary}--\r\n`),
  ];
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: new Uint8Array(Buffer.concat(pieces)),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
