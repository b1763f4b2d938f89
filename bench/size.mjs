// What the core weighs in a browser, with everything it depends on.
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { beside, row } from './measure.mjs';

const kib = 1024;
const bytesMax = 35 * kib;

export async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, '..', 'dist', 'index.js')],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    conditions: ['browser', 'module'],
    logLevel: 'error',
  });
  const [{ contents }] = outputFiles;
  const bytes = gzipSync(contents, { level: 9 }).length;
  return [
    row({
      what: '`longshore` for a browser: bundled with its dependencies, minified, gzip',
      measured: `${(bytes / kib).toFixed(1)} KiB`,
      target: '≤ 35 KiB',
      met: bytes <= bytesMax,
    }),
    beside('the same before gzip', `${(contents.length / kib).toFixed(0)} KiB`),
  ];
}
