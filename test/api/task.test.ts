import { describe, expect, it } from 'vitest';
import { State } from '../../src/api/constants.ts';
import type { App } from '../../src/api/task-engine.ts';
import type { Config, TaskInfo } from '../../src/api/types.ts';
import { serverOrigin } from '../../src/sim/index.ts';
import {
  bothRules,
  downloadOf,
  expectRefusal,
  rateBytes,
  slowWorld,
  started,
  stateOf,
  thrownBy,
  uploadOf,
} from '../support/worlds.ts';

describe.each(bothRules)('calls by the rules of %s', (rules) => {
  it('that are refused name the line of the caller', async () => {
    const world = slowWorld({ rules });
    const task = await world.create(downloadOf('/big'));

    const theApp = async () => task.pause();

    await expect(theApp()).rejects.toMatchObject({
      stack: expect.stringMatching(/^( {4}at .*\n){0,4} {4}at theApp /m),
    });
  });

  it('that disable notifications need the permission, of system apps', async () => {
    const world = slowWorld({ rules });
    const create = ({ context, request: { agent } }: App, n: number) =>
      agent.create(context, {
        ...downloadOf('/small'),
        saveas: `/data/${n}`,
        notification: { disable: true },
      } as Config);
    const permissions = ['ohos.permission.INTERNET'];
    const lacking = world.addApp({ uid: 20_010_901, system: true, permissions, roots: ['/data'] });
    const mayBeQuiet = [...permissions, 'ohos.permission.REQUEST_DISABLE_NOTIFICATION'];
    const quiet = world.addApp({ uid: 20_010_902, system: true, permissions: mayBeQuiet, roots: ['/data'] });

    await expect(create(lacking, 1)).rejects.toMatchObject({ code: 201 });
    await expect(create(quiet, 2)).resolves.toBeDefined();
    await expect(create(world.app, 3), 'ignored').resolves.toBeDefined();
  });

  it('start a task whose process has gone and come back', async () => {
    const world = slowWorld({ rules });
    const task = await world.create(downloadOf('/small'));

    world.app.terminate();
    world.app.toForeground();
    await task.start();

    expect(stateOf(world, task.tid)).not.toBe('initialized (0)');
  });

  it('resubscribe to the object that is held already', async () => {
    const world = slowWorld({ rules });
    const task = await world.create(downloadOf('/small'));

    expect(world.app.resubscribe(task.tid)).toBe(task);
  });

  it('with a context that cannot be looked at are refused', async () => {
    const { agent } = slowWorld({ rules }).app.request;
    const throwing = {
      get stageMode(): boolean {
        throw new Error('not yours');
      },
    };
    const { proxy, revoke } = Proxy.revocable({ stageMode: true }, {});
    revoke();

    for (const context of [throwing, proxy]) {
      expectRefusal(
        thrownBy(() => agent.create(context, downloadOf('/small') as Config)),
        401,
      );
    }
  });

  it('answer promises and callbacks alike', async () => {
    const world = slowWorld({ rules });
    const { agent } = world.app.request;
    const answer = (call: (callback: (...args: unknown[]) => void) => unknown): Promise<unknown[]> =>
      new Promise((resolve) => expect(call((...args) => resolve(args))).toBeUndefined());
    const config = { ...downloadOf('/big'), overwrite: true } as Config;
    const [noError, created] = await answer((callback) => agent.create(world.app.context, config, callback));
    const task = created as Awaited<ReturnType<typeof agent.getTask>>;
    const done = rules === 'device' ? true : undefined;

    expect(noError).toBeNull();
    expect(await answer((callback) => task.start(callback))).toEqual([null, done]);
    await world.run(1_000);
    expect(await answer((callback) => task.pause(callback))).toEqual([null, done]);
    expect(await answer((callback) => task.resume(callback))).toEqual([null, done]);
    expect(await answer((callback) => task.stop(callback))).toEqual([null, done]);
    expect(await task.setMaxSpeed(20_000)).toBe(done);
    expect(await answer((callback) => agent.show(task.tid, callback))).toEqual([
      null,
      expect.objectContaining({ tid: task.tid }),
    ]);
    expect(await answer((callback) => agent.search(callback))).toEqual([null, [task.tid]]);
    expect(await answer((callback) => agent.search({}, callback))).toEqual([null, [task.tid]]);
    expect(await answer((callback) => agent.remove(task.tid, callback))).toEqual([
      null,
      rules === 'device' ? false : undefined,
    ]);
    const [error, data] = await answer((callback) => agent.remove(task.tid, callback));
    expect(error).toMatchObject({ code: 21900006 });
    expect(data).toBeUndefined();
  });

  it('resolve to nothing where documented, to true or, of remove, to false on a device', async () => {
    const world = slowWorld({ rules });
    const task = await world.create(downloadOf('/big'));

    expect(await task.start()).toBe(rules === 'device' ? true : undefined);
    expect(await world.app.request.agent.remove(task.tid)).toBe(rules === 'device' ? false : undefined);
  });
});

