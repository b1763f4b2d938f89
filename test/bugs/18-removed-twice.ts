import type { Client } from '../../src/fuzz/types.ts';
import { begin, download, takeUp, unlessMoved } from './kit.ts';

export const title = 'what was removed stays in the list, and is removed once more';
export const pain = 'P19';
export const finds = 'noWrongStateCall';

export const buggy: Client = async (device) => {
  const { agent } = device.request;
  const list: string[] = [];
  await takeUp(device);
  return {
    async add(n) {
      list.push((await begin(device, download(device, `/track${n}.mp3`))).tid);
    },
    async remove(n) {
      const tid = list[n];
      if (tid !== undefined) await agent.remove(tid);
    },
  };
};

export const corrected: Client = async (device) => {
  const { agent } = device.request;
  const list: string[] = [];
  await takeUp(device);
  return {
    async add(n) {
      list.push((await begin(device, download(device, `/track${n}.mp3`))).tid);
    },
    async remove(n) {
      const tid = list[n];
      if (tid === undefined) return;
      await unlessMoved(() => agent.remove(tid));
      list.splice(list.indexOf(tid), 1);
    },
  };
};
