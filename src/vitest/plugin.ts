import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { configDefaults, type Plugin, type ViteUserConfig } from 'vitest/config';
import { modules } from '../harmony/modules.ts';
import { typeScriptOf } from './arkts.ts';
import { javaScriptOf } from './compile.ts';
import { DeviceOrder } from './order.ts';
import { packageFile, packageFiles } from './places.ts';
import type { LongshoreOptions } from './settings.ts';
import { withNamesOfStrangers } from './strangers.ts';

export type { LongshoreOptions } from './settings.ts';

/**
 * Runs test files that were written for a device: finds the device's modules, compiles ArkTS, calls the function that a
 * test file exports by default, and gives each test file a device of its own.
 *
 * @param options  the device: bundle, permissions, rules, seed, `hosts`: host name → origin that stands in for it; and the run.
 */
export function longshore(options: LongshoreOptions = {}): Plugin[] {
  return longshorePlugins({ options, isReported: false, note: (text) => console.info(text) });
}

export interface PluginSettings {
  readonly options: LongshoreOptions;
  /** Does the report of the run say how to replay a failure? */
  readonly isReported: boolean;
  /** Told what was left out of a file. */
  readonly note: (text: string) => void;
}

export function longshorePlugins(settings: PluginSettings): Plugin[] {
  return [deviceModules(), namesOfStrangers(), arkTS(settings), deviceRuns(settings)];
}

/** Modules of a device that nothing here stands in for: they may be imported, and say so when they are used. */
const stranger = '\0longshore:';

/** `@ohos.…`, `@kit.…`, `@system.…` and hypium, wherever they are imported. */
function deviceModules(): Plugin {
  return {
    name: 'longshore:modules',
    enforce: 'pre',
    config: () => ({ resolve: { extensions: ['.ets', '.mjs', '.js', '.mts', '.ts', '.jsx', '.tsx', '.json'] } }),
    resolveId(specifier) {
      const module = modules[specifier];
      if (module !== undefined) return packageFile(`harmony/${module}`);
      return isStranger(specifier) ? `${stranger}${specifier}` : null;
    },
    load(id) {
      if (!id.startsWith(stranger)) return null;
      const file = JSON.stringify(packageFile('harmony/unsupported'));
      return `import { unsupported } from ${file}; export default unsupported(${JSON.stringify(id.slice(stranger.length))});`;
    },
  };
}

/** What is imported by name from a module that nothing here stands in for; once types are gone. */
function namesOfStrangers(): Plugin {
  return {
    name: 'longshore:strangers',
    transform(source, id) {
      if (id.startsWith(stranger) || !/["']@(ohos|kit|system)\./.test(source)) return null;
      return { code: withNamesOfStrangers(source, isStranger), map: null };
    },
  };
}

function isStranger(specifier: string): boolean {
  return modules[specifier] === undefined && /^@(ohos|kit|system)\./.test(specifier);
}

/** ArkTS files. What they describe of a user interface is left out, with a note. */
function arkTS({ note }: PluginSettings): Plugin {
  return {
    name: 'longshore:arkts',
    enforce: 'pre',
    // Before anybody guesses what such a file is.
    load: async (id) => (isArkTS(id) ? readFile(id.replace(/\?.*$/, ''), 'utf8') : null),
    async transform(source, id) {
      if (!isArkTS(id)) return null;
      const { code, notes } = typeScriptOf(source);
      for (const each of notes) note(`${relative(process.cwd(), id)}, ${each}`);
      return (await javaScriptOf(code, id)) as { code: string };
    },
  };
}

/** Each test file gets a device; suites run once, one after the other. */
function deviceRuns({ options, isReported }: PluginSettings): Plugin {
  return {
    name: 'longshore:runs',
    config(config: ViteUserConfig): ViteUserConfig {
      const { include, exclude, fileParallelism, sequence, server, onStackTrace } = config.test ?? {};
      const inline = server?.deps?.inline === true ? [] : [new RegExp(`^${escaped(packageFiles)}`)];
      return {
        test: {
          ...(include === undefined ? { include: [...configDefaults.include, '**/*.test.ets'] } : {}),
          exclude: [...(exclude === undefined ? configDefaults.exclude : []), '**/oh_modules/**'],
          // Suites for a device run one after the other there, and use the same ports.
          ...(fileParallelism === undefined ? { fileParallelism: false } : {}),
          ...(sequence?.sequencer === undefined ? { sequence: { sequencer: DeviceOrder } } : {}),
          ...(options.parameters?.class === undefined ? {} : { passWithNoTests: true }),
          ...(options.parameters?.breakOnError === 'true' ? { bail: 1 } : {}),
          // Nobody looks for the cause of a failed case in here.
          ...(onStackTrace === undefined ? { onStackTrace: (_, { file }) => !file.startsWith(packageFiles) } : {}),
          runner: packageFile('vitest/runner'),
          setupFiles: [packageFile('vitest/setup')],
          provide: { longshore: { options, isReported, directory: process.cwd() } },
          server: { deps: { inline } },
        },
      };
    },
  };
}

function isArkTS(id: string): boolean {
  return /\.ets(\?|$)/.test(id);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
