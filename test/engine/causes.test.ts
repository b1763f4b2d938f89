import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../machines/vocabulary.ts';
import { WaitingReason } from '../../src/api/constants.ts';
import { internet } from '../../src/api/owner.ts';
import type { Task } from '../../src/api/types.ts';
import published from '../../src/errors/harmony.json' with { type: 'json' };
import { BusinessError, errorName } from '../../src/errors.ts';
import { answer, serverOrigin, type World } from '../../src/sim/index.ts';
import {
  bothRules,
  dayMs,
  downloadOf,
  expectRefusal,
  hear,
  hourMs,
  legacyUploadOf,
  refusalOf,
  slowWorld,
  started,
  stateOf,
  thrownBy,
  uploadOf,
} from '../support/worlds.ts';

const limits = { backgroundTasksMax: 2, foregroundTasksMax: Number.POSITIVE_INFINITY };

/** A world whose app has all the background tasks that it may have. */
async function fullWorld(options: Parameters<typeof slowWorld>[0] = {}): Promise<{ world: World; tasks: Task[] }> {
  const world = slowWorld({ limits, ...options });
  const tasks = [await world.create(downloadOf('/big')), await world.create(downloadOf('/mid'))];
  return { world, tasks };
}

const queueFull = /queue is full.*wait for a task to end, or remove one/;

describe('every refusal', () => {
  it.each(published.map(({ code, message }) => [code, message] as const))('%i reads %s', (code, message) => {
    const error = new BusinessError(errorName(code as ErrorCode), { detail: 'why' });

    expect({ code: error.code, message: error.message, detail: error.detail }).toEqual({
      code,
      message,
      detail: 'why',
    });
  });
});

describe.each(bothRules)('21900004 by the rules of %s', (rules) => {
  it('refuses a background task when the queue of its app is full', async () => {
    const { world } = await fullWorld({ rules });

    expectRefusal(await refusalOf(() => world.create(downloadOf('/small'))), 21900004, queueFull);
  });

  it('is no throw, but a rejection or an answer to the callback', async () => {
    const { world } = await fullWorld({ rules });
    const { agent } = world.app.request;
    const config = { action: agent.Action.DOWNLOAD, url: `${serverOrigin}/small`, overwrite: true };

    const [error, data] = await new Promise<unknown[]>((resolve) => {
      agent.create(world.app.context, config, (...answered) => resolve(answered));
    });

    expectRefusal(error as BusinessError, 21900004);
    expect(data).toBeUndefined();
    const promise = agent.create(world.app.context, config);
    await expect(promise).rejects.toThrow('application task queue full error.');
  });

  it('counts legacy tasks, and each app for itself', async () => {
    const world = slowWorld({ rules, limits });
    const other = world.addApp({ uid: 20_010_002 });
    const { downloadFile } = world.app.request;
    await downloadFile(world.app.context, { url: `${serverOrigin}/big`, filePath: '/data/l0' });
    await world.app.request.uploadFile(world.app.context, legacyUploadOf(world, [100_000]));

    const third = { url: `${serverOrigin}/big`, filePath: '/data/l1' };
    const fourth = { url: `${serverOrigin}/big`, filePath: '/data/l2' };
    expectRefusal(await refusalOf(() => downloadFile(world.app.context, third)), 21900004);
    expectRefusal(await refusalOf(() => world.create(downloadOf('/small'))), 21900004);
    await expect(other.request.downloadFile(other.context, fourth)).resolves.toBeDefined();
  });

  it('counts tasks that are created, wait, run or pause', async () => {
    const { world, tasks } = await fullWorld({ rules });
    const [first, second] = tasks;
    const isFull = async () => (await refusalOf(() => world.create(downloadOf('/small')))).code === 21900004;

    await first?.start();
    expect(await isFull()).toBe(true);
    await world.run(1_000);
    await first?.pause();
    expect(await isFull()).toBe(true);
    world.setNetwork('offline');
    await second?.start();
    expect(await isFull()).toBe(true);
  });

  it.each(['completed', 'failed', 'stopped', 'removed'])('gives room when a task is %s', async (end) => {
    const faults = end === 'failed' ? [answer(404)] : [];
    const { world, tasks } = await fullWorld({ rules, faults });
    const task = tasks[1] as Task;
    await task.start();
    await world.run(1_000);
    if (end === 'stopped') await task.stop();
    else if (end === 'removed') await world.app.request.agent.remove(task.tid);
    else await world.run(20_000);
    expect(stateOf(world, task.tid)).toContain(end);

    await expect(world.create(downloadOf('/small'))).resolves.toBeDefined();
    expectRefusal(await refusalOf(() => world.create(downloadOf('/small'))), 21900004);
  });

  it('is the same after a restart, since it follows from the states of tasks', async () => {
    const { world, tasks } = await fullWorld({ rules });
    await world.app.request.agent.remove(tasks[0]?.tid ?? '');

    world.restart();

    await expect(world.create(downloadOf('/small'))).resolves.toBeDefined();
    expectRefusal(await refusalOf(() => world.create(downloadOf('/small'))), 21900004);
  });

  it('is asked for foreground tasks only where they have a limit of their own', async () => {
    const { world } = await fullWorld({ rules });
    await expect(world.create(downloadOf('/small', { mode: 1 }))).resolves.toBeDefined();

    const strict = slowWorld({ rules, limits: { backgroundTasksMax: 0, foregroundTasksMax: 1 } });
    await expect(strict.create(downloadOf('/small', { mode: 1 }))).resolves.toBeDefined();
    expectRefusal(await refusalOf(() => strict.create(downloadOf('/small', { mode: 1 }))), 21900004);
  });
});

