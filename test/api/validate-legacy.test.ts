import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Action, Rules } from '../../machines/vocabulary.ts';
import type { Caller } from '../../src/api/validate.ts';
import { checkLegacyConfig } from '../../src/api/validate-legacy.ts';
import { BusinessError } from '../../src/errors.ts';
import { createCaller, createTroubledCaller, pathsInside, plainDownload, refusal, url } from './caller.ts';

const file = { filename: 'a.txt', name: 'f', uri: 'internal://cache/a.txt', type: 'text/plain' };
const upload = { url, header: {}, method: 'POST', files: [file], data: [] };

const download = (more: object, caller: Caller = createCaller()) =>
  checkLegacyConfig('download', { url, ...more }, caller);
const send = (more: object, caller: Caller = createCaller()) =>
  checkLegacyConfig('upload', { ...upload, ...more }, caller);

const world = (rules: Rules) => createTroubledCaller({ rules });

describe('DownloadConfig', () => {
  it('becomes a background GET that never overwrites', () => {
    expect(download({})).toEqual({
      spec: { ...plainDownload, api: 'legacy', roaming: false },
      sizes: [-1],
      rejection: null,
    });
  });

  it.each([
    ['header', { a: 'b', c: 7 }, { headers: { a: 'b', c: '' } }],
    ['header', 'text', { headers: {} }],
    ['enableMetered', true, { metered: true }],
    ['enableRoaming', true, { roaming: true }],
    ['enableRoaming', 1, { roaming: false }],
    ['description', 'x'.repeat(2000), { description: 'x'.repeat(2000) }],
    ['title', 't'.repeat(500), { title: 't'.repeat(500) }],
    ['title', '', { title: 'download' }],
    ['networkType', 1, { network: 'cellular' }],
    ['networkType', 0x10000, { network: 'wifi' }],
    ['networkType', 0x10001, { network: 'any' }],
    ['networkType', '1', { network: 'any' }],
    ['background', true, { gauge: true, notification: { visibility: 3 } }],
    ['filePath', '/app/files/x', { target: '/app/files/x' }],
    ['filePath', 'internal://cache/x', { target: '/app/cache/x' }],
    ['filePath', 'x', { target: '/app/cache/x' }],
    ['overwrite', true, { overwrite: false }],
  ])('reads %s %j', (key, value, result) => {
    expect(download({ [key]: value }).spec).toMatchObject(result);
  });

  it.each([
    ['exists', 'a.txt', 13400002, 13400002],
    ['is outside', '/etc/passwd', 13400002, 401],
    ['is malformed', 'x\0', 13400002, 401],
    ['ends with a slash', 'x/', 13400002, 401],
    ['is a directory', 'dir', 13400001, 13400001],
    ['has a file for a parent', 'a.txt/x', 13400001, 13400001],
    ['escapes by a link', 'out/passwd', 13400002, 13400001],
    ['is a user file', 'file://docs/x', 401, 401],
  ])('is refused when its target %s (%s): by the book %i, on a device %i', (_, filePath, documented, device) => {
    expect(refusal(() => download({ filePath }, world('documented'))).code).toBe(documented);
    expect(refusal(() => download({ filePath }, world('device'))).code).toBe(device);
  });

  it.each([[{}], [{ url: 'ftp://x' }], [{ url: 7 }], ['text']])('is refused with 401: %j', (config) => {
    expect(refusal(() => checkLegacyConfig('download', config, createCaller())).code).toBe(401);
  });

  it('takes the query into the name of its target on a device', () => {
    const query = { url: `${url}?q=1` };

    expect(download(query, createCaller({ rules: 'device' })).spec.target).toBe('/app/cache/file.txt?q=1');
    expect(download(query).spec.target).toBe('/app/cache/file.txt');
  });
});

