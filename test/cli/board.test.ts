import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { barText, createBoard, type Row, rowText } from '../../src/cli/board.ts';
import { openOutput, paint } from '../../src/cli/output.ts';

const row: Row = { tid: '1', name: 'file.bin', note: '', done: 512, total: 2_048, bytesPerSecond: 256 };

function screen(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 100, rows: 30 });
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => String(stream.read() ?? '') };
}

describe('board', () => {
  it('draws bars on a terminal, and puts lines above them', async () => {
    const { stream, text } = screen(true);
    const board = await createBoard(openOutput({ stdout: stream, stderr: stream, json: false }));

    board.show([row, { ...row, tid: '2', name: 'other.bin' }], 3);
    board.line('one line');
    board.show([row], 0);
    board.line('another line');
    board.end();
    board.line('after the end');

    const shown = text();
    expect(shown).toMatch(/file\.bin +█+░+ +25% {2}512 B of 2\.0 KiB +256 B\/s {2}6\.0 s left/);
    for (const line of ['one line', 'another line']) expect(shown.split(line)).toHaveLength(2);
    expect(shown.endsWith('after the end\n')).toBe(true);
    expect(shown).toContain('\u001b[?25h');
  });

  it('draws no bars where nobody watches, nor on a dumb terminal', async () => {
    for (const [isTTY, TERM] of [
      [false, 'xterm'],
      [true, 'dumb'],
    ] as const) {
      const { stream, text } = screen(isTTY);
      const board = await createBoard(openOutput({ stdout: stream, stderr: stream, json: false, TERM }));

      board.show([row], 0);
      board.line('one line');
      board.end();

      expect(text()).toBe('one line\n');
    }
  });

  it('goes to standard error while a document goes to standard output', async () => {
    const [out, err] = [screen(true), screen(false)];
    const board = await createBoard(openOutput({ stdout: out.stream, stderr: err.stream, json: true }));

    board.line('one line');
    board.trouble('trouble');

    expect(out.text()).toBe('');
    expect(err.text()).toBe('one line\ntrouble\n');
  });

  it('says trouble only when it is quiet', async () => {
    const { stream, text } = screen(true);
    const board = await createBoard({ ...openOutput({ stdout: stream, stderr: stream, json: false }), quiet: true });

    board.line('one line');
    board.show([row], 1);
    board.trouble('trouble');
    board.end();

    expect(text()).toBe('trouble\n');
  });
});

describe('bars', () => {
  it.each([30, 50, 80, 100, 200])('fit into %i columns', (width) => {
    for (const each of [
      row,
      { ...row, name: '长'.repeat(50) },
      { ...row, total: -1 },
      { ...row, note: 'retrying (2)' },
    ]) {
      expect([...barText(each, width)].length).toBeLessThanOrEqual(width);
    }
  });

  it('show no share of what nobody knows the size of', () => {
    expect(barText({ ...row, total: -1 }, 100)).not.toContain('%');
    expect(rowText({ ...row, total: -1 })).toBe('file.bin: 512 B, 256 B/s');
  });

  it('let no name steer the terminal', () => {
    expect(rowText({ ...row, name: 'a\u001b[2Jb\nc' })).toMatch(/^a\ufffd\[2Jb\ufffdc: 25%/);
  });
});

describe('colors', () => {
  it('are for terminals, unless NO_COLOR is set to anything', () => {
    const { stream } = screen(true);
    const of = (NO_COLOR: string | undefined) => openOutput({ stdout: stream, stderr: stream, json: false, NO_COLOR });

    expect(paint(of(undefined), 'good', 'ok')).toBe('\u001b[32mok\u001b[39m');
    expect(paint(of(''), 'good', 'ok')).toBe('\u001b[32mok\u001b[39m');
    expect(paint(of('0'), 'good', 'ok')).toBe('ok');
  });
});
