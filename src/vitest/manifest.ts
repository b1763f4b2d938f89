import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runInNewContext } from 'node:vm';
import type { DeviceOptions } from '../harmony/device.ts';

/**
 * What the manifest of an app says of it: `module.json5` of the module and `AppScope/app.json5`, or `config.json` in the FA
 * model; the nearest of each above a file. Its directories on a device are named after it.
 * @source harmony-request.md 14
 */
export function manifestOf(file: string): Pick<DeviceOptions, 'bundle' | 'module'> {
  const older = nearest(file, 'config.json');
  const bundle = textAt(nearest(file, 'AppScope/app.json5'), 'app', 'bundleName') ?? textAt(older, 'app', 'bundleName');
  const module =
    textAt(nearest(file, 'module.json5'), 'module', 'name') ?? textAt(older, 'module', 'distro', 'moduleName');
  return { ...(bundle === null ? {} : { bundle }), ...(module === null ? {} : { module }) };
}

function nearest(file: string, name: string): unknown {
  for (let directory = dirname(file); ; directory = dirname(directory)) {
    const path = join(directory, name);
    if (existsSync(path)) return json5Of(readFileSync(path, 'utf8'));
    if (directory === dirname(directory)) return null;
  }
}

/** JSON5 is an expression of the language. Null for what is none: whoever builds the app hears of it. */
function json5Of(text: string): unknown {
  try {
    return runInNewContext(`(${text}\n)`);
  } catch {
    return null;
  }
}

function textAt(value: unknown, ...path: readonly string[]): string | null {
  const found = path.reduce((at, name) => (at as Readonly<Record<string, unknown>> | null | undefined)?.[name], value);
  return typeof found === 'string' && /^[\w.-]+$/.test(found) ? found : null;
}
