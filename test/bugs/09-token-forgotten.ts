import type { Client, Device } from '../../src/fuzz/types.ts';
import { begin, download, listen, takeUp, unlessMoved } from './kit.ts';

export const title = 'a task with a token is asked for without it after a restart';
export const pain = 'P20';
export const finds = 'noWrongStateCall';

const token = 'invoices-of-2026';

export const buggy: Client = async (device) => {
  await takeUp(device, listen, token);
  return {
    download: () => fetchInvoice(device),
    async open() {
      const tid = latest(device);
      if (tid !== null) await device.request.agent.getTask(device.context, tid);
    },
  };
};

export const corrected: Client = async (device) => {
  await takeUp(device, listen, token);
  return {
    download: () => fetchInvoice(device),
    async open() {
      const tid = latest(device);
      if (tid !== null) await unlessMoved(() => device.request.agent.getTask(device.context, tid, token));
    },
  };
};

async function fetchInvoice(device: Device) {
  const task = await begin(device, download(device, '/invoice.pdf', { token }));
  device.files.write('latest.txt', task.tid);
}

function latest({ files }: Device): string | null {
  const bytes = files.read('latest.txt');
  return bytes === null || bytes.length === 0 ? null : new TextDecoder().decode(bytes);
}
