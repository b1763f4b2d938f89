// A million tasks that wait in the queues of a thousand apps: what they weigh, and what it costs to work them off.
import { createEngine } from '../dist/index.js';
import { createMemoryFiles, createSeededRandom, createSimulatedClock } from '../dist/sim.js';
import { beside, burned, median, row } from './measure.mjs';
import { forgetfulStore } from './ports.mjs';

const apps = 1_000;
const exchangeMs = 20;
const bytesMax = 1_024;

export async function million({ quick }) {
  const few = apps * 10;
  const many = quick ? apps * 100 : apps * 1_000;
  await worked(few);
  const small = [];
  for (let round = 0; round < 3; round += 1) small.push(await worked(few));
  const large = await worked(many);
  small.push(await worked(few));
  const fewUs = median(small.map(({ drainUs }) => drainUs));
  const ratio = large.drainUs / fewUs;
  const count = many.toLocaleString('en');
  return [
    row({
      what: `heap of one of ${count} waiting tasks over ${apps} apps: record, config, life, place in every index; rows are on disk and objects of the apps are gone`,
      measured: `${large.taskBytes.toFixed(0)} B`,
      target: `≤ ${bytesMax} B`,
      met: large.taskBytes <= bytesMax,
    }),
    beside('the same with the `Task` object and the config that an app holds', `${large.heldBytes.toFixed(0)} B`),
    beside('processor time to create and start one of them', `${large.createUs.toFixed(1)} µs`),
    row({
      what: `virtual time until all have completed, 48 at once, ${exchangeMs} ms each: processor time a task, with node --max-semi-space-size=64 (a collection of the young looks at every page of the old, so a large heap wants few), ${count} against ${few.toLocaleString('en')}`,
      measured: `${large.drainUs.toFixed(1)} µs / ${fewUs.toFixed(1)} µs = ${ratio.toFixed(2)}`,
      target: '≤ 1.3',
      met: ratio <= 1.3,
    }),
  ];
}

async function worked(tasks) {
  const clock = createSimulatedClock();
  const engine = createEngine({
    clock,
    random: createSeededRandom(1),
    files: createMemoryFiles(),
    store: forgetfulStore(),
    transport: slowTransport(clock),
    link: offline,
  });
  const owners = Array.from({ length: apps }, (_, n) =>
    engine.app({ bundle: `com.example.app${n}`, uid: 20_000_000 + n, roots: ['/data'] }),
  );
  const beforeBytes = heapUsed();
  const createMs = await burned(async () => {
    for (let n = 0; n < tasks; n += 1) await createIn(owners[n % apps], n);
  });
  // Nothing runs without a link, and every gate is looked at again when it comes: then all wait for a slot alone.
  const heldBytes = (heapUsed() - beforeBytes) / tasks;
  for (const app of owners) app.terminate();
  const taskBytes = (heapUsed() - beforeBytes) / tasks;
  const drainMs = await burned(async () => {
    engine.setNetwork(wifi);
    const isOver = await clock.runUntil(() => ended.open === 0, Number.MAX_SAFE_INTEGER);
    if (!isOver) throw new Error('the queue was never worked off');
  });
  const left = tasks - ended.count;
  ended.count = 0;
  if (left !== 0) throw new Error(`${left} tasks have not completed`);
  await engine.close();
  return { heldBytes, taskBytes, createUs: (createMs * 1000) / tasks, drainUs: (drainMs * 1000) / tasks };
}

const wifi = { type: 'wifi', metered: false, roaming: false };
const offline = { type: 'offline', metered: false, roaming: false };
const ended = { count: 0, open: 0 };

async function createIn({ context, request: { agent } }, n) {
  const task = await agent.create(context, {
    action: agent.Action.DOWNLOAD,
    mode: agent.Mode.BACKGROUND,
    url: `http://files.example/${n}`,
    saveas: './shared',
    overwrite: true,
  });
  await task.start();
}

/** Answers with an empty body after a while. */
function slowTransport(clock) {
  return {
    open(_, report) {
      ended.open += 1;
      const end = (lastWord) => {
        ended.open -= 1;
        if (lastWord.type === 'finished') ended.count += 1;
        report(lastWord);
      };
      let timer = clock.after(exchangeMs, () => end({ type: 'finished', bytes: 0, body: new Uint8Array() }));
      const cancel = () => {
        timer.cancel();
        timer = clock.after(0, () => end({ type: 'cancelled' }));
      };
      return { setSpeed() {}, cancel };
    },
    close: async () => {},
  };
}

function heapUsed() {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
