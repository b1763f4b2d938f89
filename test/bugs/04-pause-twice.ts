import type { Task } from '../../src/api/types.ts';
import type { Client } from '../../src/fuzz/types.ts';
import { begin, download, takeUp, unlessMoved } from './kit.ts';

export const title = 'the pause button stays enabled, and is tapped twice';
export const pain = 'P3';
export const finds = 'noWrongStateCall';

export const buggy: Client = async (device) => {
  let task: Task | null = null;
  let isOver = false;
  await takeUp(device);
  return {
    async download() {
      task ??= await begin(device, download(device, '/map.zip'), (made) => {
        const over = () => {
          isOver = true;
        };
        made.on('completed', over);
        made.on('failed', over);
      });
    },
    async pause() {
      if (!isOver) await task?.pause();
    },
    async resume() {
      await unlessMoved(async () => task?.resume());
    },
  };
};

export const corrected: Client = async (device) => {
  let task: Task | null = null;
  let isPausing = false;
  await takeUp(device);
  return {
    async download() {
      task ??= await begin(device, download(device, '/map.zip'));
    },
    async pause() {
      if (isPausing) return;
      isPausing = true;
      try {
        await unlessMoved(async () => task?.pause());
      } finally {
        isPausing = false;
      }
    },
    async resume() {
      await unlessMoved(async () => task?.resume());
    },
  };
};
