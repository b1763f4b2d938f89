import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { baiduPcs } from '../../../src/cloud/baidu-pcs/index.ts';
import type { Scenario } from '../../../src/cloud/scenario.ts';
import { type Asked, Desk, multipart, type Told } from '../ask.ts';

export type Parameters = Readonly<Record<string, string | number>>;

export const root = '/apps/longshore';
export const token = 'example-access-token';

/** A small client of the service, written after its public description alone. */
export class Client {
  readonly desk: Desk<object, object>;
  token: string | null = token;
  headers: Readonly<Record<string, string>> = {};

  constructor(scenario: Scenario = {}) {
    this.desk = new Desk(baiduPcs, scenario) as unknown as Desk<object, object>;
  }

  target(resource: string, query: Parameters): string {
    const credential = this.token === null ? {} : { access_token: this.token };
    const texts = Object.entries({ ...query, ...credential }).map(([name, value]) => [name, String(value)]);
    return `/rest/2.0/pcs/${resource}?${new URLSearchParams(texts)}`;
  }

  get(resource: string, query: Parameters, headers: Asked['headers'] = {}): Told {
    return this.desk.ask({ target: this.target(resource, query), headers: { ...this.headers, ...headers } });
  }

  post(resource: string, query: Parameters, more: Pick<Asked, 'headers' | 'body'> = {}): Told {
    const headers = { ...this.headers, ...more.headers };
    return this.desk.ask({ ...more, method: 'POST', target: this.target(resource, query), headers });
  }

  /** With fields in an urlencoded body. */
  form(resource: string, query: Parameters, fields: Readonly<Record<string, string>>): Told {
    return this.post(resource, query, {
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: String(new URLSearchParams(fields)),
    });
  }

  upload(path: string, content: string | Uint8Array, query: Parameters = {}): Told {
    return this.post('file', { method: 'upload', path, ...query }, multipart({}, { file: content }));
  }

  slice(content: string | Uint8Array): Told {
    return this.post('file', { method: 'upload', type: 'tmpfile' }, multipart({}, { file: content }));
  }

  superfile(path: string, blocks: readonly string[], query: Parameters = {}): Told {
    const param = JSON.stringify({ block_list: blocks });
    return this.form('file', { method: 'createsuperfile', path, ...query }, { param });
  }

  rapid(path: string, content: Uint8Array, query: Parameters = {}): Told {
    return this.post('file', { method: 'rapidupload', path, ...digestsOf(content), ...query });
  }

  download(path: string, headers: Asked['headers'] = {}): Told {
    return this.get('file', { method: 'download', path }, headers);
  }

  meta(path: string): Told {
    return this.get('file', { method: 'meta', path });
  }

  list(path: string, query: Parameters = {}): Told {
    return this.get('file', { method: 'list', path, ...query });
  }

  names(path: string, query: Parameters = {}): string[] {
    return this.list(path, query).json.list.map((item: { path: string }) => item.path.slice(path.length + 1));
  }

  mkdir(path: string): Told {
    return this.post('file', { method: 'mkdir', path });
  }

  move(from: string, to: string): Told {
    return this.post('file', { method: 'move', from, to });
  }

  copy(from: string, to: string): Told {
    return this.post('file', { method: 'copy', from, to });
  }

  remove(path: string): Told {
    return this.post('file', { method: 'delete', path });
  }

  bin(): Told {
    return this.get('file', { method: 'listrecycle' });
  }

  restore(fsId: string | number): Told {
    return this.post('file', { method: 'restore', fs_id: fsId });
  }

  used(): number {
    return this.get('quota', { method: 'info' }).json.used;
  }
}

export function md5(content: string | Uint8Array): string {
  return createHash('md5').update(content).digest('hex');
}

export function digestsOf(content: Uint8Array): Parameters {
  return {
    'content-length': content.length,
    'content-md5': md5(content),
    'slice-md5': md5(content.subarray(0, 256 * 1024)),
    'content-crc32': crc32(content).toString(16),
  };
}

/** Bytes that differ from each other. */
export function bytes(size: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length: size }, (_, at) => (at * 31 + (at >> 8) * 17 + seed * 101) & 0xff);
}
