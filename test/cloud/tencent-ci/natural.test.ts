import { describe, expect, it } from 'vitest';
import { rowOf } from '../../../src/cloud/rows.ts';
import type { Condition } from '../../../src/cloud/service.ts';
import { tencentCi } from '../../../src/cloud/tencent-ci/index.ts';
import { Client, gifOf, onePixel, pngOf, tag, tags } from './client.ts';
import { call, provocations } from './provocations.ts';
import { expectRow } from './row.ts';

const { conditions, operations } = tencentCi;

function keyOf({ code, section }: Condition): string {
  return section === undefined ? String(code) : `${code} ${section}`;
}

describe('the conditions', () => {
  it('have one provocation each, and no provocation is without a condition', () => {
    expect(conditions.map(keyOf).sort()).toEqual(Object.keys(provocations).sort());
  });

  it('name operations of the service', () => {
    expect(conditions.filter(({ operation }) => !Object.hasOwn(operations, operation))).toEqual([]);
  });

  it.each(conditions.map((each) => [keyOf(each), each.when, each] as const))('answers %s when %s', (key, _, each) => {
    const told = provocations[key]?.();

    if (told === undefined) throw new Error(`nothing provokes ${key}`);
    expectRow(told, rowOf('tencent-ci', each));
  });
});

