import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/guide/fuzz.md'), 'utf8');
// Inside the package, so that what the page shows finds it by name.
const desk = mkdtempSync(join(root, 'dist', 'fuzz-guide-'));

describe('the guide to fuzzing', () => {
  afterAll(() => rmSync(desk, { recursive: true, force: true }));

  it('shows what the command prints', { timeout: 30_000 }, async () => {
    const [, given = ''] = /```sh\nnpx longshore (.*)\n```/.exec(page) ?? [];

    const { exitCode, stdout } = await run(join(root, 'dist/cli.js'), ...given.split(' '));

    expect(exitCode).toBe(1);
    expect(page).toContain(`\`\`\`\n${stdout.trim().replace(/ls1\.\S+/, 'ls1.…')}\n\`\`\`\n`);
  });

  it('shows files that pass the compiler, strictly', { timeout: 60_000 }, async () => {
    const codes = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
    const files = codes.filter((code) => code.includes('export '));
    for (const [at, code] of files.entries()) writeFileSync(join(desk, `client${at}.ts`), code);
    const compilerOptions = { target: 'ES2022', module: 'NodeNext', strict: true, skipLibCheck: true, noEmit: true };
    writeFileSync(join(desk, 'tsconfig.json'), JSON.stringify({ compilerOptions }));

    const compiled = await run(join(root, 'node_modules/typescript/bin/tsc'), '--project', desk);

    expect(files).toHaveLength(2);
    expect(compiled).toEqual({ exitCode: 0, stdout: '' });
  });
});

function run(file: string, ...args: readonly string[]): Promise<{ exitCode: number; stdout: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [file, ...args], { cwd: root }, (error, stdout) =>
      done({ exitCode: Number(error?.code ?? 0), stdout }),
    );
  });
}
