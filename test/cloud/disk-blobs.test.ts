import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDiskBlobs } from '../../src/cloud/host/disk-blobs.ts';
import { createMemoryBlobs } from '../../src/cloud/memory-blobs.ts';
import { blobsContract } from '../contracts/blobs.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'longshore-blobs-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

blobsContract('the disk', () => ({ blobs: openDiskBlobs(directory), dispose: () => {} }));
blobsContract('memory', () => ({ blobs: createMemoryBlobs(), dispose: () => {} }));

it('finds its blobs again', async () => {
  const writer = openDiskBlobs(directory).writer();
  await writer.write(new Uint8Array(200_000).fill(1));
  const blob = await writer.finish();

  const again = openDiskBlobs(directory);

  expect(again.has(blob)).toBe(true);
  expect(again.head(blob)[0]).toBe(1);
});

it('leaves nothing of a writer that aborted, small or large', async () => {
  const blobs = openDiskBlobs(directory);
  for (const size of [0, 10, 200_000]) {
    const writer = blobs.writer();
    await writer.write(new Uint8Array(size));
    await writer.abort();
  }

  expect(readdirSync(directory)).toEqual([]);
});

it('removes what a process left that died while it wrote', async () => {
  writeFileSync(join(directory, '7.part'), 'half');

  openDiskBlobs(directory);

  expect(readdirSync(directory)).toEqual([]);
});

it('keeps what is being written while it drops the rest', async () => {
  const blobs = openDiskBlobs(directory);
  const writer = blobs.writer();
  await writer.write(new Uint8Array(200_000).fill(1));
  await blobs.keepOnly(new Set());

  const blob = await writer.finish();

  expect(readdirSync(directory)).toEqual([blob.id]);
});

it('says so when a blob has lost its end', async () => {
  const blobs = openDiskBlobs(directory);
  const writer = blobs.writer();
  await writer.write(new Uint8Array(200_000));
  const blob = await writer.finish();
  truncateSync(join(directory, blob.id), 1_000);

  const read = async () => {
    for await (const _ of blobs.read(blob, 0, blob.size));
  };

  await expect(read()).rejects.toThrow('a blob has lost its end');
  expect(blobs.has(blob)).toBe(false);
});

it('hands out smaller pieces while many read, and large ones again afterwards', async () => {
  const blobs = openDiskBlobs(directory);
  const size = 2_000_000;
  const writer = blobs.writer();
  await writer.write(new Uint8Array(size).fill(1));
  const blob = await writer.finish();
  const firstPiece = async () => {
    const reader = blobs.read(blob, 0, size)[Symbol.asyncIterator]();
    const { value } = await reader.next();
    return { reader, bytes: value?.length ?? 0 };
  };

  const readers = [];
  for (let n = 0; n < 256; n += 1) readers.push(await firstPiece());
  let rest = 0;
  for await (const piece of blobs.read(blob, 0, size)) rest += piece.length;
  await Promise.all(readers.map(({ reader }) => reader.return?.()));
  const after = await firstPiece();
  await after.reader.return?.();

  expect(readers[0]?.bytes).toBe(1024 * 1024);
  expect(readers.at(-1)?.bytes).toBe(128 * 1024);
  expect(rest).toBe(size);
  expect(after.bytes).toBe(1024 * 1024);
});
