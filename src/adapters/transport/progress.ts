import type { Clock, Timer } from '../../ports/clock.ts';
import type { TransferReport } from '../../ports/transport.ts';

/** At most one `received` in this time, and the last of each file. */
const reportIntervalMs = 50;

/** Tells how many bytes of which file have moved. */
export class Progress {
  readonly #clock: Clock;
  readonly #report: (event: TransferReport) => void;
  #index = 0;
  #bytes = 0;
  #late: Timer | null = null;
  #toldIndex = -1;
  #toldBytes = 0;
  #toldAtMs = -Infinity;

  constructor(clock: Clock, report: (event: TransferReport) => void) {
    this.#clock = clock;
    this.#report = report;
  }

  /** Bytes of the last file that was told of. */
  get told(): number {
    return this.#toldBytes;
  }

  /** Tells the count now, or later when one was told just now: a body that stalls does not keep it back. */
  note(index: number, bytes: number): void {
    this.#index = index;
    this.#bytes = bytes;
    const waitMs = this.#toldAtMs + reportIntervalMs - this.#clock.elapsed();
    if (waitMs <= 0) this.tell(index, bytes);
    else this.#late ??= this.#clock.after(waitMs, () => this.tell(this.#index, this.#bytes));
  }

  /** Tells the count now. A body that is sent again after a redirect does not count back. */
  tell(index: number, bytes: number): void {
    this.stop();
    if (index < this.#toldIndex || (index === this.#toldIndex && bytes <= this.#toldBytes)) return;
    this.#toldIndex = index;
    this.#toldBytes = bytes;
    this.#toldAtMs = this.#clock.elapsed();
    this.#report({ type: 'received', index, bytes });
  }

  /** What was to be told later is not. */
  stop(): void {
    this.#late?.cancel();
    this.#late = null;
  }
}
