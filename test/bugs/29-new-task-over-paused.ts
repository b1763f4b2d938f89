import type { Task } from '../../src/api/types.ts';
import type { Client, Device } from '../../src/fuzz/types.ts';
import { begin, download, listen, States, takeUp, unlessMoved } from './kit.ts';

export const title = 'a new task writes over the file of one that is paused, which then goes on';
export const pain = 'P6';
export const finds = 'fileWholeOrAbsent';

export const buggy: Client = async (device) => {
  let task: Task | null = null;
  await takeUp(device, (left) => goOn(device, left));
  return {
    async read() {
      task ??= await begin(device, download(device, '/book.txt', { saveas: './book.txt', overwrite: true }));
    },
    async pause() {
      await unlessMoved(async () => task?.pause());
    },
  };
};

export const corrected: Client = async (device) => {
  let task: Task | null = null;
  await takeUp(device, (left) => goOn(device, left));
  return {
    async read() {
      // Each task has a file of its own.
      task ??= await begin(device, download(device, '/book.txt'));
    },
    async pause() {
      await unlessMoved(async () => task?.pause());
    },
  };
};

async function goOn({ request }: Device, task: Task) {
  listen(task);
  const { progress } = await request.agent.show(task.tid);
  if (progress.state === States.paused) await unlessMoved(() => task.resume());
}
