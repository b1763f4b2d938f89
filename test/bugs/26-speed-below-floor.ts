import type { Task } from '../../src/api/types.ts';
import type { Client } from '../../src/fuzz/types.ts';
import { begin, download, takeUp } from './kit.ts';

export const title = 'the speed is halved each time the app is hidden, until it is less than legal';
export const pain = 'P24';
export const finds = 'noUnhandledRejection';

const floor = 16_384;

export const buggy: Client = (device) => polite(device, (speed) => speed / 2);
export const corrected: Client = (device) => polite(device, (speed) => Math.max(floor, speed / 2));

async function polite(device: Parameters<Client>[0], slower: (bytesPerSecond: number) => number) {
  let task: Task | null = null;
  let speed = 2 * floor;
  await takeUp(device);
  device.onBackground(() => {
    if (task === null) return;
    speed = slower(speed);
    // A task that is over has no speed.
    task.setMaxSpeed(speed).catch(() => {});
  });
  return {
    async download() {
      task ??= await begin(device, download(device, '/season.zip'));
    },
  };
}
