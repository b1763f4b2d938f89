import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ArgsDef } from 'citty';
import type { Config } from '../api/types.ts';
import { commonOptions, type Surroundings, UsageError, wholeNumber } from './command.ts';
import type { SessionOptions } from './session.ts';
import { storePath } from './store-path.ts';

/** Options of both directions. */
export const transferOptions = {
  'limit-rate': { type: 'string', valueHint: 'rate', description: 'Bytes per second and task, such as 64k or 1.5M' },
  header: { type: 'string', alias: 'H', valueHint: "'name: value'", description: 'Request header; may be repeated' },
  slots: { type: 'string', valueHint: 'count', description: 'Tasks that run at once (default: 48)' },
  proxy: { type: 'string', valueHint: 'url', description: 'Proxy, as http://host:port' },
  ca: { type: 'string', valueHint: 'pem file', description: "Certificates to trust beside the system's" },
  ...commonOptions,
} as const satisfies ArgsDef;

interface TransferArgs {
  readonly 'limit-rate'?: string | undefined;
  readonly slots?: string | undefined;
  readonly proxy?: string | undefined;
  readonly ca?: string | undefined;
  readonly store?: string | undefined;
}

/** What a command of either direction asks of its tasks. @throws UsageError */
export function requestOf(
  args: TransferArgs,
  headers: readonly string[],
): Pick<Config, 'proxy'> & { readonly headers: Record<string, string> } {
  return { headers: headersOf(headers), ...(args.proxy === undefined ? {} : { proxy: args.proxy }) };
}

/** @throws UsageError */
export function sessionOptions(args: TransferArgs, { cwd, state, output }: Surroundings): SessionOptions {
  return {
    store: storePath(args.store, { cwd, state }),
    ca: args.ca === undefined ? [] : [certificatesOf(resolve(cwd, args.ca), args.ca)],
    slots: args.slots === undefined ? slotsUsual : wholeNumber('slots', args.slots, 1),
    output,
  };
}

/** The least speed a task can be held to, bytes per second. */
const rateMin = 16 * 1024;
const factors: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** `64k`, `1.5M`. @returns bytes per second; 0 for no limit. @throws UsageError */
export function rateOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const match = /^(\d+(?:\.\d+)?)([kmg]?)$/i.exec(text);
  const bytes = Math.floor(Number(match?.[1] ?? Number.NaN) * (factors[match?.[2]?.toLowerCase() ?? ''] ?? 1));
  if (bytes >= rateMin && Number.isSafeInteger(bytes)) return bytes;
  throw new UsageError(
    `--limit-rate ${JSON.stringify(text)} is no rate; legal: 16k or more bytes per second, as 64k or 1.5M`,
  );
}

const slotsUsual = 48;

/** @throws UsageError */
function certificatesOf(path: string, given: string): string {
  const text = certificateText(path);
  const certificates = text.match(/-----BEGIN [^-]*CERTIFICATE-----[^-]*-----END [^-]*CERTIFICATE-----/g) ?? [];
  // A TLS socket takes any text, and trusts nobody more for it.
  if (!certificates.some(isCertificate)) throw new UsageError(`--ca ${given} holds no certificate; legal: a PEM file`);
  return text;
}

function certificateText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`--ca cannot be read: ${error instanceof Error ? error.message : error}; legal: a PEM file`);
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

/** `name: value` as in HTTP. @throws UsageError */
function headersOf(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      const name = line.slice(0, Math.max(colon, 0)).trim();
      if (name === '') throw new UsageError(`--header ${JSON.stringify(line)} has no name; legal: 'name: value'`);
      const value = line.slice(colon + 1).trim();
      if (!isSendable(name) || !isSendable(value)) {
        throw new UsageError(
          `--header ${JSON.stringify(name)} holds a line break or the like; legal: 'name: value' in one line`,
        );
      }
      return [name, value];
    }),
  );
}

/** HTTP knows no control character in a header but the tab. */
function isSendable(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be sent
  return !/[\u0000-\u0008\u000a-\u001f\u007f]/.test(text);
}

/** @throws UsageError */
export function webUrl(text: string): URL {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    throw new UsageError(`${JSON.stringify(text)} is no url; legal: http://host/path or https://host/path`);
  }
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    throw new UsageError(
      `the url of ${url.host} holds a user's name, which is not sent; legal: --header 'Authorization: …' beside it`,
    );
  }
  return url;
}

/** As a task takes it: its scheme in lower case. @throws UsageError */
export function webAddress(text: string): string {
  const { protocol } = webUrl(text);
  return protocol + text.slice(protocol.length);
}

/** One of a few words, in any case. @throws UsageError */
export function methodOf<const Method extends string>(
  text: string | undefined,
  legal: readonly Method[],
): Method | undefined {
  if (text === undefined) return undefined;
  const method = legal.find((each) => each === text.toUpperCase());
  if (method !== undefined) return method;
  throw new UsageError(`--method ${JSON.stringify(text)} is not known here; legal: ${legal.join(', ')}`);
}
