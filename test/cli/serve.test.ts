import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk } from './command-line.ts';

interface Served {
  readonly service: string;
  readonly url: string;
  readonly port: number;
  readonly hints: readonly string[];
}

let desk: Desk;

beforeEach(() => {
  desk = openDesk();
});

afterEach(() => desk.clear());

/** Starts with `--json`, and answers once the document is there. */
async function start(...args: readonly string[]) {
  const { process: child, ended } = desk.start('serve', ...args, '--json');
  let text = '';
  const document = await new Promise<{ readonly services: readonly Served[] }>((done, fail) => {
    child.stdout?.on('data', (piece) => {
      text += piece;
      if (text.endsWith('}\n')) done(JSON.parse(text));
    });
    ended.then(({ stderr }) => fail(new Error(stderr)), fail);
  });
  return { child, ended, services: document.services, stop: () => child.kill('SIGTERM') };
}

const run = promisify(execFile);
const curl = async (...args: readonly string[]) => (await run('curl', ['-sS', ...args])).stdout;

describe('longshore serve', () => {
  it('prints its address, and lets curl upload, list, download by range and delete a file', async () => {
    const { services, ended, stop } = await start('baidu-pcs', '--port', '0');
    const [{ url, hints } = { url: '', hints: [] }] = services;
    writeFileSync(desk.path('a.txt'), '0123456789');
    const token = /access_token=([\w.-]+)/.exec(hints.join('\n'))?.[1];
    const file = (method: string, more = '') =>
      `${url}/rest/2.0/pcs/file?method=${method}&access_token=${token}${more}`;
    const path = '&path=%2Fapps%2Flongshore%2Fa.txt';

    const uploaded = JSON.parse(await curl('-F', `file=@${desk.path('a.txt')}`, file('upload', path)));
    const listed = JSON.parse(await curl(file('list', '&path=%2Fapps%2Flongshore')));
    const part = await curl('-r', '3-5', file('download', path));
    const deleted = JSON.parse(await curl(file('delete', path)));
    stop();

    expect(uploaded).toMatchObject({ path: '/apps/longshore/a.txt', size: 10 });
    expect(listed.list).toMatchObject([{ path: '/apps/longshore/a.txt' }]);
    expect(part).toBe('345');
    expect(deleted).toHaveProperty('request_id');
    expect((await ended).code).toBe(0);
  });

  it('serves several at ports that follow each other, and tells people how to reach them', async () => {
    const port = await freePair();
    const { process: child, ended } = desk.start('serve', 'gokuai', 'tencent-cos-v4', '--port', String(port));
    let text = '';
    for (const output of [child.stdout, child.stderr]) {
      output?.on('data', (piece) => {
        text += piece;
      });
    }
    await expect.poll(() => text, { timeout: 10_000 }).toContain('Ctrl-C ends it.');
    const statuses = [await fetch(`http://127.0.0.1:${port}`), await fetch(`http://127.0.0.1:${port + 1}`)];
    child.kill('SIGINT');

    expect(statuses.every(({ status }) => status >= 400)).toBe(true);
    expect(text).toContain(`gokuai at http://127.0.0.1:${port}\n  `);
    expect(text).toContain(`tencent-cos-v4 at http://127.0.0.1:${port + 1}\n  `);
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('keeps its data, and begins with a scenario and faults', async () => {
    writeFileSync(desk.path('s.json'), '{"gokuai": {"faults": [{"on": "*", "nth": 2, "wire": {"type": "noLength"}}]}}');
    const args = ['gokuai', '--data', 'data', '--scenario', 's.json', '--fault', 'gokuai:*#1=reset:0'];

    const one = await start(...args);
    const url = one.services[0]?.url ?? '';
    await expect(fetch(url).then((response) => response.text())).rejects.toThrow();
    const second = await fetch(url);
    const [taken] = [await desk.run('serve', 'gokuai', '--data', 'data')];
    one.stop();
    await one.ended;

    expect(second.headers.has('content-length')).toBe(false);
    expect(taken).toMatchObject({ code: 2 });
    expect(taken?.stderr).toContain('another server works on');
    expect(JSON.parse(readFileSync(desk.path('data/gokuai/state.json'), 'utf8'))).toMatchObject({ service: 'gokuai' });
  });

  it('ends at once at the second signal', async () => {
    const { child, ended, services } = await start('gokuai', '--fault', '*#1=delay:10m');
    const url = services[0]?.url ?? '';
    const answer = fetch(url).catch(() => 'broken');
    await expect.poll(() => fetch(url).then(({ status }) => status), { timeout: 10_000 }).toBeGreaterThan(0);

    child.kill('SIGINT');
    // It has heard the first one once it takes no more connections.
    await expect.poll(() => fetch(url).catch(() => 'refused'), { timeout: 10_000 }).toBe('refused');
    child.kill('SIGINT');

    expect((await ended).code).toBe(130);
    expect(await answer).toBe('broken');
  });

  it('is silent when it is told to be', async () => {
    const { process: child, ended } = desk.start('serve', 'gokuai', '--quiet', '--data', 'data');
    await expect.poll(() => existsSync(desk.path('data/gokuai/state.json')), { timeout: 10_000 }).toBe(true);
    await new Promise((done) => setTimeout(done, 500)); // until it listens to signals; it says nothing to wait for
    child.kill('SIGTERM');

    expect(await ended).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('says which port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;

    const { code, stderr } = await desk.run('serve', 'gokuai', '--port', String(port));
    server.close();

    expect(code).toBe(2);
    expect(stderr).toContain(`address already in use 127.0.0.1:${port}; legal: a port that is free, or 0`);
  });

  it.each([
    [[], 'which service? legal: tencent-ci, gokuai, tencent-cos-v4, baidu-pcs'],
    [['dropbox'], 'there is no service "dropbox"; legal: tencent-ci'],
    [['gokuai', 'gokuai'], 'gokuai is named twice'],
    [['gokuai', '--port', 'x'], '--port is x; legal: 0 for a free one, else 1 to 65535'],
    [['gokuai', 'baidu-pcs', '--port', '65535'], 'legal: 0 for a free one, else 1 to 65534'],
    [['gokuai', '--base', 'x'], '--base is x; legal: one url'],
    [['gokuai', '--base', 'ftp://x'], '--base is ftp://x; legal: one url of http or https'],
    [['gokuai', '--data', 'bad.json'], '--data: ENOTDIR'],
    [['gokuai', '--host', '203.0.113.9'], 'legal: an address of this machine'],
    [['gokuai', '--fault', 'x'], '--fault x: it is not of the form <operation|*>[#n|%n]='],
    [['gokuai', '--fault', 'x=40001'], '--fault x=40001: gokuai.on is "x"; legal: *,'],
    [['gokuai', '--fault', '*=1'], 'gokuai publishes no such code'],
    [['tencent-cos-v4', '--fault', '*=-4'], 'tencent-cos-v4 never sends it: client libraries make it up'],
    [['gokuai', '--fault', '*=delay:1h'], '"1h" is no duration'],
    [['gokuai', '--scenario', 'none.json'], 'none.json cannot be read: ENOENT'],
    [['gokuai', '--scenario', 'bad.json'], 'bad.json cannot be read'],
    [['gokuai', '--scenario', 'odd.json'], 'odd.json: scenario'],
    [['gokuai', '--scenario', 'list.json'], 'list.json: scenario is a list'],
    [['gokuai', '--scenario', 'mixed.json'], '"files" stands beside services'],
    [['gokuai', 'baidu-pcs', '--scenario', 'odd.json'], 'legal for several: one for each by its name'],
  ])('refuses %j', async (args, message) => {
    writeFileSync(desk.path('bad.json'), '{');
    writeFileSync(desk.path('odd.json'), '{"files": 1}');
    writeFileSync(desk.path('list.json'), '[]');
    writeFileSync(desk.path('mixed.json'), '{"gokuai": {}, "files": []}');

    const { code, stdout, stderr } = await desk.run('serve', ...args);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});

/**
 * A free port whose successor is free too. Below those that systems give out by themselves (32,768 up on Linux): there
 * the next call of any test may take the second one.
 */
async function freePair(): Promise<number> {
  for (;;) {
    const port = 20_000 + 2 * randomInt(6_000);
    if ((await isFree(port)) && (await isFree(port + 1))) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
