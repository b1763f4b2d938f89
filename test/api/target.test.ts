import { describe, expect, it } from 'vitest';
import { createMemoryFiles } from '../../src/adapters/files/memory.ts';
import { claimTarget } from '../../src/api/target.ts';
import { refusal } from './caller.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('claimTarget, documented', () => {
  it('makes a missing target and its parents at once', () => {
    const files = createMemoryFiles();

    const claim = claimTarget(files, '/app/cache/a/b', 'documented');

    expect(files.list()).toEqual(['/app/cache/a/b']);
    claim.accept();
    expect(files.list()).toEqual(['/app/cache/a/b']);
  });

  it('removes what it made when the task is refused', () => {
    const files = createMemoryFiles();

    claimTarget(files, '/app/cache/a', 'documented').release();

    expect(files.list()).toEqual([]);
  });

  it('leaves an older file as it is when the task is refused', () => {
    const files = createMemoryFiles({ files: { '/app/cache/a': 'old' } });

    claimTarget(files, '/app/cache/a', 'documented').release();

    expect(text(files.read('/app/cache/a'))).toBe('old');
  });

  it('empties an older file only once the task is accepted', () => {
    const files = createMemoryFiles({ files: { '/app/cache/a': 'old' } });

    const claim = claimTarget(files, '/app/cache/a', 'documented');
    const before = text(files.read('/app/cache/a'));
    claim.accept();

    expect([before, text(files.read('/app/cache/a'))]).toEqual(['old', '']);
  });

  it('is settled by its first word', () => {
    const files = createMemoryFiles();
    const accepted = claimTarget(files, '/app/cache/a', 'documented');
    accepted.accept();
    accepted.release();
    files.write('/app/cache/b', 'old');
    const released = claimTarget(files, '/app/cache/b', 'documented');
    released.release();
    released.accept();

    expect(files.list()).toEqual(['/app/cache/a', '/app/cache/b']);
    expect(text(files.read('/app/cache/b'))).toBe('old');
  });

  it('removes the file behind a link and keeps the link', () => {
    const files = createMemoryFiles();
    files.makeLink('/app/cache/link', '/app/cache/real');

    claimTarget(files, '/app/cache/link', 'documented').release();

    expect(files.list()).toEqual([]);
    expect(files.realPath('/app/cache/link')).toBe('/app/cache/real');
  });

  it('keeps bytes that somebody else has written meanwhile', () => {
    const files = createMemoryFiles();
    const claim = claimTarget(files, '/app/cache/a', 'documented');
    files.write('/app/cache/a', 'not ours');

    claim.release();

    expect(files.list()).toEqual(['/app/cache/a']);
  });

  it('does not complain when its file cannot be removed', () => {
    const files = createMemoryFiles();
    const claim = claimTarget(files, '/app/cache/a', 'documented');
    files.fail('/app/cache/a', 'io');

    claim.release();

    expect(files.list()).toEqual(['/app/cache/a']);
  });

  it('tells 13400001 when an accepted target cannot be emptied', () => {
    const files = createMemoryFiles({ files: { '/app/cache/a': 'old' } });
    const claim = claimTarget(files, '/app/cache/a', 'documented');
    files.fail('/app/cache/a', 'io');

    expect(refusal(() => claim.accept()).code).toBe(13400001);
  });
});

describe('claimTarget, device', () => {
  it('empties an older file at once, and leaves it empty when the task is refused', () => {
    const files = createMemoryFiles({ files: { '/app/cache/a': 'old' } });

    claimTarget(files, '/app/cache/a', 'device').release();

    expect(text(files.read('/app/cache/a'))).toBe('');
  });

  it('leaves a new file behind when the task is refused', () => {
    const files = createMemoryFiles();

    claimTarget(files, '/app/cache/a', 'device').release();

    expect(files.list()).toEqual(['/app/cache/a']);
  });
});

describe.each(['documented', 'device'] as const)('claimTarget, %s', (rules) => {
  it.each([
    ['a directory', '/app/cache'],
    ['a parent that is a file', '/app/cache/file/a'],
    ['a file that may not be written', '/app/cache/locked'],
    ['a broken disk', '/app/cache/broken'],
  ])('answers 13400001 for %s', (_, path) => {
    const files = createMemoryFiles({ files: { '/app/cache/file': '', '/app/cache/locked': '' } });
    files.setMode('/app/cache/locked', { writable: false });
    files.fail('/app/cache/broken', 'space');

    const { code, message, detail } = refusal(() => claimTarget(files, path, rules));

    expect([code, message]).toEqual([13400001, 'File operation error.']);
    expect(detail).toContain(path);
  });
});
