import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DemoServer, sha256, startDemoServer } from '../../src/cli/demo-server.ts';
import { bytesAt, type Desk, openDesk, until } from './command-line.ts';

const mib = 1024 * 1024;
const states = { waiting: 0x10, running: 0x20, paused: 0x30, completed: 0x40, failed: 0x41 };

let desk: Desk;
let server: DemoServer;
const closers: (() => void)[] = [];

beforeEach(async () => {
  desk = openDesk();
  server = await startDemoServer();
});

afterEach(async () => {
  desk.clear();
  await server.close();
  for (const close of closers.splice(0)) close();
});

const hashOf = (name: string) => sha256(readFileSync(desk.path(name)));
const ranges = (name: string) => server.seen.filter((seen) => seen.name === name).map(({ range }) => range);

describe('get', () => {
  it('saves a file under the last segment of its url', async () => {
    const bytes = randomBytes(3 * mib);
    const url = server.offer('file one.bin', bytes);

    const { code, stdout, stderr } = await desk.run('get', `${url}?version=2#part`);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(hashOf('file one.bin')).toBe(sha256(bytes));
    expect(stdout).toMatch(/^file one\.bin: complete, 3\.0 MiB in .* → .*\/file one\.bin\n$/);
  });

  it('saves where it is told, making directories, also with spaces in their names', async () => {
    const url = server.offer('a.txt', Buffer.from('hello'));
    const other = server.offer('b.txt', Buffer.from('world'));

    const one = await desk.run('get', url, '--output', 'new place/c.txt');
    const many = await desk.run('get', url, other, '-d', desk.path('deep er/down'));

    expect([one.code, many.code]).toEqual([0, 0]);
    expect(readFileSync(desk.path('new place/c.txt'), 'utf8')).toBe('hello');
    expect(readFileSync(desk.path('deep er/down/b.txt'), 'utf8')).toBe('world');
    expect(many.stdout).toContain('2 of 2 complete');
  });

  it('exits with 1 when one of several tasks fails, and completes the others', async () => {
    const good = server.offer('good.bin', randomBytes(mib));

    const { code, stdout, stderr } = await desk.run('get', `${server.url}/missing.bin`, good);

    expect(code).toBe(1);
    expect(bytesAt(desk.path('good.bin'))).toBe(mib);
    expect(existsSync(desk.path('missing.bin'))).toBe(false);
    expect(stderr).toMatch(
      /^longshore: get http:.*missing\.bin: Http protocol error\n {2}the server said 404 Not Found/,
    );
    expect(stdout).toContain('1 of 2 complete');
  });

  it('names the fault when there is no such host, and when nobody listens', async () => {
    const noHost = await desk.run('get', 'http://nohost.invalid/a');
    const noPort = await desk.run('get', 'http://127.0.0.1:1/b');

    expect([noHost.code, noPort.code]).toEqual([1, 1]);
    expect(noHost.stderr).toContain('DNS error');
    expect(noPort.stderr).toContain('TCP error');
  });

  it('leaves an existing file alone unless forced', async () => {
    const url = server.offer('file.txt', Buffer.from('new'));
    writeFileSync(desk.path('file.txt'), 'mine');

    const refused = await desk.json('get', url);
    expect(readFileSync(desk.path('file.txt'), 'utf8')).toBe('mine');
    const forced = await desk.run('get', url, '--force');

    expect(refused.code).toBe(1);
    expect(refused.document.errors).toMatchObject([
      { code: 13400001, message: 'File operation error.', detail: expect.stringContaining('--force') },
    ]);
    expect(forced.code).toBe(0);
    expect(readFileSync(desk.path('file.txt'), 'utf8')).toBe('new');
  });

  it('refuses a directory as a target, and a target below a file', async () => {
    const url = server.offer('file.txt', Buffer.from('new'));
    mkdirSync(desk.path('folder'));
    writeFileSync(desk.path('plain'), '');

    const onto = await desk.run('get', url, '-o', 'folder');
    const below = await desk.run('get', url, '-o', 'plain/below');

    expect([onto.code, below.code]).toEqual([1, 1]);
    expect(onto.stderr).toMatch(/^longshore: get .*: File operation error\. \(13400001\)\n {2}.*is a directory/);
    expect(below.stderr).toContain('(13400001)');
  });

  it('does not get again what is complete, until the file is gone or it is forced', async () => {
    const url = server.offer('file.bin', randomBytes(mib));
    await desk.run('get', url);

    const again = await desk.run('get', url);
    const forced = await desk.run('get', url, '-f');
    writeFileSync(desk.path('file.bin'), 'other');
    const changed = await desk.run('get', url);

    expect([again.code, forced.code]).toEqual([0, 0]);
    expect(again.stdout).toContain('complete already');
    expect(server.seen).toHaveLength(2);
    expect(changed.code).toBe(1);
    expect(readFileSync(desk.path('file.bin'), 'utf8')).toBe('other');
  });

  it('takes a scheme in any case, and knows the task again', async () => {
    const url = server.offer('file.bin', randomBytes(10));

    const loud = await desk.run('get', url.replace('http', 'HTTP'));
    const again = await desk.run('get', url);

    expect(loud).toMatchObject({ code: 0, stderr: '' });
    expect(again.stdout).toContain('complete already');
  });

  it('does not take the file of another task for its own', async () => {
    const [one, two] = ['one', 'two'].map((name) => server.offer(name, randomBytes(mib)));
    const missing = `${server.url}/missing`;
    await desk.run('get', one ?? '', '-o', 'file.bin');
    await desk.run('get', missing, '-o', 'file.bin', '-f');
    await desk.run('get', two ?? '', '-o', 'file.bin', '-f');
    const sum = hashOf('file.bin');

    const once = await desk.json('get', one ?? '', '-o', 'file.bin');
    const failed = await desk.json('get', missing, '-o', 'file.bin');

    expect([once.code, failed.code]).toEqual([1, 1]);
    expect(once.document.errors).toMatchObject([{ code: 13400001 }]);
    expect(failed.document.errors).toMatchObject([{ code: 13400001 }]);
    expect(hashOf('file.bin')).toBe(sum);
  });

  it('holds a task to its rate', async () => {
    const url = server.offer('file.bin', randomBytes(100 * 1024));
    const startedMs = performance.now();

    const { code } = await desk.run('get', url, '--limit-rate', '64k');

    expect(code).toBe(0);
    expect(performance.now() - startedMs).toBeGreaterThan(1_000);
  });

  it('sends the headers and the method it is told', async () => {
    let seen: unknown;
    const url = await serve((request, response) => {
      seen = [request.method, request.headers['x-one'], request.headers.two];
      response.end('ok');
    });

    const { code } = await desk.run('get', `${url}/f`, '-H', 'x-one: 1', '--header', 'two:b: c', '--method', 'post');

    expect(code).toBe(0);
    expect(seen).toEqual(['POST', '1', 'b: c']);
  });

  it('trusts the certificates it is given', async () => {
    const support = resolve(import.meta.dirname, '../support');
    const [key, cert] = ['localhost-key.pem', 'localhost-cert.pem'].map((name) => readFileSync(`${support}/${name}`));
    if (key === undefined || cert === undefined) throw new Error('no certificate');
    const port = await listen(createTlsServer({ key, cert }, (_, response) => response.end('secret')));

    const without = await desk.run('get', `https://localhost:${port}/f`);
    const trusting = await desk.run('get', `https://localhost:${port}/f`, '--ca', `${support}/localhost-cert.pem`);

    expect(without.code).toBe(1);
    expect(without.stderr).toContain('TSL/SSL error');
    expect(trusting.code).toBe(0);
    expect(readFileSync(desk.path('f'), 'utf8')).toBe('secret');
  });
});

