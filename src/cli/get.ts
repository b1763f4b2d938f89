import { rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { errorCodes } from '../../machines/vocabulary.ts';
import type { TaskInfo } from '../api/types.ts';
import { defineVerb, UsageError } from './command.ts';
import type { Errand } from './errand.ts';
import { bytesAt } from './progress.ts';
import {
  methodOf,
  rateOf,
  requestOf,
  sessionOptions,
  transferOptions,
  webAddress,
  webUrl,
} from './transfer-options.ts';
import { metaOf } from './verbs.ts';

export const get = defineVerb({
  meta: metaOf('get'),
  args: {
    url: { type: 'positional', description: 'What to download; one or more' },
    output: { type: 'string', alias: 'o', valueHint: 'file', description: 'Save as this file (one url only)' },
    dir: { type: 'string', alias: 'd', valueHint: 'directory', description: 'Save into this directory' },
    force: { type: 'boolean', alias: 'f', description: 'Overwrite; start over what is complete or half done' },
    method: { type: 'string', valueHint: 'GET|POST', description: 'Request method (default: GET)' },
    ...transferOptions,
  },
  argumentsMax: Number.POSITIVE_INFINITY,
  repeatable: ['header'],
  async run({ args, all, around }) {
    const urls = args._.map(webAddress);
    if (args.output !== undefined && urls.length > 1) throw new UsageError('--output takes one url; legal: --dir');
    const directory = resolve(around.cwd, args.dir ?? '.');
    const request = { ...requestOf(args, all('header')), method: methodOf(args.method, ['GET', 'POST']) };
    const settings = { maxSpeed: rateOf(args['limit-rate']), force: args.force ?? false };
    const errands = urls.map((url): Errand => {
      const name = fileNameOf(url, args.output !== undefined);
      const target = args.output === undefined ? join(directory, name) : resolve(around.cwd, args.output);
      return {
        ...settings,
        name: basename(target),
        what: `get ${url}`,
        config: { action: 0, url, saveas: target, ...request },
        isSame: (info) => info.action === 0 && info.url === url && info.saveas === target,
        isStillDone: ({ progress }) => bytesAt(target) === progress.sizes[0],
        kept: (info) => (hasValidator(info) ? (bytesAt(target) ?? 0) : 0),
        wayOut: (code) => (code === errorCodes.FILE_IO && bytesAt(target) !== null ? '--force overwrites it' : ''),
        sweep: () => bytesAt(target) === 0 && rmSync(target, { force: true }),
      };
    });
    mustHaveNoRange(request.headers);
    mustDiffer(errands);
    const options = sessionOptions(args, around);
    const { carryOut } = await import('./session.ts');
    return carryOut(errands, options);
  },
});

/**
 * The last segment of a url, without its query: what a download is called unless told.
 * @param named  a name was given, so that this one is of no importance.
 * @throws UsageError
 */
export function fileNameOf(url: string, named = false): string {
  const { pathname } = webUrl(url);
  const segment = pathname.slice(pathname.lastIndexOf('/') + 1);
  if (segment === '' && !named) {
    throw new UsageError(`${JSON.stringify(url)} names no file; say with --output where to save it`);
  }
  return decoded(segment);
}

/** `%20` and the like read as what they stand for, unless no file can be called so. */
function decoded(segment: string): string {
  try {
    const name = decodeURIComponent(segment);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a name that steers a terminal stays encoded
    return /[/\\\u0000-\u001f\u007f]/.test(name) || /^\.*$/.test(name) || name.trim() !== name ? segment : name;
  } catch {
    return segment;
  }
}

/** Two tasks must not write to one file. @throws UsageError */
function mustDiffer(errands: readonly Errand[]): void {
  const seen = new Map<string, string>();
  for (const { what, config } of errands) {
    const target = config.saveas ?? '';
    const other = seen.get(target);
    if (other !== undefined) {
      throw new UsageError(
        `${other} and ${what} would both be saved as ${target}; say where with --output, one by one`,
      );
    }
    seen.set(target, what);
  }
}

/** A task that goes on asks for a range of its own, in place of any other. @throws UsageError */
function mustHaveNoRange(headers: object): void {
  if (Object.keys(headers).some((name) => name.toLowerCase() === 'range')) {
    throw new UsageError('--header Range has no place in a get, which goes on by it; legal: other headers');
  }
}

/** Without one, a server cannot be asked whether the bytes on disk still fit. */
function hasValidator({ extras }: TaskInfo): boolean {
  return extras !== undefined && ('etag' in extras || 'last-modified' in extras);
}
