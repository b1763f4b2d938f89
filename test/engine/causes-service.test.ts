import { describe, expect, it } from 'vitest';
import type { UploadConfig } from '../../src/api/types.ts';
import type { BusinessError } from '../../src/errors.ts';
import { serverOrigin } from '../../src/sim/index.ts';
import {
  bareEngine,
  bothRules,
  downloadOf,
  expectRefusal,
  legacyUploadOf,
  refusalOf,
  slowWorld,
  stateOf,
  systemApp,
  thrownBy,
} from '../support/worlds.ts';

describe.each(bothRules)('13400003 by the rules of %s', (rules) => {
  it('answers every call for a task while the service is down, and none once it is up', async () => {
    const world = slowWorld({ rules });
    const { agent } = world.app.request;
    const task = await world.create(downloadOf('/big'));
    const calls = [
      () => world.create(downloadOf('/small')),
      () => task.start(),
      () => task.pause(),
      () => task.resume(),
      () => task.stop(),
      () => task.setMaxSpeed(20_000),
      () => agent.show(task.tid),
      () => agent.getTask(world.app.context, task.tid),
      () => agent.search(),
      () => systemApp(world).request.agent.query(task.tid),
      () => world.app.request.downloadFile(world.app.context, { url: `${serverOrigin}/x`, filePath: '/data/x' }),
    ];
    world.engine.setService('unavailable');

    for (const call of calls) expectRefusal(await refusalOf(call), 13400003, /service cannot be reached; try again/);

    world.engine.setService('available');
    await expect(task.start()).resolves.not.toThrow();
  });

  it('is an answer to the callback of downloadFile', async () => {
    const world = slowWorld({ rules });
    world.engine.setService('unavailable');

    const error = await new Promise<BusinessError>((resolve) => {
      const config = { url: `${serverOrigin}/x`, filePath: '/data/x' };
      world.app.request.downloadFile(world.app.context, config, resolve);
    });

    expectRefusal(error, 13400003);
  });

  it('comes after 401 and file errors, which are thrown', () => {
    const world = slowWorld({ rules });
    world.engine.setService('unavailable');
    expect(thrownBy(() => world.create({ url: 'ftp://x' })).code).toBe(401);
    expect(thrownBy(() => world.app.request.agent.show('')).code).toBe(401);
  });

  it('answers a call whose change cannot be stored, which then has not happened', async () => {
    const { app, store, engine } = bareEngine({ rules, limits: { backgroundTasksMax: 1 } });
    const task = await app.request.agent.create(app.context, { action: 0, url: `${serverOrigin}/x` });
    store.failNext('io');

    expectRefusal(await refusalOf(() => task.start()), 13400003, /could not be stored, so it was not made; try again/);

    expect(engine.tasks()[0]?.progress.state).toBe(0);
    await expect(task.start()).resolves.not.toThrow();
  });
});

it('13400003 does not keep anybody from removing a task, by the book', async () => {
  const world = slowWorld();
  const { tid } = await world.create(downloadOf('/big'));
  world.engine.setService('unavailable');

  await world.app.request.agent.remove(tid);

  expect(stateOf(world, tid)).toBe('removed (5)');
});

it('13400003 answers remove too on a device', async () => {
  const world = slowWorld({ rules: 'device' });
  const { tid } = await world.create(downloadOf('/big'));
  world.engine.setService('unavailable');

  expectRefusal(await refusalOf(() => world.app.request.agent.remove(tid)), 13400003);
});

