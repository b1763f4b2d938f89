import { describe, expect, it } from 'vitest';
import { takesRoom } from '../../machines/queue.ts';
import { stateWord } from '../../src/api/constants.ts';
import type { Config, Task } from '../../src/api/types.ts';
import type { TraceEntry } from '../../src/engine/trace.ts';
import { BusinessError } from '../../src/errors.ts';
import { brokenIn } from '../../src/fuzz/engine/invariants.ts';
import { answer, type CommitStep, createWorld, PowerCut, serverOrigin, type World } from '../../src/sim/index.ts';
import { type Call, type Line, limits } from '../support/kill-journal.ts';
import { Ledger } from '../support/kill-ledger.ts';
import { sameBytes } from '../support/worlds.ts';

const sourceText = 'what is sent. '.repeat(300);
const slots = 3;
const files = { '/a': 4_000, '/b': 9_000, '/c': 500, '/d': 2_000, '/g': 7_000, '/h': 12_000 };
const bounds = {
  rules: 'documented',
  slots,
  backgroundTasksMax: limits.backgroundTasksMax,
  foregroundTasksMax: Number.POSITIVE_INFINITY,
} as const;

/** One operation on a task by its title, and ms that pass after it. */
type Move = readonly [op: Exclude<Call['op'], 'collect'>, title: string, ms: number];

const moves: readonly Move[] = [
  ['create', 'a', 0],
  ['start', 'a', 300],
  ['create', 'up', 0],
  ['start', 'up', 250],
  ['pause', 'a', 10],
  ['create', 'c', 0],
  ['setMaxSpeed', 'c', 0],
  ['start', 'c', 70],
  ['resume', 'a', 150],
  ['create', 'missing', 0],
  ['start', 'missing', 200],
  ['create', 'b', 0],
  ['start', 'b', 400],
  ['create', 'd', 0],
  ['show', 'd', 0],
  ['start', 'd', 30],
  ['stop', 'b', 20],
  ['pause', 'up', 100],
  ['create', 'e', 0],
  ['remove', 'e', 10],
  ['start', 'b', 500],
  ['resume', 'up', 900],
  ['create', 'g', 0],
  ['start', 'g', 130],
  ['remove', 'g', 40],
  ['create', 'h', 0],
  ['start', 'h', 1_100],
  ['pause', 'h', 50],
  ['remove', 'c', 0],
  ['show', 'a', 3_000],
];

describe.each([true, false])('files synced at their end: %s', (syncFiles) => {
  it('the power may go before, during and after each commit of thirty operations, and nothing acknowledged is lost', async () => {
    const calm = new Scene(syncFiles);
    await calm.play();
    const { commits } = calm.world.store;
    expect(moves).toHaveLength(30);
    expect(commits).toBeGreaterThan(40);

    for (let commit = 1; commit <= commits; commit++) {
      for (const at of ['before', 'during', 'after'] as const) {
        const scene = new Scene(syncFiles);
        await scene.check(at, commit).catch((error: unknown) => {
          throw new Error(`power cut ${at} commit ${commit} of ${commits}: ${error}`, { cause: error });
        });
      }
    }
  });
});

/** One world with its ledger of what must be so. */
class Scene {
  readonly world: World;
  readonly #syncFiles: boolean;
  readonly #ledger = new Ledger();
  readonly #tasks = new Map<string, Task>();
  #lines: Line[] = [];

  constructor(syncFiles: boolean) {
    this.#syncFiles = syncFiles;
    this.world = createWorld({
      files,
      limits,
      slots,
      syncFiles,
      wire: { bytesPerSecond: 5_000, latencyMs: 10 },
      faults: [answer(404, { url: '/missing', times: Number.POSITIVE_INFINITY })],
    });
    this.world.disk.write('/data/source', sourceText);
  }

  async check(at: CommitStep, commit: number): Promise<void> {
    this.world.powerCut({ at, commit });
    await this.play();
    expect(this.world.isDown).toBe(true);
    this.#examine();
    const told = toldBy(this.world, at);
    const { length } = this.world.trace.entries;

    this.world.restart();
    await this.#finish();
    this.#examine();
    this.#checkFiles();
    expect(brokenIn([...told, ...this.world.trace.entries.slice(length)], bounds)).toEqual([]);
  }

  /** As far as there is power. */
  async play(): Promise<void> {
    for (const [op, title, ms] of moves) {
      if (this.world.isDown) return;
      await this.#attempt(op, title);
      await this.world.run(ms);
    }
  }

