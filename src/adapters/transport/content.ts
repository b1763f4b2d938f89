/** Bytes that exist only when somebody asks for them. */
export interface Content {
  readonly size: number;
  /** Not to be changed by whoever gets them; `offset` + `length` is at most `size`. */
  bytesAt(offset: number, length: number): Uint8Array;
}

/** A prime, so that bytes from a wrong offset are wrong bytes. */
const periodBytes = 65_521;

/** Bytes that look random, always the same for the same path, size and seed. */
export function generateContent(path: string, size: number, seed: number | string = 0): Content {
  const tile = fill(Math.min(size, periodBytes), hash(`${path} ${size} ${seed}`));
  return {
    size,
    bytesAt(offset, length) {
      const begin = offset % periodBytes;
      if (begin + length <= tile.length) return tile.subarray(begin, begin + length);
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; ) {
        const from = (offset + at) % periodBytes;
        const piece = tile.subarray(from, from + length - at);
        bytes.set(piece, at);
        at += piece.length;
      }
      return bytes;
    },
  };
}

export function contentOf(bytes: Uint8Array | string): Content {
  const whole = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
  return { size: whole.length, bytesAt: (offset, length) => whole.subarray(offset, offset + length) };
}

export function partOf(content: Content, from: number, size: number): Content {
  return { size, bytesAt: (offset, length) => content.bytesAt(from + offset, length) };
}

/** All bytes in one, in their order. */
export function concat(pieces: readonly ArrayLike<number>[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}

/** Xorshift, which needs a state other than 0. */
function fill(length: number, seed: number): Uint8Array {
  let state = seed || 1;
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state;
  }
  return bytes;
}
