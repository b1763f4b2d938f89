import { describe, expect, it } from 'vitest';
import { tencentCosV4 } from '../../../src/cloud/tencent-cos-v4/index.ts';
import { Client, openDesk, sha1, sign } from './client.ts';

const seconds = 1_700_000_100;

function open(files: Readonly<Record<string, string>> = {}, settings: Readonly<Record<string, unknown>> = {}): Client {
  const placed = Object.entries(files).map(([path, text]) => ({ path, text }));
  return new Client(openDesk({ settings, files: placed }));
}

const addresses = {
  access_url: 'http://cloud.test/bkt-10000000.file.myqcloud.com/d/a%20b.txt',
  source_url: 'http://cloud.test/bkt-10000000.costj.myqcloud.com/d/a%20b.txt',
  url: 'http://cloud.test/files/v2/10000000/bkt/d/a%20b.txt',
  resource_path: '/10000000/bkt/d/a b.txt',
};

describe('upload', () => {
  it('answers where the file is, under its own request_id', () => {
    const told = open().upload('d/a b.txt', 'text');

    expect(told.status).toBe(200);
    expect(told.json).toEqual({ code: 0, message: 'SUCCESS', request_id: expect.any(String), data: addresses });
    expect(Buffer.from(told.json.request_id, 'base64').toString()).toBe(`${seconds.toString(16)}_1`);
  });

  it('gives addresses that lead to the bytes', () => {
    const client = open();
    const { access_url, source_url } = client.upload('d/a b.txt', 'text').json.data;

    const texts = [access_url, source_url].map((url) => client.desk.ask({ target: new URL(url).pathname }).text);

    expect(texts).toEqual(['text', 'text']);
  });

  it('takes the same file twice, and another one only with insertOnly 0', () => {
    const client = open();

    const codes = [
      client.upload('a', 'one').json.code,
      client.upload('a', 'one').json.code,
      client.upload('a', 'two').json.code,
      client.upload('a', 'two', { insertOnly: 0 }).json.code,
    ];

    expect(codes).toEqual([0, 0, -177, 0]);
    expect(client.download('a').text).toBe('two');
  });

  it('takes an empty file, unless told otherwise', () => {
    expect(open().upload('a', '').json.code).toBe(0);
    expect(open({}, { options: { refuseEmpty: true } }).upload('a', '').json.code).toBe(-5995);
  });

  it('finds room again for what is overwritten or deleted', () => {
    const apps = [
      {
        appid: '10000000',
        secrets: [{ secretId: 'AKIDEXAMPLE', secretKey: 'SKEXAMPLE' }],
        buckets: [{ name: 'bkt', bytesMax: 10 }],
      },
    ];
    const client = open({}, { apps });

    const codes = [
      client.upload('a', '12345678').json.code,
      client.upload('b', '123').json.code,
      client.upload('a', '1234567', { insertOnly: 0 }).json.code,
      client.upload('b', '123').json.code,
      client.say('delete', 'a').json.code,
      client.upload('c', '1234567').json.code,
    ];

    expect(codes).toEqual([0, -289, 0, 0, 0, 0]);
  });
});

