import { realpathSync } from 'node:fs';
import { extname, join, posix } from 'node:path';
import type { FormField, Rules } from '../../../machines/vocabulary.ts';
import { createDiskFiles } from '../../adapters/files/disk.ts';
import type { ResponseHead } from '../../adapters/transport/carrier.ts';
import { type UploadBody, uploadBody } from '../../adapters/transport/multipart.ts';
import { firstHop } from '../../adapters/transport/rules.ts';
import { TransportTrouble } from '../../adapters/transport/trouble.ts';
import { isObject, itemsOf, shown } from '../../api/fields.ts';
import { FileTrouble } from '../../ports/files.ts';
import type { Random } from '../../ports/random.ts';
import type { JobFile } from '../../ports/transport.ts';
import { contextsOf } from '../context.ts';
import type { Device } from '../device.ts';
import { ask, headText, piecesOf } from './asking.ts';
import { rule } from './differences.ts';
import { type CallbackName, callbackNames, callLater, type Options, refusal, textOf, textsOf } from './options.ts';

const startDelayMs = 50;
const pauseMs = 1;
const connectTimeoutMs = 30_000;
/** Code of a failure that no server has told. */
const localCode = 400;
const cacheScheme = 'internal://cache/';

export interface UploadPlan {
  readonly url: string;
  readonly method: 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly form: readonly FormField[];
  readonly files: readonly PlannedFile[];
}

type PlannedFile = Pick<JobFile, 'name' | 'filename' | 'contentType'> & { readonly uri: string };

type Outcome =
  | { readonly type: 'answered'; readonly head: ResponseHead; readonly body: string }
  | { readonly type: 'broken'; readonly text: string };

/** @throws OTHER @source cache-download.md B.1 */
export function uploadPlan(options: Options, rules: Rules): UploadPlan {
  const { url, header } = options;
  if (typeof url !== 'string' || !/^https?:\/\/./.test(url)) throw refusal(`url is ${shown(url)}; legal: http(s)://…`);
  if (header !== undefined && !isObject(header)) throw refusal(`header is ${shown(header)}; legal: an object`);
  return {
    url,
    method: methodOf(options),
    headers: Object.fromEntries(Object.entries(textsOf(header)).filter(([, value]) => value !== '')),
    form: formOf(options.data),
    files: filesOf(options.files, rules),
  };
}

/** One request for each file, then `complete`. @source cache-download.md B.2 */
export class Upload {
  readonly #device: Device;
  readonly #plan: UploadPlan;
  readonly #options: Options;
  readonly #files = createDiskFiles();
  readonly #random: Random;
  #isClosed = false;

  constructor(device: Device, plan: UploadPlan, options: Options) {
    this.#device = device;
    this.#plan = plan;
    this.#options = options;
    this.#random = device.random.fork('system upload');
    device.onClose(() => {
      this.#isClosed = true;
    });
  }

  async run(): Promise<void> {
    const isOneVerdict = rule(this.#device.engine.rules, 'oneVerdict');
    const outcomes: Outcome[] = [];
    await this.#rest(startDelayMs);
    const files = this.#plan.files.map((file, index) => this.#find(file, index));
    const missing = files.indexOf(null);
    if (missing >= 0) {
      outcomes.push({ type: 'broken', text: `${this.#plan.files[missing]?.uri} cannot be read` });
    } else {
      for (const [index, file] of files.entries()) {
        if (index > 0) await this.#rest(pauseMs);
        if (this.#isClosed || file === null) return;
        const isLast = index === files.length - 1;
        outcomes.push(await this.#send(file, isOneVerdict ? () => {} : (head) => this.#tellHead(head, isLast)));
      }
    }
    if (isOneVerdict) this.#tellVerdict(outcomes);
    this.#tell('complete', []);
  }

  async #send(file: JobFile, onHead: (head: ResponseHead) => void): Promise<Outcome> {
    const { url, method, headers, form } = this.#plan;
    const encoding = method === 'PUT' ? 'raw' : 'multipart';
    const body = uploadBody({ encoding, headers, form, files: [file] }, this.#random);
    const hop = firstHop({ url, method, headers }, withGivenType(body, headers), true);
    if (hop.kind === 'fault') return { type: 'broken', text: hop.detail };
    try {
      const call = ask(this.#device, { ...hop, body: this.#read(body), connectTimeoutMs });
      const head = await call.head;
      onHead(head);
      const pieces: Uint8Array[] = [];
      for await (const piece of piecesOf(call)) pieces.push(piece);
      return { type: 'answered', head, body: Buffer.concat(pieces).toString() };
    } catch (error) {
      if (!(error instanceof TransportTrouble || error instanceof FileTrouble)) throw error;
      return { type: 'broken', text: error.message };
    }
  }

  async *#read({ pieces }: UploadBody): AsyncGenerator<Uint8Array, void, undefined> {
    for (const piece of pieces) {
      for await (const bytes of piece instanceof Uint8Array ? [piece] : this.#bytesOf(piece)) {
        this.#device.traffic.sent(bytes.length);
        yield bytes;
      }
    }
  }

  #bytesOf({ path, from, to }: JobFile): AsyncIterable<Uint8Array> {
    return this.#files.reader(path, from, to);
  }

  /** A file of the cache directory that no link leads to; null for any other. */
  #find({ uri, ...names }: PlannedFile, index: number): JobFile | null {
    if (!uri.startsWith(cacheScheme)) return null;
    const cache = this.#device.onDisk(contextsOf(this.#device).ability.cacheDir);
    const inCache = posix.normalize(uri.slice(cacheScheme.length));
    const path = join(cache, inCache);
    const found = this.#files.look(path);
    if (found.kind !== 'file' || !found.readable) return null;
    if (inCache.startsWith('../') || realpathSync(path) !== join(realpathSync(cache), inCache)) return null;
    return { ...names, index, path, from: 0, to: found.bytes - 1 };
  }

  /** As a device tells of each response. */
  #tellHead(head: ResponseHead, isLast: boolean): void {
    const headers = headText(head);
    if (head.status !== 200) this.#tell('fail', [headers, head.status]);
    else if (isLast) this.#tell('success', [{ code: head.status, data: '', headers }]);
  }

