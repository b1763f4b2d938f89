import { describe, expect, it } from 'vitest';
import { Faults, WaitingReason } from '../../src/api/constants.ts';
import type { Task } from '../../src/api/types.ts';
import { cutAfter, refuse, serverOrigin, stallAfter, type World } from '../../src/sim/index.ts';
import {
  bothRules,
  dayMs,
  downloadOf,
  expectRefusal,
  hear,
  infoOf,
  journeyOf,
  namesOf,
  payloadsOf,
  rateBytes,
  refusalOf,
  slowWorld,
  started,
  stateOf,
  uploadOf,
} from '../support/worlds.ts';

describe.each(bothRules)('the total timeout by the rules of %s', (rules) => {
  const timeout = { totalTimeout: 10 };

  it('ends a run, with the fault TIMEOUT and without another try', async () => {
    const world = slowWorld({ rules });
    const task = await started(world, downloadOf('/big', { timeout }));
    const heard = hear(task);

    await world.run(9_999);
    expect(stateOf(world, task.tid)).toBe('running (0)');
    await world.run(2);

    expect(stateOf(world, task.tid)).toBe('failed (12)');
    expect(namesOf(heard).slice(-3)).toEqual(['progress', 'failed', 'faultOccur']);
    expect(payloadsOf(heard, 'faultOccur')).toEqual([Faults.TIMEOUT]);
    expect(infoOf(world, task.tid).tries).toBe(0);
  });

  it('counts the time of runs only, over pauses and resumes', async () => {
    const world = slowWorld({ rules });
    const task = await started(world, downloadOf('/big', { timeout }));
    await world.run(6_000);
    await task.pause();
    await world.run(60_000);

    await task.resume();
    await world.run(3_900);
    expect(stateOf(world, task.tid)).toBe('running (0)');
    await world.run(200);

    expect(stateOf(world, task.tid)).toBe('failed (12)');
  });

  it('counts on over pauses so short that the run had not ended yet', async () => {
    const world = slowWorld({ rules });
    const task = await started(world, downloadOf('/big', { timeout }));
    await world.run(6_000);
    await task.pause();
    await task.resume();

    await world.run(3_900);
    expect(stateOf(world, task.tid)).toBe('running (0)');
    await world.run(200);

    expect(stateOf(world, task.tid)).toBe('failed (12)');
  });

  it('does not count the wait for a network', async () => {
    const world = slowWorld({ rules });
    const task = await started(world, downloadOf('/big', { timeout }));
    await world.run(6_000);
    world.setNetwork('offline');
    await world.run(60_000);
    expect(stateOf(world, task.tid)).toBe('waiting (7)');

    world.setNetwork('wifi');
    await world.run(3_900);
    expect(stateOf(world, task.tid)).toBe('running (0)');
    await world.run(200);

    expect(stateOf(world, task.tid)).toBe('failed (12)');
  });
});

it('the total timeout begins anew with a start on a device, however soon after the stop', async () => {
  const world = slowWorld({ rules: 'device' });
  const task = await started(world, downloadOf('/big', { timeout: { totalTimeout: 10 } }));
  await world.run(6_000);

  await task.stop();
  await task.start();
  await world.run(9_900);
  expect(stateOf(world, task.tid)).toBe('running (0)');
  await world.run(200);

  expect(stateOf(world, task.tid)).toBe('failed (12)');
});

it.each<[string, (world: World, task: Task) => Promise<void>]>([
  [
    'a pause had ended',
    async (world, task) => {
      await task.pause();
      await world.run(1_000);
      world.restart();
      const again = await world.app.request.agent.getTask(world.app.context, task.tid);
      await again.resume();
    },
  ],
  [
    'an orderly end breaks off',
    async (world) => {
      await world.unload();
      world.restart();
    },
  ],
  [
    'a crash breaks off, up to the last look',
    async (world, task) => {
      await world.app.request.agent.show(task.tid);
      await world.run(1_000);
      world.restart();
    },
  ],
])('the total timeout counts over a restart the run that %s', async (_, restart) => {
  const world = slowWorld();
  const task = await started(world, downloadOf('/big', { timeout: { totalTimeout: 10 } }));
  await world.run(6_000);

  await restart(world, task);
  await world.run(3_900);
  expect(stateOf(world, task.tid)).toBe('running (0)');
  await world.run(200);

  expect(stateOf(world, task.tid)).toBe('failed (12)');
});

describe.each(bothRules)('the time for a connection by the rules of %s', (rules) => {
  it('is one attempt long, and never tried again', async () => {
    const world = slowWorld({ rules, faults: [refuse('timeout', { times: Infinity })] });
    const task = await started(world, downloadOf('/small', { timeout: { connectionTimeout: 5 } }));
    const heard = hear(task);

    await world.run(4_999);
    expect(stateOf(world, task.tid)).toBe('running (0)');
    await world.run(10_000);

    expect(stateOf(world, task.tid)).toBe('failed (12)');
    expect(payloadsOf(heard, 'faultOccur')).toEqual([Faults.TIMEOUT]);
  });

  it('is 60 s unless told', async () => {
    const world = slowWorld({ rules, faults: [refuse('timeout', { times: Infinity })] });
    const task = await started(world, downloadOf('/small'));

    await world.run(59_999);
    expect(stateOf(world, task.tid)).toBe('running (0)');
    await world.run(2);
    expect(stateOf(world, task.tid)).toBe('failed (12)');
  });

  it('does not concern a port that nobody listens on', async () => {
    const world = slowWorld({ rules });
    const task = await started(world, downloadOf('/small', { url: `${serverOrigin}:81/small` }));
    const heard = hear(task);
    await world.run(10_000);
    expect(stateOf(world, task.tid)).toBe('failed (24)');
    expect(payloadsOf(heard, 'faultOccur')).toEqual([Faults.TCP]);
  });
});

