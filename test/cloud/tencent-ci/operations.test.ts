import { createHash } from 'node:crypto';
import { parse } from 'valibot';
import { describe, expect, it } from 'vitest';
import { bodyOf, toRequest } from '../../../src/cloud/request.ts';
import { tencentCi } from '../../../src/cloud/tencent-ci/index.ts';
import { operationOf } from '../../../src/cloud/tencent-ci/operations.ts';
import { multipart } from '../ask.ts';
import { Client, ciHost, cosHost, pngOf, sign, tag, tags, toTarget } from './client.ts';
import { call } from './provocations.ts';

const md5 = (bytes: string | Uint8Array) => createHash('md5').update(bytes).digest('hex');
const json = (settings: object = {}) => new Client({ settings: { ...settings } });
const settings = parse(tencentCi.settings, {});
const small = () => json({ limits: { sliceBytesMin: 1 } });

describe('an upload', () => {
  it('is answered by an empty body and the MD5 as ETag, and comes back with its headers', () => {
    const client = new Client();
    const headers = { 'content-type': 'text/plain', 'x-cos-meta-author': 'someone', 'cache-control': 'no-store' };

    const put = client.put('dir/a.txt', 'hello', headers);
    const got = client.get('dir/a.txt');

    expect([put.status, put.text, put.headers.get('etag')]).toEqual([200, '', `"${md5('hello')}"`]);
    expect(got.text).toBe('hello');
    expect(Object.fromEntries(got.headers)).toMatchObject({
      ...headers,
      etag: `"${md5('hello')}"`,
      'accept-ranges': 'bytes',
      'last-modified': new Date(client.desk.nowMs).toUTCString(),
    });
  });

  it.each(['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])('takes %s as it is', (type) => {
    const client = new Client();

    client.put('a', 'k=v&%zz', { 'content-type': type });

    expect(client.get('a').text).toBe('k=v&%zz');
  });

  it('is checked against Content-MD5', () => {
    const digest = createHash('md5').update('hello').digest('base64');

    expect(new Client().put('a', 'hello', { 'content-md5': digest }).status).toBe(200);
  });

  it('replaces what was there', () => {
    const client = new Client();

    for (const body of ['one', 'two']) client.put('a', body);

    expect([client.get('a').text, client.keys()]).toEqual(['two', ['a']]);
  });

  it.each([
    '__proto__',
    'constructor',
    'toString',
    'ünï 码 🚢.bin',
    '100%+a b&c=d?#',
    '..',
    'a//b',
    "quote'(1)*!~",
    'k'.repeat(850),
  ])('keeps the name %s', (key) => {
    const client = new Client();

    client.put(key, key);

    expect(client.get(key).text).toBe(key);
    expect(client.keys()).toEqual([key]);
    expect(client.ask({ method: 'DELETE', target: toTarget(key) }).status).toBe(204);
    expect(client.get(key).status).toBe(404);
  });
});

describe('a form', () => {
  const post = (fields: Readonly<Record<string, string>>) => {
    const client = new Client();
    const form = multipart({ key: 'f/x.txt', 'x-cos-meta-a': 'b', ...fields }, { file: 'contents' });
    const told = client.ask({ method: 'POST', target: '/', ...form });
    return { client, told };
  };

  it.each([
    [{}, 204],
    [{ success_action_status: '200' }, 200],
    [{ success_action_status: '201' }, 201],
    [{ success_action_redirect: 'http://app.example/done' }, 303],
  ] as const)('with %j is answered with %i', (fields, status) => {
    const { client, told } = post(fields);

    expect(told.status).toBe(status);
    expect(client.get('f/x.txt').text).toBe('contents');
    expect(client.get('f/x.txt').headers.get('x-cos-meta-a')).toBe('b');
    if (status === 201) expect(tag(told.text, 'Key')).toBe('f/x.txt');
    if (status === 303)
      expect(told.headers.get('location')).toMatch(/^http:\/\/app\.example\/done\?bucket=.*&key=f%2Fx/);
  });

  it('may carry the whole signature in one field', () => {
    const client = new Client();
    const signature = sign({ method: 'POST', target: '/', headers: { host: cosHost } }, { time: client.time() });
    const form = multipart({ key: 'a', Signature: signature }, { file: 'contents' });

    const told = client.desk.ask({ method: 'POST', target: '/', ...form, headers: { ...form.headers, host: cosHost } });

    expect(told.status).toBe(204);
  });

  it('needs a key and a file', () => {
    const client = new Client();
    const statuses = [multipart({ key: 'a' }), multipart({}, { file: 'x' })].map(
      (form) => client.ask({ method: 'POST', target: '/', ...form }).status,
    );

    expect(statuses).toEqual([400, 400]);
  });
});

