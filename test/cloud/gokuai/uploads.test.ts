import { describe, expect, it } from 'vitest';
import { toRequest } from '../../../src/cloud/request.ts';
import { Client, sha1 } from './client.ts';

const bytes = new Uint8Array(2500).map((_, at) => at * 7);

function begun(settings = {}, contents = bytes) {
  const client = new Client({ settings });
  const { hash } = client.createFile('big.bin', contents).json;
  const { session } = client.init('big.bin', contents, hash).json;
  return { client, hash, session };
}

describe('create_file', () => {
  it('asks for the contents, and makes a record of the file', () => {
    const client = new Client();

    const told = client.createFile('docs/a.txt', 'abc').json;

    expect(told).toEqual({
      hash: client.call('info', { fullpath: 'docs/a.txt' }).json.hash,
      fullpath: 'docs/a.txt',
      filehash: sha1('abc'),
      filesize: 3,
      state: 0,
      server: 'http://cloud.test',
    });
  });

  it('stores known contents at once', () => {
    const client = new Client({ files: [{ path: 'a.txt', text: 'abc' }] });

    const told = client.createFile('b.txt', 'abc').json;

    expect(told).toMatchObject({ fullpath: 'b.txt', state: 1, server: '' });
    expect(client.download('b.txt').text).toBe('abc');
  });

  it('does not take a hash with another size for known', () => {
    const client = new Client({ files: [{ path: 'a.txt', text: 'abc' }] });

    expect(client.createFile('b.txt', 'abc', { filesize: 4 }).json.state).toBe(0);
  });

  it('gives a number to a name that is taken, where it may not overwrite', () => {
    const client = new Client({ files: [{ path: 'a.b/c.tar.gz', text: 'abc' }] });
    const again = () => client.createFile('a.b/c.tar.gz', 'abc', { overwrite: 0 }).json.fullpath;

    expect(client.createFile('a.b/c.tar.gz', 'abc', { overwrite: 'false' }).json.fullpath).toBe('a.b/c.tar(1).gz');
    expect([again(), again()]).toEqual(['a.b/c.tar(2).gz', 'a.b/c.tar(3).gz']);
    expect(client.createFile('a.b', 'abc', { overwrite: 0 }).json.fullpath).toBe('a(1).b');
    expect(client.createFile('a.b', 'abc', { overwrite: 1 }).json.error_code).toBe(400653);
  });

  it.each([
    ['bare', 'cloud.test'],
    ['several', 'http://cloud.test,http://cloud.test/s2'],
  ])('names a %s server where the options say so', (serverAddress, server) => {
    const client = new Client({ settings: { options: { serverAddress, uploadServers: 2 } } });

    expect(client.createFile('a', 'abc').json.server).toBe(server);
  });

  it('leaves no record of an upload that nobody goes on with', () => {
    const client = new Client({ settings: { limits: { sessionAgeMsMax: 1000, uploadsAtOnceMax: 1 } } });
    client.createFile('a', 'abc');
    client.desk.nowMs += 1000;

    const told = client.createFile('b', 'bcd');

    expect(told.json.state).toBe(0);
    expect(client.names()).toEqual(['b']);
  });

  it.each([
    [{ filehash: 'abc' }, 40003],
    [{ filesize: '' }, 400045],
    [{ filesize: '-1' }, 40003],
    [{ filesize: 1e14 }, 400],
    [{ overwrite: 'yes' }, 40003],
  ])('refuses %j', (fields, code) => {
    expect(new Client().createFile('a', 'abc', fields).json.error_code).toBe(code);
  });
});

