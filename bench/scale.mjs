// What one operation costs in an engine that holds few tasks, and in one that holds many.
import { createEngine } from '../dist/index.js';
import {
  createFileServer,
  createInternet,
  createMemoryFiles,
  createMemoryStore,
  createSeededRandom,
  createSimulatedClock,
  createSimulatedTransport,
} from '../dist/sim.js';
import { inTurn, median, row } from './measure.mjs';

const few = 1_000;
const many = 100_000;
const batch = 40;
const origin = 'http://files.example';

/** An engine whose slots are all taken, by tasks that wait for a server that never answers. */
async function busyEngine(tasks) {
  const clock = createSimulatedClock();
  const random = createSeededRandom(1);
  const files = createMemoryFiles();
  const internet = createInternet({
    hosts: { [origin]: createFileServer({ files: {} }).handle },
    wire: { latencyMs: 1e9 },
  });
  const engine = createEngine({
    clock,
    random,
    files,
    store: createMemoryStore(),
    transport: createSimulatedTransport({ clock, random, files, internet, link: () => ({ type: 'wifi' }) }),
    limits: { backgroundTasksMax: Number.POSITIVE_INFINITY },
  });
  const app = engine.app({ bundle: 'com.example.bench', uid: 1, roots: ['/data'] });
  const { agent } = app.request;
  const create = (n, mode) =>
    agent.create(app.context, {
      action: agent.Action.DOWNLOAD,
      url: `${origin}/${n}`,
      saveas: './shared',
      overwrite: true,
      mode,
    });
  for (let n = 0; n < tasks; n += 1) {
    const task = await create(n, agent.Mode.BACKGROUND);
    if (n % 2 === 0) await task.start();
  }
  return { agent, create, clock };
}

/** Foreground tasks, so that each start pushes a task out of its slot and each pause lets one in again. */
async function operate({ agent, create, clock }, times) {
  const tasks = [];
  const measure = async (name, act) => {
    const beganMs = performance.now();
    await act();
    times[name].push(((performance.now() - beganMs) * 1000) / batch);
  };
  await measure('create', async () => {
    for (let n = 0; n < batch; n += 1) tasks.push(await create(n, agent.Mode.FOREGROUND));
  });
  await measure('start', async () => {
    for (const task of tasks) await task.start();
  });
  await measure('pause', async () => {
    for (const task of tasks) await task.pause();
  });
  await measure('remove', async () => {
    for (const task of tasks) await agent.remove(task.tid);
  });
  await clock.run(1);
}

export async function scale({ quick }) {
  const rounds = quick ? 10 : 60;
  const names = ['create', 'start', 'pause', 'remove'];
  const empty = () => Object.fromEntries(names.map((name) => [name, []]));
  const small = await busyEngine(few);
  const large = await busyEngine(many);
  const times = { small: empty(), large: empty() };
  const idle = { small: empty(), large: empty() };
  for (let warmUp = 0; warmUp < 3; warmUp += 1) {
    await operate(small, idle.small);
    await operate(large, idle.large);
  }
  await inTurn(
    {
      small: async () => operate(small, times.small),
      large: async () => operate(large, times.large),
    },
    { rounds, warmUps: 0 },
  );
  return names.map((name) => {
    const [lowUs, highUs] = [median(times.small[name]), median(times.large[name])];
    const ratio = highUs / lowUs;
    return row({
      what: `${name}: ${many} tasks against ${few}`,
      measured: `${highUs.toFixed(0)} µs / ${lowUs.toFixed(0)} µs = ${ratio.toFixed(2)}`,
      target: '≤ 1.5',
      met: ratio <= 1.5,
    });
  });
}
