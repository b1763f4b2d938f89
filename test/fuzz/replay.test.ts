import { describe, expect, it } from 'vitest';
import { BundleError, textOf, tokenOf } from '../../src/fuzz/bundle.ts';
import { record, replay, replayText } from '../../src/fuzz/replay.ts';
import { storyText } from '../../src/fuzz/story.ts';
import type { Client, Invariant } from '../../src/fuzz/types.ts';
import { scriptOf } from '../../src/fuzz/world-settings.ts';
import { downloadOf } from './clients/config.ts';
import forgetful from './clients/forgetful.ts';
import impatient from './clients/impatient.ts';
import { client as patient } from './clients/patient.ts';

const script = scriptOf({
  steps: [
    { do: 'act', name: 'get', n: 0 },
    { do: 'wait', ms: 300 },
    { do: 'network', to: 'offline' },
    { do: 'wait', ms: 100 },
  ],
  order: [0, 3],
});
const failure = { script, invariant: 'noWrongStateCall' };

/** Does the same as the impatient one, and asks for the task first. */
const curious: Client = (device) => ({
  async get(n) {
    const { agent } = device.request;
    const task = await agent.create(device.context, downloadOf(device, n));
    task.on('failed', () => {});
    task.on('wait', () => task.start());
    await task.setMaxSpeed(20_000);
    await task.start();
  },
});

describe('replay', () => {
  it('shows a failure again, from its token and from its file', async () => {
    const bundle = await record(impatient, failure);

    for (const what of [bundle, await tokenOf(bundle), textOf(bundle)]) {
      const replayed = await replay(what, impatient);

      expect(replayed).toMatchObject({ verdict: 'again', isSame: true, difference: null });
      expect(replayed.played.failure).toEqual(bundle.failure);
      expect(replayText(replayed)).toEqual([
        'it fails again: noWrongStateCall: a promise is rejected, and nobody catches it: 21900007 task state error.',
        'the run is the same, line for line',
      ]);
    }
  });

  it('tells its story with virtual times', async () => {
    const { played } = await replay(await record(impatient, failure), impatient);

    expect(storyText(played.story)).toEqual([
      '0.000 s  ▸ the user: get(0)',
      '0.000 s    create(/0 → internal://cache/0)',
      '0.000 s    task 1: on(failed)',
      '0.000 s    task 1: on(wait)',
      '0.000 s    task 1: start()',
      '0.000 s    task 1: initialized → waiting (start)',
      '0.000 s    task 1: waiting → running (admitted)',
      '0.000 s  ▸ 300 ms pass',
      '0.300 s  ▸ the network is offline',
      '0.300 s    task 1: running → waiting (linkChanged)',
      '0.300 s    hears wait of task 1: 1',
      '0.300 s    task 1: start()',
      '0.300 s    start is refused: 21900007 task state error.',
      '0.300 s  ! a promise is rejected, and nobody catches it: 21900007 task state error.',
    ]);
  });

  it('leaves out the middle of a story that nobody reads to its end', () => {
    const story = Array.from({ length: 20_000 }, (_, at) => ({ atMs: 0, who: 'client', text: String(at) }) as const);

    const lines = storyText(story);

    expect(lines).toHaveLength(151);
    expect(lines.slice(119, 122)).toEqual(['0.000 s    119', '… 19850 lines more …', '0.000 s    19970']);
    expect(lines.at(-1)).toBe('0.000 s    19999');
  });

  it('says that a client no longer fails, and where its trace parts', async () => {
    const replayed = await replay(await record(impatient, failure), patient);

    expect(replayed).toMatchObject({ verdict: 'gone', isSame: false });
    expect(replayText(replayed)).toEqual([
      'it no longer fails; it failed with noWrongStateCall: a promise is rejected, and nobody catches it: 21900007 task state error.',
      'the trace first differs at entry 7:',
      expect.stringMatching(/^ {2}expected {2}0 world call \d+ \(on\)$/),
      expect.stringMatching(/^ {2}found {5}0 world call \d+ \(start\)$/),
    ]);
  });

  it('says that a client fails in another way', async () => {
    const replayed = await replay(await record(impatient, failure), forgetful);

    expect(replayed.verdict).toBe('different');
    expect(replayText(replayed).slice(0, 2)).toEqual([
      'it fails differently: noUnhandledRejection: a promise is rejected, and nobody catches it: Error no network',
      'it failed with noWrongStateCall: a promise is rejected, and nobody catches it: 21900007 task state error.',
    ]);
  });

  it('says where the trace first differs though the failure is the same', async () => {
    const replayed = await replay(await record(impatient, failure), curious);

    expect(replayed).toMatchObject({ verdict: 'again', isSame: false });
    expect(replayed.difference).toEqual({
      entry: 8,
      within: 1,
      expected: expect.stringMatching(/^0 world call \d+ \(start\)$/),
      found: expect.stringMatching(/^0 world call \d+ \(setMaxSpeed\)$/),
    });
  });

  it('knows from a token where the trace first differs, though not what stood there', async () => {
    const token = await tokenOf(await record(impatient, failure));

    const replayed = await replay(token, curious);

    expect(replayed.difference).toMatchObject({ entry: 8, within: 1, expected: null });
    expect(replayText(replayed)).toContain('  expected  something else; the file of the bundle has its text');
  });

  it("asks an invariant of the client's own", async () => {
    const never: Invariant = { name: 'nothing', check: ({ calls }) => (calls.length > 0 ? 'something' : null) };
    const bundle = await record(patient, { script, invariant: 'nothing' }, { invariants: [never] });

    expect((await replay(bundle, patient, { invariants: [never] })).verdict).toBe('again');
    await expect(replay(bundle, patient)).rejects.toThrow(
      'the invariant "nothing" is not here: give those that the client was fuzzed with',
    );
  });

  it('of a client that keeps the world busy ends', async () => {
    const busy: Client = () => {
      const again = () => void setTimeout(again, 0);
      for (let times = 0; times < 100; times++) again();
    };
    const bundle = await record(busy, { script, invariant: 'limits' });

    expect((await replay(bundle, busy)).verdict).toBe('again');
    expect((await replay(bundle, patient)).verdict).toBe('gone');
  });
});

describe('record', () => {
  it('refuses what does not fail', async () => {
    await expect(record(patient, failure)).rejects.toThrow(BundleError);
    await expect(record(patient, failure)).rejects.toThrow(
      'the script does not break noWrongStateCall: there is nothing to record',
    );
  });

  it('notes where the client lies', async () => {
    const from = { path: 'client.ts', digest: '0123456789abcdef' };

    expect((await record(impatient, failure, { from })).client).toEqual(from);
    expect((await record(impatient, failure)).client).toEqual({ path: null, digest: null });
  });
});
