import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/guide/test-off-device.md'), 'utf8');
const guide = join(root, 'docs/guide/test-off-device');
// Inside the package, so that the app finds it by name.
const copy = mkdtempSync(join(root, 'dist', 'guide-'));

interface Outcome {
  readonly exitCode: number;
  readonly stderr: string;
  readonly cases: readonly { readonly name: string; readonly outcome: string }[];
}

describe('the app of the guide', () => {
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it('has a bug that shows when it goes to the background, with a line that shows it again', async () => {
    const { exitCode, stderr } = await longshoreTest(guide);

    expect(exitCode).toBe(1);
    const [, printed = ''] = /```\n(task state error\.\n[\s\S]*?)```/.exec(page) ?? [];
    expect(printed).not.toBe('');
    expect(stderr).toContain(`\n\n${printed}\n`);
  });

  it('passes once the listener is gone', async () => {
    cpSync(guide, copy, { recursive: true });
    const file = join(copy, 'Downloader.ets');
    const source = readFileSync(file, 'utf8');
    const mended = source.replace(/ {6}\/\/ A task that waits[\s\S]*? {6}\}\);\n/, '');
    expect(mended).not.toBe(source);
    writeFileSync(file, mended);

    const { exitCode, cases } = await longshoreTest(copy);

    expect(exitCode).toBe(0);
    expect(cases).toHaveLength(4);
  });
});

function longshoreTest(directory: string): Promise<Outcome> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      [join(root, 'dist/cli.js'), 'test', directory, '--json'],
      { cwd: root },
      (error, stdout, stderr) => {
        const { cases } = JSON.parse(stdout) as Pick<Outcome, 'cases'>;
        done({ exitCode: Number(error?.code ?? 0), stderr, cases });
      },
    );
  });
}
