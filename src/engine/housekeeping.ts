import { lifetimeMs, retentionMs } from '../../machines/task.ts';
import type { Clock, Timer } from '../ports/clock.ts';
import type { Live, LiveTask } from './live.ts';

/** How long the engine must have been idle before it collects, and how often it does so while idle, ms. */
const idleMs = 30_000;
/** How often runs are held against the greatest age of a task, ms. */
const sweepPeriodMs = 1_800_000;
/** Records that one pass collects. @source harmony-request.md 5.5 */
export const collectedMax = 10_000;

export interface Housekept {
  readonly live: Live;
  readonly clock: Clock;
  /** Collects what is due. */
  collect(): void;
  /** Stops the runs of these tasks. */
  outlive(tasks: readonly LiveTask[]): void;
}

/**
 * The periodic clean-up and the sweep. Timers are armed only while there is something for them to find, and never keep
 * a process alive.
 * @source harmony-request.md 5.4, 5.5
 */
export class Housekeeping {
  readonly #kept: Housekept;
  #idleSinceMs: number;
  #collection: Timer | null = null;
  #collectsAtMs = 0;
  #sweep: Timer | null = null;

  constructor(kept: Housekept) {
    this.#kept = kept;
    this.#idleSinceMs = kept.clock.elapsed();
  }

  /** Something happened: idleness starts anew. */
  stirred(): void {
    const { live, clock } = this.#kept;
    this.#idleSinceMs = clock.elapsed();
    // What was just removed does not wait for a pass that is due when older records are.
    const isLate = this.#collection === null || this.#collectsAtMs > this.#idleSinceMs + idleMs;
    if (isLate && hasRecords(live)) this.#arm(idleMs);
    this.#armSweep();
  }

  stop(): void {
    this.#collection?.cancel();
    this.#sweep?.cancel();
  }

  /** The tasks that the clean-up should ask, those that rest longest first; each chart answers for itself. */
  *due(): Iterable<{ readonly task: LiveTask; readonly ageMs: number }> {
    const { live, clock } = this.#kept;
    const nowMs = clock.now();
    for (const [shelf, keptMs] of keeping) {
      for (const task of live.shelves[shelf]) {
        const ageMs = nowMs - task.life.mtimeMs;
        if (ageMs <= keptMs && shelf !== 'removed') break;
        yield { task, ageMs };
      }
    }
  }

  /** Instead of what is armed: a pass that collects something stirs, and so arms the next one before it ends. */
  #arm(delayMs: number): void {
    this.#collection?.cancel();
    this.#collectsAtMs = this.#kept.clock.elapsed() + delayMs;
    this.#collection = this.#kept.clock.after(delayMs, () => this.#collectOnce(), { idle: true });
  }

  #collectOnce(): void {
    const { live, clock } = this.#kept;
    this.#collection = null;
    const idleForMs = clock.elapsed() - this.#idleSinceMs;
    // A run that ends stirs again, so there is nothing to wait for here.
    if (live.running.size > 0) return;
    if (idleForMs < idleMs) return this.#arm(idleMs - idleForMs);
    this.#kept.collect();
    const dueInMs = untilDue(live, clock.now());
    // Capped, because the wall clock may jump while the timer's does not.
    if (dueInMs < Infinity) this.#arm(Math.min(Math.max(dueInMs, idleMs), sweepPeriodMs));
  }

  #armSweep(): void {
    const { live, clock } = this.#kept;
    if (this.#sweep !== null || live.running.size === 0) return;
    this.#sweep = clock.after(sweepPeriodMs, () => this.#sweepOnce(), { idle: true });
  }

  #sweepOnce(): void {
    const { live, clock } = this.#kept;
    this.#sweep = null;
    const nowMs = clock.now();
    const outlived = [...live.running].filter(({ record }) => nowMs - record.ctimeMs > lifetimeMs);
    if (outlived.length > 0) this.#kept.outlive(outlived);
    this.#armSweep();
  }
}

const keeping = [
  ['removed', 0],
  ['completed', retentionMs.completed],
  ['other', retentionMs.other],
] as const;

function hasRecords({ shelves }: Live): boolean {
  return shelves.removed.size > 0 || shelves.completed.size > 0 || shelves.other.size > 0;
}

/** Ms until the first record is due; Infinity when there are none. */
function untilDue({ shelves }: Live, nowMs: number): number {
  const duesMs = keeping.map(([shelf, keptMs]) => {
    const [oldest] = shelves[shelf];
    return oldest === undefined ? Infinity : oldest.life.mtimeMs + keptMs - nowMs;
  });
  return Math.min(...duesMs);
}
