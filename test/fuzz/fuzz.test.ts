import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzCommands } from '../../src/fuzz/commands.ts';
import { fuzz, fuzzShard } from '../../src/fuzz/fuzz.ts';
import { InvariantError } from '../../src/fuzz/invariant-error.ts';
import { loadClient } from '../../src/fuzz/node/load.ts';
import { play } from '../../src/fuzz/play.ts';
import { noWrongStateCall } from '../../src/fuzz/ready.ts';
import { anyScript, anyStep } from '../../src/fuzz/scripts.ts';
import { Session } from '../../src/fuzz/session.ts';
import { shrink } from '../../src/fuzz/shrink.ts';
import type { Client, Corpus, Device, Invariant, Step } from '../../src/fuzz/types.ts';
import { scriptOf } from '../../src/fuzz/world-settings.ts';
import { act, create, wait } from './clients.ts';

const limitMs = 30_000;
const { client: podcast } = await loadClient(resolve(import.meta.dirname, '../../docs/guide/buggy-client.ts'));

/** The podcast, whose second tap is caught. */
const mended: Client = async (device) => {
  const actions = (await podcast(device)) ?? {};
  return {
    ...actions,
    pauseOrResume: (n: number) => Promise.resolve(actions.pauseOrResume?.(n)).catch(passUnlessWrongState),
  };
};

function passUnlessWrongState(error: { readonly code: number }): void {
  if (error.code !== 21900006 && error.code !== 21900007) throw error;
}

describe('the client of the guide', () => {
  it('fails within 10 s, in at most 8 steps, that can be played again', { timeout: limitMs }, async () => {
    const startMs = performance.now();

    const { failures } = await fuzz({ client: podcast, seed: 1, file: 'buggy-client.ts' });

    expect(performance.now() - startMs).toBeLessThan(10_000);
    const [failure] = failures;
    expect(failure).toMatchObject({
      invariant: 'noWrongStateCall',
      message: 'pauseOrResume(0) fails: 21900007 task state error.',
    });
    expect(failure?.script.steps.length).toBeLessThanOrEqual(8);
    expect(failure?.replay).toBe(`longshore fuzz buggy-client.ts --seed 1 --runs ${Number(failure?.run) + 1}`);
    const again = await play(podcast, scriptOf(JSON.parse(JSON.stringify(failure?.script))));
    expect(again.failure?.invariant).toBe('noWrongStateCall');
    expect(again.story).toEqual(failure?.story);
    expect(again.digest).toBe(failure?.digest);
  });

  it('has no other bug', { timeout: limitMs }, async () => {
    const { failures, runs } = await fuzz({ client: mended, runs: 300, seed: 7 });

    expect(failures).toEqual([]);
    expect(runs).toBe(300);
  });
});

describe('an invariant that throws', () => {
  const thrown = new TypeError('no such task');
  const throwing: Invariant = {
    name: 'own',
    check({ atStep }) {
      if (atStep >= 0) throw thrown;
      return null;
    },
  };

  it('is named with its run by a campaign, and a run after it goes on', async () => {
    const failed = await fuzz({ client: podcast, invariants: [throwing], seed: 3 }).catch((error: unknown) => error);

    expect(failed).toBeInstanceOf(InvariantError);
    expect(failed).toMatchObject({
      message: 'the invariant own throws in run 1 of seed 3, after step 1: TypeError: no such task',
      at: { invariant: 'own', thrown, atStep: 0 },
      of: { seed: 3, run: 0 },
      cause: thrown,
    });
    expect((await play(podcast, scriptOf())).failure).toBeNull();
  });

  it('is named while what it found is shrunk', async () => {
    const fragile: Invariant = {
      name: 'fragile',
      check({ atStep, script }) {
        if (script.steps.length < 3) throw thrown;
        return atStep === 2 ? 'broken' : null;
      },
    };

    const failing = fuzz({ client: podcast, invariants: [fragile], seed: 3, stepsMax: 20 });

    await expect(failing).rejects.toMatchObject({ of: { seed: 3 }, at: { invariant: 'fragile' } });
  });

  it('is named with the step by a run alone', async () => {
    const script = scriptOf({ steps: [{ do: 'wait', ms: 1 }] });

    await expect(play(podcast, script, [throwing])).rejects.toThrow('the invariant own throws after step 1: TypeError');
  });
});

