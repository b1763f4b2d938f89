import { contextsOf } from '../context.ts';
import { type Device, theDevice } from '../device.ts';
import { defaultPatience, type Patience, type Plan } from './arguments.ts';
import { Cache } from './cache.ts';
import { rule } from './differences.ts';
import { Download } from './download.ts';
import { Rounds } from './rounds.ts';
import { Seats } from './seats.ts';
import { Shelf } from './shelf.ts';
import type { DownloadInfo, ErrorListener, SuccessListener } from './types.ts';

/** A download in flight, and the calls it answers. */
interface Flight {
  readonly download: Download;
  calls: number;
  /** Has a call of `cancel` given up the hold on it? The next ones do not find it any more. */
  isLetGo: boolean;
}

type Kind = 'success' | 'error';
const filesDirectory = 'preload_caches';

/** What the app has downloaded ahead, and is downloading. One for each process. @source cache-download.md A.3 */
export class Preloads {
  readonly cache: Cache;
  readonly infos = new Shelf<DownloadInfo>({ capacity: 0 });
  /** What applies to downloads from now on where their options are silent. */
  patience: Patience = defaultPatience;
  readonly #device: Device;
  readonly #seats = new Seats();
  readonly #rounds: Rounds;
  readonly #flights = new Map<string, Flight>();

  constructor(device: Device) {
    const { cacheDir } = contextsOf(device).application;
    this.#device = device;
    this.cache = new Cache(device.onDisk(`${cacheDir}/${filesDirectory}`), device.engine.rules);
    this.#rounds = new Rounds(device.clock);
    device.link.onChange(() => {
      for (const { download } of this.#flights.values()) download.linkChanged();
    });
    device.onClose(() => this.#close());
  }

  /** Asks the server, unless the bytes are there and will do; an equal download in flight answers this one, too. */
  download(plan: Plan): void {
    const { url } = plan;
    const running = this.#flights.get(url);
    if (plan.isLazy && this.cache.fetch(url) !== null) this.#rounds.announce(keyOf('success', url), () => undefined);
    else if (running !== undefined) running.calls += 1;
    else void this.#begin(plan);
  }

  /** Nothing in flight is fine. */
  cancel(url: string): void {
    const flight = this.#flights.get(url);
    if (flight === undefined) return;
    if (!rule(this.#device.engine.rules, 'alwaysCancel')) {
      const isHeld = flight.isLetGo || flight.calls > 1;
      flight.isLetGo = true;
      if (isHeld) return;
    }
    if (flight.download.cancel()) this.#flights.delete(url);
  }

  on(kind: 'success', url: string, listener: SuccessListener): void;
  on(kind: 'error', url: string, listener: ErrorListener): void;
  on(kind: Kind, url: string, listener: SuccessListener | ErrorListener): void {
    this.#rounds.add(keyOf(kind, url), listener);
  }

  /** Without a listener: all of them. */
  off(kind: Kind, url: string, listener: SuccessListener | ErrorListener | undefined): void {
    this.#rounds.remove(keyOf(kind, url), listener);
  }

  async #begin(plan: Plan): Promise<void> {
    const { url } = plan;
    const download = new Download(plan, {
      device: this.#device,
      seats: this.#seats,
      cache: this.cache,
      onInfo: (info) => void this.infos.put(url, info, 1),
    });
    const flight: Flight = { download, calls: 1, isLetGo: false };
    this.#flights.set(url, flight);
    const end = await download.ended;
    // Cancelled: another one may be in its place.
    if (this.#flights.get(url) !== flight) return;
    this.#flights.delete(url);
    if (end.type === 'received') this.cache.store(url, end.body);
    for (let call = 0; call < flight.calls; call++) {
      if (end.type === 'received') this.#rounds.announce(keyOf('success', url), () => undefined);
      if (end.type === 'failed') this.#rounds.announce(keyOf('error', url), () => ({ ...end.error }));
    }
  }

  #close(): void {
    this.#rounds.close();
    for (const { download } of this.#flights.values()) download.stop();
    this.#flights.clear();
  }
}

const preloads = new WeakMap<Device, Preloads>();

/** Those of the app on the device that there is now. */
export function thePreloads(): Preloads {
  const device = theDevice();
  const known = preloads.get(device) ?? new Preloads(device);
  preloads.set(device, known);
  return known;
}

function keyOf(kind: Kind, url: string): string {
  return `${kind} ${url}`;
}
