import type { State } from '../../machines/vocabulary.ts';
import type { Change } from '../ports/store.ts';

/**
 * One line of what an engine did, as plain data: an event that a chart took, an effect that was performed, a notice that
 * was told, a commit that became durable, a call that was refused; and, between them, what a simulated world did to it.
 * Equal seed, equal trace.
 */
export interface TraceEntry {
  /** Ms since the epoch, by the engine's clock. */
  readonly atMs: number;
  readonly kind: 'event' | 'effect' | 'notice' | 'commit' | 'refused' | 'world';
  /** Such as `start`, `exchange.open`, `progress`. */
  readonly name: string;
  /** The task, app, or account it concerns; empty for the engine itself. */
  readonly of: string;
  /** States of the chart before and after an event. */
  readonly from?: State | (string & {});
  readonly to?: State | (string & {});
  /** What else is worth knowing: counts, codes, reasons. */
  readonly note?: string;
}

export type Tracer = (entry: TraceEntry) => void;

/** Whom a change of the store concerns. */
export function subjectOf(change: Change): string {
  if (change.type === 'task.created') return change.record.tid;
  if (change.type === 'group.put') return `group ${change.group.gid}`;
  return change.type === 'group.forgotten' ? `group ${change.gid}` : change.tid;
}
