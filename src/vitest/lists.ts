import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { tokensOf } from './tokens.ts';

const endings = ['', '.ets', '.ts', '.js', '/index.ets', '/index.ts', '/index.js'];

interface Import {
  /** What is no file beside the one that imports it stays the name that it is. */
  readonly file: string;
  /** Of its default, which is all that runs when the file is run by itself. */
  readonly isOfDefault: boolean;
}

/**
 * Of test files that are to run, those to leave out so that no suite runs twice. A list, all of whose suites run with
 * their own files anyway, is left out; of a list that calls others, too, all test files that it reaches are.
 *
 * @param files  absolute paths.
 */
export function listedTwice(files: readonly string[]): ReadonlySet<string> {
  return new Set(
    files.filter(isList).flatMap((list) => {
      const imports = importsOf(list);
      const runAnyway = imports.every(({ file, isOfDefault }) => isOfDefault && files.includes(file));
      return imports.length > 0 && runAnyway ? [list] : testsBelow(list, files);
    }),
  );
}

function isList(file: string): boolean {
  return /^List\.test\.(ets|ts|js)$/.test(basename(file));
}

/** The test files that a list calls, itself or through files that are none: those may call the suites of others. */
function testsBelow(list: string, files: readonly string[]): string[] {
  const reached = new Set([list]);
  for (const file of reached) {
    if (files.includes(file) && !isList(file)) continue;
    for (const { file: next } of importsOf(file)) reached.add(next);
  }
  return files.filter((file) => file !== list && reached.has(file));
}

function importsOf(file: string): Import[] {
  if (!/\.(ets|ts|js)$/.test(file) || !isFile(file)) return [];
  const tokens = tokensOf(readFileSync(file, 'utf8'));
  return tokens.flatMap(({ text }, at) => {
    if (text !== 'import' && text !== 'export') return [];
    const clauseEnd = (word: string) => ['(', ';', 'function', 'import', 'export'].includes(word);
    const rest = tokens.slice(at + 1);
    const length = rest.findIndex(({ kind, text: word }) => kind === 'string' || clauseEnd(word));
    const end = rest[length];
    if (end?.kind !== 'string') return [];
    const clause = rest.slice(0, length).map(({ text: word }) => word);
    return [{ file: placeOf(end.text.slice(1, -1), file), isOfDefault: takesDefault(clause.join(' ')) }];
  });
}

/** Without a clause, what is imported is what the file does when it loads. */
function takesDefault(clause: string): boolean {
  return /^((\w+|\{ default( as \w+)? \}) from)?$/.test(clause);
}

function placeOf(specifier: string, importer: string): string {
  if (!specifier.startsWith('.')) return specifier;
  const target = resolve(dirname(importer), specifier);
  return endings.map((ending) => target + ending).find(isFile) ?? target;
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