describe('get, after an earlier run', () => {
  it('goes on with a Range request after SIGKILL', async () => {
    const bytes = randomBytes(6 * mib);
    const url = server.offer('big.bin', bytes, { bytesPerSecond: 4 * mib });
    const first = desk.start('get', url);
    await until(() => bytesAt(desk.path('big.bin')) >= mib);
    first.process.kill('SIGKILL');
    await first.ended;
    const kept = bytesAt(desk.path('big.bin'));

    const { code, stdout } = await desk.run('get', url);

    expect(code).toBe(0);
    expect(stdout).toContain(`resuming at`);
    expect(stdout).toContain(`(byte ${kept})`);
    expect(ranges('big.bin')).toEqual([null, `bytes=${kept}-`]);
    expect(hashOf('big.bin')).toBe(sha256(bytes));
  });

  it('pauses what runs and leaves what waits on Ctrl-C, and goes on with both', async () => {
    const sources = { 'one.bin': randomBytes(4 * mib), 'two.bin': randomBytes(mib) };
    const urls = Object.entries(sources).map(([name, bytes]) => server.offer(name, bytes, { bytesPerSecond: 4 * mib }));
    const first = desk.start('get', ...urls, '--slots', '1', '--json');
    await until(() => bytesAt(desk.path('one.bin')) >= mib);
    first.process.kill('SIGINT');
    const interrupted = await first.ended;
    const kept = bytesAt(desk.path('one.bin'));

    const again = await desk.run('get', ...urls, '--slots', '1');

    expect(interrupted.code).toBe(130);
    expect(JSON.parse(interrupted.stdout)).toMatchObject({
      tasks: [{ progress: { state: states.paused } }, { progress: { state: states.waiting } }],
    });
    expect(again.code).toBe(0);
    expect(ranges('one.bin')).toEqual([null, `bytes=${kept}-`]);
    for (const [name, bytes] of Object.entries(sources)) expect(hashOf(name)).toBe(sha256(bytes));
  });

  it('starts a failed task over from byte 0, and says so', async () => {
    const bytes = randomBytes(mib);
    const asked: (string | undefined)[] = [];
    let isBroken = true;
    const url = await serve((request, response) => {
      asked.push(request.headers.range);
      response.writeHead(200, { 'content-length': bytes.length, etag: '"1"' });
      if (!isBroken) response.end(bytes);
      else response.write(bytes.subarray(0, 100_000), () => response.destroy());
    });
    const failed = await desk.json('get', `${url}/file.bin`);
    asked.length = 0;
    isBroken = false;

    const again = await desk.run('get', `${url}/file.bin`);

    expect(failed.code).toBe(1);
    expect(failed.document.tasks).toMatchObject([{ progress: { state: states.failed } }]);
    expect(again.code).toBe(0);
    expect(again.stdout).toMatch(/^file\.bin: failed before \(.+\); starting over from byte 0\n/);
    expect(asked).toEqual([undefined]);
    expect(hashOf('file.bin')).toBe(sha256(bytes));
    const listed = await desk.json('tasks');
    expect(listed.document.tasks.map(({ progress }) => progress.state)).toEqual([states.completed]);
  });

  it('counts and tells all bytes when the file has changed meanwhile', async () => {
    const url = server.offer('big.bin', randomBytes(4 * mib), { bytesPerSecond: 8 * mib });
    const first = desk.start('get', url);
    await until(() => bytesAt(desk.path('big.bin')) >= mib);
    first.process.kill('SIGINT');
    await first.ended;
    const bytes = randomBytes(3 * mib);
    server.offer('big.bin', bytes);

    const { stdout } = await desk.run('get', url);

    expect(stdout).toContain('big.bin: the server sends the whole file; starting over from byte 0\n');
    expect(stdout).toContain('big.bin: complete, 3.0 MiB in ');
    expect(hashOf('big.bin')).toBe(sha256(bytes));
  });

  it('goes on with the headers it began with, and says which differ', async () => {
    const bytes = randomBytes(2 * mib);
    const seen: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      seen.push(request.headers.authorization);
      const from = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
      const range = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
      response.writeHead(from > 0 ? 206 : 200, {
        etag: '"1"',
        'content-length': bytes.length - from,
        ...(from > 0 ? range : {}),
      });
      if (seen.length === 1) response.write(bytes.subarray(0, mib));
      else response.end(bytes.subarray(from));
    });
    const first = desk.start('get', `${url}/f`, '-H', 'Authorization: old', '-H', 'same: 1');
    await until(() => bytesAt(desk.path('f')) > 0);
    first.process.kill('SIGINT');
    await first.ended;

    const again = await desk.run('get', `${url}/f`, '-H', 'Authorization: new', '-H', 'Same: 1');
    const anew = await desk.run('get', `${url}/f`, '-H', 'Authorization: new', '-f');

    expect(again).toMatchObject({
      code: 0,
      stderr: `longshore: get ${url}/f: goes on as it began, but these differ now: --header authorization; --force begins anew\n`,
    });
    expect(anew).toMatchObject({ code: 0, stderr: '' });
    expect(seen).toEqual(['old', 'old', 'new']);
  });

  it('is held to the rate of this command, not of the earlier one', async () => {
    const bytes = randomBytes(400 * 1024);
    const url = server.offer('file.bin', bytes);
    const first = desk.start('get', url, '--limit-rate', '32k');
    await until(() => bytesAt(desk.path('file.bin')) > 0);
    first.process.kill('SIGINT');
    await first.ended;
    const startedMs = performance.now();

    const { code } = await desk.run('get', url);

    expect(code).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(6_000);
    expect(hashOf('file.bin')).toBe(sha256(bytes));
  });

  it('starts a half done task over when forced', async () => {
    const bytes = randomBytes(4 * mib);
    const url = server.offer('big.bin', bytes, { bytesPerSecond: 8 * mib });
    const first = desk.start('get', url);
    await until(() => bytesAt(desk.path('big.bin')) >= mib);
    first.process.kill('SIGKILL');
    await first.ended;

    const forced = await desk.json('get', url, '--force');

    expect(forced.code).toBe(0);
    expect(forced.document.tasks).toHaveLength(1);
    expect(hashOf('big.bin')).toBe(sha256(bytes));
    expect(ranges('big.bin').at(-1)).toBeNull();
  });

  it('does not share its target with an unfinished task: it is refused, or forgets that one when forced', async () => {
    const [bytes, otherBytes] = [randomBytes(4 * mib), randomBytes(3 * mib)];
    const url = server.offer('one', bytes, { bytesPerSecond: 8 * mib });
    const other = server.offer('other', otherBytes);
    const third = server.offer('third', randomBytes(10));
    const first = desk.start('get', url, '-o', 'file.bin');
    await until(() => bytesAt(desk.path('file.bin')) >= mib);
    first.process.kill('SIGINT');
    await first.ended;

    const refused = await desk.json('get', other, '-o', 'file.bin');
    const beside = await desk.run('get', third);
    const forced = await desk.run('get', other, '-o', 'file.bin', '-f');
    const back = await desk.json('get', url, '-o', 'file.bin');

    expect([refused.code, beside.code]).toEqual([1, 0]);
    expect(refused.document.tasks).toEqual([]);
    expect(refused.document.errors).toMatchObject([
      { code: null, message: expect.stringMatching(/belongs to the unfinished get http:.*\/one; legal: .*--force/) },
    ]);
    expect(forced.code).toBe(0);
    expect(forced.stdout).toContain(`file.bin: forgot the unfinished get ${url}\n`);
    expect(hashOf('file.bin')).toBe(sha256(otherBytes));
    expect(back.document.errors).toMatchObject([{ code: 13400001 }]);
    expect(hashOf('file.bin')).toBe(sha256(otherBytes));
  });

  it('does not wait for tasks that an earlier run left, nor lose them', async () => {
    const slow = server.offer('slow.bin', randomBytes(8 * mib), { bytesPerSecond: mib });
    const quick = server.offer('quick.bin', randomBytes(1024));
    const first = desk.start('get', slow);
    await until(() => server.seen.length > 0);
    first.process.kill('SIGTERM');
    const { code } = await first.ended;
    const second = desk.start('get', slow);
    await until(() => server.seen.length > 1);
    second.process.kill('SIGKILL');
    await second.ended;

    const other = await desk.json('get', quick);

    expect(code).toBe(143);
    expect(other.code).toBe(0);
    expect(other.document.tasks.map(({ url }) => url)).toEqual([quick]);
    const { document } = await desk.json('tasks');
    expect(document.tasks.map(({ url, progress }) => [url, progress.state])).toEqual([
      [slow, states.running],
      [quick, states.completed],
    ]);
  });
});

async function serve(answer: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(createServer(answer))}`;
}

async function listen(listener: Server & { closeAllConnections(): void }): Promise<number> {
  await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done));
  closers.push(() => {
    listener.close();
    listener.closeAllConnections();
  });
  return (listener.address() as AddressInfo).port;
}
