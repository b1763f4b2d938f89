import type { TraceEntry, Tracer } from '../engine/trace.ts';
import { digestOf } from './digest.ts';

/** Every event, effect, notice and commit of a world, and what was done to it, in order. */
export interface Trace {
  readonly entries: readonly TraceEntry[];
  readonly add: (entry: TraceEntry) => void;
  /** One line an entry; equal worlds give equal text. */
  text(): string;
  /** 16 hex digits for `text()`: equal on every machine, in Node and in browsers. For comparing, not for secrets. */
  digest(): string;
}

/** @param onEntry  is shown each entry as it is made. */
export function createTrace(onEntry: Tracer = () => {}): Trace {
  const entries: TraceEntry[] = [];
  const text = () => entries.map(lineOf).join('\n');
  return {
    entries,
    add: (entry) => {
      entries.push(entry);
      onEntry(entry);
    },
    text,
    digest: () => digestOf(text()),
  };
}

function lineOf({ atMs, kind, name, of, from, to, note }: TraceEntry): string {
  const subject = of === '' ? '' : ` ${of}`;
  const way = from === undefined ? '' : ` ${from} → ${to}`;
  return `${atMs} ${kind} ${name}${subject}${way}${note === undefined ? '' : ` (${note})`}`;
}