describe.each(bothRules)('the least speed by the rules of %s', (rules) => {
  it.each(['download', 'upload'])('fails a %s that is slower for longer', async (action) => {
    const world = slowWorld({ rules });
    const minSpeed = { speed: 2 * rateBytes, duration: 5 };
    const config = action === 'download' ? downloadOf('/big') : uploadOf(world, [1_000_000]);
    const task = await started(world, { ...config, minSpeed });
    const heard = hear(task);

    await world.run(5_000);
    expect(stateOf(world, task.tid)).toBe('running (0)');
    await world.run(3_000);

    expect(stateOf(world, task.tid)).toBe('failed (31)');
    expect(payloadsOf(heard, 'faultOccur')).toEqual([Faults.LOW_SPEED]);
    expect(infoOf(world, task.tid).tries).toBe(0);
  });

  it('fails a transfer that stands still', async () => {
    const world = slowWorld({ rules, faults: [stallAfter(30_000)] });
    const task = await started(world, downloadOf('/big', { minSpeed: { speed: 1, duration: 5 } }));

    await world.run(7_000);
    expect(stateOf(world, task.tid)).toBe('running (0)');
    await world.run(3_000);
    expect(stateOf(world, task.tid)).toBe('failed (31)');
  });

  it.each(['download', 'upload'])('lets a %s be that is fast enough', async (action) => {
    const world = slowWorld({ rules });
    const minSpeed = { speed: rateBytes / 2, duration: 1 };
    const config = action === 'download' ? downloadOf('/mid') : uploadOf(world, [100_000]);
    const task = await started(world, { ...config, minSpeed });
    await world.run(20_000);
    expect(stateOf(world, task.tid)).toBe('completed (0)');
  });

  it.each([
    { speed: 0, duration: 5 },
    { speed: 1_000_000, duration: 0 },
  ])('is off unless both of its numbers are above 0: $speed, $duration', async (minSpeed) => {
    const world = slowWorld({ rules });
    const task = await started(world, downloadOf('/mid', { minSpeed }));
    await world.run(20_000);
    expect(stateOf(world, task.tid)).toBe('completed (0)');
  });

  it('is minded after a try that failed at the very moment it was too slow', async () => {
    const slow = { bytesPerSecond: 100 };
    // At 3 s, when the floor of 2 s is found missed, the run waits for its next try; that one stands still.
    const world = slowWorld({ rules, wire: slow, faults: [cutAfter(290), stallAfter(0, { times: Infinity })] });
    const task = await started(world, downloadOf('/big', { minSpeed: { speed: 1_000, duration: 2 } }));

    await world.run(10_000);

    expect(stateOf(world, task.tid)).toBe('failed (31)');
  });
});

describe.each(bothRules)('a run of a task of more than 30 days by the rules of %s', (rules) => {
  it('is stopped by the next sweep, without an event', async () => {
    const world = slowWorld({ rules, faults: [stallAfter(1_000, { times: Infinity })] });
    const task = await started(world, downloadOf('/big'));
    const heard = hear(task);
    await world.run(1_000);
    world.clock.jump(30 * dayMs);
    await world.run(10 * 60_000);
    const before = heard.length;
    expect(stateOf(world, task.tid)).toBe('running (0)');

    await world.run(20 * 60_000);

    expect(stateOf(world, task.tid)).toBe('stopped (5)');
    expect(heard.slice(before).filter(([name]) => name !== 'progress')).toEqual([]);
  });
});

/** Starts downloads until the first that finds no slot. */
async function slotsOf(world: World): Promise<{ running: Task[]; waiting: Task }> {
  const running: Task[] = [];
  for (;;) {
    const task = await started(world, downloadOf('/big', { saveas: `/data/${running.length}` }));
    if (stateOf(world, task.tid) === 'waiting (4)') return { running, waiting: task };
    running.push(task);
  }
}

