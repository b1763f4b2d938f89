import type { Config, Task } from '../../src/api/types.ts';
import type { Device } from '../../src/fuzz/types.ts';

/** What careful apps do again and again; the apps of the catalogue are careful, but for their one bug. */

export const States = {
  initialized: 0x00,
  waiting: 0x10,
  running: 0x20,
  retrying: 0x21,
  paused: 0x30,
  stopped: 0x31,
  completed: 0x40,
  failed: 0x41,
};

/** Into a file that no other task writes. */
export function download(device: Device, path: string, more: Partial<Config> = {}): Config {
  return { action: 0, url: device.url(path), saveas: `./${freshName()}`, ...more };
}

export function freshName(): string {
  return `file-${Math.floor(Math.random() * 1e12)}`;
}

export function codeOf(error: unknown): number | null {
  return error instanceof Error && 'code' in error ? Number(error.code) : null;
}

/** A task may end between the look and the call: then there is nothing left to do. */
export async function unlessMoved<T>(call: () => Promise<T>): Promise<T | null> {
  try {
    return await call();
  } catch (error) {
    const code = codeOf(error);
    if (code === 21900006 || code === 21900007) return null;
    throw error;
  }
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Does what nobody waits for, again and again until it is done: the service may be away, or the user. */
export function patiently(act: () => Promise<unknown>, delayMs = 1_000): void {
  act().catch(() => setTimeout(() => patiently(act, Math.min(2 * delayMs, 60_000)), delayMs));
}

/** A failure is shown; here it is enough to hear of it. */
export function listen(task: Task, onFailed: () => void = () => {}): void {
  task.on('failed', onFailed);
}

/** Creates, listens, starts. What cannot be started is not left behind. */
export async function begin(device: Device, config: Config, tend: (task: Task) => void = listen): Promise<Task> {
  const task = await device.request.agent.create(device.context, config);
  tend(task);
  try {
    await task.start();
  } catch (error) {
    discard(device, task.tid);
    // Another user is at the device, say: nothing that the state of the task could tell.
    throw (await unlessMoved(() => Promise.reject(error))) ?? new Error('the download could not be started');
  }
  return task;
}

const always = { before: 8.64e15, after: 0 };

/** Away with it, as soon as that can be. */
export function discard(device: Device, tid: string): void {
  const { agent } = device.request;
  patiently(async () => {
    // While another user is at the device, a call finds no task though there is one; the list has it.
    if ((await agent.search(always)).includes(tid)) await agent.remove(tid);
  });
}

/**
 * At a launch: what earlier processes left. They are listened to, and what they told before that is seen; those that were
 * never started are removed.
 */
export async function takeUp(device: Device, tend: (task: Task) => unknown = listen, token?: string): Promise<void> {
  const { agent } = device.request;
  const get = (tid: string) =>
    token === undefined ? agent.getTask(device.context, tid) : agent.getTask(device.context, tid, token);
  const look = (tid: string) => (token === undefined ? agent.show(tid) : agent.touch(tid, token));
  const left = await new Promise<string[]>((resolve) => patiently(async () => resolve(await agent.search(always))));
  for (const tid of left) {
    patiently(async () => {
      if (!(await agent.search(always)).includes(tid)) return;
      await tend(await get(tid));
      const { progress } = await look(tid);
      if (progress.state === States.initialized) discard(device, tid);
    });
  }
}
