import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'libsql';
import { expect } from 'vitest';
import { takesRoom } from '../../machines/queue.ts';
import { errorCodes, type Reason, type State, type TaskSpec } from '../../machines/vocabulary.ts';
import { readSqliteStore } from '../../src/adapters/store/sqlite.ts';
import { stateWord } from '../../src/api/constants.ts';
import type { App, TaskEngine } from '../../src/api/task-engine.ts';
import type { Random } from '../../src/ports/random.ts';
import type { StoredTask } from '../../src/ports/store.ts';
import { openEngine } from '../../src/runtime.ts';
import type { Child } from './child.ts';
import { type Death, Reaper } from './kill-death.ts';
import { checkFiles, checkUploads } from './kill-files.ts';
import { appOf, firstContent, type Line, limits, oldNames, type Plan, storeOf, uploadNames } from './kill-journal.ts';
import { Ledger } from './kill-ledger.ts';
import { habitOf, type KillServer, startKillServer } from './kill-server.ts';

const patienceMs = 20_000;
const pollMs = 10;

/** A store and a disk that one process after the other dies over, and a server that outlives them. */
export class KillScene {
  readonly server: KillServer;
  /** What the last process said, and how each one died. */
  lines: readonly Line[] = [];
  readonly #deaths: Death[] = [];
  readonly #child: Child;
  readonly #directory: string;
  readonly #ledger = new Ledger();

  private constructor(child: Child, directory: string, server: KillServer) {
    this.#child = child;
    this.#directory = directory;
    this.server = server;
  }

  static async open(child: Child, random: Random): Promise<KillScene> {
    const directory = await realpath(await mkdtemp(join(tmpdir(), 'longshore-kill-')));
    const server = await startKillServer(random.fork('server'));
    await mkdir(join(directory, 'app'));
    for (const name of [...oldNames, ...uploadNames]) {
      const { size, bytesAt } = firstContent(name);
      await writeFile(join(directory, 'app', name), bytesAt(0, size));
    }
    return new KillScene(child, directory, server);
  }

