import { describe, expect, it } from 'vitest';
import { Faults, State, WaitingReason } from '../../src/api/constants.ts';
import type { World } from '../../src/sim/index.ts';
import {
  bothRules,
  downloadOf,
  expectWhole,
  hear,
  infoOf,
  journeyOf,
  lastProgress,
  namesOf,
  payloadsOf,
  refusalOf,
  slowWorld,
  started,
  stateOf,
  uploadOf,
} from '../support/worlds.ts';

/** What the last request asked the file server for. */
function lastAsked(world: World): { readonly range: string | undefined; readonly ifRange: string | undefined } {
  const headers = world.server.requests.at(-1)?.headers ?? {};
  return { range: headers.range, ifRange: headers['if-range'] };
}

function bytesOnDisk(world: World, path: string): number {
  return world.disk.read(`/data${path}`).length;
}

describe.each(bothRules)('by the rules of %s', (rules) => {
  it('1: a download of a second or more tells its response, its progress and its end', async () => {
    const world = slowWorld({ rules });
    const broadcasts: unknown[] = [];
    world.app.onBroadcast((event) => broadcasts.push(event));
    const task = await world.create(downloadOf('/mid'));
    const heard = hear(task);
    expect(stateOf(world, task.tid)).toBe('initialized (0)');

    await task.start();
    expect(stateOf(world, task.tid)).toBe('running (0)');
    await world.run(60_000);

    expect(journeyOf(world, task.tid)).toEqual(['waiting', 'running', 'completed']);
    expect(stateOf(world, task.tid)).toBe('completed (0)');
    const names = namesOf(heard);
    expect(names[0]).toBe('response');
    expect(payloadsOf(heard, 'response')).toEqual([
      expect.objectContaining({ version: 'HTTP/1.1', statusCode: 200, reason: 'OK' }),
    ]);
    expect(names.slice(1, -1).every((name) => name === 'progress')).toBe(true);
    expect(names.length).toBeGreaterThan(8);
    expect(heard.at(-2)).toEqual([
      'progress',
      expect.objectContaining({ state: State.RUNNING, index: 0, processed: 100_000, sizes: [100_000] }),
    ]);
    expect(heard.at(-1)).toEqual([
      'completed',
      expect.objectContaining({ state: State.COMPLETED, index: 0, processed: 100_000, sizes: [100_000] }),
    ]);
    expect(broadcasts).toEqual([{ code: 0x40, data: task.tid }]);
    expectWhole(world, '/mid');
  });

  it('2: a download of less than a second tells one progress', async () => {
    const world = slowWorld({ rules });
    const task = await world.create(downloadOf('/small'));
    const heard = hear(task);

    await task.start();
    await world.run(10_000);

    expect(namesOf(heard)).toEqual(['response', 'progress', 'completed']);
  });

  it.each([
    ['background', 'download', 0],
    ['foreground', 'download', 1],
    ['background', 'upload', 0],
    ['foreground', 'upload', 1],
  ] as const)('3: a %s %s that is started offline waits for the network', async (_, action, mode) => {
    const world = slowWorld({ rules, link: { type: 'offline', metered: false, roaming: false } });
    const config = action === 'download' ? downloadOf('/big') : uploadOf(world, [100_000]);
    const task = await world.create({ ...config, mode, retry: false });
    const heard = hear(task);

    await expect(task.start()).resolves.toBe(rules === 'device' ? true : undefined);
    await world.run(10_000);
    expect(stateOf(world, task.tid)).toBe('waiting (7)');
    expect(heard).toEqual([['wait', WaitingReason.NETWORK_NOT_MATCH]]);

    world.setNetwork('wifi');
    await world.run(1_000);
    expect(stateOf(world, task.tid)).toBe('running (0)');
    expect(journeyOf(world, task.tid)).toEqual(['waiting', 'running']);
  });

  it.each([
    ['background', 'download', 0, true, 'waiting (7)'],
    ['background', 'download', 0, false, 'failed (7)'],
    ['foreground', 'download', 1, true, 'failed (7)'],
    ['background', 'upload', 0, true, 'waiting (7)'],
    ['background', 'upload', 0, false, 'failed (7)'],
    ['foreground', 'upload', 1, true, 'failed (7)'],
  ] as const)('4: when the network is lost, a running %s %s (mode %s, retry %s) is %s', async (...row) => {
    const [, action, mode, retry, end] = row;
    const world = slowWorld({ rules });
    const config = action === 'download' ? downloadOf('/big') : uploadOf(world, [100_000]);
    const task = await world.create({ ...config, mode, retry });
    const heard = hear(task);
    await task.start();
    await world.run(5_000);

    world.setNetwork('offline');
    const before = heard.length;
    await world.run(1_000);

    expect(stateOf(world, task.tid)).toBe(end);
    const told = heard.slice(before);
    if (end === 'waiting (7)') {
      expect(namesOf(told)).toEqual(['progress', 'wait']);
      expect(told.at(-1)).toEqual(['wait', WaitingReason.NETWORK_NOT_MATCH]);
    } else {
      expect(namesOf(told)).toEqual(['progress', 'failed', 'faultOccur']);
      expect(told[1]?.[1]).toMatchObject({ state: State.FAILED });
      expect(told.at(-1)).toEqual(['faultOccur', Faults.DISCONNECTED]);
    }
  });

  it('5: a foreground download waits once its app has been away for a minute, and goes on when it returns', async () => {
    const world = slowWorld({ rules });
    const task = await world.create(downloadOf('/big', { mode: 1 }));
    const heard = hear(task);
    await task.start();
    await world.run(5_000);

    world.app.toBackground();
    await world.run(59_999);
    expect(stateOf(world, task.tid)).toBe('running (0)');
    await world.run(1);
    expect(stateOf(world, task.tid)).toBe('waiting (6)');
    await world.run(1_000);
    expect(heard.slice(-2)).toEqual([
      ['progress', expect.objectContaining({ processed: bytesOnDisk(world, '/big') })],
      ['wait', WaitingReason.APP_BACKGROUND],
    ]);

    const have = bytesOnDisk(world, '/big');
    world.app.toForeground();
    expect(stateOf(world, task.tid)).toBe('running (0)');
    await world.run(1_000);
    expect(lastAsked(world)).toEqual({ range: `bytes=${have}-`, ifRange: '"big-1000000-0"' });
    await world.run(100_000);
    expect(stateOf(world, task.tid)).toBe('completed (0)');
    expectWhole(world, '/big');
  });

  it('6: a foreground upload fails once its app has been away for a minute', async () => {
    const world = slowWorld({ rules });
    const task = await world.create(uploadOf(world, [1_000_000], { mode: 1 }));
    const heard = hear(task);
    await task.start();
    await world.run(5_000);

    world.app.toBackground();
    await world.run(60_000);
    await world.run(0);

    expect(stateOf(world, task.tid)).toBe('failed (6)');
    expect(namesOf(heard).slice(-3)).toEqual(['progress', 'failed', 'faultOccur']);
    expect(payloadsOf(heard, 'faultOccur')).toEqual([Faults.OTHERS]);
    expect((await refusalOf(() => task.start())).code).toBe(21900007);
  });

  it('7: an app that is back after 59 s finds its task running', async () => {
    const world = slowWorld({ rules });
    const task = await world.create(downloadOf('/big', { mode: 1 }));
    const heard = hear(task);
    await task.start();
    await world.run(5_000);

    world.app.toBackground();
    await world.run(59_000);
    world.app.toForeground();
    await world.run(20_000);

    expect(journeyOf(world, task.tid)).toEqual(['waiting', 'running']);
    expect(new Set(namesOf(heard))).toEqual(new Set(['response', 'progress']));
    expect(world.requests('/big')).toEqual([{ from: 0 }]);
  });

  it('8: a paused download goes on from the bytes it has', async () => {
    const world = slowWorld({ rules });
    const task = await world.create(downloadOf('/mid'));
    const heard = hear(task);
    await task.start();
    await world.run(5_000);

    const before = heard.length;
    await task.pause();
    expect(stateOf(world, task.tid)).toBe('paused (5)');
    await world.run(1_000);
    expect(namesOf(heard.slice(before))).toEqual(['pause', 'progress']);
    expect(heard[before]?.[1]).toMatchObject({ state: State.PAUSED });
    const have = bytesOnDisk(world, '/mid');
    expect(lastProgress(heard)).toMatchObject({ state: State.RUNNING, processed: have });

    await task.resume();
    await world.run(0);
    expect(heard.at(-1)).toEqual(['resume', expect.objectContaining({ state: State.WAITING })]);
    expect(journeyOf(world, task.tid)).toEqual(['waiting', 'running', 'paused', 'waiting', 'running']);
    await world.run(60_000);
    expect(lastAsked(world)).toEqual({ range: `bytes=${have}-`, ifRange: '"mid-100000-0"' });
    expect(payloadsOf<{ statusCode: number }>(heard, 'response').map((each) => each.statusCode)).toEqual([200, 206]);
    expect(stateOf(world, task.tid)).toBe('completed (0)');
    expectWhole(world, '/mid');
  });

  it('9: a stopped download is started again on a device only, and its run time begins anew', async () => {
    const world = slowWorld({ rules });
    const task = await world.create(downloadOf('/big', { timeout: { totalTimeout: 10 } }));
    const heard = hear(task);
    await task.start();
    await world.run(6_000);

    const before = heard.length;
    await task.stop();
    expect(stateOf(world, task.tid)).toBe('stopped (5)');
    await world.run(1_000);
    expect(namesOf(heard.slice(before))).toEqual(['progress']);

    if (rules === 'documented') {
      expect((await refusalOf(() => task.start())).code).toBe(21900007);
      return;
    }
    const have = bytesOnDisk(world, '/big');
    await task.start();
    expect(journeyOf(world, task.tid)).toEqual(['waiting', 'running', 'stopped', 'waiting', 'running']);
    await world.run(9_999);
    expect(stateOf(world, task.tid)).toBe('running (0)');
    expect(lastAsked(world)).toEqual({ range: `bytes=${have}-`, ifRange: '"big-1000000-0"' });
    await world.run(2);
    expect(stateOf(world, task.tid)).toBe('failed (12)');
  });

  it('10: a 404 is told, then the task fails', async () => {
    const world = slowWorld({ rules });
    const broadcasts: unknown[] = [];
    world.app.onBroadcast((event) => broadcasts.push(event));
    const task = await world.create(downloadOf('/none'));
    const heard = hear(task);

    await task.start();
    await world.run(10_000);

    expect(stateOf(world, task.tid)).toBe('failed (17)');
    // No byte of an unknown number: that progress is not worth an event (harmony-request.md 6.2, Suppression).
    expect(namesOf(heard)).toEqual(['response', 'failed', 'faultOccur']);
    expect(heard[0]?.[1]).toMatchObject({ statusCode: 404, reason: 'Not Found' });
    expect(heard[1]?.[1]).toMatchObject({ state: State.FAILED, processed: 0, sizes: [-1] });
    expect(heard[2]?.[1]).toBe(Faults.PROTOCOL);
    expect(infoOf(world, task.tid).faults).toBe(Faults.PROTOCOL);
    expect(broadcasts).toEqual([{ code: 0x41, data: task.tid }]);
    if (rules === 'device') await expect(task.start()).resolves.toBe(true);
    else expect((await refusalOf(() => task.start())).code).toBe(21900007);
  });

  it('10: a 404 to a download that has bytes tells its last progress too', async () => {
    const world = slowWorld({
      rules,

      faults: [({ attempt }) => (attempt === 2 ? { type: 'answer', status: 404, headers: [], body: '' } : 'pass')],
    });
    const task = await world.create(downloadOf('/mid'));
    await task.start();
    await world.run(5_000);
    await task.pause();
    await world.run(100);
    const heard = hear(task);

    await task.resume();
    await world.run(10_000);

    expect(namesOf(heard)).toEqual(['resume', 'response', 'progress', 'failed', 'faultOccur']);
  });

  it.each([
    [20, Faults.DNS],
    [11, Faults.OTHERS],
  ])('11: for an app of SDK %i a name that nobody knows is tried five times, then fault %i', async (sdk, fault) => {
    const world = slowWorld({ rules });
    const app = world.addApp({ uid: 20_010_011, sdk });
    const { agent } = app.request;
    const url = 'http://nobody.example/x';
    const task = await agent.create(app.context, { action: agent.Action.DOWNLOAD, url, saveas: '/data/x' });
    const heard = hear(task);

    await task.start();
    await world.run(10_000);

    expect(stateOf(world, task.tid)).toBe('failed (23)');
    expect(heard.map(([name]) => name)).toEqual(['failed', 'faultOccur']);
    expect(payloadsOf(heard, 'faultOccur')).toEqual([fault]);
    const opened = world.trace.entries.filter(({ name, of }) => name === 'exchange.open' && of === task.tid);
    const armed = world.trace.entries.filter(({ name, of }) => name === 'retry.arm' && of === task.tid);
    expect(opened).toHaveLength(5);
    expect(opened.slice(1).map(({ atMs }, at) => atMs - (armed[at]?.atMs ?? 0))).toEqual([400, 400, 400, 400]);
    expect(infoOf(world, task.tid).tries).toBe(4);
    const again = ['retrying', 'running', 'retrying', 'running', 'retrying', 'running', 'retrying', 'running'];
    expect(journeyOf(world, task.tid)).toEqual([
      'waiting',
      'running',
      ...(rules === 'documented' ? again : []),
      'failed',
    ]);
  });

  it('12: two answers of 408 are asked again at once', async () => {
    const world = slowWorld({ rules, server: { answers: { '/small': [408, 408] } } });
    const task = await world.create(downloadOf('/small'));
    const heard = hear(task);

    await task.start();
    await world.run(10_000);

    expect(payloadsOf<{ statusCode: number }>(heard, 'response').map((each) => each.statusCode)).toEqual([
      408, 408, 200,
    ]);
    expect(stateOf(world, task.tid)).toBe('completed (0)');
    expect(infoOf(world, task.tid).tries).toBe(0);
  });

  it('12: a third 408 fails', async () => {
    const world = slowWorld({ rules, server: { answers: { '/small': 408 } } });
    const task = await started(world, downloadOf('/small'));

    await world.run(10_000);

    expect(world.requests('/small')).toHaveLength(3);
    expect(stateOf(world, task.tid)).toBe('failed (17)');
  });
});
