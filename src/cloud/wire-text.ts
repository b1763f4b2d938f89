import type { RequestHead } from './request.ts';

/** A header's value as text: most clients send UTF-8 as it is, and each byte arrives as one character. */
export function fromWire(value: string): string {
  if (!/[\u0080-\u00ff]/.test(value)) return value;
  try {
    const bytes = Uint8Array.from(value, (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return value;
  }
}

/** The other way: UTF-8, a character for each byte, which is what sockets and `Headers` take. */
export function toWire(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all but ASCII is meant
  if (/^[\u0000-\u007f]*$/.test(value)) return value;
  return Array.from(new TextEncoder().encode(value), (byte) => String.fromCharCode(byte)).join('');
}

/** Lower-case names, values of a repeated header joined. `__proto__` is a name like any other. */
export function headersOf(pairs: Iterable<readonly [name: string, value: string]>): RequestHead['headers'] {
  const headers = new Map<string, string>();
  for (const [name, value] of pairs) {
    const lower = name.toLowerCase();
    const before = headers.get(lower);
    headers.set(lower, before === undefined ? fromWire(value) : `${before}, ${fromWire(value)}`);
  }
  return Object.fromEntries(headers);
}

/** Path and query, whatever form they were sent in: also as a whole address, and with bare bytes. */
export function targetOf(url: string): string {
  const local = /^https?:\/\/[^/?#]*/i.test(url)
    ? url.replace(/^https?:\/\/[^/?#]*/i, '').replace(/^(?!\/)/, '/')
    : url;
  return local.replace(/[\u0080-\u00ff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
}
