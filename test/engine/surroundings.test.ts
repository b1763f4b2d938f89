import { describe, expect, it } from 'vitest';
import type { Link } from '../../machines/vocabulary.ts';
import { Faults, Network, WaitingReason } from '../../src/api/constants.ts';
import type { World } from '../../src/sim/index.ts';
import {
  bothRules,
  downloadOf,
  expectWhole,
  hear,
  journeyOf,
  namesOf,
  payloadsOf,
  refusalOf,
  slowWorld,
  started,
  stateOf,
  uploadOf,
} from '../support/worlds.ts';

const user = 100;
const cellular: Link = { type: 'cellular', metered: true, roaming: false };

describe('a change from one network to another', () => {
  it.each([
    ['background', 0, true],
    ['background', 0, false],
    ['foreground', 1, true],
  ] as const)('does a %s task (mode %i, retry %s) for any network no harm where documented', async (...row) => {
    const [, mode, retry] = row;
    const world = slowWorld();
    const task = await world.create(downloadOf('/mid', { mode, retry, network: Network.ANY }));
    const heard = hear(task);
    await task.start();
    await world.run(3_000);

    world.setNetwork(cellular);
    await world.run(20_000);

    expect(journeyOf(world, task.tid)).toEqual(['waiting', 'running', 'completed']);
    expect(payloadsOf(heard, 'wait')).toEqual([]);
    // The socket of the old network is of no use: the transfer goes on over a new one.
    expect(world.requests('/mid')).toHaveLength(2);
    expectWhole(world, '/mid');
  });

  it.each([
    ['foreground', 1, true],
    ['background', 0, false],
  ] as const)('fails a %s task (mode %i, retry %s) for any network on a device', async (_, mode, retry) => {
    const world = slowWorld({ rules: 'device' });
    const task = await started(world, downloadOf('/mid', { mode, retry }));
    const heard = hear(task);
    await world.run(3_000);

    world.setNetwork(cellular);
    await world.run(1_000);

    expect(stateOf(world, task.tid)).toBe('failed (8)');
    expect(namesOf(heard).slice(-3)).toEqual(['progress', 'failed', 'faultOccur']);
    expect(payloadsOf(heard, 'faultOccur')).toEqual([Faults.OTHERS]);
  });

  it('lets a background task for any network on a device wait, and run again at once', async () => {
    const world = slowWorld({ rules: 'device' });
    const task = await started(world, downloadOf('/mid'));
    await world.run(3_000);

    world.setNetwork(cellular);
    await world.run(20_000);

    expect(journeyOf(world, task.tid)).toEqual(['waiting', 'running', 'waiting', 'running', 'completed']);
    expectWhole(world, '/mid');
  });

  it.each(bothRules)('to one that does not suit makes a task wait for another (%s)', async (rules) => {
    const world = slowWorld({ rules });
    const task = await started(world, downloadOf('/mid', { network: Network.WIFI }));
    const heard = hear(task);
    await world.run(3_000);

    world.setNetwork(cellular);
    await world.run(1_000);
    expect(stateOf(world, task.tid)).toBe('waiting (8)');
    expect(heard.at(-1)).toEqual(['wait', WaitingReason.NETWORK_NOT_MATCH]);

    world.setNetwork('wifi');
    await world.run(20_000);
    expect(stateOf(world, task.tid)).toBe('completed (0)');
    expectWhole(world, '/mid');
  });

  it.each(bothRules)('does not revive what has failed (%s)', async (rules) => {
    const world = slowWorld({ rules });
    const task = await started(world, downloadOf('/mid', { retry: false }));
    await world.run(3_000);
    world.setNetwork('offline');
    await world.run(1_000);

    world.setNetwork('wifi');
    await world.run(20_000);

    expect(stateOf(world, task.tid)).toBe('failed (7)');
  });

  it.each(bothRules)('that is none is no news (%s)', async (rules) => {
    const world = slowWorld({ rules });
    const task = await started(world, downloadOf('/mid'));
    await world.run(3_000);

    world.setNetwork('wifi');
    await world.run(20_000);

    expect(world.requests('/mid')).toHaveLength(1);
    expect(journeyOf(world, task.tid)).toEqual(['waiting', 'running', 'completed']);
  });

  it.each([
    ['documented', 'waiting (8)'],
    ['device', 'running (0)'],
  ] as const)('by the rules of %s a task for cellular started on Wi-Fi is %s', async (rules, state) => {
    const world = slowWorld({ rules });
    const task = await started(world, downloadOf('/mid', { network: Network.CELLULAR, metered: true }));
    expect(stateOf(world, task.tid)).toBe(state);
  });

  it.each(bothRules)('to cellular never suits a task for cellular that minds metered links (%s)', async (rules) => {
    const world = slowWorld({ rules, link: cellular });
    const task = await started(world, downloadOf('/mid', { network: Network.CELLULAR }));
    expect(stateOf(world, task.tid)).toBe('waiting (8)');
  });
});

