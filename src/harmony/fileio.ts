/**
 * `@ohos.fileio`, the older of the two file modules: descriptors are numbers, and what goes wrong is an `Error` with
 * the system's text and no code.
 * @source neighbours.md 4
 */
import { accessSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { plainError, translated } from './file-error.ts';
import { type BothForms, bothForms, type Operation, syncForm } from './forms.ts';
import {
  amount,
  bytesToRead,
  bytesToWrite,
  closeDescriptor,
  descriptorOf,
  openDescriptor,
  opened,
  optionsOf,
  place,
} from './sandbox.ts';
import { withUnsupported } from './unsupported.ts';

/** offset: in the buffer. length: bytes. position: in the file; the current one unless told. */
interface Part {
  offset?: number;
  length?: number;
  position?: number;
}

interface WritePart extends Part {
  encoding?: string;
}

/** What the asynchronous `read` gives. `offset`: in the buffer. */
interface ReadOutput {
  readonly bytesRead: number;
  readonly offset: number;
  readonly buffer: ArrayBuffer;
}

/** Of a file that `open` makes, unless told. */
const newFileMode = 0o666;

const operations = {
  open: (path: string, flags = 0o0, mode = newFileMode) => {
    const onDisk = place(path);
    const way = amount(flags, 'flags') ?? 0o0;
    const permissions = amount(mode, 'the mode') ?? newFileMode;
    return () => openDescriptor(onDisk, way, permissions);
  },

  close: (fd: number) => {
    const descriptor = descriptorOf(fd);
    return () => closeDescriptor(opened(descriptor));
  },

  unlink: (path: string) => {
    const onDisk = place(path);
    return () => unlinkSync(onDisk);
  },

  access: (path: string, mode = 0) => {
    const onDisk = place(path);
    const wanted = amount(mode, 'the mode');
    return () => accessSync(onDisk, wanted);
  },

  write: (fd: number, buffer: ArrayBuffer | string, options: WritePart = {}) => {
    const descriptor = descriptorOf(fd);
    const { offset: from, length, encoding, position: at } = optionsOf(options);
    const bytes = bytesToWrite(buffer, { from, length, encoding });
    const position = amount(at, 'the position') ?? null;
    return () => writeSync(opened(descriptor), bytes, 0, bytes.length, position);
  },

  read: (fd: number, buffer: ArrayBuffer, options: Part = {}) => {
    const descriptor = descriptorOf(fd);
    const { offset: from, length, position: at } = optionsOf(options);
    const bytes = bytesToRead(buffer, { from, length });
    const position = amount(at, 'the position') ?? null;
    return () => readSync(opened(descriptor), bytes, 0, bytes.length, position);
  },
} as const;

const readWhole = (fd: number, buffer: ArrayBuffer, options: Part = {}) => {
  const work = operations.read(fd, buffer, options);
  return (): ReadOutput => ({ bytesRead: work(), offset: options.offset ?? 0, buffer });
};

const fileIO = withUnsupported('fileio', {
  open: both<[path: string], number, [flags: number, mode: number]>(operations.open),
  openSync: sync(operations.open),
  close: both<[fd: number], void>(operations.close),
  closeSync: sync(operations.close),
  unlink: both<[path: string], void>(operations.unlink),
  unlinkSync: sync(operations.unlink),
  access: both<[path: string], void, [mode: number]>(operations.access),
  accessSync: sync(operations.access),
  write: both<[fd: number, buffer: ArrayBuffer | string], number, [options: WritePart]>(operations.write),
  writeSync: sync(operations.write),
  read: both<[fd: number, buffer: ArrayBuffer], ReadOutput, [options: Part]>(readWhole),
  readSync: sync(operations.read),
});

export default fileIO;

function sync<Args extends readonly unknown[], T>(operation: Operation<Args, T>): (...args: Args) => T {
  return syncForm(translated(operation, plainError));
}

function both<Args extends readonly unknown[], T, Options extends readonly unknown[] = []>(
  operation: Operation<[...Args, ...Partial<Options>], T>,
): BothForms<Args, T, Options> {
  return bothForms<Args, T, Options>(translated(operation, plainError));
}
