import { taskOperations } from '../../../machines/task.ts';
import type { Verdict } from '../../sim/index.ts';
import { networks } from '../../sim/networks.ts';
import type { Bench } from './bench.ts';

export type BenchMove = (bench: Bench) => unknown;

const dayMs = 86_400_000;
const user = 100;

const moods: readonly Verdict[] = [
  'pass',
  'pass',
  'pass',
  { type: 'refuse', cause: 'tcp' },
  { type: 'refuse', cause: 'timeout' },
  { type: 'answer', status: 404, headers: [], body: '' },
  { type: 'answer', status: 408, headers: [], body: '' },
  { type: 'cut', bytes: 100, cause: 'other' },
  { type: 'stall', bytes: 10 },
  { type: 'truncate', bytes: 100 },
  { type: 'delay', delayMs: 700 },
];

/** Times at which something has just begun, has just ended, or is long over; between them lies what is under way. */
const pausesMs = [0, 1, 20, 400, 1_003, 3_001, 20_011, 61_001];
const underWayMsMax = 700;

/** Whatever happens in a world; a move stands here as often as it is wanted. */
export const otherMoves: readonly BenchMove[] = [
  ...times(8, async (bench) => {
    const held = await bench.create();
    if (held !== null) await bench.try(() => held.object.start());
  }),
  ...times(2, (bench) => bench.create()),
  ...times(6, (bench) => bench.world.run(bench.pick(pausesMs))),
  ...times(6, (bench) => bench.world.run(Math.floor(bench.random.next() * underWayMsMax))),
  ...times(8, async (bench) => {
    const held = bench.pick(bench.tasks);
    if (held !== undefined) await bench.ask(held, bench.pick(['start', 'pause', 'pause', 'resume', 'stop', 'remove']));
  }),
  ...times(6, (bench) => {
    bench.mood = bench.pick(moods);
  }),
  ...times(4, (bench) => bench.world.setNetwork(bench.pick(Object.values(networks)))),
  ...times(2, (bench) => bench.world.setNetwork('wifi')),
  (bench) => bench.world.setNetwork({ type: 'offline', metered: true, roaming: false }),
  (bench) => bench.world.setNetwork({ type: 'other', metered: true, roaming: false }),
  ...times(3, (bench) => bench.app.toForeground()),
  ...times(2, (bench) => bench.app.toBackground()),
  (bench) => bench.app.terminate(),
  ...times(3, (bench) => bench.world.setAccount(user, 'active')),
  (bench) => bench.world.setAccount(user, bench.pick(['inactive', 'suspended'])),
  ...times(3, (bench) => bench.world.setService('available')),
  (bench) => bench.world.setService('unavailable'),
  (bench) => bench.world.setMemoryLevel(Math.floor(bench.random.next() * 8)),
  (bench) => bench.world.jumpClock(bench.pick([-3_600_000, 3_600_000, 8 * dayMs, 31 * dayMs])),
  (bench) => bench.world.engine.collectGarbage(),
  outlive,
  restart,
  async (bench) => {
    await bench.world.unload();
    restart(bench);
  },
  async (bench) => {
    const at = bench.pick(['now', 'before', 'during', 'after'] as const);
    if (at !== 'now') {
      bench.world.powerCut({ at });
      // Whoever made the call in which it happens gets no answer.
      await bench.create().catch(() => null);
    }
    // A call that is refused commits nothing.
    bench.world.powerCut();
    restart(bench);
  },
  ...times(3, oddCall),
];

function times(count: number, move: BenchMove): readonly BenchMove[] {
  return Array.from({ length: count }, () => move);
}

/** A month in which nothing comes. */
async function outlive(bench: Bench): Promise<void> {
  bench.mood = { type: 'stall', bytes: 10 };
  const held = await bench.create();
  if (held !== null) await bench.try(() => held.object.start());
  bench.world.jumpClock(31 * dayMs);
  await bench.world.run(1_900_000);
}

function restart(bench: Bench): void {
  bench.world.restart();
  bench.meetAgain();
}

/** A call with something wrong about it. */
async function oddCall(bench: Bench): Promise<void> {
  const { agent } = bench.app.request;
  const { stranger, manager, halfManager, nobody, guest, bare } = bench.others;
  const held = bench.pick(bench.tasks);
  const tid = held?.tid ?? '123456789';
  const gid = bench.pick(bench.groups) ?? '123456789';
  const nonsense = 5 as unknown as string;
  const listener = () => {};
  const target = `/data/odd${bench.name()}`;
  const url = 'http://files.example/file';
  const calls: readonly (() => unknown)[] = [
    () => bench.create({ url: 'ftp://nowhere' }),
    () => bench.create({ data: [], saveas: '/etc/file' }),
    () => bench.create({ action: 0, data: 'x', saveas: '/data/full', overwrite: false }),
    () => bench.create({}, guest),
    () => bench.app.request.downloadFile(bench.app.context, { url, filePath: '/data/full' }),
    () => legacyUpload(bench, {}),
    () => agent.remove(nonsense),
    () => agent.getTask(bench.app.context, nonsense),
    () => agent.show(nonsense),
    () => agent.touch(nonsense, nonsense),
    () => agent.query(nonsense),
    () => agent.search({ before: 1, after: 2 }),
    () => held?.object.setMaxSpeed(1),
    () => held?.object.on('nonsense' as never, listener),
    () => held?.object.off('nonsense' as never, listener),
    () => agent.createGroup(nonsense as never),
    () => agent.attachGroup(nonsense, []),
    () => agent.deleteGroup(nonsense),
    () => agent.attachGroup('1', []),
    () => agent.deleteGroup('1'),
    () => agent.deleteGroup(gid),
    () => bench.openGroup(),
    () => agent.attachGroup(gid, ['1']),
    () => agent.attachGroup(gid, []),
    () => agent.search(),
    () => agent.remove('1'),
    () => agent.query(tid),
    () => manager.request.agent.query('1'),
    () => guest.request.agent.query(tid),
    () => nobody.request.agent.query(tid),
    () => halfManager.request.agent.query(tid),
    async () => {
      const { agent } = bare.request;
      const bareTid = bench.pick(bench.bareTids);
      if (!bench.isBare)
        bench.bareTids.push((await agent.create(bare.context, { action: 0, url, saveas: target })).tid);
      else if (bareTid !== undefined) {
        const task = await agent.getTask(bare.context, bareTid);
        await (bench.random.next() < 0.5 ? task.start() : task.resume());
      }
    },
    () => stranger.request.agent.remove(tid),
    () => stranger.request.agent.show(tid),
    () => stranger.request.agent.touch(tid, 'a token of nobody'),
    () => stranger.request.agent.getTask(stranger.context, tid),
    () => agent.touch(tid, 'a token of nobody'),
    () => agent.getTask(bench.app.context, tid, 'a token of nobody'),
    async () => {
      const task = await bench.app.request.downloadFile(bench.app.context, { url, filePath: target });
      await task.suspend();
    },
    ...taskOperations.map((operation) => () => (held === undefined ? null : bench.ask(held, operation))),
  ];
  await bench.try(bench.pick(calls));
}

function legacyUpload({ app }: Bench, data: unknown): unknown {
  const files = [{ filename: 'f', name: 'file', uri: 'internal://cache/full', type: 'bin' }];
  return app.request.uploadFile(app.context, {
    url: 'http://files.example/up',
    header: {},
    method: 'PUT',
    files,
    data,
  } as never);
}
