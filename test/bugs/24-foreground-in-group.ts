import type { Client } from '../../src/fuzz/types.ts';
import { codeOf, discard, download, listen, takeUp } from './kit.ts';

export const title = 'a task of the foreground is put into a group';
export const pain = 'P2';
export const finds = 'noUnhandledRejection';

export const buggy: Client = (device) => album(device, (n) => (n === 0 ? 1 : 0));

/** Groups are for what runs in the background. */
export const corrected: Client = (device) => album(device, () => 0);

async function album(device: Parameters<Client>[0], modeOf: (n: number) => 0 | 1) {
  const { agent } = device.request;
  await takeUp(device);
  const add = async (n: number) => {
    const gid = await agent.createGroup({ notification: { title: 'Album' } });
    const task = await agent.create(device.context, download(device, `/photo${n}.jpg`, { mode: modeOf(n) }));
    listen(task);
    try {
      await agent.attachGroup(gid, [task.tid]);
      await task.start();
    } catch (error) {
      discard(device, task.tid);
      throw error;
    }
  };
  return {
    add(n: number) {
      add(n).catch((error) => {
        // The device is busy or not there; the user sees that the photo is missing.
        if (codeOf(error) === 21900005 || codeOf(error) === null) throw error;
      });
    },
  };
}
