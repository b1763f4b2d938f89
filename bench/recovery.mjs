// How long an engine takes to open a store with a hundred thousand tasks, each time in a process that has just begun.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '../dist/index.js';
import { createDiskFiles, createSystemClock, createSystemRandom, openSqliteStore } from '../dist/node.js';
import { median, row } from './measure.mjs';
import { engineWith, forgetfulStore, silentTransport } from './ports.mjs';

const tasks = 100_000;
const tasksInApp = 1_000;

export async function recovery({ quick }) {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-bench-'));
  const path = join(directory, 'tasks.db');
  try {
    await fill(path);
    const times = Array.from({ length: quick ? 3 : 7 }, () => {
      const { status, stdout } = spawnSync(process.execPath, [import.meta.filename, path], {
        stdio: ['ignore', 'pipe', 'inherit'],
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(`the recovery ended with ${status}`);
      return JSON.parse(stdout);
    });
    const processorMs = median(times.map((each) => each.processorMs));
    const wallMs = median(times.map((each) => each.wallMs));
    return [
      row({
        what: `recovery of ${tasks.toLocaleString('en')} stored tasks (SQLite; half of them wait in ${tasks / tasksInApp} queues, half are done), in a new process`,
        measured: `${wallMs.toFixed(0)} ms, ${processorMs.toFixed(0)} ms of processor`,
        target: '≤ 1 s',
        met: Math.min(wallMs, processorMs) <= 1_000,
      }),
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Copies of one task that was created in the proper way. */
async function fill(path) {
  const seen = [];
  const { engine, create } = engineWith({
    store: { ...forgetfulStore(), commit: (changes) => void seen.push(...changes) },
  });
  await create('file');
  await engine.close();
  const { record, life } = seen.find(({ type }) => type === 'task.created');
  const nowMs = Date.now();
  const store = openSqliteStore(path);
  const copy = (n) => {
    const uid = 20_000_000 + Math.floor(n / tasksInApp);
    const spec = { ...record.spec, url: `http://files.example/${n}`, target: `/data/${n}` };
    return {
      type: 'task.created',
      record: { ...record, tid: String(1_000_000_000 + n), seq: n + 1, uid, bundle: `com.example.app${uid}`, spec },
      life: {
        ...life,
        mtimeMs: nowMs,
        state: n % 2 === 0 ? 'waiting' : 'completed',
        reason: n % 2 === 0 ? 'queued' : 'default',
      },
    };
  };
  store.commit(Array.from({ length: tasks }, (_, n) => copy(n)));
  store.close();
}

if (process.argv[1] === import.meta.filename) {
  const beganMs = performance.now();
  const began = process.cpuUsage();
  const engine = createEngine({
    clock: createSystemClock(),
    random: createSystemRandom(),
    files: createDiskFiles(),
    store: openSqliteStore(process.argv[2]),
    transport: silentTransport(),
  });
  const wallMs = performance.now() - beganMs;
  const { user, system } = process.cpuUsage(began);
  if (engine.tasks().length !== tasks) throw new Error('not all tasks are back');
  console.log(JSON.stringify({ wallMs, processorMs: (user + system) / 1000 }));
  await engine.close();
}