describe('an upload in slices', () => {
  const sizes = { limits: { sliceSizes: [4, 8] } };
  const bytes = new TextEncoder().encode('0123456789');

  it('begins with a session and the size of slices that counts', () => {
    const told = open({}, sizes).say('upload_slice_init', 'a', { filesize: 10, slice_size: 7 });

    expect(told.json.data).toEqual({ session: expect.any(String), slice_size: 4 });
  });

  it('acknowledges each slice, and answers addresses at the end', () => {
    const client = open({}, sizes);
    const { session } = client.say('upload_slice_init', 'd/a b.txt', { filesize: 6, slice_size: 4 }).json.data;

    const first = client.say('upload_slice_data', 'd/a b.txt', { session, offset: 0, content: '0123' });
    const again = client.say('upload_slice_data', 'd/a b.txt', { session, offset: 0, content: '0123' });
    const last = client.say('upload_slice_data', 'd/a b.txt', { session, offset: 4, content: '45' });
    const done = client.say('upload_slice_finish', 'd/a b.txt', { session, filesize: 6 });

    expect(first.json.data).toEqual({ session, offset: 0, datalen: 4 });
    expect(again.json.data).toEqual(first.json.data);
    expect(last.json.data).toEqual({ session, offset: 4, datalen: 2 });
    expect(done.json.data).toEqual(addresses);
    expect(client.download('d/a b.txt').text).toBe('012345');
  });

  it('takes slices in any order', () => {
    const client = open({}, sizes);

    const told = client.slice('a', bytes, 4, (offsets) => offsets.toReversed());

    expect(told.json.code).toBe(0);
    expect(client.download('a').bytes).toEqual(bytes);
  });

  it('makes a file of one slice', () => {
    const client = open({}, sizes);

    client.slice('a', bytes.subarray(0, 3), 4);

    expect(client.download('a').text).toBe('012');
  });

  it('says in upload_slice_list what is there, then that all is there', () => {
    const client = open({}, sizes);
    const { session } = client.say('upload_slice_init', 'a', { filesize: 10, slice_size: 4, sha: sha1(bytes) }).json
      .data;
    client.say('upload_slice_data', 'a', { session, offset: 8, content: '89' });
    client.say('upload_slice_data', 'a', { session, offset: 0, content: '0123' });

    const half = client.say('upload_slice_list', 'a');
    client.say('upload_slice_data', 'a', { session, offset: 4, content: '4567' });
    client.say('upload_slice_finish', 'a', { session, filesize: 10, sha: sha1(bytes) });
    const whole = client.say('upload_slice_list', 'a');

    expect(half.json.data).toEqual({
      session,
      slice_size: 4,
      filesize: 10,
      sha: sha1(bytes),
      listparts: [
        { offset: 0, datalen: 4, datasha: sha1('0123') },
        { offset: 8, datalen: 2, datasha: sha1('89') },
      ],
    });
    expect(whole.json.data.resource_path).toBe('/10000000/bkt/a');
  });

  it('needs no bytes that the bucket has already', () => {
    const client = open({ '/a': '0123456789' }, sizes);

    const told = client.say('upload_slice_init', 'copy', { filesize: 10, slice_size: 4, sha: sha1(bytes) });

    expect(told.json.data.resource_path).toBe('/10000000/bkt/copy');
    expect(client.download('copy').text).toBe('0123456789');
  });

  it('starts anew when the old session is too old, or another upload was faster', () => {
    const client = open({}, { limits: { sliceSizes: [4], sessionAgeMsMax: 1000 } });
    const begin = () => client.say('upload_slice_init', 'a', { filesize: 10, slice_size: 4, insertOnly: 0 }).json.code;

    const codes = [begin(), begin()];
    client.desk.nowMs += 1000;
    codes.push(begin());
    client.upload('a', 'faster');
    codes.push(begin());

    expect(codes).toEqual([0, -4019, 0, 0]);
  });

  it('keeps order where the server asks for it, and forgives the slice that came twice', () => {
    const client = open({}, { limits: { sliceSizes: [4] }, options: { serialUpload: true } });
    const begun = client.say('upload_slice_init', 'a', { filesize: 10, slice_size: 4 }).json.data;
    const { session } = begun;
    const send = (offset: number) =>
      client.say('upload_slice_data', 'a', { session, offset, content: '0123456789'.slice(offset, offset + 4) }).json;

    expect(begun).toEqual({ session, slice_size: 4, serial_upload: 1 });
    expect([send(4).code, send(0).code, send(0).code, send(4).code, send(0).code]).toEqual([-290, 0, 0, 0, -4024]);
    expect(send(8).data).toEqual({ session, offset: 8, datalen: 2, serial_upload: 1 });
  });
});

