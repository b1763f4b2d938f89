import type { Client } from '../../src/fuzz/types.ts';
import { begin, download, freshName, takeUp } from './kit.ts';

export const title = 'a file is taken for whole because it is there, though its download has failed';
export const pain = 'P8';
export const finds = 'fileWholeOrAbsent';

export const buggy: Client = async (device) => {
  let latest: string | null = null;
  await takeUp(device);
  return {
    async refresh() {
      const name = freshName();
      latest = name;
      await begin(device, download(device, '/catalogue.json', { saveas: `./${name}` }));
    },
    open() {
      return latest !== null && device.files.exists(latest) ? device.files.read(latest) : null;
    },
  };
};

export const corrected: Client = async (device) => {
  let whole: string | null = null;
  await takeUp(device);
  return {
    async refresh() {
      const name = freshName();
      await begin(device, download(device, '/catalogue.json', { saveas: `./${name}` }), (task) => {
        task.on('completed', () => {
          whole = name;
        });
        task.on('failed', () => device.files.remove(name));
      });
    },
    open() {
      return whole === null ? null : device.files.read(whole);
    },
  };
};