describe('a download', () => {
  it('gives ranges, and the whole where it must', () => {
    const client = new Client();
    client.put('a', '0123456789');
    const ask = (headers: Readonly<Record<string, string>>) => {
      const { status, text, headers: told } = client.get('a', '', headers);
      return [status, text, told.get('content-range')];
    };

    expect(ask({ range: 'bytes=2-4' })).toEqual([206, '234', 'bytes 2-4/10']);
    expect(ask({ range: 'bytes=-3' })).toEqual([206, '789', 'bytes 7-9/10']);
    expect(ask({ range: 'bytes=2-4', 'if-range': '"other"' })).toEqual([200, '0123456789', undefined]);
    expect(ask({ range: 'bytes=0-1,4-5' })).toEqual([200, '0123456789', undefined]);
    expect(ask({ range: 'bytes=10-' }).slice(0, 3)).toEqual([416, expect.any(String), 'bytes */10']);
    expect(ask({ 'if-none-match': `"${md5('0123456789')}"` })).toEqual([304, '', undefined]);
  });

  it('may be given another type and name', () => {
    const client = new Client();
    client.put('a', 'x');

    const { headers } = client.get('a', 'response-content-type=text%2Fcsv&response-content-disposition=attachment');

    expect([headers.get('content-type'), headers.get('content-disposition')]).toEqual(['text/csv', 'attachment']);
  });

  it('of a head alone has the same headers', () => {
    const client = new Client();
    client.put('a', 'x');

    const head = client.ask({ method: 'HEAD', target: '/a' });

    expect([head.status, head.headers.get('etag')]).toEqual([200, `"${md5('x')}"`]);
  });
});

describe('keys', () => {
  const filled = () => {
    const client = new Client();
    for (const key of ['b/2', 'a', 'b/1', 'c/d/e', '\u{1f6a2}', '\uff5e']) client.put(key, key);
    client.ask({ method: 'PUT', target: '/folder/' });
    return client;
  };

  it('are listed in the order of UTF-8, page by page', () => {
    const keys = ['a', 'b/1', 'b/2', 'c/d/e', 'folder/', '\uff5e', '\u{1f6a2}'];

    expect(filled().keys()).toEqual(keys);
    expect(filled().keys(2)).toEqual(keys);
  });

  it('are folded at a delimiter', () => {
    const { text } = filled().ask({ target: '/?delimiter=%2F&max-keys=3' });

    expect(tags(text, 'Prefix')).toEqual(['', 'b/', 'c/']);
    expect(tags(text, 'Key')).toEqual(['a']);
    expect([tag(text, 'IsTruncated'), tag(text, 'NextMarker'), tag(text, 'Size')]).toEqual(['true', 'c/', '1']);
  });

  it('are copied, which with a delete is a move', () => {
    const client = filled();

    const told = client.put('moved', '', { 'x-cos-copy-source': `${cosHost}/b/1` });
    client.ask({ method: 'DELETE', target: '/b/1' });

    expect(tag(told.text, 'ETag')).toBe(`"${md5('b/1')}"`);
    expect(tag(told.text, 'LastModified')).toBe('2023-11-14T22:15:00.000Z');
    expect([client.get('moved').text, client.get('b/1').status]).toEqual(['b/1', 404]);
  });

  it('are deleted many at once', () => {
    const client = filled();
    const body = '<Delete><Quiet>false</Quiet><Object><Key>a</Key></Object><Object><Key>none</Key></Object></Delete>';

    const told = client.ask({ method: 'POST', target: '/?delete', body });

    expect([told.status, tags(told.text, 'Key')]).toEqual([200, ['a', 'none']]);
    expect(client.keys()).not.toContain('a');
  });

  it('stay in their bucket', () => {
    const client = json({ buckets: [{ name: 'one-10000000' }, { name: 'two-10000000' }] });
    const host = 'two-10000000.cos.ap-test.myqcloud.com';

    client.put('a', 'two', { host });
    client.put('b', '', { host: 'one-10000000.cos.ap-test.myqcloud.com', 'x-cos-copy-source': `${host}/a` });

    const list = (each: string) => tags(client.ask({ target: '/', headers: { host: each } }).text, 'Key');
    expect([list(host), list('cloud.test')]).toEqual([['a'], ['b']]);
    expect(client.ask({ method: 'HEAD', target: '/', headers: { host } }).headers.get('x-cos-bucket-region')).toBe(
      'ap-test',
    );
  });
});