describe('upload_slice, the older way', () => {
  const settings = { limits: { sliceSizes: [4] } };
  const declared = { filesize: 6, slice_size: 4, sha: sha1('012345') };

  it.each(['v1', 'v2'] as const)('begins, takes slices, and finishes with the last one in %s', (version) => {
    const client = open({}, settings);
    const number = (value: number) => (version === 'v1' ? String(value) : value);

    const begun = client.say('upload_slice', 'a', { version, ...declared });
    const { session } = begun.json.data;
    const first = client.say('upload_slice', 'a', { version, session, offset: 0, content: '0123' });
    const last = client.say('upload_slice', 'a', { version, session, offset: 4, content: '45' });

    expect(begun.json.data).toEqual({ session, offset: number(0), slice_size: number(4) });
    expect(first.json.data).toEqual({ session, offset: number(0) });
    expect(last.json.data.url).toBe(`http://cloud.test/files/${version}/10000000/bkt/a`);
    expect(client.download('a').text).toBe('012345');
  });

  it('goes on where it stopped, with or without the session', () => {
    const client = open({}, settings);
    const { session } = client.say('upload_slice', 'a', declared).json.data;
    client.say('upload_slice', 'a', { session, offset: 0, content: '0123' });

    const named = client.say('upload_slice', 'a', { ...declared, session });
    const unnamed = client.say('upload_slice', 'a', declared);
    const other = client.say('upload_slice', 'a', { ...declared, sha: sha1('x') });

    expect(named.json.data).toEqual({ session, offset: 4, slice_size: 4 });
    expect(unnamed.json.data).toEqual(named.json.data);
    expect(other.json.code).toBe(-4019);
  });
});

describe('stat and update', () => {
  it('tell all about a file', () => {
    const client = open();
    client.upload('d/a b.txt', 'text', { biz_attr: 'mine' });

    expect(client.say('stat', 'd/a b.txt').json.data).toEqual({
      name: 'a b.txt',
      biz_attr: 'mine',
      filesize: 4,
      filelen: 4,
      sha: sha1('text'),
      ctime: seconds,
      mtime: seconds,
      access_url: addresses.access_url,
      source_url: addresses.source_url,
      preview_url: '',
      authority: 'eInvalid',
      custom_headers: {},
      forbid: 0,
    });
  });

  it('tell less about a folder, and of the bucket that it is there', () => {
    const client = open();
    client.say('create', 'd/', { biz_attr: 'x' });

    expect(client.say('stat', 'd/').json.data).toEqual({ biz_attr: 'x', ctime: seconds, mtime: seconds });
    expect(client.say('stat', '').json.data).toEqual({ biz_attr: '', ctime: 0, mtime: 0 });
  });

  it('write numbers as strings for v1, and where told so', () => {
    const strings = { filesize: '4', forbid: '0', ctime: String(seconds) };
    const told = open({ '/a': 'text' }).say('stat', 'a', { version: 'v1' });
    const toldV2 = open({ '/a': 'text' }, { options: { numbersAsStrings: true } }).say('stat', 'a');

    expect(told.json.data).toMatchObject(strings);
    expect(toldV2.json.data).toMatchObject(strings);
    expect(told.json.code).toBe(0);
  });

  it('change what is asked for, and say nothing more', () => {
    const client = open({ '/a': 'text' });
    client.desk.nowMs += 60_000;

    const told = client.say('update', 'a', {
      flag: 0xc1,
      biz_attr: 'new',
      authority: 'eWRPrivate',
      custom_headers: JSON.stringify({ 'Content-Type': 'text/plain', 'x-cos-meta-a': 'b', etag: '"mine"' }),
    });

    expect(told.json).toEqual({ code: 0, message: 'SUCCESS', request_id: expect.any(String) });
    expect(client.say('stat', 'a').json.data).toMatchObject({
      biz_attr: 'new',
      authority: 'eWRPrivate',
      custom_headers: { 'content-type': 'text/plain', 'x-cos-meta-a': 'b' },
      ctime: seconds,
      mtime: seconds + 60,
    });
    expect(client.download('a').status).toBe(403);
    const { headers } = client.download('a', { authorization: sign() });
    expect([headers.get('content-type'), headers.get('x-cos-meta-a'), headers.get('etag')]).toEqual([
      'text/plain',
      'b',
      `"${sha1('text')}"`,
    ]);
  });

  it('work without a flag, and on folders', () => {
    const client = open({ '/d/a': 'text' });

    expect(client.say('update', 'd/', { biz_attr: 'folder' }).json.code).toBe(0);
    expect(client.say('stat', 'd/').json.data.biz_attr).toBe('folder');
    expect(client.say('update', 'd/', { authority: 'eWRPrivate' }).json.code).toBe(-182);
    expect(client.say('update', 'd/a').json.code).toBe(0);
  });
});

