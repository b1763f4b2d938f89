import type { Task } from '../../src/api/types.ts';
import type { Client } from '../../src/fuzz/types.ts';
import { discard, download, listen, takeUp } from './kit.ts';

export const title = 'the callback of create uses its task without looking at its error';
export const pain = null;
export const finds = 'noUnhandledRejection';

export const buggy: Client = async (device) => {
  const { agent } = device.request;
  await takeUp(device);
  return {
    download(n) {
      agent.create(device.context, download(device, `/clip${n}.mp4`), (_error, task) => {
        listen(task);
        start(task, device);
      });
    },
  };
};

export const corrected: Client = async (device) => {
  const { agent } = device.request;
  await takeUp(device);
  return {
    download(n) {
      agent.create(device.context, download(device, `/clip${n}.mp4`), (error, task) => {
        if (error) return;
        listen(task);
        start(task, device);
      });
    },
  };
};

function start(task: Task, device: Parameters<Client>[0]) {
  task.start().catch(() => discard(device, task.tid));
}
