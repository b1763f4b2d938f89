import { describe, expect, it } from 'vitest';
import type { ResponseHead } from '../../../src/adapters/transport/carrier.ts';
import {
  contentLength,
  firstHop,
  followRedirect,
  type Hop,
  judgeDownload,
  judgeStatus,
  planDownload,
} from '../../../src/adapters/transport/rules.ts';
import type { DownloadJob } from '../../../src/ports/transport.ts';
import { download } from '../../support/transport-world.ts';

const job: DownloadJob = { ...download, url: 'http://files.example/a' };
const ranged = { ...job, begins: 100, ends: 199 };
const validated = { ...job, validator: '"v"' };

function head(status: number, headers: Record<string, string> = {}): ResponseHead {
  const lists = Object.entries(headers).map(([name, value]) => [name, [value]] as const);
  return { version: 'HTTP/1.1', status, phrase: 'Phrase', headers: new Map(lists) };
}

describe('the plan of a download', () => {
  it.each([
    ['nothing on disk', job, 0, { keep: 0, truncate: false, headers: [] }],
    ['nothing on disk, with a validator', validated, 0, { keep: 0, truncate: false, headers: [] }],
    ['nothing on disk, a range', ranged, 0, { keep: 0, truncate: false, headers: [['Range', 'bytes=100-199']] }],
    ['an open range', { ...job, begins: 5 }, 0, { keep: 0, truncate: false, headers: [['Range', 'bytes=5-']] }],
    ['the first byte alone', { ...job, ends: 0 }, 0, { keep: 0, truncate: false, headers: [['Range', 'bytes=0-0']] }],
    ['a range upside down', { ...job, begins: 9, ends: 3 }, 0, { headers: [['Range', 'bytes=9-3']] }],
    ['bytes and no validator', job, 40, { keep: 0, truncate: true, headers: [] }],
    [
      'bytes and a validator',
      validated,
      40,
      {
        keep: 40,
        truncate: false,
        headers: [
          ['If-Range', '"v"'],
          ['Range', 'bytes=40-'],
        ],
      },
    ],
    [
      'bytes, a validator and a range',
      { ...ranged, validator: '"v"' },
      40,
      {
        keep: 40,
        truncate: false,
        headers: [
          ['If-Range', '"v"'],
          ['Range', 'bytes=140-199'],
        ],
      },
    ],
  ])('for %s', (_, given, have, plan) => {
    expect(planDownload(given, have)).toMatchObject({ kind: 'plan', ...plan });
  });

  it('is none for bytes, a range and no validator', () => {
    expect(planDownload(ranged, 40)).toMatchObject({ kind: 'fault', cause: 'range' });
  });
});

describe('the judgement of a response', () => {
  it.each([
    ['206', validated, 40, head(206, { 'content-length': '60' }), { kind: 'store', offset: 40, size: 100 }],
    ['200', validated, 40, head(200, { 'content-length': '60' }), { kind: 'store', offset: 0, size: 60 }],
    ['another success', validated, 40, head(203, { 'content-length': '60' }), { offset: 40, size: 100 }],
    ['206 to a range', ranged, 0, head(206, { 'content-length': '100' }), { offset: 0, size: 100 }],
    ['another success to a range', ranged, 7, head(201), { offset: 7, size: -1 }],
    ['200 to a range', ranged, 0, head(200), { kind: 'fault', cause: 'range', status: null }],
    ['no length', job, 0, head(200), { kind: 'store', offset: 0, size: -1 }],
    ['no length for a precise one', { ...job, precise: true }, 0, head(206), { kind: 'fault', cause: 'sizeUnknown' }],
    [
      'a length of 0 for a precise one',
      { ...job, precise: true },
      0,
      head(200, { 'content-length': '0' }),
      { size: 0 },
    ],
    ['300', job, 0, head(300), { kind: 'fault', cause: 'protocol', status: 300, detail: '300 Phrase' }],
    ['408', job, 0, head(408), { kind: 'fault', cause: 'protocol', status: 408 }],
    ['416', validated, 40, head(416), { kind: 'fault', cause: 'protocol', status: 416 }],
    ['503', ranged, 0, head(503), { kind: 'fault', cause: 'protocol', status: 503 }],
  ])('for %s', (_, given, keep, response, judgement) => {
    expect(judgeDownload(given, keep, response)).toMatchObject(judgement);
  });

  it.each([200, 201, 204, 299])('finds nothing wrong with %i', (status) => {
    expect(judgeStatus(head(status))).toBeNull();
  });

  it.each([
    ['12', 12],
    ['0', 0],
    ['', -1],
    ['-1', -1],
    ['1e3', -1],
    ['many', -1],
  ])('reads the length %j as %i', (value, length) => {
    expect(contentLength(new Map([['content-length', [value]]]))).toBe(length);
  });
});