describe('21900005', () => {
  it.each(['toBackground', 'terminate'] as const)('refuses a foreground task after %s', async (leave) => {
    const world = slowWorld();
    world.app[leave]();

    const refusal = await refusalOf(() => world.create(downloadOf('/small', { mode: 1 })));

    expectRefusal(
      refusal,
      21900005,
      /not in the foreground; bring it there first, or create the task in mode BACKGROUND/,
    );
    await expect(world.create(downloadOf('/small', { mode: 0 }))).resolves.toBeDefined();
    world.app.toForeground();
    await expect(world.create(downloadOf('/mid', { mode: 1 }))).resolves.toBeDefined();
  });

  it('is answered to the callback', async () => {
    const world = slowWorld();
    const { agent } = world.app.request;
    world.app.toBackground();

    const error = await new Promise<BusinessError>((resolve) => {
      const config = { action: agent.Action.DOWNLOAD, url: `${serverOrigin}/small`, mode: agent.Mode.FOREGROUND };
      agent.create(world.app.context, config, resolve);
    });

    expectRefusal(error, 21900005);
  });

  it('does not exist on a device: there the task waits for its app', async () => {
    const world = slowWorld({ rules: 'device' });
    world.app.toBackground();
    const task = await world.create(downloadOf('/small', { mode: 1 }));
    const heard = hear(task);

    await task.start();
    await world.run(0);

    expect(stateOf(world, task.tid)).toBe('waiting (6)');
    expect(heard).toEqual([['wait', WaitingReason.APP_BACKGROUND]]);
  });
});

describe.each(bothRules)('21900006 by the rules of %s', (rules) => {
  /** Every way to ask for a task by its id alone. */
  const looks = (world: World, tid: string) => {
    const { app } = world;
    const { agent } = app.request;
    return [
      () => agent.remove(tid),
      () => agent.show(tid),
      () => agent.touch(tid, 'some token'),
      () => agent.getTask(app.context, tid),
    ];
  };

  it.each(['123456789', 'no number', '-1', '4294967296'])('answers for %s, which never was', async (tid) => {
    const world = slowWorld({ rules });
    for (const look of looks(world, tid)) {
      expectRefusal(await refusalOf(look), 21900006, /never was, was removed, or was collected/);
    }
  });

  it('is thrown at once for a tid of more than 32 characters by those who look it up', async () => {
    const { app } = slowWorld({ rules });
    const tid = '1'.repeat(33);
    expectRefusal(
      thrownBy(() => app.request.agent.show(tid)),
      21900006,
    );
    expectRefusal(
      thrownBy(() => app.request.agent.touch(tid, 'some token')),
      21900006,
    );
    expectRefusal(
      thrownBy(() => app.request.agent.getTask(app.context, tid)),
      21900006,
    );
    expectRefusal(await refusalOf(() => app.request.agent.remove(tid)), 21900006);
  });

  it('answers for a task that was removed', async () => {
    const world = slowWorld({ rules });
    const { agent } = world.app.request;
    const { tid } = await world.create(downloadOf('/small'));
    // A device is not idle before it has looked at the tasks of its last life.
    await world.run(10_000);
    await agent.remove(tid);

    expectRefusal(await refusalOf(() => agent.remove(tid)), 21900006);
    if (rules === 'documented') {
      for (const look of looks(world, tid)) expectRefusal(await refusalOf(look), 21900006);
    }
    // The clean-up comes once nothing has happened for half a minute.
    await world.run(29_999);
    expect(world.engine.tasks()).toHaveLength(1);
    await world.run(1);
    expect(world.engine.tasks()).toHaveLength(0);
    for (const look of looks(world, tid)) expectRefusal(await refusalOf(look), 21900006);
  });

  it('answers for a completed task that the clean-up collected after a day', async () => {
    const world = slowWorld({ rules });
    const { agent } = world.app.request;
    const { tid } = await started(world, downloadOf('/small'));
    await world.run(dayMs);
    expect(await agent.show(tid)).toMatchObject({ tid });

    await world.run(hourMs);

    expectRefusal(await refusalOf(() => agent.show(tid)), 21900006);
    expectRefusal(await refusalOf(() => agent.remove(tid)), 21900006);
    expect(world.clock.pending).toBe(0);
  });

  it.each(['initialized', 'waiting', 'paused', 'stopped', 'failed'])(
    'answers for a task that was %s for a week',
    async (state) => {
      const world = slowWorld({ rules, faults: state === 'failed' ? [answer(500)] : [] });
      const { agent } = world.app.request;
      const task = await world.create(downloadOf('/big'));
      if (state === 'waiting') world.setNetwork('offline');
      if (state !== 'initialized') await task.start();
      await world.run(1_000);
      if (state === 'paused') await task.pause();
      if (state === 'stopped') await task.stop();
      expect(stateOf(world, task.tid)).toContain(state);
      await world.run(7 * dayMs - hourMs);
      expect(await agent.show(task.tid)).toMatchObject({ tid: task.tid });

      await world.run(2 * hourMs);

      expectRefusal(await refusalOf(() => agent.show(task.tid)), 21900006);
      expectRefusal(await refusalOf(() => task.pause()), 21900006);
    },
  );

  it('answers for a task that runs for a week only when it has ended', async () => {
    const world = slowWorld({ rules, faults: [() => ({ type: 'stall', bytes: 1_000 })] });
    const { tid } = await started(world, downloadOf('/big'));
    const idle = await world.create(downloadOf('/mid'));

    await world.run(7 * dayMs - 1_000);
    world.clock.jump(dayMs);
    await world.run(500);
    expect(world.engine.collectGarbage()).toBe(1);

    expect(stateOf(world, tid)).toBe('running (0)');
    expectRefusal(await refusalOf(() => idle.start()), 21900006);
  });

  it('answers for the tasks of other apps, unless the app manages downloads', async () => {
    const world = slowWorld({ rules });
    const task = await world.create(downloadOf('/big'));
    const other = world.addApp({ uid: 20_010_002 });
    const permissions = [internet, 'ohos.permission.DOWNLOAD_SESSION_MANAGER'];
    const manager = world.addApp({ uid: 20_010_003, permissions });
    const { agent } = other.request;

    for (const call of [
      () => agent.show(task.tid),
      () => agent.remove(task.tid),
      () => agent.getTask(other.context, task.tid),
    ]) {
      expectRefusal(await refusalOf(call), 21900006, /belongs to another app/);
    }
    expect(await manager.request.agent.show(task.tid)).toMatchObject({ tid: task.tid });
    expectRefusal(await refusalOf(() => manager.request.agent.getTask(manager.context, task.tid)), 21900006);
    await manager.request.agent.remove(task.tid);
    expect(stateOf(world, task.tid)).toBe('removed (5)');
  });

  it('answers for legacy tasks, which have no agent task', async () => {
    const world = slowWorld({ rules });
    const { app } = world;
    await app.request.downloadFile(app.context, { url: `${serverOrigin}/big`, filePath: '/data/l' });
    const [tid] = await app.request.agent.search();

    expectRefusal(await refusalOf(() => app.request.agent.getTask(app.context, tid ?? '')), 21900006);
  });
});

