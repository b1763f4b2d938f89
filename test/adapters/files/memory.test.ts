import { describe, expect, it } from 'vitest';
import { createMemoryFiles } from '../../../src/adapters/files/memory.ts';
import { bytes, collect, filesContract, kindOf } from '../../contracts/files.ts';

filesContract('memory files', () => {
  const files = createMemoryFiles();
  files.makeDirectory('/root');
  return {
    files,
    root: '/root',
    put: (path, content) => files.write(path, content),
    get: (path) => files.read(path),
    makeDirectory: (path) => files.makeDirectory(path),
    makeLink: (path, target) => files.makeLink(path, target),
    makeDevice: (path) => files.makeDevice(path),
    dispose: () => undefined,
  };
});

describe('memory files', () => {
  it('shows and takes whole files, text as UTF-8', () => {
    const files = createMemoryFiles({ files: { '/b/two': 'é', '/a/one': bytes(2) } });
    files.write('/b/two', 'x');
    files.makeLink('/link', '/b/two');

    expect(files.list()).toEqual(['/a/one', '/b/two']);
    expect(files.snapshot()).toEqual({ '/a/one': bytes(2), '/b/two': new Uint8Array([0x78]) });
    expect(files.read('/link')).toEqual(new Uint8Array([0x78]));
    expect(files.usedBytes).toBe(3);
    expect(kindOf(() => files.read('/none'))).toBe('missing');
  });

  it('writes what fits on a full disk and has trouble with the rest, until there is room again', async () => {
    const files = createMemoryFiles({ capacityBytes: 10, files: { '/other': bytes(4) } });
    const writer = await files.writer('/file', 0);
    await writer.write(bytes(5));

    await expect(writer.write(bytes(5, 5))).rejects.toMatchObject({ kind: 'space' });
    await expect(writer.write(bytes(1))).rejects.toMatchObject({ kind: 'space' });
    await expect(writer.close()).rejects.toMatchObject({ kind: 'space' });
    expect(files.read('/file')).toEqual(bytes(6));
    expect(kindOf(() => files.write('/third', 'x'))).toBe('space');

    files.unlink('/other');
    const again = await files.writer('/file', 6);
    await again.write(bytes(4, 6));
    await again.close();

    expect(files.read('/file')).toEqual(bytes(10));
  });

  it('gives the room of an unlinked file back once nobody has it open', async () => {
    const files = createMemoryFiles({ capacityBytes: 10 });
    const writer = await files.writer('/file', 0);
    await writer.write(bytes(6));
    files.unlink('/file');

    await writer.write(bytes(2));
    expect(files.usedBytes).toBe(8);
    await writer.close();

    expect(files.usedBytes).toBe(0);
  });

  it('refuses what modes forbid', async () => {
    const files = createMemoryFiles({ files: { '/dir/file': 'x' } });

    files.setMode('/dir/file', { readable: false, writable: false });
    expect(files.look('/dir/file')).toEqual({ kind: 'file', bytes: 1, readable: false, writable: false });
    expect(kindOf(() => files.touch('/dir/file'))).toBe('permission');
    expect(kindOf(() => files.truncate('/dir/file'))).toBe('permission');
    await expect(files.writer('/dir/file', 0)).rejects.toMatchObject({ kind: 'permission' });
    await expect(collect(files.reader('/dir/file', 0, 0))).rejects.toMatchObject({ kind: 'permission' });

    files.setMode('/dir', { writable: false });
    expect(kindOf(() => files.touch('/dir/new'))).toBe('permission');
    expect(kindOf(() => files.touch('/dir/new/below'))).toBe('permission');
    expect(kindOf(() => files.unlink('/dir/file'))).toBe('permission');

    files.setMode('/dir', { readable: false });
    expect(files.look('/dir/file')).toMatchObject({ kind: 'blocked' });
    expect(kindOf(() => files.unlink('/dir/file'))).toBe('permission');
  });

  it('fails where it is told to, until it is healed', async () => {
    const files = createMemoryFiles({ files: { '/file': 'x' } });
    files.makeLink('/link', '/file');

    files.fail('/file', 'io');
    for (const path of ['/file', '/link']) {
      expect(kindOf(() => files.touch(path))).toBe('io');
      expect(kindOf(() => files.truncate(path))).toBe('io');
      await expect(files.writer(path, 0)).rejects.toMatchObject({ kind: 'io' });
      await expect(collect(files.reader(path, 0, 0))).rejects.toMatchObject({ kind: 'io' });
    }
    expect(kindOf(() => files.unlink('/file'))).toBe('io');

    files.heal('/link');
    expect(await collect(files.reader('/file', 0, 0))).toEqual(files.read('/file'));
  });

  it('fails after so many bytes, and keeps those before', async () => {
    const files = createMemoryFiles();
    files.fail('/file', 'space', { afterBytes: 7 });
    const writer = await files.writer('/file', 0);
    await writer.write(bytes(5));

    await expect(writer.write(bytes(5, 5))).rejects.toMatchObject({ kind: 'space' });
    expect(files.read('/file')).toEqual(bytes(7));

    files.fail('/file', 'io', { afterBytes: 3 });
    const pieces: Uint8Array[] = [];
    const reading = (async () => {
      for await (const piece of files.reader('/file', 0, 6)) pieces.push(piece);
    })();
    await expect(reading).rejects.toMatchObject({ kind: 'io' });
    expect(pieces).toEqual([bytes(3)]);
  });

  it('grows a file piece by piece in linear time', async () => {
    const files = createMemoryFiles();
    const writer = await files.writer('/file', 0);
    const piece = new Uint8Array(1024).fill(1);
    for (let written = 0; written < 32 * 1024; written++) await writer.write(piece);
    await writer.close();

    expect(files.look('/file')).toMatchObject({ bytes: 32 * 1024 * 1024 }); // in squares of it: half a terabyte of copying
  });
});
