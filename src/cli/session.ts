import { errorCodes } from '../../machines/vocabulary.ts';
import type { App, TaskEngine } from '../api/task-engine.ts';
import type { TaskInfo } from '../api/types.ts';
import { BusinessError } from '../errors.ts';
import { openEngine } from '../runtime.ts';
import { type Board, createBoard } from './board.ts';
import { type Outcome, UsageError } from './command.ts';
import { begin, type Errand } from './errand.ts';
import { type Failure, failureLines, failureOf } from './failure.ts';
import { follow, type Moved } from './follow.ts';
import { bytesText, durationText, printable, rateText } from './format.ts';
import { listenForInterruption } from './interruption.ts';
import { type Output, paint } from './output.ts';
import { amountOf, stateOf } from './progress.ts';

export interface SessionOptions {
  readonly store: string;
  /** PEM certificates. */
  readonly ca: readonly string[];
  /** Tasks that run at once in each direction. */
  readonly slots: number;
  readonly output: Output;
}

/** All tasks of the command line belong to one app, which may use the whole disk. */
export const cliApp = { bundle: 'longshore.cli', uid: 0, roots: ['/'] } as const;

/** Does what was asked for, and stays until it has ended or somebody interrupts. @throws StoreTrouble */
export async function carryOut(errands: readonly Errand[], options: SessionOptions): Promise<Outcome> {
  const { store, ca, output } = options;
  const board = await createBoard(output);
  const slots = new Slots(options.slots);
  const engine = openEngine({ store, ca, slots });
  const interruption = listenForInterruption(() => board.end());
  try {
    const session = new Session(engine, board, output);
    await session.start(errands, interruption.signal);
    await session.follow(interruption.signal);
    board.end();
    if (interruption.signal.aborted) await session.pause(slots);
    const outcome = await session.outcome(interruption.exitCode());
    engine.collectGarbage(); // a command is too short to be idle for as long as the engine waits with it
    return outcome;
  } finally {
    board.end();
    await engine.close();
    interruption.dispose();
  }
}

/** One run of a command over an open engine. */
class Session {
  readonly #engine: TaskEngine;
  readonly #app: App;
  readonly #board: Board;
  readonly #output: Output;
  /** By tid. */
  readonly #errands = new Map<string, Errand>();
  readonly #watched = new Map<string, { readonly name: string; readonly from: number }>();
  /** What servers answered: tid → `404 Not Found`. */
  readonly #answers = new Map<string, string>();
  readonly #failures: Failure[] = [];
  readonly #sinceMs = performance.now();
  #completed = 0;
  #bytes = 0;

  constructor(engine: TaskEngine, board: Board, output: Output) {
    this.#engine = engine;
    this.#app = engine.app(cliApp);
    this.#board = board;
    this.#output = output;
  }

