import { describe, expect, it } from 'vitest';
import { BusinessError } from '../../src/errors.ts';
import { createMemoryFiles, createSeededRandom, createWorld, PowerCut, type World } from '../../src/sim/index.ts';
import { expectWhole, hear, refusalOf } from '../support/worlds.ts';

const files = { '/a': 10_000 };

function slow(options = {}): World {
  return createWorld({ files, wire: { bytesPerSecond: 1_000 }, ...options });
}

describe('a power cut', () => {
  it.each([
    ['before', 0],
    ['during', 0],
    ['after', 1],
  ] as const)('%s a commit leaves %i task, answers with PowerCut, and nobody is told', async (at, tasks) => {
    const world = slow();
    world.powerCut({ at });

    await expect(world.create()).rejects.toThrow(new PowerCut(at, 1));

    expect(world.isDown).toBe(true);
    expect(world.store.commits).toBe(tasks);
    expect(await refusalOf(() => world.create())).toBeInstanceOf(BusinessError);
    expect(world.restart().tasks()).toHaveLength(tasks);
    expect(world.isDown).toBe(false);
  });

  it('at a commit that nobody waits for stops everything, and time goes on', async () => {
    const world = slow();
    const task = await world.create({ url: 'http://files.example/a', saveas: '/data/a' });
    const heard = hear(task);
    await task.start();
    world.powerCut({ at: 'after' });

    await world.run(60_000);

    expect([world.isDown, heard, world.clock.pending]).toEqual([true, [], 0]);
    world.restart();
    await world.run(60_000);
    expectWhole(world, '/a');
  });

  it('may come while tasks are brought back, and again', async () => {
    const world = slow();
    const task = world.download('/a');
    await world.run(2_000);
    for (const at of ['before', 'during', 'after'] as const) {
      world.powerCut({ at });
      expect(() => world.restart()).toThrow(PowerCut);
    }

    world.restart();
    await world.run(60_000);

    expect(task.state).toBe('completed');
    expectWhole(world, '/a');
  });

  it('leaves a beginning of what was not synced, by the seed', async () => {
    const left = await Promise.all(
      Array.from({ length: 20 }, async (_, seed) => {
        const world = slow({ seed });
        world.download('/a');
        await world.run(5_000);
        world.powerCut();
        const found = world.disk.read('/data/a');
        expect(found).toEqual(world.server.contentAt('/a')?.bytesAt(0, found.length));
        return found.length;
      }),
    );

    expect(Math.min(...left)).toBe(0);
    expect(Math.max(...left)).toBeGreaterThan(4_000);
    expect(new Set(left).size).toBeGreaterThan(5);
  });

  it('leaves whole what was synced at its end, or written half a minute ago', async () => {
    const synced = createWorld({ files, syncFiles: true });
    const old = createWorld({ files });
    for (const world of [synced, old]) world.download('/a');
    await synced.run(1_000);
    await old.run(31_000);

    for (const world of [synced, old]) {
      world.powerCut();
      expectWhole(world, '/a');
    }
  });

  it('cannot come at a commit of the past', async () => {
    const world = slow();
    await world.create();

    expect(() => world.powerCut({ at: 'after', commit: 1 })).toThrow('commit 1 was made already');
  });
});

describe('a process that is gone', () => {
  it('writes nothing more, and holds no file open', async () => {
    const world = slow();
    world.download('/a');
    await world.run(5_000);
    const before = world.disk.read('/data/a').length;
    world.setNetwork('offline');
    world.restart();
    world.disk.unlink('/data/a');

    expect(before).toBeGreaterThan(1_000);
    expect(world.disk.usedBytes).toBe(0);
    await world.run(60_000);
    expect(world.disk.list()).toEqual([]);
  });

  it('that ended in good order goes on where it was', async () => {
    const world = slow();
    const task = world.download('/a');
    await world.run(5_000);
    await world.unload();
    await world.unload();
    expect(world.isDown).toBe(true);
    expect(await refusalOf(() => world.create())).toBeInstanceOf(BusinessError);

    world.restart();
    await world.run(60_000);

    expect(task.state).toBe('completed');
    expect(world.requests('/a').map(({ from }) => from > 3_000)).toEqual([false, true]);
  });

  it('leaves memory pressure and accounts as they are', async () => {
    const world = slow();
    const task = world.download('/a');
    await world.run(1_000);
    world.setAccount(100, 'inactive');
    world.setMemoryLevel(7);
    world.restart();

    await world.run(60_000);

    expect(task.state).toBe('waiting');
    world.setAccount(100, 'active');
    await world.run(60_000);
    expect(task.state).toBe('completed');
  });
});

describe('a disk in memory', () => {
  it('is as full as it is made, and takes more once there is room', async () => {
    const world = createWorld({ files });
    world.disk.setCapacity(4_000);
    const full = world.download('/a');
    await world.run(60_000);
    expect([full.state, world.disk.usedBytes]).toEqual(['failed', 4_000]);

    world.disk.setCapacity(Number.POSITIVE_INFINITY);
    const again = world.download('/a');
    await world.run(60_000);

    expect(again.state).toBe('completed');
  });

  it('fails below a directory, and everywhere at `/`, until it is healed', () => {
    const disk = createMemoryFiles({ files: { '/data/a/b': 'x', '/other': 'x' } });
    const fails = (path: string) => {
      try {
        disk.truncate(path);
        return false;
      } catch {
        return true;
      }
    };

    disk.fail('/data', 'permission');
    expect(['/data/a/b', '/other'].map(fails)).toEqual([true, false]);
    disk.heal('/data');
    disk.fail('/', 'io');
    expect(['/data/a/b', '/other'].map(fails)).toEqual([true, true]);
    disk.heal('/');
    expect(['/data/a/b', '/other'].map(fails)).toEqual([false, false]);
  });

  it('keeps what it was told to sync, and what people put there', async () => {
    const disk = createMemoryFiles();
    disk.write('/put', 'whole');
    const writer = await disk.writer('/file', 0);
    await writer.write(new Uint8Array(500));
    disk.sync();
    await writer.write(new Uint8Array(500));
    const random = createSeededRandom(1);

    const lost = disk.cutPower({ ...random, next: () => 0.999, fork: () => random });

    expect(lost).toEqual({ '/file': 500 });
    expect(new TextDecoder().decode(disk.read('/put'))).toBe('whole');
    expect(disk.read('/file')).toEqual(new Uint8Array(500));
  });
});
