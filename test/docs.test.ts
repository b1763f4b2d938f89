import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reference } from '../scripts/reference.mjs';

const root = resolve(import.meta.dirname, '..');
const run = promisify(execFile);
const pages = await reference();

describe('docs/reference is what the code generates', () => {
  it.each(Object.entries(pages))('%s', (name, text) => {
    expect(readFileSync(join(root, 'docs/reference', name), 'utf8')).toBe(text);
  });
});

describe('the examples of the README run', () => {
  const body = randomBytes(300_000);
  const server = createServer((_, response) => response.end(body));
  const directory = mkdtempSync(join(tmpdir(), 'longshore-readme-'));
  // Inside the package, so that it finds itself by name.
  const script = join(root, 'dist', `readme-${process.pid}.mjs`);

  beforeAll(() => new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready)));
  afterAll(() => {
    server.close();
    rmSync(script, { force: true });
    rmSync(directory, { recursive: true });
  });

  it('embeds the engine in ten lines', async () => {
    const { port } = server.address() as AddressInfo;
    const example = exampleWith('longshore/node').replace('https://example.com', `http://127.0.0.1:${port}`);
    writeFileSync(script, example);

    const { stdout } = await run(process.execPath, [script], { cwd: directory });

    const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    expect(stdout).toContain('300000 of 300000 bytes');
    expect(digest(readFileSync(join(directory, 'downloads/data.zip')))).toBe(digest(body));
    expect(example.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(10);
  });

  it('simulates a device', async () => {
    writeFileSync(script, exampleWith('longshore/sim'));

    const { stdout } = await run(process.execPath, [script], { cwd: directory });

    expect(stdout).toBe('completed\n[ { from: 0 }, { from: 700 } ]\n');
  });
});

function exampleWith(module: string): string {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
  return examples.find((code) => code.includes(`'${module}'`)) ?? '';
}
