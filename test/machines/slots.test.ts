import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AppCandidates,
  type AppRank,
  assignSlots,
  type Candidate,
  compareApps,
  compareCandidates,
  fitAlike,
  isCandidate,
  slotsMachine,
  type Tier,
  type Tiers,
  tiersOf,
  tiersOfCount,
} from '../../machines/slots.ts';
import { type Action, type Reason, type Rules, reasons, states } from '../../machines/vocabulary.ts';
import { play } from '../support/charts.ts';

/** `d` is a download and `u` an upload; ids are the app's letter and the place of the task in it: `a0`, `a1`, … */
function app(letter: string, tasks: string): Candidate[] {
  return [...tasks].map((kind, seq) => ({
    tid: `${letter}${seq}`,
    action: kind === 'd' ? 'download' : 'upload',
    mode: 'background',
    priority: 0,
    seq,
  }));
}

/** Apps as the policy walks them, counting every candidate that it looks at. */
function walked(apps: readonly (readonly Candidate[])[]): { apps: AppCandidates[]; looks: () => number } {
  let looks = 0;
  function* counted(tasks: readonly Candidate[]) {
    for (const task of tasks) {
      looks += 1;
      yield task;
    }
  }
  const walkable = apps.map((tasks) => ({
    of: (action: Action) => counted(tasks.filter((task) => task.action === action)),
    all: () => counted(tasks),
  }));
  return { apps: walkable, looks: () => looks };
}

function assigned(apps: readonly (readonly Candidate[])[], counts: Tiers['counts'], action: Action = 'download') {
  return [...assignSlots(walked(apps).apps, action, counts)].map(([tid, tier]) => `${tid}:${tier}`);
}

describe('the slots of one direction', () => {
  it('go to the first tasks of the first apps, in two tiers', () => {
    expect(assigned([app('a', 'dd'), app('b', 'ddd')], [2, 2, 0])).toEqual(['a0:0', 'a1:0', 'b0:1', 'b1:1']);
  });

  it('are fewer than there are when fewer tasks want one', () => {
    expect(assigned([app('a', 'd'), app('b', 'd')], [2, 2, 9])).toEqual(['a0:0', 'b0:0']);
    expect(assigned([], [8, 32, 8])).toEqual([]);
    expect(assigned([app('a', 'dd')], [0, 0, 0])).toEqual([]);
  });

  it('are shared fairly at the end: each app further down offers a task a round', () => {
    const apps = [app('a', 'ddd'), app('b', 'ddd'), app('c', 'ddd')];
    expect(assigned(apps, [1, 1, 3])).toEqual(['a0:0', 'a1:1', 'b0:2', 'c0:2', 'b1:2']);
  });

  it('pass over tasks of the other direction, whose place counts all the same', () => {
    const apps = [app('a', 'dd'), app('b', 'ud'), app('c', 'dd')];
    expect(assigned(apps, [1, 1, 2])).toEqual(['a0:0', 'a1:1', 'c0:2', 'b1:2']);
    expect(assigned(apps, [1, 1, 1])).toEqual(['a0:0', 'a1:1', 'c0:2']);
  });

  it('that nobody further down wants go to the app that had the last', () => {
    expect(assigned([app('a', 'd'), app('b', 'dddd'), app('c', 'd')], [1, 1, 3])).toEqual([
      'a0:0',
      'b0:1',
      'c0:2',
      'b1:2',
      'b2:2',
    ]);
  });

  it('belong to one direction', () => {
    expect(assigned([app('a', 'udud')], [1, 1, 0], 'upload')).toEqual(['a0:0', 'a2:1']);
  });
});

describe('the candidates for a slot', () => {
  it('are the tasks that run, those that try again, and those that wait for nothing else', () => {
    const words = Object.keys(reasons) as Reason[];
    const found = states.flatMap((state) => {
      const why = words.filter((reason) => isCandidate(state, reason));
      return why.length === 0 ? [] : [[state, why]];
    });
    expect(found).toEqual([
      ['waiting', ['queued']],
      ['running', words],
      ['retrying', words],
    ]);
  });
});

