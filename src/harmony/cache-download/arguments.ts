import type { Rules } from '../../../machines/vocabulary.ts';
import { byteLength, isObject, whole } from '../../api/fields.ts';
import { BusinessError } from '../../errors.ts';
import { rule } from './differences.ts';
import { CacheStrategy, SslType } from './types.ts';

/** A download as it was asked for; past this file arguments are trusted. */
export interface Plan extends Patience {
  readonly url: string;
  /** Lower-case name → value. */
  readonly headers: Readonly<Record<string, string>>;
  readonly isTlcp: boolean;
  /** As the app writes it; empty for none. */
  readonly caPath: string;
  readonly isLazy: boolean;
}

/** How long a download goes on trying. */
export interface Patience {
  /** Attempts after the first. */
  readonly retriesMax: number;
  /** Seconds to wait for a network before each of them; 0 for not waiting. */
  readonly networkWaitS: number;
  /** For each attempt. */
  readonly totalTimeoutMs: number;
}

export const defaultPatience: Patience = { retriesMax: 1, networkWaitS: 20, totalTimeoutMs: 60_000 };

const urlBytesMax = 8192;
const retriesMax = 10;
const networkWaitSMax = 20;
const totalTimeoutSMax = 4_294_967;
const listSizeMax = 8192;
const plainTexts = { PERMISSION: 'permission denied.', PARAMETER: 'parameter error.' } as const;
const cacheKinds = {
  memory: { bytesMax: 1_073_741_824, text: 'memory size exceeds the maximum value' },
  files: { bytesMax: 4_294_967_296, text: 'file cache size exceeds the maximum value' },
} as const;

/**
 * The checks of all calls: each throws what a device would throw first.
 * @source cache-download.md A.2
 */
