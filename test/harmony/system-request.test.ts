import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, expectTypeOf, it } from 'vitest';
import request, { type UploadRequestOptions } from '../../src/harmony/system-request.ts';
import { deadOrigin, startDevice, startSite, startTimedDevice, until } from './cache-download-scene.ts';
import { cacheOf, download, downloadedFirst, listening, partsOf, put, upload } from './system-request-scene.ts';

describe('upload', () => {
  it('sends each file in a form of its own, then tells of the last answer', async () => {
    const device = startDevice({ rules: 'device' });
    put(device, 'a.txt', 'aaa');
    put(device, 'b.png', 'bb');
    const site = await startSite((response, _, n) => response.setHeader('X-Number', String(n)).end('body'));
    const { calls, callbacks } = listening();

    const returned = upload({
      url: site.origin,
      files: [
        { uri: 'internal://cache/a.txt', name: 'mine', filename: 'c.txt' },
        {},
        { uri: 'internal://cache/b.png', type: 'png' },
      ],
      data: [{ name: 'one', value: '1' }],
      header: { 'X-Own': 'yes', 'X-Empty': '', 'X-Number': 5 },
      ...callbacks,
    });
    expect(returned).toBeUndefined();
    expect(calls).toEqual([]);

    await until(() => calls.length === 2);
    expect(site.asked.map(partsOf)).toEqual([
      [
        { name: 'one', filename: null, contentType: '', bytes: '1' },
        { name: 'file', filename: 'a.txt', contentType: 'application/octet-stream', bytes: 'aaa' },
      ],
      [
        { name: 'one', filename: null, contentType: '', bytes: '1' },
        { name: 'file', filename: 'b.png', contentType: 'png', bytes: 'bb' },
      ],
    ]);
    expect(site.asked[0]?.method).toBe('POST');
    expect(site.asked[0]?.headers).toMatchObject({ 'x-own': 'yes' });
    expect(site.asked[0]?.headers).not.toHaveProperty('x-empty');
    expect(site.asked[0]?.headers).not.toHaveProperty('x-number');
    expect(calls).toEqual([
      [
        'success',
        {
          code: 200,
          data: '',
          headers: expect.stringMatching(/^HTTP\/1\.1 200 OK\r\nx-number: 2\r\n[\s\S]*\r\n\r\n$/),
        },
      ],
      ['complete'],
    ]);
  });

  it('by the book honours names and types, and tells the body and the headers', async () => {
    const device = startDevice();
    put(device, 'a.txt', 'aaa');
    put(device, 'b.png', 'bb');
    const site = await startSite((response) => response.setHeader('X-Own', 'yes').writeHead(201).end('body'));
    const { calls, callbacks } = listening();

    upload({
      url: site.origin,
      files: [{ uri: 'internal://cache/a.txt', name: 'mine', filename: 'c.json' }, { uri: 'internal://cache/b.png' }],
      ...callbacks,
    });

    await until(() => calls.length === 2);
    expect(site.asked.map((asked) => partsOf(asked)?.[0])).toEqual([
      { name: 'mine', filename: 'c.json', contentType: 'application/json', bytes: 'aaa' },
      { name: 'file', filename: 'b.png', contentType: 'image/png', bytes: 'bb' },
    ]);
    expect(calls).toEqual([
      ['success', { code: 201, data: 'body', headers: expect.objectContaining({ 'x-own': 'yes' }) }],
      ['complete'],
    ]);
  });

  it('with PUT sends the bytes alone', async () => {
    const device = startDevice();
    put(device, 'a', 'aaa');
    const site = await startSite((response) => response.end());
    const { calls, callbacks } = listening();
    const options = { url: site.origin, method: 'PUT', files: [{ uri: 'internal://cache/a' }], ...callbacks };

    upload({ ...options, data: [{ name: 'one', value: '1' }] });
    upload({ ...options, header: { 'Content-Type': 'text/x' } });

    await until(() => calls.length === 4);
    expect(site.asked.map(({ method, body, headers }) => [method, String(body), headers['content-type']])).toEqual([
      ['PUT', 'aaa', 'application/octet-stream'],
      ['PUT', 'aaa', 'text/x'],
    ]);
  });

  it.each([
    ['text/x', 'text/x'],
    ['multipart/form-data; x=1', expect.stringMatching(/^multipart\/form-data; x=1; boundary=\w{67}$/)],
  ])('says %s when told so', async (type, sent) => {
    const device = startDevice();
    put(device, 'a', 'aaa');
    const site = await startSite((response) => response.end());
    const { calls, callbacks } = listening();

    upload({
      url: site.origin,
      files: [{ uri: 'internal://cache/a' }],
      header: { 'Content-Type': type },
      ...callbacks,
    });

    await until(() => calls.length === 2);
    expect(site.asked[0]?.headers['content-type']).toEqual(sent);
  });

  it.each([
    ['device', [200, 500], ['fail', 'complete']],
    ['documented', [200, 500], ['fail', 'complete']],
    ['device', [201, 204], ['fail', 'fail', 'complete']],
    ['documented', [201, 204], ['success', 'complete']],
    ['device', [302, 302], ['fail', 'fail', 'complete']],
  ] as const)('by the rules `%s`, answers %j are told as %j', async (rules, statuses, told) => {
    const device = startDevice({ rules });
    put(device, 'a', 'aaa');
    const site = await startSite((response, _, n) => response.writeHead(statuses[n - 1] ?? 0, { Location: '/' }).end());
    const { calls, names, callbacks } = listening();

    upload({ url: site.origin, files: Array(2).fill({ uri: 'internal://cache/a' }), ...callbacks });

    await until(() => calls.length === told.length);
    expect(names()).toEqual(told);
    expect(site.asked).toHaveLength(2);
    const failed = calls.find(([name]) => name === 'fail');
    const status = statuses.find((each) => (rules === 'device' ? each !== 200 : each >= 300));
    expect(failed?.slice(1)).toEqual(
      status === undefined ? undefined : [expect.stringMatching(new RegExp(`^HTTP/1.1 ${status} `)), status],
    );
  });

  it.each([
    ['device', ['complete']],
    ['documented', ['fail', 'complete']],
  ] as const)('by the rules `%s` what never reaches a server is told as %j', async (rules, told) => {
    const device = startDevice({ rules });
    put(device, 'a', 'aaa');
    symlinkSync(join(cacheOf(device), 'a'), join(cacheOf(device), 'link'));
    put(device, '../outside', 'secret');
    const site = await startSite((response) => response.end());
    const dead = await deadOrigin();

    for (const [url, ...uris] of [
      [dead, 'internal://cache/a'],
      [site.origin, 'internal://cache/a', 'internal://cache/missing'],
      [site.origin, 'internal://cache/link'],
      [site.origin, 'internal://cache/../outside'],
      [site.origin, 'dataability:///com.example/a'],
    ]) {
      const { calls, names, callbacks } = listening();
      upload({ url, files: uris.map((uri) => ({ uri })), ...callbacks });
      await until(() => calls.length === told.length);
      expect(names()).toEqual(told);
      if (rules === 'documented') expect(calls[0]).toEqual(['fail', expect.any(String), 400]);
    }
    expect(site.asked).toHaveLength(0);
  });

  it('begins 50 ms after the call, and needs one callback', async () => {
    const { device, clock } = startTimedDevice();
    put(device, 'a', 'aaa');
    const site = await startSite((response) => response.end());
    let self: unknown;

    upload({
      url: site.origin,
      files: [{ uri: 'internal://cache/a' }],
      success: 'no function',
      complete(this: unknown) {
        self = this;
      },
    });
    await clock.run(49);
    expect(clock.nextDueMs).toBe(50);
    expect(site.asked).toHaveLength(0);
    await clock.run(1);

    await until(() => self !== undefined, clock);
    expect(self).toBe(globalThis);
    expect(site.asked).toHaveLength(1);
  });

  it.each([
    ['a URL in upper case', { url: 'HTTP://a.example' }],
    ['a URL without a host', { url: 'http://' }],
    ['no files', { files: undefined }],
    ['no usable file', { files: [{ name: 'x' }, null, { uri: 5 }] }],
    ['data that is no list', { data: {} }],
    ['a header that is no object', { header: 'a: b' }],
    ['another method', { method: 'GET' }],
    ['a method in lower case', { method: 'post' }],
    ['a method that is undefined', { method: undefined }],
  ])('refuses %s', (_, wrong) => {
    startDevice();
    const options = { url: 'http://a.example', files: [{ uri: 'internal://cache/a' }], complete: () => {}, ...wrong };

    expect(() => upload(options)).toThrow(expect.objectContaining({ code: 13499999, message: 'other error.' }));
  });

  it('without a callback is that of the newer module', () => {
    startDevice();

    expect(() => upload({ url: 5, success: 'no function' })).toThrow(expect.objectContaining({ code: 401 }));
  });
});