  async start(errands: readonly Errand[], signal: AbortSignal): Promise<void> {
    const known = this.#engine.tasks();
    for (const errand of errands) {
      if (signal.aborted) return;
      try {
        const { task, said, warning, from, isDone } = await begin(this.#app, errand, known);
        this.#errands.set(task.tid, errand);
        if (isDone) this.#completed += 1;
        else this.#watched.set(task.tid, { name: errand.name, from });
        task.on('response', ({ statusCode, reason }) => {
          if (statusCode >= 300) this.#answers.set(task.tid, `the server said ${statusCode} ${reason}`.trim());
          else if (statusCode !== 206) this.#sentWhole(task.tid);
        });
        if (said !== '') this.#board.line(printable(`${errand.name}: ${said}`));
        if (warning !== '') this.#board.trouble(printable(`longshore: ${errand.what}: ${warning}`));
      } catch (error) {
        const failure = refusalOf(errand.what, error);
        if (failure === null) throw error;
        const detail = [failure.detail, errand.wayOut?.(failure.code) ?? ''].filter(Boolean).join('; ');
        this.#fail({ ...failure, detail });
      }
    }
  }

  follow(signal: AbortSignal): Promise<void> {
    return follow({
      engine: this.#engine,
      board: this.#board,
      watched: this.#watched,
      nameOf: earlierName,
      ended: (info, moved) => this.#ended(info, moved),
      signal,
    });
  }

  /** Pauses what runs, the last first, and takes each slot away with its task: what waits goes on waiting. */
  async pause(slots: Slots): Promise<void> {
    const { agent } = this.#app.request;
    for (const action of [agent.Action.DOWNLOAD, agent.Action.UPLOAD]) {
      const running = this.#engine.tasks().filter((info) => info.action === action && isOurs(info) && isRunning(info));
      for (const [at, { tid }] of [...running.entries()].reverse()) {
        slots.set(at);
        const task = await agent.getTask(this.#app.context, tid);
        await task.pause().catch(mustHaveEnded);
      }
    }
  }

  async outcome(signalCode: number | null): Promise<Outcome> {
    const tasks = await Promise.all([...this.#errands.keys()].map((tid) => this.#app.request.agent.show(tid)));
    const all = this.#completed + this.#failures.length;
    if (signalCode !== null) this.#board.line('interrupted; the same command goes on from here');
    else if (all > 1) {
      const moved = movedText({ bytes: this.#bytes, ms: performance.now() - this.#sinceMs });
      this.#board.line(`${this.#completed} of ${all} complete, ${moved}`);
    }
    const exitCode = signalCode ?? (this.#failures.length === 0 ? 0 : 1);
    return { exitCode, document: { tasks, errors: this.#failures } };
  }

  /** What was kept of an earlier run is of no use: the file has changed, or the server knows no ranges. */
  #sentWhole(tid: string): void {
    const watched = this.#watched.get(tid);
    if (watched === undefined || watched.from === 0) return;
    this.#watched.set(tid, { ...watched, from: 0 });
    this.#board.line(`${printable(watched.name)}: the server sends the whole file; starting over from byte 0`);
  }

  #ended(info: TaskInfo, moved: Moved): void {
    const errand = this.#errands.get(info.tid);
    const state = stateOf(info);
    if (errand === undefined) return this.#board.line(`${earlierName(info)}: ${state}`);
    if (state !== 'completed') {
      errand.sweep?.();
      const detail = [this.#answers.get(info.tid) ?? [], 'the same command starts over'].flat().join('; ');
      return this.#fail({ what: errand.what, code: null, message: info.reason, detail });
    }
    this.#completed += 1;
    this.#bytes += moved.bytes;
    const where = info.saveas ? ` → ${printable(info.saveas)}` : '';
    const word = paint(this.#output, 'good', 'complete');
    const isEmpty = info.action === 1 && amountOf(info).total === 0;
    const what = isEmpty ? '0 B: nothing was sent, as a device does with empty files' : movedText(moved);
    this.#board.line(`${printable(errand.name)}: ${word}, ${what}${where}`);
  }

  #fail(failure: Failure): void {
    this.#failures.push(failure);
    this.#board.trouble(failureLines(failure));
  }
}

/** What is not legal because of what is in the store fails alone: the other errands go on. */
function refusalOf(what: string, error: unknown): Failure | null {
  if (!(error instanceof UsageError)) return failureOf(what, error);
  return { what, code: null, message: error.message, detail: '' };
}

/** How many tasks run at once, which the engine asks anew each time it looks. */
class Slots {
  readonly speeds = [0, 0, 0] as const;
  #count: number;

  constructor(count: number) {
    this.#count = count;
  }

  get counts(): readonly [number, number, number] {
    return [0, this.#count, 0];
  }

  set(count: number): void {
    this.#count = count;
  }
}

/** A store may hold tasks of other apps; they are theirs to pause. */
function isOurs({ uid }: TaskInfo): boolean {
  return uid === String(cliApp.uid);
}

/** The last bytes may arrive while a task is being paused. */
function mustHaveEnded(error: unknown): void {
  if (!(error instanceof BusinessError && error.code === errorCodes.TASK_STATE)) throw error;
}

function isRunning(info: TaskInfo): boolean {
  const state = stateOf(info);
  return state === 'running' || state === 'retrying';
}

function earlierName({ tid, url, saveas }: TaskInfo): string {
  return printable(`earlier task ${tid} (${saveas || url})`);
}

/** Of fewer bytes a rate says nothing. */
const tellingBytes = 64 * 1024;

function movedText({ bytes, ms }: Moved): string {
  const rate = bytes >= tellingBytes ? ` (${rateText((bytes * 1000) / Math.max(ms, 1))})` : '';
  return `${bytesText(bytes)} in ${durationText(ms)}${rate}`;
}
