// What the library does not export and the benchmarks look at all the same, bundled from the sources.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');

/** The names of several sources as one module. @param paths  from the root of the repository, or packages. */
export async function inside(paths) {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-bench-'));
  const outfile = join(directory, 'inside.mjs');
  try {
    await build({
      stdin: { contents: paths.map((path) => `export * from '${path}';`).join('\n'), resolveDir: root, loader: 'ts' },
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      outfile,
      logLevel: 'error',
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
