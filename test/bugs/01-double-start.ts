import type { Task } from '../../src/api/types.ts';
import type { Client } from '../../src/fuzz/types.ts';
import { begin, download, listen, takeUp } from './kit.ts';

export const title = 'the download button starts the task that runs already';
export const pain = 'P3';
export const finds = 'noWrongStateCall';

export const buggy: Client = async (device) => {
  const { agent } = device.request;
  let task: Task | null = null;
  await takeUp(device);
  return {
    async download() {
      if (task === null) {
        task = await agent.create(device.context, download(device, '/song.mp3'));
        listen(task);
      }
      await task.start();
    },
  };
};

export const corrected: Client = async (device) => {
  let isUnderWay = false;
  await takeUp(device);
  return {
    async download() {
      if (isUnderWay) return;
      isUnderWay = true;
      try {
        await begin(device, download(device, '/song.mp3'));
      } catch (error) {
        // The next tap tries anew.
        isUnderWay = false;
        throw error;
      }
    },
  };
};
