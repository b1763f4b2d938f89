/** Time, as the engine knows it. Nothing in the core reads any other clock. */
export interface Clock {
  /** Wall time in ms since the epoch. May jump, forwards or backwards, when somebody sets the clock. */
  now(): number;

  /** Ms since some fixed instant; never jumps and never goes back. For measuring how long something took. */
  elapsed(): number;

  /**
   * Rings once, after at least `delayMs`.
   * Promise: never before `after` returns; timers due at the same instant ring in the order they were set.
   *
   * @param delayMs  0 or more, of any length; 0 means after all that is already due.
   * @returns        cancel: the bell will not ring any more; calling it twice, or after the ring, does nothing.
   */
  after(delayMs: number, ring: () => void, options?: TimerOptions): Timer;
}

export interface TimerOptions {
  /** Housekeeping: a process with nothing else to do may end without waiting for it. */
  readonly idle?: boolean;
}

export interface Timer {
  cancel(): void;
}
