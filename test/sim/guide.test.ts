import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const directory = join(root, 'docs/guide/simulate');
const page = readFileSync(join(root, 'docs/guide/simulate.md'), 'utf8');
const run = promisify(execFile);

it.each(readdirSync(directory))('the guide to simulating shows %s, and what it prints', async (name) => {
  const code = readFileSync(join(directory, name), 'utf8');

  const { stdout, stderr } = await run(process.execPath, [join(directory, name)]);

  expect(stderr).toBe('');
  expect(page).toContain(`\`\`\`js\n${code}\`\`\`\n\n\`\`\`\n${stdout}\`\`\`\n`);
});
