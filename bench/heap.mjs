// Bytes of heap for a task that waits to be started. Needs --expose-gc.
import { createEngine } from '../dist/index.js';
import { createMemoryFiles, createMemoryStore, createSeededRandom, createSimulatedClock } from '../dist/sim.js';
import { row } from './measure.mjs';

const tasks = 100_000;
const bytesMax = 4096;

export async function heapPerTask() {
  const noTransport = { open: () => ({ setSpeed() {}, cancel() {} }), close: async () => {} };
  const engine = createEngine({
    clock: createSimulatedClock(),
    random: createSeededRandom(1),
    files: createMemoryFiles(),
    store: createMemoryStore(),
    transport: noTransport,
    limits: { backgroundTasksMax: Number.POSITIVE_INFINITY },
  });
  const app = engine.app({ bundle: 'com.example.bench', uid: 1, roots: ['/data'] });
  const { agent } = app.request;
  const before = heapUsed();
  for (let n = 0; n < tasks; n += 1) {
    await agent.create(app.context, {
      action: agent.Action.DOWNLOAD,
      url: `http://files.example/${n}`,
      saveas: './shared',
      overwrite: true,
    });
  }
  const bytes = (heapUsed() - before) / tasks;
  await engine.close();
  return [
    row({
      what: `heap of an idle task, with its task object and its row in the memory store (${tasks} of them)`,
      measured: `${bytes.toFixed(0)} B`,
      target: `≤ ${bytesMax} B`,
      met: bytes <= bytesMax,
    }),
  ];
}

function heapUsed() {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
