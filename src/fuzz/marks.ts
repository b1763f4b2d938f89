import type { TraceEntry } from '../engine/trace.ts';
import { digestOf } from '../sim/digest.ts';
import { createTrace } from '../sim/trace.ts';

/** What is kept of a trace, to say later where another one leaves it. */
export interface Marks {
  /** How many entries there were. */
  readonly entries: number;
  /** Entries that one mark stands for: 1, unless the trace is long. */
  readonly every: number;
  /** Four hex digits a mark. */
  readonly digits: string;
}

/** Where a trace first leaves the one that was marked. */
export interface Difference {
  /** The entry, from 1; the first of `within`, if a mark stands for several. */
  readonly entry: number;
  readonly within: number;
  /** What stood there; null when only its mark is known, and when nothing stood there. */
  readonly expected: string | null;
  /** What stands there now; null for nothing: the trace ends before it. */
  readonly found: string | null;
}

/** So a token stays a line that one can paste: four digits a mark fold to a little less than three letters. */
const marksMax = 160;

/** The entries as text, without the date of the world. */
export function linesOf(trace: readonly TraceEntry[]): string[] {
  const startMs = trace[0]?.atMs ?? 0;
  return trace.map((entry) => {
    const one = createTrace();
    one.add({ ...entry, atMs: entry.atMs - startMs });
    return one.text();
  });
}

export function marksOf(lines: readonly string[]): Marks {
  const every = Math.max(1, Math.ceil(lines.length / marksMax));
  return { entries: lines.length, every, digits: groupsOf(lines, every).map(markOf).join('') };
}

/** @param expected  the lines that were marked, from the first, as many as are known. */
export function differenceOf(marks: Marks, expected: readonly string[], lines: readonly string[]): Difference | null {
  const groups = groupsOf(lines, marks.every);
  const count = Math.max(groups.length, marks.digits.length / 4);
  for (let at = 0; at < count; at++) {
    const group = groups[at] ?? [];
    if (group.length > 0 && markOf(group) === marks.digits.slice(at * 4, at * 4 + 4)) continue;
    const first = at * marks.every;
    const last = Math.max(0, Math.min(first + marks.every, Math.max(marks.entries, lines.length)) - 1);
    for (let entry = first; entry <= last; entry++) {
      const line = expected[entry];
      if (line !== undefined && line === lines[entry]) continue;
      const isKnown = line !== undefined || entry >= marks.entries;
      return {
        entry: entry + 1,
        within: isKnown ? 1 : last - entry + 1,
        expected: line ?? null,
        found: lines[entry] ?? null,
      };
    }
  }
  return null;
}

function groupsOf(lines: readonly string[], every: number): (readonly string[])[] {
  return Array.from({ length: Math.ceil(lines.length / every) }, (_, at) => lines.slice(at * every, (at + 1) * every));
}

function markOf(group: readonly string[]): string {
  return digestOf(group.join('\n')).slice(0, 4);
}
