import type { Link } from '../../machines/vocabulary.ts';
import { Network } from '../../src/api/constants.ts';
import { serverOrigin } from '../../src/sim/index.ts';
import { downloadOf, slowWorld, started, stateOf } from '../support/worlds.ts';
import { type Cases, outcome } from './case.ts';

const offline: Link = { type: 'offline', metered: false, roaming: false };

/** What lies around a task: its app, its queue, the slots, the link, the service. */
export const surroundings = {
  foregroundTaskFromBackground: {
    async see(rules) {
      const world = slowWorld({ rules });
      world.app.toBackground();
      return outcome(async () => stateOf(world, (await started(world, downloadOf('/small', { mode: 1 }))).tid));
    },
    documented: 21900005,
    device: 'waiting (6)',
  },
  foregroundTasksMax: {
    async see(rules) {
      const world = slowWorld({ rules });
      const create = (at: number) => world.create(downloadOf('/small', { mode: 1, saveas: `/data/${at}` }));
      for (let at = 1; at <= 2001; at += 1) await create(at);
      return outcome(async () => stateOf(world, (await create(2002)).tid));
    },
    documented: 'initialized (0)',
    device: 21900004,
  },
  foregroundAppsFirst: {
    async see(rules) {
      const world = slowWorld({ rules, slots: 1 });
      const away = world.addApp({ uid: 20_010_002 });
      const config = { action: 0, url: `${serverOrigin}/big`, saveas: '/data/theirs' } as const;
      const theirs = await away.request.agent.create(away.context, config);
      away.toBackground();
      const mine = await world.create(downloadOf('/big'));
      await theirs.start();
      await mine.start();
      return [stateOf(world, mine.tid), stateOf(world, theirs.tid)];
    },
    documented: ['running (0)', 'waiting (4)'],
    device: ['waiting (4)', 'running (0)'],
  },
  slotsFollowMemory: {
    async see(rules) {
      const world = slowWorld({ rules });
      world.engine.setMemoryLevel(7);
      for (let at = 0; at < 50; at += 1) await started(world, downloadOf('/big', { saveas: `/data/${at}` }));
      return world.engine.tasks().filter(({ tid }) => stateOf(world, tid) === 'running (0)').length;
    },
    documented: 48,
    device: 10,
  },
  slowLowerTiers: {
    async see(rules) {
      const world = slowWorld({ rules, files: { '/big': 9_000_000 }, wire: { bytesPerSecond: 2_000_000 } });
      for (let at = 0; at < 9; at += 1) await started(world, downloadOf('/big', { saveas: `/data/${at}` }));
      await world.run(3_000);
      return world.disk.read('/data/8').length > 4 * 819_200;
    },
    documented: true,
    device: false,
  },
  cellularMeansCellular: {
    async see(rules) {
      const world = slowWorld({ rules });
      return stateOf(world, (await started(world, downloadOf('/mid', { network: Network.CELLULAR }))).tid);
    },
    documented: 'waiting (8)',
    device: 'running (0)',
  },
  oneLinkRule: {
    async see(rules) {
      const world = slowWorld({ rules });
      const task = await started(world, downloadOf('/big', { retry: false }));
      await world.run(1_000);
      world.setNetwork('cellular');
      await world.run(1_000);
      return stateOf(world, task.tid);
    },
    documented: 'running (0)',
    device: 'failed (8)',
  },
  lookAtAllGates: {
    async see(rules) {
      const world = slowWorld({ rules, link: offline });
      const task = await world.create(downloadOf('/big', { mode: 1 }));
      world.app.toBackground();
      await task.start();
      world.setNetwork('wifi');
      return stateOf(world, task.tid);
    },
    documented: 'waiting (6)',
    device: 'running (0)',
  },
  removeWithoutService: {
    async see(rules) {
      const world = slowWorld({ rules });
      const { tid } = await world.create(downloadOf('/small'));
      world.engine.setService('unavailable');
      const answer = await outcome(() => world.app.request.agent.remove(tid));
      return [answer, stateOf(world, tid)];
    },
    documented: [undefined, 'removed (5)'],
    device: [13400003, 'initialized (0)'],
  },
  hideFailedGroup: {
    async see(rules) {
      const world = slowWorld({ rules });
      world.engine.setService('unavailable');
      return outcome(() => world.app.request.agent.createGroup({ notification: { title: 'files' } }));
    },
    documented: 13400003,
    device: '',
  },
} satisfies Cases;
