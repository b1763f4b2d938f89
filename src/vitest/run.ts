import { statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { Writable } from 'node:stream';
import { configDefaults } from 'vitest/config';
import { startVitest } from 'vitest/node';
import { longshorePlugins } from './plugin.ts';
import { HypiumReporter } from './report.ts';
import type { LongshoreOptions } from './settings.ts';

/** Directories that hold no tests of the app's own. */
const foreignDirectories = ['build', '.hvigor', '.preview'];

export interface DeviceTests {
  /** Absolute path of a directory, or of one test file. */
  readonly target: string;
  readonly device: LongshoreOptions;
  /** Absolute path of a report as JUnit XML. */
  readonly junit: string | null;
  readonly print: (line: string) => void;
}

/** Runs test files for a device, without any configuration, and tells it as a device does. */
export async function runDeviceTests({ target, device, junit, print }: DeviceTests): Promise<HypiumReporter> {
  const isFile = statSync(target).isFile();
  const reporter = new HypiumReporter(print);
  const stdout = new Writable({
    write(text, _, next) {
      print(String(text).replace(/\n$/, ''));
      next();
    },
  });
  const vitest = await startVitest(
    'test',
    [],
    {
      config: false,
      root: isFile ? dirname(target) : target,
      include: isFile ? [patternOf(basename(target))] : ['**/*.test.{ets,ts,js}'],
      watch: false,
      cache: false,
      passWithNoTests: true,
      reporters: junit === null ? [reporter] : [reporter, ['junit', { outputFile: junit }]],
    },
    {
      logLevel: 'error',
      plugins: longshorePlugins({ options: device, isReported: true, note: print }),
      test: { exclude: [...configDefaults.exclude, ...foreignDirectories.map((name) => `**/${name}/**`)] },
    },
    { stdout },
  );
  await vitest.close();
  return reporter;
}

/** A name, where a pattern is asked for. */
function patternOf(name: string): string {
  return name.replace(/[\\*?[\]{}()!+@|]/g, '\\$&');
}
