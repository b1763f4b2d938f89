import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkLog, type LogEntryInput, type LogInput } from '../../src/conformance/index.ts';
import { anyMove } from '../../src/fuzz/engine/arbitraries.ts';
import type { Draft } from '../../src/fuzz/engine/model-task.ts';
import { bothRules } from '../support/worlds.ts';
import { Recording } from './recorded.ts';

/** Another seed, or more runs: SEED=7 RUNS=1000. A failure prints its seed, too. */
const seed = Number(process.env.SEED ?? 20_261_121);
const numRuns = Number(process.env.RUNS ?? 150);

const draft: Draft = {
  action: 'download',
  mode: 'background',
  network: 'any',
  metered: false,
  roaming: false,
  retry: true,
  priority: 0,
  token: null,
  empty: false,
  server: 'stalls',
};
const moves = fc.array(anyMove, { maxLength: 40, size: 'max' });

type Event = Extract<LogEntryInput, { kind: 'event' }>;
type Call = Extract<LogEntryInput, { kind: 'call' }>;

function withEntries(log: LogInput, entries: readonly LogEntryInput[]): LogInput {
  return { ...log, entries: [...entries] };
}

/** Where in a log something of a kind is. */
function placesOf(log: LogInput, isMeant: (entry: LogEntryInput) => boolean): readonly number[] {
  return log.entries.flatMap((entry, at) => (isMeant(entry) ? [at] : []));
}

describe.each(bothRules)(`by the rules of %s (seed ${seed})`, (rules) => {
  it('every log of a world conforms to its own rule set', async () => {
    await fc.assert(
      fc.asyncProperty(moves, async (played) => {
        const log = await new Recording(rules).play(played);

        expect(checkLog(log)).toMatchObject({ violation: null, lost: [] });
      }),
      { seed, numRuns },
    );
  });

  it('a log that was tampered with where the machines can know is found out', async () => {
    const lively = fc.record({ played: moves, pick: fc.nat() });
    const found = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(lively, async ({ played, pick }) => {
        const log = await new Recording(rules).play([
          { do: 'launch', app: 'first', draft: { ...draft, server: 'denies' } },
          { do: 'pass', ms: 1_003 },
          { do: 'show', app: 'first', task: 0 },
          { do: 'show', app: 'first', task: 0 },
          ...played,
        ]);
        for (const [name, { isMeant, tampered }] of Object.entries(tamperings)) {
          const places = placesOf(log, isMeant);
          const at = places[pick % Math.max(1, places.length)];
          if (at === undefined) continue;
          found.set(name, (found.get(name) ?? 0) + 1);
          const { violation } = checkLog(withEntries(log, tampered(log.entries, at)));
          expect(violation, `${name} at ${at + 1}: ${JSON.stringify(log.entries[at])}`).not.toBeNull();
          expect(violation?.step).toBeGreaterThanOrEqual(at);
        }
      }),
      { seed, numRuns: Math.ceil(numRuns / 6) },
    );
    expect([...found.keys()].sort()).toEqual(Object.keys(tamperings).sort());
  });
});

it('what a log of a device shows that the book does not allow, is named', async () => {
  let named = 0;
  await fc.assert(
    fc.asyncProperty(moves, async (played) => {
      const log = await new Recording('device').play([{ do: 'launch', app: 'first', draft }, ...played]);

      const { conforms, other } = checkLog(log, 'documented');

      expect([conforms, other?.allows, other?.conforms]).toEqual([false, true, true]);
      expect(other?.differences.length).toBeGreaterThan(0);
      named += 1;
    }),
    { seed, numRuns: Math.ceil(numRuns / 6) },
  );
  expect(named).toBeGreaterThan(0);
});

interface Tampering {
  readonly isMeant: (entry: LogEntryInput) => boolean;
  readonly tampered: (entries: readonly LogEntryInput[], at: number) => readonly LogEntryInput[];
}

const isEvent = (entry: LogEntryInput, ...names: readonly string[]): entry is Event =>
  entry.kind === 'event' && names.includes(entry.event);
const isAnswered = (entry: LogEntryInput, ...calls: readonly string[]): entry is Call =>
  entry.kind === 'call' && entry.id === undefined && calls.includes(entry.call);

const changed =
  (change: (entry: never) => object): Tampering['tampered'] =>
  (entries, at) =>
    entries.map((entry, place) => (place === at ? ({ ...entry, ...change(entry as never) } as LogEntryInput) : entry));

/** What cannot have been, whatever else happened. */
const tamperings: Readonly<Record<string, Tampering>> = {
  'a refusal of what every state allows': {
    isMeant: (entry) => isAnswered(entry, 'show') && entry.code === undefined,
    tampered: changed(() => ({ code: 21900005 })),
  },
  'another state than that of the event': {
    isMeant: (entry) => isEvent(entry, 'completed', 'failed', 'pause', 'resume', 'remove'),
    tampered: changed(({ payload }: Event) => ({ payload: { ...(payload as object), state: 0x20 } })),
  },
  'a failure that is not told, though its fault is': {
    isMeant: (entry) => isEvent(entry, 'failed'),
    tampered: (entries, at) => {
      // A device may tell the fault first, so there it takes the deadline to know.
      const [, fault] = entries.slice(at, at + 2);
      const lateMs = (fault?.atMs ?? 0) + 3_600_000;
      return [
        ...entries.slice(0, at),
        ...(fault === undefined ? [] : [fault]),
        { atMs: lateMs, kind: 'world', what: 'network', link: null },
      ];
    },
  },
  'an event of a removed task': {
    isMeant: (entry) => isEvent(entry, 'remove'),
    tampered: (entries, at) => {
      const removal = entries[at] as Event;
      return [...entries.slice(0, at + 1), { ...removal, event: 'pause', payload: undefined } as Event];
    },
  },
};
