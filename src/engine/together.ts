import type { GroupCommit } from '../ports/store.ts';

/** A turn that is decided and written, but not durable yet. */
export interface Held {
  /** Acts and tells, once it is durable. */
  carryOut(): void;
  takeBack(): void;
}

/** A call of an app, or word of the world. */
export interface Matter {
  /** Decides. Asks nothing of the world, so that it can be done again after it was taken back. */
  decide(): unknown;
  /** Goes on with what was decided, once that is durable. */
  goOn(decided: unknown): void;
  fail(thrown: unknown): void;
}

/**
 * Matters of one tick that share a commit: each is decided as if alone, in the order of arrival, then one flush of the
 * disk makes all of them durable, then they act and are answered in that order. When that flush fails, every one of
 * them is taken back and settled alone: calls are refused then, and what the world said is carried out all the same.
 */
export class Together {
  readonly #group: GroupCommit;
  #waiting: Matter[] = [];
  #held: Held[] | null = null;

  constructor(group: GroupCommit) {
    this.#group = group;
  }

  add(matter: Matter): void {
    if (this.#waiting.push(matter) === 1) this.#group.soon(() => this.flush());
  }

  /** Settles all that waits. */
  flush(): void {
    while (this.#waiting.length > 0) this.#settleGroup();
  }

  /** @returns false when no group is being made: the turn is durable already. */
  hold(held: Held): boolean {
    if (this.#held === null) return false;
    this.#held.push(held);
    return true;
  }

  #settleGroup(): void {
    const matters = this.#waiting;
    this.#waiting = [];
    const held: Held[] = [];
    const answers: (() => void)[] = [];
    this.#held = held;
    try {
      this.#group.together(() => {
        for (const matter of matters) answers.push(this.#decided(matter));
      });
    } catch {
      this.#held = null;
      for (const { takeBack } of held.reverse()) takeBack();
      for (const matter of matters) this.#decided(matter)();
      return;
    }
    this.#held = null;
    for (const { carryOut } of held) carryOut();
    for (const answer of answers) answer();
  }

  #decided(matter: Matter): () => void {
    try {
      const decided = matter.decide();
      return () => matter.goOn(decided);
    } catch (thrown) {
      return () => matter.fail(thrown);
    }
  }
}