describe('the first request', () => {
  const ask = (url: string, headers: Record<string, string> = {}) => firstHop({ ...job, url, headers }, [], false);

  it.each([
    ['http://h/ü?q=ö', 'http://h/%C3%BC?q=%C3%B6'],
    ['http://h/a b', 'http://h/a%20b'],
    ['http://h/100%', 'http://h/100%'],
    ['http://h/%20', 'http://h/%20'],
    ['https://h', 'https://h/'],
  ])('goes to %s as %s', (url, encoded) => {
    const hop = ask(url);
    expect(hop.kind === 'hop' && hop.url.href).toBe(encoded);
  });

  it.each(['https:////', 'https://?x', 'http://a b/', 'ftp://h/', ''])('does not go to %j', (url) => {
    expect(ask(url)).toMatchObject({ kind: 'fault', cause: 'build' });
  });

  it.each([{ 'X-A': 'a\r\nX-B: b' }, { 'X-A': 'a\0' }, { 'X-A': '\x7f' }, { 'X A': 'b' }, { 'X-Ä': 'b' }])(
    'refuses the headers %j',
    (headers) => {
      expect(ask('http://h/', headers as Record<string, string>)).toMatchObject({ kind: 'fault', cause: 'build' });
    },
  );

  it('leaves out what the connection decides, and puts what is added in the place of what was configured', () => {
    const headers = { 'Content-Length': '7', Connection: 'close', RANGE: 'bytes=0-', 'X-Mine': 'yes' };

    const hop = firstHop({ ...job, headers }, [['Range', 'bytes=5-']], false);

    expect(hop).toMatchObject({
      headers: [
        ['X-Mine', 'yes'],
        ['Range', 'bytes=5-'],
      ],
    });
  });
});

describe('a redirect', () => {
  const put: Hop = {
    kind: 'hop',
    url: new URL('https://a.example/dir/old?q'),
    method: 'PUT',
    headers: [
      ['Content-Type', 'text/plain'],
      ['Content-Length', '3'],
      ['Authorization', 'x'],
      ['cookie', 'x'],
      ['Cookie2', 'x'],
      ['Proxy-Authorization', 'x'],
      ['WWW-Authenticate', 'x'],
      ['Host', 'virtual.example'],
      ['X-Mine', 'yes'],
    ],
    hasBody: true,
  };
  const policy = { redirect: true, redirectsMax: 30 };
  const to = (status: number, location: string, from = put, followed = 0) =>
    followRedirect(policy, from, head(status, { location }), followed);
  const namesOf = (hop: ReturnType<typeof to>) => (hop?.kind === 'hop' ? hop.headers.map(([name]) => name) : null);

  it.each([301, 302, 303])('of %i turns a PUT into a GET without body and content headers', (status) => {
    const hop = to(status, '/new');

    expect(hop).toMatchObject({ method: 'GET', hasBody: false });
    expect(namesOf(hop)).not.toContain('Content-Type');
    expect(namesOf(hop)).not.toContain('Content-Length');
  });

  it.each([
    [301, 'GET'],
    [302, 'HEAD'],
    [303, 'GET'],
    [307, 'PUT'],
    [307, 'POST'],
    [308, 'PUT'],
  ])('of %i keeps %s and its body', (status, method) => {
    const hop = to(status, '/new', { ...put, method });

    expect(hop).toMatchObject({ method, hasBody: true, headers: put.headers });
  });

  it.each([
    ['/new', 'https://a.example/new'],
    ['new', 'https://a.example/dir/new'],
    ['//b.example/ü', 'https://b.example/%C3%BC'],
    ['http://b.example', 'http://b.example/'],
  ])('resolves %s', (location, href) => {
    const hop = to(302, location);
    expect(hop?.kind === 'hop' && hop.url.href).toBe(href);
  });

  it.each(['https://b.example/', 'https://a.example:444/', 'http://a.example/'])(
    'to %s leaves behind what was meant for one authority',
    (location) => {
      expect(namesOf(to(307, location))).toEqual(['Content-Type', 'Content-Length', 'X-Mine']);
    },
  );

  it('to the same authority in other words takes everything along', () => {
    expect(namesOf(to(307, 'https://A.example:443/'))).toHaveLength(put.headers.length);
  });

  it.each(['', ' ', 'ftp://b.example/', 'http://', 'http://[/'])('to %j cannot be followed', (location) => {
    expect(to(302, location)).toMatchObject({ kind: 'fault', cause: 'redirect' });
  });

  it('without a Location cannot be followed', () => {
    expect(followRedirect(policy, put, head(302), 0)).toMatchObject({ kind: 'fault', cause: 'redirect' });
  });

  it('is followed as often as the job allows', () => {
    expect(to(302, '/new', put, 29)).toMatchObject({ kind: 'hop' });
    expect(to(302, '/new', put, 30)).toMatchObject({ kind: 'fault', cause: 'redirect' });
  });

  it.each([200, 300, 304, 305, 404])('is none with the status %i', (status) => {
    expect(to(status, '/new')).toBeNull();
  });

  it('is none when the job follows none', () => {
    expect(followRedirect({ ...policy, redirect: false }, put, head(302, { location: '/new' }), 0)).toBeNull();
  });
});
