import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { listedTwice } from '../../src/vitest/lists.ts';

/** Writes files, and says which of the test files among them are left out, by name. */
function leftOut(sources: Readonly<Record<string, string>>): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-lists-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const paths = Object.entries(sources).map(([name, source]) => {
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, source);
    return path;
  });
  return [...listedTwice(paths.filter((path) => path.includes('.test.')))].map((path) => basename(path));
}

const suite = `import { describe } from '@ohos/hypium'; export default function a() { describe('A', () => {}); }`;
const named = suite.replace('default ', '');

it.each([
  `import a from './A.test'; export default function testsuite() { a(); }`,
  `import { default as a } from './A.test'; export default function testsuite() { a(); }`,
  `export { default } from './A.test';`,
  `import './A.test';`,
])('leaves out a list whose suites run anyway: %s', (list) => {
  expect(leftOut({ 'List.test.ets': list, 'A.test.ets': suite })).toEqual(['List.test.ets']);
});

it.each([
  `import { a } from './A.test'; export default function testsuite() { a(); }`,
  `import * as all from './A.test'; export default function testsuite() { all.a(); }`,
  `import a, { b } from './A.test'; export default function testsuite() { a(); b(); }`,
])('runs a list that calls suites by name, which do not run by themselves: %s', (list) => {
  expect(leftOut({ 'List.test.ets': list, 'A.test.ets': named })).toEqual(['A.test.ets']);
});

it('runs a list that calls one suite by name and others by default, and those not again', () => {
  const list = `import a from './A.test'; import { b } from './B.test'; export default function () { a(); b(); }`;

  const files = { 'List.test.ets': list, 'A.test.ets': suite, 'B.test.ets': named, 'C.test.ets': suite };

  expect(leftOut(files)).toEqual(['A.test.ets', 'B.test.ets']);
});

it('leaves out the suites that a list reaches through other modules, and through other lists', () => {
  const list = (specifier: string) => `import a from '${specifier}'; export default function testsuite() { a(); }`;

  expect(
    leftOut({
      'List.test.ets': `${list('./all')} import more from './more';`,
      'all.ets': list('./sub/index'),
      'sub/index.ts': list('./A.test'),
      'sub/A.test.ets': suite,
      'more/index.ets': list('../other/List.test'),
      'other/List.test.ets': list('./B.test'),
      'other/B.test.ets': suite,
      'C.test.ets': suite,
    }).sort(),
  ).toEqual(['A.test.ets', 'B.test.ets', 'List.test.ets']);
});
