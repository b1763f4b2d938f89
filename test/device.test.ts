import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

interface Report {
  readonly numTotalTests: number;
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

const repository = resolve(import.meta.dirname, '..');
const casesMin = 400;

/** Runs the suites that are written as for a device, in a vitest of their own that has nothing but the plugin. */
async function runSuites(): Promise<Report> {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-suites-'));
  try {
    const file = join(directory, 'report.json');
    const vitest = join(repository, 'node_modules/vitest/vitest.mjs');
    const flags = ['--config', 'test/device/vitest.config.ts', '--reporter=json', `--outputFile=${file}`];
    const { VITEST: _, ...env } = process.env;
    const child = spawn(process.execPath, [vitest, 'run', ...flags], { cwd: repository, env, stdio: 'ignore' });
    await new Promise((settle, reject) => child.once('close', settle).once('error', reject));
    return JSON.parse(readFileSync(file, 'utf8'));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

it('behaves, through the plugin, as the suites written for a device expect', { timeout: 90_000 }, async () => {
  const { testResults, numTotalTests, numPassedTests } = await runSuites();
  const broken = testResults.filter(({ message }) => message !== '').map(({ name, message }) => `${name}: ${message}`);
  const notPassed = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status !== 'passed').map(({ fullName }) => fullName),
  );

  expect({ broken, notPassed }).toEqual({ broken: [], notPassed: [] });
  expect(numPassedTests).toBe(numTotalTests);
  expect(numTotalTests).toBeGreaterThanOrEqual(casesMin);
});
