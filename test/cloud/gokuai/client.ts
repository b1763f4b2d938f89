import { createHash, createHmac } from 'node:crypto';
import { gokuai } from '../../../src/cloud/gokuai/index.ts';
import type { Scenario } from '../../../src/cloud/scenario.ts';
import { Desk, multipart, type Told } from '../ask.ts';

export type Fields = Readonly<Record<string, string | number>>;

export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

export const credentials: Credentials = { clientId: 'example-library', clientSecret: 'example-library-secret' };
export const token = 'example-token';
export const mountId = 2001;

/** A client of the service, written without a look at its inside. */
export class Client {
  readonly desk: ReturnType<typeof deskOf>;
  readonly credentials: Credentials;

  constructor(scenario: Scenario = {}, given: Credentials = credentials) {
    this.desk = deskOf(scenario);
    this.credentials = given;
  }

  get nowSeconds(): number {
    return Math.floor(this.desk.nowMs / 1000);
  }

  /** An operation of the library API. */
  call(operation: string, fields: Fields = {}): Told {
    return this.post(`/m-open/1/file/${operation}`, this.signed(fields));
  }

  /** The same for a person. */
  callAs(access: string, operation: string, fields: Fields = {}): Told {
    return this.post(`/m-api/1/file/${operation}`, { token: access, mount_id: mountId, ...fields });
  }

  /** An operation of the enterprise API, or the token API. */
  callEnterprise(path: string, fields: Fields = {}): Told {
    const all = { client_id: 'example-enterprise', dateline: this.nowSeconds, ...fields };
    return this.post(path, { ...all, sign: signatureOf(all, 'example-enterprise-secret') });
  }

  signed(fields: Fields): Fields {
    const { clientId, clientSecret } = this.credentials;
    const all = { org_client_id: clientId, dateline: this.nowSeconds, ...fields };
    return { ...all, sign: signatureOf(all, clientSecret) };
  }

  post(target: string, fields: Fields, headers: Readonly<Record<string, string>> = {}): Told {
    return this.desk.ask({
      method: 'POST',
      target,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
      body: queryOf(fields),
    });
  }

  /** Follows an address that the service gave. */
  get(url: string, headers: Readonly<Record<string, string>> = {}): Told {
    const { pathname, search } = new URL(url);
    return this.desk.ask({ target: pathname + search, headers });
  }

  key(): string {
    return this.call('upload_servers').json.key;
  }

  /** The short way. */
  uploadForm(path: string, bytes: string | Uint8Array, more: Readonly<Record<string, string>> = {}): Told {
    const cut = path.lastIndexOf('/');
    const fields = {
      org_client_id: this.credentials.clientId,
      key: more.key ?? this.key(),
      path: path.slice(0, Math.max(cut, 0)),
      name: path.slice(cut + 1),
      filefield: 'file',
      ...more,
    };
    return this.desk.ask({ method: 'POST', target: '/2/web_upload', ...multipart(fields, { file: bytes }) });
  }

  createFile(path: string, bytes: string | Uint8Array, more: Fields = {}): Told {
    return this.call('create_file', {
      fullpath: path,
      filehash: sha1(bytes),
      filesize: bytesOf(bytes).length,
      ...more,
    });
  }

  /** Headers that begin a sliced upload. */
  initHeaders(path: string, bytes: string | Uint8Array, hash: string): Readonly<Record<string, string>> {
    return {
      'x-gk-upload-filename': encodeURIComponent(path.slice(path.lastIndexOf('/') + 1)),
      'x-gk-upload-pathhash': hash,
      'x-gk-upload-filehash': sha1(bytes),
      'x-gk-upload-filesize': String(bytesOf(bytes).length),
    };
  }

  init(path: string, bytes: string | Uint8Array, hash: string): Told {
    return this.desk.ask({
      method: 'POST',
      target: `/upload_init?org_client_id=${this.credentials.clientId}`,
      headers: this.initHeaders(path, bytes, hash),
    });
  }

  part(session: string, from: number, bytes: Uint8Array, more: Readonly<Record<string, string>> = {}): Told {
    return this.desk.ask({
      method: 'PUT',
      target: '/upload_part',
      headers: {
        'X-GK-Upload-Session': session,
        'X-GK-Upload-Range': `${from}-${from + bytes.length - 1}`,
        ...more,
      },
      body: bytes,
    });
  }

  /** `upload_req`, `upload_finish`, `upload_abort`. */
  session(step: string, session: string): Told {
    const method = step === 'upload_req' ? 'GET' : 'POST';
    return this.desk.ask({ method, target: `/${step}`, headers: { 'x-gk-upload-session': session } });
  }

  /** Through `create_file` and, unless the contents are known, in slices. Answers the last thing told. */
  upload(path: string, bytes: Uint8Array, sliceBytes = 1000): Told {
    const created = this.createFile(path, bytes);
    if (created.status !== 200 || created.json.state === 1) return created;
    const begun = this.init(path, bytes, created.json.hash);
    if (begun.status !== 200) return begun;
    for (let from = 0; from < bytes.length; from += sliceBytes) {
      const told = this.part(begun.json.session, from, bytes.subarray(from, from + sliceBytes));
      if (told.status >= 300) return told;
    }
    return this.session('upload_finish', begun.json.session);
  }

  download(path: string, headers: Readonly<Record<string, string>> = {}): Told {
    const told = this.call('download_url', { fullpath: path });
    return told.status === 200 ? this.get(told.json.urls[0], headers) : told;
  }

  /** Full paths right in a folder. */
  names(folder = ''): readonly string[] {
    return this.call('ls', { fullpath: folder, size: 1000 }).json.list.map(
      (entry: { fullpath: string }) => entry.fullpath,
    );
  }
}

/** Values in the order of their names, joined by line feeds: HMAC-SHA1 in Base64. */
export function signatureOf(fields: Fields, secret: string): string {
  const values = Object.keys(fields)
    .sort()
    .map((name) => String(fields[name]));
  return createHmac('sha1', secret).update(values.join('\n')).digest('base64');
}

export function sha1(bytes: string | Uint8Array): string {
  return createHash('sha1').update(bytes).digest('hex');
}

export function bytesOf(bytes: string | Uint8Array): Uint8Array {
  return typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
}

export function queryOf(fields: Fields): string {
  return new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)])).toString();
}

function deskOf(scenario: Scenario) {
  return new Desk(gokuai, scenario);
}
