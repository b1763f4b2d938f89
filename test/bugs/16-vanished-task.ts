import type { Client, Device } from '../../src/fuzz/types.ts';
import { begin, download, takeUp, unlessMoved } from './kit.ts';

export const title = 'a task that the clean-up has taken is asked for by its id';
export const pain = 'P19';
export const finds = 'noWrongStateCall';

export const buggy: Client = async (device) => {
  await takeUp(device);
  return {
    download: () => fetchBackup(device),
    async status() {
      const tid = remembered(device);
      return tid === null ? 'none' : (await device.request.agent.show(tid)).reason;
    },
  };
};

export const corrected: Client = async (device) => {
  await takeUp(device);
  return {
    download: () => fetchBackup(device),
    async status() {
      const tid = remembered(device);
      const info = tid === null ? null : await unlessMoved(() => device.request.agent.show(tid));
      return info === null ? 'none' : info.reason;
    },
  };
};

async function fetchBackup(device: Device) {
  const { tid } = await begin(device, download(device, '/backup.zip'));
  device.files.write('backup.tid', tid);
}

function remembered({ files }: Device): string | null {
  const bytes = files.read('backup.tid');
  return bytes === null || bytes.length === 0 ? null : new TextDecoder().decode(bytes);
}