describe('download', () => {
  it('gives a token at once, and tells of its end to who asks by then', async () => {
    const device = startDevice({ rules: 'device' });
    const site = await startSite((response) => response.end('hello'));
    const done = listening();
    const self: unknown[] = [];
    const options = {
      url: `${site.origin}/a.txt`,
      header: { 'X-Own': 'yes', 'X-Five': 5 },
      success(this: unknown, { token }: { token: string }) {
        self.push(this, token);
        request.onDownloadComplete({ token, ...done.callbacks });
      },
    };

    expect(download(options)).toBeUndefined();
    expect(self).toEqual([options, 'Download-Task-0']);
    expect(site.asked).toEqual([]);

    await until(() => done.calls.length > 0);
    expect(done.calls).toEqual([['success', { uri: 'internal://cache/a.txt' }]]);
    expect(readFileSync(join(cacheOf(device), 'a.txt'), 'utf8')).toBe('hello');
    expect(site.asked.map(({ method, headers }) => [method, headers['x-own'], headers['x-five']])).toEqual([
      ['HEAD', undefined, undefined],
      ['GET', 'yes', ''],
    ]);
    expect(device.traffic.rxBytes).toBeGreaterThan(0);
  });

  it('by the book completes, as does its end', async () => {
    startDevice({ rules: 'documented' });
    const site = await startSite((response) => response.end('hello'));
    const [begun, done] = [listening(), listening()];

    download({ url: `${site.origin}/a`, ...begun.callbacks });
    expect(begun.calls).toEqual([['success', { token: 'Download-Task-0' }], ['complete']]);
    request.onDownloadComplete({ token: 'Download-Task-0', ...listening().callbacks });
    request.onDownloadComplete({ token: 'Download-Task-0', ...done.callbacks });

    await until(() => done.calls.length === 2);
    expect(done.calls).toEqual([['success', { uri: 'internal://cache/a' }], ['complete']]);
  });

  it('twice in one turn is a conflict; later it finds another name', async () => {
    const device = startDevice({ rules: 'device' });
    const site = await startSite((response) => response.end('hello'));
    const { calls, callbacks } = listening();
    const finish = async (options: object) => {
      const done = listening();
      const success = ({ token }: { token: string }) => request.onDownloadComplete({ token, ...done.callbacks });
      download({ ...options, success });
      await until(() => done.calls.length > 0);
      return done.calls[0];
    };

    const first = finish({ url: `${site.origin}/a?b` });
    download({ url: `${site.origin}/a?b`, ...callbacks });
    expect(calls).toEqual([['fail', 'filename conflict', 400]]);
    await first;
    expect(await finish({ url: `${site.origin}/a?b` })).toEqual(['success', { uri: 'internal://cache/a?b1' }]);
    expect(await finish({ url: `${site.origin}/a?b` })).toEqual(['success', { uri: 'internal://cache/a?b2' }]);
    expect(await finish({ url: `${site.origin}/` })).toEqual(['success', { uri: 'internal://cache/1' }]);
    expect(await finish({ url: `${site.origin}/`, filename: 'a?b' })).toEqual([
      'success',
      { uri: 'internal://cache/a?b' },
    ]);

    expect(readdirSync(cacheOf(device)).sort()).toEqual(['1', 'a?b', 'a?b1', 'a?b2']);
  });

  it.each(['missing/a', '../a'])('refuses the name %s', (filename) => {
    startDevice({ rules: 'device' });
    const { calls, callbacks } = listening();

    download({ url: 'http://a.example/', filename, ...callbacks });

    expect(calls).toEqual([['fail', 'invalid file name', 400]]);
  });

  it('fails after ten attempts, each from the first byte, and leaves no file', async () => {
    const device = startDevice({ rules: 'device' });
    const site = await startSite((response, { method }) => {
      if (method === 'HEAD') response.end();
      else response.writeHead(200, { 'Content-Length': '9' }).write('half', () => response.destroy());
    });

    expect(await downloadedFirst(`${site.origin}/a`)).toEqual([['fail', 'Network failed', 400]]);

    expect(site.asked.map(({ method }) => method)).toEqual(Array(10).fill(['HEAD', 'GET']).flat());
    expect(site.asked.every(({ headers }) => headers.range === undefined)).toBe(true);
    expect(readdirSync(cacheOf(device))).toEqual([]);
  });

  it('succeeds with the tenth attempt', async () => {
    const device = startDevice({ rules: 'device' });
    const site = await startSite((response, _, n) => (n < 10 ? response.destroy() : response.end('hello')));

    expect(await downloadedFirst(`${site.origin}/a`)).toEqual([['success', { uri: 'internal://cache/a' }]]);

    expect(readFileSync(join(cacheOf(device), 'a'), 'utf8')).toBe('hello');
  });

  it('does not wait for a server that sends next to nothing', async () => {
    const { clock } = startTimedDevice({ rules: 'device' });
    const site = await startSite((response, _, n) =>
      n === 2 ? response.write('x'.repeat(1_799)) : response.end('hello'),
    );
    const done = listening();
    download({ url: `${site.origin}/a`, success: () => {} });
    request.onDownloadComplete({ token: 'Download-Task-0', ...done.callbacks });
    await until(() => site.asked.length === 2, clock);

    await clock.run(59_000);
    expect(site.asked).toHaveLength(2);
    await clock.run(1_001);

    await until(() => done.calls.length > 0, clock);
    expect(done.names()).toEqual(['success']);
    expect(site.asked).toHaveLength(4);
  });

  it.each([
    ['a URL that is none', { url: 5, filename: 'a' }, {}],
    ['no permission', { url: 'http://127.0.0.1/a' }, { permissions: [] }],
    ['no network', { url: 'http://127.0.0.1/a' }, { network: { type: 'offline', metered: false, roaming: false } }],
  ] as const)('fails later for %s', async (_, options, deviceOptions) => {
    startDevice({ rules: 'device', ...deviceOptions });
    const done = listening();

    download({ ...options, fail: undefined });
    request.onDownloadComplete({ token: 'Download-Task-0', ...done.callbacks });
    expect(done.calls).toEqual([]);

    await until(() => done.calls.length > 0);
    expect(done.calls).toEqual([['fail', 'Network failed', 400]]);
  });

  it('without any of the callbacks is that of the newer module', async () => {
    startDevice();

    expect(await download({ url: 'http://a.invalid/b' })).toHaveProperty('suspend');
  });

  it('refuses what cannot be called, or is no object', () => {
    startDevice();
    const other = expect.objectContaining({ code: 13499999, message: 'other error.' });

    expect(() => download({ url: 'http://a.invalid/', success: 5 })).toThrow(other);
    for (const call of [download, upload, request.onDownloadComplete]) {
      expect(() => (call as (options: unknown) => void)('text')).toThrow(other);
    }
  });
});

