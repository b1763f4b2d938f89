import type { Task } from '../../src/api/types.ts';
import type { Client } from '../../src/fuzz/types.ts';
import { begin, download, patiently, States, takeUp, unlessMoved } from './kit.ts';

export const title = 'what the app paused when it was hidden stays so when it is killed there';
export const pain = 'P15';
export const finds = 'noStuckTask';

export const buggy: Client = async (device) => {
  const open = new Set<Task>();
  await takeUp(device);
  device.onBackground(() => each((task) => task.pause()));
  device.onForeground(() => each((task) => task.resume()));
  return {
    async download(n) {
      open.add(await begin(device, download(device, `/level${n}.pak`)));
    },
  };
  function each(call: (task: Task) => Promise<unknown>) {
    for (const task of open) patiently(() => unlessMoved(() => call(task)));
  }
};

export const corrected: Client = async (device) => {
  const { agent } = device.request;
  await takeUp(device, (task) => {
    task.on('failed', () => {});
    return resume(task);
  });
  return {
    // Downloads of the background go on while the app is hidden: there is no need to pause them.
    async download(n) {
      await begin(device, download(device, `/level${n}.pak`, { mode: 0 }));
    },
  };
  async function resume(task: Task) {
    const { progress } = await agent.show(task.tid);
    if (progress.state === States.paused) await unlessMoved(() => task.resume());
  }
};
