import { md5, sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { type BlobRef, md5HeadBytes } from './blobs.ts';

/** Counts and digests bytes as they pass; runs everywhere. */
export class Digests {
  readonly #md5 = md5.create();
  readonly #sha1 = sha1.create();
  readonly #head = md5.create();
  #crc = 0;
  #size = 0;

  update(bytes: Uint8Array): void {
    this.#md5.update(bytes);
    this.#sha1.update(bytes);
    if (this.#size < md5HeadBytes) this.#head.update(bytes.subarray(0, md5HeadBytes - this.#size));
    this.#crc = crc32(bytes, this.#crc);
    this.#size += bytes.length;
  }

  finish(): BlobRef {
    return toRef({
      size: this.#size,
      md5: bytesToHex(this.#md5.digest()),
      sha1: bytesToHex(this.#sha1.digest()),
      crc32: this.#crc,
      headMd5: bytesToHex(this.#head.digest()),
    });
  }
}

/** The digests name the bytes. */
export function toRef(digests: Omit<BlobRef, 'id'>): BlobRef {
  return { id: `${digests.sha1}-${digests.size}`, ...digests };
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 of ISO 3309, unsigned, carried on from `before`. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let value = ~before;
  for (const byte of bytes) value = (value >>> 8) ^ (crcTable[(value ^ byte) & 0xff] ?? 0);
  return ~value >>> 0;
}
