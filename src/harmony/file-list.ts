import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { itemsOf } from '../api/fields.ts';
import { invalid } from './file-error.ts';
import { amount } from './sandbox.ts';
import { refuse } from './unsupported.ts';

/** Of these, `suffix` is supported. */
export interface Filter {
  /** File name extensions, each with its dot. */
  suffix?: string[];
  displayName?: string[];
  mimeType?: string[];
  fileSizeOver?: number;
  lastModifiedAfter?: number;
  excludeMedia?: boolean;
}

export interface ListFileOptions {
  /** The files of all directories below, each with its path, such as `/a/b.txt`. Default: the names in the directory. */
  recursion?: boolean;
  /** At most so many; 0, the default, for all. */
  listNum?: number;
  filter?: Filter;
}

/** Names in order. @param directory  on disk. @throws UNSUPPORTED for a filter other than `suffix`. */
export function listFiles(directory: string, { recursion, listNum, filter = {} }: ListFileOptions): string[] {
  const max = amount(listNum, 'listNum') || Number.POSITIVE_INFINITY;
  const { suffix, ...others } = filter;
  const [other] = Object.keys(others);
  if (other !== undefined) refuse(`fileIo.listFile, filter.${other}`);
  const suffixes = suffix === undefined ? [''] : (itemsOf(suffix, 'suffix') ?? invalid('suffix is no array'));
  const names = recursion === true ? [...filesBelow(directory, '')] : readdirSync(directory);
  const fits = (name: string) => suffixes.some((ending) => name.endsWith(String(ending)));
  return names.filter(fits).sort().slice(0, max);
}

function* filesBelow(directory: string, path: string): Generator<string> {
  for (const entry of readdirSync(join(directory, path), { withFileTypes: true })) {
    const below = `${path}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(directory, below);
    else yield below;
  }
}