describe('fuzz', () => {
  it('gives the same report for the same seed, and another for another', { timeout: limitMs }, async () => {
    const report = () => fuzz({ client: podcast, runs: 64, seed: 3, failuresMax: 2 });

    const first = await report();

    expect(await report()).toEqual(first);
    expect((await fuzz({ client: podcast, runs: 64, seed: 4, failuresMax: 2 })).steps).not.toBe(first.steps);
  });

  it.each([
    ['nothing', mended],
    ['bugs', podcast],
  ])('finds %s in pieces as in one', { timeout: limitMs }, async (_, client) => {
    const options = { client, runs: 128, seed: 5, failuresMax: 2 };
    const halves = fuzz({
      ...options,
      async runShard(shard) {
        const runs = shard.runs / 2;
        const second = await fuzzShard(options, { ...shard, firstRun: shard.firstRun + runs, runs });
        return [...second, ...(await fuzzShard(options, { ...shard, runs }))];
      },
    });

    expect(await halves).toEqual(await fuzz(options));
  });

  it('goes on from a corpus, which is plain JSON', { timeout: limitMs }, async () => {
    const { corpus } = await fuzz({ client: mended, runs: 64, seed: 1 });
    const kept = JSON.parse(JSON.stringify(corpus)) as Corpus;

    const further = await fuzz({ client: mended, runs: 64, seed: 2, corpus: kept });

    expect(kept).toEqual(corpus);
    expect(corpus.scripts.length).toBeGreaterThan(5);
    expect(further.corpus.features).toEqual(expect.arrayContaining([...corpus.features]));
    expect(further.corpus.scripts.slice(0, corpus.scripts.length)).toEqual(corpus.scripts);
  });

  it('tells of each invariant once, also of ones of your own', { timeout: limitMs }, async () => {
    const never = (name: string, after: number): Invariant => ({
      name,
      check: ({ calls }) => (calls.length > after ? `${calls.length} calls` : null),
    });

    const { failures } = await fuzz({
      client: podcast,
      invariants: [never('three', 3), never('six', 6)],
      runs: 200,
      failuresMax: 5,
    });

    expect(failures.map(({ invariant }) => invariant)).toEqual(['three', 'six']);
  });

  it('finds a bug by an answer that comes late, in a world of your own', { timeout: limitMs }, async () => {
    const client: Client = (device) => lateClient(device);
    const invariants = [noWrongStateCall];
    const { failures } = await fuzz({ client, invariants, runs: 2_000, seed: 5, world: { files: { '/a.bin': 400 } } });

    expect(failures[0]?.message).toMatch(/21900007/);
    expect(failures[0]?.script.world.files).toEqual({ '/a.bin': 400 });
    expect(failures[0]?.script.steps.length).toBeLessThanOrEqual(8);
    expect(failures[0]?.script.order.some((ms) => ms > 0)).toBe(true);
  });
});

/** Takes a task for running until it hears that it ended. */
function lateClient(device: Device) {
  let task: Awaited<ReturnType<typeof create>> | null = null;
  let isBusy = false;
  const met = device.request.agent.search().catch(() => {});
  return {
    async fetch() {
      await met;
      if (isBusy) return;
      isBusy = true;
      const made = await create(device, { url: device.url('/a.bin') }).catch(() => null);
      if (made === null) {
        isBusy = false;
        return;
      }
      const ended = () => {
        task = null;
        isBusy = false;
        made.off('completed');
      };
      made.on('completed', ended);
      made.on('failed', ended);
      await made.start().catch(ended);
      task = isBusy ? made : null;
    },
    async cancel() {
      const mine = task;
      task = null;
      await mine?.stop();
      isBusy = false;
    },
  };
}

describe('scripts', () => {
  it('are deep, and of every kind', () => {
    const scripts = fc.sample(fc.noBias(anyScript({ actions: ['a', 'b'] })), { seed: 1, numRuns: 400 });
    const steps = scripts.flatMap((script) => script.steps);

    expect(steps.length / scripts.length).toBeGreaterThan(15);
    expect(new Set(steps.map((step) => step.do)).size).toBe(10);
    expect(new Set(steps.flatMap((step) => (step.do === 'server' ? [step.fault.is] : []))).size).toBe(11);
    expect(scripts.some(({ order }) => order.length === 0)).toBe(true);
    expect(scripts.every((script) => new Set(script.steps.map((step) => step.do)).size > 0)).toBe(true);
  });

  it('keep to the limits that they are given', () => {
    const settings = { actions: ['a'], stepsMax: 12, timeMsMax: 5_000 };

    for (const { steps } of fc.sample(anyScript(settings), 200)) {
      const spentMs = steps.reduce((sum, step) => sum + (step.do === 'wait' && step.ms > 1 ? step.ms : 0), 0);
      expect(steps.length).toBeLessThanOrEqual(12);
      expect(spentMs).toBeLessThanOrEqual(5_000);
    }
  });

  it('shrink to what is needed', async () => {
    const [script = scriptOf()] = fc.sample(fc.noBias(anyScript({ actions: ['a', 'b'] })), { seed: 2, numRuns: 1 });
    const long = { ...script, steps: [...script.steps, act('b', 2), wait(900), act('b', 1)], order: [0, 30, 700, 0] };
    const taps = (steps: readonly Step[]) => steps.filter((step) => step.do === 'act' && step.name === 'b').length;

    const shrunk = await shrink(long, async ({ steps, order }) => taps(steps) > 1 && (order[1] ?? 0) >= 20);

    expect(shrunk.script).toEqual({ ...scriptOf({ order: [0, 30] }), seed: 1, steps: [act('b'), act('b')] });
    expect(shrunk.runs).toBeLessThan(300);
  });
});

describe('properties of your own', () => {
  it('have commands that drive a session', { timeout: limitMs }, async () => {
    const invariant: Invariant = {
      name: 'atMostTwo',
      check: ({ tasks }) => (tasks.length > 2 ? `${tasks.length} tasks` : null),
    };
    const property = fc.asyncProperty(fuzzCommands({ actions: ['create'] }), async (commands) => {
      const client: Client = (device) => ({ create: () => create(device).catch(() => {}) });
      const session = await Session.open(client, scriptOf(), { invariants: [invariant] });
      try {
        await fc.asyncModelRun(() => ({ model: {}, real: session }), commands);
      } finally {
        session.close();
      }
    });

    const { failed, errorInstance, counterexample } = await fc.check(property, { seed: 1, numRuns: 30 });

    expect(failed).toBe(true);
    expect(String(errorInstance)).toContain('atMostTwo: 3 tasks');
    expect(String(counterexample)).toMatch(/^(the user: create\(0\),?){3} /);
  });

  it('draw any step', () => {
    const kinds = new Set(fc.sample(anyStep(['a']), { seed: 1, numRuns: 500 }).map((step) => step.do));

    expect(kinds.size).toBe(10);
  });
});
