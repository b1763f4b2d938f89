import { describe, expect, it } from 'vitest';
import { dialectOf } from '../../../src/cloud/tencent-ci/operations.ts';
import { catalogues, type ErrorRow } from '../../../src/errors/catalogues.ts';
import { Client, onePixel, tag } from './client.ts';
import { expectRow } from './row.ts';

const rows: readonly ErrorRow[] = catalogues['tencent-ci'];

describe('a fault rule', () => {
  it.each(rows.map((row) => [`${row.code} (${row.section})`, row] as const))('answers row %s', (_, row) => {
    const { code, section } = row;
    const client = new Client({ faults: [{ on: '*', code, section, nth: 1 }] });

    const told = client.get('a.png', 'imageMogr2/thumbnail/!50p');

    expectRow(told, row);
    expect(told.headers.get('location')).toBe(code === -156 ? 'http://cloud.test/' : undefined);
  });

  it('covers all 105 rows', () => {
    expect(rows).toHaveLength(105);
  });

  it('fills the word Other with a number that the table has not', () => {
    const client = new Client({ faults: [{ on: 'moderate', code: 'Other', fill: '-65999' }] });

    const told = client.get('a.png', 'ci-process=sensitive-content-recognition&detect-type=porn');

    expect(told.status).toBe(500);
    expect(told.headers.get('x-errno')).toBe('-65999');
  });

  it('leaves an upload out that it strikes, and nothing else', () => {
    const client = new Client({ faults: [{ on: 'upload', nth: 1, code: -60949 }] });

    const struck = client.put('a', 'one');
    const before = client.get('a');
    client.put('a', 'two');

    expect([struck.status, before.status, client.get('a').text]).toEqual([503, 404, 'two']);
  });
});

describe('the placeholder', () => {
  it('is a picture of about 5 KB under 200, for a missing one', () => {
    const client = new Client({ settings: { options: { placeholder: true } } });

    const told = client.get('gone.png', 'imageMogr2/thumbnail/!50p');

    expect(told.status).toBe(200);
    expect(Object.fromEntries(told.headers)).toEqual({
      'content-type': 'image/png',
      'cache-control': 'no-cache',
      'last-modified': 'Mon, 01 Jan 1990 00:00:00 GMT',
      'x-errno': '-6101',
      'x-info': 'notexist:-6101',
      'x-rtflag': '0',
      'x-bcheck': '0_0',
      server: 'ImgHttp3.0.0',
    });
    expect(told.bytes.subarray(0, 8)).toEqual(onePixel.subarray(0, 8));
    expect(told.bytes.length).toBeGreaterThan(4500);
    expect(told.bytes.length).toBeLessThan(5500);
  });
});

describe('an operation', () => {
  it.each([
    ['PATCH', '/x.txt'],
    ['POST', '/x.txt'],
    ['OPTIONS', '/'],
    ['PUT', '/jobs'],
    ['PATCH', '/template'],
    ['DELETE', '/mediabucket'],
    ['GET', '/image/auditing'],
  ])(
    'that there is not, %s %s, is refused for its method before anything is asked of the signature',
    (method, target) => {
      const told = new Client().desk.ask({ method, target });

      expect([told.status, tag(told.text, 'Code')]).toEqual([405, 'MethodNotAllowed']);
    },
  );

  it('refuses plain downloads in the words of the object store', () => {
    expect(dialectOf('download')).toBe('plain');
    const client = new Client();

    const told = client.get('gone');

    expect(told.status).toBe(404);
    expect(told.text).toContain('<Code>NoSuchKey</Code>');
    expect(told.headers.has('x-errno')).toBe(false);
  });
});
