import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseMultipart } from '../../src/adapters/transport/multipart.ts';
import type { Device } from '../../src/harmony/device.ts';
import request, { type DownloadRequestOptions, type UploadRequestOptions } from '../../src/harmony/system-request.ts';
import { type Asked, until } from './cache-download-scene.ts';

/** The directory that `internal://cache/` means, on disk. */
export const cacheOf = (device: Device) => device.onDisk('/data/storage/el2/base/haps/entry/cache');
export const put = (device: Device, name: string, text: string) => writeFileSync(join(cacheOf(device), name), text);

/** Calls of the callbacks, in order. */
export function listening() {
  const calls: unknown[][] = [];
  return {
    calls,
    names: () => calls.map(([name]) => name),
    callbacks: {
      success: (data: unknown) => void calls.push(['success', data]),
      fail: (data: unknown, code: number) => void calls.push(['fail', data, code]),
      complete: () => void calls.push(['complete']),
    },
  };
}

/** The functions as JavaScript sees them. */
export const upload = (options: unknown) => request.upload(options as UploadRequestOptions);
export const download = (options: unknown) => request.download(options as DownloadRequestOptions);

/** Downloads as the first one of a device, and waits for its end. @returns what is told of the end. */
export async function downloadedFirst(url: string): Promise<unknown[][]> {
  const done = listening();
  download({ url, success: () => {} });
  request.onDownloadComplete({ token: 'Download-Task-0', ...done.callbacks });
  await until(() => done.calls.length > 0);
  return done.calls;
}

export const partsOf = ({ body, headers }: Asked) =>
  parseMultipart(body, headers['content-type'] ?? '')?.map((part) => ({
    ...part,
    bytes: String(Buffer.from(part.bytes)),
  }));
