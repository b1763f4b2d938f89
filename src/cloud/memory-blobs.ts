import { concat } from '../adapters/transport/content.ts';
import { type BlobRef, type Blobs, type BlobWriter, headBytes } from './blobs.ts';
import { Digests } from './digests.ts';

/** Blobs in memory; also without waiting, for a simulated wire that cannot wait. */
export interface MemoryBlobs extends Blobs {
  put(bytes: Uint8Array): BlobRef;
  bytesOf(blob: BlobRef): Uint8Array;
  joinNow(blobs: readonly BlobRef[]): BlobRef;
}

export function createMemoryBlobs(): MemoryBlobs {
  const kept = new Map<string, Uint8Array>();

  const put = (bytes: Uint8Array): BlobRef => {
    const digests = new Digests();
    digests.update(bytes);
    const blob = digests.finish();
    if (!kept.has(blob.id)) kept.set(blob.id, bytes);
    return blob;
  };
  const bytesOf = (blob: BlobRef): Uint8Array => {
    const bytes = kept.get(blob.id);
    if (bytes === undefined) throw new Error(`no blob has the id ${blob.id}`);
    return bytes;
  };
  const joinNow = (blobs: readonly BlobRef[]) => put(concat(blobs.map(bytesOf)));

  return {
    put,
    bytesOf,
    joinNow,
    join: async (blobs) => joinNow(blobs),
    head: (blob) => bytesOf(blob).subarray(0, headBytes),
    async *read(blob, from, size) {
      if (size > 0) yield bytesOf(blob).subarray(from, from + size);
    },
    writer: (): BlobWriter => {
      const pieces: Uint8Array[] = [];
      return {
        // A copy: whoever reads from a socket uses the buffer again.
        write: (bytes) => void pieces.push(bytes.slice()),
        finish: async () => put(concat(pieces)),
        abort: async () => {},
      };
    },
    async keepOnly(ids) {
      for (const id of kept.keys()) if (!ids.has(id)) kept.delete(id);
    },
  };
}