describe('a sliced upload', () => {
  it('is joined, and its ETag is the MD5 of the MD5s', () => {
    const client = small();
    const slices = ['first', 'second', 'x'].map((text) => new TextEncoder().encode(text));

    const told = client.putSliced('s', slices);

    const digest = md5(Buffer.concat(slices.map((slice) => createHash('md5').update(slice).digest())));
    expect(told.status).toBe(200);
    expect(tag(told.text, 'ETag').replaceAll('"', '')).toBe(`${digest}-3`);
    expect([tag(told.text, 'Bucket'), tag(told.text, 'Key'), tag(told.text, 'Location')]).toEqual([
      'bkt-10000000',
      's',
      'cloud.test/s',
    ]);
    expect([client.get('s').text, client.get('s').headers.get('etag')]).toEqual(['firstsecondx', `"${digest}-3"`]);
  });

  const started = (client: Client) => {
    const id = tag(client.ask({ method: 'POST', target: '/s?uploads' }).text, 'UploadId');
    const slice = (number: number, body: string) =>
      client.ask({ method: 'PUT', target: `/s?partNumber=${number}&uploadId=${id}`, body });
    const complete = (parts: readonly (readonly [number, string])[]) => {
      const list = parts.map(([at, etag]) => `<Part><PartNumber>${at}</PartNumber><ETag>${etag}</ETag></Part>`);
      const body = `<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`;
      return client.ask({ method: 'POST', target: `/s?uploadId=${id}`, body });
    };
    return { id, slice, complete };
  };

  it('lists what is there, by number', () => {
    const client = small();
    const { id, slice } = started(client);
    for (const number of [3, 1, 10_000]) slice(number, `slice ${number}`);
    slice(1, 'again');

    const first = client.get('s', `uploadId=${id}&max-parts=2`).text;
    const rest = client.get('s', `uploadId=${id}&part-number-marker=3`).text;

    expect(tags(first, 'PartNumber')).toEqual(['1', '3']);
    expect([tag(first, 'Size'), tag(first, 'IsTruncated'), tag(first, 'NextPartNumberMarker')]).toEqual([
      '5',
      'true',
      '3',
    ]);
    expect(tags(rest, 'PartNumber')).toEqual(['10000']);
    expect(tags(client.ask({ target: '/?uploads&prefix=s' }).text, 'UploadId')).toEqual([id]);
  });

  it('is forgotten when it is aborted', () => {
    const client = small();
    const { id, slice } = started(client);

    const aborted = client.ask({ method: 'DELETE', target: `/s?uploadId=${id}` });

    expect([aborted.status, slice(1, 'x').status, client.get('s', `uploadId=${id}`).status]).toEqual([204, 404, 404]);
  });

  it('may be larger than one upload, up to a limit of its own', () => {
    const codeOf = (objectBytesMax: number) => {
      const client = new Client({ settings: { limits: { sliceBytesMin: 1, uploadBytesMax: 3, objectBytesMax } } });
      return client.putSliced('a', [new Uint8Array(3), new Uint8Array(2)]).status;
    };

    expect([codeOf(5), codeOf(4)]).toEqual([200, 400]);
  });

  it('is refused with slices that are unknown, out of order, too small, or out of bounds', () => {
    const client = json();
    const { slice, complete } = started(client);
    const etag = slice(1, 'x').headers.get('etag') ?? '';
    slice(2, 'x');

    const words = [
      complete([[3, etag]]),
      complete([[1, '"0"']]),
      complete([
        [2, etag],
        [1, etag],
      ]),
      complete([
        [1, etag],
        [2, etag],
      ]),
      complete([]),
      slice(0, 'x'),
      slice(10_001, 'x'),
    ].map(({ status, text }) => `${status} ${tag(text, 'Code')}`);

    expect(words).toEqual([
      '400 InvalidPart',
      '400 InvalidPart',
      '400 InvalidPartOrder',
      '400 EntityTooSmall',
      '400 MalformedXML',
      '400 InvalidArgument',
      '400 InvalidArgument',
    ]);
  });
});

