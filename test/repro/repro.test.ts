import { describe, expect, it } from 'vitest';
import { states } from '../../machines/vocabulary.ts';
import published from '../../src/errors/harmony.json' with { type: 'json' };
import { emitKinds, ReproError, type ReproOptions, repro, subjects } from '../../src/repro/index.ts';
import { sentenceOf } from '../../src/repro/words.ts';
import { actions, known, rows, ruleSets } from './everything.ts';

const told = (options: ReproOptions) => repro(options).steps.map(sentenceOf);

function errorOf(options: ReproOptions): ReproError {
  try {
    repro(options);
  } catch (error) {
    if (error instanceof ReproError) return error;
    throw error;
  }
  throw new Error('it was found');
}

describe('the search', () => {
  it('knows every published code with every published cause, and every fault', () => {
    const codes = subjects.filter(({ kind }) => kind === 'code');
    const faults = subjects.filter(({ kind }) => kind === 'fault').map(({ name }) => name);

    expect(
      codes.map(({ code, causes }) => [code, causes.filter(({ isPublished }) => isPublished).map(({ text }) => text)]),
    ).toEqual(published.map(({ code, causes }) => [code, causes]));
    expect(faults.sort()).toEqual(
      [
        'OTHERS',
        'DISCONNECTED',
        'TIMEOUT',
        'PROTOCOL',
        'PARAM',
        'FSIO',
        'DNS',
        'TCP',
        'SSL',
        'REDIRECT',
        'LOW_SPEED',
      ].sort(),
    );
  });

  it.each(rows)('$name, cause $cause, is known to somebody', ({ steps }) => {
    const lengths = ruleSets.flatMap((rules) => actions.map((action) => steps[rules][action]));

    expect(lengths.some((length) => length !== null)).toBe(true);
  });

  it.each(known)('leads a world to $title', async ({ reproduction, row }) => {
    const { error, failure, played } = await reproduction.run();

    expect(reproduction.detour).toBeNull();
    expect(played).toHaveLength(reproduction.steps.length);
    if (/^\d/.test(row.name)) expect(error).toMatchObject({ code: Number(row.name), message: row.message });
    else expect([error, failure?.faults]).toEqual([null, expect.any(Number)]);
  });

  it('finds the shortest ways', () => {
    expect(told({ code: 21900007, cause: 3 })).toEqual(['agent.create of a download', 'task.pause']);
    expect(told({ code: 21900007, cause: 1 })).toEqual([
      'agent.create of a download',
      'agent.remove of the task',
      'task.start',
    ]);
    expect(told({ code: 21900005 })).toEqual([
      'the app leaves the foreground',
      'agent.create of a foreground download',
    ]);
    expect(told({ code: 21900006 })).toEqual(['agent.remove of a task that never was']);
  });

  it('fills the queue as far as the rule set has it', () => {
    const timesOf = (options: ReproOptions) =>
      repro(options).steps.map((step) => (step.do === 'create' ? step.times : 0));

    expect(timesOf({ code: 21900004 })).toEqual([1001, 1]);
    expect(timesOf({ code: 21900004, cause: 2, rules: 'device' })).toEqual([2001, 1]);
    expect(timesOf({ code: 21900004, from: 'paused' })).toEqual([1, 0, 0, 1000, 1]);
    // The task of the story is in the foreground, and takes no room in the queue.
    expect(timesOf({ code: 21900004, cause: 3, action: 'upload', from: 'failed' })).toEqual([1, 0, 1001, 0, 1]);
  });

  it('says that it is the mode that a group refuses', () => {
    const whyOf = (options: ReproOptions) => repro(options).why.says;

    expect(whyOf({ code: 21900005, cause: 2 })).toBe('The task chart allows no attachGroup of a foreground task.');
    expect(whyOf({ code: 21900007, cause: 7 })).toBe('The task chart allows no attachGroup in state running.');
  });
});

describe('a detour', () => {
  it('names the rule set that knows a cause, and shows what does raise the code', () => {
    const { detour, shown, steps } = repro({ code: 21900005, rules: 'device' });

    expect(detour?.says).toBe(
      'by the rules of device, no download comes to cause 1 of 21900005; it is known to the documented rules for downloads and uploads',
    );
    expect(detour?.known).toEqual([
      { rules: 'documented', action: 'download' },
      { rules: 'documented', action: 'upload' },
    ]);
    expect([shown.rules, shown.cause]).toEqual(['device', 2]);
    expect(steps.map(sentenceOf).at(-1)).toBe('agent.attachGroup with the task');
  });

  it('names the action that knows a cause', () => {
    const { detour, shown } = repro({ code: 13499999, cause: 3 });

    expect(detour?.known.map(({ action }) => action)).toEqual(['upload', 'upload']);
    expect(shown).toMatchObject({ action: 'download', cause: 1 });
  });

  it('is taken where no task comes to the state that was asked for', () => {
    const { detour, shown } = repro({ code: 21900007, rules: 'device', from: 'retrying' });

    expect(detour?.known.map(({ rules }) => rules)).toEqual(['documented', 'documented']);
    expect(shown.from).toBeNull();
  });
});

