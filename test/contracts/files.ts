import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Files, FileTrouble } from '../../src/ports/files.ts';

/** An empty directory on a disk, and hands that put things there without the port. */
export interface FilesStage {
  readonly files: Files;
  /** Real path of the directory. */
  readonly root: string;
  put(path: string, bytes: Uint8Array): void;
  get(path: string): Uint8Array;
  makeDirectory(path: string): void;
  makeLink(path: string, target: string): void;
  /** Makes a FIFO, or something else that is not a file. */
  makeDevice(path: string): void;
  dispose(): void;
}

export function filesContract(name: string, makeStage: () => FilesStage): void {
  describe(`the files contract, held by ${name}`, () => {
    let stage: FilesStage;
    let files: Files;
    let at: (path: string) => string;

    beforeEach(() => {
      stage = makeStage();
      files = stage.files;
      at = (path) => `${stage.root}/${path}`;
    });
    afterEach(() => stage.dispose());

    async function write(path: string, offset: number, ...pieces: readonly Uint8Array[]): Promise<void> {
      const writer = await files.writer(path, offset);
      for (const piece of pieces) await writer.write(piece);
      await writer.close();
    }

    describe('look', () => {
      it('sees a file with its size and what may be done with it', () => {
        stage.put(at('file'), bytes(5));

        expect(files.look(at('file'))).toEqual({ kind: 'file', bytes: 5, readable: true, writable: true });
      });

      it('sees a directory, also the root', () => {
        expect(files.look(stage.root)).toEqual({ kind: 'directory' });
        expect(files.look('/')).toEqual({ kind: 'directory' });
      });

      it('misses what is not there, also where parents or the target of a link are missing', () => {
        stage.makeLink(at('dangling'), 'nowhere');

        for (const path of ['none', 'none/below', 'dangling'])
          expect(files.look(at(path))).toEqual({ kind: 'missing' });
      });

      it('follows links, of files and of directories', () => {
        stage.makeDirectory(at('real'));
        stage.put(at('real/file'), bytes(3));
        stage.makeLink(at('directory'), 'real');
        stage.makeLink(at('real/link'), '../directory/file');

        expect(files.look(at('directory/link'))).toMatchObject({ kind: 'file', bytes: 3 });
      });
    });

    describe.each([
      ['a parent that is a file', 'file/below'],
      ['a FIFO', 'fifo'],
      ['a link to itself', 'loop'],
      ['links in a circle above it', 'ping/below'],
      ['a NUL byte', 'a\0b'],
      ['a name that is too long', 'n'.repeat(256)],
      ['a name that is too long in UTF-8 only', 'é'.repeat(128)],
      ['a path that is too long', 'n/'.repeat(2_100)],
    ])('%s', (_, path) => {
      beforeEach(() => {
        stage.put(at('file'), bytes(5));
        stage.makeDevice(at('fifo'));
        stage.makeLink(at('loop'), 'loop');
        stage.makeLink(at('ping'), 'pong');
        stage.makeLink(at('pong'), at('ping'));
      });

      it('is in the way of a look', () => {
        expect(files.look(at(path))).toMatchObject({ kind: 'blocked', detail: expect.stringMatching(/./) });
      });

      it('is trouble for whoever wants a file, and keeps nobody waiting', async () => {
        expect(kindOf(() => files.touch(at(path)))).toBe('io');
        expect(kindOf(() => files.truncate(at(path)))).toBe('io');
        await expect(files.writer(at(path), 0)).rejects.toMatchObject({ name: 'FileTrouble', kind: 'io' });
        await expect(collect(files.reader(at(path), 0, 0))).rejects.toMatchObject({ name: 'FileTrouble', kind: 'io' });
      });
    });

    describe('realPath', () => {
      it('keeps a path without links, whether it exists or not', () => {
        stage.put(at('file'), bytes(1));

        for (const path of ['file', 'none', 'none/below/that', 'file/below'])
          expect(files.realPath(at(path))).toBe(at(path));
      });

      it('follows relative and absolute links on the way and at the end', () => {
        stage.makeDirectory(at('a/b'));
        stage.put(at('a/file'), bytes(1));
        stage.makeLink(at('absolute'), at('a/b'));
        stage.makeLink(at('a/b/up'), '../file');

        expect(files.realPath(at('absolute/up'))).toBe(at('a/file'));
        expect(files.realPath(at('absolute/new'))).toBe(at('a/b/new'));
      });

      it('follows a link to what does not exist, so that nobody is led out of a sandbox by it', () => {
        stage.makeLink(at('out'), '/outside/./here/../there');
        stage.makeLink(at('via'), 'out');

        expect(files.realPath(at('via/new'))).toBe('/outside/there/new');
      });

      it('is in trouble when links go round in circles', () => {
        stage.makeLink(at('loop'), 'loop');

        expect(kindOf(() => files.realPath(at('loop/file')))).toBe('io');
      });
    });

    describe('touch', () => {
      it('makes an empty file and its missing parents', () => {
        expect(files.touch(at('a/b/file'))).toEqual({ created: true });

        expect(stage.get(at('a/b/file'))).toEqual(bytes(0));
      });

      it('leaves the bytes of a file that is there', () => {
        stage.put(at('file'), bytes(5));

        expect(files.touch(at('file'))).toEqual({ created: false });

        expect(stage.get(at('file'))).toEqual(bytes(5));
      });

      it('makes the file that a link leads to, with its parents', () => {
        stage.makeLink(at('link'), 'new/place/file');

        expect(files.touch(at('link'))).toEqual({ created: true });

        expect(stage.get(at('new/place/file'))).toEqual(bytes(0));
      });

      it('does not take a directory', () => {
        expect(kindOf(() => files.touch(stage.root))).toBe('directory');
      });
    });

    describe('truncate', () => {
      it('empties a file', () => {
        stage.put(at('file'), bytes(5));

        files.truncate(at('file'));

        expect(stage.get(at('file'))).toEqual(bytes(0));
      });

      it('takes neither a missing file nor a directory', () => {
        expect(kindOf(() => files.truncate(at('none')))).toBe('missing');
        expect(files.look(at('none'))).toEqual({ kind: 'missing' });
        expect(kindOf(() => files.truncate(stage.root))).toBe('directory');
      });
    });

    describe('unlink', () => {
      it('removes a file, and takes a missing one for removed', () => {
        stage.put(at('file'), bytes(5));

        for (const path of ['file', 'file', 'none/below']) files.unlink(at(path));

        expect(files.look(at('file'))).toEqual({ kind: 'missing' });
      });

      it('removes a link, not what it leads to', () => {
        stage.put(at('file'), bytes(5));
        stage.makeLink(at('link'), 'file');
        stage.makeLink(at('loop'), 'loop');

        files.unlink(at('link'));
        files.unlink(at('loop'));

        expect(files.look(at('file'))).toMatchObject({ bytes: 5 });
        expect([files.look(at('link')), files.look(at('loop'))]).toEqual([{ kind: 'missing' }, { kind: 'missing' }]);
      });

      it('does not take a directory, nor a path through a file', () => {
        stage.put(at('file'), bytes(5));

        expect(kindOf(() => files.unlink(stage.root))).toBe('directory');
        expect(kindOf(() => files.unlink(at('file/below')))).toBe('io');
        expect(kindOf(() => files.unlink(at('a\0b')))).toBe('io');
      });
    });

    describe('writer', () => {
      it('makes a new file of the pieces, in order', async () => {
        await write(at('file'), 0, bytes(3), bytes(0), bytes(4, 3));

        expect(stage.get(at('file'))).toEqual(bytes(7));
      });

      it('writes on from the offset, and drops what came after it', async () => {
        stage.put(at('file'), bytes(10, 100));

        await write(at('file'), 4, bytes(2));
        expect([...stage.get(at('file'))]).toEqual([100, 101, 102, 103, 0, 1]);
        await write(at('file'), 6, bytes(1));

        expect([...stage.get(at('file'))]).toEqual([100, 101, 102, 103, 0, 1, 0]);
      });

      it('drops bytes after the offset also when nothing is written', async () => {
        stage.put(at('file'), bytes(10));

        await write(at('file'), 4);

        expect(stage.get(at('file'))).toEqual(bytes(4));
      });

      it('does not make a hole: a file shorter than the offset is trouble, and stays as it is', async () => {
        stage.put(at('file'), bytes(3));

        await expect(files.writer(at('file'), 4)).rejects.toMatchObject({ name: 'FileTrouble', kind: 'io' });

        expect(stage.get(at('file'))).toEqual(bytes(3));
      });

      it('takes neither a directory nor a file whose parents are missing', async () => {
        await expect(files.writer(stage.root, 0)).rejects.toMatchObject({ name: 'FileTrouble', kind: 'directory' });
        await expect(files.writer(at('none/file'), 0)).rejects.toMatchObject({ name: 'FileTrouble', kind: 'missing' });
      });

      it('keeps the order of pieces, however many a write takes along', async () => {
        const writer = await files.writer(at('file'), 0);
        for (let round = 0; round < 10; round++) await writer.write(new Uint8Array(400_000).fill(round));
        await writer.close();

        const content = stage.get(at('file'));
        expect(content.length).toBe(4_000_000);
        expect(content.every((byte, place) => byte === Math.floor(place / 400_000))).toBe(true);
      });

      it('keeps every byte of pieces of all sizes', async () => {
        const mebibyte = 1024 * 1024;
        const sizes = [1, mebibyte - 2, 2, mebibyte, 7, 3 * mebibyte + 5, mebibyte - 7, 0, 100];
        let place = 0;
        const pieces = sizes.map((size) => {
          place += size;
          return bytes(size, place - size);
        });

        await write(at('file'), 0, ...pieces);

        expect(same(stage.get(at('file')), bytes(place))).toBe(true);
      });

      it('closes twice as once', async () => {
        const writer = await files.writer(at('file'), 0);
        await writer.write(bytes(5));

        await writer.close();
        await writer.close();

        expect(stage.get(at('file'))).toEqual(bytes(5));
      });

      it('takes a write after the close for a bug', async () => {
        const writer = await files.writer(at('file'), 0);
        await writer.close();

        await expect(async () => writer.write(bytes(1))).rejects.toThrow('bug');
      });

      it('goes on when its file is unlinked meanwhile', async () => {
        const writer = await files.writer(at('file'), 0);
        await writer.write(bytes(5));
        files.unlink(at('file'));
        await writer.write(bytes(5));
        await writer.close();

        expect(files.look(at('file'))).toEqual({ kind: 'missing' });
      });
    });

    describe('reader', () => {
      it('gives the bytes from the first to the last, both included', async () => {
        stage.put(at('file'), bytes(10));

        expect(await collect(files.reader(at('file'), 0, 9))).toEqual(bytes(10));
        expect(await collect(files.reader(at('file'), 3, 5))).toEqual(bytes(3, 3));
      });

      it('gives no bytes when the last comes before the first', async () => {
        stage.put(at('file'), bytes(10));

        expect(await collect(files.reader(at('file'), 3, 2))).toEqual(bytes(0));
      });

      it('gives a large file in pieces that may be kept', async () => {
        stage.put(at('file'), bytes(1_000_000));
        const pieces: Uint8Array[] = [];

        for await (const piece of files.reader(at('file'), 1, 999_998)) pieces.push(piece);

        expect(pieces.length).toBeGreaterThan(1);
        expect(same(join(pieces), bytes(999_998, 1))).toBe(true);
      });

      it('is in trouble when the file is shorter than asked for, or becomes so', async () => {
        stage.put(at('file'), bytes(1_000_000));
        const shrinking = files.reader(at('file'), 0, 999_999)[Symbol.asyncIterator]();
        await shrinking.next();

        files.truncate(at('file'));

        const rest = (async () => {
          while (!(await shrinking.next()).done);
        })();
        await expect(rest).rejects.toMatchObject({ name: 'FileTrouble', kind: 'io' });
        await expect(collect(files.reader(at('file'), 0, 0))).rejects.toMatchObject({ kind: 'io' });
      });

      it('takes neither a missing file nor a directory, even for no bytes', async () => {
        await expect(collect(files.reader(at('none'), 0, -1))).rejects.toMatchObject({ kind: 'missing' });
        await expect(collect(files.reader(stage.root, 0, -1))).rejects.toMatchObject({ kind: 'directory' });
      });

      it('may be left early', async () => {
        stage.put(at('file'), bytes(1_000_000));

        for await (const piece of files.reader(at('file'), 0, 999_999)) {
          expect(piece.length).toBeLessThan(1_000_000);
          break;
        }

        files.unlink(at('file'));
        expect(files.look(at('file'))).toEqual({ kind: 'missing' });
      });
    });
  });
}

/** Bytes that say their place, from `start` on. */
export function bytes(count: number, start = 0): Uint8Array {
  return Uint8Array.from({ length: count }, (_, place) => (start + place) % 251);
}

/** Faster than `toEqual`, which compares one by one. */
export function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, place) => byte === b[place]);
}

export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const kept: Uint8Array[] = [];
  for await (const piece of pieces) kept.push(piece);
  return join(kept);
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let place = 0;
  for (const piece of pieces) {
    whole.set(piece, place);
    place += piece.length;
  }
  return whole;
}

/** The kind of trouble that `act` meets. */
export function kindOf(act: () => unknown): FileTrouble['kind'] | 'none' {
  try {
    act();
  } catch (trouble) {
    if (trouble instanceof FileTrouble) return trouble.kind;
    throw trouble;
  }
  return 'none';
}
