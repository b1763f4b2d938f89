// The public API in memory: what a call costs, and how many tasks with nothing to do go through in a second.
import { Queue, Worker } from 'bullmq';
import PQueue from 'p-queue';
import {
  createFileServer,
  createInternet,
  createMemoryFiles,
  createSeededRandom,
  createSimulatedClock,
  createSimulatedTransport,
} from '../dist/sim.js';
import { beside, burned, inTurn, median, row, short, skipped, timed } from './measure.mjs';
import { breathe, engineWith, instantTransport } from './ports.mjs';
import { hasRedis, startRedis } from './redis.mjs';

const callers = 100;
const slots = 48;

export async function publicApi({ quick }) {
  const turns = quick ? 80 : 240;
  const operationsInTurn = 8;
  const eventsInTurn = 4;
  const listened = ['pause', 'resume', 'remove'];
  let heard = 0;
  const hear = () => {
    heard += 1;
  };
  const life = async ({ agent, create }, name) => {
    const task = await create(name);
    for (const event of listened) task.on(event, hear);
    await task.start();
    await agent.show(task.tid);
    await task.pause();
    await task.resume();
    await agent.show(task.tid);
    await task.stop();
    await agent.remove(task.tid);
  };
  const play = async () => {
    const world = engineWith({ slots: callers });
    heard = 0;
    for (let turn = 0; turn < turns; turn += 1) {
      await Promise.all(Array.from({ length: callers }, (_, caller) => life(world, caller)));
      // Listeners hear in a turn of the loop that no promise can be ahead of.
      await new Promise((resolve) => void setTimeout(resolve, 2));
    }
    if (heard < turns * callers * (eventsInTurn - 1)) throw new Error(`only ${heard} events were heard`);
    await world.engine.close();
  };
  const operations = turns * callers * operationsInTurn;
  const { rates } = await inTurn(
    { rates: async () => (operations / (await burned(play))) * 1000 },
    { rounds: quick ? 3 : 5, warmUps: 2 },
  );
  const rate = median(rates);
  return [
    row({
      what: `public API, ${callers} callers, each: create, start, show, pause, resume, show, stop, remove; three listeners a task`,
      measured: `${short(rate)} operations/s`,
      target: '≥ 250 k/s',
      met: rate >= 250_000,
    }),
  ];
}

/** Add a job with nothing to do, run it, hear that it is complete. */
export async function emptyTasks({ quick }) {
  const tasks = quick ? 4_000 : 10_000;
  const redis = hasRedis() ? await startRedis({ durable: false }) : null;
  const rate = (act) => async () => (tasks / (await timed(act))) * 1000;
  const contestants = {
    longshore: rate(() => throughEngine(tasks)),
    simulated: rate(() => throughSimulation(tasks)),
    pQueue: rate(() => throughPQueue(tasks)),
    ...(redis === null ? {} : { bullMq: await bullMqWith(redis, tasks, rate) }),
  };
  const rates = await inTurn(contestants, { rounds: quick ? 3 : 5, warmUps: 2 });
  await redis?.stop();
  const of = (name) => median(rates[name]);
  const what =
    'tasks/s, "add, run empty job, complete" (a download through a Transport that answers at once, in memory)';
  const against = (name, peer) =>
    row({
      what: `${what}, against ${peer}`,
      measured: `${short(of('longshore'))} / ${short(of(name))} = ${(of('longshore') / of(name)).toFixed(2)} ×`,
      target: '> 1 ×',
      met: of('longshore') > of(name),
    });
  return [
    against('pQueue', `p-queue (concurrency ${slots})`),
    redis === null
      ? skipped(`${what}, against BullMQ`, '> 1 ×', 'there is no redis-server')
      : against('bullMq', 'BullMQ (Redis in memory, addBulk, 100 at once)'),
    beside('the same through the simulated internet, an empty file, latency 0', `${short(of('simulated'))}/s`),
  ];
}

async function throughEngine(tasks) {
  const world = engineWith({ slots, transport: instantTransport() });
  await Promise.all(Array.from({ length: tasks }, (_, n) => completed(world, n)));
  await world.engine.close();
}

async function throughSimulation(tasks) {
  const clock = createSimulatedClock();
  const [files, random] = [createMemoryFiles(), createSeededRandom(1)];
  const { handle } = createFileServer({
    files: Object.fromEntries(Array.from({ length: tasks }, (_, n) => [`/${n}`, 0])),
  });
  const internet = createInternet({ hosts: { 'http://files.example': handle }, wire: { latencyMs: 0 } });
  const link = () => ({ type: 'wifi' });
  const transport = createSimulatedTransport({ clock, random, files, internet, link });
  const world = engineWith({ slots, clock, files, transport });
  const all = Promise.all(Array.from({ length: tasks }, (_, n) => completed(world, n)));
  await breathe();
  await clock.run(60_000);
  await all;
  await world.engine.close();
}

async function completed({ create }, n) {
  const task = await create(n);
  const end = new Promise((resolve) => task.on('completed', resolve));
  await task.start();
  await end;
}

async function throughPQueue(tasks) {
  const queue = new PQueue({ concurrency: slots });
  let heard = 0;
  queue.on('completed', () => {
    heard += 1;
  });
  await Promise.all(Array.from({ length: tasks }, () => queue.add(async () => {})));
  if (heard !== tasks) throw new Error(`p-queue completed ${heard} of ${tasks}`);
}

async function bullMqWith(redis, tasks, rate) {
  const queue = new Queue('bench', { connection: redis.connect(), defaultJobOptions: { removeOnComplete: true } });
  const worker = new Worker('bench', async () => {}, { connection: redis.connect(), concurrency: callers });
  let left = 0;
  let finish = () => {};
  worker.on('completed', () => {
    left -= 1;
    if (left === 0) finish();
  });
  await worker.waitUntilReady();
  return rate(async () => {
    left = tasks;
    const end = new Promise((resolve) => {
      finish = resolve;
    });
    const jobs = Array.from({ length: tasks }, (_, n) => ({ name: 'empty', data: { n } }));
    for (let at = 0; at < tasks; at += 1_000) await queue.addBulk(jobs.slice(at, at + 1_000));
    await end;
  });
}
