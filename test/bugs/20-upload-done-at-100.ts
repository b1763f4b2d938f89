import type { Progress } from '../../src/api/types.ts';
import type { Client, Device } from '../../src/fuzz/types.ts';
import { begin, takeUp } from './kit.ts';

export const title = 'an upload counts as done when its last byte is sent';
export const pain = 'P11';
export const finds = 'everyFailureSurfaced';

export const buggy: Client = async (device) => {
  await takeUp(device);
  return {
    async upload() {
      await begin(device, photo(device), (task) => {
        task.on('failed', () => {});
        task.on('progress', ({ processed, sizes }: Progress) => {
          if (processed !== sizes[0]) return;
          task.off('progress');
          task.off('failed');
        });
      });
    },
  };
};

export const corrected: Client = async (device) => {
  await takeUp(device);
  return {
    async upload() {
      await begin(device, photo(device), (task) => {
        task.on('failed', () => {});
        task.on('completed', () => task.off('failed'));
      });
    },
  };
};

function photo({ files, url }: Device) {
  if (!files.exists('photo.jpg')) files.write('photo.jpg', 'x'.repeat(9_000));
  const data = [{ name: 'photo', value: { path: './photo.jpg' } }];
  return { action: 1 as const, method: 'POST', url: url('/photos'), data };
}
