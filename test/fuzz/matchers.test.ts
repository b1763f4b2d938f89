import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { describe } from 'vitest';
import { expect, test } from '../../src/fuzz/vitest/index.ts';
import { createWorld } from '../../src/sim/index.ts';

const it = test.extend({ worldOptions: { files: { '/a': 40_000 }, wire: { bytesPerSecond: 10_000 } } });
const missing = 'http://files.example/missing';

/** What an assertion that has to fail says. */
async function failing(assertion: Promise<void>): Promise<string> {
  return assertion.then(
    () => 'it passes',
    (error: Error) => error.message,
  );
}

describe('toRejectWith', () => {
  it('passes on the code', async ({ world }) => {
    const task = await world.create();

    await expect(task.pause()).toRejectWith(21900007);
    await expect(() => task.resume()).toRejectWith(21900007);
    await expect(() => task.on('nothing' as 'wait', () => {})).toRejectWith(401);
  });

  it('fails on another code, on none, and on success', async ({ world }) => {
    const task = await world.create();

    expect(await failing(expect(task.pause()).toRejectWith(21900006))).toMatch(
      /^expected a promise to be rejected with 21900006 \(TASK_NOT_FOUND\); it is rejected with 21900007 \(TASK_STATE\): pause: task \d+ is initialized/,
    );
    expect(await failing(expect(Promise.reject(new Error('oh'))).toRejectWith(401))).toBe(
      'expected a promise to be rejected with 401 (PARAMETER); it is rejected with something without a code: oh',
    );
    expect(await failing(expect(Promise.resolve(7)).toRejectWith(12345))).toBe(
      'expected a promise to be rejected with 12345; it resolves to 7',
    );
  });

  it('can be turned round', async ({ world }) => {
    const task = await world.create();

    await expect(task.start()).not.toRejectWith(21900007);
    await expect(task.start()).not.toRejectWith(401);
    expect(await failing(expect(task.start()).not.toRejectWith(21900007))).toMatch(
      /^expected a promise not to be rejected with 21900007/,
    );
  });
});

describe('toReachState', () => {
  it('lets virtual time pass until a task is there, and no longer', async ({ world }) => {
    const task = await world.create({ url: 'http://files.example/a' });
    await task.start();

    await expect(task).toReachState('completed');

    expect(world.clock.elapsed()).toBeGreaterThan(4_000);
    expect(world.clock.elapsed()).toBeLessThan(5_000);
  });

  it('knows a state that is now, and one that is passed at one instant', async ({ world }) => {
    const task = await world.create();

    await expect(task).toReachState('initialized');
    await expect(world.download('/a')).toReachState('waiting');
    expect(world.clock.elapsed()).toBe(0);
  });

  it('knows a task that is removed', async ({ world }) => {
    const { agent } = world.app.request;
    const task = await world.create();

    await agent.remove(task.tid);

    await expect(task).toReachState('removed');
  });

  it('fails when time is up, and tells the way', async ({ world }) => {
    const message = await failing(expect(world.download('/a')).toReachState('completed', { withinMs: 1_000 }));

    expect(message).toMatch(
      /^expected task \d+ to reach completed within 1 s; it is running\n {2}0\.000 s {2}initialized → waiting \(start\)\n {2}0\.000 s {2}waiting → running \(admitted\)$/,
    );
    expect(world.clock.elapsed()).toBe(1_000);
  });

  it('can be turned round', async ({ world }) => {
    await expect(world.download('/a')).not.toReachState('failed');
    const download = world.download('/missing');

    expect(await failing(expect(download).not.toReachState('failed'))).toMatch(
      /^expected task \d+ not to reach failed; it did\n(.*\n)*.* running → failed \(faulted\)$/,
    );
  });

  it('takes another world than that of the test', async ({ world }) => {
    const other = createWorld({ seed: 99, files: { '/b': 10 } });

    await expect(other.download('/b')).toReachState('completed', { world: other });

    expect(world.clock.elapsed()).toBe(0);
  });

  it('refuses what is no state and no task', async ({ world }) => {
    const task = await world.create();

    expect(await failing(expect(task).toReachState('done' as 'completed'))).toMatch(
      /^there is no state done; legal: init/,
    );
    expect(await failing(expect({}).toReachState('failed'))).toMatch(/^this is no task/);
    expect(await failing(expect(null).toReachState('failed'))).toMatch(/^this is no task/);
  });
});

