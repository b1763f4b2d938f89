import type { Picture, PictureFormat } from './pictures.ts';

export interface ImageFacts extends Picture {
  /** 1 for all but moving GIFs. */
  readonly frames: number;
}

/**
 * What the first bytes tell of a picture. `uncompressible`: a picture, but of a kind that processing does not take.
 * Null: no picture at all.
 */
export function readImage(head: Uint8Array): ImageFacts | 'uncompressible' | null {
  for (const [format, read] of readers) {
    const size = read(head, new DataView(head.buffer, head.byteOffset, head.byteLength));
    if (size === null) continue;
    const frames = format === 'gif' ? framesOf(head) : 1;
    return size.width > 0 && size.height > 0 ? { format, ...size, frames } : null;
  }
  return others.some((begins) => begins.test(latin(head, 0, 32))) ? 'uncompressible' : null;
}

/** TIFF, icons, SVG, HEIF and AVIF, Photoshop. */
const others = [
  /^(?:II\*\0|MM\0\*)/,
  /^\0\0(?:\cA|\cB)\0/,
  /^\s*<svg[\s>]/i,
  /^.{4}ftyp(?:heic|heix|mif1|avif)/s,
  /^8BPS/,
];

type Read = (head: Uint8Array, view: DataView) => { readonly width: number; readonly height: number } | null;

const readers: readonly (readonly [PictureFormat, Read])[] = [
  [
    'png',
    (head, view) =>
      head.length >= 24 && latin(head, 1, 7) === 'PNG\r\n\x1a\n'
        ? { width: view.getUint32(16), height: view.getUint32(20) }
        : null,
  ],
  [
    'gif',
    (head, view) =>
      head.length >= 10 && /^GIF8[79]a/.test(latin(head, 0, 6))
        ? { width: view.getUint16(6, true), height: view.getUint16(8, true) }
        : null,
  ],
  [
    'bmp',
    (head, view) =>
      head.length >= 26 && latin(head, 0, 2) === 'BM'
        ? { width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) }
        : null,
  ],
  ['webp', readWebp],
  ['jpg', readJpeg],
];

function readWebp(head: Uint8Array, view: DataView): ReturnType<Read> {
  if (head.length < 30 && latin(head, 12, 4) !== 'VP8L') return null;
  if (head.length < 25 || latin(head, 0, 4) !== 'RIFF' || latin(head, 8, 4) !== 'WEBP') return null;
  switch (latin(head, 12, 4)) {
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: (view.getUint32(24, true) & 0xffffff) + 1, height: (view.getUint32(26, true) >>> 8) + 1 };
    case 'VP8 ':
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    default:
      return null;
  }
}

/** Walks from marker to marker until one tells the size. */
function readJpeg(head: Uint8Array, view: DataView): ReturnType<Read> {
  if (head[0] !== 0xff || head[1] !== 0xd8) return null;
  for (let at = 2; at + 9 <= head.length; ) {
    if (head[at] !== 0xff) return null;
    const marker = head[at + 1] ?? 0;
    const tellsSize = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (tellsSize) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  return null;
}

/** Frames of a GIF that begin within its first bytes. */
function framesOf(head: Uint8Array): number {
  const tableBytes = (flags: number) => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));
  let at = 13 + tableBytes(head[10] ?? 0);
  let frames = 0;
  while (at < head.length) {
    const kind = head[at];
    if (kind === 0x2c) {
      frames++;
      at += 11 + tableBytes(head[at + 9] ?? 0);
    } else if (kind === 0x21) {
      at += 2;
    } else {
      break;
    }
    for (let size = head[at] ?? 0; size > 0; size = head[at] ?? 0) at += size + 1;
    at++;
  }
  return Math.max(1, frames);
}

function latin(bytes: Uint8Array, from: number, size: number): string {
  return String.fromCharCode(...bytes.subarray(from, from + size));
}
