import { createMemoryFiles, type MemoryFiles } from '../../src/adapters/files/memory.ts';
import { appPlace, type Roots } from '../../src/api/paths.ts';
import type { Caller } from '../../src/api/validate.ts';
import { BusinessError } from '../../src/errors.ts';

export interface TestCaller extends Caller {
  readonly files: MemoryFiles;
}

/** An app `com.example.app` on a disk in memory, with `/app/cache` and `/app/files` unless told otherwise. */
export function createCaller(
  options: Partial<Omit<Caller, 'place' | 'files'>> & { roots?: Roots; on?: Readonly<Record<string, string>> } = {},
): TestCaller {
  const { roots = { cache: '/app/cache', files: '/app/files' }, on = {}, ...rest } = options;
  return {
    rules: 'documented',
    sdk: 20,
    system: false,
    mayClearText: () => true,
    isWantAgent: () => true,
    ...rest,
    place: appPlace('com.example.app', roots),
    files: createMemoryFiles({ files: on }),
  };
}

/** What a call is refused with; anything else it does is a failure of the test. */
export function refusal(call: () => unknown): BusinessError {
  try {
    call();
  } catch (error) {
    if (error instanceof BusinessError) return error;
    throw error;
  }
  throw new Error('the call was not refused');
}
