import type { Client } from '../../src/fuzz/types.ts';
import { begin, download, freshName, takeUp } from './kit.ts';

export const title = 'downloadFile is used, and only its complete event listened to';
export const pain = 'P10';
export const finds = 'everyFailureSurfaced';

export const buggy: Client = (device) => ({
  async fetch() {
    const config = { url: device.url('/avatar.png'), filePath: `${freshName()}.png` };
    const task = await device.request.downloadFile(device.context, config);
    task.on('complete', () => {});
  },
});

/** What the agent makes can be found again after a restart, and tells what the server answered. */
export const corrected: Client = async (device) => {
  let status = 0;
  await takeUp(device);
  return {
    async fetch() {
      await begin(device, download(device, '/avatar.png'), (task) => {
        task.on('failed', () => {});
        task.on('response', ({ statusCode }) => {
          status = statusCode;
        });
      });
    },
    status: () => status,
  };
};