describe.each(bothRules)('13499999 by the rules of %s', (rules) => {
  it.each([['text'], [{}], [1]])('rejects an upload whose data is %j', async (data) => {
    const world = slowWorld({ rules });
    const config = legacyUploadOf(world, [10], { data } as unknown as Partial<UploadConfig>);
    const { uploadFile } = world.app.request;

    expectRefusal(await refusalOf(() => uploadFile(world.app.context, config)), 13499999, /config.data is no array/);
    const error = await new Promise<BusinessError>((resolve) => uploadFile(world.app.context, config, resolve));
    expectRefusal(error, 13499999);
    expect(world.engine.tasks()).toEqual([]);
  });

  it('rejects a task whose record cannot be stored, and leaves nothing of it', async () => {
    const { app, store, files, engine } = bareEngine({ rules, limits: { backgroundTasksMax: 1 } });
    const { agent } = app.request;
    const config = { action: agent.Action.DOWNLOAD, url: `${serverOrigin}/x`, saveas: '/data/x' };
    store.failNext('full');

    expectRefusal(await refusalOf(() => agent.create(app.context, config)), 13499999, /record cannot be stored/);
    expect(engine.tasks()).toEqual([]);
    expect(files.look('/data/x').kind).toBe(rules === 'documented' ? 'missing' : 'file');

    // It took no room in the queue of one either.
    await expect(agent.create(app.context, { ...config, overwrite: true })).resolves.toBeDefined();
    expectRefusal(await refusalOf(() => agent.create(app.context, { ...config, overwrite: true })), 21900004);
  });

  it('rejects a legacy download whose record cannot be stored', async () => {
    const { app, store } = bareEngine({ rules, limits: { backgroundTasksMax: 1 } });
    store.failNext('io');

    const config = { url: `${serverOrigin}/x`, filePath: '/data/x' };
    expectRefusal(await refusalOf(() => app.request.downloadFile(app.context, config)), 13499999);
  });
});

describe.each(bothRules)('201 by the rules of %s', (rules) => {
  const text = 'The permissions check fails';

  it('answers those who lack INTERNET when they create, start or resume', async () => {
    const world = slowWorld({ rules });
    const poor = world.addApp({ uid: 20_010_005, permissions: [] });
    const { agent, downloadFile, uploadFile, download } = poor.request;
    const create = () =>
      agent.create(poor.context, { action: agent.Action.DOWNLOAD, url: `${serverOrigin}/x`, saveas: '/data/x' });
    const legacy = { url: `${serverOrigin}/x`, filePath: '/data/y' };

    for (const call of [
      create,
      () => downloadFile(poor.context, legacy),
      () => uploadFile(poor.context, legacyUploadOf(world, [1])),
      () => download({ ...legacy, filePath: '/data/z' }),
    ]) {
      const refusal = await refusalOf(call);
      expect([refusal.code, refusal.message]).toEqual([201, text]);
      expect(refusal.detail).toMatch(/declare ohos.permission.INTERNET/);
    }
  });

  it('answers start and resume, but no other call, of an app that has INTERNET no more', async () => {
    const world = slowWorld({ rules });
    const uid = 20_010_005;
    const rich = world.addApp({ uid });
    const { agent } = rich.request;
    const create = (saveas: string) => agent.create(rich.context, { action: 0, url: `${serverOrigin}/big`, saveas });
    const [fresh, paused] = [await create('/data/fresh'), await create('/data/paused')];
    await paused.start();
    await world.run(1_000);
    await paused.pause();
    world.restart();
    const poor = world.addApp({ uid, permissions: [] });
    const again = (tid: string) => poor.request.agent.getTask(poor.context, tid);

    expect((await refusalOf(async () => (await again(fresh.tid)).start())).code).toBe(201);
    expect((await refusalOf(async () => (await again(paused.tid)).resume())).code).toBe(201);
    expect((await refusalOf(async () => (await again(fresh.tid)).pause())).code).toBe(21900007);
    expect((await refusalOf(async () => (await again(fresh.tid)).stop())).code).toBe(21900007);
    await expect(poor.request.agent.show(fresh.tid)).resolves.toBeDefined();
    await expect(poor.request.agent.remove(fresh.tid)).resolves.not.toThrow();
  });

  it('answers the suspend of a download manager without INTERNET, who may do all the rest', async () => {
    const world = slowWorld({ rules });
    const manager = world.addApp({ uid: 20_010_006, permissions: ['ohos.permission.DOWNLOAD_SESSION_MANAGER'] });
    const config = { url: `${serverOrigin}/big`, filePath: '/data/x' };
    const task = await manager.request.downloadFile(manager.context, config);
    await world.run(1_000);

    expect((await refusalOf(() => task.suspend())).code).toBe(201);
    const error = await new Promise<BusinessError>((resolve) => task.pause(resolve));
    expect(error.code).toBe(201);
    expect(await task.getTaskMimeType()).toBe('application/octet-stream');
    expect(await task.restore()).toBe(true);
    expect(await task.delete()).toBe(true);
  });

  it('answers a system app that queries without managing sessions', async () => {
    const world = slowWorld({ rules });
    const { tid } = await world.create(downloadOf('/big'));
    const app = world.addApp({ uid: 20_010_007, system: true });

    expect((await refusalOf(() => app.request.agent.query(tid))).code).toBe(201);
  });
});

