import type { Progress } from '../../src/api/types.ts';
import type { Client } from '../../src/fuzz/types.ts';
import { begin, download, takeUp } from './kit.ts';

export const title = 'progress is divided by a total that is not known';
export const pain = 'P14';
export const finds = 'noUnhandledRejection';

class ProgressBar {
  percent: number | null = 0;

  set(percent: number | null): void {
    if (percent !== null && !(percent >= 0 && percent <= 100)) throw new RangeError(`${percent} is no percentage`);
    this.percent = percent;
  }
}

export const buggy: Client = async (device) => {
  const bar = new ProgressBar();
  await takeUp(device);
  return {
    async download() {
      await begin(device, download(device, '/live.ts'), (task) => {
        task.on('failed', () => bar.set(0));
        task.on('progress', ({ processed, sizes }: Progress) => bar.set((100 * processed) / (sizes[0] ?? 0)));
      });
    },
  };
};

export const corrected: Client = async (device) => {
  const bar = new ProgressBar();
  await takeUp(device);
  return {
    async download() {
      await begin(device, download(device, '/live.ts'), (task) => {
        task.on('failed', () => bar.set(0));
        task.on('progress', ({ processed, sizes: [size = -1] }: Progress) =>
          bar.set(size <= 0 ? null : Math.min(100, (100 * processed) / size)),
        );
      });
    },
  };
};
