import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryFiles } from '../../src/adapters/files/memory.ts';
import { appPlace, lies, pathError, type Roots, resolvePath, shownPath, targetInput } from '../../src/api/paths.ts';
import { refusal } from './caller.ts';

const named = { cache: '/app/cache', files: '/app/files' };
const bundle = 'com.example.app';

function resolve(input: string, roots: Roots = named, files = createMemoryFiles()) {
  return resolvePath(input, appPlace(bundle, roots), files);
}

describe('resolvePath', () => {
  it.each([
    ['an absolute path', '/app/files/a', '/app/files/a'],
    ['a bare name', 'a', '/app/cache/a'],
    ['a relative path', './b/a', '/app/cache/b/a'],
    ['a uri of the app', `file://${bundle}/app/files/a`, '/app/files/a'],
    ['the cache', 'internal://cache/a', '/app/cache/a'],
    ['another named directory', 'internal://files/b/a', '/app/files/b/a'],
    ['dots and doubled slashes', '/app//x/.././cache//./a', '/app/cache/a'],
    ['a way around through a neighbour', '../files/a', '/app/files/a'],
    ['a name with a scheme nobody knows', 'http://x', '/app/cache/http:/x'],
    ['a name that objects have by birth', 'internal://cache/__proto__', '/app/cache/__proto__'],
  ])('resolves %s', (_, input, path) => {
    expect(resolve(input)).toEqual({ kind: 'file', path });
  });

  it.each(['file://docs/storage/a', 'file://media/Photo/1/a.jpg'])('leaves %s to the user', (input) => {
    expect(resolve(input)).toEqual({ kind: 'user' });
  });

  it.each([
    ['malformed', 'file://com.other.app/app/cache/a'],
    ['malformed', `file://${bundle}`],
    ['malformed', 'file:///app/cache/a'],
    ['malformed', 'internal:///a'],
    ['malformed', '/app/cache/../../../a'],
    ['malformed', '/app/cache/a\0b'],
    ['outside', '/etc/passwd'],
    ['outside', '../../etc/passwd'],
    ['outside', '/app/cachet/a'],
    ['outside', '/app'],
    ['outside', 'internal://temp/a'],
    ['outside', 'internal://__proto__/a'],
    ['outside', `file://${bundle}/etc/passwd`],
    ['outside', `/${'x'.repeat(5000)}`],
    ['unreachable', 'x'.repeat(256)],
    ['unreachable', 'ü'.repeat(128)],
    ['unreachable', 'x/'.repeat(2100)],
  ])('calls %s: %.60s', (trouble, input) => {
    expect(resolve(input)).toMatchObject({ kind: 'bad', trouble });
  });

  it('takes a name of 255 bytes', () => {
    expect(resolve('x'.repeat(255)).kind).toBe('file');
  });

  it('refuses a link that leads out, and takes one that stays', () => {
    const files = createMemoryFiles();
    files.makeLink('/app/cache/out', '/etc');
    files.makeLink('/app/cache/in', '/app/files');
    files.makeLink('/app/cache/round', '/app/cache/round');

    expect(resolve('out/passwd', named, files)).toMatchObject({ trouble: 'escaping' });
    expect(resolve('in/a', named, files)).toEqual({ kind: 'file', path: '/app/cache/in/a' });
    expect(resolve('round/a', named, files)).toMatchObject({ trouble: 'unreachable' });
  });

  it('takes a root that is a link, by both of its names', () => {
    const files = createMemoryFiles();
    files.makeLink('/tmp', '/private/tmp');

    expect(resolve('a', ['/tmp/app'], files)).toEqual({ kind: 'file', path: '/tmp/app/a' });
    expect(resolve('/private/tmp/app/a', ['/tmp/app'], files)).toEqual({ kind: 'file', path: '/private/tmp/app/a' });
  });

  it('takes the first root of a list for the cache', () => {
    const roots = ['/one', '/two/'];

    expect(resolve('internal://cache/a', roots)).toEqual({ kind: 'file', path: '/one/a' });
    expect(resolve('/two/a', roots)).toEqual({ kind: 'file', path: '/two/a' });
  });

  it('finds nothing outside a root that is all of the disk', () => {
    expect(resolve('/etc/passwd', ['/'])).toEqual({ kind: 'file', path: '/etc/passwd' });
  });

  it('never leads out of the roots', () => {
    const files = createMemoryFiles();
    files.makeLink('/app/cache/out', '/etc');
    files.makeLink('/app/cache/up', '..');
    files.makeLink('/app/files/on', '../cache/out');
    const part = fc.constantFrom(
      '..',
      '.',
      '',
      'a',
      'out',
      'up',
      'on',
      'app',
      'cache',
      'files',
      'etc',
      '\0',
      '~',
      '%2e%2e',
    );
    const start = fc.constantFrom(
      '',
      '/',
      '/app/cache/',
      '/app/files/',
      'internal://',
      `file://${bundle}/`,
      'file://docs/',
    );
    fc.assert(
      fc.property(start, fc.array(part, { maxLength: 9 }), (scheme, parts) => {
        const located = resolve(scheme + parts.join('/'), named, files);
        if (located.kind !== 'file') return true;
        const real = files.realPath(located.path);
        return lies(real, '/app/cache') || lies(real, '/app/files');
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a sandbox', () => {
  const roots = { sandbox: '/box', module: 'main' };
  const home = '/data/storage/el2/base/haps/main';

  it.each([
    ['a', `${home}/cache/a`],
    ['internal://cache/a', `${home}/cache/a`],
    ['internal://files/a', `${home}/files/a`],
    ['/data/storage/el1/base/a', '/data/storage/el1/base/a'],
    [`file://${bundle}/data/storage/el5/base/a`, '/data/storage/el5/base/a'],
  ])('holds %s where a device would show it', (input, shown) => {
    const located = resolve(input, roots);

    expect(located).toEqual({ kind: 'file', path: `/box${shown}` });
    expect(shownPath(`/box${shown}`, appPlace(bundle, roots))).toBe(shown);
  });

  it.each(['/data/storage/el3/base/a', '/box/data/storage/el2/base/a', '/data/storage/el2/basement/a'])(
    'does not hold %s',
    (input) => {
      expect(resolve(input, roots)).toMatchObject({ trouble: 'outside' });
    },
  );
});

describe('appPlace', () => {
  it.each([[[]], [['relative']], [{ cache: 'c' }], [{ sandbox: '../x' }], [['/a/../..']], [['/a\0']]])(
    'refuses the roots %j',
    (roots) => {
      expect(refusal(() => appPlace(bundle, roots)).code).toBe(401);
    },
  );

  it('shows paths outside a sandbox as they are', () => {
    expect(shownPath('/app/cache/a', appPlace(bundle, named))).toBe('/app/cache/a');
  });
});

describe('targetInput', () => {
  it.each([
    ['http://h/d/f.txt', 'documented', './f.txt'],
    ['http://h/d/f.txt?q=1', 'documented', './f.txt'],
    ['http://h/d/f.txt?q=/a/b#c/d', 'documented', './f.txt'],
    ['http://h/d/f.txt?q=1', 'device', './f.txt?q=1'],
    ['http://h/d/f.txt?q=/a/b', 'device', './b'],
    ['http://h', 'documented', './h'],
  ] as const)('names the target of %s, %s, %s', (url, rules, path) => {
    for (const input of [undefined, '', '  ', ' ./ ']) expect(targetInput(input, 'f', url, rules, 'agent')).toBe(path);
  });

  it('drops spaces around a given path', () => {
    expect(targetInput('  a b ', 'f', 'http://h/x', 'documented', 'agent')).toBe('a b');
  });

  it.each([
    ['dir/', 'http://h/x', 'documented', 'agent', 401],
    [undefined, 'http://h/', 'documented', 'agent', 401],
    [undefined, 'http://h/?q', 'documented', 'agent', 401],
    [undefined, 'http://h/x?q=/', 'device', 'agent', 401],
    ['dir/', 'http://h/x', 'documented', 'legacy', 13400002],
    [undefined, 'http://h/', 'device', 'legacy', 401],
  ] as const)('refuses %s of %s, %s %s, with %i', (input, url, rules, api, code) => {
    expect(refusal(() => targetInput(input, 'config.saveas', url, rules, api)).code).toBe(code);
  });
});

describe('pathError', () => {
  it.each([
    ['malformed', 401, 13400002, 401],
    ['outside', 401, 13400002, 401],
    ['escaping', 13400001, 13400002, 13400001],
    ['missing', 13400001, 13400002, 13400002],
    ['unreadable', 13400001, 13400001, 13400002],
    ['exists', 13400001, 13400002, 13400002],
    ['unusable', 13400001, 13400001, 13400001],
  ] as const)('is for %s: agent %i, legacy by the book %i, legacy on a device %i', (trouble, agent, book, device) => {
    const code = (api: 'agent' | 'legacy', rules: 'documented' | 'device') =>
      pathError(trouble, { api, rules, where: 'config.saveas', why: 'is odd', got: 'x' }).code;

    expect([code('agent', 'documented'), code('agent', 'device')]).toEqual([agent, agent]);
    expect([code('legacy', 'documented'), code('legacy', 'device')]).toEqual([book, device]);
  });
});
