import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BusinessError } from '../../src/errors.ts';
import { contextsOf } from '../../src/harmony/context.ts';
import { configureDevice, type Device } from '../../src/harmony/device.ts';
import { codedError, Errno } from '../../src/harmony/file-error.ts';
import fs, { type ReadOptions } from '../../src/harmony/file-fs.ts';

const { OpenMode } = fs;
const newFile = OpenMode.READ_WRITE | OpenMode.CREATE;
let device: Device;
let cache: string;

beforeEach(() => {
  device = configureDevice({});
  cache = contextsOf(device).ability.cacheDir;
});
afterEach(() => device.close());

/** What a call throws: its code and text. */
function thrown(call: () => unknown): { code: unknown; message: string } {
  try {
    call();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('nothing was thrown');
}

function put(name: string, text: string): string {
  writeFileSync(device.onDisk(`${cache}/${name}`), text);
  return `${cache}/${name}`;
}

const on = (path: string) => device.onDisk(path);
const textOf = (path: string) => readFileSync(on(path), 'utf8');

describe('openSync', () => {
  it('makes a file in the sandbox of the request module', () => {
    const file: fs.File = fs.openSync(`${cache}/a.txt`, newFile);

    expect(file).toMatchObject({ path: `${cache}/a.txt`, name: 'a.txt' });
    expect(file.getParent()).toBe(cache);
    expect(statSync(on(`${cache}/a.txt`)).mode & 0o117).toBe(0);
    fs.closeSync(file);
  });

  it('keeps what is in the file, unless TRUNC says otherwise', () => {
    const path = put('a', 'four');

    fs.closeSync(fs.openSync(path, newFile));
    expect(textOf(path)).toBe('four');
    fs.closeSync(fs.openSync(path, OpenMode.WRITE_ONLY | OpenMode.TRUNC));
    expect(textOf(path)).toBe('');
  });

  it('appends with APPEND', () => {
    const file = fs.openSync(put('a', 'one'), OpenMode.WRITE_ONLY | OpenMode.APPEND);

    fs.writeSync(file.fd, ' two');

    expect(textOf(`${cache}/a`)).toBe('one two');
  });

  it('opens a file:// URI of the app, decoded, and of no other app', () => {
    put('a b', 'x');

    const file = fs.openSync(`file://com.example.app${cache}/a%20b`);

    expect(file.path).toBe(`${cache}/a b`);
    expect(thrown(() => fs.openSync(`file://com.other${cache}/a%20b`)).code).toBe(13900002);
    expect(thrown(() => fs.openSync(`file://com.example.app${cache}/%`)).code).toBe(13900020);
  });

  it.each<[string, (path: string) => unknown, number, string]>([
    ['a missing file', (path) => fs.openSync(`${path}/none`), 13900002, 'No such file or directory'],
    ['a missing parent', (path) => fs.openSync(`${path}/none/a`, newFile), 13900002, 'No such file or directory'],
    ['a directory, to write', (path) => fs.openSync(path, OpenMode.READ_WRITE), 13900019, 'Is a directory'],
    ['a name that is too long', (path) => fs.openSync(`${path}/${'n'.repeat(256)}`), 13900030, 'File name too long'],
    ['an empty path', () => fs.openSync(''), 13900020, 'Invalid argument'],
    ['a negative mode', (path) => fs.openSync(`${path}/a`, -1), 13900020, 'Invalid argument'],
  ])('refuses %s', (_, call, code, message) => {
    expect(thrown(() => call(cache))).toEqual({ code, message });
  });
});

describe('closeSync', () => {
  it('takes a File and a number, and neither twice', () => {
    const first = fs.openSync(`${cache}/a`, newFile);
    const second = fs.openSync(`${cache}/b`, newFile);

    fs.closeSync(first);
    fs.closeSync(second.fd);

    expect(thrown(() => fs.closeSync(first))).toEqual({ code: 13900008, message: 'Bad file descriptor' });
    expect(thrown(() => fs.closeSync(second.fd)).code).toBe(13900008);
  });

  it('leaves alone what the app has not opened', () => {
    expect(thrown(() => fs.closeSync(1)).code).toBe(13900008);
    expect(thrown(() => fs.writeSync(1, 'x')).code).toBe(13900008);
  });

  it('is done by the device for what is left open', async () => {
    const file = fs.openSync(`${cache}/a`, newFile);

    await device.close();

    expect(() => statSync(`/proc/self/fd/${file.fd}`)).toThrow();
  });
});

describe('accessSync', () => {
  it('says whether a file is there', () => {
    expect(fs.accessSync(put('a', ''))).toBe(true);
    expect(fs.accessSync(`${cache}/none`)).toBe(false);
    expect(fs.accessSync(put('b', ''), fs.AccessModeType.READ_WRITE)).toBe(true);
  });

  it('throws where it cannot say', () => {
    const path = put('a', '');

    expect(thrown(() => fs.accessSync(`${path}/below`)).code).toBe(13900018);
    expect(thrown(() => fs.accessSync('')).code).toBe(13900020);
    expect(thrown(() => fs.accessSync(Number(7) as unknown as string)).code).toBe(13900020);
    expect(thrown(() => fs.accessSync(path, 3)).code).toBe(13900020);
  });
});

describe('writeSync and readSync', () => {
  it('write text as UTF-8, and buffers as they are, and tell how many bytes', () => {
    const { fd } = fs.openSync(`${cache}/a`, newFile);

    expect(fs.writeSync(fd, 'é')).toBe(2);
    expect(fs.writeSync(fd, new Uint8Array([65, 66, 67]).buffer, { length: 2 })).toBe(2);
    expect(fs.writeSync(fd, 'x', { offset: 6 })).toBe(1);

    expect(readFileSync(on(`${cache}/a`))).toEqual(Buffer.from('éAB\0\0x'));
  });

  it('read from the current position, or from where they are told to', () => {
    const { fd } = fs.openSync(put('a', 'abcdef'));
    const buffer = new ArrayBuffer(4);
    const options: ReadOptions = { offset: 1, length: 2 };

    expect(fs.readSync(fd, buffer)).toBe(4);
    expect(Buffer.from(buffer).toString()).toBe('abcd');
    expect(fs.readSync(fd, buffer)).toBe(2);
    expect(fs.readSync(fd, buffer)).toBe(0);
    expect(fs.readSync(fd, buffer, options)).toBe(2);
    expect(Buffer.from(buffer).toString()).toBe('bccd');
  });

  it('take a File for its descriptor', () => {
    const file = fs.openSync(`${cache}/a`, newFile);

    expect(fs.writeSync(file as unknown as number, 'kind')).toBe(4);
  });

  it('refuse what is no buffer, more than it has, and unknown encodings', () => {
    const { fd } = fs.openSync(`${cache}/a`, newFile);

    expect(thrown(() => fs.writeSync(fd, 7 as unknown as string)).code).toBe(13900020);
    expect(thrown(() => fs.writeSync(fd, 'abc', { length: 4 })).code).toBe(13900020);
    expect(thrown(() => fs.writeSync(fd, 'abc', { offset: -1 })).code).toBe(13900020);
    expect(thrown(() => fs.writeSync(fd, 'abc', { encoding: 'ebcdic' })).code).toBe(13900020);
    expect(thrown(() => fs.readSync(fd, new ArrayBuffer(1), { length: 2 })).code).toBe(13900020);
  });

  it('cannot write to what was opened to be read', () => {
    const { fd } = fs.openSync(put('a', ''));

    expect(thrown(() => fs.writeSync(fd, 'x')).code).toBe(13900008);
  });
});

describe('readTextSync', () => {
  it('gives a file, or a part of it', () => {
    const path = put('a', 'grün');

    expect(fs.readTextSync(path)).toBe('grün');
    expect(fs.readTextSync(path, { offset: 2, length: 2 })).toBe('ü');
    expect(thrown(() => fs.readTextSync(path, { offset: 6 })).code).toBe(13900020);
  });
});

describe('directories', () => {
  it('are made one at a time, or with their parents', () => {
    fs.mkdirSync(`${cache}/a`);
    fs.mkdirSync(`${cache}/b/c/d`, true);

    expect(fs.statSync(`${cache}/b/c/d`).isDirectory()).toBe(true);
    expect(thrown(() => fs.mkdirSync(`${cache}/a`))).toEqual({ code: 13900015, message: 'File exists' });
    expect(thrown(() => fs.mkdirSync(`${cache}/a`, true)).code).toBe(13900015);
    expect(thrown(() => fs.mkdirSync(`${cache}/x/y`)).code).toBe(13900002);
  });

  it('are removed with all they hold', () => {
    fs.mkdirSync(`${cache}/a/b`, true);
    put('a/b/file', 'x');

    fs.rmdirSync(`${cache}/a`);

    expect(fs.accessSync(`${cache}/a`)).toBe(false);
    expect(thrown(() => fs.rmdirSync(`${cache}/a`)).code).toBe(13900002);
    expect(thrown(() => fs.rmdirSync(put('file', 'x'))).code).toBe(13900018);
    expect(existsSync(on(`${cache}/file`))).toBe(true);
  });

  it('are listed: names, or all files below', () => {
    fs.mkdirSync(`${cache}/a/b`, true);
    for (const name of ['a/2.txt', 'a/1.md', 'a/b/3.txt']) put(name, '');

    expect(fs.listFileSync(`${cache}/a`)).toEqual(['1.md', '2.txt', 'b']);
    expect(fs.listFileSync(`${cache}/a`, { recursion: true })).toEqual(['/1.md', '/2.txt', '/b/3.txt']);
    expect(fs.listFileSync(`${cache}/a`, { recursion: true, filter: { suffix: ['.txt'] }, listNum: 1 })).toEqual([
      '/2.txt',
    ]);
    expect(thrown(() => fs.listFileSync(`${cache}/a`, { filter: { fileSizeOver: 1 } })).code).toBe(801);
  });

  it('get a name of their own from mkdtempSync', () => {
    const path = fs.mkdtempSync(`${cache}/run-XXXXXX`);

    expect(path).toMatch(/\/cache\/run-.{6}$/);
    expect(fs.statSync(path).isDirectory()).toBe(true);
    expect(thrown(() => fs.mkdtempSync(`${cache}/run`)).code).toBe(13900020);
  });
});

describe('unlinkSync', () => {
  it('removes a file, and throws where none is', () => {
    const path = put('a', '');

    fs.unlinkSync(path);

    expect(thrown(() => fs.unlinkSync(path))).toEqual({ code: 13900002, message: 'No such file or directory' });
    expect([13900001, 13900019]).toContain(thrown(() => fs.unlinkSync(cache)).code);
  });
});

describe('statSync', () => {
  it('tells of a path and of a descriptor, times in seconds', () => {
    const path = put('a', 'four');
    const file = fs.openSync(path);

    const stat: fs.Stat = fs.statSync(path);

    expect(stat.size).toBe(4);
    expect(typeof stat.ino).toBe('bigint');
    expect(stat.mtime).toBe(Math.floor(statSync(on(path)).mtimeMs / 1000));
    expect([stat.isFile(), stat.isDirectory(), stat.isSymbolicLink()]).toEqual([true, false, false]);
    expect(fs.statSync(file.fd).ino).toBe(stat.ino);
    expect(thrown(() => fs.statSync(`${cache}/none`)).code).toBe(13900002);
  });

  it('follows a link, which lstatSync does not', () => {
    const path = put('a', '');

    fs.symlinkSync(path, `${cache}/link`);

    expect(fs.statSync(`${cache}/link`).isFile()).toBe(true);
    expect(fs.lstatSync(`${cache}/link`).isSymbolicLink()).toBe(true);
  });
});

describe('files', () => {
  it('are copied, by path and by descriptor, over what was there', () => {
    const path = put('a', 'content');
    put('b', 'something longer');
    const target = fs.openSync(put('c', 'something longer'), OpenMode.READ_WRITE);

    fs.copyFileSync(path, `${cache}/b`);
    fs.copyFileSync(path, target.fd);
    fs.copyFileSync(target.fd, `${cache}/d`);

    expect(['b', 'c', 'd'].map((name) => textOf(`${cache}/${name}`))).toEqual(['content', 'content', 'content']);
    expect(thrown(() => fs.copyFileSync(path, `${cache}/b`, 1)).code).toBe(13900020);
  });

  it('are copied onto themselves, and stay what they are', () => {
    const path = put('a', 'content');
    const file = fs.openSync(path, OpenMode.READ_WRITE);

    fs.copyFileSync(file.fd, path);
    fs.copyFileSync(path, file.fd);

    expect(textOf(path)).toBe('content');
  });

  it('are moved, over what was there unless told not to', () => {
    const path = put('a', 'new');
    put('b', 'old');

    expect(thrown(() => fs.moveFileSync(path, `${cache}/b`, 1)).code).toBe(13900015);
    fs.moveFileSync(path, `${cache}/b`);
    fs.renameSync(`${cache}/b`, `${cache}/c`);

    expect(textOf(`${cache}/c`)).toBe('new');
    expect(fs.listFileSync(cache)).toEqual(['c']);
  });

  it('are cut', () => {
    const path = put('a', 'abcdef');

    fs.truncateSync(path, 4);
    const { fd } = fs.openSync(path, OpenMode.READ_WRITE);
    fs.truncateSync(fd, 2);
    fs.fsyncSync(fd);

    expect(textOf(path)).toBe('ab');
  });
});

describe('the asynchronous forms', () => {
  it('resolve', async () => {
    const file = await fs.open(`${cache}/a`, newFile);

    expect(await fs.write(file.fd, 'text')).toBe(4);
    await fs.close(file);

    expect(await fs.access(`${cache}/a`)).toBe(true);
    expect(await fs.readText(`${cache}/a`)).toBe('text');
    expect((await fs.stat(`${cache}/a`)).size).toBe(4);
  });

  it('answer a callback, after the call has returned', async () => {
    const heard = vi.fn();

    const opened = new Promise<fs.File>((resolve) => {
      fs.open(`${cache}/a`, newFile, (error, file) => {
        heard(error);
        resolve(file);
      });
      expect(heard).not.toHaveBeenCalled();
    });

    expect((await opened).name).toBe('a');
    expect(heard).toHaveBeenCalledWith(null);
  });

  it('reject, or tell the callback, with what the synchronous form throws', async () => {
    const expected = expect.objectContaining({ code: 13900002, message: 'No such file or directory' });
    const told = new Promise((resolve) => {
      fs.unlink(`${cache}/none`, (error) => resolve(error));
    });

    await expect(fs.unlink(`${cache}/none`)).rejects.toEqual(expected);
    expect(await told).toEqual(expected);
  });

  it('throw at once for a wrong argument', () => {
    expect(thrown(() => fs.open('')).code).toBe(13900020);
    expect(thrown(() => fs.unlink('', () => {})).code).toBe(13900020);
  });

  const text = 'x' as unknown as number;
  it.each<[string, () => unknown]>([
    ['a descriptor that is none, to close', () => fs.close(text)],
    ['no descriptor, to close', () => fs.close(undefined as unknown as number)],
    ['a descriptor that is none, to write', () => fs.write(text, 'a')],
    ['a descriptor that is none, to read', () => fs.read(text, new ArrayBuffer(1))],
    ['a descriptor that is none, to sync', () => fs.fsync(text)],
    ['a descriptor below 0, to ask about', () => fs.stat(-1)],
    ['a descriptor below 0, to cut', () => fs.truncate(-1)],
    ['a number of names below 0', () => fs.listFile(cache, { listNum: -1 })],
    ['a filter that is null', () => fs.listFile(cache, { filter: null as unknown as object })],
  ])('throw at once for %s', (_, call) => {
    expect(thrown(call)).toEqual({ code: 13900020, message: 'Invalid argument' });
  });

  it('reject for a descriptor that is not open', async () => {
    await expect(fs.close(9_999)).rejects.toMatchObject({ code: 13900008 });
  });
});

it('refuses options that are null', () => {
  const file = fs.openSync(put('a', 'content'), OpenMode.READ_WRITE);
  const none = null as unknown as undefined;

  for (const call of [
    () => fs.writeSync(file.fd, 'x', none),
    () => fs.readSync(file.fd, new ArrayBuffer(1), none),
    () => fs.readTextSync(file.path, none),
    () => fs.listFileSync(cache, none),
  ]) {
    expect(thrown(call)).toEqual({ code: 13900020, message: 'Invalid argument' });
  }
});

it('says 801 and its name when a member that is not supported is called', () => {
  const { createRandomAccessFileSync: create } = fs as unknown as Record<string, (path: string) => unknown>;
  const file = fs.openSync(`${cache}/a`, newFile);

  expect(thrown(() => file.lock())).toEqual({ code: 801, message: 'Call unsupported api' });
  expect(() => create?.(cache)).toThrow(BusinessError);
  expect(() => create?.(cache)).toThrow(
    expect.objectContaining({ code: 801, detail: expect.stringContaining('fileIo.createRandomAccessFileSync') }),
  );
});

it.each([
  ['EPERM', 13900001, 'Operation not permitted'],
  ['EIO', 13900005, 'I/O error'],
  ['EACCES', 13900012, 'Permission denied'],
  ['ENOSPC', 13900025, 'No space left on device'],
  ['EROFS', 13900027, 'Read-only file system'],
  ['ENOTEMPTY', 13900032, 'Directory not empty'],
  ['ELOOP', 13900042, 'Unknown error'],
])('calls %s %i', (name, code, message) => {
  expect(codedError(new Errno(name, 'the path'))).toMatchObject({ code, message, name: 'BusinessError' });
});

it('follows a link out of nowhere to 13900002', () => {
  symlinkSync('/nowhere', on(`${cache}/dangling`));

  expect(thrown(() => fs.openSync(`${cache}/dangling`)).code).toBe(13900002);
});
