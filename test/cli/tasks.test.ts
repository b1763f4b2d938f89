import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import Database from 'libsql';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type DemoServer, startDemoServer } from '../../src/cli/demo-server.ts';
import { bytesAt, type Desk, openDesk, until } from './command-line.ts';

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

it('has no tasks where there is no store, and makes none', async () => {
  const { code, stdout } = await desk.run('tasks');

  expect({ code, stdout }).toEqual({ code: 0, stdout: 'no tasks\n' });
  expect(existsSync(desk.path('state'))).toBe(false);
});

it('lists what there is, in columns', async () => {
  await desk.run('get', server.offer('file.bin', randomBytes(2_048)), `${server.url}/missing`);

  const { stdout } = await desk.run('tasks', 'list');

  const [head, ...rows] = stdout.trimEnd().split('\n');
  expect(head).toMatch(/TID {2}STATE {6}KIND {2}DONE +SIZE {2}FROM +→ TO$/);
  expect(rows).toHaveLength(2);
  expect(rows[0]).toMatch(/^ *\d+ {2}completed {2}get {3}100% {2}2\.0 KiB {2}http:.*\/file\.bin {2,}→ .*\/file\.bin$/);
  expect(rows[1]).toMatch(/ failed {5}get .*\/missing$/);
});

it('shows of a download that runs what is on disk', async () => {
  const first = desk.start('get', server.offer('slow', randomBytes(4_000_000), { bytesPerSecond: 1_000_000 }));
  await until(() => bytesAt(desk.path('slow')) >= 400_000);

  const { stdout } = await desk.run('tasks');

  const [, percent] = / running +get +(\d+)%/.exec(stdout) ?? [];
  expect(Number(percent)).toBeGreaterThanOrEqual(10);
  first.process.kill('SIGKILL');
  await first.ended;
});

it('removes tasks by id, by state, and all of them; their files stay', async () => {
  const urls = ['a', 'b', 'c'].map((name) => server.offer(name, randomBytes(10)));
  await desk.run('get', ...urls, `${server.url}/missing`);
  const [first] = (await desk.json('tasks')).document.tasks;

  const one = await desk.json('tasks', 'remove', first?.tid ?? '');
  const completed = await desk.json('tasks', 'remove', '--completed');
  const left = await desk.json('tasks');
  const all = await desk.run('tasks', 'remove', '--all');

  expect(one.document.tasks).toMatchObject([{ tid: first?.tid }]);
  expect(completed.document.tasks).toHaveLength(2);
  expect(left.document.tasks.map(({ url }) => url)).toEqual([`${server.url}/missing`]);
  expect(all).toMatchObject({ code: 0, stdout: 'removed 1 of 1\n' });
  expect((await desk.run('tasks')).stdout).toBe('no tasks\n');
  expect(existsSync(desk.path('a'))).toBe(true);
});

it('says of an id that it is unknown, and removes the others', async () => {
  await desk.run('get', server.offer('a', randomBytes(10)));
  const [task] = (await desk.json('tasks')).document.tasks;

  const { code, document, stderr } = await desk.json('tasks', 'remove', '42', task?.tid ?? '');

  expect(code).toBe(1);
  expect(stderr).toContain('longshore: tasks remove 42: task not found error. (21900006)');
  expect(document.errors).toMatchObject([{ code: 21900006 }]);
  expect(document.tasks).toHaveLength(1);
});

it('does not move a byte while it removes', async () => {
  const slow = server.offer('slow', randomBytes(4_000_000), { bytesPerSecond: 500_000 });
  const first = desk.start('get', slow);
  await until(() => server.seen.length > 0);
  first.process.kill('SIGKILL');
  await first.ended;

  const { code } = await desk.run('tasks', 'remove', '--all');

  expect(code).toBe(0);
  expect(server.seen).toHaveLength(1);
});

it('lets readers in, and no second writer, while a command works on the store', async () => {
  const slow = server.offer('slow', randomBytes(8_000_000), { bytesPerSecond: 500_000 });
  const first = desk.start('get', slow);
  await until(() => server.seen.length > 0);

  const [reader, getter, remover] = await Promise.all([
    desk.json('tasks'),
    desk.json('get', server.offer('other', randomBytes(10))),
    desk.run('tasks', 'remove', '--all'),
  ]);
  const elsewhere = await desk.run('get', server.offer('third', randomBytes(10)), '--store', 'other.db');

  expect(reader).toMatchObject({ code: 0, document: { tasks: [{ url: slow }] } });
  for (const { code, stderr } of [getter, remover]) {
    expect(code).toBe(1);
    expect(stderr).toContain(desk.path('state/longshore/tasks.db'));
    expect(stderr).toContain('another longshore works on it');
  }
  expect(getter.document).toMatchObject({ tasks: [], errors: [{ code: null }] });
  expect(elsewhere.code).toBe(0);
  first.process.kill('SIGKILL');
  await first.ended;
});

it('shows the others beside a task that is damaged', async () => {
  for (const name of ['a', 'b']) await desk.run('get', server.offer(name, randomBytes(10)));
  const database = new Database(desk.path('state/longshore/tasks.db'));
  database.exec("UPDATE task SET spec = '{' WHERE seq = 1");
  database.close();

  const { code, document, stderr } = await desk.json('tasks');

  expect(code).toBe(1);
  expect(document.tasks).toMatchObject([{ url: `${server.url}/b` }]);
  expect(document.errors).toMatchObject([{ code: null, message: expect.stringMatching(/^task \d+ cannot be read$/) }]);
  expect(stderr).toContain('longshore: tasks list: task ');
});

it('says of a file that is no store that it is none', async () => {
  const { code, stderr } = await desk.run('tasks', '--store', process.execPath);

  expect(code).toBe(1);
  expect(stderr).toMatch(/^longshore: tasks: store .*\n {2}it is damaged, or no store of longshore/);
});