describe('toEmit', () => {
  it('lets virtual time pass until a task tells it', async ({ world }) => {
    const task = await world.create({ url: missing });
    await task.start();

    await expect(task).toEmit('failed');
    expect(world.clock.elapsed()).toBeLessThan(1_000);
  });

  it('fails when time is up, and tells what was emitted', async ({ world }) => {
    const task = await world.create({ url: missing });
    await task.start();

    expect(await failing(expect(task).toEmit('completed', { withinMs: 60_000 }))).toMatch(
      /^expected task \d+ to emit completed within 60 s; it emitted \n {2}0\.040 s {2}response\n {2}0\.040 s {2}failed\n {2}0\.040 s {2}faultOccur$/,
    );
    expect(await failing(expect(task).toEmit('failed'))).toMatch(/within 600 s; it emitted nothing$/);
  });

  it('can be turned round', async ({ world }) => {
    await expect(world.download('/a')).not.toEmit('failed');
    expect(await failing(expect(world.download('/a', { saveas: 'b' })).not.toEmit('completed'))).toMatch(
      /^expected task \d+ not to emit completed; it did\n(.*\n)*.* {2}completed$/,
    );
  });

  it('refuses what is no event', async ({ world }) => {
    const task = await world.create();

    expect(await failing(expect(task).toEmit('done' as 'failed'))).toMatch(/^there is no event done; legal: progress/);
  });
});

describe('the fixture', () => {
  const seeds = new Set<number>();

  it('gives a test a world of its own', ({ world }) => {
    seeds.add(world.seed);

    expect(world.clock.elapsed()).toBe(0);
  });

  it('draws the seed of a world from the name of the test', ({ world }) => {
    seeds.add(world.seed);

    expect(seeds.size).toBe(2);
    expect(world.seed).toBe(3_375_082_904);
  });

  it.concurrent('tells worlds of tests that run at once apart: one', async ({ world, expect }) => {
    const task = await world.create({ url: missing });
    await task.start();
    await expect(task).toEmit('failed');
    expect(world.clock.elapsed()).toBeLessThan(1_000);
  });

  it.concurrent('tells worlds of tests that run at once apart: two', async ({ world, expect }) => {
    const task = await world.create({ url: 'http://files.example/a' });
    await task.start();
    await expect(task).toReachState('completed');
    expect(world.clock.elapsed()).toBeGreaterThan(1_000);
  });

  it('prints the seed of a world whose test fails, and how to see it again', async () => {
    const printed = await runFixture();

    expect(printed).toMatch(/world: seed \d+, \d+ entries in its trace, digest [0-9a-f]{16}/);
    expect(printed).toContain(
      String.raw`replay: npx vitest run failing.fixture.ts -t 'does what it'\''s told \(here\)', or createWorld({ seed: `,
    );
    expect(printed).toContain('to reach completed within 600 s; it is failed');
  });
});

/** Runs a test that fails, in a vitest of its own. @returns all that it prints. */
function runFixture(): Promise<string> {
  const root = resolve(import.meta.dirname, '../..');
  const { VITEST: _vitest, ...env } = process.env;
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  return new Promise((done) =>
    execFile(
      process.execPath,
      [vitest, 'run', '--root', join(root, 'test/fixtures/worlds')],
      { env: { ...env, NO_COLOR: '1' } },
      (_, stdout, stderr) => done(stdout + stderr),
    ),
  );
}
