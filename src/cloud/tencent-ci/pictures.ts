import { concat } from '../../adapters/transport/content.ts';
import { crc32 } from '../digests.ts';

export const pictureFormats = ['png', 'jpg', 'gif', 'webp', 'bmp'] as const;
export type PictureFormat = (typeof pictureFormats)[number];

export interface Picture {
  readonly format: PictureFormat;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

export const pictureTypes: Readonly<Record<PictureFormat, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  bmp: 'image/bmp',
};

/**
 * A picture of one colour that any decoder opens, in few bytes: what comes out of a service that processes sizes and
 * formats, but no pixels. Sides are 1 to 16383 (what WebP holds).
 */
export function draw({ format, width, height }: Picture): Uint8Array {
  return painters[format](width, height);
}

const painters: Readonly<Record<PictureFormat, (width: number, height: number) => Uint8Array>> = {
  png: (width, height) => {
    const head = [...be(4, width), ...be(4, height), 1, 0, 0, 0, 0];
    const rows = zeros(height * (1 + Math.ceil(width / 8)));
    return bytes([0x89, ...ascii('PNG\r\n\x1a\n')], chunk('IHDR', head), chunk('IDAT', rows), chunk('IEND', []));
  },
  jpg: (width, height) => {
    // One Huffman code each: no difference, no waves. So a block of 8 × 8 is two bits, both 0.
    const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
    const onlyZero = [1, ...Array<number>(15).fill(0), 0];
    return bytes(
      [0xff, 0xd8, 0xff, 0xdb, 0, 67, 0, ...Array<number>(64).fill(1)],
      [0xff, 0xc0, 0, 11, 8, ...be(2, height), ...be(2, width), 1, 1, 0x11, 0],
      [0xff, 0xc4, 0, 20, 0x00, ...onlyZero, 0xff, 0xc4, 0, 20, 0x10, ...onlyZero],
      [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0],
      new Uint8Array(Math.ceil(blocks / 4)),
      [0xff, 0xd9],
    );
  },
  gif: (width, height) =>
    // A frame of one pixel on a screen of the whole size.
    bytes(
      [...ascii('GIF89a'), ...le(2, width), ...le(2, height), 0x80, 0, 0, 0, 0, 0, 255, 255, 255],
      [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3b],
    ),
  webp: (width, height) => {
    // Five codes of a single symbol, which then costs no bits at all.
    const bits = new Bits();
    bits
      .put(width - 1, 14)
      .put(height - 1, 14)
      .put(0, 1)
      .put(0, 3)
      .put(0, 3);
    for (let code = 0; code < 5; code++) bits.put(1, 4);
    const data = [0x2f, ...bits.take()];
    const padded = data.length % 2 === 0 ? data : [...data, 0];
    return bytes([...ascii('RIFF'), ...le(4, 12 + padded.length), ...ascii('WEBPVP8L'), ...le(4, data.length)], padded);
  },
  bmp: (width, height) => {
    const rows = height * 4 * Math.ceil(width / 32);
    return bytes(
      [...ascii('BM'), ...le(4, 62 + rows), 0, 0, 0, 0, ...le(4, 62), ...le(4, 40), ...le(4, width), ...le(4, height)],
      [1, 0, 1, 0, ...le(4, 0), ...le(4, rows), ...le(4, 0), ...le(4, 0), ...le(4, 2), ...le(4, 0), ...le(4, 0)],
      [255, 255, 255, 0],
      new Uint8Array(rows),
    );
  },
};

/** PNG's: length, name, content, and a sum of the last two. */
function chunk(name: string, content: ArrayLike<number>): Uint8Array {
  const summed = bytes(ascii(name), content);
  return bytes(be(4, content.length), summed, be(4, crc32(summed)));
}

/** So many zero bytes in zlib's format: one literal, then runs of 258 (RFC 1951, 3.2.6). */
function zeros(size: number): Uint8Array {
  const bits = new Bits();
  bits.put(1, 1).put(1, 2).putCode(0x30, 8);
  let left = size - 1;
  for (; left >= 258; left -= 258) bits.putCode(0xc5, 8).putCode(0, 5);
  for (; left > 0; left--) bits.putCode(0x30, 8);
  bits.putCode(0, 7);
  // Adler-32 of zeros: the first sum stays 1, the second counts.
  return bytes([0x78, 0x01], bits.take(), be(2, size % 65_521), be(2, 1));
}

/** The lowest bit of each byte first. */
class Bits {
  readonly #bytes: number[] = [];
  #byte = 0;
  #filled = 0;

  put(value: number, bits: number): this {
    for (let bit = 0; bit < bits; bit++) this.#bit((value >> bit) & 1);
    return this;
  }

  /** Huffman codes begin with their highest bit. */
  putCode(value: number, bits: number): this {
    for (let bit = bits - 1; bit >= 0; bit--) this.#bit((value >> bit) & 1);
    return this;
  }

  take(): readonly number[] {
    return this.#filled === 0 ? this.#bytes : [...this.#bytes, this.#byte];
  }

  #bit(bit: number): void {
    this.#byte |= bit << this.#filled;
    this.#filled = (this.#filled + 1) % 8;
    if (this.#filled > 0) return;
    this.#bytes.push(this.#byte);
    this.#byte = 0;
  }
}

function ascii(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}

function le(size: number, value: number): number[] {
  return Array.from({ length: size }, (_, at) => Math.floor(value / 256 ** at) % 256);
}

function be(size: number, value: number): number[] {
  return le(size, value).reverse();
}

function bytes(...pieces: readonly ArrayLike<number>[]): Uint8Array {
  return concat(pieces);
}
