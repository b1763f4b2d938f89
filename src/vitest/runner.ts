import { TestRunner } from 'vitest';
import { theDevice } from '../harmony/device.ts';

type Source = Parameters<TestRunner['importFile']>[1];

/** A test file of a device registers its suites in a function that it exports by default, and that is called here. */
export default class DeviceTestRunner extends TestRunner {
  override async importFile(file: string, source: Source): Promise<unknown> {
    try {
      const module = await super.importFile(file, source);
      const suites = (module as { default?: unknown } | undefined)?.default;
      if (source === 'collect' && typeof suites === 'function' && !isClass(suites)) await suites();
      return module;
    } catch (error) {
      // No hook runs in a file that does not load.
      if (source === 'collect') await theDevice().close();
      throw error;
    }
  }
}

function isClass(value: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}
