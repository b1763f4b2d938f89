/**
 * An engine over real sockets and SQLite, to be killed at any time. It makes random calls of the public API, and says
 * what it is about to do and what came of it, line by line. When the plan names a step, it kills itself there.
 */
import { readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createSeededRandom } from '../../src/adapters/random/seeded.ts';
import { stateWord } from '../../src/api/constants.ts';
import { createEngine } from '../../src/api/task-engine.ts';
import type { Config, Task } from '../../src/api/types.ts';
import { BusinessError } from '../../src/errors.ts';
import type { Files, FileWriter } from '../../src/ports/files.ts';
import type { Store } from '../../src/ports/store.ts';
import type { TransferJob, TransferReport, Transport } from '../../src/ports/transport.ts';
import { createDiskFiles, createHttpTransport, createSystemClock, openSqliteStore } from '../../src/runtime.ts';
import {
  type acts,
  appOf,
  type Call,
  type Line,
  limits,
  type Plan,
  type Step,
  storeOf,
  uploadNames,
} from './kill-journal.ts';
import { downloadPath } from './kill-server.ts';

const restMsMax = 6;
const habits = ['plain', 'plain', 'plain', 'plain', 'cut', 'cut', 'cut', 'rangeless', 'nameless', 'missing'] as const;
/** What is on its way to the disk is lost with the process, so that only large files are ever found half done. */
const sizes = [0, 1, 300_000, 3_000_000, 5_000_000, 8_000_000] as const;
/** Calls by how often they are made, and the state of a task that would have them. */
const wishes = [
  ['start', 30, 'initialized'],
  ['pause', 12, 'running'],
  ['resume', 14, 'paused'],
  ['stop', 4, 'running'],
  ['remove', 5, null],
  ['setMaxSpeed', 4, null],
  ['show', 3, 'running'],
  ['collect', 1, null],
  ['create', 28, null],
] as const;

const plan = JSON.parse(process.argv[2] ?? '') as Plan;
const random = createSeededRandom(plan.seed);
const tasks = new Map<string, Task>();
let stepsLeft = plan.death?.count ?? 0;
let created = 0;

say({ say: 'opening' });
const clock = createSystemClock();
const files = mortalFiles(createDiskFiles());
const engine = createEngine({
  clock,
  random: random.fork('engine'),
  files,
  store: mortalStore(openSqliteStore(storeOf(plan.directory))),
  transport: mortalTransport(createHttpTransport({ files, clock, random: random.fork('transport') })),
  limits,
});
const app = engine.app(appOf(plan.directory));
const { agent } = app.request;
for (const tid of await agent.search()) hold(await agent.getTask(app.context, tid));
say({ say: 'opened' });
for (;;) {
  await attempt(nextCall());
  await new Promise((resolve) => setTimeout(resolve, random.next() * restMsMax));
}

// --- Calls -----------------------------------------------------------------------------------------------------------

async function attempt(call: Call): Promise<void> {
  say({ say: 'about', call });
  try {
    say({ say: 'acknowledged', tid: await carryOut(call) });
  } catch (error) {
    if (!(error instanceof BusinessError)) throw error;
    say({ say: 'refused', code: error.code });
  }
}

async function carryOut(call: Call): Promise<string> {
  if (call.op === 'create') {
    const task = await agent.create(app.context, call.config);
    hold(task);
    return task.tid;
  }
  if (call.op === 'collect') {
    engine.collectGarbage();
    return '';
  }
  if (call.op === 'remove') await agent.remove(call.tid);
  else if (call.op === 'show') await agent.show(call.tid);
  else if (call.op === 'setMaxSpeed') await tasks.get(call.tid)?.setMaxSpeed(call.bytesPerSecond);
  else await tasks.get(call.tid)?.[call.op]();
  return call.tid;
}

function hold(task: Task): void {
  tasks.set(task.tid, task);
  task.on('completed', () => say({ say: 'heard', event: 'completed', tid: task.tid }));
  task.on('failed', () => say({ say: 'heard', event: 'failed', tid: task.tid }));
}

function nextCall(): Call {
  const [op, , state] = drawWish();
  if (op === 'collect') return { op };
  if (op === 'create' || tasks.size === 0) return { op: 'create', config: nextConfig() };
  const fitting = engine.tasks().filter((info) => stateWord(info.progress.state) === state && tasks.has(info.tid));
  // Now and then a call that is not to be had.
  const any = fitting.length === 0 || random.next() < 0.15;
  const tid = draw(any ? [...tasks.keys()] : fitting.map((info) => info.tid));
  return op === 'setMaxSpeed' ? { op, tid, bytesPerSecond: draw([8_000_000, 30_000_000]) } : { op, tid };
}

