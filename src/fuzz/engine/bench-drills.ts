import { taskOperations } from '../../../machines/task.ts';
import { type Kin, type Place, places } from '../coverage-cells.ts';
import type { Bench, Held } from './bench.ts';

/** A short story of one kind of task, in a world of its own, that chance seldom tells. */
export type Drill = (bench: Bench, kin: Kin) => Promise<void>;

const monthMs = 31 * 86_400_000;
/** When the engine looks for runs that are too old, after the first run of a world has begun. */
const sweepMs = 1_800_000;
const graceMs = 60_000;
/** Shorter than the pause before a retry. */
const leadMs = 200;
/** A connection is waited for all that time. */
const patienceS = 3_600;
const url = 'http://files.example/file';
const oneFile = [{ name: 'file', value: { path: '/data/full' } }];

/** How long after a start each of them comes at the soonest. */
const dueMs = {
  dropped: 1_000,
  offline: 1_000,
  relinked: 1_000,
  accountLeft: 1_000,
  restarted: 1_000,
  appExpired: graceMs,
  outlived: sweepMs,
} as const;
type Happening = keyof typeof dueMs;
const happenings = Object.keys(dueMs) as Happening[];

/** Something happens to a task that runs, or is about to try again. */
function happeningTo(state: 'running' | 'retrying', happening: Happening, needs: { readonly retry: boolean }): Drill {
  return async (bench, kin) => {
    const { world } = bench;
    bench.mood = state === 'running' ? { type: 'stall', bytes: 1 } : { type: 'refuse', cause: 'tcp' };
    const delayMs = dueMs[happening];
    // The first try fails just before the happening, which so falls into the pause.
    if (state === 'retrying') world.setWire({ latencyMs: delayMs - leadMs });
    const held = await plain(bench, kin, { priority: 2, timeout: { connectionTimeout: patienceS }, ...needs });
    if (happening === 'outlived') world.jumpClock(monthMs);
    await held.object.start();
    if (happening === 'appExpired') world.app.toBackground();
    await world.run(happening === 'appExpired' || happening === 'outlived' ? delayMs : delayMs - 1);
    if (happening === 'offline') world.setNetwork('offline');
    if (happening === 'relinked') world.setNetwork('other');
    if (happening === 'restarted') world.restart();
    if (happening === 'accountLeft') world.setAccount(100, 'inactive');
    if (happening === 'dropped') await crowd(bench, kin);
    await world.run(1);
  };
}

/** More urgent tasks take every slot; the last one finds none. */
async function crowd(bench: Bench, kin: Kin): Promise<void> {
  for (const priority of [0, 0, 0, 1]) await (await plain(bench, kin, { priority })).object.start();
}

function plain(bench: Bench, kin: Kin, changes: object): Promise<Held> {
  return bench.createPlain(kin, { url, ...(kin.action === 'upload' ? { data: oneFile } : {}), ...changes });
}

/** Ends a run after its last byte and before its last word, and lets it go on. */
function atTheLastByte(end: (bench: Bench, held: Held) => unknown, again: 'resume' | 'start'): Drill {
  return async (bench, kin) => {
    const { world } = bench;
    const held = await plain(bench, kin, {});
    await held.object.start();
    for (let ms = 0; ms < 3_000 && !isWhole(bench, held); ms += 1) await world.run(1);
    await bench.try(() => end(bench, held));
    await bench.try(() => held.object[again]());
    await world.run(100);
  };
}

function isWhole({ world }: Bench, { tid }: Held): boolean {
  const progress = world.engine.tasks().find((task) => task.tid === tid)?.progress;
  return progress !== undefined && progress.processed === progress.sizes[0];
}

const token = 'a token of its own';

/** Each operation on a task in one place. */
function askIn(place: Place): Drill {
  return async (bench, kin) => {
    for (const operation of taskOperations) {
      const held = await plain(bench, kin, operation === 'touch' ? { token } : {});
      await bringTo(place, bench, held);
      await bench.asks(held, operation);
      await bench.try(() => bench.app.request.agent.remove(held.tid));
      bench.world.setNetwork('wifi');
      bench.mood = 'pass';
    }
  };
}