describe('create and delete', () => {
  it('make a folder with those above it, and take it away when empty', () => {
    const client = open();

    const told = client.say('create', 'd/e/');

    expect(told.json.data).toEqual({ ctime: seconds, resource_path: '/10000000/bkt/d/e/' });
    expect(client.say('delete', 'd/').json.code).toBe(-173);
    expect(client.say('delete', 'd/e/').json).toEqual({ code: 0, message: 'SUCCESS', request_id: expect.any(String) });
    expect(client.say('delete', 'd/').json.code).toBe(0);
  });

  it('take away a file', () => {
    const client = open({ '/a': 'text' });

    client.say('delete', 'a');

    expect([client.say('stat', 'a').json.code, client.download('a').status]).toEqual([-197, 404]);
  });
});

describe('list', () => {
  const files = { '/a1': '1', '/a2': '2', '/b/c': '3', '/b/d/e': '4', '/z': '5' };
  const names = (client: Client, path: string, said: Readonly<Record<string, unknown>> = {}) =>
    client.say('list', path, said).json.data.infos.map(({ name }: { name: string }) => name);

  it('shows one level, with what stat would say', () => {
    const told = open(files).say('list', '', { num: 199 });

    expect(told.json.data).toMatchObject({ context: '', listover: true });
    expect(told.json.data.infos).toEqual([
      expect.objectContaining({ name: 'a1', filesize: 1, sha: sha1('1') }),
      expect.objectContaining({ name: 'a2', filesize: 1 }),
      { name: 'b/', biz_attr: '', ctime: seconds, mtime: seconds },
      expect.objectContaining({ name: 'z' }),
    ]);
  });

  it('follows folders, prefixes, patterns, order and depth', () => {
    const client = open(files);

    expect(names(client, 'b/')).toEqual(['c', 'd/']);
    expect(names(client, 'a')).toEqual(['a1', 'a2']);
    expect(names(client, 'b/d')).toEqual(['d/']);
    expect(names(client, '', { pattern: 'eListDirOnly' })).toEqual(['b/']);
    expect(names(client, '', { pattern: 'eListFileOnly' })).toEqual(['a1', 'a2', 'z']);
    expect(names(client, '', { order: 1 })).toEqual(['z', 'b/', 'a2', 'a1']);
    expect(names(client, '', { delimiter: '', pattern: 'eListFileOnly' })).toEqual(['a1', 'a2', 'b/c', 'b/d/e', 'z']);
    expect(names(client, 'none/')).toEqual([]);
    expect(names(client, 'b', { order: '' })).toEqual(['b/']);
  });

  it.each([0, 1])('turns pages by its context in order %i', (order) => {
    const client = open(files);
    const seen: string[] = [];
    let context = '';
    let pages = 0;
    do {
      const { data } = client.say('list', '', { num: 3, context, order }).json;
      seen.push(...data.infos.map(({ name }: { name: string }) => name));
      context = data.context;
      pages++;
    } while (context !== '' && pages < 9);

    expect(pages).toBe(2);
    expect(order === 0 ? seen : seen.toReversed()).toEqual(['a1', 'a2', 'b/', 'z']);
  });

  it('counts for v1', () => {
    const told = open(files).say('list', '', { version: 'v1', num: 2 });

    expect(told.json.data).toMatchObject({ context: 'a2', has_more: '1', dircount: '1', filecount: '3' });
    expect(told.json.data.listover).toBeUndefined();
  });
});

