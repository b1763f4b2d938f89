import type { Clock } from '../ports/clock.ts';
import type { Transport } from '../ports/transport.ts';

/** One process of a world. Once it is killed nothing reaches it any more: none of its timers rings, no transfer reports. */
export class Process {
  /** Time as the process knows it. */
  readonly clock: Clock;
  #alive = true;

  constructor(clock: Clock) {
    this.clock = {
      now: () => clock.now(),
      elapsed: () => clock.elapsed(),
      after: (delayMs, ring, options) =>
        clock.after(
          delayMs,
          () => {
            if (this.#alive) ring();
          },
          options,
        ),
    };
  }

  /** A transport that the process uses. */
  carry(transport: Transport): Transport {
    return {
      open: (job, report) =>
        transport.open(job, (event) => {
          if (this.#alive) report(event);
        }),
      close: () => transport.close(),
    };
  }

  kill(): void {
    this.#alive = false;
  }
}
