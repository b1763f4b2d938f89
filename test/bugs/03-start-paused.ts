import type { Task } from '../../src/api/types.ts';
import type { Client } from '../../src/fuzz/types.ts';
import { begin, download, takeUp, unlessMoved } from './kit.ts';

export const title = 'the play button starts what was paused';
export const pain = 'P4';
export const finds = 'noWrongStateCall';

export const buggy: Client = async (device) => {
  let task: Task | null = null;
  let isPaused = false;
  await takeUp(device);
  return {
    async play() {
      if (task === null) task = await begin(device, download(device, '/episode.mp3'));
      else if (isPaused) await task.start();
      isPaused = false;
    },
    async pause() {
      await unlessMoved(async () => task?.pause());
      isPaused = true;
    },
  };
};

export const corrected: Client = async (device) => {
  let task: Task | null = null;
  await takeUp(device);
  return {
    async play() {
      if (task === null) task = await begin(device, download(device, '/episode.mp3'));
      else await unlessMoved(() => (task as Task).resume());
    },
    async pause() {
      await unlessMoved(async () => task?.pause());
    },
  };
};
