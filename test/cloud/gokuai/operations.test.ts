import { describe, expect, it } from 'vitest';
import { gokuai } from '../../../src/cloud/gokuai/index.ts';
import { Client, sha1, token } from './client.ts';

const abc = 'a9993e364706816aba3e25717850c26c9cd0d89d';
const startSeconds = 1_700_000_100;

const entryOf = (fullpath: string, text: string | null, by = 'example-library') => ({
  hash: expect.stringMatching(/^[0-9a-f]{40}$/),
  dir: text === null ? 1 : 0,
  fullpath,
  filename: fullpath.slice(fullpath.lastIndexOf('/') + 1),
  filehash: text === null ? '' : sha1(text),
  filesize: text?.length ?? 0,
  create_member_name: by,
  create_dateline: startSeconds,
  last_member_name: by,
  last_dateline: startSeconds,
});

const withFiles = (settings = {}) =>
  new Client({
    settings,
    files: [
      { path: 'a.txt', text: 'abc' },
      { path: 'docs/b.txt', text: 'bc' },
      { path: 'docs/deep/c.md', text: 'c' },
    ],
  });

describe('reading', () => {
  it('ls lists a folder, folders first, in pages', () => {
    const client = withFiles();

    expect(client.call('ls').json).toEqual({
      count: 2,
      list: [entryOf('docs', null, 'scenario'), entryOf('a.txt', 'abc', 'scenario')],
    });
    expect(client.call('ls', { start: 1, size: 1 }).json.list).toEqual([entryOf('a.txt', 'abc', 'scenario')]);
    expect(client.call('ls', { fullpath: '/docs/' }).json.count).toBe(2);
    expect(client.call('ls', { fullpath: 'a.txt' }).json.error_code).toBe(40402);
  });

  it('ls filters by kind, tag and hash, and orders', () => {
    const client = withFiles();
    client.createFile('z.txt', 'abc', { tag: 'red' });
    const { hash } = client.call('info', { fullpath: 'a.txt' }).json;
    const names = (fields: Record<string, string | number>) =>
      client.call('ls', fields).json.list.map(({ filename }: { filename: string }) => filename);

    expect(names({ dir: 1 })).toEqual(['docs']);
    expect(names({ dir: 0, order: 'filename desc' })).toEqual(['z.txt', 'a.txt']);
    expect(names({ tag: 'red' })).toEqual(['z.txt']);
    expect(names({ hashs: hash })).toEqual(['a.txt']);
    expect(names({ order: 'filesize' })).toEqual(['docs', 'a.txt', 'z.txt']);
    expect(client.call('ls', { order: 'constructor' }).json.error_code).toBe(40003);
  });

  it('info tells of a path, or of its hash, with addresses', () => {
    const client = withFiles();

    const told = client.call('info', { fullpath: 'a.txt' }).json;

    expect(told).toEqual({
      ...entryOf('a.txt', 'abc', 'scenario'),
      uri: expect.stringMatching(/^http:\/\/cloud\.test\/download\//),
      preview: expect.stringMatching(/^http:\/\/cloud\.test\/preview\//),
      thumbnail: '',
    });
    expect(client.call('info', { hash: told.hash }).json).toEqual(told);
    expect(client.get(told.uri).text).toBe('abc');
    expect(client.get(told.preview).headers.get('content-type')).toBe('text/plain');
    expect(client.call('info', { fullpath: 'docs' }).json).toMatchObject({ dir: 1, uri: '' });
  });

  it('info gives no address of what may not be downloaded', () => {
    const client = withFiles({ libraries: [{ rules: [{ path: 'docs', denied: ['download'] }] }] });

    expect(client.call('info', { fullpath: 'docs/b.txt' }).json).toMatchObject({ uri: '', preview: '' });
    expect(client.call('info', { fullpath: 'a.txt' }).json.uri).not.toBe('');
  });

  it('stat adds up, the recycle bin apart', () => {
    const client = withFiles();
    client.call('del', { fullpaths: 'docs/b.txt' });

    expect(client.call('stat').json).toEqual({
      org_id: 1001,
      org_name: 'Example library',
      mount_id: 2001,
      capacity: 10 * 2 ** 30,
      size: 4,
      size_recycle: 2,
      count_file: 2,
      storage_point: 'example-storage',
    });
  });

  it('search finds by a part of the name, whatever its case', () => {
    const client = withFiles();

    expect(client.call('search', { keywords: 'C.M' }).json).toEqual({
      count: 1,
      list: [entryOf('docs/deep/c.md', 'c', 'scenario')],
    });
    expect(client.call('search', { keywords: '.', path: 'docs/deep' }).json.count).toBe(1);
  });

  it('history lists versions, the newest first', () => {
    const client = withFiles();
    client.desk.nowMs += 5000;
    client.uploadForm('a.txt', 'newer');

    const { count, list } = client.call('history', { fullpath: 'a.txt' }).json;

    expect(count).toBe(2);
    expect(list[0]).toEqual({
      hash: expect.any(String),
      fullpath: 'a.txt',
      filehash: sha1('newer'),
      filesize: 5,
      hid: expect.any(Number),
      member_name: 'example-library',
      dateline: startSeconds + 5,
    });
    expect(list[1]).toMatchObject({ filehash: abc, filesize: 3, dateline: startSeconds });
  });

  it('updates tell the last change of each path since an instant', () => {
    const client = withFiles();
    const before = client.call('updates').json;
    client.desk.nowMs += 1;
    client.call('move', { fullpath: 'a.txt', dest_fullpath: 'b.txt' });

    const after = client.call('updates', { fetch_dateline: before.fetch_dateline + 1 }).json;

    expect(before.list).toHaveLength(5);
    expect(after.fetch_dateline).toBe(client.desk.nowMs);
    expect(after.list).toEqual([
      { cmd: 0, hash: expect.any(String), fullpath: 'a.txt' },
      { cmd: 1, ...entryOf('b.txt', 'abc', 'scenario') },
    ]);
    expect(client.call('updates_count', { fetch_dateline: client.desk.nowMs }).json).toEqual({ count: 2 });
  });

  it('servers are listed by their kind', () => {
    const client = new Client({ settings: { options: { uploadServers: 2 } } });
    const server = { host: 'cloud.test', port: '80', https: 0, url: 'http://cloud.test' };

    expect(client.call('servers', { type: 'download' }).json).toEqual([server]);
    expect(client.call('servers', { type: 'm-upload' }).json).toEqual([server, { ...server, url: `${server.url}/s2` }]);
  });

  it('the enterprise tells of its libraries', () => {
    const client = new Client();
    const library = {
      org_id: 1001,
      org_name: 'Example library',
      mount_id: 2001,
      capacity: 10 * 2 ** 30,
      storage_point: 'example-storage',
    };

    expect(client.callEnterprise('/m-open/1/org/ls').json).toEqual({ count: 1, list: [library] });
    expect(client.callEnterprise('/1/org/info', { org_id: 1001 }).json).toEqual(library);
  });
});

describe('changing', () => {
  it('create_folder makes the folders above', () => {
    const client = new Client();

    expect(client.call('create_folder', { fullpath: 'a/b/c' }).json).toEqual({
      hash: client.call('info', { fullpath: 'a/b/c' }).json.hash,
      fullpath: 'a/b/c',
    });
    expect(client.names('a')).toEqual(['a/b']);
  });

  it('copy makes an entry of its own, under a free name', () => {
    const client = withFiles();
    client.desk.nowMs += 1000;

    const told = client.call('copy', { from_fullpath: 'docs', fullpath: 'docs' }).json;

    expect(told).toMatchObject({ fullpath: 'docs(1)', dir: 1, create_dateline: startSeconds + 1 });
    expect(client.names('docs(1)')).toEqual(['docs(1)/deep', 'docs(1)/b.txt']);
    expect(client.download('docs(1)/deep/c.md').text).toBe('c');
  });

  it('mcopy copies each into each folder', () => {
    const client = withFiles();

    const told = client.call('mcopy', { from_fullpaths: 'a.txt|docs/b.txt', paths: 'x|y/z' });

    expect(told.json).toEqual({});
    expect([client.names('x'), client.names('y/z')]).toEqual([
      ['x/a.txt', 'x/b.txt'],
      ['y/z/a.txt', 'y/z/b.txt'],
    ]);
  });

  it('move keeps the history and takes everything along', () => {
    const client = withFiles();
    client.uploadForm('docs/b.txt', 'newer');

    const told = client.call('move', { fullpath: 'docs', dest_fullpath: 'papers/old' }).json;

    expect(told).toMatchObject({ fullpath: 'papers/old', dir: 1 });
    expect(client.call('history', { fullpath: 'papers/old/b.txt' }).json.count).toBe(2);
    expect(client.call('info', { fullpath: 'docs/deep' }).json.error_code).toBe(40402);
  });

  it('copy and move answer nothing where the options say so', () => {
    const client = withFiles({ options: { copyAnswers: 'nothing' } });

    expect(client.call('copy', { from_fullpath: 'a.txt', fullpath: 'b.txt' }).text).toBe('{}');
    expect(client.call('move', { fullpath: 'a.txt', dest_fullpath: 'c.txt' }).text).toBe('{}');
  });

  it('del puts into the bin, recycle lists, recover brings back', () => {
    const client = withFiles();

    expect(client.call('del', { fullpaths: 'docs|a.txt|docs/b.txt' }).json).toEqual({});
    const bin = client.call('recycle').json;
    expect(client.call('recover', { fullpaths: 'docs|a.txt' }).json).toEqual({});

    expect(bin.list.map((entry: { fullpath: string }) => entry.fullpath)).toEqual(['a.txt', 'docs']);
    expect(bin.count).toBe(2);
    expect(client.download('docs/deep/c.md').text).toBe('c');
    expect(client.call('recycle').json).toEqual({ count: 0, list: [] });
  });

  it('del takes what has a tag below a path', () => {
    const client = new Client();
    for (const path of ['a/1', 'a/2', 'b/1']) client.createFile(path, path, { tag: path.endsWith('1') ? 'red' : '' });

    client.call('del', { path: 'a', tag: 'red' });

    expect([client.names('a'), client.names('b')]).toEqual([['a/2'], ['b/1']]);
  });

  it('what is destroyed is gone, and its contents are no longer known', () => {
    const client = withFiles();
    client.call('del', { fullpaths: 'a.txt' });
    expect(client.createFile('again.txt', 'abc').json.state).toBe(1);
    client.call('del', { fullpaths: 'again.txt', destroy: 1 });
    expect(client.createFile('again.txt', 'abc').json.state).toBe(1);
    client.call('del', { fullpaths: 'again.txt', destroy: 1 });

    expect(client.call('del_completely', { fullpaths: 'a.txt' }).json).toEqual({});

    expect(client.createFile('again.txt', 'abc').json.state).toBe(0);
    expect(client.call('recover', { fullpaths: 'a.txt' }).json.error_code).toBe(40402);
  });

  it('recover brings an older version back, as a new one', () => {
    const client = withFiles();
    const { hid } = client.call('history', { fullpath: 'a.txt' }).json.list[0];
    client.uploadForm('a.txt', 'newer');

    const told = client.call('recover', { fullpath: 'a.txt', hid }).json;

    expect(told).toMatchObject({ fullpath: 'a.txt', filehash: abc });
    expect(client.download('a.txt').text).toBe('abc');
    expect(client.call('history', { fullpath: 'a.txt' }).json.count).toBe(3);
  });
});

describe('links', () => {
  it('are made, listed, opened and closed', () => {
    const client = withFiles();

    const { link, code } = client.call('link', { fullpath: 'a.txt', auth: 'download', deadline: -1 }).json;

    expect(link).toBe(`http://cloud.test/file/${code}`);
    expect(client.call('links').json).toEqual([
      {
        code,
        link,
        fullpath: 'a.txt',
        filename: 'a.txt',
        auth: 'download',
        password: '',
        deadline: -1,
        member_name: 'example-library',
      },
    ]);
    expect(client.get(link).text).toBe('abc');
    expect(client.get(`${link}?download=1`).headers.get('content-disposition')).toMatch(/^attachment/);
    expect(client.call('link_close', { code }).json).toEqual({});
    expect(client.call('links').json).toEqual([]);
    expect(client.call('link_close', { code }).json.error_code).toBe(404091);
  });

  it('of a folder list it, of a member open for members, with a password for who knows it', () => {
    const client = withFiles({ options: { links: { membersOnly: true } } });

    const { link } = client.call('link', { fullpath: 'docs', password: 'sesame' }).json;

    expect(client.get(`${link}?token=${token}&password=sesame`).json).toMatchObject({ count: 2 });
    expect(client.get(`${link}?token=${token}`).json.error_code).toBe(4033026);
    expect(client.get(`${link}?token=other&password=sesame`).json.error_code).toBe(40101);
  });
});

describe('downloading', () => {
  const address = (client: Client, fields = {}) =>
    client.call('download_url', { fullpath: 'a.txt', ...fields }).json.urls[0];

  it('answers the whole with its validators', () => {
    const client = withFiles();

    const told = client.get(address(client));

    expect(told.status).toBe(200);
    expect(Object.fromEntries(told.headers)).toEqual({
      'content-type': 'application/octet-stream',
      'accept-ranges': 'bytes',
      etag: `"${abc}"`,
      'last-modified': 'Tue, 14 Nov 2023 22:15:00 GMT',
      'content-disposition': "attachment; filename*=UTF-8''a.txt",
    });
    expect(told.text).toBe('abc');
  });

  it.each([
    ['bytes=0-0', 206, 'a', 'bytes 0-0/3'],
    ['bytes=1-', 206, 'bc', 'bytes 1-2/3'],
    ['bytes=-1', 206, 'c', 'bytes 2-2/3'],
    ['bytes=0-0,2-2', 200, 'abc', undefined],
    ['bytes=x', 200, 'abc', undefined],
  ])('answers %s with %i', (range, status, text, contentRange) => {
    const client = withFiles();

    const told = client.get(address(client), { Range: range });

    expect([told.status, told.text, told.headers.get('content-range')]).toEqual([status, text, contentRange]);
  });

  it('answers a range past the end with 416 and an error of its own', () => {
    const client = withFiles();

    const told = client.get(address(client), { Range: 'bytes=3-' });

    expect([told.status, told.headers.get('content-range')]).toEqual([416, 'bytes */3']);
    expect(told.json).toEqual({ error_code: 400, error_msg: 'Invalid request data' });
  });

  it('answers HEAD, and the whole where If-Range fails', () => {
    const client = withFiles();
    const url = new URL(address(client));

    const head = client.desk.ask({ method: 'HEAD', target: url.pathname + url.search });

    expect(head.status).toBe(200);
    expect(client.get(url.href, { Range: 'bytes=1-', 'If-Range': '"other"' }).status).toBe(200);
    expect(client.get(url.href, { Range: 'bytes=1-', 'If-Range': `"${abc}"` }).status).toBe(206);
  });

  it('names the file as the call wishes, and shows it there', () => {
    const client = withFiles();

    const told = client.get(address(client, { filename: '会议 (1).txt', open: 1 }));

    expect(told.headers.get('content-disposition')).toBe("inline; filename*=UTF-8''%E4%BC%9A%E8%AE%AE%20%281%29.txt");
    expect(told.headers.get('content-type')).toBe('text/plain');
  });

  it('gives an address to look at', () => {
    const client = withFiles();
    const { url } = client.call('preview_url', { fullpath: 'a.txt' }).json;

    expect(client.get(url).text).toBe('abc');
    client.desk.nowMs += 60 * 60 * 1000;
    expect(client.get(url).json.error_code).toBe(403040);
  });

  it('keeps the address of an old version valid', () => {
    const client = withFiles();
    const url = address(client);

    client.uploadForm('a.txt', 'newer');

    expect(client.get(url).text).toBe('abc');
    expect(client.download('a.txt').text).toBe('newer');
  });
});

describe('options', () => {
  it('numbers come as strings', () => {
    const client = withFiles({ options: { numbersAsStrings: true } });

    expect(client.call('ls').json).toMatchObject({ count: '2', list: [{ dir: '1' }, { filesize: '3' }] });
    expect(client.call('ls', { size: 'x' }).json.error_code).toBe(40003);
  });

  it('answers take the codes and statuses that were seen', () => {
    const settings = { options: { unlistedSignatureCode: true, statusByCode: true } };
    const stranger = { clientId: 'example-library', clientSecret: 'wrong' };
    const wrong = new Client({ settings }, stranger).call('ls');
    const busy = new Client({ settings, faults: [{ on: 'ls', code: 50302 }] }).call('ls');

    expect([wrong.status, wrong.json]).toEqual([401, { error_code: 401041, error_msg: 'Signature error' }]);
    expect([busy.status, busy.json.error_code]).toEqual([503, 50302]);
  });

  it('a library holds no more entries than its limit, its bin neither', () => {
    const client = new Client({ settings: { limits: { entriesMax: 2 } } });
    const folder = (fullpath: string) => client.call('create_folder', { fullpath }).json.error_code;

    expect([folder('a'), folder('b'), folder('c')]).toEqual([undefined, undefined, 50304]);
    for (const fullpaths of ['a', 'b']) client.call('del', { fullpaths });
    expect(folder('c')).toBeUndefined();
    client.call('del', { fullpaths: 'c' });
    expect(client.call('recycle').json.list.map(({ fullpath }: { fullpath: string }) => fullpath)).toEqual(['c', 'b']);
  });

  it('the maintenance closes the API, and nothing else', () => {
    const client = withFiles();
    const url = client.call('download_url', { fullpath: 'a.txt' }).json.urls[0];
    const closed = withFiles({ options: { maintenance: { fromMs: 0, untilMs: 2e12 } } });

    expect(closed.call('stat').json.error_code).toBe(502);
    expect(closed.get(url).text).toBe('abc');
  });

  it('only allowed addresses may call', () => {
    const client = withFiles({ options: { addresses: ['192.0.2.7'] } });
    const ask = (forwarded: string) => client.post('/1/file/ls', client.signed({}), { 'X-Forwarded-For': forwarded });

    expect(ask('192.0.2.7, 10.0.0.1').status).toBe(200);
    expect(ask('10.0.0.1, 192.0.2.7').json.error_code).toBe(40309);
  });
});

describe('scenarios', () => {
  it('place files in the first library, or in the one they name', () => {
    const libraries = [{}, { clientId: 'second', clientSecret: 'second-secret', orgId: 2, mountId: 3 }];
    const client = new Client({
      settings: { libraries },
      files: [
        { path: 'a.txt', text: 'a' },
        { path: 'second:b.txt', text: 'b' },
      ],
    });

    expect(client.names()).toEqual(['a.txt']);
    expect(client.callAs(token, 'ls', { mount_id: 3 }).json.list[0].fullpath).toBe('b.txt');
  });

  it.each([
    ['nobody:a.txt', 'no library has the client id nobody'],
    ['a//b', 'Name cannot be empty'],
    ['..', 'Filename cannot be . or ..'],
  ])('refuse %s', (path, why) => {
    expect(() => new Client({ files: [{ path, text: '' }] })).toThrow(why);
  });
});

it('the hints are commands that name this place', () => {
  const { desk } = new Client();
  const lines = gokuai.hints(desk.server.settings, 'http://127.0.0.1:8080');

  expect(lines.filter((line) => line.includes('curl') && line.includes('http://127.0.0.1:8080/'))).toHaveLength(5);
});
