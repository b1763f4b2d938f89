import { basename, resolve } from 'node:path';
import type { Config, FormItem, TaskInfo } from '../api/types.ts';
import { defineVerb, UsageError } from './command.ts';
import type { Errand } from './errand.ts';
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

export const put = defineVerb({
  meta: metaOf('put'),
  args: {
    file: { type: 'positional', description: 'What to upload; one or more' },
    url: { type: 'positional', description: "Where to; a PUT to a url that ends with / adds each file's name" },
    method: { type: 'string', valueHint: 'PUT|POST', description: 'Request method (default: PUT; POST for forms)' },
    form: { type: 'string', alias: 'F', valueHint: 'name=value', description: 'Form field; may be repeated' },
    multipart: { type: 'boolean', description: 'One multipart/form-data request for all files' },
    ...transferOptions,
  },
  argumentsMax: Number.POSITIVE_INFINITY,
  repeatable: ['header', 'form'],
  async run({ args, all, around }) {
    const paths = args._.slice(0, -1).map((path) => resolve(around.cwd, path));
    const url = webAddress(args._.at(-1) ?? '');
    const form = all('form').map(fieldOf);
    const multipart = args.multipart ?? false;
    const method = methodOf(args.method, ['PUT', 'POST']) ?? (multipart || form.length > 0 ? 'POST' : 'PUT');
    if (form.length > 0 && method === 'PUT' && !multipart) {
      throw new UsageError('--form has no place in a plain PUT; legal: --method POST, or --multipart');
    }
    const request = { ...requestOf(args, all('header')), method, multipart };
    const isDirectory = webUrl(url).pathname.endsWith('/') && method === 'PUT' && !multipart;
    const uploads = isDirectory
      ? paths.map((path) => ({ url: urlWithin(url, basename(path)), paths: [path] }))
      : [{ url, paths }];
    if (method === 'PUT' && !multipart) mustDiffer(uploads);
    const errands = uploads.map((upload): Errand => {
      const config = { action: 1, url: upload.url, data: dataOf(form, upload.paths), ...request } satisfies Config;
      return {
        name: nameOf(upload.paths),
        what: `put ${upload.url}`,
        config,
        maxSpeed: rateOf(args['limit-rate']),
        force: false,
        isSame: (info) => info.action === 1 && info.url === upload.url && partsOf(info) === partsOf(config),
        isStillDone: () => false, // what a server has, only the server knows
        kept: () => 0,
      };
    });
    const options = sessionOptions(args, around);
    const { carryOut } = await import('./session.ts');
    return carryOut(errands, options);
  },
});

interface Upload {
  readonly url: string;
  readonly paths: readonly string[];
}

/** A PUT replaces what an earlier one left under its url. @throws UsageError */
function mustDiffer(uploads: readonly Upload[]): void {
  const seen = new Map<string, string>();
  for (const { url, paths } of uploads) {
    for (const path of paths) {
      const other = seen.get(url);
      if (other !== undefined) {
        throw new UsageError(
          `${other} and ${path} would both be put to ${url}; legal: names that differ, to a url that ends with /, or --multipart`,
        );
      }
      seen.set(url, path);
    }
  }
}

function nameOf([first = '', ...others]: readonly string[]): string {
  return others.length === 0 ? basename(first) : `${basename(first)} and ${others.length} more`;
}

/** The url of a file in a directory of a server; a query stays where it is. */
function urlWithin(directory: string, name: string): string {
  const url = new URL(directory);
  url.pathname += encodeURIComponent(name);
  return url.href;
}

/** @throws UsageError */
function fieldOf(text: string): FormItem {
  const sign = text.indexOf('=');
  if (sign < 1) throw new UsageError(`--form ${JSON.stringify(text)} is no field; legal: name=value`);
  return { name: text.slice(0, sign), value: text.slice(sign + 1) };
}

function dataOf(form: readonly FormItem[], paths: readonly string[]): FormItem[] {
  return [...form, { name: 'file', value: paths.map((path) => ({ path })) }];
}

/** Fields and paths in order, to compare what is asked for with what is stored. */
function partsOf({ data }: Pick<TaskInfo | Config, 'data'>): string {
  const items = typeof data === 'object' ? data : [];
  return JSON.stringify(
    items.flatMap(({ name, value }) =>
      typeof value === 'string' ? [[name, value]] : [value].flat().map(({ path }) => [name, path]),
    ),
  );
}
