import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { differences } from '../../machines/differences.ts';
import { type DifferenceName, forEachRules, otherRules, rule } from '../../machines/rules.ts';
import { errorCodes, ruleSets } from '../../machines/vocabulary.ts';

const root = resolve(import.meta.dirname, '../..');
/** One for the charts, the engine and the API; modules of the device beside them have their own, in the same form. */
const isTable = (file: string) => file === 'machines/rules.ts' || file.endsWith('/differences.ts');
// The fuzzer's model is written from the specification alone, and must not learn the table from what it checks.
const readers = ['machines', 'src']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  )
  .filter((file) => file.endsWith('.ts') && !isTable(file) && !file.startsWith('src/fuzz/'))
  .sort();
const names = Object.keys(differences) as DifferenceName[];

describe('the table of differences', () => {
  it.each(names)('%s: two values, of one kind', (name) => {
    const { documented, device } = differences[name];

    expect([rule('documented', name), rule('device', name)]).toEqual([documented, device]);
    expect(device).not.toBe(documented);
    expect(typeof device).toBe(typeof documented);
    for (const value of [documented, device]) if (typeof value === 'string') expect(errorCodes).toHaveProperty(value);
  });

  it.each(names)('%s is read where it matters', (name) => {
    expect(readers.filter((file) => source(file).includes(`'${name}'`))).not.toEqual([]);
  });
});

it('each rule set has one other', () => {
  expect(ruleSets).toEqual(['documented', 'device']);
  expect(ruleSets.map(otherRules)).toEqual(['device', 'documented']);
});

it('a thing for each rule set is made once', () => {
  const made: string[] = [];

  const of = forEachRules((rules) => made.push(rules) && { rules });

  expect(ruleSets.map((rules) => of(rules))).toEqual([{ rules: 'documented' }, { rules: 'device' }]);
  expect(made).toEqual(ruleSets);
});

it('nothing but the table tells one rule set from the other', () => {
  const comparison =
    /\brules\b\s*[!=]==?|[!=]==?\s*'(device|documented)'|case '(device|documented)'|\[[\w.#]*rules\]|Record<Rules/;

  const strays = readers.flatMap((file) =>
    source(file)
      .split('\n')
      .filter((line) => comparison.test(line) && !/rules [!=]== undefined/.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );

  // The command line reads and shows names of rule sets; it judges nothing by them.
  expect(strays.filter((stray) => !stray.startsWith('src/cli/'))).toEqual([]);
});

/** Without comments, which may name what they like. */
function source(file: string): string {
  return readFileSync(join(root, file), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\/\/.*$/gm, '');
}
