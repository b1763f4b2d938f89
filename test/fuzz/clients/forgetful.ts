import type { Client } from '../../../src/fuzz/types.ts';
import { downloadOf } from './config.ts';

/** Gives up when a task waits, and tells nobody. */
const client: Client = (device) => ({
  async get(n) {
    const task = await device.request.agent.create(device.context, downloadOf(device, n));
    task.on('failed', () => {});
    task.on('wait', () => void Promise.reject(new Error('no network')));
    await task.start();
  },
});

export default client;
