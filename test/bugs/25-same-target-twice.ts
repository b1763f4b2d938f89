import type { Client } from '../../src/fuzz/types.ts';
import { begin, download, takeUp } from './kit.ts';

export const title = 'two tasks write one file';
export const pain = 'P6';
export const finds = 'fileWholeOrAbsent';

export const buggy: Client = async (device) => {
  await takeUp(device);
  return {
    async update() {
      await begin(device, download(device, '/rules.db', { saveas: './rules.db', overwrite: true }));
    },
  };
};

export const corrected: Client = async (device) => {
  await takeUp(device);
  return {
    async update() {
      await begin(device, download(device, '/rules.db'));
    },
  };
};