describe('the config of a task', () => {
  it('is the object that its creator passed, as it was', async () => {
    const world = slowWorld();
    const { agent } = world.app.request;
    const config = { action: agent.Action.DOWNLOAD, url: `${serverOrigin}/small`, retry: undefined, priority: 3 };

    const task = await agent.create(world.app.context, config);

    expect(task.config).toBe(config);
    expect(task.config).toEqual({ action: 0, url: `${serverOrigin}/small`, retry: undefined, priority: 3 });
    expect(await agent.getTask(world.app.context, task.tid)).toBe(task);
  });

  it('is filled in when another process gets the task', async () => {
    const world = slowWorld();
    const full = { proxy: 'http://proxy:80', timeout: { totalTimeout: 9 }, notification: { title: 'x' } };
    const { tid } = await world.create(downloadOf('/small', { ...full, headers: { A: 'b' }, token: 'open sesame' }));
    const plain = await world.create(downloadOf('/mid', { mode: 1, network: 1 }));

    world.restart();
    const { agent } = world.app.request;
    const again = await agent.getTask(world.app.context, tid, 'open sesame');
    const plainAgain = await agent.getTask(world.app.context, plain.tid);

    expect(again.config).toEqual({
      action: 0,
      url: `${serverOrigin}/small`,
      title: 'download',
      description: '',
      mode: 0,
      overwrite: true,
      method: 'GET',
      headers: { A: 'b' },
      data: '',
      saveas: '/data/small',
      network: 0,
      metered: false,
      roaming: true,
      retry: true,
      redirect: true,
      index: 0,
      begins: 0,
      ends: -1,
      gauge: false,
      precise: false,
      token: 'open sesame',
      priority: 0,
      extras: {},
      multipart: false,
      minSpeed: { speed: 0, duration: 0 },
    });
    expect(plainAgain.config).toMatchObject({ mode: 1, network: 1 });
    expect('token' in plainAgain.config).toBe(false);
    expect(await agent.getTask(world.app.context, tid, 'open sesame')).toBe(again);
  });
});

