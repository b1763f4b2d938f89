import { describe, expect, it } from 'vitest';
import type { Rules } from '../../machines/vocabulary.ts';
import { type Caller, configOf } from '../../src/api/validate.ts';
import { checkAgentConfig } from '../../src/api/validate-agent.ts';
import { createCaller, createTroubledCaller, plainDownload, refusal, url } from './caller.ts';

const missing = 'Missing mandatory parameters, ';
const type = 'Incorrect parameter type, ';
const verification = 'Parameter verification failed, ';
const context = { stageMode: true };
const upload = { action: 1, url, data: [{ name: 'f', value: { path: 'a.txt' } }] };

const check = (config: object, caller: Caller = createCaller()) => checkAgentConfig(config, caller);
const download = (more: object, caller?: Caller) => check({ action: 0, url, ...more }, caller).spec;
const detailOf = (config: unknown, caller: Caller = createCaller()) => {
  const error = refusal(() => checkAgentConfig(config, caller));
  expect(error.code).toBe(401);
  expect(error.message).toBe('The parameters check fails');
  return error.detail;
};

describe('a config with nothing but what is required', () => {
  it('gets every default of a download', () => {
    expect(check({ action: 0, url })).toEqual({
      spec: { ...plainDownload, api: 'agent', roaming: true },
      sizes: [-1],
      rejection: null,
    });
  });

  it('gets the defaults of an upload where they differ', () => {
    const { spec, sizes } = check(upload);

    expect(spec).toMatchObject({ action: 'upload', method: 'PUT', title: 'upload', target: '', index: 0 });
    expect(spec.files).toEqual([{ name: 'f', path: '/app/cache/a.txt', filename: 'a.txt', contentType: 'txt' }]);
    expect(sizes).toEqual([10]);
  });
});