describe.each(bothRules)('202 by the rules of %s', (rules) => {
  it('answers the query of an app that is no system app, before anything else', async () => {
    const world = slowWorld({ rules });
    const { tid } = await world.create(downloadOf('/big'));
    world.engine.setService('unavailable');

    for (const id of [tid, '1']) {
      const refusal = await refusalOf(() => world.app.request.agent.query(id));
      expect([refusal.code, refusal.message]).toEqual([
        202,
        'Permission verification failed. A non-system application calls a system API.',
      ]);
    }
  });
});

describe.each(bothRules)('401 by the rules of %s', (rules) => {
  it('is thrown at once by every call, with a callback too, which is not called', async () => {
    const world = slowWorld({ rules });
    const { app } = world;
    const { agent, downloadFile, uploadFile } = app.request;
    const task = await world.create(downloadOf('/small'));
    const called: unknown[] = [];
    const callback = (...args: unknown[]) => called.push(args);
    const wrong = (value: unknown) => value as never;
    const calls = [
      () => agent.create(app.context, wrong({}), callback),
      () => agent.create(app.context, wrong({ action: 0 })),
      () => agent.create(wrong(undefined), { action: 0, url: serverOrigin }),
      () => agent.getTask(app.context, wrong(1)),
      () => agent.getTask(app.context, '1', 'short'),
      () => agent.remove(wrong(undefined), callback),
      () => agent.remove(''),
      () => agent.show(wrong(1), callback),
      () => agent.touch('1', 'short', callback),
      () => agent.touch('1', wrong(undefined)),
      () => agent.search(wrong('filter'), callback),
      () => agent.search({ before: 1, after: 2 }),
      () => agent.query('', callback),
      () => downloadFile(app.context, wrong({}), callback),
      () => uploadFile(app.context, wrong({ url: serverOrigin, method: 'PUT' }), callback),
      () => uploadFile(app.context, wrong({ url: serverOrigin, header: {}, method: 'PUT', files: [], data: [] })),
      () => task.setMaxSpeed(16_383),
      () => task.setMaxSpeed(wrong('fast')),
      () => task.on(wrong('nothing'), () => {}),
    ];

    for (const call of calls) {
      const refusal = thrownBy(call);
      expect([refusal.code, refusal.message]).toEqual([401, 'The parameters check fails']);
      expect(refusal.detail).toMatch(/legal: /);
    }
    await world.run(1_000);
    expect(called).toEqual([]);
  });
});

describe('the order of refusals', () => {
  it('is service, permission, mode, queue', async () => {
    const world = slowWorld({ limits: { backgroundTasksMax: 0, foregroundTasksMax: 0 } });
    const poor = world.addApp({ uid: 20_010_005, permissions: [] });
    const create = (app: typeof poor) => () =>
      app.request.agent.create(app.context, { action: 0, url: serverOrigin, saveas: 'x', overwrite: true, mode: 1 });
    poor.toBackground();
    world.app.toBackground();
    world.engine.setService('unavailable');
    expect((await refusalOf(create(poor))).code).toBe(13400003);
    world.engine.setService('available');
    expect((await refusalOf(create(poor))).code).toBe(201);
    expect((await refusalOf(create(world.app))).code).toBe(21900005);
    world.app.toForeground();
    expect((await refusalOf(create(world.app))).code).toBe(21900004);
  });

  it('has the full queue before data that is no array', async () => {
    const world = slowWorld({ limits: { backgroundTasksMax: 0 } });
    const config = legacyUploadOf(world, [10], { data: 1 } as unknown as Partial<UploadConfig>);

    expect((await refusalOf(() => world.app.request.uploadFile(world.app.context, config))).code).toBe(21900004);
  });
});
