// The corrected twins of the catalogue of bugs, 10,000 runs each: nothing may be found in them.
// Usage: npm run campaign [-- --runs 10000 --seed 1 --only 05]
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { createJiti } from 'jiti';

const bugs = fileURLToPath(new URL('../test/bugs/', import.meta.url));

if (isMainThread) await campaign();
else await work();

async function campaign() {
  const options = { runs: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string' } };
  const { runs = '10000', seed = '1', only = '' } = parseArgs({ options }).values;
  const names = readdirSync(bugs).filter((name) => /^\d\d-.*\.ts$/.test(name) && name.startsWith(only));
  const waiting = [...names];
  let found = 0;
  const workers = Array.from({ length: Math.min(availableParallelism(), names.length) }, () => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { runs: Number(runs), seed: Number(seed) } });
    const next = () => worker.postMessage(waiting.shift() ?? null);
    worker.on('message', ({ line, failed }) => {
      console.log(line);
      if (failed) found += 1;
      next();
    });
    next();
    return new Promise((resolve, reject) => worker.on('error', reject).on('exit', resolve));
  });
  await Promise.all(workers);
  console.log(
    `${names.length} clients, ${runs} runs each: ${found === 0 ? 'nothing found' : `${found} not corrected`}`,
  );
  process.exitCode = found === 0 ? 0 : 1;
}

async function work() {
  const jiti = createJiti(import.meta.url);
  const { fuzz, readyInvariants, storyText } = await jiti.import('../src/fuzz/index.ts');
  parentPort.on('message', async (name) => {
    if (name === null) return parentPort.close();
    const { corrected, own } = await jiti.import(`${bugs}${name}`);
    const invariants = own === undefined ? readyInvariants : [...readyInvariants, own];
    const startMs = performance.now();
    const { failures } = await fuzz({ client: corrected, invariants, ...workerData });
    const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
    const lines = failures.map(({ invariant, message, story, run }) =>
      [`  ${invariant} in run ${run}: ${message}`, ...storyText(story)].join('\n'),
    );
    parentPort.postMessage({ line: [`${name}: ${seconds} s`, ...lines].join('\n'), failed: failures.length > 0 });
  });
}
