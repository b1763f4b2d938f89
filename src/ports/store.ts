import type { Reason, State, TaskSpec } from '../../machines/vocabulary.ts';

/** The part of a task that never changes after its creation. */
export interface TaskRecord {
  /** Decimal digits, below 2³². */
  readonly tid: string;
  /** Order of creation within the store: 1, 2, 3, … */
  readonly seq: number;
  readonly uid: number;
  readonly bundle: string;
  /** Creation, ms since the epoch. */
  readonly ctimeMs: number;
  readonly spec: TaskSpec;
}

/** The part of a task that changes. @source harmony-request.md 10 */
export interface TaskLife {
  readonly state: State;
  readonly reason: Reason;
  /** Last change, ms since the epoch. */
  readonly mtimeMs: number;
  /** Network retries of the latest run, 0 to 4. */
  readonly tries: number;
  /** The file being processed; 0 for a download. */
  readonly index: number;
  /** Bytes done of that file. */
  readonly processed: number;
  /** Bytes of each file, −1 where unknown. */
  readonly sizes: readonly number[];
  /** Response headers: lower-case name → value. */
  readonly headers: Readonly<Record<string, string>>;
  readonly mimeType: string;
  /** Bytes per second; 0 for no limit. */
  readonly maxSpeed: number;
  /** Run time since the last `start`, ms; the total timeout counts it. */
  readonly ranMs: number;
  /** Id of the group that it is shown in; empty for none. */
  readonly group: string;
}

export interface StoredTask {
  readonly record: TaskRecord;
  readonly life: TaskLife;
}

/** Tasks whose notifications are shown as one. @source harmony-request.md 9.1 */
export interface GroupRecord {
  /** Decimal digits. */
  readonly gid: string;
  readonly uid: number;
  readonly ctimeMs: number;
  readonly gauge: boolean;
  readonly notification: TaskSpec['notification'];
  readonly deleted: boolean;
}

export type Change =
  | { readonly type: 'group.put'; readonly group: GroupRecord }
  | { readonly type: 'group.forgotten'; readonly gid: string }
  | { readonly type: 'task.created'; readonly record: TaskRecord; readonly life: TaskLife }
  /** `was` is what the store holds, so that it may write what differs and nothing else. */
  | { readonly type: 'task.changed'; readonly tid: string; readonly was: TaskLife; readonly life: TaskLife }
  | { readonly type: 'task.forgotten'; readonly tid: string };

/**
 * Durable memory of one engine.
 * One writer at a time: opening a store that another engine has open fails with `StoreTrouble` (kind `busy`).
 * @source harmony-request.md 10
 */
export interface Store {
  /**
   * Every stored task once, in the order of creation. What is committed while somebody iterates may show or not.
   * @throws StoreTrouble, also while iterating.
   */
  load(): Iterable<StoredTask>;

  /** Every stored group, in any order. */
  groups(): Iterable<GroupRecord>;

  /**
   * All of `changes`, in their order, or none of them; durable once it returns. Creating a task that is stored, and
   * changing or forgetting one that is not, is a bug of the caller and throws as one.
   * @throws StoreTrouble when nothing was written.
   */
  commit(changes: readonly Change[]): void;

  /** For a store that pays for each commit with a flush of the disk; absent where a commit costs nothing to speak of. */
  readonly group?: GroupCommit;

  /** Releases the store. Using it afterwards throws `StoreTrouble` (kind `closed`). Closing twice does nothing. */
  close(): void;
}

/** Several commits that become durable at once. */
export interface GroupCommit {
  /** Runs `act` once, soon: after all that goes on in this tick, so that commits of a kind come together. */
  soon(act: () => void): void;

  /**
   * Runs `act` at once. The commits made in it take no trouble of the store: all of them are written, and durable, when
   * `together` returns. Not to be nested.
   * @throws as one commit would when none of them was written; what `act` throws, then too nothing is.
   */
  together(act: () => void): void;
}

/** A store could not do what was asked; nothing was half done. */
export class StoreTrouble extends Error {
  override readonly name = 'StoreTrouble';
  /** busy: another engine writes to it. newer: written by a later version. corrupt: not a store. full: no space left. */
  readonly kind: 'busy' | 'newer' | 'corrupt' | 'full' | 'io' | 'closed';

  constructor(kind: StoreTrouble['kind'], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}
