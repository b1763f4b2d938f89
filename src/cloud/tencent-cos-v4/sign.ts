import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';

export interface SignInput {
  readonly appid: string;
  readonly bucket: string;
  readonly secretId: string;
  readonly secretKey: string;
  /** Seconds since 1970; 0 for a sign that is good once. */
  readonly expires: number;
  /** Seconds since 1970. */
  readonly now: number;
  readonly random: number;
  /** `/appid/bucket/path`, encoded; required where `expires` is 0. */
  readonly fileId?: string;
}

/** For the header `Authorization` or, encoded, for the query `sign`. @source cloud-services.md 4.3 */
export function signTencentCosV4(input: SignInput): string {
  const { appid, bucket, secretId, secretKey, expires, now, random, fileId = '' } = input;
  const plain = new TextEncoder().encode(
    `a=${appid}&b=${bucket}&k=${secretId}&e=${expires}&t=${now}&r=${random}&f=${fileId}`,
  );
  return btoa(String.fromCharCode(...signatureOf(secretKey, plain), ...plain));
}

export function signatureOf(secretKey: string, plain: Uint8Array): Uint8Array {
  return hmac(sha1, new TextEncoder().encode(secretKey), plain);
}
