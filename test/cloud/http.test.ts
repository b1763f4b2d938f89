import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { generateContent } from '../../src/adapters/transport/content.ts';
import type { CloudFault, WireFault } from '../../src/cloud/faults.ts';
import { ScenarioError, serveCloud } from '../../src/cloud/http.ts';
import { tiny } from './tiny.ts';
import { closeAll, dial, get, serve, talk, until } from './wire.ts';

const size = 3_000_000;
const files = [
  { path: '/file', size },
  { path: '/text', text: '0123456789' },
  { path: '/empty', text: '' },
];
const bytes = generateContent('/file', size).bytesAt(0, size);

/** Where servers put their bytes, and nobody else. */
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'longshore-http-'));
  vi.stubEnv('TMPDIR', directory);
});

afterEach(async () => {
  await closeAll();
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

const faulty = (wire: WireFault, more: Partial<CloudFault> = {}) =>
  serve({ scenario: { files, faults: [{ on: '*', wire, ...more }] } });

async function same(response: Response, expected: Uint8Array): Promise<boolean> {
  return Buffer.from(await response.arrayBuffer()).equals(expected);
}

describe('a served cloud', () => {
  it('gives back what it was given, whole and in parts', async () => {
    const { url } = await serve();
    const put = await fetch(`${url}/a`, { method: 'PUT', body: new Uint8Array(bytes) });

    const whole = await fetch(`${url}/a`);
    const part = await fetch(`${url}/a`, { headers: { range: 'bytes=1000000-2999999' } });
    const tail = await fetch(`${url}/a`, { headers: { range: 'bytes=-5' } });
    const beyond = await fetch(`${url}/a`, { headers: { range: 'bytes=3000000-' } });

    expect(put.status).toBe(200);
    expect(await same(whole, bytes)).toBe(true);
    expect(whole.headers.get('content-length')).toBe(String(size));
    expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 1000000-2999999/3000000']);
    expect(await same(part, bytes.subarray(1_000_000))).toBe(true);
    expect(await same(tail, bytes.subarray(-5))).toBe(true);
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */3000000']);
  });

  it('joins slices before it answers', async () => {
    const { url } = await serve({ scenario: { files } });

    await fetch(`${url}/join`, { method: 'POST', body: '/text,/file,/text' });

    const text = Buffer.from('0123456789');
    expect(await same(await fetch(`${url}/joined`), Buffer.concat([text, bytes, text]))).toBe(true);
  });

  it('answers slices that are too much together with an error of the service', async () => {
    const { url } = await serve({ scenario: { files }, limits: { bodyBytesMax: size + 10 } });

    const joined = await fetch(`${url}/join`, { method: 'POST', body: '/file,/file' });

    expect([joined.status, await joined.json()]).toEqual([
      400,
      { error_code: 40002, body: { type: 'unreadable', why: 'tooLarge' } },
    ]);
  });

  it('answers HEAD with the headers of GET and no body', async () => {
    const served = await serve({ scenario: { files } });

    const { head, body } = await talk(served, 'HEAD /file HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');

    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(head).toContain('content-length: 3000000');
    expect(body).toBe('');
  });

  it.each([
    ['204', 'HTTP/1.1 204 No Content', false],
    ['304', 'HTTP/1.1 304 Not Modified', false],
    ['200', 'HTTP/1.1 200 OK', true],
    ['579', 'HTTP/1.1 579 ', true],
    ['599', 'HTTP/1.1 599 ', true],
    ['612', 'HTTP/1.1 612 ', true],
    ['631', 'HTTP/1.1 631 ', true],
  ])('tells the status %s', async (status, line, hasBody) => {
    const served = await serve();

    const { head, body } = await talk(served, get(`/status/${status}`, 'Connection: close\r\n'));

    expect(head.split('\r\n')[0]).toBe(line);
    expect(head.includes('content-length: 6')).toBe(hasBody);
    expect(body).toBe(hasBody ? 'a body' : '');
  });

  it('repeats headers, and sends text in them as UTF-8', async () => {
    const served = await serve({ scenario: { files } });
    const close = 'Connection: close\r\n';
    const head = async (request: string) => Buffer.from((await talk(served, request)).head, 'latin1').toString('utf8');

    expect(await head(get('/status/200', close))).toContain('x-twice: one\r\nx-twice: two\r\n');
    expect(await head(get('/status/200', close))).toContain('x-text: 够快');
    for (const path of ['/file', '/text', '/empty']) {
      expect(await head(get(path, close))).toContain('x-text: 够快');
      expect(await head(get(path, close).replace('GET', 'HEAD'))).toContain('x-text: 够快');
    }
  });

  it('reads headers as UTF-8 by whatever name, and joins repeated ones', async () => {
    const { url, port } = await serve();
    const lines = `GET /where HTTP/1.1\r\nHost: x\r\nX-Name: 名\r\nx-name: two\r\n__proto__: y\r\nConnection: close\r\n\r\n`;

    const { body } = await talk({ port }, Buffer.from(lines));

    const { base, headers } = JSON.parse(Buffer.from(body, 'latin1').toString('utf8'));
    expect(headers['x-name']).toBe('名, two');
    expect(Object.entries(headers)).toContainEqual(['__proto__', 'y']);
    expect(base).toBe(url);
  });

  it('builds addresses from the host that the client came by, when that is this server', async () => {
    const served = await serve();
    const baseFor = async (host: string) =>
      JSON.parse((await talk(served, `GET /where HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).body).base;

    expect(await baseFor(`localhost:${served.port}`)).toBe(`http://localhost:${served.port}`);
    expect(await baseFor('bucket.cloud.example')).toBe(served.url);
    expect(await baseFor(`a/b:${served.port}`)).toBe(served.url);
    const fixed = await serve({ base: 'https://cloud.example/' });
    expect((await (await fetch(`${fixed.url}/where`)).json()).base).toBe('https://cloud.example');
    expect(fixed.hints).toEqual(['# hello', 'curl https://cloud.example//file']);
  });

  it('needs no host header, and takes a whole address as target', async () => {
    const served = await serve();

    expect((await talk(served, 'GET /where HTTP/1.0\r\n\r\n')).head).toMatch(/^HTTP\/1\.1 200/);
    expect((await talk(served, get('http://other.example/where', 'Connection: close\r\n'))).head).toMatch(/ 200 /);
    expect((await talk(served, get('http://other.example', 'Connection: close\r\n'))).head).toMatch(/ 404 /);
  });

  it('answers pipelined requests in order, each after the one before', async () => {
    const served = await serve();
    const put = 'PUT /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nfirst';

    const { text } = await talk(served, put + get('/p') + get('/nothing') + get('/p', 'Connection: close\r\n'));

    expect(text.match(/HTTP\/1\.1 \d+/g)?.map((line) => line.slice(9))).toEqual(['200', '200', '404', '200']);
    expect(text.match(/\r\n\r\nfirst/g)).toHaveLength(2);
  });

  it('invites a body that waits for it', async () => {
    const served = await serve();
    const socket = await dial(served.port);
    socket.write('PUT /e HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n');

    const [invitation] = await once(socket, 'data');
    socket.write('ok');
    const [answer] = await once(socket, 'data');
    socket.destroy();

    expect(String(invitation)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    expect(String(answer)).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  it('answers a client that has closed its own side', async () => {
    const { head, body, ending } = await talk(await serve({ scenario: { files } }), get('/file'), { half: true });

    expect(head).toMatch(/ 200 /);
    expect(body).toHaveLength(size);
    expect(ending).toBe('end');
  });

  it('answers 500 to a bug, tells of it, and goes on', async () => {
    const bugs: unknown[] = [];
    const { url } = await serve({ onBug: (bug) => bugs.push(bug) });

    const { status } = await fetch(`${url}/bug`);

    expect(status).toBe(500);
    expect(bugs).toEqual([new Error('a bug of the service')]);
    expect((await fetch(`${url}/where`)).status).toBe(200);
  });

  it('runs beside others', async () => {
    const [one, two] = await Promise.all([serve(), serve()]);
    await fetch(`${one.url}/a`, { method: 'PUT', body: 'one' });

    expect((await fetch(`${two.url}/a`)).status).toBe(404);
    expect(one.port).not.toBe(two.port);
  });

  it('refuses a scenario whose file has no place, and a port that is taken, and leaves nothing', async () => {
    const { port } = await serve();

    await expect(serveCloud(tiny, { scenario: { files: [{ path: 'x', text: '' }] } })).rejects.toThrow(ScenarioError);
    await expect(serveCloud(tiny, { port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await closeAll();

    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('faults of the wire', () => {
  it('reset: breaks after so many bytes', async () => {
    const { body, ending } = await talk(await faulty({ type: 'reset', bytes: 1_000 }), get('/file'));

    expect({ bytes: body.length, ending }).toEqual({ bytes: 1_000, ending: 'reset' });
  });

  it('reset: breaks before the head where there is no body', async () => {
    expect(await talk(await faulty({ type: 'reset', bytes: 0 }), get('/empty'))).toMatchObject({
      text: '',
      ending: 'reset',
    });
  });

  it('truncate: ends politely, though more was announced', async () => {
    const { head, body, ending } = await talk(await faulty({ type: 'truncate', bytes: 4 }), get('/text'));

    expect(head).toContain('content-length: 10');
    expect({ body, ending }).toEqual({ body: '0123', ending: 'end' });
  });

  it('truncate: leaves alone what has fewer bytes', async () => {
    const { url } = await faulty({ type: 'truncate', bytes: 10 });

    expect(await (await fetch(`${url}/text`)).text()).toBe('0123456789');
    expect(await (await fetch(`${url}/empty`)).text()).toBe('');
  });

  it('stall: sends no more, and lets go of a client that has had enough', async () => {
    const served = await faulty({ type: 'stall', bytes: 3 });
    const { body, ending } = await talk(served, get('/text'), { listenMs: 200 });
    const socket = await dial(served.port);
    socket.end(get('/text'));

    await once(socket.resume(), 'close');

    expect({ body, ending }).toEqual({ body: '012', ending: 'open' });
  });

  it('dribble: takes its time', async () => {
    const startedMs = performance.now();
    const { url } = await faulty({ type: 'dribble', bytesPerSecond: 40 });

    expect(await (await fetch(`${url}/text`)).text()).toBe('0123456789');
    expect(performance.now() - startedMs).toBeGreaterThan(200);
  });

  it('delay: is late', async () => {
    const startedMs = performance.now();
    const { url } = await faulty({ type: 'delay', delayMs: 150 });

    expect((await fetch(`${url}/text`)).status).toBe(200);
    expect(performance.now() - startedMs).toBeGreaterThan(140);
  });

  it.each([
    [5, '0123456789', 'content-length: 15'],
    [-4, '0123456789', 'content-length: 6'],
    [-40, '0123456789', 'content-length: 0'],
  ])('length: announces %i bytes more than come', async (by, sent, header) => {
    const { head, body, ending } = await talk(await faulty({ type: 'length', by }), get('/text'));

    expect(head).toContain(header);
    expect({ body, ending }).toEqual({ body: sent, ending: 'end' });
  });

  it('noLength: announces none', async () => {
    const served = await faulty({ type: 'noLength' });
    const response = await fetch(`${served.url}/text`);

    expect(response.headers.has('content-length')).toBe(false);
    expect(await response.text()).toBe('0123456789');
    expect((await talk(served, 'GET /text HTTP/1.0\r\n\r\n')).body).toBe('0123456789');
  });

  it('cut: breaks while the request is still being sent, and counts it', async () => {
    const served = await faulty({ type: 'cut', bytes: 1_000 }, { times: 1 });
    const put = ['PUT /c HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n', Buffer.alloc(2_000)];

    expect(await talk(served, put)).toMatchObject({ text: '', ending: 'reset' });
    expect((await fetch(`${served.url}/c`)).status).toBe(404);
    expect(served.state.faults.strikes).toMatchObject([{ count: 1 }]);
  });

  it('tells lies in headers', async () => {
    const told = async (type: 'noValidators' | 'changedEtag' | 'ignoredRange' | 'wrongRange') => {
      const { url } = await faulty({ type });
      return fetch(`${url}/text`, { headers: { range: 'bytes=2-4' } });
    };

    expect((await told('noValidators')).headers.has('etag')).toBe(false);
    expect((await told('changedEtag')).headers.get('etag')).toBe('"changed-1"');
    expect((await told('ignoredRange')).status).toBe(200);
    expect((await told('wrongRange')).headers.get('content-range')).toBe('bytes 3-4/10');
  });

  it('strikes by count, together with an error of the service', async () => {
    const faults = [{ on: 'download', nth: 2, code: 40001, wire: { type: 'delay' as const, delayMs: 1 } }];
    const { url } = await serve({ scenario: { files, faults } });

    const statuses = [];
    for (let n = 0; n < 3; n++) statuses.push((await fetch(`${url}/text`)).status);

    expect(statuses).toEqual([200, 400, 200]);
  });
});

describe('close', () => {
  it('lets what is under way end, and idle connections go', async () => {
    const served = await faulty({ type: 'delay', delayMs: 200 });
    const idle = await dial(served.port);
    idle.resume();
    const answer = fetch(`${served.url}/file`).then((response) => response.arrayBuffer());
    await until(() => served.state.serial === 1);

    await Promise.all([served.close(), once(idle, 'end')]);

    expect((await answer).byteLength).toBe(size);
    await expect(fetch(served.url)).rejects.toThrow('fetch failed');
    expect(served.url).toContain(String(served.port));
  });

  it('cuts what does not end in time', async () => {
    const served = await serve({
      scenario: { files, faults: [{ on: '*', wire: { type: 'stall', bytes: 0 } }] },
      limits: { closeMsMax: 100 },
    });
    const response = await fetch(`${served.url}/text`);

    await served.close();

    await expect(response.text()).rejects.toThrow();
  });

  it('may be called twice, and removes the bytes', async () => {
    const served = await serve({ scenario: { files } });
    expect(readdirSync(directory)).toHaveLength(1);

    await Promise.all([served.close(), served.close()]);

    expect(readdirSync(directory)).toEqual([]);
  });
});
