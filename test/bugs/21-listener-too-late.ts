import type { Client } from '../../src/fuzz/types.ts';
import { begin, discard, download, listen, takeUp } from './kit.ts';

export const title = 'listeners are added after start, when the task may be over';
export const pain = 'P18';
export const finds = 'everyFailureSurfaced';

export const buggy: Client = async (device) => {
  const { agent } = device.request;
  await takeUp(device);
  return {
    async download(n) {
      const task = await agent.create(device.context, download(device, `/icon${n}.png`));
      try {
        await task.start();
      } catch (error) {
        discard(device, task.tid);
        throw error;
      }
      listen(task);
    },
  };
};

export const corrected: Client = async (device) => {
  await takeUp(device);
  return {
    async download(n) {
      await begin(device, download(device, `/icon${n}.png`), listen);
    },
  };
};
