import { expect, it } from 'vitest';
import { bytesText, durationText, printable, shortened, tableLines } from '../../src/cli/format.ts';
import { fileNameOf } from '../../src/cli/get.ts';
import { Meter } from '../../src/cli/meter.ts';

it.each([
  [0, '0 B'],
  [1_023, '1023 B'],
  [1_024, '1.0 KiB'],
  [102_400, '100 KiB'],
  [1_048_500, '1.0 MiB'],
  [5_000_000, '4.8 MiB'],
  [3 * 1024 ** 4, '3.0 TiB'],
])('%i bytes read %s', (bytes, text) => expect(bytesText(bytes)).toBe(text));

it.each([
  [400, '0.4 s'],
  [9_960, '10 s'],
  [59_600, '1:00'],
  [185_000, '3:05'],
  [3_723_000, '1:02:03'],
])('%i ms read %s', (ms, text) => expect(durationText(ms)).toBe(text));

it('leaves out the middle of what is too long', () => {
  expect(shortened('abcdefghij', 5)).toBe('ab…ij');
  expect(shortened('abc', 3)).toBe('abc');
});

it('aligns columns, numbers to the right', () => {
  expect(
    tableLines(
      [
        ['A', '1', 'x'],
        ['BB', '22', ''],
      ],
      [1],
    ),
  ).toEqual(['A    1  x', 'BB  22']);
});

it('prints no character that steers a terminal, nor one that turns text around', () => {
  expect(printable('a\u001b[31m\u0007\u009b\u202eb')).toBe('a\ufffd[31m\ufffd\ufffd\ufffdb');
});

it('prints no password', () => {
  expect(printable('get http://me:secret@host/a:b@c')).toBe('get http://me:…@host/a:b@c');
});

it.each([
  ['http://host/a/file.txt?x=/y#z', 'file.txt'],
  ['http://host/a%20b.txt', 'a b.txt'],
  ['http://host/%E6%96%87.txt', '文.txt'],
  ['http://host/..%2f..%2fetc', '..%2f..%2fetc'],
  ['http://host/%00', '%00'],
  ['http://host/%1b[2J', '%1b[2J'],
  ['http://host/100%', '100%'],
  ['http://host/%20x', '%20x'],
])('%s is saved as %s', (url, name) => expect(fileNameOf(url)).toBe(name));

it('measures the rate of the last seconds, and begins anew with the transfer', () => {
  const meter = new Meter();

  expect(meter.rate(0, 0)).toBe(0);
  expect(meter.rate(1_000, 1_000)).toBe(1_000);
  for (let second = 2; second <= 10; second += 1) meter.rate(1_000 + (second - 1) * 5_000, second * 1_000);
  expect(meter.rate(51_000, 11_000)).toBe(5_000);
  expect(meter.rate(10, 12_000)).toBe(0);
});
