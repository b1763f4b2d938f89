import { describe, expect, it } from 'vitest';
import { lostMs } from '../../src/adapters/transport/loss.ts';
import { createSeededRandom, createWorld, networks, type World } from '../../src/sim/index.ts';
import { expectWhole, stateOf, uploadOf } from '../support/worlds.ts';

async function timeOf(world: World, path = '/a'): Promise<number> {
  const task = world.download(path);
  await world.clock.runUntil(() => world.engine.tasks().some(({ progress }) => progress.state === 0x40), 3_600_000);
  expect(task.state).toBe('completed');
  return world.clock.elapsed();
}

describe('a lossy wire', () => {
  const files = { '/a': 100_000 };
  const wire = { bytesPerSecond: 100_000 };

  it('costs time and no bytes, and the same time in equal worlds', async () => {
    const worlds = [0, 0.05, 0.05].map((loss) => createWorld({ files, wire: { ...wire, loss } }));

    const [clean = 0, lossy = 0, again] = await Promise.all(worlds.map((world) => timeOf(world)));

    expect(lossy).toBeGreaterThan(clean + 200);
    expect(again).toBe(lossy);
    for (const world of worlds) expectWhole(world, '/a');
  });

  it('loses other packets with another seed', async () => {
    const times = [1, 2, 3, 4].map((seed) => timeOf(createWorld({ seed, files, wire: { ...wire, loss: 0.3 } })));

    expect(new Set(await Promise.all(times)).size).toBeGreaterThan(1);
  });

  it('slows uploads down too, and brings them whole', async () => {
    const world = createWorld({ wire: { ...wire, loss: 0.2 } });
    const task = await world.create(uploadOf(world, [50_000]));
    await task.start();
    await world.run(600);
    expect(stateOf(world, task.tid)).toBe('running (0)');

    await world.run(600_000);

    expect(stateOf(world, task.tid)).toBe('completed (0)');
    expect(world.server.uploads.at(-1)?.files[0]?.bytes).toEqual(world.disk.read('/data/part0.bin'));
  });

  it('that loses nearly everything makes a connection time out or break', async () => {
    const world = createWorld({ files, wire: { loss: 0.99 } });
    const task = world.download('/a');

    await world.run(3_600_000);

    expect(task.state).toBe('failed');
  });

  it('loses nothing where nothing is lost, gives up where everything is, and waits longer each time', () => {
    const random = createSeededRandom(1);
    const always = { ...random, next: () => 0, fork: () => random };
    const drawn = [0, 0, 1];
    const twice = { ...random, next: () => drawn.shift() ?? 1, fork: () => random };

    expect(lostMs(random, 1e9, { loss: 0, latencyMs: 20 })).toBe(0);
    expect(lostMs(always, 1, { loss: 0.5, latencyMs: 20 })).toBe(Number.POSITIVE_INFINITY);
    expect(lostMs(twice, 1, { loss: 0.5, latencyMs: 150 })).toBe(300 + 600);
  });
});

it('a wire that changes changes what is on its way', async () => {
  const world = createWorld({ files: { '/a': 10_000 }, wire: { bytesPerSecond: 100 } });
  const task = world.download('/a');
  await world.run(10_000);
  expect(task.state).toBe('running');

  world.setWire({ bytesPerSecond: 100_000 });
  await world.run(500);

  expect(task.state).toBe('completed');
});

it('a wire can be another one for each request, from some time on', async () => {
  const world = createWorld({ files: { '/a': 10, '/b': 10 } });
  world.setWire((_, url) => ({ latencyMs: url.pathname === '/b' ? 5_000 : 1 }));
  const [a, b] = [world.download('/a'), world.download('/b')];

  await world.run(3_000);

  expect([a.state, b.state]).toEqual(['completed', 'running']);
});

it.each([
  ['offline', {}, 'waiting'],
  ['metered', { network: 1, metered: false }, 'waiting'],
  ['metered', {}, 'completed'],
  ['cellular', { network: 1, metered: true }, 'waiting'],
  ['cellular', { network: 2, metered: true }, 'completed'],
  ['roaming', { network: 2, roaming: false }, 'waiting'],
  ['roaming', { network: 2, roaming: true }, 'completed'],
] as const)('on the network %s, a download with %o is %s', async (name, config, state) => {
  const asked = { metered: true, ...config };
  const [born, changed] = [createWorld({ files: { '/a': 10 }, link: name }), createWorld({ files: { '/a': 10 } })];
  changed.setNetwork(networks[name]);
  const tasks = [born, changed].map((world) => world.download('/a', asked));

  await Promise.all([born.run(5_000), changed.run(5_000)]);

  expect(tasks.map((task) => task.state)).toEqual([state, state]);
});
