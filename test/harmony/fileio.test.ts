import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { contextsOf } from '../../src/harmony/context.ts';
import { configureDevice, type Device } from '../../src/harmony/device.ts';
import fileio from '../../src/harmony/fileio.ts';

let device: Device;
let path: string;

beforeEach(() => {
  device = configureDevice({});
  path = `${contextsOf(device).ability.cacheDir}/a.txt`;
});
afterEach(() => device.close());

it('opens, writes and closes by descriptor', () => {
  const fd: number = fileio.openSync(path, 0o100 | 0o2, 0o666);

  expect(fileio.writeSync(fd, 'text')).toBe(4);
  expect(fileio.writeSync(fd, new Uint8Array([65, 66, 67]).buffer, { offset: 1, length: 1, position: 0 })).toBe(1);
  fileio.closeSync(fd);

  expect(readFileSync(device.onDisk(path), 'utf8')).toBe('Bext');
});

it('makes a new file only, with 0o200', () => {
  writeFileSync(device.onDisk(path), '');

  expect(() => fileio.openSync(path, 0o302)).toThrow('File exists');
});

it('throws the text of the system, without a code, when there is nothing to unlink', () => {
  writeFileSync(device.onDisk(path), '');
  fileio.unlinkSync(path);

  expect(existsSync(device.onDisk(path))).toBe(false);
  expect(() => fileio.unlinkSync(path)).toThrow(new Error('No such file or directory'));
  expect(() => fileio.unlinkSync(path)).not.toThrow(expect.objectContaining({ code: expect.anything() }));
  expect(() => fileio.unlinkSync('')).toThrow('Invalid argument');
});

it('throws from accessSync, unlike its successor', () => {
  expect(() => fileio.accessSync(path)).toThrow('No such file or directory');

  writeFileSync(device.onDisk(path), '');

  expect(fileio.accessSync(path)).toBeUndefined();
});

it('reads into a part of a buffer', async () => {
  writeFileSync(device.onDisk(path), 'abcdef');
  const fd = fileio.openSync(path);
  const buffer = new ArrayBuffer(4);

  expect(fileio.readSync(fd, buffer, { offset: 1, length: 2, position: 3 })).toBe(2);
  expect(Buffer.from(buffer).toString()).toBe('\0de\0');
  expect(await fileio.read(fd, buffer, { offset: 2 })).toEqual({ bytesRead: 2, offset: 2, buffer });
});

it('refuses a descriptor that is closed', () => {
  const fd = fileio.openSync(path, 0o102);
  fileio.closeSync(fd);

  expect(() => fileio.closeSync(fd)).toThrow('Bad file descriptor');
  expect(() => fileio.writeSync(fd, 'x')).toThrow('Bad file descriptor');
});

it('throws at once for what is no descriptor, and for options that are null', () => {
  const fd = fileio.openSync(path, 0o102);
  const none = null as unknown as undefined;

  expect(() => fileio.close('x' as unknown as number)).toThrow('Invalid argument');
  expect(() => fileio.write(fd, 'x', none as unknown as object)).toThrow('Invalid argument');
  expect(() => fileio.writeSync(fd, 'x', none)).toThrow('Invalid argument');
  expect(() => fileio.readSync(fd, new ArrayBuffer(1), none)).toThrow('Invalid argument');
});

it('rejects, or tells the callback, in the asynchronous forms', async () => {
  const told = new Promise((resolve) => {
    fileio.unlink(path, (error) => resolve(error));
  });

  await expect(fileio.unlink(path)).rejects.toThrow('No such file or directory');
  expect(await told).toEqual(new Error('No such file or directory'));
  const fd = await fileio.open(path, 0o102);
  await fileio.write(fd, 'x');
  await fileio.close(fd);
  await fileio.access(path);
});
