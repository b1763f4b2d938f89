import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { App, TaskEngine } from '../api/task-engine.ts';
import type { Task } from '../api/types.ts';
import { openEngine } from '../runtime.ts';
import type { Board } from './board.ts';
import { type DemoServer, sha256, startDemoServer } from './demo-server.ts';
import { follow } from './follow.ts';
import { bytesText } from './format.ts';
import { amountOf, stateOf } from './progress.ts';
import { cliApp } from './session.ts';

/** One file that was moved. */
export interface DemoTransfer {
  readonly name: string;
  readonly action: 'download' | 'upload';
  readonly bytes: number;
  /** What happened to it on the way. */
  readonly story: string;
  /** `Range` headers that the server saw for it. */
  readonly ranges: readonly string[];
  /** SHA-256 of what arrived, in hexadecimal; empty when nothing did. */
  readonly sha256: string;
  /** It arrived whole, and what was to happen to it did. */
  readonly ok: boolean;
}

export interface DemoOptions {
  /** An empty place on the disk. */
  readonly directory: string;
  readonly board: Board;
  /** Aborted: leave things as they are. */
  readonly signal: AbortSignal;
}

const mib = 1024 * 1024;
/** Tasks that run at once in each direction; more are created. */
const slots = 2;
/** Slow enough to watch, bytes per second. */
const servedSpeed = 2.5 * mib;
const uploadSpeed = 0.8 * mib;
/** Everything here is over in seconds; when it is not, something is wrong. */
const waitMsMax = 15_000;

interface Moving {
  readonly name: string;
  readonly action: 'download' | 'upload';
  readonly source: Uint8Array;
  readonly task: Task;
  story: string;
  /** Must the server have been asked for a range? */
  readonly resumes: boolean;
}

/** Moves files both ways against a server of our own, with a pause, a cut connection and a kill on the way. */
export async function moveFiles({ directory, board, signal }: DemoOptions): Promise<DemoTransfer[]> {
  const server = await startDemoServer();
  try {
    const place = (name: string) => join(directory, name);
    await mkdir(directory, { recursive: true });
    board.line(`A file server on ${server.url}; ${slots} slots in each direction, and more tasks than that`);
    const moved = await moveByQueue(server, place, { board, signal });
    if (signal.aborted) return moved;
    board.line('\nA process is killed in the middle of a download');
    return [...moved, ...(await moveByKill(server, place, { board, signal }))];
  } finally {
    await server.close();
  }
}

type Place = (name: string) => string;
type Shown = Pick<DemoOptions, 'board' | 'signal'>;

async function moveByQueue(server: DemoServer, place: Place, { board, signal }: Shown): Promise<DemoTransfer[]> {
  const engine = openEngine({ store: place('queue.db'), slots });
  try {
    const app = engine.app(cliApp);
    const files: Moving[] = [];
    for (const name of ['anchor.bin', 'buoy.bin', 'cable.bin'])
      files.push(await download(app, server, place, name, {}));
    const paused = await download(app, server, place, 'paused.bin', { resumes: true });
    const cut = await download(app, server, place, 'cut.bin', { resumes: true, cutAtByte: 1.5 * mib });
    files.push(paused, cut);
    for (const name of ['crate.bin', 'derrick.bin', 'ebb.bin', 'fender.bin']) {
      files.push(await upload(app, server, place, name));
    }
    for (const { task } of files) await task.start();
    board.line(`${files.length} tasks started, ${waiting(engine)} of them wait for a slot`);
    for (const file of files) if (isWaiting(engine, file.task)) file.story = 'waited for a slot';
    cut.story = 'the server cut the connection, tried again';

    const failed = new AbortController();
    const stop = AbortSignal.any([signal, failed.signal]);
    await Promise.all([
      pauseAndResume(engine, paused, { board, signal: stop }),
      follow({
        engine,
        board,
        watched: new Map(files.map(({ name, task }) => [task.tid, { name, from: 0 }])),
        nameOf: ({ tid }) => tid,
        ended: (info) => {
          const file = files.find(({ task }) => task.tid === info.tid);
          board.line(`${file?.name}: ${stateOf(info)}`);
        },
        signal: stop,
      }),
    ]).finally(() => failed.abort());
    return await Promise.all(files.map((file) => verdictOf(file, server, place)));
  } finally {
    await engine.close();
  }
}

