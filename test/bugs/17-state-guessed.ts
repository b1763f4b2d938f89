import type { Task } from '../../src/api/types.ts';
import type { Client } from '../../src/fuzz/types.ts';
import { begin, download, takeUp, unlessMoved } from './kit.ts';

export const title = 'the state shown is what the app did last, and not what the task has told';
export const pain = 'P18';
export const finds = 'noWrongStateCall';

export const buggy: Client = async (device) => {
  let task: Task | null = null;
  let state: 'idle' | 'running' | 'paused' = 'idle';
  await takeUp(device);
  return {
    async button() {
      if (task === null) {
        task = await begin(device, download(device, '/game.pak'));
        state = 'running';
      } else if (state === 'running') {
        await task.pause();
        state = 'paused';
      } else {
        await task.resume();
        state = 'running';
      }
    },
  };
};

export const corrected: Client = async (device) => {
  let task: Task | null = null;
  let state: 'idle' | 'running' | 'paused' | 'over' = 'idle';
  await takeUp(device);
  const follow = (made: Task) => {
    const become = (next: typeof state) => () => {
      state = next;
    };
    made.on('pause', become('paused'));
    made.on('resume', become('running'));
    made.on('completed', become('over'));
    made.on('failed', become('over'));
  };
  return {
    async button() {
      const held = task;
      if (held === null) {
        task = await begin(device, download(device, '/game.pak'), follow);
        state = 'running';
      } else if (state === 'running') await unlessMoved(() => held.pause());
      else if (state === 'paused') await unlessMoved(() => held.resume());
    },
  };
};