  async #attempt(op: Move[0], title: string): Promise<void> {
    const task = this.#tasks.get(title);
    const call = callOf(op, title, task?.tid ?? '');
    this.#lines.push({ say: 'about', call });
    try {
      const tid = call.op === 'create' ? await this.#create(call.config) : (task?.tid ?? '');
      if (op === 'setMaxSpeed') await task?.setMaxSpeed(20_000);
      else if (op === 'remove' || op === 'show') await this.world.app.request.agent[op](tid);
      else if (op !== 'create') await task?.[op]();
      this.#lines.push({ say: 'acknowledged', tid });
    } catch (error) {
      if (error instanceof BusinessError) this.#lines.push({ say: 'refused', code: error.code });
      else if (!(error instanceof PowerCut)) throw error;
    }
  }

  async #create(config: Config): Promise<string> {
    const { agent } = this.world.app.request;
    const task = await agent.create(this.world.app.context, config);
    this.#hold(config.title ?? '', task);
    return task.tid;
  }

  #hold(title: string, task: Task): void {
    this.#tasks.set(title, task);
    task.on('completed', () => {
      this.#lines.push({ say: 'heard', event: 'completed', tid: task.tid });
      if (title !== 'up') this.#checkFile(title);
    });
    task.on('failed', () => void this.#lines.push({ say: 'heard', event: 'failed', tid: task.tid }));
  }

  /** Holds what is stored against what was said. */
  #examine(): void {
    this.#ledger.read(this.#lines);
    this.#lines = [];
    this.#ledger.meet([...this.world.store.load()]);
  }

  /** Starts and resumes what can be, until nothing is left to wait for. */
  async #finish(): Promise<void> {
    const { agent } = this.world.app.request;
    const open = () => this.world.engine.tasks().filter(({ progress }) => takesRoom(stateOf(progress)));
    for (let round = 0; open().length > 0; round++) {
      if (round > 10) throw new Error(`some tasks never end: ${JSON.stringify(open())}`);
      for (const { tid, title, progress } of open()) {
        const op = { initialized: 'start', paused: 'resume' }[stateOf(progress) as string];
        if (op === undefined) continue;
        this.#hold(title, await agent.getTask(this.world.app.context, tid));
        await this.#attempt(op as 'start' | 'resume', title);
      }
      await this.world.run(60_000);
    }
    // Whoever is idle for a minute may have cleaned up.
    this.#lines.push({ say: 'about', call: { op: 'collect' } });
  }

  #checkFiles(): void {
    for (const { title, progress } of this.world.engine.tasks()) {
      if (stateOf(progress) === 'completed' && title !== 'up') this.#checkFile(title);
    }
    const { record, life } = [...this.world.store.load()].find((task) => task.record.spec.title === 'up') ?? {};
    if (record === undefined || life?.state !== 'completed') return;
    const isThere = this.world.server.uploads.some(({ files: [file] }) => holds(file?.bytes, sourceText));
    // A paused upload goes on in the middle of its file.
    expect(isThere || this.world.server.uploads.length > 1).toBe(true);
  }

  /** Whole, or, where nobody waits for the disk, a beginning that the power cut left of it. */
  #checkFile(title: string): void {
    const content = this.world.server.contentAt(`/${title}`);
    if (content === null) return;
    const found = this.world.disk.read(`/data/${title}`);
    if (this.#syncFiles) expect(found.length, `bytes of ${title}`).toBe(content.size);
    expect(sameBytes(found, content.bytesAt(0, found.length)), `content of ${title}`).toBe(true);
  }
}

function callOf(op: Move[0], title: string, tid: string): Call {
  if (op === 'setMaxSpeed') return { op, tid, bytesPerSecond: 20_000 };
  return op === 'create' ? { op, config: configOf(title) } : { op, tid };
}

function configOf(title: string): Config {
  const url = `${serverOrigin}/${title}`;
  if (title === 'up') return { action: 1, url, title, data: [{ name: 'file', value: { path: '/data/source' } }] };
  return { action: 0, url, title, saveas: `./${title}` };
}

function stateOf({ state }: { readonly state: number }) {
  return stateWord(state) ?? 'removed';
}

function holds(bytes: Uint8Array | undefined, text: string): boolean {
  return bytes !== undefined && new TextDecoder().decode(bytes) === text;
}

/** The trace up to the cut, without what has not happened, and with what is stored though the dead could not say so. */
function toldBy({ trace, store }: World, at: CommitStep): TraceEntry[] {
  const entries = [...trace.entries];
  const cut = entries.findIndex(({ kind, name }) => kind === 'world' && name === 'power cut');
  // A creation is told once it is stored; all other events before their commit.
  const first = 1 + entries.slice(0, cut).findLastIndex(({ kind, name }) => kind !== 'event' || name === 'create');
  const before = entries.slice(0, first);
  if (at !== 'after') return [...before, ...entries.slice(cut)];
  const committed = entries.slice(first, cut).flatMap((entry): TraceEntry[] => {
    return [entry, { ...entry, kind: 'commit', name: 'task.changed' }];
  });
  const known = new Set(before.map(({ of }) => of));
  const created = [...store.load()].flatMap(({ record: { tid, uid, spec } }): TraceEntry[] => {
    const note = `app ${uid}, ${spec.mode}, ${spec.action}`;
    return known.has(tid) ? [] : [{ atMs: 0, kind: 'event', name: 'create', of: tid, note }];
  });
  return [...before, ...created, ...committed, ...entries.slice(cut)];
}
