import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const directory = join(root, 'docs/guide/cloud');
const page = readFileSync(join(root, 'docs/guide/cloud.md'), 'utf8');
const run = promisify(execFile);

/** What the page shows an example to print: the block after its code. */
function shownFor(name: string): string {
  const code = readFileSync(join(directory, name), 'utf8');
  const [, after] = page.split(code);
  expect(after, `the page shows ${name} as it is`).toBeDefined();
  return /^```\n\n```\n([\s\S]*?)```/.exec(after ?? '')?.[1] ?? '';
}

describe('the guide of the cloud', () => {
  it.each(readdirSync(directory).filter((name) => name.endsWith('.mjs')))('shows what %s prints', async (name) => {
    const { stdout, stderr } = await run(process.execPath, [join(directory, name)]);

    expect(stderr).toBe('');
    expect(stdout).toBe(shownFor(name));
  });

  it('shows what curl.sh prints', async () => {
    const server = spawn(process.execPath, [join(root, 'dist/cli.js'), 'serve', 'baidu-pcs', '--json', '--quiet']);
    try {
      const [document] = await once(server.stdout, 'data');
      const [{ url }] = JSON.parse(String(document)).services;

      const { stdout } = await run('sh', [join(directory, 'curl.sh'), url]);

      expect(stdout).toBe(shownFor('curl.sh'));
    } finally {
      server.kill('SIGTERM');
    }
  });

  it('shows the scenario', () => {
    expect(page).toContain(readFileSync(join(directory, 'scenario.json'), 'utf8'));
  });

  it('names rules that can be given', async () => {
    const rules = [...page.matchAll(/--fault '([^']+)'/g)].flatMap(([, rule = '']) => ['--fault', rule]);
    const server = spawn(process.execPath, [join(root, 'dist/cli.js'), 'serve', 'baidu-pcs', '--json', ...rules]);
    try {
      const [document] = await once(server.stdout, 'data');

      expect(rules.length).toBeGreaterThan(4);
      expect(JSON.parse(String(document)).services).toHaveLength(1);
    } finally {
      server.kill('SIGTERM');
    }
  });
});
