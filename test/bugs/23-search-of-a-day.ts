import type { Client, Device } from '../../src/fuzz/types.ts';
import { begin, codeOf, download, takeUp } from './kit.ts';

export const title = 'search looks back one day only, and the task is older';
export const pain = 'P20';
export const finds = 'noUnhandledRejection';

export const buggy: Client = async (device) => {
  await takeUp(device);
  return {
    download: () => fetchMap(device),
    async status() {
      if (!device.files.exists('map.wanted')) return null;
      const [tid] = await device.request.agent.search();
      // It was wanted, so there is one.
      return reasonOf(device, tid as string);
    },
  };
};

export const corrected: Client = async (device) => {
  await takeUp(device);
  return {
    download: () => fetchMap(device),
    async status() {
      if (!device.files.exists('map.wanted')) return null;
      const [tid] = await device.request.agent.search({ after: 0, before: 8.64e15 });
      return tid === undefined ? 'gone' : reasonOf(device, tid);
    },
  };
};

async function fetchMap(device: Device) {
  await begin(device, download(device, '/map.pak'));
  device.files.write('map.wanted', 'yes');
}

async function reasonOf({ request }: Device, tid: string): Promise<string> {
  if (tid.length === 0) return 'none';
  try {
    return (await request.agent.show(tid)).reason;
  } catch (error) {
    if (codeOf(error) !== 21900006) throw error;
    return 'gone';
  }
}
