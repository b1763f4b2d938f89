import type { TaskLife } from '../ports/store.ts';

/** A task that was just created. */
export function newLife(nowMs: number, sizes: readonly number[]): TaskLife {
  return {
    state: 'initialized',
    reason: 'default',
    mtimeMs: nowMs,
    tries: 0,
    index: 0,
    processed: 0,
    sizes,
    headers: {},
    mimeType: '',
    maxSpeed: 0,
    ranMs: 0,
    group: '',
  };
}

/** All sizes are known and every byte is done. @source harmony-request.md 7.4 */
export function isWhole({ index, processed, sizes }: TaskLife): boolean {
  return sizes.every((size, at) => size >= 0 && (at < index || size === (at === index ? processed : 0)));
}
