import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * The `sign` of a call of the library, enterprise and token APIs.
 *
 * @param parameters  all that are sent, without file contents; `sign` itself and those without a value are left out.
 * @returns           Base64 of 20 bytes; percent-encode it in a query.
 * @source cloud-services.md 3.4
 */
export function sign(parameters: Readonly<Record<string, string | null | undefined>>, secret: string): string {
  const values = Object.entries(parameters).flatMap(([name, value]) =>
    name === 'sign' || value === null || value === undefined ? [] : [[name, value] as const],
  );
  return signPairs(values, secret);
}

/** The same for names of any kind, each once. */
export function signPairs(parameters: readonly (readonly [name: string, value: string])[], secret: string): string {
  const inOrder = parameters.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const bytes = hmacOf(inOrder.map(([, value]) => value).join('\n'), secret);
  return btoa(String.fromCharCode(...bytes));
}

/** Proves an address or a key of our own: fit for a URL. */
export function seal(values: readonly (string | number)[], secret: string): string {
  return bytesToHex(hmacOf(values.join('\n'), secret));
}

function hmacOf(text: string, secret: string): Uint8Array {
  return hmac(sha1, utf8ToBytes(secret), utf8ToBytes(text));
}
