import type { CommitStep } from '../adapters/store/memory.ts';
import type { Clock, Timer } from '../ports/clock.ts';
import { type Files, FileTrouble } from '../ports/files.ts';
import type { Transport } from '../ports/transport.ts';

/** Thrown to whoever made the call in which the power was cut: nobody is left to answer it. */
export class PowerCut extends Error {
  override readonly name = 'PowerCut';

  constructor(step: CommitStep, commit: number) {
    super(`the power was cut ${step} commit ${commit}`);
  }
}

/** Runs `act`, which a power cut may end. */
export function untilPowerCut(act: () => void): void {
  try {
    act();
  } catch (thrown) {
    if (!(thrown instanceof PowerCut)) throw thrown;
  }
}

/**
 * One process of a world. Once it is killed nothing reaches it any more: none of its timers rings, no transfer reports.
 * And it reaches nothing: what it asks of the disk then does not happen.
 */
export class Process {
  /** Time as the process knows it. */
  readonly clock: Clock;
  readonly #timers = new Set<Timer>();
  #alive = true;

  constructor(clock: Clock) {
    this.clock = {
      now: () => clock.now(),
      elapsed: () => clock.elapsed(),
      after: (delayMs, ring, options) => {
        if (!this.#alive) return { cancel: () => {} };
        const timer = clock.after(
          delayMs,
          () => {
            this.#timers.delete(timer);
            untilPowerCut(ring);
          },
          options,
        );
        this.#timers.add(timer);
        return {
          cancel: () => {
            this.#timers.delete(timer);
            timer.cancel();
          },
        };
      },
    };
  }

  /** A transport that the process uses. */
  carry(transport: Transport): Transport {
    return {
      open: (job, report) =>
        transport.open(job, (event) => {
          if (this.#alive) untilPowerCut(() => report(event));
        }),
      close: () => transport.close(),
    };
  }

  /** A disk that the process uses. */
  reach(files: Files): Files {
    const whileAlive = <T>(act: () => T): T => {
      if (!this.#alive) throw new FileTrouble('io', goneText);
      return act();
    };
    return {
      look: (path) => (this.#alive ? files.look(path) : { kind: 'blocked', detail: goneText }),
      realPath: (path) => files.realPath(path),
      touch: (path) => whileAlive(() => files.touch(path)),
      truncate: (path) => whileAlive(() => files.truncate(path)),
      unlink: (path) => whileAlive(() => files.unlink(path)),
      writer: async (path, offset) => whileAlive(() => files.writer(path, offset)),
      reader: (path, from, to) => files.reader(path, from, to),
    };
  }

  get isAlive(): boolean {
    return this.#alive;
  }

  kill(): void {
    this.#alive = false;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }
}

const goneText = 'the process is gone';
