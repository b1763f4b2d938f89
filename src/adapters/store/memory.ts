import { unreachable } from '../../errors.ts';
import { type Change, type GroupRecord, type Store, type StoredTask, StoreTrouble } from '../../ports/store.ts';

/** A store that lives as long as the process, with handles for what happens to stores. */
export interface MemoryStore extends Store {
  /** The engine dies without closing: this handle is dead, the new one has what was committed. */
  crash(): MemoryStore;
  /** Another engine opens the same store. @throws StoreTrouble (kind `busy`) unless this handle is closed. */
  reopen(): MemoryStore;
  /** The next commit writes nothing and throws trouble of this kind. */
  failNext(kind: StoreTrouble['kind']): void;
  /** Commits that were made, by this handle and those before it. */
  readonly commits: number;
  /** Is asked at each step of each commit, of this handle and those after it; null for nobody. Its throw ends the commit there. */
  watch(watcher: CommitWatcher | null): void;
}

/**
 * A commit comes past. `n` counts from 1; one that fails does not count.
 * before, during: nothing of it stays when the watcher throws, since a torn commit is none. after: all of it does.
 */
export type CommitWatcher = (n: number, step: CommitStep) => void;
export type CommitStep = 'before' | 'during' | 'after';

/** A new and empty store. What is committed is kept, not copied: records and lives are never changed in place. */
export function createMemoryStore(): MemoryStore {
  return new MemoryHandle({ tasks: new Map(), groups: new Map(), writer: null, watcher: null, commits: 0 });
}

/** What stays when handles come and go. */
interface Medium {
  /** By tid. */
  readonly tasks: Map<string, StoredTask>;
  /** By gid. */
  readonly groups: Map<string, GroupRecord>;
  writer: MemoryHandle | null;
  watcher: CommitWatcher | null;
  commits: number;
}

class MemoryHandle implements MemoryStore {
  readonly #medium: Medium;
  #failure: StoreTrouble['kind'] | null = null;

  constructor(medium: Medium) {
    this.#medium = medium;
    medium.writer = this;
  }

  load(): readonly StoredTask[] {
    this.#mustBeOpen();
    return [...this.#medium.tasks.values()].sort((a, b) => a.record.seq - b.record.seq);
  }

  groups(): readonly GroupRecord[] {
    this.#mustBeOpen();
    return [...this.#medium.groups.values()];
  }

  commit(changes: readonly Change[]): void {
    this.#mustBeOpen();
    const kind = this.#failure;
    this.#failure = null;
    if (kind !== null) throw new StoreTrouble(kind, `the commit failed: ${kind}, as asked for`);
    const n = this.#medium.commits + 1;
    this.#medium.watcher?.(n, 'before');
    const after = this.#after(changes);
    this.#medium.watcher?.(n, 'during');
    for (const [tid, task] of after) {
      if (task === null) this.#medium.tasks.delete(tid);
      else this.#medium.tasks.set(tid, task);
    }
    for (const change of changes) {
      if (change.type === 'group.put') this.#medium.groups.set(change.group.gid, change.group);
      else if (change.type === 'group.forgotten') this.#medium.groups.delete(change.gid);
    }
    this.#medium.commits = n;
    this.#medium.watcher?.(n, 'after');
  }

  close(): void {
    if (this.#medium.writer === this) this.#medium.writer = null;
  }

  crash(): MemoryStore {
    this.#mustBeOpen();
    return new MemoryHandle(this.#medium);
  }

  reopen(): MemoryStore {
    if (this.#medium.writer !== null) throw new StoreTrouble('busy', 'the store is open in another engine');
    return new MemoryHandle(this.#medium);
  }

  failNext(kind: StoreTrouble['kind']): void {
    this.#failure = kind;
  }

  get commits(): number {
    return this.#medium.commits;
  }

  watch(watcher: CommitWatcher | null): void {
    this.#medium.watcher = watcher;
  }

  /** What becomes of the tasks that `changes` name; null for forgotten. */
  #after(changes: readonly Change[]): ReadonlyMap<string, StoredTask | null> {
    const after = new Map<string, StoredTask | null>();
    for (const change of changes) {
      if (change.type === 'group.put' || change.type === 'group.forgotten') continue;
      const tid = change.type === 'task.created' ? change.record.tid : change.tid;
      const before = after.has(tid) ? after.get(tid) : this.#medium.tasks.get(tid);
      if (change.type === 'task.created') {
        if (before) unreachable(`task ${tid} is created twice`);
        after.set(tid, { record: change.record, life: change.life });
      } else {
        if (!before) unreachable(`${change.type} of task ${tid}, which is not stored`);
        after.set(tid, change.type === 'task.changed' ? { record: before.record, life: change.life } : null);
      }
    }
    return after;
  }

  #mustBeOpen(): void {
    if (this.#medium.writer !== this) throw new StoreTrouble('closed', 'the store is closed');
  }
}
