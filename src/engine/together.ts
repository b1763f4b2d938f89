import { type GroupCommit, StoreTrouble } from '../ports/store.ts';
import type { LiveTask } from './live.ts';

/** A turn that is decided and written, but not durable yet. */
export interface Held {
  /** Acts and tells, once it is durable. */
  carryOut(): void;
  takeBack(): void;
}

interface Call {
  /** Decides. Asks nothing of the world, so that it can be done again after it was taken back. */
  decide(): unknown;
  /** Goes on with what was decided, once that is durable. */
  goOn(decided: unknown): void;
  fail(thrown: unknown): void;
}

/** A call about a task that an earlier call of the group has changed: the world has not heard of that change yet. */
class Postponed extends Error {}

/**
 * Calls of one tick that share a commit: each decides as if alone, then one flush of the disk makes all of them durable,
 * then they act and are answered in their order. When that flush fails, every one of them is taken back and made alone.
 */
export class Together {
  readonly #group: GroupCommit;
  #waiting: Call[] = [];
  #held: Held[] | null = null;
  /** Tasks that earlier calls of this group have changed, and those that the present one has. */
  readonly #changed = new Set<LiveTask>();
  readonly #changing = new Set<LiveTask>();

  constructor(group: GroupCommit) {
    this.#group = group;
  }

  add(call: Call): void {
    if (this.#waiting.push(call) === 1) this.#group.soon(() => this.flush());
  }

  /** Makes all calls that wait. */
  flush(): void {
    while (this.#waiting.length > 0) this.#makeGroup();
  }

  /** @returns false when no group is being made: the turn is durable already. */
  hold(touched: Iterable<LiveTask>, held: Held): boolean {
    if (this.#held === null) return false;
    this.#held.push(held);
    for (const task of touched) this.#changing.add(task);
    return true;
  }

  /** Puts the present call off to the next group when it is about a task that this group has changed. */
  mayConcern(task: LiveTask | undefined): void {
    if (task !== undefined && this.#changed.has(task)) throw new Postponed();
  }

  #makeGroup(): void {
    const calls = this.#waiting;
    this.#waiting = [];
    const held: Held[] = [];
    const answers: (() => void)[] = [];
    this.#held = held;
    try {
      this.#group.together(() => {
        for (const call of calls) {
          answers.push(this.#decided(call));
          for (const task of this.#changing) this.#changed.add(task);
          this.#changing.clear();
        }
      });
    } catch (trouble) {
      if (!(trouble instanceof StoreTrouble)) throw trouble;
      for (const { takeBack } of held.reverse()) takeBack();
      this.#reset();
      for (const call of calls) this.#decided(call)();
      return;
    }
    this.#reset();
    for (const { carryOut } of held) carryOut();
    for (const answer of answers) answer();
  }

  #decided(call: Call): () => void {
    try {
      const decided = call.decide();
      return () => call.goOn(decided);
    } catch (thrown) {
      if (thrown instanceof Postponed) return () => void this.#waiting.push(call);
      return () => call.fail(thrown);
    }
  }

  #reset(): void {
    this.#held = null;
    this.#changed.clear();
    this.#changing.clear();
  }
}
