import type { TraceEntry } from '../engine/trace.ts';

/** Every event, effect, notice and commit of a world, in order. */
export interface Trace {
  readonly entries: readonly TraceEntry[];
  readonly add: (entry: TraceEntry) => void;
  /** One line an entry; equal worlds give equal text. */
  text(): string;
}

export function createTrace(): Trace {
  const entries: TraceEntry[] = [];
  return {
    entries,
    add: (entry) => entries.push(entry),
    text: () => entries.map(lineOf).join('\n'),
  };
}

function lineOf({ atMs, kind, name, of, from, to, note }: TraceEntry): string {
  const way = from === undefined ? '' : ` ${from} → ${to}`;
  return `${atMs} ${kind} ${name} ${of}${way}${note === undefined ? '' : ` (${note})`}`;
}
