import type { Client } from '../../src/fuzz/types.ts';
import { begin, download, patiently, takeUp } from './kit.ts';

export const title = 'at each start of the app a file is fetched to where it is already';
export const pain = 'P8';
export const finds = 'noUnhandledRejection';

export const buggy: Client = async (device) => {
  await takeUp(device);
  await begin(device, download(device, '/settings.json', { saveas: './settings.json' })).catch((error) => {
    // No service now; the next start will do.
    if (error.code !== 13400003 && error.code !== 21900004) throw error;
  });
};

export const corrected: Client = async (device) => {
  await takeUp(device);
  // A new file each time; the old one stays until the new one is whole.
  const refresh = () => begin(device, download(device, '/settings.json'));
  patiently(refresh);
};