describe('onDownloadComplete', () => {
  it.each([
    ['device', []],
    ['documented', [['complete']]],
  ] as const)('by the rules `%s` fails at once for a token that is unknown, then calls %j', (rules, then) => {
    startDevice({ rules });

    for (const token of ['token-index', 5 as unknown as string]) {
      const { calls, callbacks } = listening();
      expect(request.onDownloadComplete({ token, ...callbacks })).toBeUndefined();
      expect(calls).toEqual([['fail', "Download task doesn't exist!", 401], ...then]);
    }
  });

  it('finds nothing of a download that has ended', async () => {
    startDevice({ rules: 'device' });
    const site = await startSite((response) => response.end('hello'));
    const late = listening();
    await downloadedFirst(`${site.origin}/a`);

    request.onDownloadComplete({ token: 'Download-Task-0', ...late.callbacks });

    expect(late.calls).toEqual([['fail', "Download task doesn't exist!", 401]]);
  });

  it('calls with its own options as `this`', async () => {
    startDevice({ rules: 'device' });
    const site = await startSite((response) => response.end('hello'));
    let self: unknown;
    const options = {
      token: 'Download-Task-0',
      success(this: unknown) {
        self = this;
      },
    };
    download({ url: `${site.origin}/a`, success: () => {} });

    request.onDownloadComplete(options);

    await until(() => self !== undefined);
    expect(self).toBe(options);
  });
});

it('has the published types', () => {
  expectTypeOf(request.upload).returns.toBeVoid();
  expectTypeOf<UploadRequestOptions['files']>().items.toHaveProperty('uri').toBeString();
});
