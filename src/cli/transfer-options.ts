import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ArgsDef } from 'citty';
import type { Config } from '../api/types.ts';
import { commonOptions, type Surroundings, UsageError } from './command.ts';
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
    ca: args.ca === undefined ? [] : [readFileSync(resolve(cwd, args.ca), 'utf8')],
    slots: slotsOf(args.slots),
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

function slotsOf(text: string | undefined): number {
  if (text === undefined) return slotsUsual;
  const slots = Number(text);
  if (/^\d+$/.test(text) && slots >= 1 && Number.isSafeInteger(slots)) return slots;
  throw new UsageError(`--slots ${JSON.stringify(text)} is no number of tasks; legal: a whole number, 1 or more`);
}

/** `name: value` as in HTTP. @throws UsageError */
function headersOf(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      const name = line.slice(0, Math.max(colon, 0)).trim();
      if (name === '') throw new UsageError(`--header ${JSON.stringify(line)} has no name; legal: 'name: value'`);
      return [name, line.slice(colon + 1).trim()];
    }),
  );
}

/** @throws UsageError */
export function webUrl(text: string): URL {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return new URL(text);
  throw new UsageError(`${JSON.stringify(text)} is no url; legal: http://host/path or https://host/path`);
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
