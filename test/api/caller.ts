import { expect } from 'vitest';
import type { Rules, TaskSpec } from '../../machines/vocabulary.ts';
import { createMemoryFiles, type MemoryFiles } from '../../src/adapters/files/memory.ts';
import { appPlace, lies, type Roots } from '../../src/api/paths.ts';
import type { Caller } from '../../src/api/validate.ts';
import { BusinessError } from '../../src/errors.ts';

export const url = 'http://host/file.txt';

/** What a download of `url` is when nothing else is said, whichever call asks for it. */
export const plainDownload = {
  action: 'download',
  mode: 'background',
  url,
  method: 'GET',
  title: 'download',
  description: '',
  headers: {},
  body: '',
  form: [],
  files: [],
  target: '/app/cache/file.txt',
  overwrite: false,
  network: 'any',
  metered: false,
  retry: true,
  redirect: true,
  proxy: '',
  index: 0,
  begins: 0,
  ends: -1,
  gauge: false,
  precise: false,
  token: null,
  priority: 0,
  extras: {},
  multipart: false,
  notification: { visibility: 1 },
  minSpeed: { bytesPerSecond: 0, seconds: 0 },
  timeout: { connectionMs: 60_000, totalMs: 604_800_000 },
} as const;

export interface TestCaller extends Caller {
  readonly files: MemoryFiles;
}

const usualFiles = {
  '/app/cache/a.txt': '0123456789',
  '/app/cache/sub/b': 'b',
  '/app/files/b': 'b',
  '/app/files/c': 'c',
};

/** An app `com.example.app` on a disk in memory, with `/app/cache`, `/app/files` and a few files unless told otherwise. */
export function createCaller(
  options: Partial<Omit<Caller, 'place' | 'files'>> & { roots?: Roots; on?: Readonly<Record<string, string>> } = {},
): TestCaller {
  const { roots = { cache: '/app/cache', files: '/app/files' }, on = usualFiles, ...rest } = options;
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

/** A caller whose cache holds what is no good file, too: a directory, a device, a file nobody may open, links. */
export function createTroubledCaller(options: { readonly rules: Rules; readonly system?: boolean }): TestCaller {
  const caller = createCaller(options);
  const { files } = caller;
  files.makeDirectory('/app/cache/dir');
  files.makeDevice('/app/cache/device');
  files.write('/app/cache/locked', 'x');
  files.setMode('/app/cache/locked', { readable: false, writable: false });
  files.makeLink('/app/cache/in', '/app/cache/sub');
  files.makeLink('/app/cache/out', '/etc');
  files.makeLink('/app/cache/leak', '/etc/passwd');
  return caller;
}

/** The paths that a task will read or write, none of which lies outside its app, links followed. */
export function pathsInside({ files }: TestCaller, spec: TaskSpec): readonly string[] {
  const paths = spec.action === 'download' ? [spec.target] : spec.files.map(({ path }) => path);
  const real = paths.map((path) => files.realPath(path));
  expect(real.filter((path) => !(lies(path, '/app/cache') || lies(path, '/app/files')))).toEqual([]);
  return paths;
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
