import { createHash, createHmac } from 'node:crypto';
import type { Scenario } from '../../../src/cloud/scenario.ts';
import { tencentCi } from '../../../src/cloud/tencent-ci/index.ts';
import { type Asked, Desk, type Told } from '../ask.ts';

export const bucket = 'bkt-10000000';
export const cosHost = `${bucket}.cos.ap-test.myqcloud.com`;
export const ciHost = `${bucket}.ci.ap-test.myqcloud.com`;
export const picHost = `${bucket}.picap-test.myqcloud.com`;
export const credentials = { secretId: 'AKIDEXAMPLE', secretKey: 'SKEXAMPLE' };

export interface Signing {
  readonly secretId?: string;
  readonly secretKey?: string;
  /** Seconds since 1970, `start;end`. */
  readonly time?: string;
  /** Parameters that are signed beside the headers; all by default. */
  readonly params?: readonly string[];
}

/** Signs with node:crypto, from the published description alone. */
export function sign(asked: Asked, signing: Signing = {}): string {
  const {
    secretId = credentials.secretId,
    secretKey = credentials.secretKey,
    time = '1700000000;1700003600',
  } = signing;
  const [path = '', search = ''] = splitTarget(asked.target);
  const all = [...new URLSearchParams(search)];
  const params = signing.params === undefined ? all : all.filter(([name]) => signing.params?.includes(name));
  const headers = Object.entries(asked.headers ?? {}).filter(([name]) => name.toLowerCase() === 'host');
  const [paramNames, paramText] = pairsText(params);
  const [headerNames, headerText] = pairsText(headers);
  const text = `${(asked.method ?? 'GET').toLowerCase()}\n${decodeURIComponent(path)}\n${paramText}\n${headerText}\n`;
  const key = hmac(secretKey, time);
  const signature = hmac(key, `sha1\n${time}\n${createHash('sha1').update(text).digest('hex')}\n`);
  return `q-sign-algorithm=sha1&q-ak=${secretId}&q-sign-time=${time}&q-key-time=${time}&q-header-list=${headerNames}&q-url-param-list=${paramNames}&q-signature=${signature}`;
}

export function hmac(key: string, text: string): string {
  return createHmac('sha1', key).update(text).digest('hex');
}

function splitTarget(target: string): readonly string[] {
  const mark = target.indexOf('?');
  return mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)];
}

function pairsText(pairs: readonly (readonly [string, string])[]): readonly [names: string, text: string] {
  const encoded = pairs.map(([name, value]) => [percent(name).toLowerCase(), percent(value)] as const);
  const sorted = encoded.sort(([left], [right]) => (left < right ? -1 : 1));
  return [sorted.map(([name]) => name).join(';'), sorted.map((pair) => pair.join('=')).join('&')];
}

function percent(text: string): string {
  return Array.from(Buffer.from(text), (byte) =>
    /[A-Za-z0-9_.~-]/.test(String.fromCharCode(byte))
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');
}

/** A desk with a client that signs. */
export class Client {
  readonly desk: Desk<object, object>;

  constructor(scenario: Scenario = {}) {
    this.desk = new Desk(tencentCi as never, scenario);
  }

  ask(asked: Asked, signing: Signing = {}): Told {
    const headers = { host: cosHost, ...asked.headers };
    const time = signing.time ?? this.time();
    return this.desk.ask({
      ...asked,
      headers: { authorization: sign({ ...asked, headers }, { ...signing, time }), ...headers },
    });
  }

  /** A minute back to an hour ahead. */
  time(): string {
    const now = Math.floor(this.desk.nowMs / 1000);
    return `${now - 60};${now + 3600}`;
  }

  put(key: string, body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}): Told {
    return this.ask({ method: 'PUT', target: toTarget(key), body, headers });
  }

  get(key: string, search = '', headers: Readonly<Record<string, string>> = {}): Told {
    return this.ask({ target: toTarget(key) + (search === '' ? '' : `?${search}`), headers });
  }

  /** Uploads in slices, and completes them. */
  putSliced(key: string, slices: readonly Uint8Array[]): Told {
    const id = tag(this.ask({ method: 'POST', target: `${toTarget(key)}?uploads` }).text, 'UploadId');
    const parts = slices.map((body, at) => {
      const told = this.ask({ method: 'PUT', target: `${toTarget(key)}?partNumber=${at + 1}&uploadId=${id}`, body });
      return `<Part><PartNumber>${at + 1}</PartNumber><ETag>${told.headers.get('etag')}</ETag></Part>`;
    });
    const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;
    return this.ask({ method: 'POST', target: `${toTarget(key)}?uploadId=${id}`, body });
  }

  /** All keys, page by page. */
  keys(max = 1000): readonly string[] {
    const keys: string[] = [];
    for (let marker: string | null = ''; marker !== null; ) {
      const target: string = `/?encoding-type=url&max-keys=${max}&marker=${encodeURIComponent(marker)}`;
      const { text } = this.ask({ target });
      keys.push(...tags(text, 'Key').map(decodeURIComponent));
      marker = tag(text, 'IsTruncated') === 'true' ? decodeURIComponent(tag(text, 'NextMarker')) : null;
    }
    return keys;
  }
}

export function toTarget(key: string): string {
  return `/${key.split('/').map(percent).join('/')}`;
}

/** Texts of all elements of a name. */
export function tags(xml: string, name: string): readonly string[] {
  return Array.from(xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g')), ([, text = '']) => unescaped(text));
}

function unescaped(text: string): string {
  return text.replaceAll('&apos;', "'").replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&');
}

export function tag(xml: string, name: string): string {
  return tags(xml, name)[0] ?? '';
}

/** A PNG of one pixel, as the world knows it. */
export const onePixel = new Uint8Array(
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
);

/** The first bytes of a PNG of any size; `more` makes it another one. */
export function pngOf(width: number, height: number, more = ''): Uint8Array {
  const head = Buffer.from(onePixel);
  head.writeUInt32BE(width, 16);
  head.writeUInt32BE(height, 20);
  return new Uint8Array(Buffer.concat([head, Buffer.from(more)]));
}

/** A GIF of so many frames of one pixel. */
export function gifOf(frames: number): Uint8Array {
  const frame = [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];
  const head = [...Buffer.from('GIF89a'), 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255];
  return Uint8Array.from([...head, ...Array.from({ length: frames }, () => frame).flat(), 0x3b]);
}
