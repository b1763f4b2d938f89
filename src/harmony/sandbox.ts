import { closeSync, constants, openSync } from 'node:fs';
import { types } from 'node:util';
import { isObject, shown } from '../api/fields.ts';
import { theDevice } from './device.ts';
import { Errno, invalid } from './file-error.ts';

/**
 * The app's files, as both file modules reach them. Everything here takes the arguments of an app as they come, and
 * throws what the system says, or an `Errno` in its words.
 */

/** How a device writes the ways to open a file, and how this system does. */
const ways: readonly (readonly [device: number, here: number])[] = [
  [0o1, constants.O_WRONLY],
  [0o2, constants.O_RDWR],
  [0o100, constants.O_CREAT],
  [0o200, constants.O_EXCL],
  [0o1000, constants.O_TRUNC],
  [0o2000, constants.O_APPEND],
  [0o4000, constants.O_NONBLOCK],
  [0o200000, constants.O_DIRECTORY],
  [0o400000, constants.O_NOFOLLOW],
  [0o4010000, constants.O_SYNC],
];

/** Where a path of the app lies on disk. */
export function place(path: unknown): string {
  if (typeof path !== 'string' || path === '' || path.includes('\0')) invalid(`the path is ${shown(path)}`);
  return theDevice().onDisk(path);
}

/** The path that a `file://` URI of the app stands for; any other text is a path. */
export function pathOf(uri: unknown): unknown {
  if (typeof uri !== 'string' || !uri.startsWith('file://')) return uri;
  const [, bundle, path] = /^file:\/\/([^/]*)(\/.*)$/s.exec(uri) ?? invalid(`${shown(uri)} names no file`);
  if (bundle !== theDevice().bundle) throw new Errno('ENOENT', `${uri} is no file of this app`);
  try {
    return decodeURIComponent(path ?? '');
  } catch {
    return invalid(`${shown(uri)} is no URI`);
  }
}

/** A whole number, 0 or more; undefined where none is given. */
export function amount(value: unknown, name: string): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) {
    return invalid(`${name} is ${shown(value)}`);
  }
  return Math.trunc(value);
}

/** @param mode  the permissions of a new file. */
export function openDescriptor(path: string, way: number, mode: number): number {
  const flags = ways.reduce((sum, [device, here]) => ((way & device) === device ? sum | here : sum), 0);
  const descriptor = openSync(path, flags, mode);
  theDevice().descriptors.add(descriptor);
  return descriptor;
}

/** The descriptor that a call is about: the number, or the `fd` of a `File`. */
export function descriptorOf(file: unknown): number {
  const number = amount(isObject(file) && 'fd' in file ? file.fd : file, 'the descriptor');
  return number ?? invalid('the descriptor is missing');
}

/**
 * The same, if it is open. Only those that the app has opened are: a suite that closes a file twice must not close what
 * the engine has opened in between.
 */
export function opened(descriptor: number): number {
  if (!theDevice().descriptors.has(descriptor)) throw new Errno('EBADF', `${descriptor} is not open`);
  return descriptor;
}

/** What an app gives as options. Null is none. */
export function optionsOf<Options extends object>(options: Options): Options {
  return isObject(options) ? options : invalid(`the options are ${shown(options)}`);
}

export function closeDescriptor(descriptor: number): void {
  theDevice().descriptors.delete(descriptor);
  closeSync(descriptor);
}

/** What is to be written: UTF-8 of a text, or the bytes of a buffer, from `from` on. */
export function bytesToWrite(
  data: unknown,
  part: { from?: unknown; length?: unknown; encoding?: unknown },
): Uint8Array {
  checkEncoding(part.encoding);
  return typeof data === 'string' ? cut(new TextEncoder().encode(data), part) : bytesToRead(data, part);
}

/** The part of a buffer that is to be filled. */
export function bytesToRead(buffer: unknown, part: { from?: unknown; length?: unknown }): Uint8Array {
  if (!types.isAnyArrayBuffer(buffer)) return invalid(`the buffer is ${shown(buffer)}`);
  return cut(new Uint8Array(buffer), part);
}

export function checkEncoding(encoding: unknown): void {
  if (encoding !== undefined && !/^utf-?8$/i.test(String(encoding))) invalid(`the encoding is ${shown(encoding)}`);
}

function cut(bytes: Uint8Array, part: { from?: unknown; length?: unknown }): Uint8Array {
  const from = amount(part.from, 'the offset') ?? 0;
  const length = amount(part.length, 'the length') ?? Math.max(0, bytes.length - from);
  if (from + length > bytes.length) invalid(`${length} bytes from ${from} on are more than ${bytes.length}`);
  return bytes.subarray(from, from + length);
}