async function bringTo(place: Place, bench: Bench, { object, tid }: Held): Promise<void> {
  const { world } = bench;
  if (place === 'removed') await bench.app.request.agent.remove(tid);
  if (place === 'gone') {
    world.jumpClock(monthMs);
    world.engine.collectGarbage();
  }
  if (place === 'initialized' || place === 'removed' || place === 'gone') return;
  if (place === 'waiting') world.setNetwork('offline');
  bench.mood = moodOf(place);
  await object.start();
  await world.run(place === 'completed' || place === 'failed' ? 5_000 : 100);
  if (place === 'paused') await object.pause();
  if (place === 'stopped') await object.stop();
}

function moodOf(place: Place): Bench['mood'] {
  if (place === 'completed') return 'pass';
  if (place === 'failed') return { type: 'answer', status: 404, headers: [], body: '' };
  return place === 'retrying' ? { type: 'refuse', cause: 'tcp' } : { type: 'stall', bytes: 1 };
}

/** Every operation while something stands in the way of all of them. */
function askBehind(shut: (bench: Bench) => void): Drill {
  return async (bench, kin) => {
    const held = await plain(bench, kin, { token });
    await bench.openGroup();
    shut(bench);
    for (const operation of taskOperations) await bench.asks(held, operation);
    const { agent } = bench.app.request;
    await bench.try(() => agent.show(held.tid));
    await bench.try(() => agent.deleteGroup(bench.pick(bench.groups)));
    await bench.try(() => agent.createGroup({ notification: {} }));
    await bench.create();
  };
}

const groups: Drill = async (bench) => {
  const gid = await bench.openGroup();
  if (gid === null) return;
  const { agent } = bench.app.request;
  await agent.deleteGroup(gid);
  await bench.try(() => agent.attachGroup(gid, []));
  await bench.try(() => agent.deleteGroup(gid));
};

/** An app has lost its permission when the service is back. */
const permissionTaken: Drill = async (bench) => {
  const { agent } = bench.others.bare.request;
  const { tid } = await agent.create(bench.others.bare.context, { action: 0, url, saveas: '/data/bare' });
  bench.world.restart();
  bench.meetAgain();
  const { request, context } = bench.others.bare;
  const task = await request.agent.getTask(context, tid);
  await bench.try(() => task.start());
  await bench.try(() => task.resume());
};

/** The time of a task is over while it waits for its next try. */
const timedOutBetweenTries: Drill = async (bench, kin) => {
  bench.mood = { type: 'refuse', cause: 'tcp' };
  bench.world.setWire({ latencyMs: 1_000 - leadMs });
  await (await plain(bench, kin, { timeout: { totalTimeout: 1 } })).object.start();
  await bench.world.run(1_100);
};

/** One that may look at downloads alone. */
const queriedByHalf: Drill = async (bench, kin) => {
  const { tid } = await plain(bench, kin, {});
  await bench.try(() => bench.others.halfManager.request.agent.query(tid));
};

/** A task that is paused and resumed at once: its file is not free yet. */
const resumeAtOnce: Drill = async (bench, kin) => {
  const held = await plain(bench, kin, {});
  await held.object.start();
  await bench.world.run(50);
  const paused = bench.try(() => held.object.pause());
  await bench.try(() => held.object.resume());
  await paused;
  await bench.world.run(1);
};

export const drills: readonly Drill[] = [
  ...(['running', 'retrying'] as const).flatMap((state) =>
    happenings.flatMap((happening) => [true, false].map((retry) => happeningTo(state, happening, { retry }))),
  ),
  atTheLastByte((_, { object }) => object.pause(), 'resume'),
  atTheLastByte((_, { object }) => object.stop(), 'start'),
  atTheLastByte(({ world }) => world.restart(), 'start'),
  ...places.map(askIn),
  askBehind(() => {}),
  askBehind(({ world }) => world.setService('unavailable')),
  askBehind(({ world }) => world.setAccount(100, 'suspended')),
  groups,
  permissionTaken,
  resumeAtOnce,
  timedOutBetweenTries,
  queriedByHalf,
];
