import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { generateContent } from '../../src/adapters/transport/content.ts';
import { type BlobRef, type Blobs, headBytes, md5HeadBytes } from '../../src/cloud/blobs.ts';

export interface BlobsStage {
  readonly blobs: Blobs;
  dispose(): void;
}

export function blobsContract(name: string, makeStage: () => BlobsStage): void {
  describe(`the blobs contract, held by ${name}`, () => {
    let stage: BlobsStage;
    let blobs: Blobs;

    beforeEach(() => {
      stage = makeStage();
      blobs = stage.blobs;
    });
    afterEach(() => stage.dispose());

    async function put(...pieces: readonly Uint8Array[]): Promise<BlobRef> {
      const writer = blobs.writer();
      for (const piece of pieces) await writer.write(piece);
      return writer.finish();
    }

    async function get(blob: BlobRef, from = 0, size = blob.size): Promise<Uint8Array> {
      const pieces: Uint8Array[] = [];
      for await (const piece of blobs.read(blob, from, size)) pieces.push(piece);
      return new Uint8Array(Buffer.concat(pieces));
    }

    it.each([0, 1, headBytes, md5HeadBytes - 1, md5HeadBytes, md5HeadBytes + 1, 3_000_001])(
      'knows what %i bytes are',
      async (size) => {
        const bytes = generateContent('/blob', size).bytesAt(0, size);

        const blob = await put(bytes);

        const digest = (algorithm: string, of: Uint8Array) => createHash(algorithm).update(of).digest('hex');
        expect(blob).toEqual({
          id: `${digest('sha1', bytes)}-${size}`,
          size,
          md5: digest('md5', bytes),
          sha1: digest('sha1', bytes),
          crc32: crc32(bytes),
          headMd5: digest('md5', bytes.subarray(0, md5HeadBytes)),
        });
        expect(print(await get(blob))).toBe(print(bytes));
        expect(print(blobs.head(blob))).toBe(print(bytes.subarray(0, headBytes)));
      },
    );

    it('gives equal bytes equal references, however they were cut', async () => {
      const bytes = generateContent('/blob', 500_000).bytesAt(0, 500_000);
      const pieces = [0, 7, 65_536, 262_145, 500_000].map((at, index, all) => bytes.subarray(all[index - 1] ?? 0, at));

      expect(await put(...pieces)).toEqual(await put(bytes));
      expect(print(await get(await put(...pieces)))).toBe(print(bytes));
    });

    it('reads any part', async () => {
      const bytes = generateContent('/blob', 2_500_000).bytesAt(0, 2_500_000);
      const blob = await put(bytes);

      for (const [from, size] of [
        [0, 1],
        [1_048_575, 2],
        [1, 2_499_999],
        [2_499_999, 1],
        [2_500_000, 0],
        [10, 0],
      ] as const) {
        expect(print(await get(blob, from, size))).toBe(print(bytes.subarray(from, from + size)));
      }
    });

    it('keeps bytes that the writer has taken, whatever becomes of the buffer', async () => {
      const buffer = new Uint8Array([1, 2, 3]);
      const writer = blobs.writer();
      await writer.write(buffer);
      buffer.fill(9);
      await writer.write(buffer);

      expect(await get(await writer.finish())).toEqual(new Uint8Array([1, 2, 3, 9, 9, 9]));
    });

    it('joins blobs end to end, the same one more than once, and none', async () => {
      const [one, two] = [await put(new Uint8Array([1, 2])), await put(new Uint8Array(100_000).fill(7))];

      const whole = await blobs.join([one, two, one]);

      expect(print(await get(whole))).toBe(print(Buffer.from([1, 2, ...new Uint8Array(100_000).fill(7), 1, 2])));
      expect(whole).toEqual(await put(await get(whole)));
      expect((await blobs.join([])).size).toBe(0);
    });

    it('forgets what is left out, and nothing else', async () => {
      const [kept, dropped] = [await put(new Uint8Array([1])), await put(new Uint8Array([2]))];

      await blobs.keepOnly(new Set([kept.id]));

      expect(await get(kept)).toEqual(new Uint8Array([1]));
      await expect(get(dropped)).rejects.toThrow();
      expect(() => blobs.head(dropped)).toThrow();
    });

    it('lets a blob that was forgotten come again', async () => {
      const blob = await put(new Uint8Array([1]));
      await blobs.keepOnly(new Set());

      expect(await put(new Uint8Array([1]))).toEqual(blob);
      expect(await get(blob)).toEqual(new Uint8Array([1]));
    });

    it('writes many at once, and lets a reader stop early', async () => {
      const many = await Promise.all([1, 2, 3].map((value) => put(new Uint8Array(1_500_000).fill(value))));

      for (const [at, blob] of many.entries()) {
        for await (const piece of blobs.read(blob, 0, blob.size)) {
          expect(piece[0]).toBe(at + 1);
          break;
        }
      }
    });
  });
}

/** Short, where a difference of megabytes would take minutes to print. */
function print(bytes: Uint8Array): string {
  return `${bytes.length} bytes, ${createHash('sha1').update(bytes).digest('hex')}`;
}