/** The rules of harmony-request.md 3.5, word for word and without any care for time. */
function byTheBook(apps: readonly (readonly Candidate[])[], action: Action, [m1, m2, m3]: Tiers['counts']) {
  const taken = new Map<string, Tier>();
  let last = { app: 0, place: 0 };
  for (const [at, tasks] of apps.entries()) {
    for (const [place, task] of tasks.entries()) {
      if (task.action !== action || taken.size === m1 + m2) continue;
      taken.set(task.tid, taken.size < m1 ? 0 : 1);
      last = { app: at, place };
    }
  }
  if (taken.size < m1 + m2) return taken;
  const rounds = Math.max(0, ...apps.map(({ length }) => length));
  const give = (task: Candidate | undefined) => {
    if (task?.action === action && taken.size < m1 + m2 + m3) taken.set(task.tid, 2);
  };
  for (let round = 0; round < rounds; round += 1) for (const tasks of apps.slice(last.app + 1)) give(tasks[round]);
  for (const task of (apps[last.app] ?? []).slice(last.place + 1)) give(task);
  return taken;
}

const anApps = fc
  .array(fc.string({ unit: fc.constantFrom('d', 'u'), maxLength: 12 }), { maxLength: 6 })
  .map((apps) => apps.map((tasks, at) => app(String.fromCharCode(97 + at), tasks)));
/** The first two tiers are never both empty in a table. */
const someCounts = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.nat(6), fc.nat(4));

