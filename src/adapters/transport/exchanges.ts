import type { Transport } from '../../ports/transport.ts';
import { Exchange, type Means } from './exchange.ts';

/** A transport over a carrier; `closeCarrier` is called once no exchange uses it any more. */
export function createTransport(means: Means, closeCarrier: () => Promise<void>): Transport {
  const open = new Set<Exchange>();
  let closing: Promise<void> | null = null;

  const close = async () => {
    for (const exchange of open) exchange.cancel();
    await Promise.all([...open].map((exchange) => exchange.ended));
    await closeCarrier();
  };

  return {
    open(job, report) {
      // A task that is removed may be followed by one with the same target: they do not write to it at once.
      const before = [...open].filter((exchange) => exchange.leaves(job)).map((exchange) => exchange.ended);
      const exchange = new Exchange(job, report, means, Promise.all(before));
      open.add(exchange);
      exchange.ended.finally(() => open.delete(exchange));
      if (closing !== null) exchange.cancel();
      return exchange;
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}
