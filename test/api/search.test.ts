import { describe, expect, it } from 'vitest';
import { Action, Mode, State } from '../../src/api/constants.ts';
import type { App } from '../../src/api/task-engine.ts';
import type { Config } from '../../src/api/types.ts';
import { serverOrigin, type World } from '../../src/sim/index.ts';
import {
  bothRules,
  dayMs,
  downloadOf,
  expectRefusal,
  hourMs,
  legacyUploadOf,
  refusalOf,
  slowWorld,
  started,
  systemApp,
  thrownBy,
  uploadOf,
} from '../support/worlds.ts';

const token = 'open sesame';

async function createFor(app: App, name: string): Promise<string> {
  const { agent } = app.request;
  const config: Config = { action: Action.DOWNLOAD, url: `${serverOrigin}/small`, saveas: `/data/${name}` };
  return (await agent.create(app.context, config)).tid;
}

describe.each(bothRules)('search by the rules of %s', (rules) => {
  it('lists the tasks of the app, oldest first, those of both APIs and those with a token', async () => {
    const world = slowWorld({ rules });
    const { app } = world;
    const first = await world.create(downloadOf('/small', { token }));
    await app.request.uploadFile(app.context, legacyUploadOf(world, [10]));
    const last = await world.create(uploadOf(world, [10]));
    await createFor(world.addApp({ uid: 20_010_002 }), 'other');

    const found = await app.request.agent.search();

    expect(found).toHaveLength(3);
    expect([found[0], found[2]]).toEqual([first.tid, last.tid]);
    expect(await app.request.agent.search(undefined)).toEqual(found);
    expect(await app.request.agent.search(null as never)).toEqual(found);
  });

  it('looks for a state, an action, a mode, and all of them together', async () => {
    const world = slowWorld({ rules });
    const { agent } = world.app.request;
    const idle = await world.create(downloadOf('/mid'));
    const running = await started(world, downloadOf('/big', { mode: 1 }));
    const upload = await world.create(uploadOf(world, [10]));

    expect(await agent.search({ state: State.INITIALIZED })).toEqual([idle.tid, upload.tid]);
    expect(await agent.search({ state: State.RUNNING })).toEqual([running.tid]);
    expect(await agent.search({ action: Action.UPLOAD })).toEqual([upload.tid]);
    expect(await agent.search({ mode: Mode.FOREGROUND })).toEqual([running.tid]);
    expect(await agent.search({ state: State.INITIALIZED, action: Action.DOWNLOAD })).toEqual([idle.tid]);
    expect(await agent.search({ state: State.COMPLETED })).toEqual([]);
  });

  it('looks a day back from its end, both ends included', async () => {
    const world = slowWorld({ rules, startMs: 10 * dayMs });
    const { agent } = world.app.request;
    const old = await world.create(downloadOf('/small'));
    await world.run(dayMs);
    const young = await world.create(downloadOf('/mid'));
    const nowMs = 11 * dayMs;

    expect(await agent.search()).toEqual([old.tid, young.tid]);
    await world.run(1);
    expect(await agent.search()).toEqual([young.tid]);
    expect(await agent.search({ before: nowMs - 1 })).toEqual([old.tid]);
    expect(await agent.search({ before: 10 * dayMs })).toEqual([old.tid]);
    expect(await agent.search({ before: 10 * dayMs - 1 })).toEqual([]);
    expect(await agent.search({ after: 10 * dayMs })).toEqual([old.tid, young.tid]);
    expect(await agent.search({ after: 10 * dayMs + 1 })).toEqual([young.tid]);
    expect(await agent.search({ after: nowMs, before: nowMs })).toEqual([young.tid]);
  });

  it('takes no notice of members of a wrong type, and refuses a filter that is none', async () => {
    const world = slowWorld({ rules });
    const { agent } = world.app.request;
    const { tid } = await world.create(downloadOf('/small'));

    expect(await agent.search({ state: 'running', action: null, before: 'now', mode: {} } as never)).toEqual([tid]);
    for (const filter of ['all', 1, true]) {
      expectRefusal(
        thrownBy(() => agent.search(filter as never)),
        401,
      );
    }
    expectRefusal(
      thrownBy(() => agent.search({ before: 1, after: 2 })),
      401,
    );
  });

  it(`${rules === 'device' ? 'lists' : 'hides'} what was removed and not yet collected`, async () => {
    const world = slowWorld({ rules });
    const { agent } = world.app.request;
    const { tid } = await world.create(downloadOf('/small'));
    await agent.remove(tid);

    expect(await agent.search()).toEqual(rules === 'device' ? [tid] : []);
    expect(await agent.search({ state: State.REMOVED })).toEqual(rules === 'device' ? [tid] : []);
  });

  it('finds the tasks of all apps for a system app, or of the one it names', async () => {
    const world = slowWorld({ rules });
    const other = world.addApp({ uid: 20_010_002, bundle: 'com.example.other' });
    const system = systemApp(world);
    const [mine, theirs] = [await createFor(world.app, 'mine'), await createFor(other, 'theirs')];
    const { agent } = system.request;

    expect(await agent.search()).toEqual([mine, theirs]);
    expect(await agent.search({ bundle: '*' })).toEqual([mine, theirs]);
    expect(await agent.search({ bundle: 'com.example.other' })).toEqual([theirs]);
    expect(await agent.search({ bundle: 'com.example.nobody' })).toEqual([]);
    // An app that is none of the system's sees its own, whatever it names.
    expect(await world.app.request.agent.search({ bundle: 'com.example.other' })).toEqual([mine]);
    expect(await world.app.request.agent.search({ bundle: '*' })).toEqual([mine]);
  });
});

