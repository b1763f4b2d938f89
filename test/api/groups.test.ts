import { describe, expect, it } from 'vitest';
import { createWorld } from '../../src/sim/index.ts';
import { bothRules } from '../support/worlds.ts';

const notification = { title: 'Reports' };

describe.each(bothRules)('groups by the rules of %s', (rules) => {
  it('take tasks that have not started, all or none', async () => {
    const world = createWorld({ rules });
    const { agent } = world.app.request;
    const gid = await agent.createGroup({ notification });
    const [first, second] = [await world.create({ saveas: './a' }), await world.create({ saveas: './b' })];

    await expect(agent.attachGroup(gid, [first.tid, second.tid])).resolves.toBeUndefined();
    await expect(agent.attachGroup(gid, [])).resolves.toBeUndefined();
    await first.start();

    await expect(agent.attachGroup(gid, [second.tid, first.tid])).rejects.toMatchObject({ code: 21900007 });
  });

  it('refuse foreground tasks, unknown tasks, and tasks of other apps', async () => {
    const world = createWorld({ rules });
    const { agent } = world.app.request;
    const gid = await agent.createGroup({ notification });
    const shown = await world.create({ mode: agent.Mode.FOREGROUND, saveas: './a' });
    const other = world.addApp({ uid: 20_010_002, roots: ['/other'] });
    const foreign = await other.request.agent.create(other.context, { action: 0, url: 'http://files.example/x' });

    await expect(agent.attachGroup(gid, [shown.tid])).rejects.toMatchObject({ code: 21900005 });
    await expect(agent.attachGroup(gid, ['123'])).rejects.toMatchObject({ code: 21900006 });
    await expect(agent.attachGroup(gid, [foreign.tid])).rejects.toMatchObject({ code: 21900006 });
  });

  it('are gone once deleted, for good and over a restart', async () => {
    const world = createWorld({ rules });
    const { agent } = world.app.request;
    const [kept, gone] = [await agent.createGroup({ notification }), await agent.createGroup({ notification })];
    const task = await world.create();
    await agent.deleteGroup(gone);

    world.restart();
    const later = world.app.request.agent;

    await expect(later.deleteGroup(gone)).rejects.toMatchObject({
      code: 21900008,
      message: 'Group deleted or not found.',
      detail: 'deleteGroup: the group is deleted',
    });
    await expect(later.attachGroup(gone, [task.tid])).rejects.toMatchObject({ code: 21900008 });
    await expect(later.attachGroup('no number', [task.tid])).rejects.toMatchObject({ code: 21900008 });
    await expect(later.attachGroup(kept, [task.tid])).resolves.toBeUndefined();
  });

  it('belong to the app that made them', async () => {
    const world = createWorld({ rules });
    const gid = await world.app.request.agent.createGroup({ notification });
    const other = world.addApp({ uid: 20_010_002, roots: ['/other'] });

    await expect(other.request.agent.deleteGroup(gid)).rejects.toMatchObject({ code: 21900008 });
  });

  it('are forgotten after a week when no task is shown in them', async () => {
    const world = createWorld({ rules });
    const { agent } = world.app.request;
    const [used, unused] = [await agent.createGroup({ notification }), await agent.createGroup({ notification })];
    const task = await world.create();
    await agent.attachGroup(used, [task.tid]);
    world.clock.jump(6.5 * 86_400_000);
    await task.start();
    world.clock.jump(86_400_000);

    world.engine.collectGarbage();

    await expect(agent.deleteGroup(unused)).rejects.toMatchObject({ code: 21900008 });
    await expect(agent.deleteGroup(used)).resolves.toBeUndefined();
  });

  it.each([
    ['no config', () => undefined],
    ['a gauge that is no boolean', () => ({ gauge: 1, notification })],
    ['a title that is too long', () => ({ notification: { title: 'x'.repeat(1025) } })],
    ['a visibility there is not', () => ({ notification: { visibility: 4 } })],
  ])('are not created with %s', (_, config) => {
    const { agent } = createWorld({ rules }).app.request;

    expect(() => agent.createGroup(config() as never)).toThrow(expect.objectContaining({ code: 401 }));
  });

  it.each([
    ['one argument', ['1']],
    ['three arguments', ['1', [], 0]],
    ['a gid that is no string', [1, []]],
    ['an empty gid', ['', []]],
    ['tids that are no array', ['1', 'x']],
  ])('take no attachment with %s', (_, args) => {
    const { agent } = createWorld({ rules }).app.request;

    expect(() => (agent.attachGroup as (...args: unknown[]) => unknown)(...args)).toThrow(
      expect.objectContaining({ code: 401 }),
    );
  });
});

it('a service that is down is told by the book, and swallowed by a device', async () => {
  const [documented, device] = bothRules.map((rules) => createWorld({ rules }));
  documented?.engine.setService('unavailable');
  device?.engine.setService('unavailable');

  await expect(documented?.app.request.agent.createGroup({ notification })).rejects.toMatchObject({ code: 13400003 });
  await expect(device?.app.request.agent.createGroup({ notification })).resolves.toBe('');
});