async function pauseAndResume(engine: TaskEngine, file: Moving, { board, signal }: Shown): Promise<void> {
  await until(() => doneOf(engine, file.task) > mib, signal);
  if (signal.aborted) return;
  await file.task.pause();
  const bytes = doneOf(engine, file.task);
  board.line(`${file.name}: paused at ${bytesText(bytes)}`);
  await after(400);
  await file.task.resume();
  file.story = `paused at ${bytesText(bytes)}, resumed`;
  board.line(`${file.name}: resumed`);
}

/** A process of its own downloads, and is killed; an engine in this process finds the task in the store and goes on. */
async function moveByKill(server: DemoServer, place: Place, { board, signal }: Shown): Promise<DemoTransfer[]> {
  const name = 'killed.bin';
  const source = randomBytes(4 * mib);
  const url = server.offer(name, source, { bytesPerSecond: servedSpeed });
  const [store, target] = [place('killed.db'), place(name)];
  const args = ['get', url, '--output', target, '--store', store, '--quiet'];
  const child = spawn(process.execPath, [process.argv[1] ?? '', ...args], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  try {
    await until(async () => (await bytesAt(target)) >= mib || child.exitCode !== null, signal);
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
  if (signal.aborted) return [];
  const bytes = await bytesAt(target);
  board.line(`${name}: process ${child.pid} killed (SIGKILL) with ${bytesText(bytes)} on disk`);

  const engine = openEngine({ store, slots });
  try {
    const app = engine.app(cliApp);
    const [tid = ''] = engine.tasks().map((info) => info.tid);
    const task = await app.request.agent.getTask(app.context, tid);
    board.line(`${name}: a new engine found task ${tid} in the store, and goes on`);
    await follow({ engine, board, watched: new Map([[tid, { name, from: bytes }]]), nameOf: () => name, signal });
    const story = `its process was killed at ${bytesText(bytes)}`;
    return [await verdictOf({ name, action: 'download', source, task, story, resumes: true }, server, place)];
  } finally {
    await engine.close();
  }
}

async function download(
  app: App,
  server: DemoServer,
  place: Place,
  name: string,
  { resumes = false, cutAtByte }: { readonly resumes?: boolean; readonly cutAtByte?: number },
): Promise<Moving> {
  const source = randomBytes(3 * mib);
  const url = server.offer(name, source, {
    bytesPerSecond: servedSpeed,
    ...(cutAtByte === undefined ? {} : { cutAtByte }),
  });
  const { agent } = app.request;
  const task = await agent.create(app.context, { action: agent.Action.DOWNLOAD, url, saveas: place(name) });
  return { name, action: 'download', source, task, story: 'ran at once', resumes };
}

async function upload(app: App, server: DemoServer, place: Place, name: string): Promise<Moving> {
  const source = randomBytes(2 * mib);
  await writeFile(place(name), source);
  const { agent } = app.request;
  const task = await agent.create(app.context, {
    action: agent.Action.UPLOAD,
    url: `${server.url}/${name}`,
    data: [{ name: 'file', value: { path: place(name) } }],
  });
  await task.setMaxSpeed(uploadSpeed);
  return { name, action: 'upload', source, task, story: 'ran at once', resumes: false };
}

/** What arrived is read from the disk, or was hashed by the server. */
async function verdictOf(
  { name, action, source, story, resumes }: Moving,
  server: DemoServer,
  place: Place,
): Promise<DemoTransfer> {
  const arrived = action === 'download' ? sha256(await readFile(place(name))) : (server.received(name) ?? '');
  const ranges = server.seen.filter((seen) => seen.name === name).flatMap(({ range }) => range ?? []);
  const ok = arrived === sha256(source) && resumes === ranges.length > 0;
  return { name, action, bytes: source.length, story, ranges, sha256: arrived, ok };
}

function isWaiting(engine: TaskEngine, { tid }: Task): boolean {
  return engine.tasks().some((info) => info.tid === tid && stateOf(info) === 'waiting');
}

function waiting(engine: TaskEngine): number {
  return engine.tasks().filter((info) => stateOf(info) === 'waiting').length;
}

function doneOf(engine: TaskEngine, { tid }: Task): number {
  const info = engine.tasks().find((each) => each.tid === tid);
  return info === undefined ? 0 : amountOf(info).done;
}

async function bytesAt(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

async function until(isSo: () => boolean | Promise<boolean>, signal: AbortSignal): Promise<void> {
  const startedMs = performance.now();
  while (!signal.aborted && !(await isSo())) {
    if (performance.now() - startedMs > waitMsMax) throw new Error('the demo waits for something that does not happen');
    await after(20);
  }
}