describe('members', () => {
  it.each([
    ['title', '', { title: 'download' }],
    ['title', 7, { title: 'download' }],
    ['title', 'x'.repeat(256), { title: 'x'.repeat(256) }],
    ['description', null, { description: '' }],
    ['description', 'd', { description: 'd' }],
    ['mode', 1, { mode: 'foreground' }],
    ['mode', 'x', { mode: 'background' }],
    ['overwrite', 1, { overwrite: false }],
    ['overwrite', true, { overwrite: true }],
    ['method', 'post', { method: 'POST' }],
    ['method', 'PUT', { method: 'GET' }],
    ['method', 5, { method: 'GET' }],
    ['headers', 'x', { headers: {} }],
    ['headers', { A: '1', b: 2, C: null }, { headers: { A: '1', b: '', C: '' } }],
    ['data', 'body', { body: 'body' }],
    ['saveas', 'sub/x', { target: '/app/cache/sub/x' }],
    ['network', 1, { network: 'wifi' }],
    ['network', 2, { network: 'cellular' }],
    ['network', 3, { network: 'any' }],
    ['network', '1', { network: 'any' }],
    ['metered', true, { metered: true }],
    ['roaming', 'yes', { roaming: false }],
    ['retry', false, { retry: false }],
    ['redirect', 0, { redirect: false }],
    ['proxy', '', { proxy: '' }],
    ['proxy', 5, { proxy: '' }],
    ['proxy', 'http://host:80', { proxy: 'http://host:80' }],
    ['index', 9, { index: 0 }],
    ['index', -1, { index: 0 }],
    ['begins', -5, { begins: 0 }],
    ['begins', 2.7, { begins: 2 }],
    ['begins', Number.NaN, { begins: 0 }],
    ['ends', '9', { ends: -1 }],
    ['ends', -7, { ends: -1 }],
    ['ends', 9, { ends: 9 }],
    ['gauge', true, { gauge: true, notification: { visibility: 3 } }],
    ['precise', true, { precise: true }],
    ['token', 12345678, { token: null }],
    ['token', '12345678', { token: '12345678' }],
    ['priority', 3, { priority: 3 }],
    ['priority', -1, { priority: 0xffffffff }],
    ['priority', '3', { priority: 0 }],
    ['extras', { a: 'b', c: [] }, { extras: { a: 'b', c: '' } }],
    ['multipart', true, { multipart: true }],
    ['notification', {}, { notification: { visibility: 1 } }],
    [
      'notification',
      { title: 't', text: 'x', visibility: 2 },
      { notification: { title: 't', text: 'x', visibility: 2 } },
    ],
    ['minSpeed', { speed: 9, duration: 2.5 }, { minSpeed: { bytesPerSecond: 9, seconds: 2 } }],
    ['minSpeed', { speed: 9, duration: 0 }, { minSpeed: { bytesPerSecond: 0, seconds: 0 } }],
    ['timeout', { connectionTimeout: 1.9 }, { timeout: { connectionMs: 1000, totalMs: 604_800_000 } }],
    ['timeout', { totalTimeout: 604_800 }, { timeout: { connectionMs: 60_000, totalMs: 604_800_000 } }],
    ['timeout', { connectionTimeout: 1e300 }, { timeout: { connectionMs: 604_800_000, totalMs: 604_800_000 } }],
  ])('reads %s %j', (key, value, result) => {
    expect(download({ [key]: value })).toMatchObject(result);
  });

  it('reads inherited members, and each member once', () => {
    const reads: string[] = [];
    const config = new Proxy(Object.create({ action: 0, url, title: 'inherited' }), {
      get: (target, key, receiver) => {
        reads.push(String(key));
        return Reflect.get(target, key, receiver);
      },
    });

    expect(check(config).spec.title).toBe('inherited');
    expect(reads).toEqual([...new Set(reads)]);
  });

  it('takes any header name for a plain key', () => {
    const headers = JSON.parse('{"__proto__": "a", "constructor": "b", "bad\\r\\nname": "c\\n"}');

    const result = download({ headers, extras: headers });

    for (const map of [result.headers, result.extras]) {
      expect(Object.entries(map)).toEqual(Object.entries(headers));
      expect(map.toString).toBeUndefined();
    }
  });

  it('keeps a mode it does not know on a device, and takes it for background by the book', () => {
    expect(download({ mode: 2 }).mode).toBe('background');
    for (const mode of [2, 7, -1]) expect(download({ mode }, createCaller({ rules: 'device' })).mode).toBe('any');
  });

  it('lets only system apps disable notifications, and gives those tasks 10 minutes', () => {
    const notification = { disable: true };

    expect(download({ notification })).toMatchObject({
      notification: { visibility: 1 },
      timeout: { totalMs: 604_800_000 },
    });
    const quiet = download({ notification }, createCaller({ system: true }));
    expect(quiet).toMatchObject({ notification: { disable: true }, timeout: { totalMs: 600_000 } });
    const told = download({ notification, timeout: { totalTimeout: 9 } }, createCaller({ system: true }));
    expect(told.timeout.totalMs).toBe(9000);
    expect(download({ notification }).notification).not.toHaveProperty('disable');
  });

  it('takes a negative connection timeout for a huge one on a device only', () => {
    const timeout = { connectionTimeout: -1 };

    expect(download({ timeout }, createCaller({ rules: 'device' })).timeout.connectionMs).toBe(604_800_000);
    expect(detailOf({ action: 0, url, timeout })).toContain('connectionTimeout');
  });

  it('cuts long strings on a device only, between characters', () => {
    const data = `a${'ü'.repeat(40_000)}`;
    const more = { data, headers: { A: data }, extras: { a: data } };

    const cut = download(more, createCaller({ rules: 'device' }));
    const whole = download(more);

    for (const text of [cut.body, cut.headers.A, cut.extras.a]) expect(text).toBe(data.slice(0, 1 + 32_767));
    for (const text of [whole.body, whole.headers.A, whole.extras.a]) expect(text).toBe(data);
  });
});