describe('processing', () => {
  const base64 = Buffer.from(pngOf(200, 100)).toString('base64');
  const client = new Client({
    files: [{ path: '/dir/a.png', base64 }],
    settings: { buckets: [{ name: 'bkt-10000000', styles: [{ name: 'half', rule: 'imageMogr2/thumbnail/!50p' }] }] },
  });
  const facts = (rule: string) => {
    const { json: told } = client.get('dir/a.png', `${rule}|imageInfo`);
    return `${told.format} ${told.width}x${told.height}`;
  };

  it.each([
    ['imageMogr2/thumbnail/!50p', 'png 100x50'],
    ['imageMogr2/thumbnail/!50px', 'png 100x100'],
    ['imageMogr2/thumbnail/!x50p', 'png 200x50'],
    ['imageMogr2/thumbnail/50x', 'png 50x25'],
    ['imageMogr2/thumbnail/x50', 'png 100x50'],
    ['imageMogr2/thumbnail/50x50', 'png 50x25'],
    ['imageMogr2/thumbnail/!50x50r', 'png 100x50'],
    ['imageMogr2/thumbnail/50x50!', 'png 50x50'],
    ['imageMogr2/thumbnail/400x400>', 'png 200x100'],
    ['imageMogr2/thumbnail/400x400<', 'png 400x200'],
    ['imageMogr2/thumbnail/5000@', 'png 100x50'],
    ['imageMogr2/crop/50x', 'png 50x100'],
    ['imageMogr2/cut/60x40x10x10', 'png 60x40'],
    ['imageMogr2/iradius/20', 'png 40x40'],
    ['imageMogr2/rotate/90', 'png 100x200'],
    ['imageMogr2/auto-orient/strip/format/jpeg', 'jpeg 200x100'],
    ['imageMogr2/format/webp/quality/80', 'webp 200x100'],
    ['imageView2/0/w/50/h/50', 'png 50x25'],
    ['imageView2/1/w/50/h/50/format/gif/q/90', 'gif 50x50'],
    ['watermark/2/text/YQ/gravity/center', 'png 200x100'],
    ['style/half', 'png 100x50'],
    ['style/half|imageMogr2/rotate/90', 'png 50x100'],
    ['imageMogr2%2Fthumbnail%2F%2150p', 'png 100x50'],
    ['watermark/2/text/YQ==', 'png 200x100'],
  ])('by %s gives %s', (rule, expected) => {
    expect(facts(rule)).toBe(expected);
  });

  it('takes a rule that is sent as a name without a value', () => {
    expect(client.get('dir/a.png', 'style/half%7CimageInfo=').json?.width).toBe('100');
    expect(client.get('dir/a.png', 'imageInfo=').json?.width).toBe('200');
  });

  it.each(['png', 'jpg', 'gif', 'webp', 'bmp'])('gives a %s that can be processed again', (format) => {
    const told = client.get('dir/a.png', `imageMogr2/thumbnail/!50p/format/${format}`);
    const again = new Client();
    again.put('b', told.bytes);

    expect(told.headers.get('content-type')).toBe(`image/${format === 'jpg' ? 'jpeg' : format}`);
    expect(again.get('b', 'imageInfo').json).toMatchObject({ width: '100', height: '50', md5: md5(told.bytes) });
  });

  it('gives the bytes themselves, and their facts, when nothing changes', () => {
    const bytes = Buffer.from(base64, 'base64');

    const info = client.get('dir/a.png', 'imageInfo');

    expect(client.get('dir/a.png', 'imageMogr2/strip').bytes).toEqual(new Uint8Array(bytes));
    expect(info.headers.get('content-type')).toBe('application/json');
    expect(info.json).toEqual({
      format: 'png',
      width: '200',
      height: '100',
      size: String(bytes.length),
      md5: md5(bytes),
      photo_rgb: '0x000000',
    });
  });

  it('gives ranges of the result', () => {
    const whole = client.get('dir/a.png', 'style/half').bytes;

    const part = client.get('dir/a.png', 'style/half', { range: 'bytes=5-' });

    expect([part.status, part.headers.get('content-range')]).toEqual([
      206,
      `bytes 5-${whole.length - 1}/${whole.length}`,
    ]);
    expect(part.bytes).toEqual(whole.slice(5));
  });

  const operations = (rules: readonly object[]) => ({
    'pic-operations': JSON.stringify({ is_pic_info: 1, rules }),
  });

  it('of an upload keeps each result, beside the source or under a key of its own', () => {
    const told = client.put(
      'dir/up.png',
      pngOf(200, 100),
      operations([
        { fileid: 'small.jpg', rule: 'imageMogr2/thumbnail/!50p/format/jpg' },
        { fileid: '/root.png', rule: 'imageMogr2/strip' },
      ]),
    );

    expect([told.status, told.headers.get('etag')]).toEqual([200, `"${md5(pngOf(200, 100))}"`]);
    expect(tags(told.text, 'Key')).toEqual(['dir/up.png', 'dir/small.jpg', 'root.png']);
    expect(tags(told.text, 'Location')).toEqual([
      'cloud.test/dir/up.png',
      'cloud.test/dir/small.jpg',
      'cloud.test/root.png',
    ]);
    expect([tags(told.text, 'Format'), tags(told.text, 'Width'), tags(told.text, 'Height')]).toEqual([
      ['PNG', 'JPEG', 'PNG'],
      ['200', '100', '200'],
      ['100', '50', '100'],
    ]);
    const result = client.get('dir/small.jpg');
    expect(tags(told.text, 'Size')[0]).toBe(String(result.bytes.length));
    expect(result.headers.get('etag')).toBe(`"${md5(result.bytes)}"`);
    expect(client.get('root.png').bytes).toEqual(pngOf(200, 100));
    expect(client.put('copied.jpg', '', { 'x-cos-copy-source': 'cloud.test/dir/small.jpg' }).status).toBe(200);
    expect(client.get('copied.jpg', '', { range: 'bytes=0-1' }).bytes).toEqual(result.bytes.slice(0, 2));
  });

  it('of what is stored does the same', () => {
    const headers = operations([{ fileid: 'stored.gif', rule: 'imageMogr2/format/gif' }]);

    const told = client.ask({ method: 'POST', target: '/dir/a.png?image_process', headers });

    expect(tags(told.text, 'Key')).toEqual(['dir/a.png', 'dir/stored.gif']);
    expect(client.get('dir/stored.gif').headers.get('content-type')).toBe('image/gif');
  });

  it('knows the styles that are added, and those alone', () => {
    const style = (method: string, body = '') => client.ask({ method, target: '/?style', body });
    style('PUT', '<AddStyle><StyleName>tiny</StyleName><StyleBody>imageMogr2/thumbnail/10x</StyleBody></AddStyle>');
    const listed = tags(style('GET').text, 'StyleName');
    const known = client.get('dir/up.png', 'style/tiny|imageInfo').json?.width;
    style('DELETE', '<DeleteStyle><StyleName>tiny</StyleName></DeleteStyle>');

    expect([listed, known]).toEqual([['half', 'tiny'], '10']);
    expect(client.get('dir/up.png', 'style/tiny').headers.get('x-errno')).toBe('-105');
  });
});

