import type { Client } from '../../src/fuzz/types.ts';
import { begin, download, takeUp } from './kit.ts';

export const title = 'after a restart of the app nobody asks what became of its tasks';
export const pain = 'P20';
export const finds = 'everyFailureSurfaced';

export const buggy: Client = (device) => ({
  async download(n) {
    await begin(device, download(device, `/chapter${n}.mp3`));
  },
});

export const corrected: Client = async (device) => {
  await takeUp(device);
  return {
    async download(n) {
      await begin(device, download(device, `/chapter${n}.mp3`));
    },
  };
};
