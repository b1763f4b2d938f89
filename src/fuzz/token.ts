import { concat } from '../adapters/transport/content.ts';
import { digestOf } from '../sim/digest.ts';

/** The first word of a token says which way of writing it is. */
const way = 'ls1';
/** What a token may unfold to: far more than a failure takes, and too little to do harm. */
const bytesMax = 4 * 1_024 * 1_024;

/** A token that nobody can read. `message` says why, and what to do. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
}

/** Does a text look like a token, be it damaged? */
export function isToken(text: string): boolean {
  return /^\s*ls\d+[._]/.test(text);
}

/** A text as one line of letters, digits, `-`, `_` and `.`: safe in URLs and shells. */
export async function packed(text: string): Promise<string> {
  const folded = await through(new TextEncoder().encode(text), new CompressionStream('deflate-raw'));
  const letters = lettersOf(folded);
  return `${way}.${letters}.${checkOf(letters)}`;
}

/**
 * The text of a token. White space is left out, as a terminal breaks lines.
 * @throws TokenError  the token is damaged, or of a later version.
 */
export async function unpacked(token: string): Promise<string> {
  const [, version = '', letters = '', check = ''] =
    /^(ls\d+)\.([\w-]+)(?:\.([0-9a-f]*))?$/.exec(token.replace(/\s/g, '')) ?? [];
  if (version !== '' && version !== way) {
    throw new TokenError(
      `the token begins with ${version}, and this version of longshore reads ${way}: use a later one`,
    );
  }
  if (version === '') throw new TokenError('this is no token: one looks like ls1.<letters>.<8 digits>');
  if (check.length < 8) throw new TokenError('the end of the token is missing: copy all of it');
  if (check !== checkOf(letters)) throw new TokenError('the token is damaged: a part of it is missing or changed');
  const bytes = await through(bytesOf(letters), new DecompressionStream('deflate-raw'));
  return new TextDecoder().decode(bytes);
}

function checkOf(letters: string): string {
  return digestOf(letters).slice(0, 8);
}

type Fold = CompressionStream | DecompressionStream;

async function through(bytes: Uint8Array<ArrayBuffer>, by: Fold): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const stream = new Blob([bytes]).stream().pipeThrough<Uint8Array>(by);
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read().catch(() => {
      throw new TokenError('the token is damaged: it does not unfold');
    });
    if (done) break;
    size += value.length;
    if (size > bytesMax) {
      void reader.cancel();
      throw new TokenError(`the token unfolds to more than ${bytesMax} bytes`);
    }
    parts.push(value);
  }
  return concat(parts);
}

/** base64url. */
function lettersOf(bytes: Uint8Array): string {
  const units = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(units).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function bytesOf(letters: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(letters.replaceAll('-', '+').replaceAll('_', '/')), (unit) => unit.charCodeAt(0));
  } catch {
    throw new TokenError('the token is damaged: a part of it is missing');
  }
}