describe.each(bothRules)('query by the rules of %s', (rules) => {
  it('tells a system app whose task it is, but not where it goes', async () => {
    const world = slowWorld({ rules });
    const { tid } = await world.create(downloadOf('/small', { token }));

    const info = await systemApp(world).request.agent.query(tid);

    expect(info).toMatchObject({ tid, uid: '20010001', bundle: 'com.example.app', url: '', data: '' });
    expect(await world.app.request.agent.touch(tid, token)).not.toHaveProperty('uid');
  });

  it.each([
    ['DOWNLOAD', 'ok', 21900006],
    ['UPLOAD', 21900006, 'ok'],
  ] as const)(
    'with the permission to manage %s sessions answers %s for downloads and %s for uploads',
    async (kind, ...answers) => {
      const world = slowWorld({ rules });
      const tasks = [await world.create(downloadOf('/small')), await world.create(uploadOf(world, [10]))];
      const permissions = [`ohos.permission.${kind}_SESSION_MANAGER`];
      const { agent } = world.addApp({ uid: 20_010_008, system: true, permissions }).request;

      for (const [at, expected] of answers.entries()) {
        const tid = tasks[at]?.tid ?? '';
        if (expected === 'ok') expect(await agent.query(tid)).toMatchObject({ tid });
        else expect((await refusalOf(() => agent.query(tid))).code).toBe(expected);
      }
      expect((await refusalOf(() => agent.query('1'))).code).toBe(21900006);
    },
  );
});

describe.each(bothRules)('tokens by the rules of %s', (rules) => {
  async function tasks(world: World) {
    const plain = await world.create(downloadOf('/small'));
    const secret = await world.create(downloadOf('/mid', { token }));
    return { plain: plain.tid, secret: secret.tid };
  }

  it('are not needed for a task without one, which does not take any', async () => {
    const world = slowWorld({ rules });
    const { agent } = world.app.request;
    const { plain } = await tasks(world);

    expect(await agent.show(plain)).toMatchObject({ tid: plain });
    expect(await agent.getTask(world.app.context, plain)).toMatchObject({ tid: plain });
    expect((await refusalOf(() => agent.touch(plain, token))).code).toBe(21900006);
    expect((await refusalOf(() => agent.getTask(world.app.context, plain, token))).code).toBe(21900006);
  });

  it('open the task that has them, and no other token does', async () => {
    const world = slowWorld({ rules });
    const { agent } = world.app.request;
    const { secret } = await tasks(world);

    expect((await refusalOf(() => agent.show(secret))).code).toBe(21900006);
    expect((await refusalOf(() => agent.getTask(world.app.context, secret))).code).toBe(21900006);
    expect((await refusalOf(() => agent.touch(secret, 'open barley'))).code).toBe(21900006);
    expect((await refusalOf(() => agent.getTask(world.app.context, secret, 'open barley'))).code).toBe(21900006);
    expect(await agent.touch(secret, token)).toMatchObject({ tid: secret });
    expect(await agent.getTask(world.app.context, secret, token)).toMatchObject({ tid: secret });
  });

  it('are of 8 to 2048 bytes of UTF-8', async () => {
    const world = slowWorld({ rules });
    const { agent } = world.app.request;
    const { secret } = await tasks(world);

    for (const bad of ['', '1234567', 'x'.repeat(2049), 'ü'.repeat(1025), 12345678, null]) {
      expectRefusal(
        thrownBy(() => agent.touch(secret, bad as never)),
        401,
      );
    }
    expectRefusal(
      thrownBy(() => agent.getTask(world.app.context, secret, '1234567')),
      401,
    );
    for (const long of ['12345678', 'x'.repeat(2048), 'ü'.repeat(4)]) {
      expect((await refusalOf(() => agent.touch(secret, long))).code).toBe(21900006);
    }
  });

  it('are not asked for by start, pause, resume, stop, remove, search and query', async () => {
    const world = slowWorld({ rules });
    const { agent } = world.app.request;
    const task = await world.create(downloadOf('/big', { token }));

    await task.start();
    await world.run(1_000);
    await task.pause();
    await task.resume();
    await world.run(1_000);
    await task.stop();
    expect(await agent.search()).toEqual([task.tid]);
    expect(await systemApp(world).request.agent.query(task.tid)).toMatchObject({ tid: task.tid });
    await agent.remove(task.tid);
    await world.run(hourMs);
    expect(await agent.search()).toEqual([]);
  });
});
