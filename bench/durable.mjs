// Operations that are acknowledged when they would outlive a power cut, by a hundred callers at once.
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import Database from 'libsql';
import { openSqliteStore } from '../dist/node.js';
import { inside } from './inside.mjs';
import { beside, inTurn, median, over, percent, row, short, skipped, timed } from './measure.mjs';
import { engineWith } from './ports.mjs';
import { hasRedis, startRedis } from './redis.mjs';

const callers = 100;
const { deleteTask, insertLife, insertTask, lifeCells, lifeDifference, membersOf, recordCells, updateLife } =
  await inside(['./src/adapters/store/rows.ts']);

export async function durableOperations({ quick }) {
  const turns = quick ? 20 : 100;
  const directory = mkdtempSync(join(tmpdir(), 'longshore-bench-'));
  const redis = hasRedis() ? await startRedis({ durable: true }) : null;
  let runs = 0;
  /** Operations in a second. */
  const rate = (operationsInTurn, act) => async () => (turns * callers * operationsInTurn * 1000) / (await timed(act));
  const playIn = async (store) => {
    const world = engineWith({ store, slots: callers });
    const answer = await rate(6, () => atOnce(turns, (caller) => lifeOfTask(world, caller)))();
    await world.engine.close();
    return answer;
  };
  // The raw store plays what an engine commits; it is noted in a run of its own, since noting it costs.
  const { store: noting, batches: noted } = recording(openSqliteStore(join(directory, 'noted.db')));
  await playIn(noting);
  const batches = noted.filter((batch) => batch.length > 0).map((batch) => batch.map(cellsOf));
  const texts = [...new Set(batches.flat().flatMap(({ text }) => text ?? []))];

  const contestants = {
    longshore: () => playIn(openSqliteStore(join(directory, `engine-${++runs}.db`))),
    libsql: async () => {
      const path = join(directory, `raw-${++runs}.db`);
      openSqliteStore(path).close();
      const raw = rawStore(path, texts);
      const answer = await rate(6, () => batches.forEach(raw.commit))();
      raw.close();
      return answer;
    },
    ...(redis === null ? {} : { bullMq: bullMqWith(redis, rate, turns) }),
    flushes: async () => flushesPerSecond(join(directory, 'flushes')),
  };
  try {
    const rates = await inTurn(contestants, { rounds: quick ? 3 : 5, warmUps: 1 });
    const of = (name) => median(rates[name]);
    const inBatch = (turns * callers * 6) / batches.length;
    const what = `durable operations/s (SQLite, synchronous=FULL, ${callers} callers: create, start, pause, resume, stop, remove)`;
    return [
      redis === null
        ? skipped(`${what}, against BullMQ`, '≥ 3 ×', 'there is no redis-server')
        : row({
            what: `${what}, against BullMQ on Redis, appendfsync always (add, updateProgress, updateData, changePriority, remove)`,
            measured: `${short(of('longshore'))} / ${short(of('bullMq'))} = ${over(rates.longshore, rates.bullMq).toFixed(2)} ×`,
            target: '≥ 3 ×',
            met: over(rates.longshore, rates.bullMq) >= 3,
          }),
      row({
        what: 'the same, against raw libsql that writes the same rows in the same transactions',
        measured: `${short(of('longshore'))} / ${short(of('libsql'))} = ${percent(over(rates.longshore, rates.libsql))}`,
        target: '≥ 50 %',
        met: over(rates.longshore, rates.libsql) >= 0.5,
      }),
      beside('operations for each transaction, on average', inBatch.toFixed(1)),
      beside('flushes/s of the disk, 4 KiB at a time', short(of('flushes'))),
    ];
  } finally {
    await redis?.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function atOnce(turns, act) {
  const caller = async (number) => {
    for (let turn = 0; turn < turns; turn += 1) await act(number);
  };
  await Promise.all(Array.from({ length: callers }, (_, number) => caller(number)));
}

async function lifeOfTask({ agent, create }, caller) {
  const task = await create(caller);
  await task.start();
  await task.pause();
  await task.resume();
  await task.stop();
  await agent.remove(task.tid);
}

/** The store, and what it wrote in each transaction. */
function recording(store) {
  const batches = [];
  let gathered = null;
  const commit = (changes) => {
    store.commit(changes);
    if (gathered === null) batches.push(changes);
    else gathered.push(...changes);
  };
  const together = (act) => {
    gathered = [];
    store.group.together(act);
    batches.push(gathered);
    gathered = null;
  };
  const group = { soon: (act) => store.group.soon(act), together };
  return {
    batches,
    store: { load: () => store.load(), groups: () => store.groups(), commit, group, close: () => store.close() },
  };
}

function cellsOf(change) {
  switch (change.type) {
    case 'task.created': {
      const { record, life } = change;
      return { type: change.type, record: recordCells(record), life: [record.seq, ...lifeCells(life)] };
    }
    case 'task.changed': {
      const members = membersOf(lifeDifference(change.was, change.life));
      return { type: change.type, text: updateLife(members), cells: [...lifeCells(change.life, members), change.tid] };
    }
    default:
      return { type: change.type, cells: [change.tid] };
  }
}

/** Prepared statements and nothing else: the cells are made before the time begins. */
function rawStore(path, texts) {
  const database = new Database(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
  const [insertOne, insertOther, forget] = [insertTask, insertLife, deleteTask].map((text) => database.prepare(text));
  const updates = new Map(texts.map((text) => [text, database.prepare(text)]));
  const write = ({ type, record, life, text, cells }) => {
    if (type === 'task.created') {
      insertOne.run(record);
      insertOther.run(life);
    } else if (type === 'task.changed') updates.get(text).run(cells);
    else forget.run(cells);
  };
  return {
    commit(batch) {
      database.exec('BEGIN IMMEDIATE');
      for (const change of batch) write(change);
      database.exec('COMMIT');
    },
    close: () => database.close(),
  };
}

function bullMqWith(redis, rate, turns) {
  const queue = new Queue('bench', { connection: redis.connect() });
  return rate(5, () =>
    atOnce(turns, async (caller) => {
      const job = await queue.add('job', { caller });
      await job.updateProgress(50);
      await job.updateData({ caller, done: true });
      await job.changePriority({ priority: 1 });
      await job.remove();
    }),
  );
}

function flushesPerSecond(path) {
  const file = openSync(path, 'w');
  const piece = Buffer.alloc(4096, 1);
  const beganMs = performance.now();
  let flushes = 0;
  for (; performance.now() - beganMs < 500; flushes += 1) {
    writeSync(file, piece);
    fdatasyncSync(file);
  }
  const rate = (flushes * 1000) / (performance.now() - beganMs);
  closeSync(file);
  return rate;
}
