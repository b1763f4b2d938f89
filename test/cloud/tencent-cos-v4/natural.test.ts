import { describe, expect, it } from 'vitest';
import { toRequest } from '../../../src/cloud/request.ts';
import { rowOf } from '../../../src/cloud/rows.ts';
import type { Scenario } from '../../../src/cloud/scenario.ts';
import type { Condition } from '../../../src/cloud/service.ts';
import { conditions } from '../../../src/cloud/tencent-cos-v4/conditions.ts';
import type { Told } from '../ask.ts';
import { Client, openDesk, sha1, sign, wrapped } from './client.ts';
import { expectRow } from './expected.ts';

/** A fresh client does what causes the row; its last answer is the row. */
type Provocation = (client: Client) => Told;

const secret = { secretId: 'AKIDEXAMPLE', secretKey: 'SKEXAMPLE' };
const other = { secretId: 'AKIDOTHER', secretKey: 'SKOTHER' };
const buckets = [
  { name: 'bkt', bytesMax: 100 },
  { name: 'second', private: true },
  { name: 'films', video: true },
  { name: 'strict', referersRefused: ['evil.test'] },
];
const scenario: Scenario = {
  settings: {
    apps: [
      { appid: '10000000', secrets: [secret], buckets },
      { appid: '20000000', secrets: [other], buckets: [{ name: 'bkt' }] },
      { appid: '30000000', barred: true, secrets: [secret], buckets: [{ name: 'bkt' }] },
    ],
    limits: {
      bodyBytesMax: 400,
      uploadBytesMax: 200,
      fileBytesMax: 120,
      sliceSizes: [4, 8],
      sessionAgeMsMax: 1000,
      sessionsMax: 2,
      bizAttrBytesMax: 10,
    },
  },
  files: [
    { path: '/a.txt', text: 'alpha' },
    { path: '/full/b.txt', text: 'beta' },
    { path: '/10000000/films/f.mp4', text: 'film' },
    { path: '/10000000/second/s.txt', text: 'secret' },
  ],
};

const withSettings = (more: Readonly<Record<string, object>>) =>
  new Client(
    openDesk({
      ...scenario,
      settings: {
        ...scenario.settings,
        ...more,
        limits: { ...(scenario.settings?.limits as object), ...more.limits },
      },
    }),
  );

const slices = { filesize: 10, slice_size: 4 };
const whole = '0123456789';
const init = (client: Client, path = 's.bin', more = {}): string =>
  client.say('upload_slice_init', path, { ...slices, ...more }).json.data.session;
const data = (client: Client, session: string, offset: number, content: string, more = {}) =>
  client.say('upload_slice_data', 's.bin', { session, offset, content, ...more });
const sendAll = (client: Client, session: string) => {
  for (const offset of [0, 4, 8]) data(client, session, offset, whole.slice(offset, offset + 4));
};
const finish = (client: Client, session: string, more = {}) =>
  client.say('upload_slice_finish', 's.bin', { session, filesize: 10, ...more });
const raw = (client: Client, target: string, headers: Record<string, string> = {}) =>
  client.desk.ask({ target, headers: { authorization: sign(), ...headers } });

/** Only a host can hear that nothing more comes. */
function silent({ desk }: Client): Told {
  const head = { method: 'POST', target: '/files/v2/10000000/bkt/a.txt', headers: { authorization: sign() } };
  const request = toRequest(head, { type: 'unreadable', why: 'stalled' });
  const { response, wire } = desk.server.answerNow(request, desk.base, desk.blobs);
  const text = String(response.body);
  return {
    status: response.status,
    headers: new Map(response.headers),
    bytes: new Uint8Array(),
    text,
    json: undefined,
    wire,
  };
}

