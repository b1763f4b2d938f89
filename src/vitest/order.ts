import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { listedTwice } from './lists.ts';

/** Test files by name, each suite once. */
export class DeviceOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const twice = listedTwice(files.map(({ moduleId }) => moduleId));
    return files
      .filter(({ moduleId }) => !twice.has(moduleId))
      .sort((left, right) => (left.moduleId < right.moduleId ? -1 : 1));
  }
}
