import type { SignKind } from './auth.ts';
import { copy, move } from './copying.ts';
import { create, remove, stat, update } from './entries.ts';
import { list } from './listing.ts';
import type { Version } from './paths.ts';
import { uploadSlice, uploadSliceData, uploadSliceFinish, uploadSliceInit, uploadSliceList } from './slices.ts';
import { upload } from './upload.ts';
import type { Operation } from './work.ts';

export interface Entry {
  readonly does: string;
  readonly method: 'GET' | 'POST';
  readonly sign: SignKind;
  readonly versions: readonly Version[];
  readonly run: Operation;
}

const both: readonly Version[] = ['v1', 'v2'];

/** What `op` may say. @source cloud-services.md 4.2, 4.3 */
export const operations = {
  upload: { does: 'a whole file in one request', method: 'POST', sign: 'many', versions: both, run: upload },
  upload_slice_init: {
    does: 'begins an upload in slices',
    method: 'POST',
    sign: 'many',
    versions: ['v2'],
    run: uploadSliceInit,
  },
  upload_slice_data: { does: 'one slice', method: 'POST', sign: 'many', versions: ['v2'], run: uploadSliceData },
  upload_slice_finish: {
    does: 'makes the file of its slices',
    method: 'POST',
    sign: 'many',
    versions: ['v2'],
    run: uploadSliceFinish,
  },
  upload_slice_list: {
    does: 'which slices are there',
    method: 'POST',
    sign: 'many',
    versions: ['v2'],
    run: uploadSliceList,
  },
  upload_slice: {
    does: 'begins an upload in slices, and takes each of them (v3)',
    method: 'POST',
    sign: 'many',
    versions: both,
    run: uploadSlice,
  },
  stat: { does: 'about a file or a folder', method: 'GET', sign: 'many', versions: both, run: stat },
  list: { does: 'a page of a folder', method: 'GET', sign: 'many', versions: both, run: list },
  create: { does: 'makes a folder', method: 'POST', sign: 'many', versions: both, run: create },
  update: {
    does: 'changes attributes, authority, headers of downloads',
    method: 'POST',
    sign: 'once',
    versions: both,
    run: update,
  },
  move: { does: 'another name for a file', method: 'POST', sign: 'once', versions: both, run: move },
  copy: { does: 'the same file under two names', method: 'POST', sign: 'either', versions: both, run: copy },
  delete: { does: 'removes a file or an empty folder', method: 'POST', sign: 'once', versions: both, run: remove },
} as const satisfies Readonly<Record<string, Entry>>;

export function operationNamed(name: string): Entry | null {
  return isOperation(name) ? operations[name] : null;
}

function isOperation(name: string): name is keyof typeof operations {
  return Object.hasOwn(operations, name);
}
