import type { Progress } from '../../src/api/types.ts';
import type { Client } from '../../src/fuzz/types.ts';
import { begin, download, patiently, takeUp } from './kit.ts';

export const title = 'the reason is looked for in the failed event, which has none';
export const pain = 'P9';
export const finds = 'noUnhandledRejection';

interface Failure extends Progress {
  readonly faults: number;
}

export const buggy: Client = async (device) => {
  let message = '';
  await takeUp(device);
  return {
    async download() {
      await begin(device, download(device, '/report.pdf'), (task) => {
        task.on('failed', (failure) => {
          message = `error ${(failure as Failure).faults.toString(16)}`;
        });
      });
    },
    read: () => message,
  };
};

export const corrected: Client = async (device) => {
  let message = '';
  await takeUp(device);
  return {
    async download() {
      await begin(device, download(device, '/report.pdf'), (task) => {
        task.on('failed', () => patiently(() => explain(task.tid)));
      });
    },
    read: () => message,
  };
  async function explain(tid: string) {
    const { faults, reason } = await device.request.agent.show(tid);
    message = `${reason} (${faults})`;
  }
};
