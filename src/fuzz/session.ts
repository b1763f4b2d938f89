import { InvariantError } from './invariant-error.ts';
import { readyInvariants } from './ready.ts';
import { Run } from './run.ts';
import { heal, perform } from './steps.ts';
import type { Broken, Client, Invariant, RunView, Script, Step, StoryLine } from './types.ts';

/** How long the world goes on, with all well, for what is under way to end. */
const calmMsMax = 120_000;
/** Longer than the service waits after it has started. */
const calmMsMin = 15_000;

export interface SessionOptions {
  /** All that are ready, unless told. */
  readonly invariants?: readonly Invariant[];
  /** Is a story wanted? It costs time. Yes, unless told. */
  readonly tells?: boolean;
}

let lastClosed: Promise<void> = Promise.resolve();

/**
 * A client in a world, step by step. While it is open, time and chance of the whole realm are the world's: sessions take
 * turns, and each has to be closed.
 */
export class Session {
  readonly run: Run;
  readonly #invariants: readonly Invariant[];
  readonly #free: () => void;

  private constructor(run: Run, invariants: readonly Invariant[], free: () => void) {
    this.run = run;
    this.#invariants = invariants;
    this.#free = free;
  }

  /** @param script  its steps are not done. @returns once the one before is closed, and the client has begun. */
  static async open(client: Client, script: Script, options: SessionOptions = {}): Promise<Session> {
    const before = lastClosed;
    let free = () => {};
    lastClosed = new Promise((resolve) => {
      free = resolve;
    });
    await before;
    try {
      const run = new Run(client, script, options.tells ?? true);
      const session = new Session(run, options.invariants ?? readyInvariants, free);
      run.launch();
      await run.world.run(0);
      return session;
    } catch (error) {
      free();
      throw error;
    }
  }

  get view(): RunView {
    return this.run;
  }

  get story(): readonly StoryLine[] {
    return this.run.journal.story;
  }

  /**
   * What is broken now; null for nothing.
   * @throws InvariantError: an invariant that is not one of the ready ones throws.
   */
  broken(): Broken | null {
    const { run } = this;
    if (run.limit !== null) return { invariant: 'limits', message: run.limit, atStep: run.atStep };
    for (const invariant of this.#invariants) {
      const { name } = invariant;
      const message = asked(invariant, run);
      if (message !== null) return { invariant: name, message, atStep: run.atStep };
    }
    return null;
  }

  async do(step: Step): Promise<void> {
    this.run.atStep += 1;
    await perform(step, this.run);
  }

  /** All that was wrong is right again, and time passes until nothing more happens. */
  async end(): Promise<void> {
    const { run } = this;
    const { clock } = run.world;
    run.journal.tell('step', () => 'all is well again, and time passes');
    heal(run);
    await run.world.run(calmMsMin);
    await clock.runUntil(() => clock.pending === clock.pendingIdle || run.limit !== null, calmMsMax);
    run.atStep += 1;
    run.ended = true;
  }

  close(): void {
    this.run.close();
    this.#free();
  }
}

/** Ours never throw, unless we have a bug. */
function asked({ name, check }: Invariant, run: Run): string | null {
  try {
    return check(run);
  } catch (thrown) {
    if (readyInvariants.some((ready) => ready.name === name)) throw thrown;
    throw new InvariantError({ invariant: name, thrown, atStep: run.atStep });
  }
}
