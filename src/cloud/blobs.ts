/** Bytes that never change, named by what they are; services see these references, never the bytes. */
export interface BlobRef {
  readonly id: string;
  readonly size: number;
  /** Of the whole, in small hex. */
  readonly md5: string;
  readonly sha1: string;
  /** Unsigned. */
  readonly crc32: number;
  /** MD5 of the first 256 KiB. */
  readonly headMd5: string;
}

/** What a service may look at without asking for the whole. */
export const headBytes = 64 * 1024;
export const md5HeadBytes = 256 * 1024;

/**
 * Where the bytes of a service live.
 *
 * Promise: equal bytes have equal references. A blob can be read until `keepOnly` leaves it out.
 * `writer` takes bytes in order; nothing of an aborted one stays. Digests are complete when `finish` answers.
 * @throws what the disk throws; a host answers it with a status of 500 or closes the connection.
 */
export interface Blobs {
  writer(): BlobWriter;
  /** Synchronous, and at most `headBytes` long. */
  head(blob: BlobRef): Uint8Array;
  read(blob: BlobRef, from: number, size: number): AsyncIterable<Uint8Array>;
  /** @throws JoinTooLarge where a host bounds it */
  join(blobs: readonly BlobRef[]): Promise<BlobRef>;
  /** Forgets every blob whose id is not among these. */
  keepOnly(ids: ReadonlySet<string>): Promise<void>;
}

/** A list of slices may name one of them a thousand times. Answered as a body that is too large. */
export class JoinTooLarge extends Error {
  override readonly name = 'JoinTooLarge';

  constructor(size: number) {
    super(`a blob of ${size} bytes would be over a limit of the host`);
  }
}

export interface BlobWriter {
  write(bytes: Uint8Array): void | Promise<void>;
  finish(): Promise<BlobRef>;
  abort(): Promise<void>;
}