describe('the short way', () => {
  it('stores the file of a form', () => {
    const client = new Client();

    const told = client.uploadForm('docs/a.txt', 'abc');

    expect(told.json).toEqual({
      hash: client.call('info', { fullpath: 'docs/a.txt' }).json.hash,
      fullpath: 'docs/a.txt',
      filehash: sha1('abc'),
      filesize: 3,
    });
    expect(client.download('docs/a.txt').text).toBe('abc');
  });

  it('takes a key that a person asked for', () => {
    const client = new Client();
    const { key } = client.callAs('example-token', 'upload_servers').json;

    expect(client.uploadForm('a.txt', 'abc', { key }).status).toBe(200);
  });

  it('gives a number to a name that is taken', () => {
    const client = new Client({ files: [{ path: 'a.txt', text: 'old' }] });

    expect(client.uploadForm('a.txt', 'new', { overwrite: '0' }).json.fullpath).toBe('a(1).txt');
  });

  it.each([
    [{ key: '1-2' }, 40104],
    [{ key: '9999999999-__proto__' }, 40104],
    [{ org_client_id: 'nobody' }, 40103],
    [{ name: '' }, 4000319],
    [{ name: 'a/b' }, 4000321],
    [{ name: '..' }, 4000322],
    [{ path: '../..' }, 4000322],
  ])('refuses %j', (fields, code) => {
    expect(new Client().uploadForm('a.txt', 'abc', fields).json.error_code).toBe(code);
  });

  it.each(['stalled', 'malformed', 'tooLarge'] as const)('refuses a body that is %s', (why) => {
    const { desk } = new Client();
    const head = { method: 'POST', target: '/2/web_upload', headers: {} };

    const { response } = desk.server.answerNow(toRequest(head, { type: 'unreadable', why }), desk.base, desk.blobs);

    expect(response.status).toBe(400);
    expect(response.body).toContain(`"error_code":${why === 'stalled' ? 400041 : 400},`);
  });

  it('answers older hosts their way', () => {
    const client = new Client({ settings: { options: { olderUploadServers: true } } });

    expect(client.call('upload_servers').json).toEqual({ upload: ['http://cloud.test'] });
    expect(new Client().call('upload_servers').json).toEqual({
      key: expect.any(String),
      'm-upload': ['http://cloud.test'],
    });
  });
});