describe('move and copy', () => {
  it('reach a whole id, and a path of the bucket with a slash before or without', () => {
    const client = open({ '/d/a': 'text' });

    const told = [
      client.say('copy', 'd/a', { dest_fileid: '/10000000/bkt/one%20' }),
      client.say('copy', 'd/a', { dest_fileid: '/e/two' }),
      client.say('copy', 'd/a', { dest_fileid: 'e/three' }),
      client.say('move', 'd/a', { dest_fileid: '/four' }),
    ];

    expect(told.map(({ json }) => json.data)).toEqual([
      { resource_path: '/10000000/bkt/one%20' },
      { resource_path: '/10000000/bkt/e/two' },
      { resource_path: '/10000000/bkt/e/three' },
      { resource_path: '/10000000/bkt/four' },
    ]);
    expect(['one%20', 'e/two', 'e/three', 'four'].map((path) => client.download(path).text)).toEqual(
      Array.from({ length: 4 }, () => 'text'),
    );
    expect(client.say('stat', 'd/a').json.code).toBe(-197);
  });

  it('replace only what may be overwritten, and stay whole on themselves', () => {
    const client = open({ '/a': 'one', '/b': 'two' });

    const refused = client.say('move', 'a', { dest_fileid: '/b', to_over_write: 0 });
    const onItself = client.say('move', 'a', { dest_fileid: '/a', to_over_write: 1 });
    const done = client.say('move', 'a', { dest_fileid: '/b', to_over_write: 1 });

    expect([refused.json.code, onItself.json.code, done.json.code]).toEqual([-177, 0, 0]);
    expect(client.download('b').text).toBe('one');
  });
});