describe('other ways to the same rows', () => {
  const half = 'imageMogr2/thumbnail/!50p';
  const processed = (body: Uint8Array | string, search: string, settings = {}) => {
    const client = new Client({ settings });
    client.put('a.png', body);
    return Number(client.get('a.png', search).headers.get('x-errno') ?? 0);
  };

  it.each([
    ['imageMogr2', -106],
    ['imageMogr2/thumbnail', -106],
    ['imageMogr2/thumbnail/big', -106],
    ['imageMogr2/thumbnail/0x0', -106],
    ['imageMogr2/rotate/361', -106],
    ['imageMogr2/quality/101', -106],
    ['imageMogr2/nonsense/1', -106],
    ['imageMogr2/toString/1', -106],
    ['imageView2/9/w/1', -106],
    ['imageView2/1/w/wide', -106],
    ['watermark/constructor/text/YQ', -106],
    ['watermark/1/text/YQ', -106],
    ['imageMogr2/thumbnail/%zz', -106],
    ['ci-process=dance', -106],
    ['style/__proto__', -105],
    ['imageMogr2/format/svg', -443],
    ['imageMogr2/thumbnail/!9999999p', -442],
    ['imageMogr2/thumbnail/!999999999999999999999999p', -442],
  ])('refuses the query %s with %i', (search, code) => {
    expect(processed(onePixel, search)).toBe(code);
  });

  it('refuses a source that is too wide, too large, or moves too much', () => {
    expect(processed(pngOf(10_000, 1), half)).toBe(-442);
    expect(processed(pngOf(9999, 9999), half)).toBe(-447);
    expect(processed(gifOf(301), half)).toBe(-447);
    expect(processed(gifOf(300), half)).toBe(0);
    expect(processed(pngOf(9999, 1), half)).toBe(0);
  });

  it('takes a picture of its origin, when that answers well and in time', () => {
    const base64 = Buffer.from(pngOf(20, 20)).toString('base64');
    const origin = {
      files: [
        { key: 'o.png', base64 },
        { key: 'broken.png', base64, status: 500 },
      ],
    };
    const client = new Client({ settings: { buckets: [{ name: 'bkt-10000000', origin }] } });

    expect(client.get('o.png', 'imageInfo').json).toMatchObject({ format: 'png', width: '20', height: '20' });
    expect(client.get('broken.png', 'imageInfo').headers.get('x-errno')).toBe('-120');
  });

  it('sends clients to the origin with the key alone', () => {
    expect(provocations['-156']?.().headers.get('location')).toBe('http://origin.example/far/o.png');
  });

  it('gives the picture back after a second has passed', () => {
    const client = new Client({ settings: { limits: { processedPerSecondMax: 1 } } });
    client.put('a.png', onePixel);
    const ask = () => client.get('a.png', half).status;

    const first = [ask(), ask()];
    client.desk.nowMs += 1000;

    expect([...first, ask()]).toEqual([200, 503, 200]);
  });

  it('moderates many, each with its own code, under 200', () => {
    const client = new Client();
    client.put('good.png', pngOf(20, 20));
    client.put('bad.png', pngOf(20, 20, 'illegal-example'));
    const inputs = ['good.png', 'bad.png', 'gone.png', 'a.exe'];

    const told = call(
      client,
      'POST',
      '/image/auditing',
      `${inputs.map((key) => `<Input><Object>${key}</Object></Input>`).join('')}<Input><Url>http://elsewhere.example/a.png</Url></Input><Conf><DetectType>porn,ads</DetectType></Conf>`,
    );

    expect(told.status).toBe(200);
    expect(told.headers.has('x-errno')).toBe(false);
    const details = told.text.split('<JobsDetail>').slice(1);
    expect(details.map((detail) => tag(detail, 'Code'))).toEqual(['0', '0', '-61011', '-61011', '-65010']);
    expect(details.map((detail) => tag(detail, 'Result'))).toEqual(['0', '1', '', '', '']);
    expect(tags(told.text, 'Message')[2]).toBe('The file does not exist.');
    expect(client.get('bad.png').status).toBe(403);
  });

  it('keeps the object whose processing fails', () => {
    const client = new Client();

    const told = client.put('p.png', onePixel, { 'pic-operations': 'not json' });

    expect(told.headers.get('x-errno')).toBe('-60998');
    expect(client.get('p.png').bytes).toEqual(onePixel);
  });

  it('answers previews as the published samples do, when told so', () => {
    const client = new Client({ settings: { options: { publishedPreview: true } } });
    client.put('a.pdf', '%PDF-1.4 /Count 3');
    const ask = (key: string) => client.get(key, 'ci-process=doc-preview&page=4');

    const told = [ask('gone.pdf'), ask('a.pdf')].map(({ status, headers }) => [status, headers.get('x-errno')]);

    expect(told).toEqual([
      [404, '-3004'],
      [404, '-3013'],
    ]);
  });

  it('refuses what the object store refuses, in its words', () => {
    const client = new Client({ settings: { limits: { uploadBytesMax: 10, requestsPerSecondMax: 20 } } });
    client.put('a', '0123456789');
    const word = (told: { readonly text: string; readonly status: number }) =>
      `${told.status} ${tag(told.text, 'Code')}`;
    const ask = (method: string, target: string, headers = {}, body = '') =>
      word(client.ask({ method, target, headers, body }));

    expect([
      ask('GET', '/gone'),
      ask('GET', '/a', { range: 'bytes=10-' }),
      ask('GET', '/a', { host: 'none-10000000.cos.ap-test.myqcloud.com' }),
      ask('PUT', '/b', {}, '0123456789a'),
      ask('PUT', '/b', { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }, 'a'),
      ask('PUT', '/b', { 'content-md5': 'short' }, 'a'),
      ask('PUT', `/${'k'.repeat(851)}`, {}, 'a'),
      ask('PUT', '/b', { 'x-cos-copy-source': `${'bkt-10000000.cos.ap-test.myqcloud.com'}/gone` }),
      ask('PUT', '/b?partNumber=1&uploadId=none', {}, 'a'),
      ask('PUT', '/b?partNumber=1&uploadId=none', { 'x-cos-copy-source': 'cloud.test/a' }),
      ask('POST', '/?delete', {}, 'no xml'),
      ask('PATCH', '/a'),
      ask('GET', '/?max-keys=many'),
    ]).toEqual([
      '404 NoSuchKey',
      '416 InvalidRange',
      '404 NoSuchBucket',
      '400 EntityTooLarge',
      '400 BadDigest',
      '400 InvalidDigest',
      '400 KeyTooLong',
      '404 NoSuchCopySource',
      '404 NoSuchUpload',
      '501 NotImplemented',
      '400 MalformedXML',
      '405 MethodNotAllowed',
      '400 InvalidArgument',
    ]);
    const rest = Array.from({ length: 9 }, () => ask('GET', '/gone'));
    expect(rest.at(-1)).toBe('503 SlowDown');
  });
});
