// What the core weighs in a browser, with everything it depends on.
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build as esbuild } from 'esbuild';
import { build as viteBuild } from 'vite';
import { beside, row } from './measure.mjs';

const kib = 1024;
const bytesMax = 35 * kib;
const entry = join(import.meta.dirname, '..', 'dist', 'index.js');

export async function bundle() {
  const byVite = await throughVite();
  const bytes = gzipped(byVite);
  return [
    row({
      what: '`longshore` for a browser: bundled with its dependencies, minified, gzip; by Vite',
      measured: inKib(bytes),
      target: '≤ 35 KiB',
      met: bytes <= bytesMax,
    }),
    beside('the same before gzip', inKib(byVite.length)),
    beside('the same by esbuild, gzip', inKib(gzipped(await throughEsbuild()))),
  ];
}

/** As an app that uses all that the entry exports. */
async function throughVite() {
  const { output } = await viteBuild({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      rollupOptions: { input: entry, preserveEntrySignatures: 'strict' },
    },
  });
  return Buffer.from(output.map(({ code }) => code).join('\n'));
}

async function throughEsbuild() {
  const { outputFiles } = await esbuild({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    conditions: ['browser', 'module'],
    logLevel: 'error',
  });
  return Buffer.from(outputFiles[0].contents);
}

function gzipped(bytes) {
  return gzipSync(bytes, { level: 9 }).length;
}

function inKib(bytes) {
  return `${(bytes / kib).toFixed(1)} KiB`;
}
