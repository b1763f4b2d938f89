import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const repository = resolve(import.meta.dirname, '../..');

/** An app in a plain script: a download over a socket, on the device that is there when nobody asked for one. */
const script = `
import { createServer } from 'node:http';
import request, { theDevice } from 'longshore/harmony';
const server = createServer((_, response) => response.end('text'));
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const { app, directory } = theDevice();
const url = 'http://127.0.0.1:' + server.address().port + '/a';
const task = await request.agent.create(app.context, { action: request.agent.Action.DOWNLOAD, url });
await new Promise((completed) => {
  task.on('completed', completed);
  task.start();
});
server.close();
console.log(JSON.stringify({ directory, info: await request.agent.show(task.tid) }));
`;

it('runs in a script of its own, which ends and leaves nothing', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: repository,
    timeout: 20_000,
  });

  const { directory, info } = JSON.parse(stdout);
  expect(info.progress).toMatchObject({ state: 0x40, processed: 4 });
  expect(existsSync(directory)).toBe(false);
});