describe('for any apps and any number of slots', () => {
  it('the assignment is that of the book, and never more than the slots', () => {
    fc.assert(
      fc.property(anApps, someCounts, fc.constantFrom<Action>('download', 'upload'), (apps, counts, action) => {
        const slots = assignSlots(walked(apps).apps, action, counts);

        expect([...slots]).toEqual([...byTheBook(apps, action, counts)]);
        const tiers = [...slots.values()];
        for (const tier of [0, 1, 2] as const) {
          expect(tiers.filter((each) => each === tier).length).toBeLessThanOrEqual(counts[tier]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('candidates that fit alike all have a slot', () => {
    fc.assert(
      fc.property(anApps, someCounts, fc.constantFrom<Action>('download', 'upload'), (apps, counts, action) => {
        const candidates = apps.flat().filter((task) => task.action === action).length;
        fc.pre(fitAlike(candidates, { counts, speeds: [0, 0, 0] }));

        expect(assignSlots(walked(apps).apps, action, counts).size).toBe(candidates);
      }),
    );
  });

  it('what is looked at is bounded by the slots, however many tasks wait', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3_000 }), { maxLength: 8 }), someCounts, (sizes, counts) => {
        const apps = sizes.map((size, at) => app(String.fromCharCode(97 + at), 'd'.repeat(size)));
        const { apps: walkable, looks } = walked(apps);

        assignSlots(walkable, 'download', counts);

        // The last owner is walked once more from its beginning; each walk looks one further than it takes.
        const slots = counts[0] + counts[1] + counts[2];
        expect(looks()).toBeLessThanOrEqual(3 * slots + 2);
      }),
    );
  });

  it('what is looked at is bounded by the slots, however many apps there are', () => {
    const { apps, looks } = walked(Array.from({ length: 1_000 }, () => app('a', 'd')));

    assignSlots(apps, 'download', [1, 1, 1]);

    expect(looks()).toBeLessThanOrEqual(3 * 3 + 2);
  });
});

describe('the order of tasks within an app', () => {
  const task = (tid: string, change: Partial<Candidate>): Candidate => ({
    tid,
    action: 'download',
    mode: 'background',
    priority: 0,
    seq: 0,
    ...change,
  });

  it('is foreground first, then the more urgent, then the older', () => {
    const tasks = [
      task('younger', { seq: 9 }),
      task('less urgent', { priority: 5, seq: 1 }),
      task('older', { seq: 2 }),
      task('foreground', { mode: 'foreground', priority: 100, seq: 10 }),
      task('neither', { mode: 'any', seq: 5 }),
      task('urgent foreground', { mode: 'foreground', priority: 1, seq: 11 }),
    ];
    expect(tasks.sort(compareCandidates).map(({ tid }) => tid)).toEqual([
      'urgent foreground',
      'foreground',
      'older',
      'neither',
      'younger',
      'less urgent',
    ]);
  });
});

describe('the order of apps', () => {
  const ranks: readonly AppRank[] = [
    { accountInForeground: false, appInForeground: false, seq: 0 },
    { accountInForeground: false, appInForeground: true, seq: 1 },
    { accountInForeground: true, appInForeground: false, seq: 2 },
    { accountInForeground: true, appInForeground: true, seq: 3 },
    { accountInForeground: true, appInForeground: true, seq: 4 },
  ];

  const orderOf = (rules: Rules, of: readonly AppRank[]) =>
    [...of].sort((a, b) => compareApps(rules, a, b)).map(({ seq }) => seq);

  it('has those of the foreground user first, then those in the foreground, where documented', () => {
    expect(orderOf('documented', ranks)).toEqual([3, 4, 2, 1, 0]);
  });

  it('has them last on a device', () => {
    expect(orderOf('device', ranks)).toEqual([0, 1, 2, 3, 4]);
  });

  it('does not depend on the order in which they are looked at', () => {
    expect(orderOf('documented', [...ranks].reverse())).toEqual([3, 4, 2, 1, 0]);
    expect(orderOf('device', [...ranks].reverse())).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('the tiers', () => {
  it.each([
    [0, 8, 32, 8, 819_200],
    [1, 8, 32, 8, 819_200],
    [2, 8, 32, 8, 819_200],
    [3, 8, 16, 4, 819_200],
    [4, 4, 16, 4, 819_200],
    [5, 4, 8, 4, 819_200],
    [6, 4, 8, 2, 409_600],
    [7, 4, 4, 2, 409_600],
    [8, 4, 4, 2, 409_600],
    [-1, 4, 4, 2, 409_600],
  ])('at memory level %i of a device are %i, %i and %i slots, the last two at %i B/s', (level, m1, m2, m3, speed) => {
    expect(tiersOf('device', level)).toEqual({ counts: [m1, m2, m3], speeds: [0, speed, speed] });
  });

  it('where documented are 48 slots without a cap, whatever the memory', () => {
    for (const level of [0, 3, 7]) {
      expect(tiersOf('documented', level)).toEqual({ counts: [8, 32, 8], speeds: [0, 0, 0] });
    }
  });

  it('of a plain number have that many slots', () => {
    for (const slots of [0, 1, 2, 5, 6, 7, 48, 1_000]) {
      const [m1, m2, m3] = tiersOfCount(slots).counts;
      expect(m1 + m2 + m3).toBe(slots);
    }
    expect(tiersOfCount(48)).toEqual({ counts: [8, 32, 8], speeds: [0, 0, 0] });
  });
});

describe('candidates fit alike', () => {
  it.each([
    ['in the first two tiers', 3, [0, 0, 0], true],
    ['not beyond them', 4, [0, 0, 0], false],
    ['under one cap', 3, [5, 5, 5], true],
    ['not where the second tier is slower', 3, [0, 5, 0], false],
    ['not where the last is slower', 3, [0, 0, 5], false],
  ] as const)('%s', (_, candidates, speeds, fit) => {
    expect(fitAlike(candidates, { counts: [1, 2, 3], speeds })).toBe(fit);
  });
});

describe('the slots chart', () => {
  it('asks once for any number of changes', () => {
    const slots = play(slotsMachine);
    expect(slots.send({ type: 'changed' }, { type: 'changed' }, { type: 'changed' })).toEqual([
      { type: 'slots.assign', level: 0 },
    ]);
    slots.send({ type: 'assigned' });
    expect(slots.state).toBe('settled');
    expect(slots.send({ type: 'changed' })).toHaveLength(1);
  });

  it('asks again for another memory level, and not for the same', () => {
    const slots = play(slotsMachine);
    expect(slots.send({ type: 'levelChanged', level: 0 })).toEqual([]);
    expect(slots.send({ type: 'levelChanged', level: 7 })).toEqual([{ type: 'slots.assign', level: 7 }]);
    expect(slots.send({ type: 'assigned' }, { type: 'levelChanged', level: 7 })).toEqual([]);
  });

  it('whose level changes while an assignment is due keeps it for the next', () => {
    const slots = play(slotsMachine);
    expect(slots.send({ type: 'changed' }, { type: 'levelChanged', level: 7 })).toEqual([
      { type: 'slots.assign', level: 0 },
    ]);
    expect(slots.send({ type: 'assigned' }, { type: 'changed' })).toEqual([{ type: 'slots.assign', level: 7 }]);
  });

  it('asks for nothing while it is held', () => {
    const slots = play(slotsMachine);
    expect(slots.send({ type: 'held' }, { type: 'changed' }, { type: 'levelChanged', level: 3 })).toEqual([]);
    expect(slots.send({ type: 'released' })).toEqual([{ type: 'slots.assign', level: 3 }]);
  });
});
