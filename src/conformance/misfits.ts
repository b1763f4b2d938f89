import type { Entry, EntryOf, Log } from './log.ts';

/** An entry that is well formed by itself, and does not go with the rest of its log. */
export interface Misfit {
  /** Of the entry, counted from 0. */
  readonly at: number;
  readonly member: string;
  /** What is wrong, and what is legal. */
  readonly says: string;
}

/** The first entry that nobody can have recorded so, whatever the machines allow; null when there is none. */
export function misfitOf(log: Log): Misfit | null {
  const found = [strayTime(log), strayAnswer(log), strayTask(log)].filter((each) => each !== null);
  return found.sort((a, b) => a.at - b.at)[0] ?? null;
}

/** Entries stand in the order in which they happened; only the wall clock may be set back. */
function strayTime({ entries }: Log): Misfit | null {
  let setByMs = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const [at, entry] of entries.entries()) {
    const before = entry.atMs - setByMs;
    if (isClock(entry)) setByMs += entry.byMs;
    // Whoever sets the clock may note it by the old time or by the new one.
    const readings = [before, entry.atMs - setByMs].filter((ms) => ms >= lastMs);
    if (readings.length === 0) {
      const says = `${entry.atMs} is before the ${lastMs + setByMs} of an entry above; legal: no less, unless { kind: "world", what: "clock", byMs } says that the clock was set`;
      return { at, member: 'atMs', says };
    }
    lastMs = Math.min(...readings);
  }
  return null;
}

function isClock(entry: Entry): entry is Extract<Entry, { what: 'clock' }> {
  return entry.kind === 'world' && entry.what === 'clock';
}

/** Each call has an id of its own, and is answered once, after it was made. */
function strayAnswer({ entries }: Log): Misfit | null {
  const made = new Set<number>();
  const answered = new Set<number>();
  for (const [at, entry] of entries.entries()) {
    if (entry.kind === 'call' && entry.id !== undefined) {
      const { id } = entry;
      if (made.has(id)) {
        return { at, member: 'id', says: `a call above has the id ${id} already; legal: one that no other call has` };
      }
      made.add(id);
    }
    if (entry.kind !== 'answer') continue;
    const { to } = entry;
    if (!made.has(to)) return { at, member: 'to', says: `no call above has the id ${to}; legal: the id of one` };
    if (answered.has(to)) {
      return { at, member: 'to', says: `an entry above answers the call ${to} already; legal: one answer to each` };
    }
    answered.add(to);
  }
  return null;
}

/** Each create that was accepted names a task of its own. */
function strayTask(log: Log): Misfit | null {
  const known = new Set((log.tasks ?? []).map(({ tid }) => tid));
  const creates = new Set(log.entries.flatMap((each) => (isCreate(each) && each.id !== undefined ? [each.id] : [])));
  for (const [at, entry] of log.entries.entries()) {
    const isAnswer = entry.kind === 'answer' && creates.has(entry.to);
    if (!isAnswer && !(isCreate(entry) && entry.id === undefined)) continue;
    if (entry.code !== undefined) continue;
    const { tid } = entry;
    if (tid === undefined) {
      const says = `an accepted create names its task here, not in \`result\`; legal: "tid": the id of the task`;
      return { at, member: 'tid', says };
    }
    if (known.has(tid)) {
      const says = `there is a task ${tid} already, from a create above or \`tasks\`; legal: an id that no other task has`;
      return { at, member: 'tid', says };
    }
    known.add(tid);
  }
  return null;
}

function isCreate(entry: Entry): entry is EntryOf<'call'> {
  return entry.kind === 'call' && entry.call === 'create';
}