function nextConfig(): Config {
  created += 1;
  const title = `${plan.name}.${created}`;
  const mode = random.next() < 0.3 ? agent.Mode.FOREGROUND : agent.Mode.BACKGROUND;
  return random.next() < 0.25 ? { ...uploadConfig(title), mode } : { ...downloadConfig(title), mode };
}

function downloadConfig(title: string): Config {
  const habit = draw(habits);
  const url = plan.origin + downloadPath(habit, draw(sizes), title);
  const common = { action: agent.Action.DOWNLOAD, url, title };
  const range = habit === 'plain' && random.next() < 0.15 ? { begins: 100, ends: draw([-1, 99_999]) } : {};
  const free = freeFiles();
  if (free.length === 0 || random.next() < 0.6) return { ...common, ...range, saveas: `./${title}` };
  return { ...common, ...range, saveas: `./${draw(free)}`, overwrite: random.next() < 0.6 };
}

function uploadConfig(title: string): Config {
  const count = 1 + Math.floor(random.next() * 3);
  const names = Array.from({ length: count }, () => draw([...uploadNames, ...uploadNames, 'send-nothing']));
  return {
    action: agent.Action.UPLOAD,
    url: `${plan.origin}/uploads/${title}`,
    title,
    multipart: random.next() < 0.5,
    data: names.map((name) => ({ name, value: { path: `./${name}` } })),
  };
}

/** Files that no unfinished task writes to. */
function freeFiles(): string[] {
  const taken = new Set(
    engine
      .tasks()
      .filter((info) =>
        ['initialized', 'waiting', 'running', 'retrying', 'paused'].includes(wordOf(info.progress.state)),
      )
      .map(({ saveas }) => saveas),
  );
  const directory = join(plan.directory, 'app');
  return readdirSync(directory)
    .sort()
    .filter((name) => !name.startsWith('send-') && !taken.has(join(directory, name)));
}

function wordOf(state: number): string {
  return stateWord(state as Parameters<typeof stateWord>[0]) ?? '';
}

function drawWish(): (typeof wishes)[number] {
  let left = random.next() * wishes.reduce((sum, [, weight]) => sum + weight, 0);
  for (const wish of wishes) {
    left -= wish[1];
    if (left < 0) return wish;
  }
  return wishes[0];
}

function draw<T>(from: readonly T[]): T {
  const drawn = from[Math.floor(random.next() * from.length)];
  if (drawn === undefined) throw new Error('nothing to draw from');
  return drawn;
}

// --- Death -----------------------------------------------------------------------------------------------------------

function say(line: Line): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

function pass(step: Step): void {
  if (plan.death?.step !== step) return;
  stepsLeft -= 1;
  if (stepsLeft === 0) process.kill(process.pid, 'SIGKILL');
}

function around<T>(act: (typeof acts)[number], perform: () => T): T {
  pass(`before ${act}`);
  const result = perform();
  pass(`after ${act}`);
  return result;
}

async function aroundLater<T>(act: (typeof acts)[number], perform: () => Promise<T>): Promise<T> {
  pass(`before ${act}`);
  const result = await perform();
  pass(`after ${act}`);
  return result;
}

function mortalFiles(real: Files): Files {
  return {
    ...real,
    touch: (path) => around('touch', () => real.touch(path)),
    truncate: (path) => around('truncate', () => real.truncate(path)),
    unlink: (path) => around('unlink', () => real.unlink(path)),
    writer: async (path, offset) => mortalWriter(await aroundLater('writer', () => real.writer(path, offset))),
  };
}

function mortalWriter(real: FileWriter): FileWriter {
  return {
    write: (piece) => aroundLater('write', async () => real.write(piece)),
    close: () => aroundLater('close', () => real.close()),
  };
}

function mortalStore(real: Store): Store {
  return {
    load: () => real.load(),
    groups: () => real.groups(),
    commit: (changes) => around('commit', () => real.commit(changes)),
    close: () => real.close(),
  };
}

function mortalTransport(real: Transport): Transport {
  return {
    open: (job, report) =>
      real.open(job, (event) => {
        if (event.type === 'received' || event.type === 'faulted') report(event);
        else if (beginsAnew(job, event)) around('anew', () => report(event));
        else around(event.type, () => report(event));
      }),
    close: () => real.close(),
  };
}

/** Does the server send something else than what the task has a part of? */
function beginsAnew(job: TransferJob, event: TransferReport): boolean {
  return job.kind === 'download' && job.validator !== null && event.type === 'responded' && event.body?.offset === 0;
}