describe.each(bothRules)('by the rules of %s an app that is away', (rules) => {
  it('has foreground tasks wait that it starts or resumes within the grace', async () => {
    const world = slowWorld({ rules });
    const fresh = await world.create(downloadOf('/big', { mode: 1 }));
    const paused = await started(world, downloadOf('/mid', { mode: 1 }));
    await world.run(1_000);
    await paused.pause();
    const heard = hear(fresh);

    world.app.toBackground();
    await fresh.start();
    await paused.resume();
    await world.run(1_000);

    expect(stateOf(world, fresh.tid)).toBe('waiting (6)');
    expect(stateOf(world, paused.tid)).toBe('waiting (6)');
    expect(heard).toEqual([['wait', WaitingReason.APP_BACKGROUND]]);
    world.app.toForeground();
    expect(stateOf(world, fresh.tid)).toBe('running (0)');
    expect(stateOf(world, paused.tid)).toBe('running (0)');
  });

  it.each(['toBackground', 'terminate'] as const)('by %s does its background tasks no harm', async (leave) => {
    const world = slowWorld({ rules });
    const download = await started(world, downloadOf('/big'));
    const upload = await started(world, uploadOf(world, [1_000_000]));

    world.app[leave]();
    await world.run(90_000);
    expect(stateOf(world, download.tid)).toBe('running (0)');
    await world.run(60_000);

    expect(stateOf(world, download.tid)).toBe('completed (0)');
    expect(stateOf(world, upload.tid)).toBe('completed (0)');
  });

  it('and whose process ends loses its foreground tasks after the same minute', async () => {
    const world = slowWorld({ rules });
    const download = await started(world, downloadOf('/big', { mode: 1 }));
    const upload = await started(world, uploadOf(world, [1_000_000], { mode: 1 }));

    world.app.terminate();
    await world.run(59_999);
    expect(stateOf(world, download.tid)).toBe('running (0)');
    await world.run(1);

    expect(stateOf(world, download.tid)).toBe('waiting (6)');
    expect(stateOf(world, upload.tid)).toBe('failed (6)');
  });

  it('concerns its own tasks only', async () => {
    const world = slowWorld({ rules });
    const other = world.addApp({ uid: 20_010_002 });
    const task = await started(world, downloadOf('/big', { mode: 1 }));

    other.toBackground();
    await world.run(70_000);

    expect(stateOf(world, task.tid)).toBe('running (0)');
  });
});

describe.each(bothRules)('by the rules of %s a user', (rules) => {
  it('that is suspended keeps its transfers, but finds none of its tasks', async () => {
    const world = slowWorld({ rules });
    const { agent } = world.app.request;
    const task = await started(world, downloadOf('/mid'));
    await world.run(1_000);

    world.engine.setAccount(user, 'suspended');
    for (const call of [
      () => task.pause(),
      () => agent.show(task.tid),
      () => agent.getTask(world.app.context, task.tid),
    ]) {
      expect((await refusalOf(call)).code).toBe(21900006);
    }
    await world.run(20_000);
    expect(stateOf(world, task.tid)).toBe('completed (0)');

    world.engine.setAccount(user, 'active');
    expect(await agent.show(task.tid)).toMatchObject({ tid: task.tid });
  });

  it('that is away concerns the apps of nobody else', async () => {
    const world = slowWorld({ rules });
    const stranger = world.addApp({ uid: 20_200_001 });
    const task = await started(world, downloadOf('/mid'));

    world.engine.setAccount(101, 'inactive');
    await world.run(20_000);

    expect(stateOf(world, task.tid)).toBe('completed (0)');
    expect(Math.floor(stranger.uid / 200_000)).toBe(101);
  });

  it('that is away makes even those wait that fail without a network', async () => {
    const world = slowWorld({ rules });
    const task = await started(world, uploadOf(world, [100_000], { mode: 1, retry: false }));
    await world.run(1_000);

    world.engine.setAccount(user, 'inactive');
    await world.run(1_000);
    expect(stateOf(world, task.tid)).toBe('waiting (21)');

    world.engine.setAccount(user, 'active');
    await world.run(20_000);
    expect(stateOf(world, task.tid)).toBe('completed (0)');
  });
});

describe('causes of waiting that come together', () => {
  /** A foreground download that waits for a network, an app and a user. */
  async function blockedWorld(rules: (typeof bothRules)[number]): Promise<{ world: World; tid: string }> {
    const world = slowWorld({ rules, link: { type: 'offline', metered: false, roaming: false } });
    const { tid } = await started(world, downloadOf('/big', { mode: 1 }));
    world.app.toBackground();
    await world.run(60_000);
    expect(stateOf(world, tid)).toBe('waiting (27)');
    world.engine.setAccount(user, 'inactive');
    expect(stateOf(world, tid)).toBe('waiting (30)');
    return { world, tid };
  }

  it.each(bothRules)('are read from one code, and leave it one by one (%s)', async (rules) => {
    const { world, tid } = await blockedWorld(rules);

    world.setNetwork('wifi');
    expect(stateOf(world, tid)).toBe('waiting (29)');
    world.app.toForeground();
    expect(stateOf(world, tid)).toBe('waiting (21)');
    world.engine.setAccount(user, 'active');
    expect(stateOf(world, tid)).toBe('running (0)');
  });

  it.each([
    ['documented', 'waiting (8)'],
    ['device', 'waiting (7)'],
  ] as const)('by the rules of %s end in %s when a network that does not suit is left', async (rules, state) => {
    const world = slowWorld({ rules, link: cellular });
    const { tid } = await started(world, downloadOf('/big', { network: Network.WIFI }));
    expect(stateOf(world, tid)).toBe('waiting (8)');

    world.engine.setAccount(user, 'inactive');
    expect(stateOf(world, tid)).toBe('waiting (28)');
    world.engine.setAccount(user, 'active');

    expect(stateOf(world, tid)).toBe(state);
  });

  it.each([
    ['documented', 'waiting (6)'],
    ['device', 'running (0)'],
  ] as const)('by the rules of %s are looked at again, or not, when one clears: %s', async (rules, state) => {
    const world = slowWorld({ rules, link: { type: 'offline', metered: false, roaming: false } });
    const task = await world.create(downloadOf('/big', { mode: 1 }));
    world.app.toBackground();
    await task.start();
    expect(stateOf(world, task.tid)).toBe('waiting (7)');

    world.setNetwork('wifi');

    expect(stateOf(world, task.tid)).toBe(state);
  });
});
