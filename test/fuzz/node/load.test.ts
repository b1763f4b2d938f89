import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ClientError, digestOfClient, loadClient } from '../../../src/fuzz/node/load.ts';

const directory = mkdtempSync(join(tmpdir(), 'longshore-load-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Writes a file. Each has a name of its own: modules are loaded once. */
function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

let worlds = 0;

describe('loading a client', () => {
  it('takes TypeScript with what it imports, its invariants and its world', async () => {
    file('names.ts', 'export const name: string = "get";');
    const path = file(
      'whole.ts',
      `import { name } from './names';
       import type { Client } from 'longshore/fuzz';
       export const client: Client = () => ({ [name]: () => {} });
       export const invariants = [{ name: 'mine', check: () => null }];
       export const world = { tasksMax: 2 };`,
    );

    const { client, invariants, world } = await loadClient(path);

    expect(Object.keys(client({} as never) as object)).toEqual(['get']);
    expect(invariants.map(({ name }) => name)).toEqual(['mine']);
    expect(world).toEqual({ tasksMax: 2 });
  });

  it('tells by a digest whether the code or what it imports has changed, but for line ends', () => {
    file('deep.ts', 'export const n = 1;\n');
    file('near.ts', "export * from './deep.ts';\n");
    const path = file('client.ts', "import { n } from './near.ts';\nexport default () => ({ n: () => n });\n");
    const digest = digestOfClient(path);

    file('deep.ts', 'export const n = 1;\r\n');
    expect(digestOfClient(path)).toBe(digest);
    file('deep.ts', 'export const n = 2;\n');
    expect(digestOfClient(path)).not.toBe(digest);
  });

  it.each([
    ['syntax.ts', 'export default (;', /syntax\.ts cannot be loaded: .*, at .*syntax\.ts:\d+:\d+$/],
    ['thrown.ts', 'throw new Error("not today");', /thrown\.ts cannot be loaded: not today/],
    ['lost.ts', 'import "no-such-package";', /lost\.ts cannot be loaded: Cannot find [^\n]*$/],
    ['nothing.ts', 'export const answer = 42;', /nothing\.ts exports no client; legal: export default/],
    ['bad.ts', 'export default () => {}; export const invariants = [() => null];', /invariants is no array of/],
  ])('refuses %s', async (name, text, message) => {
    const path = file(name, text);

    await expect(loadClient(path)).rejects.toThrow(ClientError);
    await expect(loadClient(path)).rejects.toThrow(message);
  });

  it.each([
    ['7', /^world is no object; legal: /],
    ['null', /^world is no object; legal: /],
    ['[]', /^world is no object; legal: /],
    ['{ extra: 1 }', /^world\.extra: .*; legal: files, sandbox, latencyMs, bytesPerSecond, tasksMax, slots$/],
    ['{ tasksMax: 2.5 }', /^world\.tasksMax: .*; legal: a whole number, 1 or more$/],
    ['{ tasksMax: -4 }', /^world\.tasksMax: /],
    ['{ tasksMax: undefined }', /^world\.tasksMax: /],
    ['{ slots: NaN }', /^world\.slots: .*; legal: a whole number, 1 or more$/],
    ['{ latencyMs: -1 }', /^world\.latencyMs: .*; legal: a number, 0 or more$/],
    ['{ bytesPerSecond: Infinity }', /^world\.bytesPerSecond: .*; legal: a number, 0 or more$/],
    ['{ files: 5 }', /^world\.files: .*; legal: '\*' or paths from '\/' on, each with a number of bytes or a text$/],
    ['{ files: null }', /^world\.files: /],
    ["{ files: { '*': 1.5 } }", /^world\.files\.\*: /],
    ['{ files: { a: 1 } }', /^world\.files\.a: no path; legal: /],
    ['{ sandbox: { x: 1 } }', /^world\.sandbox\.x: .*; legal: paths, each with a text$/],
  ])('refuses the world %s', async (world, message) => {
    const path = file(`world${worlds++}.ts`, `export default () => {}; export const world = ${world};`);

    const refused = (await loadClient(path).catch((error: unknown) => error)) as ClientError;

    expect(refused).toBeInstanceOf(ClientError);
    expect(refused.message.slice(`${path}: `.length)).toMatch(message);
  });
});
