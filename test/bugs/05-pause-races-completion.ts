import type { Task } from '../../src/api/types.ts';
import type { Client } from '../../src/fuzz/types.ts';
import { begin, download, States, takeUp, unlessMoved } from './kit.ts';

export const title = 'a task ends between the look at it and its pause';
export const pain = 'P18';
export const finds = 'noWrongStateCall';

export const buggy: Client = async (device) => {
  const { agent } = device.request;
  let task: Task | null = null;
  await takeUp(device);
  return {
    async download() {
      task ??= await begin(device, download(device, '/photo.jpg'));
    },
    async toggle() {
      if (task === null) return;
      const info = await unlessMoved(() => agent.show((task as Task).tid));
      if (info?.progress.state === States.running) await task.pause();
      if (info?.progress.state === States.paused) await unlessMoved(() => (task as Task).resume());
    },
  };
};

export const corrected: Client = async (device) => {
  const { agent } = device.request;
  let task: Task | null = null;
  await takeUp(device);
  return {
    async download() {
      task ??= await begin(device, download(device, '/photo.jpg'));
    },
    async toggle() {
      const held = task;
      if (held === null) return;
      const info = await unlessMoved(() => agent.show(held.tid));
      if (info?.progress.state === States.running) await unlessMoved(() => held.pause());
      if (info?.progress.state === States.paused) await unlessMoved(() => held.resume());
    },
  };
};
