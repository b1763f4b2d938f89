/** Over how long a rate is averaged, ms. */
const windowMs = 4_000;

/** How fast bytes move, over the last few seconds. */
export class Meter {
  readonly #samples: { readonly atMs: number; readonly bytes: number }[] = [];

  /** @returns bytes per second. */
  rate(bytes: number, atMs: number): number {
    const last = this.#samples.at(-1);
    // Less than before: the transfer began anew.
    if (last !== undefined && bytes < last.bytes) this.#samples.length = 0;
    this.#samples.push({ atMs, bytes });
    while (this.#samples.length > 2 && (this.#samples[0]?.atMs ?? 0) < atMs - windowMs) this.#samples.shift();
    const first = this.#samples[0];
    if (first === undefined || atMs - first.atMs < 250) return 0;
    return ((bytes - first.bytes) / (atMs - first.atMs)) * 1000;
  }
}