describe('download', () => {
  it('is whole, in part, or past the end', () => {
    const client = open({ '/a': '0123456789' });

    const whole = client.download('a');
    const part = client.download('a', { range: 'bytes=2-4' });
    const past = client.download('a', { range: 'bytes=10-' });
    const tail = client.download('a', { range: 'bytes=-2', 'if-range': whole.headers.get('etag') ?? '' });
    const changed = client.download('a', { range: 'bytes=-2', 'if-range': '"other"' });

    expect([whole.status, whole.text, whole.headers.get('accept-ranges')]).toEqual([200, '0123456789', 'bytes']);
    expect([whole.headers.get('etag'), whole.headers.get('last-modified')]).toEqual([
      `"${sha1('0123456789')}"`,
      new Date(seconds * 1000).toUTCString(),
    ]);
    expect([part.status, part.text, part.headers.get('content-range')]).toEqual([206, '234', 'bytes 2-4/10']);
    expect([past.status, past.text, past.headers.get('content-range')]).toEqual([416, '', 'bytes */10']);
    expect([tail.text, changed.text]).toEqual(['89', '0123456789']);
  });

  it('finds the bucket by the host, as header or in the path', () => {
    const apps = [
      {
        appid: '10000000',
        secrets: [],
        buckets: [{ name: 'bkt' }, { name: 'my-2nd' }],
      },
    ];
    const client = open({ '/a': 'first', '/10000000/my-2nd/a': 'second' }, { apps });
    const texts = ['my-2nd-10000000.cossh.myqcloud.com', 'my-2nd-10000000.file.myqcloud.com:80', 'localhost'].map(
      (host) => client.download('a', { host }).text,
    );

    expect(texts).toEqual(['second', 'second', 'first']);
    expect(client.download('my-2nd-10000000.file.myqcloud.com/a').text).toBe('second');
  });

  it('has one answer to other methods', () => {
    const told = open({ '/a': 'x' }).download('a', {}, 'PUT');

    expect([told.status, told.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

describe('names that are odd', () => {
  const odd = [
    '中文 文件.txt',
    '100%.txt',
    'a+b&c=d.txt',
    '__proto__',
    'constructor',
    '%41',
    "it's",
    'x'.repeat(900),
    '🦉',
    'files/v2/x',
  ];

  it.each(odd)('%s is kept, listed, moved and found again', (name) => {
    const client = open();

    const uploaded = client.upload(`d/${name}`, name);
    const listed = client.say('list', 'd/', { delimiter: '', pattern: 'eListFileOnly' });
    const copied = client.say('copy', `d/${name}`, { dest_fileid: `/${name}` });
    const moved = client.say('move', `d/${name}`, { dest_fileid: `/e/${name}` });

    expect([uploaded.json.code, copied.json.code, moved.json.code]).toEqual([0, 0, 0]);
    expect(listed.json.data.infos.map((info: { name: string }) => info.name)).toEqual([name]);
    expect(client.download(`e/${name}`).text).toBe(name);
    expect(client.say('stat', name).json.data.sha).toBe(sha1(name));
    expect(client.desk.ask({ target: new URL(uploaded.json.data.access_url).pathname }).status).toBe(404);
  });
});

describe('what public clients send', () => {
  const part = (name: string, value: string, head = '') =>
    `--b\r\nContent-Disposition: form-data; name="${name}"${head}\r\n\r\n${value}\r\n`;
  const post = (client: Client, body: string, type = 'multipart/form-data; boundary=b') =>
    client.desk.ask({
      method: 'POST',
      target: '/files/v2/10000000/bkt/a',
      headers: { authorization: sign(), 'content-type': type },
      body: Uint8Array.from(body, (letter) => letter.charCodeAt(0)),
    });

  it('a file in a part without a filename', () => {
    const client = open();

    post(client, `${part('op', 'upload')}${part('filecontent', '\xff\x00\xfe')}--b--\r\n`);

    expect([...client.download('a').bytes]).toEqual([0xff, 0, 0xfe]);
  });

  it('every field with a filename', () => {
    const client = open();
    const all = (name: string, value: string) => part(name, value, `; filename="${name}"`);

    const told = post(client, `${all('op', 'upload')}${all('insertOnly', '0')}${all('filecontent', 'x')}--b--\r\n`);

    expect(told.json.code).toBe(0);
    expect(client.download('a').text).toBe('x');
  });

  it('as many zero bytes as the number says', () => {
    const client = open({ '/a': 'x' });

    const told = post(client, `${part('op', 'upload')}${part('insertOnly', '\0')}${part('filecontent', 'y')}--b--\r\n`);

    expect(told.json.code).toBe(-177);
  });

  it('a quoted boundary, and the op in the query', () => {
    const client = open();

    const told = client.desk.ask({
      method: 'POST',
      target: '/files/v2/10000000/bkt/a?op=upload',
      headers: { authorization: sign(), 'content-type': 'multipart/form-data; boundary="b"' },
      body: `${part('FileContent', 'x', '; filename="x"')}--b--\r\n`,
    });

    expect(told.json.code).toBe(0);
  });

  it('a form where JSON is usual, and numbers in JSON', () => {
    const client = open({ '/a': 'x' });

    const form = post(client, 'op=copy&dest_fileid=%2Fb&to_over_write=0', 'application/x-www-form-urlencoded');
    const json = post(client, '{"op":"copy","dest_fileid":"/b","to_over_write":1,"biz_attr":null}', 'application/json');
    const untyped = post(client, '{"op":"copy","dest_fileid":"/c"}', 'text/plain');

    expect([form.json.code, json.json.code, untyped.json.code]).toEqual([0, 0, 0]);
  });

  it('an address without the slash behind the bucket', () => {
    const told = open({ '/a': 'x' }).desk.ask({
      target: `/files/v2/10000000/bkt?op=list&sign=${encodeURIComponent(sign())}`,
    });

    expect(told.json.data.infos).toHaveLength(1);
  });
});

describe('faults', () => {
  it('strike a field-by-file client by its operation too', () => {
    const client = new Client(openDesk({ faults: [{ on: 'upload', nth: 2, code: -4024 }] }));

    const codes = ['a', 'b', 'c'].map((name) => client.upload(name, 'x').json.code);

    expect(codes).toEqual([0, -4024, 0]);
  });
});

describe('a scenario', () => {
  it.each(['', '/', '/a/', '/a//b', '/10000000/bkt/'])('refuses to put a file at %j', (path) => {
    expect(() => open({ [path]: 'x' })).toThrow();
  });

  it.each([
    ['/a', '/a/b'],
    ['/a/b', '/a'],
  ])('refuses to put a file at %s and one at %s', (one, other) => {
    expect(() => open({ [one]: 'x', [other]: 'y' })).toThrow();
  });

  it('hints at commands whose sign is good', () => {
    const client = open();
    const hints = tencentCosV4.hints(client.desk.server.settings, 'http://cloud.test');
    const token = /Authorization: ([^']+)'/.exec(hints.join('\n'))?.[1] ?? '';

    expect(client.say('list', '', { sign: token }).json.code).toBe(0);
  });
});