describe('a preview', () => {
  const client = new Client();
  client.put('a.pdf', '%PDF-1.4 /Count 3');
  client.put('closed.pdf', '%PDF-1.4 /Encrypt 5 0 R /Count 3');
  client.put('t.csv', 'a,b');
  const ask = (key: string, search = '') => client.get(key, `ci-process=doc-preview${search}`);

  it('is a page as a picture, beside the count of pages', () => {
    const { status, headers, bytes } = ask('a.pdf', '&page=3&dstType=png');

    expect([status, headers.get('content-type'), headers.get('x-total-page')]).toEqual([200, 'image/png', '3']);
    expect(bytes.subarray(1, 4)).toEqual(new TextEncoder().encode('PNG'));
    expect(ask('a.pdf').headers.get('content-type')).toBe('image/jpeg');
    expect(ask('a.pdf', '&dstType=pdf').text).toMatch(/^%PDF-/);
  });

  it.each(['pdf', 'png'])('as %s gives ranges, and has validators', (type) => {
    const search = `ci-process=doc-preview&dstType=${type}`;
    const whole = client.get('a.pdf', search);
    const etag = whole.headers.get('etag') ?? '';

    const part = client.get('a.pdf', search, { range: 'bytes=1-3', 'if-range': etag });
    const beyond = client.get('a.pdf', search, { range: 'bytes=9999999-' });

    expect([whole.headers.get('accept-ranges'), whole.headers.has('last-modified')]).toEqual(['bytes', true]);
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 1-3/${whole.bytes.length}`]);
    expect(part.bytes).toEqual(whole.bytes.subarray(1, 4));
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${whole.bytes.length}`]);
  });

  it('counts the sheets of a table', () => {
    const { headers } = ask('t.csv', '&sheet=1');

    expect([headers.get('x-total-sheet'), headers.get('x-sheet-name')]).toEqual(['1', 'Sheet1']);
  });

  it('opens what is encrypted with its password', () => {
    expect(ask('closed.pdf', '&password=password-example').status).toBe(200);
  });
});

