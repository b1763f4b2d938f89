// How much faster than real time a world with a thousand transfers under way goes.
import {
  createFileServer,
  createInternet,
  createMemoryFiles,
  createSeededRandom,
  createSimulatedClock,
  createSimulatedTransport,
} from '../dist/sim.js';
import { beside, burned, inTurn, median, row, short } from './measure.mjs';
import { engineWith } from './ports.mjs';

const tasks = 1_000;
const bytesPerSecond = 1_000;
const origin = 'http://files.example';
const names = Array.from({ length: tasks }, (_, n) => n);

export async function virtualTime({ quick }) {
  const rounds = quick ? 3 : 7;
  const spanMs = quick ? 30_000 : 100_000;
  const measured = async (transportOf) => {
    const { clock, engine, heard } = await transferring(transportOf);
    const before = { ...heard };
    const act = async () => spanMs / (await burned(() => clock.run(spanMs)));
    const { ratios } = await inTurn({ ratios: act }, { rounds, warmUps: 1 });
    const eventsInSecond = ((heard.events - before.events) * 1000) / (spanMs * (rounds + 1));
    if (eventsInSecond < tasks * 0.9) throw new Error(`${eventsInSecond} events a second: not all tasks transfer`);
    await engine.close();
    return { ratio: median(ratios), eventsInSecond };
  };
  const whole = await measured(simulated);
  const bare = await measured(ticking);
  return [
    row({
      what: `virtual time with ${tasks} downloads under way at ${bytesPerSecond} B/s each, latency 20 ms, a listener for each (${short(whole.eventsInSecond)} events a second)`,
      measured: `${short(whole.ratio)} × real time`,
      target: '≥ 1,000 ×',
      met: whole.ratio >= 1_000,
    }),
    beside(
      'the same without a wire: a transport that does nothing but count once a second, so clock, engine and events alone',
      `${short(bare.ratio)} × real time`,
    ),
  ];
}

async function transferring(transportOf) {
  const clock = createSimulatedClock();
  const files = createMemoryFiles();
  const world = engineWith({ clock, files, transport: transportOf(clock, files), slots: tasks });
  const heard = { events: 0 };
  const hear = () => {
    heard.events += 1;
  };
  for (const name of names) {
    const task = await world.create(name);
    task.on('progress', hear);
    await task.start();
    // Not all in step with each other.
    if (name % 10 === 0) await clock.run(10);
  }
  await clock.run(2_000);
  return { ...world, clock, heard };
}

function simulated(clock, files) {
  const bytes = bytesPerSecond * 3_600;
  const { handle } = createFileServer({ files: Object.fromEntries(names.map((name) => [`/${name}`, bytes])) });
  const internet = createInternet({ hosts: { [origin]: handle }, wire: { latencyMs: 20, bytesPerSecond } });
  const link = () => ({ type: 'wifi' });
  return createSimulatedTransport({ clock, random: createSeededRandom(1), files, internet, link });
}

function ticking(clock) {
  return {
    open(_, report) {
      let bytes = 0;
      const tick = () => {
        timer = clock.after(1_000, tick);
        bytes += bytesPerSecond;
        report({ type: 'received', index: 0, bytes });
      };
      let timer = clock.after(1_000, tick);
      return { setSpeed() {}, cancel: () => timer.cancel() };
    },
    close: async () => {},
  };
}