describe('a member that is there but undefined', () => {
  const explicit = { metered: undefined, roaming: undefined, retry: undefined, redirect: undefined };

  it('counts as absent by the book', () => {
    expect(download({ ...explicit, data: undefined })).toMatchObject({
      metered: false,
      roaming: true,
      retry: true,
      redirect: true,
      body: '',
    });
  });

  it('reads false on a device', () => {
    const device = createCaller({ rules: 'device' });

    expect(download(explicit, device)).toMatchObject({ metered: false, roaming: false, retry: false, redirect: false });
    expect(download({}, device)).toMatchObject({ roaming: true, retry: true, redirect: true });
    expect(detailOf({ action: 0, url, data: undefined }, device)).toContain(`${type}config.data`);
  });

  it.each(['documented', 'device'] as const)('is the default elsewhere, %s', (rules) => {
    const keys = 'title description mode overwrite method headers saveas network proxy index begins ends gauge precise';
    const more = 'token priority extras multipart notification minSpeed timeout';
    const config = Object.fromEntries(`${keys} ${more}`.split(' ').map((key) => [key, undefined]));
    const caller = createCaller({ rules });

    expect(download(config, caller)).toEqual(download({}, caller));
  });
});

describe('401', () => {
  const item = (value: unknown) => ({ action: 1, url, data: [value] });
  const files = (count: number) => [{ name: 'f', value: Array.from({ length: count }, () => ({ path: 'a.txt' })) }];

  it.each([
    [type, 'object', 'text'],
    [type, 'object', null],
    [type, 'object', () => 0],
    [missing, 'config.action', {}],
    [type, 'config.action', { action: '0' }],
    [verification, 'config.action', { action: 2, url }],
    [verification, 'config.action', { action: Number.NaN, url }],
    [missing, 'config.url', { action: 0 }],
    [type, 'config.url', { action: 0, url: 7 }],
    [verification, '8192', { action: 0, url: `http://${'x'.repeat(8186)}` }],
    [verification, 'http(s)://', { action: 0, url: 'HTTP://host/x' }],
    [verification, 'http(s)://', { action: 0, url: 'ftp://host/x' }],
    [verification, 'http(s)://', { action: 0, url: 'https://' }],
    [verification, 'http(s)://', { action: 0, url: '' }],
    [type, 'config.data', { action: 0, url, data: { a: 1 } }],
    [type, 'config.data', { action: 0, url, data: null }],
    [type, 'config.data', { action: 1, url }],
    [type, 'config.data', { action: 1, url, data: 'text' }],
    [missing, 'form item', item(7)],
    [missing, 'form item', item({ value: 'v' })],
    [missing, 'form item', item({ name: 7, value: 'v' })],
    [missing, 'form item', item({ name: 'n' })],
    [missing, 'form item', item({ name: 'n', value: 7 })],
    [missing, 'form item', item({ name: 'n', value: [7] })],
    [missing, 'path', item({ name: 'n', value: {} })],
    [missing, 'path', item({ name: 'n', value: { path: '  ' } })],
    [missing, 'files are empty', { action: 1, url, data: [] }],
    [missing, 'files are empty', item({ name: 'n', value: 'v' })],
    [missing, 'files are empty', item({ name: 'n', value: [] })],
    [verification, 'too many files', { action: 1, url, data: files(101) }],
    [verification, 'config.index exceeds', { ...upload, index: 1 }],
    [verification, 'config.index exceeds', { ...upload, index: -1 }],
    [verification, '512', { action: 0, url, proxy: `http://${'x'.repeat(503)}:80` }],
    [verification, 'proxy format', { action: 0, url, proxy: 'https://host:80' }],
    [verification, 'proxy format', { action: 0, url, proxy: 'http://host' }],
    [verification, 'proxy format', { action: 0, url, proxy: 'http://host:123456' }],
    [verification, 'proxy format', { action: 0, url, proxy: 'http://host/path:80' }],
    [verification, 'proxy format', { action: 0, url, proxy: 'http://host?query:80' }],
    [verification, 'proxy format', { action: 0, url, proxy: 'http://host#hash:80' }],
    [verification, '256', { action: 0, url, title: 'x'.repeat(257) }],
    [verification, '256', { action: 0, url, title: 'ü'.repeat(129) }],
    [verification, '8 and 2048', { action: 0, url, token: '1234567' }],
    [verification, '8 and 2048', { action: 0, url, token: 'x'.repeat(2049) }],
    [verification, '1024', { action: 0, url, description: 'x'.repeat(1025) }],
    [verification, 'config.saveas', { action: 0, url, saveas: 'dir/' }],
    [verification, 'config.saveas', { action: 0, url: 'http://host/dir/' }],
    [verification, 'config.saveas', { action: 0, url, saveas: 'a\0' }],
    [verification, 'not in app base dir', { action: 0, url, saveas: '/etc/passwd' }],
    [verification, 'not in app base dir', item({ name: 'n', value: { path: '/etc/passwd' } })],
    [type, 'config.notification', { action: 0, url, notification: 7 }],
    [verification, 'notification.title', { action: 0, url, notification: { title: 'x'.repeat(1025) } }],
    [verification, 'notification.text', { action: 0, url, notification: { text: 'x'.repeat(3073) } }],
    [verification, 'notification.visibility', { action: 0, url, notification: { visibility: 0 } }],
    [verification, 'notification.visibility', { action: 0, url, notification: { visibility: 4 } }],
    [verification, 'notification.visibility', { action: 0, url, notification: { visibility: null } }],
    [verification, 'notification.wantAgent', { action: 0, url, notification: { wantAgent: 7 } }],
    [type, 'minSpeed', { action: 0, url, minSpeed: 7 }],
    [type, 'minSpeed.speed', { action: 0, url, minSpeed: { duration: 1 } }],
    [type, 'minSpeed.duration', { action: 0, url, minSpeed: { speed: 1, duration: '1' } }],
    [verification, 'minSpeed.speed', { action: 0, url, minSpeed: { speed: -1, duration: 1 } }],
    [verification, 'minSpeed.duration', { action: 0, url, minSpeed: { speed: 1, duration: -0.5 } }],
    [type, 'timeout', { action: 0, url, timeout: 7 }],
    [type, 'connectionTimeout', { action: 0, url, timeout: { connectionTimeout: null } }],
    [verification, 'connectionTimeout', { action: 0, url, timeout: { connectionTimeout: 0 } }],
    [verification, 'connectionTimeout', { action: 0, url, timeout: { connectionTimeout: 0.9 } }],
    [verification, 'totalTimeout', { action: 0, url, timeout: { totalTimeout: 0 } }],
    [verification, 'totalTimeout', { action: 0, url, timeout: { totalTimeout: 604_801 } }],
    [verification, 'totalTimeout', { action: 0, url, timeout: { totalTimeout: Number.POSITIVE_INFINITY } }],
  ])('begins with "%s" and names %s', (phrase, hint, config) => {
    const detail = detailOf(config);

    expect(detail.startsWith(phrase)).toBe(true);
    expect(detail).toContain(hint);
    expect(detail).toMatch(/: got .*; legal: ./s);
    expect(detail.length).toBeLessThan(400);
  });

  it('answers wrong arguments around the config', () => {
    const caller = createCaller();
    const create = (...args: unknown[]) => checkAgentConfig(configOf(args, { context: true }), caller);
    const detail = (...args: unknown[]) => refusal(() => create(...args)).detail;

    expect(detail(context)).toContain(`${missing}wrong parameter count`);
    expect(detail(null, 'no object')).toContain(`${verification}context`);
    expect(detail(context, 'no object')).toContain(`${type}wrong config type`);
    expect(create(context, { action: 0, url }).spec.url).toBe(url);
  });

  it('knows the shorter urls of SDK 14 by the book only', () => {
    const long = { action: 0, saveas: 'x', url: `http://h/${'x'.repeat(2048)}` };

    expect(detailOf(long, createCaller({ sdk: 14 }))).toContain('2048');
    expect(check(long, createCaller({ sdk: 14, rules: 'device' })).spec.url).toBe(long.url);
    expect(check(long, createCaller({ sdk: 15 })).spec.url).toBe(long.url);
  });

  it.each([
    ['http://secret.example/x', 'secret.example'],
    ['http://user@secret.example:80/x', 'secret.example'],
    ['http://[::1]:8080/x', '[::1]'],
  ])('refuses clear text of %s to a host that the app forbids it for', (clear, host) => {
    const caller = createCaller({ mayClearText: (asked) => asked !== host });

    expect(detailOf({ action: 0, url: clear }, caller)).toContain('clear text');
    expect(check({ action: 0, url: clear.replace('http:', 'https:') }, caller).spec.action).toBe('download');
    expect(check({ action: 0, url: 'http://other.example/x' }, caller).spec.action).toBe('download');
  });

  it('takes more than 100 files from apps below SDK 15', () => {
    const config = { action: 1, url, data: files(101) };

    expect(check(config, createCaller({ sdk: 14 })).spec.files).toHaveLength(101);
    expect(check({ ...config, data: files(100) }).spec.files).toHaveLength(100);
  });
});

