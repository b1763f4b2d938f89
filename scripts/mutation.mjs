// Changes the charts one place at a time, to see whether a test notices. Run by `npm run mutation`; arguments go to Stryker, but
// for `--write`, which puts the score of each file into docs/mutation.md when all of them were run.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const copy = join(root, '.stryker/copy');
const page = join(root, 'docs/mutation.md');
const args = process.argv.slice(2).filter((arg) => arg !== '--write');

// Stryker takes whatever stands before an `as` for a type and leaves it alone. In the charts that is every effect, and
// much else; so it gets a copy without these words, every other one where it was.
rmSync(copy, { recursive: true, force: true });
mkdirSync(copy, { recursive: true });
for (const name of ['machines', 'src', 'test', 'package.json', 'tsconfig.json', 'stryker.config.json']) {
  cpSync(join(root, name), join(copy, name), { recursive: true });
}
for (const name of readdirSync(join(copy, 'machines'))) {
  const file = join(copy, 'machines', name);
  const text = readFileSync(file, 'utf8').replace(/ as const\b/g, (words) => ' '.repeat(words.length));
  writeFileSync(file, text);
}

const stryker = join(dirname(fileURLToPath(import.meta.resolve('@stryker-mutator/core'))), '../../bin/stryker.js');
const { status } = spawnSync(process.execPath, [stryker, 'run', ...args], { cwd: copy, stdio: 'inherit' });
process.exitCode = status ?? 1;

if (process.argv.includes('--write') && !args.includes('--mutate')) {
  const { files } = JSON.parse(readFileSync(join(copy, 'report.json'), 'utf8'));
  const text = readFileSync(page, 'utf8');
  writeFileSync(
    page,
    text.replace(/(?<=<!-- scores -->\n)[\s\S]*(?=<!-- \/scores -->)/, () => `\n${table(files)}\n`),
  );
}

function table(files) {
  const all = Object.entries(files)
    .map(([name, { mutants }]) => [name, mutants])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const rows = [...all, ['all', all.flatMap(([, mutants]) => mutants)]].map(([name, mutants]) => {
    const count = (status) => mutants.filter((mutant) => mutant.status === status).length;
    const found = count('Killed') + count('Timeout');
    const missed = count('Survived') + count('NoCoverage');
    const score = ((100 * found) / (found + missed)).toFixed(1);
    return `| ${name} | ${found + missed} | ${count('Killed')} | ${count('Timeout')} | ${missed} | ${score} % |`;
  });
  return [
    '| file | mutants | killed | without an end | alive | score |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
