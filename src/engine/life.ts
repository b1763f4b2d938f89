import type { TaskLife } from '../ports/store.ts';

/** Shared by all that nobody has answered yet: a million tasks that wait cost one. */
const noHeaders: TaskLife['headers'] = Object.freeze({});

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
    headers: noHeaders,
    mimeType: '',
    maxSpeed: 0,
    ranMs: 0,
    group: '',
  };
}

/** Every field by name: a spread that overrides costs forty times as much, and each step of a task makes a new life. */
export function lifeWith(life: TaskLife, change: Partial<TaskLife>): TaskLife {
  return {
    state: change.state ?? life.state,
    reason: change.reason ?? life.reason,
    mtimeMs: change.mtimeMs ?? life.mtimeMs,
    tries: change.tries ?? life.tries,
    index: change.index ?? life.index,
    processed: change.processed ?? life.processed,
    sizes: change.sizes ?? life.sizes,
    headers: change.headers ?? life.headers,
    mimeType: change.mimeType ?? life.mimeType,
    maxSpeed: change.maxSpeed ?? life.maxSpeed,
    ranMs: change.ranMs ?? life.ranMs,
    group: change.group ?? life.group,
  };
}

/** All sizes are known and every byte is done. @source harmony-request.md 7.4 */
export function isWhole({ index, processed, sizes }: TaskLife): boolean {
  return sizes.every((size, at) => size >= 0 && (at < index || size === (at === index ? processed : 0)));
}
