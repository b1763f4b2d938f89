import type { BlobRef } from './blobs.ts';

/** Every blob that a state names, each once. */
export function liveBlobs(state: unknown): ReadonlyMap<string, BlobRef> {
  const found = new Map<string, BlobRef>();
  const left: unknown[] = [state];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value !== 'object' || value === null) continue;
    if (isBlob(value)) found.set(value.id, value);
    else for (const each of Object.values(value)) left.push(each);
  }
  return found;
}

function isBlob(value: object): value is BlobRef {
  return (
    'headMd5' in value && 'crc32' in value && 'id' in value && 'sha1' in value && 'size' in value && hasName(value)
  );
}

/** So that what a client stores under such names is not taken for one. */
function hasName({ id, sha1, size }: { id: unknown; sha1: unknown; size: unknown }): boolean {
  return typeof sha1 === 'string' && /^[0-9a-f]{40}$/.test(sha1) && id === `${sha1}-${size}`;
}
