import type { Client } from '../../../src/fuzz/types.ts';
import { downloadOf } from './config.ts';

/** Waits for a pause in a way that no pause can end. */
const client: Client = (device) => {
  let isPaused = false;
  return {
    async get(n) {
      const task = await device.request.agent.create(device.context, downloadOf(device, n));
      task.on('failed', () => {});
      task.on('pause', () => {
        isPaused = true;
      });
      await task.start();
    },
    hide: () => {},
    wait() {
      while (!isPaused);
    },
  };
};

export default client;
