import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeptState } from './data-directory.ts';
import { type DiskBlobs, openDiskBlobs } from './disk-blobs.ts';

/** Where a server keeps its bytes, and its state when that is to outlive it. */
export interface CloudStore {
  readonly blobs: DiskBlobs;
  /** What the last life left; null for nothing. */
  readonly state: KeptState | null;
  save(state: KeptState): Promise<void>;
  /** @param state  the last one; null when nothing came of this life. */
  close(state: KeptState | null): Promise<void>;
}

/** @param directory  undefined for bytes that are gone with the server. @throws DataError; what the disk throws */
export async function openCloudStore(directory: string | undefined, service: string): Promise<CloudStore> {
  if (directory === undefined) return openTemporaryStore();
  const { openDataDirectory } = await import('./data-directory.ts');
  return openDataDirectory(directory, service);
}

async function openTemporaryStore(): Promise<CloudStore> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-cloud-'));
  return {
    blobs: openDiskBlobs(directory),
    state: null,
    save: async () => {},
    close: () => rm(directory, { recursive: true, force: true }),
  };
}
