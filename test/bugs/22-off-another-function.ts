import type { Task } from '../../src/api/types.ts';
import type { Client } from '../../src/fuzz/types.ts';
import { begin, download, takeUp } from './kit.ts';

export const title = 'a page takes off another function than it put on';
export const pain = null;
export const finds = 'noListenerLeak';

export const buggy: Client = async (device) => {
  let task: Task | null = null;
  let shown = 0;
  await takeUp(device);
  return {
    async download() {
      task ??= await begin(device, download(device, '/atlas.zip'));
    },
    open() {
      task?.on('progress', ({ processed }) => show(processed));
    },
    close() {
      task?.off('progress', ({ processed }) => show(processed));
    },
  };
  function show(bytes: number) {
    shown = Math.max(shown, bytes);
  }
};

export const corrected: Client = async (device) => {
  let task: Task | null = null;
  let shown = 0;
  await takeUp(device);
  const show = ({ processed }: { readonly processed: number }) => {
    shown = Math.max(shown, processed);
  };
  return {
    async download() {
      task ??= await begin(device, download(device, '/atlas.zip'));
    },
    open() {
      task?.on('progress', show);
    },
    close() {
      task?.off('progress', show);
    },
  };
};
