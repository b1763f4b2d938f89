import { pipeline, Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { TransportTrouble } from '../../adapters/transport/trouble.ts';
import { AttemptTrouble } from './failure.ts';

/** Every coding that can be undone, as a request names them. */
export const acceptedCodings = 'deflate, gzip, br';

const decoders: Readonly<Record<string, () => Transform>> = {
  br: createBrotliDecompress,
  deflate: createInflate,
  gzip: createGunzip,
  'x-gzip': createGunzip,
};
const plain = new Set(['', 'identity', 'none']);

/**
 * A response's body as its author wrote it.
 * @param codings  values of the header `content-encoding`.
 * @throws AttemptTrouble while iterating, and what `pieces` throws.
 */
export async function* decoded(
  pieces: AsyncIterable<Uint8Array>,
  codings: readonly string[],
): AsyncIterable<Uint8Array> {
  const chain = codings
    .flatMap((value) => value.split(','))
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => !plain.has(coding))
    .map(decoderOf)
    .reverse();
  let isEmpty = true;
  const counted = async function* () {
    for await (const piece of pieces) {
      isEmpty = false;
      yield piece;
    }
  };
  if (chain.length === 0) return yield* pieces;
  try {
    yield* chain.reduce<Readable>((source, decoder) => pipeline(source, decoder, () => {}), Readable.from(counted()));
  } catch (error) {
    if (error instanceof TransportTrouble) throw error;
    // No bytes at all are fine in any coding.
    if (!isEmpty) throw new AttemptTrouble('encoding');
  }
}

function decoderOf(coding: string): Transform {
  const create = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined;
  if (create === undefined) throw new AttemptTrouble('encoding');
  return create();
}
