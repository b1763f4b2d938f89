import { describe, expect, it } from 'vitest';
import { conditions } from '../../../src/cloud/baidu-pcs/conditions.ts';
import { rowOf } from '../../../src/cloud/rows.ts';
import { multipart, type Told } from '../ask.ts';
import { bytes, Client, md5, root } from './client.ts';
import { statusOf } from './statuses.ts';

type Settings = Readonly<Record<string, unknown>>;

const gif = 'GIF89a and no more';
const long = bytes(300 * 1024);
const dayMs = 24 * 60 * 60 * 1000;
const withUser = (user: Settings) => new Client({ settings: { users: [user] } });
const withApp = (app: Settings) => new Client({ settings: { apps: [app] } });
const withLimits = (limits: Settings) => new Client({ settings: { limits } });
const withStore = (store: Settings) =>
  new Client({
    settings: { store },
    files: [
      { path: `${root}/a/file`, text: 'hello' },
      { path: `${root}/gif`, text: gif },
    ],
  });
const strict = () => new Client({ settings: { options: { strictParents: true } } });

function withCookie(cookie: string, query: Record<string, string> = {}): Told {
  const client = new Client();
  client.token = null;
  client.headers = { cookie };
  return client.list(root, query);
}

function withFiles(client: Client, ...names: readonly string[]): Client {
  for (const name of names) client.upload(`${root}/${name}`, 'x'.repeat(8));
  return client;
}

function filled(quotaBytes: number): Client {
  return withFiles(withUser({ quotaBytes }), 'full');
}

function withSlices(client: Client): readonly string[] {
  return ['one', 'two'].map((content) => client.slice(content).json.md5);
}

function setQuota(client: Client, path: string, quota: number): Told {
  return client.post('quota', { method: 'set', path: `${root}/${path}`, quota });
}

function withFolders(): Client {
  const client = withApp({ maySetQuota: true });
  client.mkdir(`${root}/a/b/c`);
  return client;
}