describe('the sliced way', () => {
  it('takes parts in their order, and makes a file of them', () => {
    const { client, session } = begun();

    expect(session).toMatch(/^[0-9a-f]{40}$/);
    expect(client.session('upload_req', session).text).toBe('0');
    expect(client.part(session, 0, bytes.subarray(0, 1000)).status).toBe(200);
    expect(client.session('upload_req', session).text).toBe('1000');
    expect(client.part(session, 1000, bytes.subarray(1000, 2000)).status).toBe(200);
    expect(client.part(session, 2000, bytes.subarray(2000)).status).toBe(202);
    expect(client.session('upload_finish', session).json).toMatchObject({ fullpath: 'big.bin', filesize: 2500 });

    expect(client.download('big.bin').bytes).toEqual(bytes);
    expect(client.session('upload_req', session).json.error_code).toBe(40106);
  });

  it('tells where to go on', () => {
    const { client, session } = begun();
    client.part(session, 0, bytes.subarray(0, 1000));

    const early = client.part(session, 2000, bytes.subarray(2000));
    const again = client.part(session, 0, bytes.subarray(0, 1000));
    const finish = client.session('upload_finish', session);

    for (const told of [early, again, finish]) {
      expect(told.status).toBe(409);
      expect(told.json).toEqual({ expect: '1000' });
    }
  });

  it('compares the checksum of a part', () => {
    const { client, session } = begun();
    const first = bytes.subarray(0, 9);
    first.set(new TextEncoder().encode('123456789'));

    const wrong = client.part(session, 0, first, { 'x-gk-upload-crc': '1' });
    const right = client.part(session, 0, first, { 'x-gk-upload-crc': '3421780262' });

    expect(wrong.status).toBe(400);
    expect(wrong.json).toEqual({ error_code: 40001, error_msg: 'part crc mismatch:3421780262 expect 1' });
    expect(right.status).toBe(200);
  });

  it.each([
    ['no range', { 'x-gk-upload-range': '' }],
    ['a range of another length', { 'x-gk-upload-range': '0-10' }],
    ['a range past the end', { 'x-gk-upload-range': '2000-2999' }],
  ])('refuses a part with %s', (_, headers) => {
    const { client, session } = begun();

    const told = client.part(session, 0, bytes.subarray(0, 1000), headers);

    expect([told.status, told.json.error_code]).toEqual([400, 400]);
  });

  it('refuses a part over the limit', () => {
    const { client, session } = begun({ limits: { sliceBytesMax: 999 } });

    expect(client.part(session, 0, bytes.subarray(0, 999)).status).toBe(200);
    expect(client.part(session, 999, bytes.subarray(999, 1999)).status).toBe(400);
  });

  it('refuses more parts than the limit', () => {
    const { client, session } = begun({ limits: { partsMax: 1 } });

    expect(client.part(session, 0, bytes.subarray(0, 1)).status).toBe(200);
    expect(client.part(session, 1, bytes.subarray(1, 2)).json.error_code).toBe(50304);
  });

  it('is still working for a while, where the options say so', () => {
    const { client, session } = begun({ options: { finishMs: 2000 } });
    client.part(session, 0, bytes);

    const first = client.session('upload_finish', session);
    client.desk.nowMs += 1999;
    const second = client.session('upload_finish', session);
    client.desk.nowMs += 1;
    const third = client.session('upload_finish', session);

    expect([first.status, second.status, third.status]).toEqual([202, 202, 200]);
  });

  it('has nothing left to do for contents that came meanwhile', () => {
    const { client, hash } = begun();
    client.uploadForm('same.bin', bytes);

    expect(client.init('big.bin', bytes, hash).status).toBe(202);
    expect(client.download('big.bin').bytes).toEqual(bytes);
  });

  it('begins again with a new session', () => {
    const { client, hash, session } = begun();
    client.part(session, 0, bytes.subarray(0, 1000));

    const again = client.init('big.bin', bytes, hash).json.session;

    expect(again).not.toBe(session);
    expect(client.session('upload_req', session).status).toBe(401);
    expect(client.session('upload_req', again).text).toBe('0');
  });

  it('gives up', () => {
    const { client, session } = begun();

    expect(client.session('upload_abort', session).status).toBe(200);
    expect(client.session('upload_req', session).status).toBe(401);
    expect(client.names()).toEqual([]);
  });

  it('keeps the file that was there until the end', () => {
    const client = new Client({ files: [{ path: 'a.txt', text: 'old' }] });
    const { hash } = client.createFile('a.txt', 'new').json;
    const { session } = client.init('a.txt', 'new', hash).json;
    expect(client.download('a.txt').text).toBe('old');

    client.part(session, 0, new TextEncoder().encode('new'));
    client.session('upload_finish', session);

    expect(client.download('a.txt').text).toBe('new');
    expect(client.call('history', { fullpath: 'a.txt' }).json.count).toBe(2);
  });

  it('finishes no new version for which there is no room any longer', () => {
    const libraries = [{ capacityBytes: 10, name: 'Small' }];
    const client = new Client({ settings: { libraries }, files: [{ path: 'a.txt', text: 'old' }] });
    const { hash } = client.createFile('a.txt', '8 bytes!').json;
    const { session } = client.init('a.txt', '8 bytes!', hash).json;
    client.part(session, 0, new TextEncoder().encode('8 bytes!'));
    client.uploadForm('b.txt', '4444');

    expect(client.session('upload_finish', session).json.error_code).toBe(40321);
    expect(client.download('a.txt').text).toBe('old');
  });

  it('finishes a file without bytes without a part', () => {
    const { client, session } = begun({}, new Uint8Array());

    expect(client.session('upload_finish', session).status).toBe(200);
    expect(client.download('big.bin').bytes).toHaveLength(0);
  });

  it('refuses other contents than were announced', () => {
    const { client, session } = begun();
    client.part(session, 0, new Uint8Array(2500));

    const told = client.session('upload_finish', session);

    expect([told.status, told.json.error_code]).toEqual([400, 400]);
    expect(client.call('download_url', { fullpath: 'big.bin' }).json.error_code).toBe(404023);
  });

  it.each(['filename', 'pathhash', 'filehash', 'filesize'])('does not begin without the header %s', (name) => {
    const client = new Client();
    const { hash } = client.createFile('a', 'abc').json;
    const { [`x-gk-upload-${name}`]: _, ...headers } = client.initHeaders('a', 'abc', hash);

    const told = client.desk.ask({ method: 'POST', target: '/upload_init?org_client_id=example-library', headers });

    expect([told.status, told.json.error_code]).toEqual([400, 40003]);
  });

  it.each([
    ['another hash of a path', { 'x-gk-upload-pathhash': '__proto__' }, 40402],
    ['another hash of contents', { 'x-gk-upload-filehash': sha1('x') }, 40003],
    ['another size', { 'x-gk-upload-filesize': '4' }, 40003],
  ])('does not begin with %s', (_, header, code) => {
    const client = new Client();
    const { hash } = client.createFile('a', 'abc').json;
    const headers = { ...client.initHeaders('a', 'abc', hash), ...header };

    const told = client.desk.ask({ method: 'POST', target: '/upload_init?org_client_id=example-library', headers });

    expect(told.json.error_code).toBe(code);
  });

  it.each([
    ['a token', '/upload_init', { 'X-GK-Token': 'example-token' }, 200],
    ['an unknown token', '/upload_init', { 'X-GK-Token': 'other' }, 401],
    ['an unknown client', '/upload_init?org_client_id=nobody', {}, 401],
    ['nobody', '/upload_init', {}, 401],
    [
      'a client that encodes names in its own way',
      '/upload_init?org_client_id=example-library',
      { 'X-GK-Upload-Filename': '%+' },
      200,
    ],
    ['a second server', '/s2/upload_init?org_client_id=example-library', {}, 200],
  ])('begins for %s at %s', (_, target, header, status) => {
    const client = new Client();
    const { hash } = client.createFile('a', 'abc').json;
    const headers = { ...client.initHeaders('a', 'abc', hash), ...header };

    expect(client.desk.ask({ method: 'POST', target, headers }).status).toBe(status);
  });

  it('takes the whole at once', () => {
    const client = new Client();
    const { hash } = client.createFile('会议 a+b%.bin', bytes).json;

    const told = client.desk.ask({
      method: 'PUT',
      target: '/upload_all?org_client_id=example-library',
      headers: client.initHeaders('会议 a+b%.bin', bytes, hash),
      body: bytes,
    });

    expect(told.json).toMatchObject({ fullpath: '会议 a+b%.bin', filesize: 2500 });
    expect(client.download('会议 a+b%.bin').bytes).toEqual(bytes);
  });
});

describe('a file may be called', () => {
  it.each([
    '__proto__',
    'constructor',
    '__proto__/toString',
    'a b',
    ' leading',
    '%41',
    'a+b&c=d#e',
    '会议资料/2017-10-31.docx',
    '👩‍👩‍👧.txt',
    "it's (1).txt",
    `${'x'.repeat(255)}`,
    '.hidden',
    'a.',
  ])('%s', (path) => {
    const client = new Client();

    const told = client.upload(path, new TextEncoder().encode(path));

    expect(told.json.fullpath).toBe(path);
    expect(client.download(path).text).toBe(path);
    expect(client.call('info', { fullpath: path }).json.fullpath).toBe(path);
    client.call('del', { fullpaths: path });
    expect(client.call('info', { fullpath: path }).json.error_code).toBe(40402);
    client.call('recover', { fullpaths: path });
    expect(client.download(path).text).toBe(path);
  });
});
