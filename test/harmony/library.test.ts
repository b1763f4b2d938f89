import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';

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

/** An app that uses the published types: what is marked must not compile, everything else must. */
const typed = `
import request from 'longshore/harmony';
import cacheDownload from 'longshore/harmony/cache-download';

export function preloads(info: cacheDownload.DownloadInfo): number {
  cacheDownload.download('https://a.example', { cacheStrategy: cacheDownload.CacheStrategy.LAZY });
  // @ts-expect-error: a type that has become any would take this
  const wrong: cacheDownload.DownloadError = 5;
  return wrong.errorCode + info.resource.size;
}

export function enums(config: request.agent.Config, progress: request.agent.Progress, asked: number): boolean {
  const { agent } = request;
  let mode = agent.Mode.BACKGROUND;
  if (asked > 0) mode = agent.Mode.FOREGROUND;
  const state: request.agent.State = progress.state;
  const states: Array<request.agent.State> = [agent.State.RUNNING, 0x40, state];
  const events: Array<string> = [agent.BroadcastEvent.COMPLETE];
  config.mode = mode;
  config.action = agent.Action.UPLOAD;
  config.action = 1;
  config.action = asked;
  // @ts-expect-error: no member
  config.action = 7;
  let session = request.SESSION_SUCCESSFUL;
  session = asked;
  return progress.state === agent.State.RUNNING && states.length + events.length === session;
}

// As \`@ohos.base\` declares them.
interface BusinessError<T = void> extends Error { code: number; data?: T }
type AsyncCallback<T, E = void> = (err: BusinessError<E>, data: T) => void;

export function callbacks(config: request.agent.Config, told: AsyncCallback<request.agent.Task>): void {
  const context = { stageMode: true };
  request.agent.create(context, config, told);
  request.agent.create(context, config, (err, task) => {
    if (err.code === 13900002) err.code = 0;
    task.start((error: BusinessError) => console.error(error.code));
  });
}
`;

it('has types that hold for who reads every word of them', { timeout: 60_000 }, async () => {
  // Inside the package, so that its entries are found by name.
  const desk = mkdtempSync(join(repository, 'dist', 'types-'));
  onTestFinished(() => rmSync(desk, { recursive: true, force: true }));
  writeFileSync(join(desk, 'app.ts'), typed);
  const compilerOptions = {
    target: 'ES2022',
    module: 'NodeNext',
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    types: ['node'],
  };
  writeFileSync(
    join(desk, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, include: ['app.ts', '../harmony/*.d.ts'] }),
  );
  const tsc = join(repository, 'node_modules/typescript/bin/tsc');

  const printed = await promisify(execFile)(process.execPath, [tsc, '--project', desk]).then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  );

  expect(printed).toBe('');
});
