import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Pairs } from '../service.ts';

/** What a signature speaks for. */
export interface SignedRequest {
  readonly method: string;
  /** Decoded, from its slash on. */
  readonly path: string;
  /** Decoded. */
  readonly query: Pairs;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Credentials {
  readonly secretId: string;
  readonly secretKey: string;
}

/** Seconds since 1970, `start;end`. */
export type KeyTime = string;

/**
 * The value of the header `Authorization`; every parameter and header that is given gets signed.
 * @source cloud-services.md 2.3
 */
export function authorizationOf(
  request: SignedRequest,
  { secretId, secretKey }: Credentials,
  keyTime: KeyTime,
): string {
  const headerList = namesOf(Object.entries(request.headers));
  const paramList = namesOf(request.query);
  return [
    ['q-sign-algorithm', 'sha1'],
    ['q-ak', secretId],
    ['q-sign-time', keyTime],
    ['q-key-time', keyTime],
    ['q-header-list', headerList.join(';')],
    ['q-url-param-list', paramList.join(';')],
    ['q-signature', signatureOf(request, secretKey, keyTime, keyTime)],
  ]
    .map((pair) => pair.join('='))
    .join('&');
}

/** Of exactly the parameters and headers given. */
export function signatureOf(request: SignedRequest, secretKey: string, keyTime: KeyTime, signTime: KeyTime): string {
  const lines = [
    request.method.toLowerCase(),
    request.path,
    textOf(request.query),
    textOf(Object.entries(request.headers)),
  ];
  const digest = hex(sha1(utf8ToBytes(`${lines.join('\n')}\n`)));
  return hmacSha1(hmacSha1(secretKey, keyTime), `sha1\n${signTime}\n${digest}\n`);
}

/** Of a form's policy, as its JSON stands there. */
export function policySignatureOf(policy: string, secretKey: string, keyTime: KeyTime): string {
  return hmacSha1(hmacSha1(secretKey, keyTime), hex(sha1(utf8ToBytes(policy))));
}

/** How the lists of signed names write a name. */
export function signedName(name: string): string {
  return encode(name).toLowerCase();
}

function namesOf(pairs: Pairs): string[] {
  return [...new Set(pairs.map(([name]) => signedName(name)))].sort();
}

function textOf(pairs: Pairs): string {
  return pairs
    .map(([name, value]) => [signedName(name), encode(value)] as const)
    .sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
    .map((pair) => pair.join('='))
    .join('&');
}

/** As RFC 3986 has it: the letters that encodeURIComponent leaves alone are encoded too. */
export function encode(text: string): string {
  return encodeText(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Also of a text that JSON or XML has given half a letter. */
export function encodeText(text: string): string {
  return encodeURIComponent(new TextDecoder().decode(new TextEncoder().encode(text)));
}

function hmacSha1(key: string, text: string): string {
  return hex(hmac(sha1, utf8ToBytes(key), utf8ToBytes(text)));
}

const hex = bytesToHex;
