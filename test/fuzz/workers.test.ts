import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Bundle, readBundle, tokenOf } from '../../src/fuzz/bundle.ts';
import { fuzz } from '../../src/fuzz/fuzz.ts';
import { ClientError, loadClient } from '../../src/fuzz/node/load.ts';
import { replayInThread } from '../../src/fuzz/node/stopped.ts';
import { fuzzWorkers } from '../../src/fuzz/node/workers.ts';

const clientPathOf = (name: string) => join(import.meta.dirname, 'clients', `${name}.ts`);
/** Long enough for a thread to begin on a machine that has other things to do. */
const silenceMsMax = 4_000;

describe('fuzz on many threads', () => {
  it.each(['impatient', 'patient'])('reports of the %s client what one thread reports', async (name) => {
    const settings = { seed: 3, runs: 100, failuresMax: 3, world: { tasksMax: 3 }, file: name };
    const { client } = await loadClient(clientPathOf(name));
    const alone = await fuzz({ client, ...settings });

    for (const workers of [1, 2, 3]) {
      const { bundles, actions, ...report } = await fuzzWorkers({
        clientPath: clientPathOf(name),
        workers,
        ...settings,
      });
      expect(report, `${workers}`).toEqual(alone);
      expect(actions).toEqual(['get']);
      expect(bundles.map((bundle) => bundle?.script)).toEqual(alone.failures.map(({ script }) => script));
    }
  });

  it('has no more threads than there are pieces of a round', async () => {
    const workers = Number.MAX_SAFE_INTEGER;

    const settings = { clientPath: clientPathOf('patient'), runs: 2 };

    expect(await fuzzWorkers({ ...settings, workers })).toEqual(await fuzzWorkers({ ...settings, workers: 1 }));
  });

  it('stops a client that loops for ever, and tells the script, however many threads there are', async () => {
    const reports = await Promise.all(
      [1, 2].map((workers) => fuzzWorkers({ clientPath: clientPathOf('looping'), workers, runs: 200, silenceMsMax })),
    );

    const [failure] = reports[0]?.failures ?? [];
    expect(failure).toMatchObject({
      invariant: 'limits',
      message: 'the client does not give control back: it loops for ever, or waits for what never comes',
      digest: reports[0]?.bundles[0]?.digest,
    });
    expect(failure?.script.steps.at(-1)).toMatchObject({ do: 'act', name: 'wait' });
    expect(failure?.story.at(-2)).toMatchObject({ who: 'step', text: expect.stringMatching(/^the user: wait/) });
    expect(reports[0]?.runs).toBe(Number(failure?.run) + 1);
    expect(reports[1]).toEqual(reports[0]);
  });

  it('plays what never ends again, until it is stopped there again', async () => {
    const clientPath = clientPathOf('looping');
    const { bundles } = await fuzzWorkers({ clientPath, workers: 1, silenceMsMax });
    const [bundle] = bundles as [Bundle];

    const again = await replayInThread(await readBundle(await tokenOf(bundle)), clientPath, silenceMsMax);
    const other = await replayInThread(bundle, clientPathOf('patient'), silenceMsMax);

    expect(again).toMatchObject({
      verdict: 'again',
      isSame: true,
      difference: null,
      played: { failure: bundle.failure },
    });
    expect(again.played.story.at(-2)).toMatchObject({ who: 'step', text: expect.stringMatching(/^the user: wait/) });
    expect(other.verdict).toBe('gone');
  });

  it('plays again what hangs now, and failed otherwise before', async () => {
    const impatient = await fuzzWorkers({ clientPath: clientPathOf('impatient'), workers: 1 });

    const { verdict, played } = await replayInThread(impatient.bundles[0] as Bundle, clientPathOf('endless'), 500);

    expect(verdict).toBe('different');
    expect(played.failure).toMatchObject({ invariant: 'limits', atStep: -1 });
  });

  it('has no bundle of what does not fail again', async () => {
    const { failures, bundles } = await fuzzWorkers({ clientPath: clientPathOf('once'), workers: 1 });

    expect(failures).toHaveLength(1);
    expect(bundles).toEqual([null]);
  });

  it.each([
    ['its start', 'endless'],
    ['its own file', 'unloadable'],
  ])('stops a client that never gets beyond %s', async (_, name) => {
    const { failures, runs } = await fuzzWorkers({ clientPath: clientPathOf(name), workers: 2, silenceMsMax: 500 });

    expect(failures).toMatchObject([{ invariant: 'limits', atStep: -1, run: 0, script: { steps: [] } }]);
    expect(runs).toBe(1);
  });

  it('survives a client that ends its process', async () => {
    const { failures } = await fuzzWorkers({ clientPath: clientPathOf('leaving'), workers: 1 });

    expect(failures).toMatchObject([{ invariant: 'limits', message: 'the client ends its process, with exit code 3' }]);
  });

  it.each([
    ['that is not there', 'nowhere', /cannot be loaded/],
    ['that exports no client', 'none', /exports no client; legal/],
  ])('refuses a file %s', async (_, name, message) => {
    const report = fuzzWorkers({ clientPath: clientPathOf(name), workers: 1 });

    await expect(report).rejects.toThrow(ClientError);
    await expect(report).rejects.toThrow(message);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses %d threads', async (workers) => {
    await expect(fuzzWorkers({ clientPath: clientPathOf('patient'), workers })).rejects.toThrow(RangeError);
  });
});
