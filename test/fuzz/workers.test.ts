import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fuzz } from '../../src/fuzz/fuzz.ts';
import { ClientError, loadClient } from '../../src/fuzz/node/load.ts';
import { fuzzWorkers } from '../../src/fuzz/node/workers.ts';

const clientPath = (name: string) => join(import.meta.dirname, 'clients', `${name}.ts`);

describe('fuzz on many threads', () => {
  it.each(['impatient', 'patient'])('reports of the %s client what one thread reports', async (name) => {
    const settings = { seed: 3, runs: 100, failuresMax: 3, world: { tasksMax: 3 }, file: name };
    const { client } = await loadClient(clientPath(name));
    const alone = await fuzz({ client, ...settings });

    for (const workers of [1, 2, 3]) {
      expect(await fuzzWorkers({ clientPath: clientPath(name), workers, ...settings }), `${workers}`).toEqual(alone);
    }
  });

  it('stops a client that loops for ever, and tells the script, however many threads there are', async () => {
    const reports = await Promise.all(
      [1, 2].map((workers) =>
        fuzzWorkers({ clientPath: clientPath('looping'), workers, runs: 200, silenceMsMax: 2_000 }),
      ),
    );

    const [failure] = reports[0]?.failures ?? [];
    expect(failure).toMatchObject({
      invariant: 'limits',
      message: 'the client does not give control back: it loops for ever, or waits for what never comes',
      digest: '',
    });
    expect(failure?.script.steps.at(-1)).toMatchObject({ do: 'act', name: 'wait' });
    expect(failure?.story.at(-2)).toMatchObject({ who: 'step', text: expect.stringMatching(/^the user: wait/) });
    expect(reports[0]?.runs).toBe(Number(failure?.run) + 1);
    expect(reports[1]).toEqual(reports[0]);
  });

  it('stops a client that never gets beyond its start', async () => {
    const { failures, runs } = await fuzzWorkers({ clientPath: clientPath('endless'), workers: 2, silenceMsMax: 500 });

    expect(failures).toMatchObject([{ invariant: 'limits', atStep: -1, run: 0, script: { steps: [] } }]);
    expect(runs).toBe(1);
  });

  it('survives a client that ends its process', async () => {
    const { failures } = await fuzzWorkers({ clientPath: clientPath('leaving'), workers: 1 });

    expect(failures).toMatchObject([{ invariant: 'limits', message: 'the client ends its process, with exit code 3' }]);
  });

  it.each([
    ['that is not there', 'nowhere', /cannot be loaded/],
    ['that exports no client', 'none', /exports no client; legal/],
  ])('refuses a file %s', async (_, name, message) => {
    const report = fuzzWorkers({ clientPath: clientPath(name), workers: 1 });

    await expect(report).rejects.toThrow(ClientError);
    await expect(report).rejects.toThrow(message);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses %d threads', async (workers) => {
    await expect(fuzzWorkers({ clientPath: clientPath('patient'), workers })).rejects.toThrow(RangeError);
  });
});
