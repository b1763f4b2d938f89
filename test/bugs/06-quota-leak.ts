import type { Client } from '../../src/fuzz/types.ts';
import { begin, codeOf, download, patiently, takeUp } from './kit.ts';

export const title = 'tasks are created ahead and never removed, until the queue is full';
export const pain = 'P5';
export const finds = 'noUnhandledRejection';

export const buggy: Client = async (device) => {
  const { agent } = device.request;
  let page = 0;
  await takeUp(device);
  return {
    scroll() {
      page += 1;
      void prepare(page);
    },
  };
  // Made ready, and started when the picture comes into sight, which few do.
  async function prepare(number: number) {
    try {
      const task = await agent.create(device.context, download(device, `/page${number}.jpg`));
      if (number % 5 === 0) await task.start();
    } catch (error) {
      if (codeOf(error) !== 13400003) throw error;
    }
  }
};

export const corrected: Client = async (device) => {
  const wanted: string[] = [];
  let isBusy = false;
  let page = 0;
  await takeUp(device);
  return {
    scroll() {
      page += 1;
      wanted.push(`/page${page}.jpg`);
      next();
    },
  };
  // The app keeps its own queue: one task at a time, made when it is its turn.
  function next() {
    const path = wanted[0];
    if (isBusy || path === undefined) return;
    isBusy = true;
    const over = () => {
      isBusy = false;
      wanted.shift();
      next();
    };
    patiently(() =>
      begin(device, download(device, path), (task) => {
        task.on('completed', over);
        task.on('failed', over);
      }),
    );
  }
};