/** Ways to each condition: doing what causes it, nothing else. */
const provocations: Readonly<Record<string, readonly (() => Told)[]>> = {
  'any 3': [
    () => new Client().get('file', { method: 'nothing' }),
    () => new Client().get('file', {}),
    () => new Client().get('file', { method: '__proto__' }),
    () => new Client().get('services/cloud_dl', { method: 'add_task' }),
    () => new Client().desk.ask({ target: '/' }),
    () => new Client().desk.ask({ target: '/rest/2.0/pcs/../pcs/file?method=list' }),
  ],
  'any 31208': [
    () => new Client().get('file', { method: 'mkdir', path: `${root}/a` }),
    () => new Client().desk.ask({ method: 'PUT', target: new Client().target('file', { method: 'list', path: root }) }),
    () =>
      new Client().post(
        'file',
        { method: 'upload', path: `${root}/a` },
        { headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: 'no boundary here' },
      ),
    () =>
      new Client().post(
        'file',
        { method: 'upload' },
        { headers: { 'content-type': 'multipart/form-data' }, body: 'x' },
      ),
  ],
  'any 110': [
    () => Object.assign(new Client(), { token: 'unknown' }).list(root),
    () => new Client({ settings: { tokens: [{ issuedMs: 0 }] } }).list(root),
  ],
  'any 31041': [() => withCookie('BDUSS=unknown'), () => withCookie('BDUSS=')],
  'any 31045': [() => new Client({ settings: { tokens: [{ user: 'gone' }] } }).list(root)],
  'any 31042': [() => withUser({ loggedIn: false }).list(root)],
  'any 31043': [() => withUser({ active: false }).list(root)],
  'any 31024': [
    () => withCookie('BDUSS=example-bduss'),
    () => withCookie('BDUSS=example-bduss', { app_id: 'unknown' }),
    () => new Client({ settings: { tokens: [{ app: 'gone' }] } }).list(root),
  ],
  'any 31044': [() => withUser({ apps: ['another'] }).list(root)],
  'any 4': [
    () => new Client({ settings: { tokens: [{ scopes: ['basic'] }] } }).list(root),
    () => withApp({ readOnly: true }).mkdir(`${root}/a`),
  ],
  'any 5': [
    () => withApp({ addresses: ['192.0.2.1'] }).list(root),
    () =>
      withApp({ addresses: ['127.0.0.1'] }).get(
        'quota',
        { method: 'info' },
        { 'X-Forwarded-For': '192.0.2.2, 127.0.0.1' },
      ),
  ],
  'any 31219': [
    () => {
      const client = withLimits({ requestsMax: 2 });
      client.list(root);
      client.list(root);
      return client.list(root);
    },
  ],
  'any 31023': [
    () => new Client().get('file', { method: 'list' }),
    () => new Client().get('file', { method: 'list', path: '' }),
    () => new Client().list(root, { by: 'colour' }),
    () => new Client().list(root, { limit: '5' }),
    () => new Client().list(root, { limit: '5-3' }),
    () => new Client().upload(`${root}/a`, 'x', { ondup: 'maybe' }),
    () => new Client().post('file', { method: 'meta' }),
    () => new Client().form('file', { method: 'meta' }, { param: '{' }),
    () => new Client().form('file', { method: 'meta' }, { param: '{"list":[]}' }),
    () => new Client().form('file', { method: 'meta' }, { param: '{"list":[{"path":5}]}' }),
    () => new Client().form('file', { method: 'delete' }, { param: '[]' }),
    () =>
      new Client().form('file', { method: 'createsuperfile', path: `${root}/a` }, { param: '{"block_list":[1,2]}' }),
    () => new Client().form('file', { method: 'move' }, { param: `{"list":[{"from":"${root}/a"}]}` }),
    () =>
      withLimits({ listedMax: 1 }).form(
        'file',
        { method: 'meta' },
        { param: JSON.stringify({ list: [{ path: root }, { path: root }] }) },
      ),
    () =>
      withLimits({ listedMax: 1 }).form('file', { method: 'restore' }, { param: '{"list":[{"fs_id":1},{"fs_id":2}]}' }),
    () => new Client().post('file', { method: 'copy', from: `${root}/a` }),
    () => new Client().get('file', { method: 'search', path: root }),
    () => new Client().get('thumbnail', { method: 'generate', path: `${root}/a`, width: 1601, height: 1 }),
    () => new Client().get('thumbnail', { method: 'generate', path: `${root}/a`, width: 0, height: 1 }),
    () => new Client().get('thumbnail', { method: 'generate', path: `${root}/a`, width: 1, height: 1, quality: 101 }),
    () => new Client().restore('x'),
    () => new Client().rapid(`${root}/a`, long, { 'content-md5': 'x' }),
    () => new Client().rapid(`${root}/a`, long, { 'slice-md5': '' }),
    () => new Client().rapid(`${root}/a`, long, { 'content-crc32': 'xyz' }),
  ],
  'any 31064': [
    () => new Client().list('/'),
    () => new Client().list('/apps'),
    () => new Client().list('/apps/another/a'),
    () => new Client().list('/apps/longshorer'),
    () => new Client().upload('/a', 'x'),
    () => withFiles(new Client(), 'a').copy(`${root}/a`, '/apps/another/a'),
  ],
  'any 31062': [
    ...[
      'a\\b',
      'a?',
      'a|b',
      '"',
      'a>',
      '<a',
      'a:b',
      '*',
      '.',
      '..',
      '.a',
      'a.',
      ' a',
      'a ',
      'a\t',
      '../../etc/passwd',
    ].map((name) => () => new Client().upload(`${root}/${name}`, 'x')),
    () => new Client().upload(`${root}/.a/b`, 'x'),
    () => new Client().upload('apps/longshore/a', 'x'),
    () => new Client().upload(`${root}/${'x'.repeat(1000)}`, 'x'),
    () => new Client().form('file', { method: 'meta' }, { param: `{"list":[{"path":"${root}/\\ud800"}]}` }),
    () => {
      const client = new Client();
      const path = `${root}/${'x'.repeat(980)}`;
      client.upload(path, 'x');
      return client.upload(path, 'x', { ondup: 'newcopy' });
    },
  ],

  'upload 31023': [
    () => new Client().post('file', { method: 'upload', path: `${root}/a` }),
    () => new Client().post('file', { method: 'upload', path: `${root}/a` }, multipart({ file: 'no file' })),
    () => new Client().post('file', { method: 'upload', path: `${root}/a` }, multipart({}, { other: 'x' })),
    () => withLimits({ uploadBytesMax: 4 }).upload(`${root}/a`, 'hello'),
  ],
  'upload 31061': [() => withFiles(new Client(), 'a').upload(`${root}/a`, 'x'), () => new Client().upload(root, 'x')],
  'upload 31063': [() => strict().upload(`${root}/none/a`, 'x')],
  'upload 31065': [
    () => withFiles(withLimits({ folderEntriesMax: 1 }), 'a').upload(`${root}/b`, 'x'),
    () => withFiles(withLimits({ folderEntriesMax: 1 }), 'a').upload(`${root}/b/c`, 'x'),
  ],
  'upload 31068': [() => withFiles(new Client(), 'a').upload(`${root}/a/b`, 'x')],
  'upload 31112': [
    () => withUser({ quotaBytes: 4 }).upload(`${root}/a`, 'hello'),
    () => filled(10).upload(`${root}/full`, 'hello'),
    () => {
      const client = withFolders();
      setQuota(client, 'a', 4);
      return client.upload(`${root}/a/b/c/d`, 'hello');
    },
  ],
  'upload 31214': [
    () => withStore({ data: 'readOnly' }).upload(`${root}/b`, 'x'),
    () => withStore({ data: 'down' }).upload(`${root}/b`, 'x'),
  ],
  'upload 31215': [() => withStore({ meta: 'readOnly' }).upload(`${root}/b`, 'x')],
  'upload 31218': [
    () => withFiles(withLimits({ storeBytesMax: 10 }), 'a').upload(`${root}/b`, 'hello'),
    () => {
      const client = withFiles(withLimits({ storeBytesMax: 10 }), 'a');
      client.remove(`${root}/a`);
      return client.upload(`${root}/b`, 'hello');
    },
  ],

  'slice 31214': [() => withStore({ data: 'readOnly' }).slice('x')],
  'slice 31218': [() => withLimits({ storeBytesMax: 4 }).slice('hello')],

  'createsuperfile 31023': [
    () => {
      const client = new Client();
      return client.superfile(`${root}/a`, withSlices(client).slice(1));
    },
    () => {
      const client = withLimits({ blocksMax: 3 });
      const slices = withSlices(client);
      return client.superfile(`${root}/a`, [...slices, ...slices]);
    },
  ],
  'createsuperfile 31082': [() => new Client().superfile(`${root}/a`, [])],
  'createsuperfile 31081': [
    () => {
      const client = new Client();
      return client.superfile(`${root}/a`, [...withSlices(client), md5('three')]);
    },
    () => {
      const client = new Client();
      const slices = withSlices(client);
      client.desk.nowMs += dayMs + 1;
      return client.superfile(`${root}/a`, slices);
    },
  ],
  'createsuperfile 31083': [
    () => {
      const client = withStore({ meta: 'readOnly' });
      return client.superfile(`${root}/b`, withSlices(client));
    },
  ],
  'createsuperfile 31061': [
    () => {
      const client = withFiles(new Client(), 'a');
      return client.superfile(`${root}/a`, withSlices(client));
    },
  ],
  'createsuperfile 31112': [
    () => {
      const client = withUser({ quotaBytes: 5 });
      return client.superfile(`${root}/a`, withSlices(client));
    },
  ],

  'rapidupload 31023': [() => new Client().rapid(`${root}/a`, bytes(256 * 1024))],
  'rapidupload 31079': [
    () => new Client().rapid(`${root}/a`, long),
    () => {
      const client = new Client();
      client.slice(long);
      return client.rapid(`${root}/a`, long);
    },
  ],
  'rapidupload 31061': [() => withFiles(new Client(), 'a').rapid(`${root}/a`, long)],
  'rapidupload 31112': [() => withUser({ quotaBytes: 1000 }).rapid(`${root}/a`, long)],

  'download 31023': [() => withFiles(new Client(), 'a').download(`${root}/a`, { range: 'bytes=8-' })],
  'download 31066': [
    () => new Client().download(`${root}/none`),
    () => new Client().download(root),
    () => new Client().get('stream', { method: 'download', path: `${root}/__proto__` }),
  ],
  'download 31202': [() => withStore({ lost: [md5('hello')] }).download(`${root}/a/file`)],
  'download 31211': [() => withStore({ forbidden: [md5('hello')] }).download(`${root}/a/file`)],
  'download 31216': [() => withStore({ data: 'down' }).download(`${root}/a/file`)],
  'download 31217': [() => withStore({ meta: 'down' }).download(`${root}/a/file`)],
  'download 31220': [
    () => {
      const client = withFiles(withLimits({ trafficBytesMax: 10 }), 'a');
      client.download(`${root}/a`, { range: 'bytes=0-2' });
      return client.download(`${root}/a`);
    },
  ],

  'meta 31066': [() => new Client().meta(`${root}/none`), () => new Client().meta(`${root}/__proto__`)],
  'meta 31071': [() => withStore({ meta: 'down' }).meta(`${root}/a/file`)],
  'list 31066': [() => new Client().list(`${root}/none`), () => withFiles(new Client(), 'a').list(`${root}/a`)],
  'search 31066': [() => new Client().get('file', { method: 'search', path: `${root}/none`, wd: 'x' })],
  'diff 31023': [() => new Client().get('file', { method: 'diff', cursor: 'mine' })],

  'mkdir 31061': [() => withFiles(new Client(), 'a').mkdir(`${root}/a`), () => new Client().mkdir(`${root}/`)],
  'mkdir 31063': [() => strict().mkdir(`${root}/a/b`)],
  'mkdir 31065': [() => withFiles(withLimits({ folderEntriesMax: 1 }), 'a').mkdir(`${root}/b`)],
  'mkdir 31068': [
    () => withStore({ meta: 'readOnly' }).mkdir(`${root}/b`),
    () => withFiles(new Client(), 'a').mkdir(`${root}/a/b`),
  ],

  'move 31061': [
    () => withFiles(new Client(), 'a', 'b').move(`${root}/a`, `${root}/b`),
    () => withFiles(new Client(), 'a').move(`${root}/a`, `${root}/a`),
  ],
  'move 31066': [() => new Client().move(`${root}/none`, `${root}/a`)],
  'move 31072': [
    () => withFiles(new Client(), 'a/b').move(`${root}/a`, `${root}/a/c`),
    () => withStore({ meta: 'readOnly' }).move(`${root}/a/file`, `${root}/b`),
  ],
  'move 31073': [() => withStore({ meta: 'readOnly' }).move(`${root}/a/file`, `${root}/a/b`)],
  'copy 31061': [() => withFiles(new Client(), 'a', 'b').copy(`${root}/a`, `${root}/b`)],
  'copy 31066': [() => new Client().copy(`${root}/none`, `${root}/a`)],
  'copy 31069': [
    () => withFiles(new Client(), 'a/b').copy(`${root}/a`, `${root}/a/c`),
    () => withStore({ meta: 'readOnly' }).copy(`${root}/a/file`, `${root}/b`),
  ],
  'copy 31112': [() => filled(10).copy(`${root}/full`, `${root}/b`)],
  'delete 31064': [() => new Client().remove(root)],
  'delete 31066': [() => new Client().remove(`${root}/none`)],
  'delete 31070': [() => withStore({ meta: 'readOnly' }).remove(`${root}/a/file`)],
  'restore 31061': [
    () => {
      const client = withFiles(new Client(), 'a');
      const { fs_id: fsId } = client.list(root).json.list[0];
      client.remove(`${root}/a`);
      return withFiles(client, 'a').restore(fsId);
    },
  ],
  'restore 31066': [
    () => new Client().restore(1),
    () => {
      const client = withFiles(new Client(), 'a');
      const { fs_id: fsId } = client.list(root).json.list[0];
      client.remove(`${root}/a`);
      client.desk.nowMs += 10 * dayMs + 1;
      return client.restore(fsId);
    },
  ],
  'restore 31067': [
    () => {
      const healthy = withFiles(new Client(), 'a');
      const { fs_id: fsId } = healthy.list(root).json.list[0];
      healthy.remove(`${root}/a`);
      // The same drive, in a store that takes no names any more.
      const client = new Client({ settings: { store: { meta: 'readOnly' } } });
      client.desk.server.restore(healthy.desk.server.state);
      return client.restore(fsId);
    },
  ],

  'setQuota 31110': [
    () => {
      const client = new Client();
      client.mkdir(`${root}/a`);
      return setQuota(client, 'a', 10);
    },
  ],
  'setQuota 31111': [() => setQuota(withFolders(), 'a/b/c', 10), () => setQuota(withFolders(), '', 10)],
  'setQuota 31113': [
    () => setQuota(withFolders(), 'a', 6 * 1024 ** 3),
    () => {
      const client = withFolders();
      setQuota(client, 'a', 10);
      return setQuota(client, 'a/b', 11);
    },
  ],
  'setQuota 31114': [
    () => {
      const client = withFolders();
      setQuota(client, 'a/b', 10);
      return setQuota(client, 'a', 9);
    },
  ],
  'thumbnail 31141': [
    () => withStore({}).get('thumbnail', { method: 'generate', path: `${root}/a/file`, width: 10, height: 10 }),
    () =>
      withStore({ data: 'down' }).get('thumbnail', { method: 'generate', path: `${root}/gif`, width: 10, height: 10 }),
    () => {
      const client = withLimits({ imageBytesMax: 10 });
      client.upload(`${root}/gif`, gif);
      return client.get('thumbnail', { method: 'generate', path: `${root}/gif`, width: 10, height: 10 });
    },
  ],
};

