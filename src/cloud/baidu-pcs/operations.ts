import type { CloudRequest } from '../service.ts';
import { firstOf } from '../text.ts';
import { parameterOf } from './parameters.ts';

interface OperationRow {
  readonly name: string;
  readonly resource: 'file' | 'quota' | 'stream' | 'thumbnail';
  /** Of the query. */
  readonly method: string;
  /** The parameter `type`, where it makes another operation of the same method. */
  readonly type?: string;
  readonly writes: boolean;
  /** What it does, in a line. */
  readonly line: string;
}

/** The first row that fits a request is its operation. @source cloud-services.md 5.2 */
export const operations = [
  { name: 'quota', resource: 'quota', method: 'info', writes: false, line: 'tells the quota and what is used of it' },
  { name: 'setQuota', resource: 'quota', method: 'set', writes: true, line: 'gives a folder a quota of its own' },
  { name: 'slice', resource: 'file', method: 'upload', type: 'tmpfile', writes: true, line: 'stores a part of a file' },
  { name: 'upload', resource: 'file', method: 'upload', writes: true, line: 'stores a file' },
  {
    name: 'createsuperfile',
    resource: 'file',
    method: 'createsuperfile',
    writes: true,
    line: 'joins slices to a file',
  },
  { name: 'rapidupload', resource: 'file', method: 'rapidupload', writes: true, line: 'stores a file by its digests' },
  { name: 'download', resource: 'file', method: 'download', writes: false, line: 'gives the bytes of a file' },
  {
    name: 'stream',
    resource: 'stream',
    method: 'download',
    writes: false,
    line: 'gives the bytes of a file to a player',
  },
  { name: 'meta', resource: 'file', method: 'meta', writes: false, line: 'tells about files and folders' },
  { name: 'list', resource: 'file', method: 'list', writes: false, line: 'tells what is in a folder' },
  { name: 'search', resource: 'file', method: 'search', writes: false, line: 'finds names that hold a word' },
  { name: 'diff', resource: 'file', method: 'diff', writes: false, line: 'tells what changed since a cursor' },
  { name: 'mkdir', resource: 'file', method: 'mkdir', writes: true, line: 'makes a folder' },
  { name: 'move', resource: 'file', method: 'move', writes: true, line: 'moves or renames files and folders' },
  { name: 'copy', resource: 'file', method: 'copy', writes: true, line: 'copies files and folders' },
  { name: 'emptyRecycle', resource: 'file', method: 'delete', type: 'recycle', writes: true, line: 'empties the bin' },
  { name: 'delete', resource: 'file', method: 'delete', writes: true, line: 'moves files and folders to the bin' },
  { name: 'listrecycle', resource: 'file', method: 'listrecycle', writes: false, line: 'tells what is in the bin' },
  {
    name: 'restore',
    resource: 'file',
    method: 'restore',
    writes: true,
    line: 'takes files and folders out of the bin',
  },
  {
    name: 'thumbnail',
    resource: 'thumbnail',
    method: 'generate',
    writes: false,
    line: 'gives a small image of an image',
  },
] as const satisfies readonly OperationRow[];

/** `data`: where a download is sent to when `downloadRedirects` is set. */
export type OperationName = (typeof operations)[number]['name'] | 'data';

export const dataPath = /^\/file\/([0-9a-f]{32})$/;

export function operationOf(request: CloudRequest): OperationName | null {
  if (dataPath.test(request.path)) return 'data';
  const [, resource] = /^\/rest\/2\.0\/pcs\/(\w+)\/?$/.exec(request.path) ?? [];
  const method = firstOf(request.query, 'method');
  const type = parameterOf(request, 'type');
  const rows: readonly (OperationRow & { readonly name: OperationName })[] = operations;
  const row = rows.find(
    (each) => each.resource === resource && each.method === method && (each.type === undefined || each.type === type),
  );
  return row?.name ?? null;
}

/** Reading goes by both verbs, writing by one. */
export function isVerbOf(verb: string, operation: OperationName): boolean {
  if (operations.some(({ name, writes }) => name === operation && writes)) return verb === 'POST';
  return verb === 'GET' || verb === 'HEAD' || verb === 'POST';
}
