import type { Client } from '../../../src/fuzz/types.ts';
import { downloadOf } from './config.ts';

/** Starts a task whenever it hears that it waits. */
const client: Client = (device) => ({
  async get(n) {
    const task = await device.request.agent.create(device.context, downloadOf(device, n));
    task.on('failed', () => {});
    task.on('wait', () => task.start());
    await task.start();
  },
});

export default client;
