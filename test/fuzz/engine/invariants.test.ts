import { describe, expect, it } from 'vitest';
import type { TraceEntry } from '../../../src/engine/trace.ts';
import { type Move, playAll } from '../../../src/fuzz/engine/commands.ts';
import {
  acknowledgedMeansStored,
  brokenIn,
  eventsInOrder,
  quotaKept,
  silentAfterRemove,
  slotsKept,
  statesAlongEdges,
  transferOnlyWhileRunning,
} from '../../../src/fuzz/engine/invariants.ts';
import type { Draft } from '../../../src/fuzz/engine/model-task.ts';

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
/** One task is paused and removed, one fails, one goes on. */
const moves: readonly Move[] = [
  { do: 'launch', app: 'first', draft },
  { do: 'pass', ms: 1_003 },
  { do: 'pause', task: 0 },
  { do: 'pass', ms: 7 },
  { do: 'remove', app: 'first', task: 0 },
  { do: 'launch', app: 'second', draft: { ...draft, server: 'denies' } },
  { do: 'pass', ms: 1_003 },
  { do: 'restart' },
  { do: 'launch', app: 'second', draft },
  { do: 'pass', ms: 1_003 },
];

const { bounds, world } = await playAll('documented', moves);
const trace: readonly TraceEntry[] = world.trace.entries;
const without = (kind: TraceEntry['kind'], name: string) =>
  trace.filter((entry) => entry.kind !== kind || entry.name !== name);

it('nothing is wrong with a trace of an engine', () => {
  expect(brokenIn(trace, bounds)).toEqual([]);
});

describe('each invariant finds what is against it', () => {
  it('quotaKept: more tasks than the app may have', () => {
    expect(quotaKept(trace, { ...bounds, backgroundTasksMax: 1 })).toBeNull();
    expect(quotaKept(trace, { ...bounds, backgroundTasksMax: 0 })).toContain('app 20010001 has 1 background tasks');
  });

  it('slotsKept: more runs than there are slots', () => {
    expect(slotsKept(trace, { ...bounds, slots: 1 })).toBeNull();
    expect(slotsKept(trace, { ...bounds, slots: 0 })).toContain('1 tasks download at once');
  });

  it('transferOnlyWhileRunning: an exchange that goes on after its pause', () => {
    const broken = without('effect', 'exchange.cancel').filter(({ name }) => name !== 'cancelled');

    expect(transferOnlyWhileRunning(broken, bounds)).toContain('transfers while it is paused');
  });

  it('transferOnlyWhileRunning: two exchanges of one task', () => {
    const broken = trace.flatMap((entry) => (entry.name === 'exchange.open' ? [entry, entry] : [entry]));

    expect(transferOnlyWhileRunning(broken, bounds)).toContain('a second exchange');
  });

  it('eventsInOrder: a failure without its fault', () => {
    expect(eventsInOrder(without('notice', 'faultOccur'), bounds)).toContain('broadcast comes after failed');
  });

  it('eventsInOrder: a response after the pause', () => {
    const broken = trace.flatMap((entry) =>
      entry.kind === 'notice' && entry.name === 'pause' ? [entry, { ...entry, name: 'response' }] : [entry],
    );

    expect(eventsInOrder(broken, bounds)).toContain('response comes after pause');
  });

  it('silentAfterRemove: a late progress', () => {
    const broken = trace.flatMap((entry) =>
      entry.kind === 'notice' && entry.name === 'remove' ? [entry, { ...entry, name: 'progress' }] : [entry],
    );

    expect(silentAfterRemove(broken, bounds)).toContain('progress comes after remove');
  });

  it('statesAlongEdges: a jump to where no edge leads', () => {
    const broken = trace.map((entry) => (entry.name === 'pause' && entry.to ? { ...entry, to: 'completed' } : entry));

    expect(statesAlongEdges(broken, bounds)).toContain('no edge leads there');
  });

  it('statesAlongEdges: a step that is missing', () => {
    expect(statesAlongEdges(without('event', 'admitted'), bounds)).toContain('it was waiting, and is running now');
  });

  it('acknowledgedMeansStored: an effect before the commit, and a change that is never stored', () => {
    const late = trace.flatMap((entry) => (entry.kind === 'commit' ? [] : [entry]));
    const never = trace.filter(({ kind }) => kind === 'event');

    expect(acknowledgedMeansStored(late, bounds)).toContain('acted upon before it is stored');
    expect(acknowledgedMeansStored(never, bounds)).toContain('it was never stored');
  });
});