describe('the memory level', () => {
  it.each([
    [0, 48],
    [2, 48],
    [3, 28],
    [4, 24],
    [5, 16],
    [6, 14],
    [7, 10],
    [8, 10],
  ])('%i lets %i downloads run on a device, and as many uploads', async (level, slots) => {
    const world = slowWorld({ rules: 'device', wire: { latencyMs: 1_000 } });
    world.engine.setMemoryLevel(level);

    const { running } = await slotsOf(world);
    expect(running).toHaveLength(slots);

    const upload = await started(world, uploadOf(world, [1_000]));
    expect(stateOf(world, upload.tid)).toBe('running (0)');
  });

  it('changes nothing where documented, and slots can be set', async () => {
    const world = slowWorld({ wire: { latencyMs: 1_000 } });
    world.engine.setMemoryLevel(7);
    expect((await slotsOf(world)).running).toHaveLength(48);
    const small = slowWorld({ slots: 3 });
    expect((await slotsOf(small)).running).toHaveLength(3);
  });

  it('that rises takes slots from those that rank last, and gives them back when it falls', async () => {
    const world = slowWorld({ rules: 'device', wire: { bytesPerSecond: 10 } });
    const { running } = await slotsOf(world);
    const heard = hear(running[47] as Task);
    await world.run(1_000);

    world.engine.setMemoryLevel(7);
    await world.run(1_000);
    expect(running.map(({ tid }) => stateOf(world, tid))).toEqual([
      ...Array(10).fill('running (0)'),
      ...Array(38).fill('waiting (4)'),
    ]);
    expect(payloadsOf(heard, 'wait')).toEqual([WaitingReason.TASK_QUEUE_FULL]);

    world.engine.setMemoryLevel(0);
    expect(new Set(running.map(({ tid }) => stateOf(world, tid)))).toEqual(new Set(['running (0)']));
  });

  it.each(bothRules)('caps the ninth download and those after it on a device only (%s)', async (rules) => {
    const world = slowWorld({ rules, files: { '/big': 20_000_000 }, wire: { bytesPerSecond: 2_000_000 } });
    for (let at = 0; at < 9; at += 1) await started(world, downloadOf('/big', { saveas: `/data/${at}` }));
    await world.run(3_000);

    const bytes = (at: number) => world.disk.read(`/data/${at}`).length;
    expect(bytes(7)).toBeGreaterThan(5_000_000);
    if (rules === 'device') expect(bytes(8)).toBeLessThanOrEqual(4 * 819_200);
    else expect(bytes(8)).toBeGreaterThan(5_000_000);
  });

  it('that rises slows a download down that keeps its place', async () => {
    const files = { '/big': 40_000_000 };
    const world = slowWorld({ rules: 'device', files, wire: { bytesPerSecond: 2_000_000 } });
    for (let at = 0; at < 9; at += 1) await started(world, downloadOf('/big', { saveas: `/data/${at}` }));
    const bytes = () => world.disk.read('/data/8').length;
    world.engine.setMemoryLevel(5);
    await world.run(3_000);

    world.engine.setMemoryLevel(6);
    await world.run(1_000);
    const before = bytes();
    await world.run(10_000);

    expect(bytes() - before).toBeLessThanOrEqual(11 * 409_600);
  });
});

describe('a task that finds no slot', () => {
  it('says so where documented, and on a device only when it had one', async () => {
    for (const rules of bothRules) {
      const world = slowWorld({ rules, slots: 1 });
      await started(world, downloadOf('/mid'));
      const second = await world.create(downloadOf('/small'));
      const heard = hear(second);

      await second.start();
      await world.run(1_000);
      expect(stateOf(world, second.tid)).toBe('waiting (4)');
      expect(heard).toEqual(rules === 'documented' ? [['wait', WaitingReason.TASK_QUEUE_FULL]] : []);

      await world.run(20_000);
      expect(stateOf(world, second.tid)).toBe('completed (0)');
    }
  });

  it('comes after those that are more urgent, and after those in the foreground', async () => {
    const world = slowWorld({ slots: 1 });
    await started(world, downloadOf('/mid'));
    const late = await started(world, downloadOf('/small', { priority: 2 }));
    const urgent = await started(world, downloadOf('/small', { saveas: '/data/u', priority: 1 }));
    await world.run(15_000);

    const began = (task: Task) =>
      world.trace.entries.findIndex(({ name, of }) => name === 'run.begin' && of === task.tid);
    expect(began(urgent)).toBeLessThan(began(late));
    expect(journeyOf(world, late.tid)).toEqual(['waiting', 'running', 'completed']);
  });

  it('of the app in the foreground comes first where documented, and last on a device', async () => {
    for (const rules of bothRules) {
      const world = slowWorld({ rules, slots: 1 });
      const away = world.addApp({ uid: 20_010_002 });
      const create = (app: typeof away, saveas: string) =>
        app.request.agent.create(app.context, { action: 0, url: `${serverOrigin}/big`, saveas });
      const theirs = await create(away, '/data/theirs');
      away.toBackground();
      const mine = await create(world.app, '/data/mine');

      await theirs.start();
      await mine.start();

      expect(stateOf(world, mine.tid)).toBe(rules === 'documented' ? 'running (0)' : 'waiting (4)');
    }
  });
});

it('a removed task gives its slot to the next', async () => {
  const world = slowWorld({ slots: 1 });
  const first = await started(world, downloadOf('/big'));
  const second = await started(world, downloadOf('/mid'));
  expectRefusal(await refusalOf(() => second.pause()), 21900007, /wait until it runs/);

  await world.app.request.agent.remove(first.tid);

  expect(stateOf(world, second.tid)).toBe('running (0)');
});
