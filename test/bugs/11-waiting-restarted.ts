import type { Task } from '../../src/api/types.ts';
import type { Client } from '../../src/fuzz/types.ts';
import { begin, download, takeUp } from './kit.ts';

export const title = 'a task that waits is started again when the app comes back';
export const pain = 'P15';
export const finds = 'noUnhandledRejection';

export const buggy: Client = async (device) => {
  const open = new Set<Task>();
  await takeUp(device);
  device.onForeground(async () => {
    // It cannot run while the app is hidden, so it must have stopped.
    for (const task of open) await task.start();
  });
  return {
    async download(n) {
      const task = await begin(device, download(device, `/lesson${n}.mp4`));
      open.add(task);
      task.on('completed', () => open.delete(task));
      task.on('failed', () => open.delete(task));
    },
  };
};

export const corrected: Client = async (device) => {
  await takeUp(device);
  return {
    async download(n) {
      // What waits goes on by itself.
      await begin(device, download(device, `/lesson${n}.mp4`));
    },
  };
};
