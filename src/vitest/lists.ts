import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { tokensOf } from './tokens.ts';

const extensions = ['', '.ets', '.ts', '.js'];

/**
 * Of test files that are to run, those to leave out so that no suite runs twice. A list, all of whose suites are in files
 * that run anyway, is left out; of a list that calls others, too, those files are.
 *
 * @param files  absolute paths.
 */
export function listedTwice(files: readonly string[]): ReadonlySet<string> {
  const lists = files.filter((file) => /^List\.test\.(ets|ts|js)$/.test(basename(file)));
  return new Set(
    lists.flatMap((list) => {
      const listed = importsOf(list);
      const doubled = listed.filter((file) => files.includes(file));
      return listed.length > 0 && doubled.length === listed.length ? [list] : doubled;
    }),
  );
}

/** Files that a file imports. What is no file beside it stays what it is. */
function importsOf(file: string): string[] {
  const tokens = tokensOf(readFileSync(file, 'utf8'));
  const specifiers = tokens.flatMap(({ text }, at) => {
    if (text !== 'import' && text !== 'export') return [];
    const clauseEnd = (word: string) => ['(', ';', 'function', 'import', 'export'].includes(word);
    const next = tokens.slice(at + 1).find(({ kind, text: word }) => kind === 'string' || clauseEnd(word));
    return next?.kind === 'string' ? [next.text.slice(1, -1)] : [];
  });
  return specifiers.map((specifier) => {
    if (!specifier.startsWith('.')) return specifier;
    const target = resolve(dirname(file), specifier);
    return extensions.map((extension) => target + extension).find((each) => existsSync(each)) ?? target;
  });
}
