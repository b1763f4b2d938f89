import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDiskFiles } from '../../../src/adapters/files/disk.ts';
import { DiskWriter } from '../../../src/adapters/files/disk-writer.ts';
import { bytes, filesContract } from '../../contracts/files.ts';
import { buildChild, type Child, end, watch } from '../../support/child.ts';

function makeDirectory(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'longshore-files-')));
}

for (const sync of [false, true]) {
  filesContract(sync ? 'disk files that sync' : 'disk files', () => {
    const root = makeDirectory();
    return {
      files: createDiskFiles({ sync }),
      root,
      put: (path, content) => writeFileSync(path, content),
      get: (path) => new Uint8Array(readFileSync(path)),
      makeDirectory: (path) => void mkdirSync(path, { recursive: true }),
      makeLink: (path, target) => symlinkSync(target, path),
      makeDevice: (path) => void execFileSync('mkfifo', [path]),
      dispose: () => rmSync(root, { recursive: true, force: true }),
    };
  });
}

describe('disk files', () => {
  let root: string;
  let child: Child;
  beforeAll(async () => {
    root = makeDirectory();
    child = await buildChild('disk-child.ts');
  });
  afterAll(async () => {
    rmSync(root, { recursive: true, force: true });
    await child.dispose();
  });

  it('does not take a FIFO that somebody reads from for a file', async () => {
    const fifo = join(root, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const other = await open(fifo, 'r+');

    await expect(createDiskFiles().writer(fifo, 0)).rejects.toMatchObject({ kind: 'io' });
    expect(() => createDiskFiles().touch(fifo)).toThrow('not a regular file');

    await other.close();
  });

  it('writes nothing after bytes that could not be written', async () => {
    const file = await open(join(root, 'gap'), 'w');
    const write = file.writev.bind(file) as (...args: unknown[]) => unknown;
    let writes = 0;
    const failFirst = (...args: unknown[]) => {
      if (++writes === 1) throw Object.assign(new Error('EIO: a bad sector'), { code: 'EIO' });
      return write(...args);
    };
    const writer = new DiskWriter(Object.assign(file, { writev: failFirst }) as typeof file, 0, {
      sync: false,
      open: new Set(),
    });

    await writer.write(bytes(1024 * 1024));
    await expect(writer.write(bytes(2 * 1024 * 1024))).rejects.toMatchObject({ kind: 'io' });
    await expect(writer.close()).rejects.toMatchObject({ kind: 'io' });

    expect(readFileSync(join(root, 'gap'))).toHaveLength(0);
  });

  it('asks the system what may be done with a file', async () => {
    const file = join(root, 'locked');
    writeFileSync(file, 'x', { mode: 0o000 });
    mkdirSync(`${file}.directory`, { mode: 0o000 });
    chmodSync(root, 0o555);
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}; // mode bits mean nothing to root

    const { lines } = await end(child.start(['modes', file], nobody));
    chmodSync(root, 0o755);

    expect(lines).toEqual([
      '{"kind":"file","bytes":1,"readable":false,"writable":false}',
      'touch permission',
      'touch beside permission',
      'truncate permission',
      'unlink permission',
      'writer permission',
      'reader permission',
      'look below blocked',
    ]);
  });

  it('writes what fits and has trouble with the rest, as on a full disk', async () => {
    const file = join(root, 'limited');
    const limit = 'ulimit -f 3000 && exec "$@"'; // blocks of 512 bytes
    const args = ['-c', limit, 'sh', process.execPath, child.script, 'fill', file];

    const { lines } = await end(watch(spawn('sh', args, { stdio: ['ignore', 'pipe', 'inherit'] })));

    expect(lines.slice(-3)).toEqual(['write space', 'write space', 'close space']);
    const content = readFileSync(file);
    expect(content.length).toBe(3_000 * 512);
    expect(content.equals(bytes(content.length))).toBe(true);
  });
});