describe('the order of checks', () => {
  const wrongs: readonly (readonly [hint: string, wrong: Readonly<Record<string, unknown>>])[] = [
    ['config.action', { action: 9 }],
    ['config.url', { url: 'x' }],
    ['config.data', { data: 7 }],
    ['config.index', { index: 5 }],
    ['config.proxy', { proxy: 'x' }],
    ['config.title', { title: 'x'.repeat(300) }],
    ['token', { token: 'x' }],
    ['config.description', { description: 'x'.repeat(2000) }],
    ['config.saveas', { saveas: 'dir/' }],
    ['config.notification', { notification: { visibility: 9 } }],
    ['config.minSpeed', { minSpeed: { speed: -1, duration: 0 } }],
    ['config.timeout', { timeout: { totalTimeout: 0 } }],
  ];
  const pairs = wrongs.flatMap((first, at) => wrongs.slice(at + 1).map((second) => [first, second] as const));

  it.each(pairs)('puts %j before %j', ([hint, first], [, second]) => {
    const base = 'index' in { ...first, ...second } ? upload : { action: 0, url };

    expect(detailOf({ ...base, ...second, ...first }).split(': got')[0]).toContain(hint);
  });

  it.each(wrongs.filter(([hint]) => !['config.data', 'config.saveas'].includes(hint)))(
    'puts %s before files on disk',
    (hint, wrong) => {
      expect(detailOf({ ...upload, data: [{ name: 'f', value: { path: 'gone' } }], ...wrong })).toContain(hint);
    },
  );

  it('puts the place of each file before the disk', () => {
    const value = [{ path: 'gone' }, { path: '/etc/passwd' }];

    expect(detailOf({ action: 1, url, data: [{ name: 'f', value }] })).toContain('/etc/passwd');
  });
});