describe('by way of a state', () => {
  const reached = ruleSets.flatMap((rules) =>
    actions.flatMap((action) =>
      states.filter((from) => rules === 'documented' || from !== 'retrying').map((from) => ({ rules, action, from })),
    ),
  );

  it.each(reached)('$from of $rules, a task of $action comes to 21900007', async ({ rules, action, from }) => {
    const reproduction = repro({ code: 21900007, cause: 4, rules, action, from });

    const { error, played } = await reproduction.run();

    expect(reproduction.detour).toBeNull();
    expect(error?.code).toBe(21900007);
    // Whatever came of it later.
    expect(played.map(({ state }) => state)).toContain(from);
  });

  it.each(['21900004', '13400001', 'TIMEOUT'])('paused, the way to %s is as short as it can be', async (code) => {
    const { detour, document } = repro({ code, from: 'paused' });

    const { story } = await document();

    expect(detour).toBeNull();
    expect(story.map(({ state }) => state)).toContain('paused');
  });
});

describe('what is told', () => {
  it('says when and why it happens, and the way out', async () => {
    const { story, why, wayOut } = await repro({ code: 21900007, cause: 3, from: 'paused' }).document();

    expect(story.map(({ state }) => state)).toEqual(['initialized', 'running', 'paused', 'paused']);
    expect(why).toEqual({
      chart: 'task',
      state: 'paused',
      obstacle: null,
      says: 'The task chart allows no pause in state paused.',
      source: 'harmony-request.md 2.4, 2.5',
    });
    expect(wayOut.way).toEqual(['resume', 'wait until it runs', 'pause']);
    expect(wayOut.says).toMatch(/way out: resume, then wait until it runs, then pause/);
    expect(wayOut.published).toEqual(published.find(({ code }) => code === 21900007)?.resolution);
  });

  it('gives virtual times', async () => {
    const { story } = await repro({ code: 'OTHERS', action: 'upload' }).document();

    expect(story.map(({ what, atMs }) => [what, atMs])).toEqual([
      ['agent.create of a foreground upload', 0],
      ['task.start', 0],
      ['the app leaves the foreground', 0],
      ['a minute passes, and the grace of the app with it', 60_000],
    ]);
  });

  it.each(['21900004', '21900007', 'TCP'])('is the same each time for one seed: %s', async (code) => {
    const [first, second] = [await repro({ code, seed: 5 }).run(), await repro({ code, seed: 5 }).run()];
    const other = await repro({ code, seed: 6 }).run();

    expect(JSON.stringify(second)).toBe(JSON.stringify(first));
    expect(JSON.stringify(other)).not.toBe(JSON.stringify(first));
  });

  it.each(emitKinds)('is emitted as %s, the same each time', async (kind) => {
    const emitted = await repro({ code: 21900007 }).emit(kind);

    expect(emitted).toContain('21900007');
    expect(await repro({ code: 21900007 }).emit(kind)).toBe(emitted);
  });

  it('is a diagram of who says what', async () => {
    expect(await repro({ code: 21900007, cause: 3 }).emit('mermaid')).toBe(`sequenceDiagram
  title 21900007, cause 3
  participant World
  participant App
  participant Longshore
  App->>Longshore: agent.create of a download
  Note over Longshore: the task is initialized
  App->>Longshore: task.pause
  Longshore--xApp: 21900007 task state error.
  Note over Longshore: chart task, state initialized
`);
  });
});

describe('what there is not', () => {
  it('is a code that nobody published', () => {
    const error = errorOf({ code: 4711 });

    expect([error.about, error.message]).toEqual(['code', 'nothing that can be reproduced is called 4711']);
    expect(error.legal).toEqual(subjects.map(({ name }) => name));
  });

  it('is a cause that a code does not have', () => {
    const error = errorOf({ code: 21900007, cause: 99 });

    expect(error.about).toBe('cause');
    expect(error.legal).toContain('3: Pausing a non-running task;');
  });

  it('is no difference between the ways to write a fault', () => {
    expect(repro({ code: 'lowSpeed' }).asked.name).toBe('LOW_SPEED');
    expect(repro({ code: 'low_speed' }).asked.name).toBe('LOW_SPEED');
  });
});
