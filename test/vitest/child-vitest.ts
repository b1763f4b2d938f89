import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { LongshoreOptions } from '../../src/vitest/plugin.ts';

const repository = resolve(import.meta.dirname, '../..');
const fixtures = resolve(repository, 'test/fixtures/hypium');

export interface Ran {
  readonly code: number | null;
  /** Everything it printed. */
  readonly output: string;
  /** `Suite > case` → how hypium saw it, or else how vitest did. */
  readonly cases: Readonly<Record<string, string>>;
  /** Files that did not load, and why. */
  readonly broken: readonly string[];
}

interface JsonReport {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
      readonly meta: { readonly hypium?: { readonly outcome: string } };
    }[];
  }[];
}

/** Runs fixtures through the plugin, in a vitest of their own. */
export async function runFixtures(
  files: readonly string[],
  options: LongshoreOptions = {},
  flags: readonly string[] = [],
): Promise<Ran> {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-vitest-'));
  try {
    const report = join(directory, 'report.json');
    const vitest = join(repository, 'node_modules/vitest/vitest.mjs');
    const config = join(fixtures, 'vitest.config.ts');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const { VITEST: _vitest, ...env } = process.env;
    const child = spawn(process.execPath, [vitest, 'run', '--config', config, ...reporters, ...flags, ...files], {
      cwd: repository,
      env: { ...env, NO_COLOR: '1', LONGSHORE_OPTIONS: JSON.stringify(options) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
    const code = await new Promise<number | null>((settle, reject) =>
      child.once('close', settle).once('error', reject),
    );
    return { code, output, ...resultsOf(JSON.parse(readFileSync(report, 'utf8'))) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function resultsOf({ testResults }: JsonReport): Pick<Ran, 'cases' | 'broken'> {
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  return {
    cases: Object.fromEntries(
      results.map(({ ancestorTitles, title, status, meta }) => [
        [...ancestorTitles, title].join(' > '),
        meta.hypium?.outcome ?? status,
      ]),
    ),
    broken: testResults.map(({ message }) => message).filter((message) => message !== ''),
  };
}
