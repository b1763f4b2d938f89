import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const files = [...sources('machines'), ...sources('src')];

/** Who may import what: the first pattern that matches a file decides. Paths are relative to the repository. */
const borders: readonly {
  readonly layer: RegExp;
  readonly may: readonly RegExp[];
  readonly packages: readonly RegExp[];
}[] = [
  { layer: /^machines\//, may: [/^machines\//], packages: [/^xstate$/] },
  { layer: /^src\/errors\.ts$/, may: [/^machines\/vocabulary/, /^src\/errors\/messages\.ts$/], packages: [] },
  { layer: /^src\/errors\//, may: [/^src\/errors\//], packages: [] },
  { layer: /^src\/ports\//, may: [/^machines\/vocabulary/], packages: [] },
  {
    layer: /^src\/cloud\/(http\.ts|host\/)/,
    may: [/^src\/(cloud|errors|ports)\//, /^src\/errors\.ts$/, /^src\/adapters\/(clock\/system|store\/lock)\.ts$/],
    packages: [/^node:/, /^busboy$/, /^valibot$/],
  },
  {
    layer: /^src\/cloud\//,
    may: [
      /^src\/(cloud|errors|ports)\//,
      /^src\/errors\.ts$/,
      /^src\/adapters\/transport\/(content|multipart|internet|trouble)\.ts$/,
      /^src\/adapters\/clock\/system\.ts$/,
    ],
    packages: [/^immer$/, /^valibot$/, /^@noble\/hashes\//, /^fast-xml-parser$/],
  },
  {
    layer: /^src\/engine\//,
    may: [/^machines\//, /^src\/ports\//, /^src\/engine\//, /^src\/errors\.ts$/],
    packages: [/^xstate$/],
  },
  {
    layer: /^src\/api\//,
    may: [/^src\/engine\//, /^src\/api\//, /^src\/errors\.ts$/, /^src\/ports\//, /^machines\//],
    packages: [/^eventemitter3$/],
  },
  {
    layer: /^src\/adapters\//,
    may: [/^src\/ports\//, /^src\/adapters\//, /^src\/errors\.ts$/, /^machines\/vocabulary/],
    packages: [/^node:/, /^undici$/, /^libsql$/, /^nanoid$/],
  },
  { layer: /^src\/index\.ts$/, may: [/^src\/(api|engine|ports)\//, /^src\/errors\.ts$/], packages: [] },
  { layer: /^src\/runtime\.ts$/, may: [/^src\//, /^machines\//], packages: [] },
  {
    layer: /^src\/sim\//,
    may: [/^src\/(sim|api|engine|ports|adapters)\//, /^src\/errors\.ts$/, /^machines\//],
    packages: [],
  },
  {
    layer: /^src\/conformance\//,
    may: [
      /^src\/conformance\//,
      /^src\/engine\/step\.ts$/,
      /^src\/api\/constants\.ts$/,
      /^src\/errors\.ts$/,
      /^machines\//,
    ],
    packages: [/^valibot$/, /^xstate$/],
  },
  {
    layer: /^src\/repro\//,
    may: [/^src\/(repro|sim|api|engine|ports|adapters|errors)\//, /^src\/errors\.ts$/, /^machines\//],
    packages: [/^xstate$/],
  },
  {
    layer: /^src\/fuzz\/(node|vitest)\//,
    may: [/^src\/(fuzz|sim|repro|api|engine|ports|adapters)\//, /^src\/(index|errors)\.ts$/, /^machines\//],
    packages: [/^node:/, /^jiti$/, /^vitest$/],
  },
  {
    layer: /^src\/fuzz\//,
    may: [/^src\/(fuzz|sim|repro|api|engine|ports|adapters)\//, /^src\/(index|errors)\.ts$/, /^machines\//],
    packages: [/^fast-check$/, /^valibot$/],
  },
  {
    layer: /^src\/harmony\//,
    may: [/^src\/(harmony|api|adapters|ports|engine)\//, /^src\/errors\.ts$/, /^machines\//],
    packages: [/^node:/, /^vitest$/],
  },
  {
    layer: /^src\/vitest\//,
    may: [/^src\/(vitest|harmony)\//],
    packages: [/^node:/, /^vitest(\/|$)/, /^vite$/, /^esbuild$/],
  },
  { layer: /^src\/cli\//, may: [/^src\//, /^machines\//], packages: [/^node:/, /^citty$/, /^cli-progress$/] },
];

describe('imports point inward', () => {
  it.each(files)('%s', (file) => {
    const border = borders.find(({ layer }) => layer.test(file));

    const strangers = importsOf(file).filter((target) => {
      const allowed = target.startsWith('.') ? border?.may : border?.packages;
      const name = target.startsWith('.') ? relative(root, resolve(root, dirname(file), target)) : target;
      return !allowed?.some((pattern) => pattern.test(name));
    });

    expect(border, 'a file outside every layer').toBeDefined();
    expect(strangers).toEqual([]);
  });
});

describe('time and chance come through ports', () => {
  // `repro/arkts.ts` prints programs that wait.
  const mayUseThem = /^src\/(adapters\/(clock|random)\/|cli\/|repro\/arkts\.ts$)/;

  it.each(files.filter((file) => !mayUseThem.test(file)))('%s', (file) => {
    const ambient = code(file).match(
      /\b(Date\.now|new Date\(\)|Math\.random|setTimeout|setInterval|performance\.now)\b/g,
    );

    expect(ambient).toBeNull();
  });
});

it('only the command line reads the environment', () => {
  const readers = files.filter((file) => /process\.env/.test(code(file)));

  expect(readers).toEqual(['src/cli/main.ts']);
});

it.each([
  'src/index.ts',
  'machines/index.ts',
  'src/sim/index.ts',
  'src/errors/index.ts',
  'src/cloud/index.ts',
  'src/conformance/index.ts',
  'src/repro/index.ts',
])('%s runs in a browser', async (entry) => {
  const { metafile, errors } = await build({
    entryPoints: [join(root, entry)],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['browser'],
    logLevel: 'silent',
  });

  const outside = Object.values(metafile.inputs).flatMap(({ imports }) => imports.filter(({ external }) => external));
  expect(errors).toEqual([]);
  expect(outside).toEqual([]);
});

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`)
    .sort();
}

function importsOf(file: string): string[] {
  const statements = code(file).matchAll(
    /^(?:import|export)\b(?:[\w\s{},*$]*\bfrom)?\s*'([^']+)'|\bimport\(\s*'([^']+)'/gm,
  );
  return [...statements].map(([, statement, call]) => statement ?? call ?? '');
}

/** Without comments, which may name what they like. */
function code(file: string): string {
  return readFileSync(join(root, file), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '');
}