describe('UploadConfig', () => {
  it('becomes a background POST', () => {
    const { spec, sizes, rejection } = send({ header: { A: 'b' }, data: [{ name: 'n', value: 'v' }] });

    expect(spec).toMatchObject({
      api: 'legacy',
      action: 'upload',
      mode: 'background',
      method: 'POST',
      title: 'upload',
      headers: { A: 'b' },
      form: [{ name: 'n', value: 'v' }],
      files: [{ name: 'f', path: '/app/cache/a.txt', filename: 'a.txt', contentType: 'text/plain' }],
      target: '',
      retry: true,
      redirect: true,
      multipart: false,
    });
    expect([sizes, rejection]).toEqual([[10], null]);
  });

  it.each([
    ['put', 'PUT'],
    ['PATCH', 'POST'],
    [7, 'POST'],
  ])('reads the method %s as %s', (method, read) => {
    expect(send({ method }).spec.method).toBe(read);
  });

  it('drops items that lack a member', () => {
    const files = [7, { ...file, type: undefined }, file, { name: 'f' }, { ...file, uri: 7 }];
    const data = [7, { name: 'n' }, { name: 'n', value: 'v' }, { name: 7, value: 'v' }];

    const { spec } = send({ files, data });

    expect([spec.files.length, spec.form]).toEqual([1, [{ name: 'n', value: 'v' }]]);
  });

  it('trims the file at its index', () => {
    expect(send({ files: [file, file], index: 1, begins: 2, ends: 4 }).sizes).toEqual([10, 3]);
  });

  it.each([
    ['Missing mandatory parameters, config.data', { data: undefined }],
    ['Missing mandatory parameters, config.files', { files: undefined }],
    ['Incorrect parameter type, config.files', { files: 'text' }],
    ['Missing mandatory parameters, config.files', { files: [] }],
    ['Missing mandatory parameters, config.files', { files: [{ name: 'f' }] }],
    ['Parameter verification failed, config.index', { index: 1 }],
    ['Parameter verification failed, config.index', { index: -1 }],
    ['Parameter verification failed, config.url', { url: 'x' }],
    ['Parameter verification failed, config.url', { url: 'x', data: undefined }],
  ])('is refused with 401, %s: %j', (detail, more) => {
    const error = refusal(() => send(more));

    expect([error.code, error.detail.startsWith(detail)]).toEqual([401, true]);
  });

  it.each(['documented', 'device'] as const)('is rejected, not thrown out, when data is no array: %s', (rules) => {
    for (const data of [null, 'text', {}, 7]) {
      const { spec, rejection } = send({ data }, createCaller({ rules }));

      expect([rejection?.code, rejection?.message]).toEqual([13499999, 'other error.']);
      expect([spec.action, spec.form]).toEqual(['upload', []]);
    }
  });

  it('throws what is wrong with its files before it rejects its data', () => {
    expect(refusal(() => send({ data: 'text', files: [{ ...file, uri: 'internal://cache/gone' }] })).code).toBe(
      13400002,
    );
  });

  it.each([
    ['missing', 'internal://cache/gone', 13400002, 13400002],
    ['a directory', 'internal://cache/dir', 13400001, 13400002],
    ['unreadable', 'internal://cache/locked', 13400001, 13400002],
    ['below a file', 'internal://cache/a.txt/x', 13400001, 401],
    ['in a missing directory', 'internal://cache/gone/x', 13400002, 401],
    ['named by a plain path', '/app/cache/a.txt', 13400002, 401],
    ['in another directory', 'internal://files/c', 13400002, 401],
    ['outside', 'internal://cache/../../etc/passwd', 13400002, 401],
    ['a link that leads out', 'internal://cache/leak', 13400002, 13400001],
    ['behind a link that leads out', 'internal://cache/out/passwd', 13400002, 401],
    ['overlong', `internal://cache/${'x'.repeat(256)}`, 13400001, 13400002],
    ['of the user', 'file://docs/x', 401, 401],
  ])('is refused when a file is %s: by the book %3$i, on a device %4$i', (_, uri, documented, device) => {
    const files = [{ ...file, uri }];

    expect(refusal(() => send({ files }, world('documented'))).code).toBe(documented);
    expect(refusal(() => send({ files }, world('device'))).code).toBe(device);
  });

  it('wants on a device that no link leads to its files', () => {
    const files = [{ ...file, uri: 'internal://cache/in/b' }];

    expect(send({ files }, world('documented')).sizes).toEqual([1]);
    expect(refusal(() => send({ files }, world('device'))).code).toBe(401);
    expect(send({ files: [{ ...file, uri: 'internal://cache/sub/b' }] }, world('device')).sizes).toEqual([1]);
  });

  it('minds no link above the root', () => {
    const caller = createCaller({ rules: 'device', roots: ['/tmp/app'] });
    caller.files.makeLink('/tmp', '/private/tmp');
    caller.files.write('/tmp/app/a.txt', 'a');

    expect(send({}, caller).spec.files[0]?.path).toBe('/tmp/app/a.txt');
  });
});

describe('what decides between upload and download', () => {
  const device = () => createCaller({ rules: 'device' });

  it('is the function, by the book', () => {
    expect(download({ method: 'POST', files: [file], data: [] }).spec.action).toBe('download');
    expect(refusal(() => checkLegacyConfig('upload', { url }, createCaller())).detail).toContain(
      'config.data is missing',
    );
  });

  it('is the config, on a device', () => {
    expect(checkLegacyConfig('download', upload, device()).spec.action).toBe('upload');
    expect(checkLegacyConfig('upload', { url }, device()).spec.action).toBe('download');
    for (const key of ['method', 'files', 'data']) {
      expect(refusal(() => download({ [key]: undefined }, device())).detail).toContain('config.data is missing');
    }
  });
});

describe('hostile legacy configs', () => {
  it('are refused with a code of the catalogue, or stay inside the roots', () => {
    const odd = fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true });
    const uri = fc.constantFrom(
      'internal://cache/a.txt',
      'internal://cache/leak',
      'internal://cache/../files/c',
      '/etc/x',
    );
    const given = fc.record(
      {
        url: fc.oneof({ weight: 5, arbitrary: fc.constantFrom(url, 'http://h/..') }, odd),
        header: odd,
        filePath: fc.oneof(fc.constantFrom('x', 'out/x', '../x', '../../x', '/app/cache/in/x'), odd),
        networkType: odd,
        method: odd,
        files: fc.oneof(fc.array(fc.record({ filename: fc.string(), name: fc.string(), uri, type: fc.string() })), odd),
        data: fc.oneof(fc.array(odd), odd),
        index: fc.oneof(fc.constantFrom(0, 1, -1), odd),
      },
      { requiredKeys: ['url'] },
    );
    const asked = fc.constantFrom<Action>('download', 'upload');
    fc.assert(
      fc.property(given, asked, fc.constantFrom<Rules>('documented', 'device'), (config, action, rules) => {
        const caller = world(rules);
        try {
          const { spec } = checkLegacyConfig(action, config, caller);
          pathsInside(caller, spec);
        } catch (error) {
          if (!(error instanceof BusinessError)) throw error;
          expect([401, 13400001, 13400002]).toContain(error.code);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
