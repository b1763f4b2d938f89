import type { Plan } from './arguments.ts';
import { Attempt, type AttemptMeans, networkInfo, type Outcome } from './attempt.ts';
import type { Cache } from './cache.ts';
import { rule } from './differences.ts';
import { errorOf, errorOfStatus, isSuccess } from './failure.ts';
import type { Reservation } from './shelf.ts';
import type { DownloadError, DownloadInfo } from './types.ts';

export type End =
  /** `body` is null when it is longer than what can be cached. */
  | { readonly type: 'received'; readonly body: Uint8Array | null }
  | { readonly type: 'failed'; readonly error: DownloadError }
  | { readonly type: 'cancelled' };

export interface DownloadMeans extends Pick<AttemptMeans, 'device' | 'seats'> {
  readonly cache: Cache;
  /** Told of each attempt that has come to an end of its own. */
  readonly onInfo: (info: DownloadInfo) => void;
}

const lookEveryMs = 1_000;

/** One URL from its first attempt to its last. @source cache-download.md A.3.1, A.4 */
export class Download {
  readonly ended: Promise<End>;
  readonly #plan: Plan;
  readonly #means: DownloadMeans;
  #attempt: Attempt | null = null;
  /** Bytes of earlier attempts. */
  #earlierBytes = 0;
  /** What is aborted next begins anew, and costs no retry. */
  #beginsAnew = false;
  #isCancelled = false;
  #wake: () => void = () => {};

  constructor(plan: Plan, means: DownloadMeans) {
    this.#plan = plan;
    this.#means = means;
    this.ended = this.#run();
  }

  /** @returns whether it ends by that. */
  cancel(): boolean {
    if (!rule(this.#rules, 'alwaysCancel')) {
      if (this.#attempt === null) return false;
      if (this.#beginsAnew) {
        this.#attempt.abort();
        return false;
      }
    }
    this.stop();
    return true;
  }

  /** Ends it, whatever it does. */
  stop(): void {
    this.#isCancelled = true;
    this.#beginsAnew = false;
    this.#attempt?.abort();
    this.#wake();
  }

  /** The link is another one. */
  linkChanged(): void {
    if (!this.#means.device.link.isOnline) this.#attempt?.stall();
    else if (rule(this.#rules, 'restartAll') || this.#attempt?.isStalled === true) {
      this.#beginsAnew = true;
      this.#attempt?.abort();
    }
  }

  async #run(): Promise<End> {
    for (let tries = 0; ; ) {
      const outcome = await this.#try();
      if (outcome.type === 'aborted') return { type: 'cancelled' };
      if (outcome.type === 'answered') {
        const { status, body } = outcome;
        if (isSuccess(status, this.#rules)) return { type: 'received', body };
        return { type: 'failed', error: errorOfStatus(status, this.#rules) };
      }
      const next = await this.#nextTry(tries);
      if (this.#isCancelled) return { type: 'cancelled' };
      if (next === null) return { type: 'failed', error: errorOf(outcome.failure, this.#rules) };
      tries = next;
    }
  }

  async #try(): Promise<Outcome> {
    const { device, seats, cache } = this.#means;
    for (;;) {
      let reservation: Reservation | null = null;
      const attempt = new Attempt(this.#plan, {
        device,
        seats,
        onBody: (status, announced) => {
          if (isSuccess(status, this.#rules)) reservation = cache.reserve(announced);
        },
      });
      this.#attempt = attempt;
      const outcome = await attempt.outcome;
      this.#attempt = null;
      (reservation as Reservation | null)?.release();
      if (outcome.type !== 'aborted') this.#means.onInfo(attempt.info(this.#sizeOf(outcome, attempt.bytes)));
      this.#earlierBytes += attempt.bytes;
      if (outcome.type !== 'aborted' || !this.#beginsAnew) return outcome;
      this.#beginsAnew = false;
    }
  }

  #sizeOf(outcome: Outcome, bytes: number): number {
    if (!rule(this.#rules, 'hideFailedSize')) return this.#earlierBytes + bytes;
    return outcome.type === 'answered' && isSuccess(outcome.status, this.#rules) ? bytes : -1;
  }

  /** Waits for a network where there is none. @returns the retries used with the next attempt; null when there is none. */
  async #nextTry(tries: number): Promise<number | null> {
    const { retriesMax, networkWaitS } = this.#plan;
    if (tries >= retriesMax) return null;
    if (this.#seesNetwork()) return tries + 1;
    if (networkWaitS === 0) return null;
    for (let used = tries; used < retriesMax; used++) {
      for (let waitedS = 0; waitedS < networkWaitS; waitedS++) {
        await this.#rest();
        if (this.#isCancelled) return null;
        if (this.#seesNetwork()) return used + 1;
      }
    }
    return null;
  }

  /** Without the permission to look, there is none. */
  #seesNetwork(): boolean {
    const { link, permissions } = this.#means.device;
    return link.isOnline && permissions.has(networkInfo);
  }

  #rest(): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#means.device.clock.after(lookEveryMs, resolve);
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  get #rules() {
    return this.#means.device.engine.rules;
  }
}
