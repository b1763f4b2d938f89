import type { Client } from '../../src/fuzz/types.ts';
import { begin, discard, download, takeUp } from './kit.ts';

export const title = 'a list is cleared by calls that nobody awaits';
export const pain = null;
export const finds = 'noUnhandledRejection';

export const buggy: Client = async (device) => {
  const { agent } = device.request;
  let tids: string[] = [];
  await takeUp(device);
  return {
    async add(n) {
      tids.push((await begin(device, download(device, `/ad${n}.png`))).tid);
    },
    async clear() {
      tids.forEach(async (tid) => {
        await agent.remove(tid);
      });
      tids = [];
    },
  };
};

export const corrected: Client = async (device) => {
  let tids: string[] = [];
  await takeUp(device);
  return {
    async add(n) {
      tids.push((await begin(device, download(device, `/ad${n}.png`))).tid);
    },
    clear() {
      const all = tids;
      tids = [];
      for (const tid of all) discard(device, tid);
    },
  };
};
