import { createHash, createHmac } from 'node:crypto';
import type { Scenario } from '../../../src/cloud/scenario.ts';
import { tencentCosV4 } from '../../../src/cloud/tencent-cos-v4/index.ts';
import { Desk, multipart, type Told } from '../ask.ts';

export interface SignParts {
  readonly a?: string;
  readonly b?: string;
  readonly k?: string;
  readonly e?: string | number;
  readonly t?: string | number;
  readonly r?: string | number;
  readonly f?: string;
  readonly key?: string;
}

/** Made without the signer of the library; the order of fields is that of a public client. */
export function sign(parts: SignParts = {}): string {
  const { a = '10000000', b = 'bkt', k = 'AKIDEXAMPLE', key = 'SKEXAMPLE', f = '' } = parts;
  const { e = 1_700_003_600, t = 1_700_000_000, r = 123456 } = parts;
  return wrapped(`a=${a}&k=${k}&e=${e}&t=${t}&r=${r}&f=${f}&b=${b}`, key);
}

export function wrapped(plain: string, key = 'SKEXAMPLE'): string {
  return Buffer.concat([createHmac('sha1', key).update(plain).digest(), Buffer.from(plain)]).toString('base64');
}

export interface Say {
  readonly version?: 'v1' | 'v2';
  readonly method?: string;
  readonly bucket?: string;
  readonly appid?: string;
  /** Undefined: as the operation wants it. Null: none. */
  readonly sign?: string | null;
  readonly content?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON where there is no content. */
  readonly [field: string]: unknown;
}

const spoken = new Set(['version', 'method', 'bucket', 'appid', 'sign', 'content', 'headers']);
const onceSigned = new Set(['delete', 'update', 'move']);
const uploads = /^upload/;

export type CosDesk = ReturnType<typeof openDesk>;

export function openDesk(scenario: Scenario = {}) {
  return new Desk(tencentCosV4, scenario);
}

export class Client {
  readonly desk: CosDesk;
  #signs = 0;

  constructor(desk: CosDesk) {
    this.desk = desk;
  }

  say(op: string, path: string, said: Say = {}): Told {
    const { version = 'v2', bucket = 'bkt', appid = '10000000' } = said;
    const fields = Object.fromEntries(Object.entries(said).filter(([name]) => !spoken.has(name)));
    const method = said.method ?? (op === 'stat' || op === 'list' ? 'GET' : 'POST');
    const token = said.sign === undefined ? this.signFor(op, path, { a: appid, b: bucket }) : said.sign;
    const authorization: Record<string, string> = token === null ? {} : { Authorization: token };
    const target = `/files/${version}/${appid}/${bucket}/${encoded(path)}`;
    if (method === 'GET') {
      const query = new URLSearchParams({ op, ...(fields as Record<string, string>) });
      return this.desk.ask({ method, target: `${target}?${query}`, headers: { ...authorization, ...said.headers } });
    }
    const { content } = said;
    const form = uploads.test(op)
      ? multipart(texts({ op, ...fields }), content === undefined ? {} : { fileContent: content })
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ op, ...fields }) };
    return this.desk.ask({
      method,
      target,
      headers: { ...form.headers, ...authorization, ...said.headers },
      body: form.body,
    });
  }

  /** A once-sign is never the same twice. */
  signFor(op: string, path: string, parts: SignParts = {}): string {
    const { a = '10000000', b = 'bkt' } = parts;
    const t = Math.floor(this.desk.nowMs / 1000);
    if (!onceSigned.has(op)) return sign({ ...parts, t, e: t + 3600 });
    this.#signs++;
    return sign({ ...parts, t, e: 0, r: this.#signs, f: `/${a}/${b}/${encoded(path)}` });
  }

  upload(path: string, content: string | Uint8Array, said: Say = {}): Told {
    return this.say('upload', path, { content, ...said });
  }

  download(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Told {
    return this.desk.ask({ method, target: `/${encoded(path)}`, headers });
  }

  /** In slices, in the order given; the answer to the finish. */
  slice(path: string, bytes: Uint8Array, sliceSize: number, order: (offsets: number[]) => number[] = (o) => o): Told {
    const begun = this.say('upload_slice_init', path, {
      filesize: bytes.length,
      slice_size: sliceSize,
      sha: sha1(bytes),
      insertOnly: 0,
    });
    if (begun.json.data?.session === undefined) return begun;
    const { session, slice_size } = begun.json.data;
    const offsets = Array.from({ length: Math.ceil(bytes.length / slice_size) }, (_, at) => at * slice_size);
    for (const offset of order(offsets)) {
      const content = bytes.subarray(offset, offset + slice_size);
      const told = this.say('upload_slice_data', path, { session, offset, sha: sha1(content), content });
      if (told.status !== 200) return told;
    }
    return this.say('upload_slice_finish', path, { session, filesize: bytes.length, sha: sha1(bytes) });
  }
}

export function sha1(bytes: string | Uint8Array): string {
  return createHash('sha1').update(bytes).digest('hex');
}

export function encoded(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function texts(fields: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
}