describe.each(['documented', 'device'] as const)('files on disk, %s', (rules: Rules) => {
  const world = () => createTroubledCaller({ rules });
  const overwrite = true;

  it.each([
    ['exists already', { saveas: 'a.txt' }],
    ['exists already', { saveas: 'a.txt', overwrite: 1 }],
    ['is a directory', { saveas: 'dir', overwrite }],
    ['is a directory', { saveas: '.', overwrite }],
    ['cannot be opened', { saveas: 'device', overwrite }],
    ['cannot be opened', { saveas: 'a.txt/x', overwrite }],
    ['cannot be written', { saveas: 'locked', overwrite }],
    ['symbolic link', { saveas: 'out/passwd', overwrite }],
    ['longer', { saveas: 'x'.repeat(300), overwrite }],
  ])('answers 13400001 for a target that %s: %j', (hint, config) => {
    const error = refusal(() => check({ action: 0, url, ...config }, world()));

    expect([error.code, error.message]).toEqual([13400001, 'File operation error.']);
    expect(error.detail).toContain(hint);
  });

  it('takes an existing target with overwrite, and leaves it alone', () => {
    const caller = world();

    expect(download({ saveas: 'a.txt', overwrite }, caller).target).toBe('/app/cache/a.txt');
    expect(caller.files.read('/app/cache/a.txt')).toHaveLength(10);
  });

  it('takes a target whose directories are missing, and makes none of them', () => {
    const caller = world();

    expect(download({ saveas: 'x/y/z' }, caller).target).toBe('/app/cache/x/y/z');
    expect(caller.files.look('/app/cache/x').kind).toBe('missing');
  });

  it.each(['gone', 'dir', 'device', 'locked', 'a.txt/x', 'out/passwd'])(
    'answers 13400001 for an upload of %s',
    (path) => {
      const config = { action: 1, url, data: [{ name: 'f', value: [{ path: 'a.txt' }, { path }] }] };

      expect(refusal(() => check(config, world())).code).toBe(13400001);
    },
  );

  it.each([
    [401, { mode: 0, overwrite }],
    [401, { mode: 2, overwrite }],
    [401, { mode: 1 }],
    [13400001, { mode: 1, overwrite }],
  ])('answers %i for a download to a user file with %j', (code, more) => {
    const config = { action: 0, url, saveas: 'file://docs/storage/x', ...more };

    expect(refusal(() => check(config, world())).code).toBe(code);
  });

  it.each([
    [401, 0],
    [13400001, 1],
  ])('answers %i for an upload of a user file in mode %i', (code, mode) => {
    const config = { action: 1, url, mode, data: [{ name: 'f', value: { path: 'file://media/Photo/1' } }] };

    expect(refusal(() => check(config, world())).code).toBe(code);
  });
});