const provocations: Readonly<Record<string, Provocation>> = {
  '-5996 any': (client) => client.say('delete', 'a.txt', { method: 'PUT' }),
  '400 any': (client) => silent(client),
  '413 any': (client) => client.upload('big', 'x'.repeat(401)),
  '-147 any': (client) => raw(client, '/files/v2/10000000/bkt/%FF?op=stat'),
  '-5975 any': (client) =>
    client.desk.ask({ method: 'POST', target: '/files/v2/10000000/bkt/a.txt', body: '{"op":"delete"' }),
  '-5993 any': (client) =>
    client.desk.ask({
      method: 'POST',
      target: '/files/v2/10000000/bkt/a.txt',
      headers: { 'content-type': 'multipart/form-data' },
      body: 'no parts',
    }),
  '-187 any': (client) => raw(client, '/files/v2/?op=list'),
  '-191 any': (client) => raw(client, '/files/v2/10000000//a.txt?op=stat'),
  '-5994 any': (client) => raw(client, '/files/v2/10000000?op=list'),
  '-78 any': () => withSettings({ options: { v1: false } }).say('stat', 'a.txt', { version: 'v1' }),
  '-80 any': (client) => client.say('stat', 'a.txt', { appid: 'nobody' }),
  '-4022 any': (client) => client.say('stat', 'a.txt', { bucket: 'unknown' }),
  '-5980 any': (client) => raw(client, '/files/v2/10000000/bkt/a.txt'),
  '-5972 any': (client) => client.say('constructor', 'a.txt'),
  '-61 any ERROR_PROXY_INVALID_CMD_REQ': (client) => client.say('upload_slice_init', 's.bin', { version: 'v1' }),
  '-81 any': (client) => client.say('stat', 'a.txt', { sign: null }),
  '-5998 any': (client) => client.say('stat', 'a.txt', { sign: wrapped('a=10000000&b=bkt&k=AKIDEXAMPLE') }),
  '-60 any': (client) => client.say('stat', 'a.txt', { sign: sign({ e: 'soon' }) }),
  '-82 any': (client) => client.say('stat', 'a.txt', { sign: sign({ a: '77' }) }),
  '-79 any': (client) => client.say('stat', 'a.txt', { sign: sign({ k: 'AKIDNOBODY' }) }),
  '-62 any': (client) => client.say('stat', 'a.txt', { sign: sign({ k: other.secretId, key: other.secretKey }) }),
  '-97 any': (client) => client.say('stat', 'a.txt', { sign: sign({ key: 'SKWRONG' }) }),
  '-70 any': (client) =>
    client.say('stat', 'a.txt', { sign: sign({ a: '20000000', k: other.secretId, key: other.secretKey }) }),
  '-61 any ERROR_PROXY_SIGN_BUCKET_NOTMATCH': (client) => client.say('stat', 'a.txt', { sign: sign({ b: 'second' }) }),
  '-64 any': (client) => client.say('stat', 'a.txt', { appid: '30000000' }),
  '-96 any': (client) => client.say('stat', 'a.txt', { sign: sign({ e: 1_700_000_099 }) }),
  '-74 upload': (client) => client.upload('n', 'x', { sign: sign({ e: 0 }) }),
  '-75 upload': (client) => client.upload('n', 'x', { sign: sign({ e: 0, f: '/10000000/bkt/n' }) }),
  '-73 delete': (client) => client.say('delete', 'a.txt', { sign: sign({ f: '/10000000/bkt/a.txt' }) }),
  '-76 delete': (client) => client.say('delete', 'a.txt', { sign: sign({ e: 0 }) }),
  '-63 any': (client) => client.say('delete', 'a.txt', { sign: sign({ e: 0, f: '/10000000/bkt/b.txt' }) }),
  '-77 delete': (client) => {
    const token = sign({ e: 0, f: '/10000000/bkt/a.txt' });
    client.say('delete', 'a.txt', { sign: token });
    return client.say('delete', 'a.txt', { sign: token });
  },
  '-71 any': () => {
    const client = withSettings({ limits: { callsPerSecondMax: 1 } });
    client.say('stat', 'a.txt');
    return client.say('stat', 'a.txt');
  },
  '-5999 upload': (client) => client.upload('n', 'x', { insertOnly: 'yes' }),
  '-182 update': (client) => client.say('update', 'a.txt', { biz_attr: 'x'.repeat(11) }),
  '-164 upload': (client) => client.upload('', 'x'),
  '-160 upload': (client) => client.upload('n/', 'x'),
  '-161 create': (client) => client.say('create', 'folder'),
  '-180 any': (client) => client.upload('d//n', 'x'),
  '-5990 upload': (client) => client.say('upload', 'n'),
  '-5995 upload': (client) => client.upload('n', 'x'.repeat(201)),
  '-6996 upload': (client) => client.upload('n', 'x'.repeat(121)),
  '-168 upload': (client) => client.upload('n', 'x', { sha: 'abc' }),
  '-5984 upload': (client) => client.upload('n', 'x', { sha: sha1('y') }),
  '-289 upload': (client) => client.upload('n', 'x'.repeat(92)),
  '-178 upload': (client) => client.upload('full', 'x'),
  '-4018 upload': () => withSettings({ options: { strictSame: true } }).upload('a.txt', 'alpha'),
  '-177 upload': (client) => client.upload('a.txt', 'other'),
  '-5971 upload_slice_init': (client) => client.say('upload_slice_init', 's.bin', { slice_size: 4 }),
  '-5995 upload_slice_init': (client) => client.say('upload_slice_init', 's.bin', { ...slices, filesize: 0 }),
  '-285 upload_slice_init': (client) => client.say('upload_slice_init', 's.bin', { ...slices, filesize: 121 }),
  '-5991 upload_slice_init': (client) => client.say('upload_slice_init', 's.bin', { ...slices, slice_size: 9 }),
  '-283 upload_slice_init': (client) => client.say('upload_slice_init', 's.bin', { ...slices, slice_size: 3 }),
  '-4002 upload_slice_init': (client) => client.say('upload_slice_init', 's.bin', { ...slices, uploadparts: '{}' }),
  '-4020 upload_slice_init': (client) =>
    client.say('upload_slice_init', 's.bin', {
      ...slices,
      uploadparts: JSON.stringify([{ offset: 0, datalen: 10, datasha: 'md5' }]),
    }),
  '-4023 upload_slice_init': (client) =>
    client.say('upload_slice_init', 's.bin', {
      ...slices,
      uploadparts: JSON.stringify([{ offset: 0, datalen: 4, datasha: sha1('') }]),
    }),
  '-4019 upload_slice_init': (client) => {
    init(client);
    return client.say('upload_slice_init', 's.bin', slices);
  },
  '-300 upload_slice_init': (client) => {
    init(client, 'one');
    init(client, 'two');
    return client.say('upload_slice_init', 'three', slices);
  },
  '-95 upload_slice_data': (client) => data(client, '', 0, '0123'),
  '-286 upload_slice_data': (client) => data(client, 'rubbish', 0, '0123'),
  '-94 upload_slice_data': (client) => data(client, init(client, 'another'), 0, '0123'),
  '-5983 upload_slice_data': (client) => {
    const session = init(client);
    client.desk.nowMs += 1000;
    return data(client, session, 0, '0123');
  },
  '-290 upload_slice_data': (client) => data(client, init(client), 5, '0123'),
  '-4024 upload_slice_data': () => {
    const client = withSettings({ options: { serialUpload: true } });
    const session = init(client);
    data(client, session, 0, '0123');
    data(client, session, 4, '4567');
    return data(client, session, 0, '0123');
  },
  '-284 upload_slice_data': (client) => data(client, init(client), 0, '012'),
  '-5984 upload_slice_data': (client) => data(client, init(client), 0, '0123', { sha: sha1('x') }),
  '-4015 upload_slice_data': (client) => {
    const session = init(client);
    data(client, session, 0, '0123');
    return data(client, session, 0, 'wxyz');
  },
  '-4021 upload_slice_finish': (client) => finish(client, 'rubbish'),
  '-4026 upload_slice_finish': (client) => {
    const session = init(client);
    sendAll(client, session);
    client.desk.nowMs += 1000;
    return finish(client, session);
  },
  '-175 upload_slice_finish': (client) => finish(client, init(client), { filesize: 11 }),
  '-5979 upload_slice_finish': (client) => finish(client, init(client, 's.bin', { sha: sha1(whole) })),
  '-174 upload_slice_finish': (client) =>
    finish(client, init(client, 's.bin', { sha: sha1(whole) }), { sha: sha1('x') }),
  '-4014 upload_slice_finish': (client) => {
    const session = init(client);
    data(client, session, 4, '4567');
    return finish(client, session);
  },
  '-4016 upload_slice_finish': (client) => {
    const session = init(client, 's.bin', { sha: sha1('x') });
    sendAll(client, session);
    return finish(client, session, { sha: sha1('x') });
  },
  '-4027 upload_slice_finish': (client) => {
    const session = init(client);
    sendAll(client, session);
    client.upload('s.bin', 'faster');
    return finish(client, session);
  },
  '-65 upload_slice': (client) => client.say('upload_slice', 's.bin', { ...slices, sha: sha1(whole), content: 'x' }),
  '-4013 upload_slice': (client) => client.say('upload_slice', 's.bin', { session: 'no', offset: 0, content: '0123' }),
  '-5979 upload_slice': (client) => client.say('upload_slice', 's.bin', slices),
  '-197 stat': (client) => client.say('stat', 'none'),
  '-166 stat': (client) => client.say('stat', 'none', { version: 'v1' }),
  '-178 create': (client) => client.say('create', 'full/'),
  '-173 delete': (client) => client.say('delete', 'full/'),
  '-165 list': (client) => client.say('list', '', { num: 200 }),
  '-157 list': (client) => client.say('list', '', { num: 0 }),
  '-170 list': (client) => client.say('list', '', { num: 'all' }),
  '-169 list': (client) => client.say('list', '', { pattern: 'toString' }),
  '-5992 list': (client) => client.say('list', '', { order: 2 }),
  '-179 update': (client) => client.say('update', 'a.txt', { flag: 2, biz_attr: 'x' }),
  '-5976 update': (client) => client.say('update', 'a.txt', { flag: 128, biz_attr: 'x' }),
  '-163 move': (client) => client.say('move', 'a.txt', { dest_fileid: '/10000000/bkt' }),
  '-162 move': (client) => client.say('move', 'a.txt', { dest_fileid: '/20000000/bkt/a.txt' }),
  '-5973 copy': (client) => client.say('copy', 'a.txt', { dest_fileid: '/10000000/second/a.txt' }),
  '-177 move': (client) => client.say('move', 'a.txt', { dest_fileid: '/full/b.txt' }),
  '-178 copy': (client) => client.say('copy', 'a.txt', { dest_fileid: '/full', to_over_write: 1 }),
  '-186 move': (client) => client.say('move', 'f.mp4', { bucket: 'films', dest_fileid: '/g.mp4' }),
  '-404 download': (client) => client.download('a.txt', { host: 'other-10000000.costj.myqcloud.com' }),
  '-405 download': (client) => client.download('a.txt', {}, 'DELETE'),
  '-403 download': (client) => client.download('s.txt', { host: 'second-10000000.file.myqcloud.com' }),
  '-6101 download': (client) => client.download('none'),
  '-45062 download': (client) => {
    init(client);
    return client.download('s.bin');
  },
};

