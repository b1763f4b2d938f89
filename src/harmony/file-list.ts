import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { itemsOf } from '../api/fields.ts';
import { invalid } from './file-error.ts';
import { amount, optionsOf } from './sandbox.ts';
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

/** Lists names in order, later. @param directory  on disk. @throws UNSUPPORTED for a filter other than `suffix`. */
export function listFiles(directory: string, options: ListFileOptions): () => string[] {
  const { recursion, listNum, filter = {} } = optionsOf(options);
  const max = amount(listNum, 'listNum') || Number.POSITIVE_INFINITY;
  const { suffix, ...others } = optionsOf(filter);
  const [other] = Object.keys(others);
  if (other !== undefined) refuse(`fileIo.listFile, filter.${other}`);
  const suffixes = suffix === undefined ? [''] : (itemsOf(suffix, 'suffix') ?? invalid('suffix is no array'));
  const fits = (name: string) => suffixes.some((ending) => name.endsWith(String(ending)));
  return () => {
    const names = recursion === true ? [...filesBelow(directory, '')] : readdirSync(directory);
    return names.filter(fits).sort().slice(0, max);
  };
}

function* filesBelow(directory: string, path: string): Generator<string> {
  for (const entry of readdirSync(join(directory, path), { withFileTypes: true })) {
    const below = `${path}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(directory, below);
    else yield below;
  }
}
