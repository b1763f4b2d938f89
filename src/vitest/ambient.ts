import { contextsOf } from '../harmony/context.ts';
import type { Device } from '../harmony/device.ts';
import { Storage } from './storage.ts';

/** What code on a device finds without an import, for the device that is under test now. @source neighbours.md 0.2 */
export function putAmbient(device: Device): void {
  const context = contextsOf(device).ability;
  const storage = new Storage();
  storage.setOrCreate('context', context);
  Object.assign(globalThis, {
    abilityContext: context,
    cacheDir: context.cacheDir,
    AppStorage: storage,
    getContext: () => context,
  });
}