  /** As the book tells of them all. */
  #tellVerdict(outcomes: readonly Outcome[]): void {
    const failed = outcomes.find((outcome) => !isGood(outcome));
    const last = outcomes.at(-1);
    if (failed?.type === 'broken') this.#tell('fail', [failed.text, localCode]);
    else if (failed !== undefined) this.#tell('fail', [headText(failed.head), failed.head.status]);
    else if (last?.type === 'answered') {
      const { head, body } = last;
      const headers = Object.fromEntries([...head.headers].map(([name, values]) => [name, values.join(', ')]));
      this.#tell('success', [{ code: head.status, data: body, headers }]);
    }
  }

  /** With the global object as `this`. A callback that is no function is none. */
  #tell(name: CallbackName, args: readonly unknown[]): void {
    const callback = this.#options[name];
    if (this.#isClosed || typeof callback !== 'function') return;
    callLater(() => Reflect.apply(callback, globalThis, args));
  }

  #rest(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.#device.clock.after(delayMs, resolve));
  }
}

/** Does an app that calls `upload` mean this generation of it? */
export function hasCallback(options: Options): boolean {
  return callbackNames.some((name) => typeof options[name] === 'function');
}

function isGood(outcome: Outcome): boolean {
  return outcome.type === 'answered' && outcome.head.status >= 200 && outcome.head.status < 300;
}

/** @throws OTHER */
function methodOf(options: Options): 'POST' | 'PUT' {
  if (!('method' in options)) return 'POST';
  const { method } = options;
  if (method === 'POST' || method === 'PUT') return method;
  throw refusal(`method is ${shown(method)}; legal: POST, PUT`);
}

/** @throws OTHER */
function formOf(data: unknown): readonly FormField[] {
  if (data === undefined) return [];
  const items = itemsOf(data, 'data');
  if (items === undefined) throw refusal(`data is ${shown(data)}; legal: an array`);
  return items.filter(isObject).map((item) => {
    const { name, value } = item as Options;
    return { name: textOf(name), value: textOf(value) };
  });
}

/** @throws OTHER */
function filesOf(files: unknown, rules: Rules): readonly PlannedFile[] {
  const items = itemsOf(files, 'files') ?? [];
  const planned = items.filter(isObject).flatMap((item) => plannedFile(item as Options, rules));
  if (planned.length === 0) throw refusal('files names no file; legal: [{ uri }]');
  return planned;
}

function plannedFile({ uri, name, filename, type }: Options, rules: Rules): PlannedFile[] {
  if (typeof uri !== 'string' || uri === '') return [];
  const segment = uri.slice(uri.lastIndexOf('/') + 1).replace(/ +$/, '');
  const given = textOf(type);
  if (!rule(rules, 'honourNames')) return [{ uri, name: 'file', filename: segment, contentType: given }];
  const shownName = textOf(filename) || segment;
  const contentType = given || (types[extname(shownName).toLowerCase()] ?? '');
  return [{ uri, name: textOf(name) || 'file', filename: shownName, contentType }];
}

const types: Readonly<Record<string, string>> = {
  '.gif': 'image/gif',
  '.html': 'text/html',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.json': 'application/json',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.webp': 'image/webp',
  '.xml': 'application/xml',
  '.zip': 'application/zip',
};

/** A `Content-Type` of the app, spelled exactly so, goes before ours; a multipart one still needs the boundary. */
function withGivenType({ headers }: UploadBody, given: Readonly<Record<string, string>>): UploadBody['headers'] {
  const type = given['Content-Type'];
  return headers.map(([name, value]) => {
    if (name !== 'Content-Type' || type === undefined) return [name, value];
    const lacksBoundary = type.startsWith('multipart/form-data') && !type.includes('boundary=');
    return [name, lacksBoundary ? `${type}${value.slice(value.indexOf(';'))}` : type];
  });
}
