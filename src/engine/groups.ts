import { groupMachine } from '../../machines/group.ts';
import type { TaskSpec } from '../../machines/vocabulary.ts';
import type { Change, GroupRecord } from '../ports/store.ts';
import type { LiveTask } from './live.ts';
import { step } from './step.ts';
import type { Refusal } from './turn.ts';

/** How long a group without tasks is kept, ms. @source harmony-request.md 5.5 */
const keptMs = 7 * 86_400_000;

export interface GroupSpec {
  readonly gauge: boolean;
  readonly notification: TaskSpec['notification'];
}

/** The groups of all apps. They bear on notifications alone, and never on what a task may do. @source harmony-request.md 9.1 */
export class Groups {
  readonly #groups = new Map<string, GroupRecord>();

  constructor(stored: Iterable<GroupRecord>) {
    for (const group of stored) this.#groups.set(group.gid, group);
  }

  has(gid: string): boolean {
    return this.#groups.has(gid);
  }

  /** Is there such a group of this app? */
  isOf(uid: number, gid: string): boolean {
    return this.#groups.get(gid)?.uid === uid;
  }

  /** What its chart says to the operation; null when it allows it. */
  refusal(gid: string, operation: 'attachGroup' | 'deleteGroup'): Refusal | null {
    const group = this.#groups.get(gid);
    const resting = { value: group?.deleted === false ? 'open' : 'deleted', context: {} };
    const { effects } = step(groupMachine, resting, { type: operation });
    return effects.find((effect) => effect.type === 'refused') ?? null;
  }

  /** Takes over a group as it is now, once it is stored. @returns what takes that back. */
  put(group: GroupRecord): () => void {
    const before = this.#groups.get(group.gid);
    this.#groups.set(group.gid, group);
    return () => {
      if (before === undefined) this.#groups.delete(group.gid);
      else this.#groups.set(group.gid, before);
    };
  }

  /** The group as it is once it is deleted. */
  deleted(gid: string): GroupRecord | null {
    const group = this.#groups.get(gid);
    return group === undefined ? null : { ...group, deleted: true };
  }

  /** Forgets old groups that no task is shown in any more. @returns what is to be stored of it. */
  collect(nowMs: number, tasks: Iterable<LiveTask>): Change[] {
    const old = [...this.#groups.values()].filter(({ ctimeMs }) => nowMs - ctimeMs > keptMs);
    if (old.length === 0) return [];
    const inUse = new Set<string>();
    for (const { life } of tasks) inUse.add(life.group);
    const unused = old.filter(({ gid }) => !inUse.has(gid));
    for (const { gid } of unused) this.#groups.delete(gid);
    return unused.map(({ gid }) => ({ type: 'group.forgotten', gid }));
  }
}
