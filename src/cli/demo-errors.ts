import { readdirSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { createMemoryStore } from '../adapters/store/memory.ts';
import { type App, createEngine, type TaskEngine } from '../api/task-engine.ts';
import type { Config, Task } from '../api/types.ts';
import { catalogues } from '../errors/catalogues.ts';
import { BusinessError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import {
  createDiskFiles,
  createHttpTransport,
  createSystemClock,
  createSystemRandom,
  openSqliteStore,
} from '../runtime.ts';
import { type DemoServer, startDemoServer } from './demo-server.ts';
import { stateOf } from './progress.ts';

/** An error that was raised. */
export interface DemoError {
  /** Null when nothing was thrown, or something else. */
  readonly code: number | null;
  readonly message: string;
  /** The documented cause. */
  readonly cause: string;
  /** What was called, and how that met the cause. */
  readonly call: string;
}

export interface Raised {
  readonly error: DemoError;
  /** The code is the documented one, and the message is the catalogue's. */
  readonly ok: boolean;
}

interface Attempt {
  readonly code: number;
  readonly cause: string;
  readonly call: string;
  act(): unknown;
}

/** What the attempts work with: real engines, a real disk, a real server. */
interface Bench {
  readonly directory: string;
  readonly server: DemoServer;
  readonly engine: TaskEngine;
  /** Sets the wall clock of the engine ahead, as somebody may do on any machine. */
  readonly setClockAhead: (ms: number) => void;
  readonly app: App;
  readonly path: (name: string) => string;
}

/**
 * Raises each of the eight published errors, for each of its documented causes.
 * @param directory  an empty place on the disk.
 * @param only       one of the codes; null for all.
 */
export async function raiseErrors(directory: string, only: number | null = null): Promise<Raised[]> {
  const bench = await openBench(directory);
  try {
    const raised: Raised[] = [];
    for (const attemptsOn of [fileAttempts, serviceAttempts, queueAttempts, unknownAttempts, stateAttempts]) {
      for (const attempt of await attemptsOn(bench)) {
        if (only === null || attempt.code === only) raised.push(await raise(attempt));
      }
    }
    return raised;
  } finally {
    await bench.engine.close();
    await bench.server.close();
    await chmod(bench.path('locked'), 0o700); // else it could not be removed
  }
}

async function raise({ code, cause, call, act }: Attempt): Promise<Raised> {
  const published = catalogues.harmony.find((row) => row.code === code)?.message;
  try {
    await act();
    return { error: { code: null, message: 'nothing was thrown', cause, call }, ok: false };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!(error instanceof BusinessError)) return { error: { code: null, message, cause, call }, ok: false };
    return { error: { code: error.code, message, cause, call }, ok: error.code === code && message === published };
  }
}

// --- 13400001, 13400002 ----------------------------------------------------------------------------------------------

async function fileAttempts(bench: Bench): Promise<Attempt[]> {
  const { path } = bench;
  await mkdir(path('locked'));
  await writeFile(path('locked/secret.txt'), 'secret');
  await chmod(path('locked'), 0o000);
  await mkdir(path('folder'));
  const permission = 'Insufficient file permissions';
  const failure = 'Failed file operation';
  const badPath = 'Invalid file path';
  const lockedOut = (act: () => unknown) => withoutPrivilege(path('locked'), act);
  return [
    {
      code: 13400001,
      cause: permission,
      call: 'uploadFile of a file in a directory that may not be entered',
      act: () => lockedOut(() => uploadFile(bench, 'internal://cache/locked/secret.txt')),
    },
    {
      code: 13400001,
      cause: permission,
      call: 'downloadFile into a directory that may not be entered',
      act: () => lockedOut(() => downloadFile(bench, path('locked/new.txt'))),
    },
    {
      code: 13400001,
      cause: failure,
      call: 'uploadFile of a directory',
      act: () => uploadFile(bench, 'internal://cache/folder'),
    },
    {
      code: 13400001,
      cause: failure,
      call: 'downloadFile to a path whose parent is a file',
      act: () => downloadFile(bench, path('file.txt/below.txt')),
    },
    {
      code: 13400002,
      cause: badPath,
      call: 'uploadFile of a path that is not internal://cache/…',
      act: () => uploadFile(bench, '/etc/hostname'),
    },
    {
      code: 13400002,
      cause: badPath,
      call: 'uploadFile of a file that does not exist',
      act: () => uploadFile(bench, 'internal://cache/missing.txt'),
    },
    {
      code: 13400002,
      cause: badPath,
      call: "downloadFile to a path outside the app's directories",
      act: () => downloadFile(bench, '/outside.txt'),
    },
    {
      code: 13400002,
      cause: 'The file already exists at the path',
      call: 'downloadFile to a file that exists',
      act: () => downloadFile(bench, path('file.txt')),
    },
  ];
}

/** Root may enter everything, so root acts as nobody for the length of a call. */
function withoutPrivilege(locked: string, act: () => unknown): unknown {
  if (!mayEnter(locked) || process.seteuid === undefined) return act();
  process.seteuid(nobody);
  try {
    return act();
  } finally {
    process.seteuid(0);
  }
}

const nobody = 65_534;

function mayEnter(directory: string): boolean {
  try {
    readdirSync(directory);
    return true;
  } catch {
    return false;
  }
}

// --- 13400003, 13499999 ----------------------------------------------------------------------------------------------

async function serviceAttempts(bench: Bench): Promise<Attempt[]> {
  const { engine, path } = bench;
  return [
    {
      code: 13400003,
      cause: 'Failure of the background service',
      call: 'downloadFile while the service is down',
      async act() {
        engine.setService('unavailable');
        try {
          await downloadFile(bench, path('unserved.bin'));
        } finally {
          engine.setService('available');
        }
      },
    },
    {
      code: 13499999,
      cause: 'Task creation failure: data is no array',
      call: 'uploadFile with data: {}',
      act: () => uploadFile(bench, 'internal://cache/file.txt', {}),
    },
    {
      code: 13499999,
      cause: 'Task creation failure: its record cannot be stored',
      call: 'downloadFile while the store is full',
      act: () => overfill(bench),
    },
  ];
}

const storeBytesMax = 96 * 1024;
const attemptsMax = 1_000;

/** An engine whose store may not grow; its records are made longer than what room is left. */
async function overfill({ directory, path, server }: Bench): Promise<void> {
  const store = openSqliteStore(join(directory, 'full.db'), { bytesMax: storeBytesMax });
  const { engine, app } = startEngine(store, createSystemClock(), path(''));
  try {
    for (let at = 0; at < attemptsMax && (await isCreated(app, `${server.url}/never-started`, path(`${at}`))); at += 1);
    const description = 'x'.repeat(1_000);
    await app.request.downloadFile(app.context, { url: server.url, filePath: path('unstored.bin'), description });
  } finally {
    await engine.close();
  }
}

async function isCreated({ request, context }: App, url: string, saveas: string): Promise<boolean> {
  try {
    await request.agent.create(context, { action: request.agent.Action.DOWNLOAD, url, saveas });
    return true;
  } catch (error) {
    if (error instanceof BusinessError) return false;
    throw error;
  }
}

// --- 21900004, 21900005 ----------------------------------------------------------------------------------------------

async function queueAttempts({ app, server, path }: Bench): Promise<Attempt[]> {
  return [
    {
      code: 21900004,
      cause: 'The application failed to create a background task',
      call: 'agent.create of background task 1002',
      async act() {
        const full = startEngine(createMemoryStore(), createSystemClock(), path(''));
        const { agent } = full.app.request;
        const data = [{ name: 'file', value: { path: path('file.txt') } }];
        const config: Config = { action: agent.Action.UPLOAD, mode: agent.Mode.BACKGROUND, url: server.url, data };
        try {
          for (let at = 0; at < tasksMax; at += 1) await agent.create(full.app.context, config);
          await agent.create(full.app.context, config);
        } finally {
          await full.engine.close();
        }
      },
    },
    {
      code: 21900005,
      cause: 'A non-foreground application attempted to create a foreground task',
      call: 'agent.create with mode FOREGROUND, from the background',
      async act() {
        const { agent } = app.request;
        app.toBackground();
        try {
          const config = { action: agent.Action.DOWNLOAD, mode: agent.Mode.FOREGROUND, url: `${server.url}/file.bin` };
          await agent.create(app.context, { ...config, saveas: path('foreground.bin') });
        } finally {
          app.toForeground();
        }
      },
    },
  ];
}

/** What an app may have by the book. */
const tasksMax = 1_001;

// --- 21900006 --------------------------------------------------------------------------------------------------------

/** How long the record of a completed task is kept. */
const dayMs = 86_400_000;

async function unknownAttempts(bench: Bench): Promise<Attempt[]> {
  const { engine, app, setClockAhead } = bench;
  const { agent } = app.request;
  const manager = engine.app({
    bundle: 'longshore.demo.system',
    uid: 2,
    roots: [bench.path('')],
    system: true,
    permissions: ['ohos.permission.DOWNLOAD_SESSION_MANAGER'],
  });
  const removed = await create(bench, 'removed.bin');
  await agent.remove(removed.tid);
  const collected = await create(bench, 'collected.bin');
  await collected.start();
  while (stateOf(await agent.show(collected.tid)) !== 'completed') await after(20);
  setClockAhead(dayMs + 1);
  engine.collectGarbage();
  const fates = [
    { tid: '42', fate: 'it never was' },
    { tid: removed.tid, fate: 'it was removed' },
    { tid: collected.tid, fate: 'the clean-up took it' },
  ];
  return fates.flatMap(({ tid, fate }) => [
    {
      code: 21900006,
      cause: `Deleting a non-existent task: ${fate}`,
      call: 'agent.remove(tid)',
      act: () => agent.remove(tid),
    },
    {
      code: 21900006,
      cause: `Querying a non-existent task: ${fate}`,
      call: 'agent.show(tid)',
      act: () => agent.show(tid),
    },
    {
      code: 21900006,
      cause: `Querying a non-existent task: ${fate}`,
      call: 'agent.query(tid), by a system app',
      act: () => manager.request.agent.query(tid),
    },
  ]);
}

// --- 21900007 --------------------------------------------------------------------------------------------------------

async function stateAttempts(bench: Bench): Promise<Attempt[]> {
  const { agent } = bench.app.request;
  const deleted = await create(bench, 'deleted.bin');
  await agent.remove(deleted.tid);
  const started = await create(bench, 'started.bin');
  await started.start();
  const resting = await create(bench, 'resting.bin');
  const of = (cause: string, call: string, act: () => unknown): Attempt => ({ code: 21900007, cause, call, act });
  return [
    of('Starting a deleted task', 'task.start() after agent.remove', () => deleted.start()),
    of('Starting a non-initialized task', 'task.start() a second time', () => started.start()),
    of('Pausing a non-running task', 'task.pause() of an initialized task', () => resting.pause()),
    of('Resuming a non-paused task', 'task.resume() of an initialized task', () => resting.resume()),
    of('Stopping a non-running task', 'task.stop() of an initialized task', () => resting.stop()),
  ];
}

// --- The bench -------------------------------------------------------------------------------------------------------

async function openBench(directory: string): Promise<Bench> {
  const path = (name: string) => join(directory, 'app', name);
  await mkdir(path(''), { recursive: true });
  await writeFile(path('file.txt'), 'a file');
  const server = await startDemoServer();
  server.offer('file.bin', new Uint8Array(1024));
  let aheadMs = 0;
  const system = createSystemClock();
  const clock: Clock = {
    now: () => system.now() + aheadMs,
    elapsed: () => system.elapsed(),
    after: (delayMs, ring, options) => system.after(delayMs, ring, options),
  };
  const { engine, app } = startEngine(openSqliteStore(join(directory, 'errors.db')), clock, path(''));
  const setClockAhead = (ms: number) => {
    aheadMs = ms;
  };
  return { directory, server, engine, app, path, setClockAhead };
}

function startEngine(store: Store, clock: Clock, root: string): { readonly engine: TaskEngine; readonly app: App } {
  const files = createDiskFiles();
  const random = createSystemRandom();
  const transport = createHttpTransport({ files, clock, random });
  const engine = createEngine({ clock, random, files, transport, store });
  return { engine, app: engine.app({ bundle: 'longshore.demo', uid: 1, roots: [root] }) };
}

function create({ app, server, path }: Bench, name: string): Promise<Task> {
  const { agent } = app.request;
  const config = { action: agent.Action.DOWNLOAD, url: `${server.url}/file.bin`, saveas: path(name) };
  return agent.create(app.context, config);
}

function downloadFile({ app, server }: Bench, filePath: string): Promise<unknown> {
  return app.request.downloadFile(app.context, { url: `${server.url}/file.bin`, filePath });
}

/** @param data  of any shape, since callers of the platform are not checked by a compiler either. */
function uploadFile({ app, server }: Bench, uri: string, data: unknown = []): Promise<unknown> {
  const files = [{ filename: 'file.txt', name: 'file', type: 'txt', uri }];
  const config = { url: `${server.url}/file.txt`, header: {}, method: 'PUT', files, data: data as [] };
  return app.request.uploadFile(app.context, config);
}