/** Those that answer in the shape of v1. */
const ofV1 = new Set(['-78 any', '-61 any ERROR_PROXY_INVALID_CMD_REQ', '-166 stat']);

function keyOf({ code, operation, name }: Condition): string {
  return [code, operation, ...(name === undefined ? [] : [name])].join(' ');
}

describe('every condition is provoked', () => {
  it.each(conditions.map((condition) => [keyOf(condition), condition] as const))('%s', (key, condition) => {
    const client = new Client(openDesk(scenario));

    const told = provocations[key]?.(client);

    expect(told).toBeDefined();
    if (told !== undefined) expectRow(told, rowOf('tencent-cos-v4', condition), ofV1.has(key) ? 'v1' : 'v2');
  });

  it('no provocation is without a condition', () => {
    expect(Object.keys(provocations).sort()).toEqual(conditions.map(keyOf).sort());
  });

  it('at least eighty different rows are natural', () => {
    const rows = new Set(conditions.map((condition) => rowOf('tencent-cos-v4', condition)));

    expect(rows.size).toBeGreaterThanOrEqual(80);
  });
});

describe('the same row by other ways', () => {
  const ways: readonly (readonly [title: string, code: number, way: Provocation])[] = [
    [
      'a session of an earlier upload',
      -5983,
      (c) => {
        const session = init(c);
        sendAll(c, session);
        finish(c, session);
        return data(c, session, 0, '0123');
      },
    ],
    ['an offset past the end', -290, (c) => data(c, init(c), 12, '0123')],
    ['a negative offset', -290, (c) => data(c, init(c), -4, '0123')],
    ['a last slice that is too long', -284, (c) => data(c, init(c), 8, '8901')],
    [
      'an offset that is no number',
      -5999,
      (c) => c.say('upload_slice_data', 's.bin', { session: init(c), offset: 'x', content: '0123' }),
    ],
    ['no offset', -5999, (c) => c.say('upload_slice_data', 's.bin', { session: init(c), content: '0123' })],
    ['a slice without its bytes', -5990, (c) => c.say('upload_slice_data', 's.bin', { session: init(c), offset: 0 })],
    ['a file under a file', -178, (c) => c.upload('a.txt/under', 'x')],
    ['a folder under a file', -178, (c) => c.say('create', 'a.txt/under/')],
    ['a folder where a file is', -178, (c) => c.say('create', 'a.txt/')],
    ['the bucket as a folder to make', -178, (c) => c.say('create', '')],
    ['the bucket as a thing to delete', -164, (c) => c.say('delete', '')],
    ['a path with dots', -180, (c) => raw(c, '/files/v2/10000000/bkt/%2E%2E/x?op=stat')],
    ['a forbidden character', -180, (c) => c.upload('a?b', 'x')],
    ['a very long name', -180, (c) => c.upload('x'.repeat(1025), 'x')],
    ['an unknown authority', -182, (c) => c.say('update', 'a.txt', { authority: 'eAll' })],
    [
      'a header over two lines',
      -182,
      (c) => c.say('update', 'a.txt', { custom_headers: { 'x-cos-meta-a': 'b\r\nc: d' } }),
    ],
    ['no destination', -164, (c) => c.say('move', 'a.txt', {})],
    ['a destination with a final slash', -160, (c) => c.say('copy', 'a.txt', { dest_fileid: '/n/' })],
    ['an overwrite that is no switch', -5992, (c) => c.say('move', 'a.txt', { dest_fileid: '/n', to_over_write: 2 })],
    [
      'a copy over the quota',
      -289,
      (c) => {
        c.upload('n', 'x'.repeat(88));
        return c.say('copy', 'a.txt', { dest_fileid: '/m' });
      },
    ],
    [
      'an upload in slices over the quota',
      -289,
      (c) => c.say('upload_slice_init', 's.bin', { filesize: 92, slice_size: 8 }),
    ],
    ['slices of a taken name', -177, (c) => c.say('upload_slice_init', 'a.txt', slices)],
    ['a missing folder', -197, (c) => c.say('stat', 'none/')],
    ['a folder asked for as a file', -197, (c) => c.say('stat', 'full')],
    ['nothing begun', -197, (c) => c.say('upload_slice_list', 's.bin')],
    [
      'a text that is not UTF-8',
      -147,
      (c) => c.desk.ask({ method: 'POST', target: '/files/v2/10000000/bkt/a.txt', body: new Uint8Array([0xff, 0xfe]) }),
    ],
    [
      'JSON that is a list',
      -5975,
      (c) => c.desk.ask({ method: 'POST', target: '/files/v2/10000000/bkt/a.txt', body: '[]' }),
    ],
    [
      'a wrong method without op',
      -5996,
      (c) => c.desk.ask({ method: 'DELETE', target: '/files/v2/10000000/bkt/a.txt' }),
    ],
    ['GET for what is POST', -5996, (c) => c.say('delete', 'a.txt', { method: 'GET' })],
    [
      'a refused page',
      -403,
      (c) => c.download('a.txt', { host: 'strict-10000000.file.myqcloud.com', referer: 'http://evil.test/page' }),
    ],
    ['a sign that is no Base64', -5998, (c) => c.say('stat', 'a.txt', { sign: '!!' })],
    ['a sign that is short', -5998, (c) => c.say('stat', 'a.txt', { sign: 'AAAA' })],
  ];

  it.each(ways)('%s', (_, code, way) => {
    expectRow(way(new Client(openDesk(scenario))), rowOf('tencent-cos-v4', { code }));
  });
});
