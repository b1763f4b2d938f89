import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const isSource = import.meta.url.endsWith('.ts');
const here = fileURLToPath(import.meta.url);

/** Where this package's own files are: its sources while it is worked on, else what was built of them. */
export const packageFiles = join(packageRoot(), isSource ? 'src' : 'dist');

/** The file of this package that holds a module, such as `harmony/hypium`. */
export function packageFile(module: string): string {
  return join(packageFiles, `${module}${isSource ? '.ts' : '.js'}`);
}

/** A bundler may have moved this module, but not out of its package. */
function packageRoot(): string {
  let directory = dirname(here);
  while (!existsSync(join(directory, 'package.json')) && dirname(directory) !== directory)
    directory = dirname(directory);
  return directory;
}
