import type { Client } from '../../src/fuzz/types.ts';
import { begin, codeOf, download, listen, takeUp } from './kit.ts';

export const title = 'nobody waits for start, so nobody hears that it was refused';
export const pain = null;
export const finds = 'noUnhandledRejection';

export const buggy: Client = async (device) => {
  await takeUp(device);
  return {
    async download(n) {
      const task = await device.request.agent.create(device.context, download(device, `/page${n}.html`));
      listen(task);
      void task.start();
    },
  };
};

export const corrected: Client = async (device) => {
  let message = '';
  await takeUp(device);
  return {
    async download(n) {
      try {
        await begin(device, download(device, `/page${n}.html`));
      } catch (error) {
        message = `not now: ${codeOf(error)}`;
      }
    },
    read: () => message,
  };
};
