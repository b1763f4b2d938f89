import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { nameOf } from './names.ts';
import type { Library } from './settings.ts';
import type { Entry } from './state.ts';

/** Names a path, whatever is there. */
export function pathHash({ mountId }: Library, path: string): string {
  return bytesToHex(sha1(utf8ToBytes(`${mountId}/${path}`)));
}

/** As every answer shows it. @source cloud-services.md 3.2 */
export function entryJson(library: Library, path: string, entry: Entry): object {
  return {
    hash: pathHash(library, path),
    dir: entry.isFolder ? 1 : 0,
    fullpath: path,
    filename: nameOf(path),
    filehash: entry.filehash,
    filesize: entry.filesize,
    create_member_name: entry.createdBy,
    create_dateline: seconds(entry.createdMs),
    last_member_name: entry.changedBy,
    last_dateline: seconds(entry.changedMs),
    ...(entry.tag === '' ? {} : { property: JSON.stringify({ tag: entry.tag }) }),
  };
}

/** What an upload comes to. */
export function storedJson(library: Library, path: string, { filehash, filesize }: Entry) {
  return { hash: pathHash(library, path), fullpath: path, filehash, filesize };
}

export function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
