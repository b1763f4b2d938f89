import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, runInChromium } from './chromium.ts';
import { runs, worlds } from './digests.ts';

const seeds = 200;
const run = promisify(execFile);
const directory = mkdtempSync(join(tmpdir(), 'longshore-determinism-'));
let script = '';

beforeAll(async () => {
  script = await bundle();
});
afterAll(() => rmSync(directory, { recursive: true }));

describe.each([
  ['worlds', seeds],
  // A client that fails at once leaves not much of a trace.
  ['runs', 0.95 * seeds],
] as const)(`${seeds} random %s`, (kind, differentMin) => {
  let here: readonly string[] = [];

  beforeAll(async () => {
    here = await { runs, worlds }[kind](seeds);
  });

  it('are not the same again and again', () => {
    expect(new Set(here).size).toBeGreaterThanOrEqual(differentMin);
  });

  it('leave the same traces in another process', async () => {
    const file = join(directory, `${kind}.cjs`);
    writeFileSync(file, `${script}; digests.${kind}(${seeds}).then((all) => console.log(JSON.stringify(all)));`);

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
      `${script}; digests.${kind}(${seeds}).then((all) => answer(JSON.stringify(all)), fail);`,
    );

    expect(JSON.parse(answer)).toEqual(here);
  });
});

/** The worlds as one script for a browser, where they are `digests`. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'digests.ts')],
    bundle: true,
    write: false,
    platform: 'browser',
    conditions: ['browser'],
    format: 'iife',
    globalName: 'digests',
  });
  return outputFiles[0]?.text ?? '';
}
