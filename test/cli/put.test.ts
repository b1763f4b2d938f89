import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type DemoServer, sha256, startDemoServer } from '../../src/cli/demo-server.ts';
import { type Desk, openDesk, until } from './command-line.ts';

let desk: Desk;
let server: DemoServer;

beforeEach(async () => {
  desk = openDesk();
  server = await startDemoServer();
});

afterEach(async () => {
  desk.clear();
  await server.close();
});

function file(name: string, size = 300_000): string {
  const bytes = randomBytes(size);
  writeFileSync(desk.path(name), bytes);
  return sha256(bytes);
}

it('uploads the bytes of a file by PUT', async () => {
  const sum = file('one file.bin');

  const { code, stdout, stderr } = await desk.run('put', 'one file.bin', `${server.url}/target.bin`);

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^one file\.bin: complete, 293 KiB in /);
  expect(server.seen.map(({ method }) => method)).toEqual(['PUT']);
  expect(server.received('target.bin')).toBe(sum);
});

it('adds the names of files to a url that ends with a slash', async () => {
  const sums = [file('a b.bin'), file('c.bin')];

  const { code, document } = await desk.json('put', 'a b.bin', 'c.bin', `${server.url}/folder/`);

  expect(code).toBe(0);
  expect(document.tasks).toHaveLength(2);
  expect(['folder/a b.bin', 'folder/c.bin'].map((name) => server.received(name))).toEqual(sums);
});

it('sends forms as multipart/form-data, all files in one request when told', async () => {
  const seen: { method: string | undefined; type: string | undefined; body: string }[] = [];
  const forms = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += String(piece);
    seen.push({ method: request.method, type: request.headers['content-type'], body });
    response.end();
  });
  await new Promise<void>((done) => forms.listen(0, '127.0.0.1', done));
  writeFileSync(desk.path('a.txt'), 'first file');
  writeFileSync(desk.path('b.txt'), 'second file');
  const url = `http://127.0.0.1:${(forms.address() as AddressInfo).port}/`;

  const { code } = await desk.run('put', 'a.txt', 'b.txt', url, '--multipart', '-F', 'one=1=1', '--form', 'two=');

  forms.closeAllConnections();
  forms.close();
  expect(code).toBe(0);
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({ method: 'POST', type: expect.stringMatching(/^multipart\/form-data/) });
  for (const part of ['name="one"', '1=1', 'name="two"', 'filename="a.txt"', 'first file', 'second file']) {
    expect(seen[0]?.body).toContain(part);
  }
});

it('says of an empty file that nothing was sent', async () => {
  file('empty.bin', 0);

  const { code, stdout } = await desk.run('put', 'empty.bin', `${server.url}/x`);

  expect(code).toBe(0);
  expect(stdout).toBe('empty.bin: complete, 0 B: nothing was sent, as a device does with empty files\n');
  expect(server.seen).toEqual([]);
});

it('refuses a file that does not exist', async () => {
  const { code, document } = await desk.json('put', 'missing.bin', `${server.url}/x`);

  expect(code).toBe(1);
  expect(document).toMatchObject({ tasks: [], errors: [{ code: 13400001 }] });
});

it('sends again what an interrupted run had sent in part, as the same task', async () => {
  const sum = file('big.bin', 2_000_000);
  const url = `${server.url}/big.bin`;
  const first = desk.start('put', 'big.bin', url, '--limit-rate', '200k');
  await until(async () => (await desk.json('tasks')).document.tasks[0]?.progress.state === 0x20);
  first.process.kill('SIGINT');
  const { code } = await first.ended;
  const [paused] = (await desk.json('tasks')).document.tasks;

  const again = await desk.json('put', 'big.bin', url, '--limit-rate', '100M');

  expect(code).toBe(130);
  expect(paused?.progress.state).toBe(0x30);
  expect(again.code).toBe(0);
  expect(again.document.tasks.map(({ tid }) => tid)).toEqual([paused?.tid]);
  expect(server.received('big.bin')).toBe(sum);
});