describe('an upload', () => {
  it('keeps the order of fields and files, and fills in what files lack', () => {
    const data = [
      { name: 'one', value: '1' },
      { name: '', value: [{ path: ' a.txt ' }, { path: '/app/files/b', filename: 'x.y.png' }] },
      { name: 'two', value: '2' },
      { name: 'f', value: { path: 'internal://files/b', filename: '', contentType: 'image/png', mimeType: 'no' } },
    ];

    const { spec, sizes } = check({ action: 1, url, method: 'post', data, index: 2 });

    expect(spec.method).toBe('POST');
    expect(spec.form).toEqual([
      { name: 'one', value: '1' },
      { name: 'two', value: '2' },
    ]);
    expect(spec.files).toEqual([
      { name: 'file', path: '/app/cache/a.txt', filename: 'a.txt', contentType: 'txt' },
      { name: 'file', path: '/app/files/b', filename: 'x.y.png', contentType: 'png' },
      { name: 'f', path: '/app/files/b', filename: 'b', contentType: 'image/png' },
    ]);
    expect(sizes).toEqual([10, 1, 1]);
  });

  it.each([
    [0, -1, 10],
    [2, 4, 3],
    [2, 99, 8],
    [0, 0, 1],
    [9, 9, 1],
    [5, 2, 10],
    [10, -1, 10],
  ])('sends of 10 bytes from %i to %i: %i', (begins, ends, bytes) => {
    const data = [{ name: 'f', value: [{ path: '/app/files/b' }, { path: 'a.txt' }] }];

    expect(check({ action: 1, url, data, index: 1, begins, ends }).sizes).toEqual([1, bytes]);
  });

  it('sends nothing of an empty file', () => {
    expect(check({ ...upload, begins: 3 }, createCaller({ on: { '/app/cache/a.txt': '' } })).sizes).toEqual([0]);
  });
});