it('provokes each condition, and knows no other', () => {
  expect(Object.keys(provocations).sort()).toEqual(
    conditions.map(({ operation, code }) => `${operation} ${code}`).sort(),
  );
});

describe.each(conditions)('$operation answers $code when $when', ({ operation, code }) => {
  const ways = provocations[`${operation} ${code}`] ?? [];
  const row = rowOf('baidu-pcs', { code });

  it.each(ways.map((provoke, index) => [index + 1, provoke] as const))('way %i', (_, provoke) => {
    const told = provoke();

    expect(told.json).toEqual({ error_code: code, error_msg: row.message, request_id: expect.any(Number) });
    expect(told.status).toBe(operation === 'download' && code === 31023 ? 416 : statusOf(row));
    expect(told.headers.get('content-type')).toBe('application/json');
    expect(told.headers.get('x-pcs-request-id')).toMatch(/^[\w+/]+=*$/);
  });
});

it('tells the size where a range begins past the end', () => {
  const told = withFiles(new Client(), 'a').download(`${root}/a`, { range: 'bytes=8-' });

  expect(told.headers.get('content-range')).toBe('bytes */8');
});

it('takes requests and traffic again in the next window', () => {
  const client = withFiles(withLimits({ requestsMax: 2, trafficBytesMax: 8 }), 'a');
  client.download(`${root}/a`);
  const refused = client.download(`${root}/a`);
  client.desk.nowMs += dayMs;

  expect([refused.status, client.download(`${root}/a`).status]).toEqual([403, 200]);
});