describe('moderation', () => {
  it('tells what it found, scene by scene', () => {
    const client = new Client();
    client.put('good.png', pngOf(20, 20));
    client.put('odd.png', pngOf(20, 20, 'suspect-example'));
    const ask = (search: string) => client.get('good.png', `ci-process=sensitive-content-recognition&${search}`).text;

    const good = ask('detect-type=porn,ads');
    const odd = ask('biz-type=default&detect-url=http%3A%2F%2Fcloud.test%2Fodd.png');

    expect([tag(good, 'Result'), tag(good, 'Label'), tag(good, 'State')]).toEqual(['0', 'Normal', 'Success']);
    expect(good).toContain('<PornInfo>');
    expect(good).toContain('<AdsInfo>');
    expect([tag(odd, 'Result'), tag(odd, 'Label')]).toEqual(['2', 'Porn']);
  });
});

describe('media jobs', () => {
  it('run at once, and can be asked for', () => {
    const client = new Client();
    client.put('v.mp4', 'a film');
    const id = tag(call(client, 'POST', '/template', '<Tag>Snapshot</Tag><Name>n</Name>').text, 'TemplateId');
    const wish = `<Tag>Snapshot</Tag><Input><Object>v.mp4</Object></Input><Operation><TemplateId>${id}</TemplateId><Output><Region>ap-test</Region><Bucket>bkt-10000000</Bucket><Object>still.jpg</Object></Output></Operation>`;

    const made = call(client, 'POST', '/jobs', wish);
    const job = tag(made.text, 'JobId');
    const asked = call(client, 'GET', `/jobs/${job}`);
    const all = call(client, 'GET', '/jobs?tag=Snapshot');

    expect([made.status, tag(made.text, 'State'), tag(asked.text, 'State')]).toEqual([200, 'Submitted', 'Success']);
    expect([tag(asked.text, 'JobId'), tags(all.text, 'JobId')]).toEqual([job, [job]]);
    expect(client.get('still.jpg').headers.get('content-type')).toBe('image/jpeg');
  });

  it('name the bucket that their output went to', () => {
    const client = new Client({ settings: { buckets: [{ name: 'bkt-10000000' }, { name: 'other-10000000' }] } });
    client.put('v.mp4', 'a film');
    const output = '<Output><Bucket>other-10000000</Bucket><Object>o.mp4</Object></Output>';

    const made = call(
      client,
      'POST',
      '/jobs',
      `<Tag>Transcode</Tag><Input><Object>v.mp4</Object></Input><Operation>${output}</Operation>`,
    );

    expect([tag(made.text, 'Bucket'), tag(made.text, 'State')]).toEqual(['other-10000000', 'Submitted']);
  });

  it('have templates, queues and workflows that are made, listed, changed and forgotten', () => {
    const client = new Client();
    const kinds = [
      ['template', 'TemplateId', '<Tag>Concat</Tag><Name>NAME</Name>'],
      ['queue', 'QueueId', '<Name>NAME</Name>'],
      ['workflow', 'WorkflowId', '<MediaWorkflow><Name>NAME</Name></MediaWorkflow>'],
    ] as const;
    for (const [path, idTag, wish] of kinds) {
      const id = tag(call(client, 'POST', `/${path}`, wish.replace('NAME', 'one')).text, idTag);
      const changed = call(client, 'PUT', `/${path}/${id}`, wish.replace('NAME', 'two'));
      const listed = call(client, 'GET', `/${path}/${id}`);
      const gone = call(client, 'DELETE', `/${path}/${id}`);

      expect([path, changed.status, tag(listed.text, 'Name'), gone.status]).toEqual([path, 200, 'two', 200]);
      expect(call(client, 'DELETE', `/${path}/${id}`).status).toBe(404);
    }
  });

  it('change a workflow that has been paused', () => {
    const client = new Client();
    const wish = '<MediaWorkflow><Name>n</Name><State>Active</State></MediaWorkflow>';
    const id = tag(call(client, 'POST', '/workflow', wish).text, 'WorkflowId');

    const told = [
      call(client, 'PUT', `/workflow/${id}`, wish),
      call(client, 'PUT', `/workflow/${id}?paused`),
      call(client, 'PUT', `/workflow/${id}`, wish),
    ];

    expect(told.map(({ status }) => status)).toEqual([400, 200, 200]);
  });

  it('bind a bucket once, and list it', () => {
    const client = json({ buckets: [{ name: 'bkt-10000000', mediaBound: false }] });

    const bound = call(client, 'POST', '/mediabucket');

    expect([bound.status, tag(bound.text, 'BucketId')]).toEqual([200, 'bkt-10000000']);
    expect(tags(call(client, 'GET', '/mediabucket').text, 'BucketId')).toEqual(['bkt-10000000']);
    expect(tags(call(client, 'GET', '/queue').text, 'QueueId')).toHaveLength(1);
  });

  it('leave keys alone on the host of the object store', () => {
    const client = new Client();
    client.put('jobs/1', 'mine');

    expect(client.get('jobs/1').text).toBe('mine');
    expect(client.get('jobs/1', '', { host: ciHost }).status).toBe(404);
  });
});

