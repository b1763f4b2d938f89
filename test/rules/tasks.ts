import { refuse } from '../../src/sim/index.ts';
import {
  downloadOf,
  hear,
  infoOf,
  journeyOf,
  namesOf,
  slowWorld,
  started,
  stateOf,
  systemApp,
} from '../support/worlds.ts';
import { type Cases, outcome } from './case.ts';

/** The life of one task. */
export const tasks = {
  startAgain: {
    async see(rules) {
      const world = slowWorld({ rules });
      const task = await started(world, downloadOf('/big'));
      await task.stop();
      await world.run(1_000);
      const code = await outcome(() => task.start());
      return [code, stateOf(world, task.tid)];
    },
    documented: [21900007, 'stopped (5)'],
    device: [true, 'running (0)'],
  },
  pauseWaiting: {
    async see(rules) {
      const world = slowWorld({ rules, slots: 1 });
      await started(world, downloadOf('/big'));
      const task = await started(world, downloadOf('/mid'));
      const code = await outcome(() => task.pause());
      return [code, stateOf(world, task.tid)];
    },
    documented: [21900007, 'waiting (4)'],
    device: [true, 'paused (5)'],
  },
  stopWaiting: {
    async see(rules) {
      const world = slowWorld({ rules, slots: 1 });
      await started(world, downloadOf('/big'));
      const task = await started(world, downloadOf('/mid'));
      const code = await outcome(() => task.stop());
      return [code, stateOf(world, task.tid)];
    },
    documented: [21900007, 'waiting (4)'],
    device: [true, 'stopped (5)'],
  },
  readRemoved: {
    async see(rules) {
      const world = slowWorld({ rules });
      const { agent } = world.app.request;
      const { tid } = await world.create(downloadOf('/small'));
      const other = await world.create(downloadOf('/mid', { token: 'some token' }));
      await agent.remove(tid);
      await agent.remove(other.tid);
      return [
        await outcome(async () => (await agent.show(tid)).progress.state),
        await outcome(async () => (await agent.touch(other.tid, 'some token')).progress.state),
        await outcome(async () => (await systemApp(world).request.agent.query(tid)).progress.state),
        await outcome(async () => (await agent.getTask(world.app.context, tid)).tid === tid),
        (await agent.search()).length,
      ];
    },
    documented: [21900006, 21900006, 21900006, 21900006, 0],
    device: [0x50, 0x50, 0x50, true, 2],
  },
  showRetrying: {
    async see(rules) {
      const world = slowWorld({ rules, faults: [refuse('dns')] });
      const { tid } = await started(world, downloadOf('/small'));
      await world.run(5_000);
      return journeyOf(world, tid);
    },
    documented: ['waiting', 'running', 'retrying', 'running', 'completed'],
    device: ['waiting', 'running', 'completed'],
  },
  tellOfNoSlot: {
    async see(rules) {
      const world = slowWorld({ rules, slots: 1 });
      await started(world, downloadOf('/big'));
      const task = await world.create(downloadOf('/mid'));
      const heard = hear(task);
      await task.start();
      await world.run(1_000);
      return namesOf(heard);
    },
    documented: ['wait'],
    device: [],
  },
  failRunningAtRestart: {
    async see(rules) {
      const world = slowWorld({ rules });
      const { tid } = await started(world, downloadOf('/mid'));
      await world.run(2_000);
      world.restart();
      await world.run(20_000);
      return stateOf(world, tid);
    },
    documented: 'completed (0)',
    device: 'failed (0)',
  },
  restoreDelayMs: {
    async see(rules) {
      const world = slowWorld({ rules, slots: 1 });
      await started(world, downloadOf('/big'));
      await started(world, downloadOf('/mid'));
      world.restart();
      const isAnyRunning = () => world.engine.tasks().some(({ tid }) => stateOf(world, tid) === 'running (0)');
      const seen = [isAnyRunning()];
      await world.run(9_999);
      seen.push(isAnyRunning());
      await world.run(1);
      return [...seen, isAnyRunning()];
    },
    documented: [true, true, true],
    device: [false, false, true],
  },
  dateEveryChange: {
    async see(rules) {
      const world = slowWorld({ rules });
      const task = await started(world, downloadOf('/big'));
      await world.run(2_000);
      await task.pause();
      const { ctime, mtime } = infoOf(world, task.tid);
      return mtime - ctime;
    },
    documented: 2_000,
    device: 0,
  },
} satisfies Cases;
