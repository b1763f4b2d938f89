import { describe, expect, it } from 'vitest';
import { State, WaitingReason } from '../../src/api/constants.ts';
import type { Progress, Task, TaskState } from '../../src/api/types.ts';
import { serverOrigin, type World } from '../../src/sim/index.ts';
import {
  bothRules,
  contentOf,
  downloadOf,
  hear,
  hearLegacy,
  infoOf,
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

/** Starts `count` downloads, oldest first. */
async function downloads(world: World, count: number): Promise<Task[]> {
  const tasks: Task[] = [];
  for (let at = 0; at < count; at += 1) {
    tasks.push(await started(world, downloadOf('/big', { saveas: `/data/big${at}` })));
  }
  return tasks;
}

function statesOf(world: World, tasks: readonly Task[]): string[] {
  return tasks.map(({ tid }) => stateOf(world, tid));
}

describe.each(bothRules)('by the rules of %s', (rules) => {
  it('13: a foreground task takes the slot of the last-ranked one, which runs again when a slot is free', async () => {
    const tight = { counts: [4, 4, 2], speeds: [0, 0, 0] } as const;
    const world = slowWorld(rules === 'device' ? { rules } : { rules, slots: tight });
    world.engine.setMemoryLevel(7);
    const tasks = await downloads(world, 10);
    await world.run(5_000);
    expect(new Set(statesOf(world, tasks))).toEqual(new Set(['running (0)']));
    const heard = tasks.map((task) => hear(task));

    const urgent = await started(world, downloadOf('/mid', { mode: 1 }));
    expect(stateOf(world, urgent.tid)).toBe('running (0)');
    expect(statesOf(world, tasks)).toEqual([...Array(9).fill('running (0)'), 'waiting (4)']);
    await world.run(500);
    expect(payloadsOf(heard[9] ?? [], 'wait')).toEqual([WaitingReason.TASK_QUEUE_FULL]);
    expect(namesOf(heard[9] ?? []).slice(-2)).toEqual(['progress', 'wait']);
    expect(heard.slice(0, 9).flatMap((each) => payloadsOf(each, 'wait'))).toEqual([]);

    await world.run(15_000);
    expect(stateOf(world, urgent.tid)).toBe('completed (0)');
    expect(new Set(statesOf(world, tasks))).toEqual(new Set(['running (0)']));
  });

  it('14: a task removed while it runs is gone for good', async () => {
    const world = slowWorld({ rules });
    const { agent } = world.app.request;
    const task = await started(world, downloadOf('/big'));
    const heard = hear(task);
    await world.run(5_000);

    await agent.remove(task.tid);
    expect(stateOf(world, task.tid)).toBe('removed (5)');
    await world.run(1_000);

    expect(heard.at(-1)).toEqual(['remove', expect.objectContaining({ state: State.REMOVED })]);
    expect(payloadsOf(heard, 'remove')).toHaveLength(1);
    expect((await refusalOf(() => agent.remove(task.tid))).code).toBe(21900006);
    expect((await refusalOf(() => task.start())).code).toBe(21900007);
    const bytes = world.disk.read('/data/big').length;
    await world.run(10_000);
    expect(world.disk.read('/data/big')).toHaveLength(bytes);
  });

  it('15: 1001 background tasks fit, the next does not, and one removed makes room', async () => {
    const world = slowWorld({ rules });
    const { agent } = world.app.request;
    const tids: string[] = [];
    for (let at = 0; at < 1001; at += 1) tids.push((await world.create(downloadOf('/small'))).tid);

    const refusal = await refusalOf(() => world.create(downloadOf('/small')));
    expect(refusal.code).toBe(21900004);
    expect(refusal.message).toBe('application task queue full error.');

    await agent.remove(tids[500] ?? '');
    await expect(world.create(downloadOf('/small'))).resolves.toHaveProperty('tid');
    expect((await refusalOf(() => world.create(downloadOf('/small')))).code).toBe(21900004);
  });

  it('16: a task with a token is shown to those who know it', async () => {
    const world = slowWorld({ rules });
    const { agent } = world.app.request;
    const { tid } = await world.create(downloadOf('/small', { token: 'open sesame' }));

    expect((await refusalOf(() => agent.show(tid))).code).toBe(21900006);
    expect(await agent.touch(tid, 'open sesame')).toMatchObject({ tid });
  });

  it('17: an upload of two files whose second is refused fails at the second', async () => {
    const world = slowWorld({ rules, server: { answers: { '/up': [200, 500] } } });
    const task = await world.create(uploadOf(world, [15_000, 15_000]));
    const heard = hear(task);

    await task.start();
    await world.run(10_000);

    expect(world.server.requests.map(({ method, body }) => [method, body])).toEqual([
      ['PUT', contentOf(0, 15_000)],
      ['PUT', contentOf(1, 15_000)],
    ]);
    expect(stateOf(world, task.tid)).toBe('failed (17)');
    expect(payloadsOf<Progress>(heard, 'progress').map(({ index }) => index)).toEqual([0, 1, 1]);
    expect(payloadsOf<{ statusCode: number }>(heard, 'response').map((each) => each.statusCode)).toEqual([200, 500]);
    expect(heard.at(-2)).toEqual(['failed', expect.objectContaining({ index: 1, sizes: [15_000, 15_000] })]);
  });

  it('17: a legacy upload of two files tells the fate of each', async () => {
    const world = slowWorld({ rules, server: { answers: { '/up': [200, 500] } } });
    const files = [0, 1].map((at) => {
      world.disk.write(`/data/part${at}.bin`, contentOf(at, 15_000));
      return { filename: `part${at}.bin`, name: `part${at}`, uri: `internal://cache/part${at}.bin`, type: 'bin' };
    });
    const config = { url: `${serverOrigin}/up`, header: {}, method: 'PUT', files, data: [] };
    const task = await world.app.request.uploadFile(world.app.context, config);
    const heard = hearLegacy(task, ['progress', 'headerReceive', 'complete', 'fail']);

    await world.run(10_000);

    const [[states]] = payloadsOf<[TaskState[]]>(heard, 'fail') as [[TaskState[]]];
    expect(states.map(({ path, responseCode }) => [path, responseCode])).toEqual([
      ['/data/part0.bin', 0],
      ['/data/part1.bin', 17],
    ]);
    expect(payloadsOf(heard, 'headerReceive')).toHaveLength(1);
    expect(payloadsOf(heard, 'complete')).toEqual([]);
  });

  it('18: a restart meets one task running, one waiting and one paused', async () => {
    const world = slowWorld({ rules, slots: 1 });
    const [paused, running, waiting] = [
      await started(world, downloadOf('/big', { saveas: '/data/a' })),
      await started(world, downloadOf('/big', { saveas: '/data/b' })),
      await started(world, downloadOf('/mid', { saveas: '/data/c' })),
    ];
    const tasks = [paused, running, waiting];
    await world.run(1_000);
    await paused.pause();
    await world.run(3_000);
    expect(statesOf(world, tasks)).toEqual(['paused (5)', 'running (0)', 'waiting (4)']);

    world.restart();
    if (rules === 'documented') {
      expect(journeyOf(world, running.tid).slice(-2)).toEqual(['waiting', 'running']);
      expect(statesOf(world, tasks)).toEqual(['paused (5)', 'running (0)', 'waiting (4)']);
      await world.run(200_000);
      expect(world.requests('/big').length).toBeGreaterThan(2);
      expect(statesOf(world, tasks)).toEqual(['paused (5)', 'completed (0)', 'completed (0)']);
      return;
    }
    expect(statesOf(world, tasks)).toEqual(['paused (5)', 'failed (0)', 'waiting (4)']);
    expect(infoOf(world, running.tid).faults).toBeNull();
    await world.run(9_999);
    expect(stateOf(world, waiting.tid)).toBe('waiting (4)');
    await world.run(1);
    expect(statesOf(world, tasks)).toEqual(['paused (5)', 'failed (0)', 'running (0)']);
  });

  it('19: while its user is away a task waits, and nobody finds it', async () => {
    const world = slowWorld({ rules });
    const { agent } = world.app.request;
    const task = await started(world, downloadOf('/big'));
    const heard = hear(task);
    await world.run(5_000);

    const before = heard.length;
    world.engine.setAccount(user, 'inactive');
    await world.run(1_000);
    expect(stateOf(world, task.tid)).toBe('waiting (21)');
    expect(namesOf(heard.slice(before))).toEqual(['progress', 'wait']);
    expect(heard.at(-1)).toEqual(['wait', WaitingReason.USER_INACTIVATED]);
    for (const call of [
      () => task.pause(),
      () => task.resume(),
      () => agent.show(task.tid),
      () => agent.remove(task.tid),
    ]) {
      expect((await refusalOf(call)).code).toBe(21900006);
    }

    world.engine.setAccount(user, 'active');
    expect(stateOf(world, task.tid)).toBe('running (0)');
    expect(journeyOf(world, task.tid)).toEqual(['waiting', 'running', 'waiting', 'running']);
    await world.run(100_000);
    expect(stateOf(world, task.tid)).toBe('completed (0)');
  });
});