describe('show', () => {
  it('tells all there is to tell of a task that was just created', async () => {
    const world = slowWorld({ startMs: 1_700_000_000_000 });
    const { tid } = await world.create(downloadOf('/small', { title: 'T', description: 'D', gauge: true }));

    const info: TaskInfo = await world.app.request.agent.show(tid);

    expect(info).toEqual({
      saveas: '/data/small',
      url: `${serverOrigin}/small`,
      data: '',
      tid,
      title: 'T',
      description: 'D',
      action: 0,
      mode: 0,
      priority: 0,
      mimeType: '',
      progress: { state: State.INITIALIZED, index: 0, processed: 0, sizes: [-1], extras: { body: '' } },
      gauge: true,
      ctime: 1_700_000_000_000,
      mtime: 1_700_000_000_000,
      retry: true,
      tries: 0,
      faults: null,
      reason: 'Task successful',
      extras: {},
    });
    expect(tid).toMatch(/^[1-9]\d{8}$/);
  });

  it('tells the counts of a run under way, and its last change', async () => {
    const world = slowWorld();
    const task = await started(world, downloadOf('/big'));
    await world.run(10_000);

    const info = await world.app.request.agent.show(task.tid);

    expect(info.progress).toMatchObject({ state: State.RUNNING, sizes: [1_000_000] });
    expect(info.progress.processed).toBeGreaterThan(9 * rateBytes);
    expect(info.mimeType).toBe('application/octet-stream');
    expect(info.mtime).toBe(info.ctime);
    await task.pause();
    const paused = await world.app.request.agent.show(task.tid);
    expect(paused.mtime).toBe(info.ctime + 10_000);
    expect(paused.reason).toBe('User operation');
    expect(paused.faults).toBe(0xff);
  });

  it.each(bothRules)('tells the form and the files of an upload (%s)', async (rules) => {
    const world = slowWorld({ rules });
    const data = [{ name: 'field', value: 'text' }];
    const { data: files } = uploadOf(world, [10, 20]);
    const { tid } = await world.create({
      action: 1,
      url: `${serverOrigin}/up`,
      data: [...(files as never[]), ...data],
    });

    expect(await world.app.request.agent.show(tid)).toMatchObject({
      action: 1,
      saveas: '',
      mimeType: 'multipart/form-data',
      data: [
        { name: 'field', value: 'text' },
        { name: 'part0', value: { path: '/data/part0.bin', mimeType: 'bin', filename: 'part0.bin' } },
        { name: 'part1', value: { path: '/data/part1.bin', mimeType: 'bin', filename: 'part1.bin' } },
      ],
      progress: { sizes: [10, 20] },
    });
  });

  it('forgets the type of a task that has ended, on a device only', async () => {
    for (const rules of bothRules) {
      const world = slowWorld({ rules });
      const { tid } = await started(world, downloadOf('/small'));
      await world.run(5_000);
      const { mimeType } = await world.app.request.agent.show(tid);
      expect(mimeType).toBe(rules === 'device' ? '' : 'application/octet-stream');
    }
  });
});

describe('the speed of a task', () => {
  it('is held from the next moment on, and in every later run', async () => {
    const world = slowWorld({ wire: { bytesPerSecond: 100_000 } });
    const task = await started(world, downloadOf('/big'));
    const bytes = () => world.disk.read('/data/big').length;
    await world.run(2_000);
    expect(bytes()).toBeGreaterThan(180_000);

    await task.setMaxSpeed(20_000);
    await world.run(1_000);
    const before = bytes();
    await world.run(10_000);
    expect(bytes() - before).toBeGreaterThanOrEqual(180_000);
    expect(bytes() - before).toBeLessThanOrEqual(220_000);

    await task.pause();
    await world.run(100);
    await task.resume();
    const again = bytes();
    await world.run(10_000);
    expect(bytes() - again).toBeLessThanOrEqual(220_000);
    world.restart();
    const restarted = bytes();
    await world.run(10_000);
    expect(stateOf(world, task.tid)).toBe('running (0)');
    expect(bytes() - restarted).toBeLessThanOrEqual(220_000);
  });

  it('is at least 16 KiB a second, and at least the floor of the task', async () => {
    const world = slowWorld();
    const task = await world.create(downloadOf('/big', { minSpeed: { speed: 50_000, duration: 60 } }));

    expectRefusal(
      thrownBy(() => task.setMaxSpeed(16_383)),
      401,
    );
    expectRefusal(
      thrownBy(() => task.setMaxSpeed(49_999)),
      401,
    );
    await expect(task.setMaxSpeed(50_000)).resolves.not.toThrow();
    const other = await world.create(downloadOf('/mid'));
    await expect(other.setMaxSpeed(16_384)).resolves.not.toThrow();
  });
});