  /** For whoever has to find out what went wrong. */
  get story(): string {
    const lastWords = this.lines.slice(-5).map((line) => JSON.stringify(line));
    return [...this.#deaths.map((death) => JSON.stringify(death)), ...lastWords].join('\n');
  }

  /** Lets an engine work on the store until it dies. */
  async kill(name: string, seed: string, death: Death): Promise<void> {
    this.#deaths.push(death);
    const plan: Plan = { directory: this.#directory, origin: this.server.origin, seed, name, death: death.step };
    const running = this.#child.start([JSON.stringify(plan)]);
    const reaper = new Reaper(death, () => running.process.kill('SIGKILL'));
    const lines: Line[] = [];
    this.lines = lines;
    for await (const text of running.lines) {
      const line = JSON.parse(text) as Line;
      lines.push(line);
      reaper.hear(line);
    }
    reaper.rest();
    expect(await running.ended, 'the exit code of a process that should have been killed').toBeNull();
  }

  /** Holds what is left against what the dead have said. @returns the tasks, as they are stored. */
  async examine(): Promise<readonly StoredTask[]> {
    this.#ledger.read(this.lines);
    await this.#checkModes();
    const copy = join(this.#directory, 'copy');
    await cp(dirname(storeOf(this.#directory)), dirname(storeOf(copy)), { recursive: true });
    const stored = this.#checkStore(storeOf(copy));
    this.#ledger.meet(stored);
    checkFiles(this.#directory, this.#ledger, stored, this.server);
    await this.#checkRecovery(storeOf(copy), stored);
    await rm(copy, { recursive: true });
    return stored;
  }

  /** Lets every task that can go on go on to its end, in peace. @returns the tasks, as they are stored then. */
  async finish(): Promise<readonly StoredTask[]> {
    this.server.calm();
    const engine = openEngine({ store: storeOf(this.#directory), limits });
    const app = engine.app(appOf(this.#directory));
    const lines: Line[] = [];
    this.lines = lines;
    for (let waitedMs = 0; await this.#push(engine, app, lines); waitedMs += pollMs) {
      if (waitedMs > patienceMs) throw new Error(`some tasks never end: ${JSON.stringify(engine.tasks())}`);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
    await engine.close();
    const stored = await this.examine();
    checkUploads(this.#ledger, stored, this.server);
    for (const { record, life } of stored) {
      expect(allowedEnds(record.spec), `${record.spec.title}: ${life.state}`).toContain(
        life.state === 'failed' ? life.reason : life.state,
      );
    }
    return stored;
  }

  async close(): Promise<void> {
    await this.server.close();
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** Starts and resumes what can be. @returns whether something is left to wait for. */
  async #push(engine: TaskEngine, app: App, lines: Line[]): Promise<boolean> {
    let isBusy = false;
    for (const { tid, progress } of engine.tasks()) {
      const state = stateWord(progress.state);
      isBusy ||= state !== undefined && takesRoom(state);
      const op = state === 'initialized' ? 'start' : state === 'paused' ? 'resume' : null;
      if (op === null) continue;
      const task = await app.request.agent.getTask(app.context, tid);
      lines.push({ say: 'about', call: { op, tid } });
      await task[op]();
      lines.push({ say: 'acknowledged', tid });
    }
    return isBusy;
  }

  async #checkModes(): Promise<void> {
    const directory = dirname(storeOf(this.#directory));
    if (!existsSync(directory)) return;
    for (const name of await readdir(directory)) {
      const { mode } = await stat(join(directory, name));
      expect(mode & 0o777, `mode of ${name}`).toBe(0o600);
    }
  }

  #checkStore(path: string): StoredTask[] {
    const reader = readSqliteStore(path);
    const stored = [...reader.load()];
    reader.close();
    if (existsSync(path)) {
      const database = new Database(path);
      expect(database.prepare('PRAGMA integrity_check').raw().all([])).toEqual([['ok']]);
      database.close();
    }
    return stored;
  }

  /** A fresh engine, which must not move a byte, finds every task where a restart puts it, and counts right. */
  async #checkRecovery(path: string, stored: readonly StoredTask[]): Promise<void> {
    const engine = openEngine({ store: path, link: { type: 'offline', metered: false, roaming: false }, limits });
    const app = engine.app(appOf(this.#directory));
    const found = engine.tasks().map(({ tid, progress }) => [tid, stateWord(progress.state)]);
    expect(found).toEqual(stored.map(({ record, life }) => [record.tid, afterRestart(life.state)]));

    const taking = stored.filter(({ record, life }) => record.spec.mode !== 'foreground' && takesRoom(life.state));
    const { agent } = app.request;
    const create = (saveas: string) =>
      agent.create(app.context, { action: agent.Action.DOWNLOAD, url: `${this.server.origin}/probe`, saveas });
    for (let free = limits.backgroundTasksMax - taking.length; free > 0; free--) await create(`./probes/${free}`);
    await expect(create('./probes/refused')).rejects.toMatchObject({ code: errorCodes.QUEUE_FULL });
    await rm(join(this.#directory, 'app/probes'), { recursive: true, force: true });
    await engine.close();
  }
}

function afterRestart(state: State): State {
  return state === 'running' || state === 'retrying' ? 'waiting' : state;
}

/** How a task may end that was left in peace at last: states, and reasons of a failure. */
function allowedEnds({ action, url, begins, ends }: TaskSpec): (State | Reason)[] {
  const always: State[] = ['completed', 'stopped', 'removed'];
  if (action === 'upload') return always;
  const failures: Partial<Record<string, Reason[]>> = { cut: ['other'], missing: ['protocol'] };
  const ranged: Reason[] = begins > 0 || ends >= 0 ? ['range', 'protocol'] : [];
  return [...always, ...ranged, ...(failures[habitOf(url)] ?? [])];
}
