import {
  type AppCandidates,
  type AppRank,
  type Candidate,
  compareApps,
  compareCandidates,
  type Tiers,
  takeSlots,
} from '../../machines/slots.ts';
import type { Action, Rules } from '../../machines/vocabulary.ts';
import { Sorted } from './sorted.ts';

const nobody: readonly never[] = [];

/** The candidates of all apps, kept in the order in which the policy walks them. */
export class Schedule<C extends Candidate> {
  readonly #rules: Rules;
  readonly #apps = new Map<number, AppEntry<C>>();
  /** Only apps that have candidates in that direction. */
  readonly #order: Record<Action, Sorted<AppEntry<C>>>;
  readonly #sizes: Record<Action, number> = { download: 0, upload: 0 };

  constructor(rules: Rules) {
    this.#rules = rules;
    const byRank = (a: AppEntry<C>, b: AppEntry<C>) => compareApps(this.#rules, a.rank, b.rank);
    this.#order = { download: new Sorted(byRank), upload: new Sorted(byRank) };
  }

  /** Sets the rank of an app, which may be new. @returns whether that may change who runs. */
  rank(uid: number, rank: AppRank): boolean {
    const entry = this.#apps.get(uid);
    if (entry === undefined) {
      this.#apps.set(uid, new AppEntry<C>(rank));
      return false;
    }
    if (compareApps(this.#rules, entry.rank, rank) === 0) return false;
    for (const action of ['download', 'upload'] as const) {
      if (entry.of(action).size > 0) this.#order[action].delete(entry);
    }
    entry.rank = rank;
    for (const action of ['download', 'upload'] as const) {
      if (entry.of(action).size > 0) this.#order[action].add(entry);
    }
    return true;
  }

  add(uid: number, candidate: C): void {
    const entry = this.#apps.get(uid);
    if (entry === undefined) return;
    const list = entry.of(candidate.action);
    list.add(candidate);
    this.#sizes[candidate.action] += 1;
    entry.all().add(candidate);
    if (list.size === 1) this.#order[candidate.action].add(entry);
  }

  delete(uid: number, candidate: C): void {
    const entry = this.#apps.get(uid);
    if (entry === undefined) return;
    const list = entry.of(candidate.action);
    if (list.delete(candidate)) this.#sizes[candidate.action] -= 1;
    entry.all().delete(candidate);
    if (list.size === 0) this.#order[candidate.action].delete(entry);
  }

  /** How many candidates there are in a direction. */
  size(action: Action): number {
    return this.#sizes[action];
  }

  /** As `takeSlots`. */
  take(action: Action, counts: Tiers['counts']): readonly C[] {
    if (this.#order[action].size === 0) return nobody;
    return takeSlots(this.#order[action], action, counts);
  }
}

class AppEntry<C extends Candidate> implements AppCandidates<C> {
  rank: AppRank;
  readonly #lists = {
    download: new Sorted<C>(compareCandidates),
    upload: new Sorted<C>(compareCandidates),
    both: new Sorted<C>(compareCandidates),
  };

  constructor(rank: AppRank) {
    this.rank = rank;
  }

  of(action: Action): Sorted<C> {
    return this.#lists[action];
  }

  all(): Sorted<C> {
    return this.#lists.both;
  }
}
