import { stateWord } from '../api/constants.ts';
import type { Config, TaskInfo } from '../api/types.ts';
import { serverOrigin, type World } from '../sim/index.ts';
import type { Journal } from './journal.ts';
import type { Moods } from './server.ts';
import type { WrongFile } from './types.ts';

/** Holds the files of downloads to what the server has. */
export class WholeFiles {
  readonly wrong: WrongFile[] = [];
  readonly #world: World;
  readonly #journal: Journal;
  readonly #server: Moods;
  /** What the client itself wrote, by path. */
  readonly #written = new Map<string, string>();
  /** Parts that were asked for, by task. */
  readonly #ranges = new Map<string, Pick<Config, 'begins' | 'ends'>>();

  constructor(world: World, journal: Journal, server: Moods) {
    this.#world = world;
    this.#journal = journal;
    this.#server = server;
  }

  created(tid: string, config: Pick<Config, 'begins' | 'ends'>): void {
    this.#ranges.set(tid, config);
  }

  wrote(path: string, text: string): void {
    this.#written.set(path, text);
  }

  /** The client is told that a task is complete. */
  completed(tid: string): void {
    const { engine, disk } = this.#world;
    const task = engine.tasks().find((each) => each.tid === tid);
    if (task === undefined || !isDownload(task) || disk.look(task.saveas).kind !== 'file') return;
    this.#judge('completed', task, disk.read(task.saveas));
  }

  /** The client reads a file: the latest task that was to fetch it should have done so. */
  read(path: string, bytes: Uint8Array): void {
    if (this.#written.get(path) === new TextDecoder().decode(bytes)) return;
    const tasks = this.#world.engine.tasks().filter((each) => isDownload(each) && each.saveas === path);
    const task = tasks.at(-1);
    if (task === undefined || tasks.some((each) => this.#isWhole(each, bytes))) return;
    this.#judge('read', task, bytes);
  }

  #judge(how: WrongFile['how'], task: TaskInfo, bytes: Uint8Array): void {
    if (this.#isWhole(task, bytes)) return;
    const [expected] = this.#expected(task);
    // Nothing is known of what another server has; that a task failed is known.
    if (expected === undefined && stateWord(task.progress.state) === 'completed') return;
    this.wrong.push({
      atMs: this.#journal.nowMs,
      path: task.saveas ?? '',
      how,
      tid: task.tid,
      bytes: bytes.length,
      expectedBytes: expected?.length ?? 0,
    });
  }

  #isWhole(task: TaskInfo, bytes: Uint8Array): boolean {
    return this.#expected(task).some((expected) => areEqual(expected, bytes));
  }

  /** Every version of it that the server has had. */
  #expected({ tid, url = '' }: TaskInfo): Uint8Array[] {
    if (!url.startsWith(serverOrigin)) return [];
    const { begins = 0, ends = -1 } = this.#ranges.get(tid) ?? {};
    return this.#server.contentsAt(this.#world.server, new URL(url).pathname).map((content) => {
      const from = Math.min(Math.max(0, begins), content.size);
      const end = ends < 0 ? content.size : Math.min(ends + 1, content.size);
      return content.bytesAt(from, Math.max(0, end - from));
    });
  }
}

function isDownload(task: TaskInfo): task is TaskInfo & { readonly saveas: string } {
  return task.saveas !== undefined && task.saveas !== '';
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