describe('21900007', () => {
  it('answers for the start of a deleted task, for ever', async () => {
    const world = slowWorld();
    const task = await world.create(downloadOf('/small'));
    await world.app.request.agent.remove(task.tid);

    expectRefusal(await refusalOf(() => task.start()), 21900007, /start: task \d+ is removed.*create a new task/);
    await world.run(60_000);
    expectRefusal(await refusalOf(() => task.start()), 21900007);
    expectRefusal(await refusalOf(() => task.pause()), 21900006);
  });

  it.each([
    ['start', 'running', /start: task \d+ is running; legal now: .*pause.*; way out: create a new task/],
    ['start', 'paused', /start: task \d+ is paused; legal now: .*resume.*/],
    ['start', 'completed', /start: task \d+ is completed; .*way out: create a new task/],
    ['pause', 'initialized', /pause: task \d+ is initialized; legal now: start.*; way out: start, then .*pause/],
    ['pause', 'waiting', /pause: task \d+ is waiting; .*way out: wait until it runs, then pause/],
    ['resume', 'running', /resume: task \d+ is running; .*way out: pause, then resume/],
    ['resume', 'stopped', /resume: task \d+ is stopped; .*way out: create a new task/],
    ['stop', 'paused', /stop: task \d+ is paused; .*way out: resume, then wait until it runs, then stop/],
    ['stop', 'waiting', /stop: task \d+ is waiting; .*way out: wait until it runs, then stop/],
  ] as const)('answers for %s in %s, and says what is legal and how to go on', async (operation, state, detail) => {
    const world = slowWorld();
    if (state === 'waiting') world.setNetwork('offline');
    const task = await world.create(state === 'completed' ? downloadOf('/small') : downloadOf('/big'));
    if (state !== 'initialized') await task.start();
    await world.run(2_000);
    if (state === 'paused') await task.pause();
    if (state === 'stopped') await task.stop();

    expectRefusal(await refusalOf(() => task[operation]()), 21900007, detail);
    const error = await new Promise<BusinessError>((resolve) => {
      task[operation]((answered) => resolve(answered));
    });
    expectRefusal(error, 21900007, detail);
  });

  it('answers for the speed of a removed task, in this process and the next', async () => {
    const world = slowWorld();
    const task = await world.create(uploadOf(world, [10]));
    await world.app.request.agent.remove(task.tid);

    expectRefusal(await refusalOf(() => task.setMaxSpeed(20_000)), 21900007);
  });
});
