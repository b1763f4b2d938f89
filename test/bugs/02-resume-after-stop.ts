import type { Task } from '../../src/api/types.ts';
import type { Client, Device } from '../../src/fuzz/types.ts';
import { begin, codeOf, download, takeUp, unlessMoved } from './kit.ts';

export const title = 'what was stopped is resumed';
export const pain = 'P4';
export const finds = 'noWrongStateCall';

export const buggy: Client = async (device) => {
  let task: Task | null = null;
  await takeUp(device);
  return {
    async download() {
      task ??= await begin(device, download(device, '/film.mp4'));
    },
    async stop() {
      await unlessMoved(async () => task?.stop());
    },
    async goOn() {
      try {
        await task?.resume();
      } catch (error) {
        if (!(await hasEnded(device, task))) throw error;
      }
    },
  };
};

export const corrected: Client = async (device) => {
  let task: Task | null = null;
  await takeUp(device);
  return {
    async download() {
      task ??= await begin(device, download(device, '/film.mp4'));
    },
    async stop() {
      await unlessMoved(async () => task?.stop());
    },
    async goOn() {
      // A stopped download is started: it begins where it was.
      await unlessMoved(async () => task?.start());
    },
  };
};

async function hasEnded(device: Device, task: Task | null): Promise<boolean> {
  if (task === null) return true;
  try {
    const { progress } = await device.request.agent.show(task.tid);
    return progress.state !== 0x31;
  } catch (error) {
    return codeOf(error) === 21900006 || codeOf(error) === 13400003;
  }
}
