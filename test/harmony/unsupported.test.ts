import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { unsupported, withUnsupported } from '../../src/harmony/unsupported.ts';

const refusal = (member: string) => expect.objectContaining({ code: 801, detail: expect.stringContaining(member) });

it('says 801 and its name at the call, and at new', () => {
  const zlib = unsupported('zlib');
  const { compress, Zip } = zlib as Record<string, new () => unknown>;

  expect(() => zlib.deflate?.()).toThrow(refusal('zlib.deflate'));
  expect(() => Zip && new Zip()).toThrow(refusal('zlib.Zip'));
  expect(compress).toBeTypeOf('function');
});

it('says so of what is imported by name, and of what is in it', () => {
  const { ON, ThreadWorker } = unsupported('@ohos.UiTest');
  class Own extends (ThreadWorker as new () => object) {}

  expect(() => ON?.text?.('a')).toThrow(refusal('@ohos.UiTest.ON.text'));
  expect(() => new Own()).toThrow(refusal('@ohos.UiTest.ThreadWorker'));
  expect(() => unsupported('zlib')()).toThrow(refusal('zlib'));
});

it('leaves what is supported as it is', () => {
  const members = { add: (a: number, b: number) => a + b };

  const module = withUnsupported('sum', members);

  expect(module.add(1, 2)).toBe(3);
  expect(Object.keys(module)).toEqual(['add']);
});

it('can be awaited, printed, and made JSON of', async () => {
  const module = unsupported('zlib');

  expect(await module).toBe(module);
  expect(JSON.stringify({ module })).toBe('{}');
  expect(inspect(module)).toBe('[Function: unsupported]');
  expect(String(module)).toContain('function');
});
