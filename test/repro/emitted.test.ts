import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { byState, known } from './everything.ts';

const root = resolve(import.meta.dirname, '../..');
// Inside the package, so that what is emitted finds it by name.
const desk = mkdtempSync(join(root, 'dist', 'repro-'));
/** Cases on a device wait for real sockets more than they work. */
const shards = 4;
const caseMsMax = 60_000;
const onDevice: string[] = [];
const cases = [...known, ...byState];

beforeAll(async () => {
  const suites = Array.from({ length: shards }, () => [] as string[]);
  for (const kind of ['ts', 'vitest', ...suites.map((_, n) => `arkts${n}`)]) mkdirSync(join(desk, kind));
  for (const { title, reproduction } of cases) {
    writeFileSync(join(desk, 'ts', `${title}.mjs`), (await reproduction.emit('ts')) ?? '');
    writeFileSync(join(desk, 'vitest', `${title}.test.ts`), (await reproduction.emit('vitest')) ?? '');
    const arkts = await reproduction.emit('arkts');
    if (arkts === null) continue;
    const n = onDevice.push(title) % shards;
    writeFileSync(join(desk, `arkts${n}`, `${title}.ets`), arkts);
    suites[n]?.push(title);
  }
  for (const [n, titles] of suites.entries()) writeFileSync(join(desk, `arkts${n}`, 'List.test.ets'), listOf(titles));
});

afterAll(() => rmSync(desk, { recursive: true, force: true }));

it('each script prints the error that it is about', async () => {
  const titles = cases.map(({ title }) => title);
  writeFileSync(join(desk, 'ts', 'all.mjs'), printing(titles));

  const { stdout } = await run(process.execPath, [join(desk, 'ts', 'all.mjs')]);

  const printed = JSON.parse(stdout) as Record<string, string[]>;
  const wrong = cases.filter(({ title, row }) => !isAbout(printed[title]?.[0], row.name, row.message));
  expect(wrong.map(({ title }) => [title, printed[title]])).toEqual([]);
});

it('each script and each vitest file passes the compiler, strictly', async () => {
  const configPath = join(desk, 'tsconfig.json');
  const compilerOptions = {
    target: 'ES2022',
    module: 'NodeNext',
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: ['node'],
    // The scripts are JavaScript too.
    allowJs: true,
    checkJs: true,
  };
  const include = ['ts/*-*.mjs', 'vitest/*.test.ts'];
  writeFileSync(configPath, JSON.stringify({ compilerOptions, include }));

  const { exitCode, stdout } = await run(process.execPath, [
    join(root, 'node_modules/typescript/bin/tsc'),
    '--project',
    configPath,
  ]);

  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
}, 120_000);

it('each vitest file passes', async () => {
  const report = join(desk, 'report.json');
  writeFileSync(
    join(desk, 'vitest', 'vitest.config.mjs'),
    'export default { test: { include: ["*.test.ts"], exclude: [] } };\n',
  );
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const flags = [
    '--root',
    join(desk, 'vitest'),
    '--config',
    join(desk, 'vitest', 'vitest.config.mjs'),
    '--no-isolate',
    '--maxWorkers=2',
  ];

  const { exitCode, stdout } = await run(process.execPath, [
    vitest,
    'run',
    ...flags,
    '--reporter=json',
    `--outputFile=${report}`,
  ]);

  const { numPassedTests, numTotalTests } = JSON.parse(readFileSync(report, 'utf8'));
  expect({ exitCode, numPassedTests, numTotalTests }, stdout).toEqual({
    exitCode: 0,
    numPassedTests: cases.length,
    numTotalTests: cases.length,
  });
});

it('each hypium test passes off the device, but for a disk that would have to be filled', async () => {
  const runs = await Promise.all(
    Array.from({ length: shards }, (_, n) =>
      run(process.execPath, [
        join(root, 'dist/cli.js'),
        'test',
        join(desk, `arkts${n}`),
        '--timeout',
        String(caseMsMax),
        '--json',
      ]),
    ),
  );

  const ran = runs.flatMap(({ stdout }) => (JSON.parse(stdout) as { cases: { outcome: string }[] }).cases);
  expect(ran.filter(({ outcome }) => outcome !== 'pass')).toEqual([]);
  expect(ran).toHaveLength(onDevice.length);
  expect(cases.map(({ title }) => title).filter((title) => !onDevice.includes(title))).toEqual([
    'OTHERS-4-documented-download',
    'OTHERS-4-device-download',
  ]);
}, 120_000);

/** One test file that calls them all, as a device has it. */
function listOf(titles: readonly string[]): string {
  return [
    ...titles.map((title, n) => `import case${n} from './${title}';`),
    'export default function list() {',
    ...titles.map((_, n) => `  case${n}();`),
    '}\n',
  ].join('\n');
}

/** Runs scripts one after the other, and prints what each of them printed. */
function printing(titles: readonly string[]): string {
  return `const print = console.log;
const printed = {};
for (const title of ${JSON.stringify(titles)}) {
  const lines = [];
  console.log = (...words) => lines.push(words.join(' '));
  await import('./' + title + '.mjs');
  printed[title] = lines;
}
print(JSON.stringify(printed));
`;
}

function isAbout(line: string | undefined, name: string, message: string): boolean {
  return /^\d/.test(name) ? line === `${name} ${message}` : /^\d+ \S/.test(line ?? '');
}

function run(file: string, args: readonly string[]): Promise<{ exitCode: number; stdout: string }> {
  const { VITEST: _vitest, ...env } = process.env;
  return new Promise((done) => {
    execFile(file, args, { cwd: root, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout) =>
      done({ exitCode: Number(error?.code ?? 0), stdout }),
    );
  });
}
