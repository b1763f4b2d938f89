import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, runInChromium } from './chromium.ts';
import { digests } from './digests.ts';

const seeds = 200;
const run = promisify(execFile);

describe(`${seeds} random worlds`, () => {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-determinism-'));
  let script = '';
  let here: readonly string[] = [];

  beforeAll(async () => {
    [script, here] = await Promise.all([bundle(), digests(seeds)]);
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it('are all different', () => {
    expect(new Set(here).size).toBe(seeds);
  });

  it('leave the same traces in another process', async () => {
    const file = join(directory, 'worlds.cjs');
    writeFileSync(file, `${script}; worlds.digests(${seeds}).then((all) => console.log(JSON.stringify(all)));`);

    const { stdout } = await run(process.execPath, [file]);

    expect(JSON.parse(stdout)).toEqual(here);
  });

  it('leave the same traces in a browser', async (context) => {
    if (chromiumPath === undefined) {
      console.warn('No chromium: that a browser leaves the same traces is not tested (apt-get install chromium).');
      return context.skip('there is no chromium');
    }

    const answer = await runInChromium(
      chromiumPath,
      `${script}; worlds.digests(${seeds}).then((all) => answer(JSON.stringify(all)));`,
    );

    expect(JSON.parse(answer)).toEqual(here);
  });
});

/** The worlds as one script for a browser, where they are `worlds.digests`. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'digests.ts')],
    bundle: true,
    write: false,
    platform: 'browser',
    conditions: ['browser'],
    format: 'iife',
    globalName: 'worlds',
  });
  return outputFiles[0]?.text ?? '';
}
