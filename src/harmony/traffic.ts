import type { Transport } from '../ports/transport.ts';

/** Bytes that a packet carries, and those of its headers. */
const segmentBytes = 1460;
const headerBytes = 40;

/**
 * What the app has received and sent since the start, in bytes, counted as a network counts them: with the headers of
 * the packets, and with the acknowledgements that go the other way. Both numbers grow while anything moves.
 */
export class Traffic {
  #rxBytes = 0;
  #txBytes = 0;

  get rxBytes(): number {
    return this.#rxBytes;
  }

  get txBytes(): number {
    return this.#txBytes;
  }

  received(bytes: number): void {
    this.#rxBytes += bytes + framing(bytes);
    this.#txBytes += framing(bytes);
  }

  sent(bytes: number): void {
    this.#txBytes += bytes + framing(bytes);
    this.#rxBytes += framing(bytes);
  }

  /** The same transport, its bytes counted as it reports them. */
  over(transport: Transport): Transport {
    return {
      open: (job, report) => {
        let told = { index: 0, bytes: 0 };
        return transport.open(job, (event) => {
          // What was on disk before is not received again.
          if (event.type === 'responded' && event.body !== null) told = { index: 0, bytes: event.body.offset };
          if (event.type === 'received') {
            const bytes = event.bytes - (event.index === told.index ? told.bytes : 0);
            told = event;
            if (job.kind === 'download') this.received(bytes);
            else this.sent(bytes);
          }
          report(event);
        });
      },
      close: () => transport.close(),
    };
  }
}

function framing(bytes: number): number {
  return Math.ceil(bytes / segmentBytes) * headerBytes;
}