export class Arguments {
  readonly #rules: Rules;

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  /** @param text  what is wrong, as a device says it. */
  refusal(name: 'PERMISSION' | 'PARAMETER', text: string): BusinessError {
    return new BusinessError(name, {
      detail: text,
      text: rule(this.#rules, 'platformTexts') ? text : plainTexts[name],
    });
  }

  /** @throws PARAMETER */
  url(url: unknown): string {
    if (typeof url !== 'string') throw this.refusal('PARAMETER', 'parameter error');
    return this.#short(url);
  }

  /** Of a call about listeners. @throws PARAMETER */
  listenedUrl(url: unknown): string {
    if (typeof url !== 'string') throw this.refusal('PARAMETER', 'parameter url type error');
    if (url === '') throw this.refusal('PARAMETER', 'url is empty');
    return this.#short(url);
  }

  /** @throws PARAMETER */
  listener<Listener>(args: readonly [unknown, Listener]): { readonly url: string; readonly listener: Listener } {
    if (args.length < 2) throw this.refusal('PARAMETER', 'missing mandatory parameters');
    return { url: this.listenedUrl(args[0]), listener: this.#callback(args[1]) };
  }

  /** Without a listener: all of the URL. @throws PARAMETER */
  formerListener<Listener>(args: readonly [unknown, (Listener | undefined)?]): {
    readonly url: string;
    readonly listener: Listener | undefined;
  } {
    const url = this.listenedUrl(args[0]);
    const [, listener] = args;
    const isAll = args.length < 2 || (listener === undefined && rule(this.#rules, 'offUndefined'));
    return { url, listener: isAll ? undefined : this.#callback(listener) };
  }

  /** @param globals  what applies where the options are silent. @throws PARAMETER */
  plan(url: unknown, options: unknown, globals: Patience): Plan {
    if (typeof url !== 'string' || !isObject(options)) throw this.refusal('PARAMETER', 'parameter error');
    this.#short(url);
    const { headers, sslType, caPath, cacheStrategy, retry, timeout } = options as Readonly<Record<string, unknown>>;
    return {
      url,
      retriesMax: this.#retries(retry, globals, 'maxRetryCount out of range'),
      ...this.#timeouts(timeout, globals, () => 'timeout parameter out of range'),
      headers: headersOf(headers),
      isTlcp: sslType === SslType.TLCP,
      caPath: typeof caPath === 'string' ? caPath : '',
      isLazy: cacheStrategy === CacheStrategy.LAZY,
    };
  }

  /** @throws PARAMETER */
  globalRetries(options: unknown): Pick<Patience, 'retriesMax'> {
    this.#optional(options);
    return { retriesMax: this.#retries(options, defaultPatience, 'maxRetryCount type error or out of range') };
  }

  /** @throws PARAMETER */
  globalTimeouts(options: unknown): Omit<Patience, 'retriesMax'> {
    this.#optional(options);
    return this.#timeouts(options, defaultPatience, (name) => `${name} type error or out of range`);
  }

  /** @returns bytes; Infinity for no limit. @throws PARAMETER */
  cacheSize(bytes: unknown, kind: keyof typeof cacheKinds): number {
    const size = this.#number(bytes);
    const { bytesMax, text } = cacheKinds[kind];
    if (size > bytesMax) throw this.refusal('PARAMETER', text);
    if (size >= 0) return size;
    if (rule(this.#rules, 'refuseNegative')) throw this.refusal('PARAMETER', 'the size is negative');
    return Number.POSITIVE_INFINITY;
  }

  /** @throws PARAMETER */
  listSize(entries: unknown): number {
    const size = this.#number(entries);
    if (size > listSizeMax) throw this.refusal('PARAMETER', 'info list size exceeds the maximum value');
    if (size < 0) throw this.refusal('PARAMETER', 'info list size is negative');
    return size;
  }

  #short(url: string): string {
    if (byteLength(url) > urlBytesMax) throw this.refusal('PARAMETER', 'url exceeds the maximum length');
    return url;
  }

  #callback<Listener>(callback: Listener | undefined): Listener {
    if (typeof callback !== 'function') throw this.refusal('PARAMETER', 'parameter callback type error');
    return callback;
  }

  #number(value: unknown): number {
    if (typeof value !== 'number') throw this.refusal('PARAMETER', 'parameter error');
    return whole(value) ?? 0;
  }

  #optional(options: unknown): void {
    if (!isMissing(options) && !isObject(options)) throw this.refusal('PARAMETER', 'parameter type error');
  }

  #retries(options: unknown, otherwise: Patience, text: string): number {
    return this.#member(options, 'maxRetryCount', { least: 0, most: retriesMax, text }) ?? otherwise.retriesMax;
  }

  #timeouts(options: unknown, otherwise: Patience, textOf: (name: string) => string): Omit<Patience, 'retriesMax'> {
    const member = (name: string, least: number, most: number) =>
      this.#member(options, name, { least, most, text: textOf(name) });
    const networkWaitS = member('networkCheckTimeout', 0, networkWaitSMax);
    const totalTimeoutS = member('httpTotalTimeout', 1, totalTimeoutSMax);
    return {
      networkWaitS: networkWaitS ?? otherwise.networkWaitS,
      totalTimeoutMs: totalTimeoutS === undefined ? otherwise.totalTimeoutMs : totalTimeoutS * 1000,
    };
  }

  /** Undefined where the object, or its member, is missing. */
  #member(options: unknown, name: string, range: { least: number; most: number; text: string }): number | undefined {
    if (isMissing(options)) return undefined;
    if (!isObject(options)) throw this.refusal('PARAMETER', range.text);
    const value: unknown = Reflect.get(options, name);
    if (isMissing(value)) return undefined;
    const size = typeof value === 'number' ? (whole(value) ?? 0) : Number.NaN;
    if (!(size >= range.least && size <= range.most)) throw this.refusal('PARAMETER', range.text);
    return size;
  }
}

/** Of two names that differ in case alone, the later one counts. */
function headersOf(headers: unknown): Readonly<Record<string, string>> {
  if (!isObject(headers)) return {};
  const entries: readonly (readonly [string, unknown])[] = Object.entries(headers);
  return Object.fromEntries(
    entries.map(([name, value]) => [name.toLowerCase(), typeof value === 'string' ? value : '']),
  );
}

function isMissing(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}
