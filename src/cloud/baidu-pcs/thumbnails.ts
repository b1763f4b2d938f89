import { concat } from '../../adapters/transport/content.ts';
import { crc32 } from '../digests.ts';
import type { CloudResponse } from '../service.ts';
import { requestHeaders } from './answers.ts';
import { countParameter, pathParameter } from './parameters.ts';
import { refuse } from './refuse.ts';
import type { Session } from './state.ts';
import { requireStore } from './store.ts';
import { neededEntry, plain } from './tree.ts';

/** First letters of JPEG, PNG, GIF, BMP and WebP. */
const signatures = [/^\xff\xd8\xff/, /^\x89PNG\r\n/, /^GIF8[79]a/, /^BM/, /^RIFF[\s\S]{4}WEBP/];

/** An image of the asked size in one colour, which the contents decide: nothing here can draw. */
export function thumbnail(session: Session): CloudResponse {
  const { drive, call } = session;
  const { settings } = call;
  const { thumbnailPixelsMax, imageBytesMax } = settings.limits;
  const path = pathParameter(session);
  const width = countParameter(call, 'width');
  const height = countParameter(call, 'height');
  const quality = countParameter(call, 'quality', 100);
  if (Math.min(width, height, quality) < 1 || quality > 100) throw refuse(31023);
  if (Math.max(width, height) > thumbnailPixelsMax) throw refuse(31023);
  requireStore(settings, 'meta', 'read', 31217);
  const { blob } = neededEntry(drive, path);
  if (blob === null) throw refuse(31066);
  if (settings.store.lost.includes(blob.md5)) throw refuse(31202);
  requireStore(settings, 'data', 'read', 31141);
  const start = String.fromCharCode(...call.head(plain(blob)).subarray(0, 16));
  if (blob.size > imageBytesMax || !signatures.some((each) => each.test(start))) throw refuse(31141);

  return {
    status: 200,
    headers: [['content-type', 'image/png'], ...requestHeaders(call)],
    body: png(width, height, Number.parseInt(blob.md5.slice(0, 6), 16)),
  };
}

/** One bit for each pixel, all of them zero, and a palette that says which colour that is. */
function png(width: number, height: number, colour: number): Uint8Array {
  const pixels = new Uint8Array((1 + Math.ceil(width / 8)) * height);
  return concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', [bigEndian(width), bigEndian(height), Uint8Array.of(1, 3, 0, 0, 0)]),
    chunk('PLTE', [Uint8Array.of(colour >> 16, colour >> 8, colour)]),
    chunk('IDAT', stored(pixels)),
    chunk('IEND', []),
  ]);
}

function chunk(type: string, parts: readonly Uint8Array[]): Uint8Array {
  const content = concat([new TextEncoder().encode(type), ...parts]);
  return concat([bigEndian(content.length - type.length), content, bigEndian(crc32(content))]);
}

/** A zlib stream that compresses nothing. `zeros` only: its checksum counts no values. @source RFC 1950, RFC 1951 */
function stored(zeros: Uint8Array): readonly Uint8Array[] {
  const blockBytesMax = 0xffff;
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < zeros.length; at += blockBytesMax) {
    const block = zeros.subarray(at, at + blockBytesMax);
    const isLast = at + block.length === zeros.length;
    const { length } = block;
    blocks.push(Uint8Array.of(isLast ? 1 : 0, length, length >> 8, ~length, ~length >> 8), block);
  }
  return [Uint8Array.of(0x78, 0x01), ...blocks, bigEndian(((zeros.length % 65_521) << 16) | 1)];
}

function bigEndian(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}
