import type { Client } from '../../../src/fuzz/types.ts';
import { downloadOf } from './config.ts';

/** Lets a task that waits wait. */
export const client: Client = (device) => ({
  async get(n) {
    const task = await device.request.agent.create(device.context, downloadOf(device, n));
    task.on('failed', () => {});
    await task.start();
  },
});
