const seatsMax = 64;
const seatsOfHostMax = 6;

/** A place among the connections, or in the queue for one. */
export interface Seat {
  /** Resolves when there is a connection to use; never, when the seat was left before. */
  readonly taken: Promise<void>;
  leave(): void;
}

/** How many downloads may be connected at once, in all and to one host; the others wait in order. @source cache-download.md A.1.2 */
export class Seats {
  readonly #taken = new Map<symbol, string>();
  readonly #queue = new Map<symbol, { readonly host: string; readonly sit: () => void }>();

  take(host: string): Seat {
    const seat = Symbol(host);
    const taken = new Promise<void>((resolve) => {
      this.#queue.set(seat, { host, sit: resolve });
    });
    this.#fill();
    return {
      taken,
      leave: () => {
        this.#queue.delete(seat);
        if (this.#taken.delete(seat)) this.#fill();
      },
    };
  }

  #fill(): void {
    for (const [seat, { host, sit }] of this.#queue) {
      if (this.#taken.size >= seatsMax) return;
      if ([...this.#taken.values()].filter((other) => other === host).length >= seatsOfHostMax) continue;
      this.#queue.delete(seat);
      this.#taken.set(seat, host);
      sit();
    }
  }
}