describe('the operations', () => {
  const requests: readonly (readonly [method: string, target: string, headers?: Readonly<Record<string, string>>])[] = [
    ['PUT', '/a'],
    ['POST', '/'],
    ['PUT', '/a', { 'pic-operations': '{}' }],
    ['POST', '/a?image_process'],
    ['GET', '/a'],
    ['GET', '/a?imageView2/1/w/1'],
    ['GET', '/a?imageInfo'],
    ['GET', '/a?ci-process=doc-preview'],
    ['GET', '/a?ci-process=sensitive-content-recognition'],
    ['POST', '/image/auditing'],
    ['HEAD', '/a'],
    ['DELETE', '/a'],
    ['POST', '/?delete'],
    ['GET', '/?prefix=a/b'],
    ['HEAD', '/'],
    ['PUT', '/a', { 'x-cos-copy-source': 'h/a' }],
    ['PUT', '/a/'],
    ['POST', '/a?uploads'],
    ['PUT', '/a?partNumber=1&uploadId=u'],
    ['GET', '/a?uploadId=u'],
    ['GET', '/?uploads'],
    ['POST', '/a?uploadId=u'],
    ['DELETE', '/a?uploadId=u'],
    ['PUT', '/?style'],
    ['GET', '/jobs/1'],
    ['POST', '/template'],
    ['POST', '/queue'],
    ['POST', '/workflow'],
    ['POST', '/mediabucket'],
  ];

  it('are all named, each by its own request', () => {
    const { desk } = new Client();
    const names = requests.map(([method, target, headers = {}]) => {
      const head = { method, target, headers };
      return operationOf(toRequest(head, bodyOf(head, new Uint8Array(), desk.blobs)), settings);
    });

    expect(names).toEqual(Object.keys(tencentCi.operations));
  });
});
