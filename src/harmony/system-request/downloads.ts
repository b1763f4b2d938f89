import { existsSync, realpathSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ResponseHead } from '../../adapters/transport/carrier.ts';
import { contentLength, firstHop } from '../../adapters/transport/rules.ts';
import { TransportTrouble } from '../../adapters/transport/trouble.ts';
import type { Timer } from '../../ports/clock.ts';
import { contextsOf } from '../context.ts';
import { type Device, theDevice } from '../device.ts';
import { ask, headText, piecesOf } from './asking.ts';
import { rule } from './differences.ts';
import { call, callLater, type Options, textOf, textsOf } from './options.ts';

const attemptsMax = 10;
const bytesMax = 4 * 1024 ** 3;
const connectTimeoutMs = 300_000;
/** Fewer bytes in this time are as good as none: 30 a second. */
const stallMs = 60_000;
const stallBytes = 1_800;
/** Codes of a device's own, whatever a server says. */
const failedCode = 400;
const unknownCode = 401;

interface Download {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** In the cache directory. */
  readonly name: string;
  /** On disk. */
  readonly path: string;
  /** Options of the latest `onDownloadComplete`. */
  listener: Options | null;
  /** Has it made, or emptied, the file? */
  isOpened: boolean;
}

type End = 'received' | 'broken' | { readonly refused: ResponseHead };

/** Downloads into the cache directory, by token. One for each process. @source cache-download.md B.3, B.4 */
export class Downloads {
  readonly #device: Device;
  readonly #running = new Map<string, Download>();
  #tokens = 0;
  #isClosed = false;

  constructor(device: Device) {
    this.#device = device;
    device.onClose(() => {
      this.#isClosed = true;
    });
  }

  /** `success` is called at once and means that the download is accepted; what comes later, `listen` tells. @throws OTHER */
  start(options: Options): void {
    const url = textOf(options.url);
    const name = textOf(options.filename) || this.#freeName(url.slice(url.lastIndexOf('/') + 1));
    const path = join(this.#cache(), name);
    if (!this.#isInCache(path)) return this.#tell(options, 'fail', ['invalid file name', failedCode]);
    const isTaken = [...this.#running.values()].some((other) => other.path === path);
    if (isTaken) return this.#tell(options, 'fail', ['filename conflict', failedCode]);
    const token = `Download-Task-${this.#tokens++}`;
    const download: Download = { url, name, path, headers: textsOf(options.header), listener: null, isOpened: false };
    this.#running.set(token, download);
    try {
      this.#tell(options, 'success', [{ token }]);
    } finally {
      void this.#run(token, download);
    }
  }

  /** Has the options hear of the end of a download that has not ended; the latest ones alone do. @throws OTHER */
  listen(options: Options): void {
    const download = this.#running.get(textOf(options.token));
    if (download === undefined) this.#tell(options, 'fail', ["Download task doesn't exist!", unknownCode]);
    else download.listener = options;
  }

  async #run(token: string, download: Download): Promise<void> {
    const end = await this.#receive(download);
    if (end !== 'received' && download.isOpened) rmSync(download.path, { force: true });
    this.#running.delete(token);
    const { listener, name } = download;
    if (listener === null || this.#isClosed) return;
    callLater(() => {
      if (end === 'received') this.#tell(listener, 'success', [{ uri: `internal://cache/${name}` }]);
      else if (end === 'broken') this.#tell(listener, 'fail', ['Network failed', failedCode]);
      else this.#tell(listener, 'fail', [headText(end.refused), end.refused.status]);
    });
  }

  async #receive(download: Download): Promise<End> {
    for (let attempt = 0; attempt < attemptsMax && !this.#isClosed; attempt++) {
      const end = await this.#try(download).catch(brokenBy);
      if (end !== 'broken') return end;
    }
    return 'broken';
  }

  /** @throws what breaks it, of the network or of the disk. */
  async #try(download: Download): Promise<End> {
    const { size } = await this.#ask(download, 'HEAD', {}, async (head) => ({ size: contentLength(head.headers) }));
    if (size >= bytesMax) return 'broken';
    return this.#ask(download, 'GET', download.headers, async (head, pieces): Promise<End> => {
      const isGood = head.status >= 200 && head.status < 300;
      if (!isGood && rule(this.#device.engine.rules, 'judgeStatus')) return { refused: head };
      const file = await open(download.path, 'w');
      download.isOpened = true;
      try {
        for await (const piece of pieces) await file.writeFile(piece);
      } finally {
        await file.close();
      }
      return 'received';
    });
  }

  /** Both requests verify the server; a device verifies it by the first alone, which comes to the same. */
  async #ask<T>(
    { url }: Download,
    method: 'HEAD' | 'GET',
    headers: Download['headers'],
    take: (head: ResponseHead, pieces: AsyncIterable<Uint8Array>) => Promise<T>,
  ): Promise<T> {
    const hop = firstHop({ url: url.includes('://') ? url : `http://${url}`, method: 'GET', headers }, [], false);
    if (hop.kind === 'fault') throw new TransportTrouble(hop.cause, hop.detail);
    const asked = ask(this.#device, { ...hop, method, body: null, connectTimeoutMs });
    let bytes = 0;
    const counted = async function* (traffic: Device['traffic']) {
      for await (const piece of piecesOf(asked)) {
        bytes += piece.length;
        traffic.received(piece.length);
        yield piece;
      }
    };
    const watch = (before: number): Timer =>
      this.#device.clock.after(stallMs, () => {
        if (bytes - before < stallBytes) asked.drop();
        else timer = watch(bytes);
      });
    let timer = watch(0);
    try {
      return await take(await asked.head, counted(this.#device.traffic));
    } finally {
      timer.cancel();
      asked.discard();
    }
  }

  /** The name, or the first of it with a number after it that is no file yet. */
  #freeName(name: string): string {
    let free = name;
    for (let number = 1; existsSync(join(this.#cache(), free)); number++) free = `${name}${number}`;
    return free;
  }

  #isInCache(path: string): boolean {
    const [cache, parent] = [this.#cache(), dirname(path)];
    if (!existsSync(parent)) return false;
    const [realCache, realParent] = [realpathSync(cache), realpathSync(parent)];
    const isWhole = rule(this.#device.engine.rules, 'compareWhole');
    return realParent === realCache || realParent.startsWith(isWhole ? `${realCache}/` : realCache);
  }

  #cache(): string {
    return this.#device.onDisk(contextsOf(this.#device).ability.cacheDir);
  }

  #tell(options: Options, name: 'success' | 'fail', args: readonly unknown[]): void {
    call(options, name, args);
    if (rule(this.#device.engine.rules, 'completeDownloads')) call(options, 'complete', []);
  }
}

const downloads = new WeakMap<Device, Downloads>();

/** Those of the app on the device that there is now. */
export function theDownloads(): Downloads {
  const device = theDevice();
  const known = downloads.get(device) ?? new Downloads(device);
  downloads.set(device, known);
  return known;
}

/** Trouble of the network, or of the disk. */
function brokenBy(error: unknown): 'broken' {
  if (error instanceof TransportTrouble || (error instanceof Error && 'syscall' in error)) return 'broken';
  throw error;
}
