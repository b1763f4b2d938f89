import type { App } from '../api/task-engine.ts';
import type { Config, Task, TaskInfo } from '../api/types.ts';
import { UsageError } from './command.ts';
import { bytesText } from './format.ts';
import { isActive, isEnded, stateOf } from './progress.ts';

/** One thing a user asked for: it becomes a task, or is one that an earlier run left. */
export interface Errand {
  /** What people call it. */
  readonly name: string;
  /** What fails when it fails: `get http://…`. */
  readonly what: string;
  readonly config: Config;
  /** Bytes per second; 0 for no limit. */
  readonly maxSpeed: number;
  /** Begin anew, whatever is there. */
  readonly force: boolean;
  /** Is this task of an earlier run the same errand? */
  readonly isSame: (info: TaskInfo) => boolean;
  /** Of a task that is complete: is what it left still there? */
  readonly isStillDone: (info: TaskInfo) => boolean;
  /** Bytes that are kept when this task goes on. */
  readonly kept: (info: TaskInfo) => number;
  /** A way out of a refusal, beside what the engine says. */
  readonly wayOut?: (code: number | null) => string;
  /** The task has failed: takes away what is of no use to anybody. */
  readonly sweep?: () => void;
}

export interface Begun {
  readonly task: Task;
  /** What is worth saying about how it began; empty for nothing. */
  readonly said: string;
  /** What the user asked for and will not get; empty for nothing. */
  readonly warning: string;
  /** Bytes that it had, of an earlier run. */
  readonly from: number;
  /** There is nothing left to do. */
  readonly isDone: boolean;
}

/**
 * Creates the task of an errand, or takes up the one that an earlier run left.
 * @param known  the tasks there were when the store was opened.
 * @throws BusinessError, and UsageError when another task is still to write to the same file.
 */
export async function begin(app: App, errand: Errand, known: readonly TaskInfo[]): Promise<Begun> {
  const earlier = earlierOf(errand, known);
  const others = known.filter((info) => isRival(errand, info));
  const rivals = others.filter((info) => !isEnded(stateOf(info)));
  mustBeForced(errand, rivals);
  // Before the file is touched: a task that outlived this would go on behind the bytes of another.
  for (const rival of rivals) await forget(app, rival);
  const forgot = rivals.map(({ url }) => `forgot the unfinished get ${url}`);
  const replaced = others.filter((info) => stateOf(info) === 'completed' && info.uid === String(app.uid));
  const startOver = (...said: readonly string[]) =>
    anew(app, errand, { earlier: earlier ?? null, replaced, said: said.join('; ') });
  if (earlier === undefined) return startOver(...forgot);
  if (errand.force) return startOver(...forgot, 'starting over from byte 0, as told');
  const state = stateOf(earlier);
  switch (state) {
    case 'completed':
      if (!errand.isStillDone(earlier)) return startOver();
      return {
        task: await taskOf(app, earlier),
        said: 'complete already; --force gets it again',
        warning: '',
        from: 0,
        isDone: true,
      };
    case 'failed':
    case 'stopped':
    case 'removed':
      return startOver(`${state} before (${earlier.reason}); starting over from byte 0`);
    default:
      return goOn(app, errand, earlier);
  }
}

/** The task that is still to be done, else the latest. */
function earlierOf(errand: Errand, known: readonly TaskInfo[]): TaskInfo | undefined {
  const same = known.filter((info) => errand.isSame(info));
  return same.findLast((info) => !isEnded(stateOf(info))) ?? same.at(-1);
}

/** Another task that saves to the same file. */
function isRival(errand: Errand, info: TaskInfo): boolean {
  return info.action === 0 && info.saveas === errand.config.saveas && !errand.isSame(info);
}

/** @throws UsageError */
function mustBeForced({ config, force }: Errand, [rival]: readonly TaskInfo[]): void {
  if (rival === undefined || force) return;
  throw new UsageError(
    `${config.saveas} belongs to the unfinished get ${rival.url}; legal: to finish that one, another --output, or --force, which forgets it`,
  );
}

async function forget(app: App, info: TaskInfo): Promise<void> {
  if (isActive(stateOf(info))) await letGo(await taskOf(app, info));
  await app.request.agent.remove(info.tid);
}

async function goOn(app: App, errand: Errand, earlier: TaskInfo): Promise<Begun> {
  const bytes = errand.kept(earlier);
  const task = await taskOf(app, earlier);
  // A limit of the earlier run ends with it.
  await task.setMaxSpeed(errand.maxSpeed > 0 ? errand.maxSpeed : speedMax);
  const state = stateOf(earlier);
  if (state === 'paused') await task.resume();
  if (state === 'initialized') await task.start();
  const said = bytes > 0 ? `resuming at ${bytesText(bytes)} (byte ${bytes})` : 'going on';
  return { task, said, warning: warningOf(errand, task), from: bytes, isDone: false };
}

/** What a task was created with stays; names are told, as values may be secret. */
function warningOf({ config }: Errand, { config: kept, tid }: Task): string {
  const methodUsual = config.action === 0 ? 'GET' : 'PUT';
  const names = [
    (config.method ?? methodUsual) === (kept.method ?? methodUsual) ? [] : '--method',
    (config.multipart ?? false) === (kept.multipart ?? false) ? [] : '--multipart',
    headersThatDiffer(config, kept).map((name) => `--header ${name}`),
  ].flat();
  if (names.length === 0) return '';
  const wayOut = config.action === 0 ? '--force begins anew' : `after longshore tasks remove ${tid} it begins anew`;
  return `goes on as it began, but these differ now: ${names.join(', ')}; ${wayOut}`;
}

function headersThatDiffer(one: Config, other: Config): string[] {
  const [asked, kept] = [one, other].map(
    ({ headers = {} }) => new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  );
  const names = new Set([...(asked?.keys() ?? []), ...(kept?.keys() ?? [])]);
  return [...names].filter((name) => asked?.get(name) !== kept?.get(name));
}

interface Anew {
  /** The same errand of an earlier run. */
  readonly earlier: TaskInfo | null;
  /** Complete tasks whose file is to be replaced. */
  readonly replaced: readonly TaskInfo[];
  readonly said: string;
}

async function anew(app: App, errand: Errand, { earlier, replaced, said }: Anew): Promise<Begun> {
  const { request, context } = app;
  if (earlier !== null && isActive(stateOf(earlier))) await letGo(await taskOf(app, earlier));
  // What a task has left in part may go; a file that another has completed since may not.
  const replaces = earlier !== null && stateOf(earlier) !== 'completed' && replaced.length === 0;
  const task = await request.agent.create(context, { ...errand.config, overwrite: errand.force || replaces });
  // Only now: a failed task must not be forgotten before there is another one.
  for (const { tid } of earlier === null ? replaced : [earlier, ...replaced]) await request.agent.remove(tid);
  if (errand.maxSpeed > 0) await task.setMaxSpeed(errand.maxSpeed);
  await task.start();
  return { task, said, warning: '', from: 0, isDone: false };
}

function taskOf(app: App, { tid }: TaskInfo): Promise<Task> {
  return app.request.agent.getTask(app.context, tid);
}

/** Bytes per second that no transfer reaches: a limit can be changed, and not be taken away. */
const speedMax = Number.MAX_SAFE_INTEGER;

/** How long a run that was told to stop may take to close its file, ms. A run that had no bytes yet never says so. */
const letGoMsMax = 1_000;

/** Ends the run of a task, so that nothing writes to its file any more. */
async function letGo(task: Task): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    task.on('progress', () => resolve());
    setTimeout(resolve, letGoMsMax);
  });
  const wasRunning = await task.pause().then(
    () => true,
    () => false, // it waits: nothing has its file open
  );
  if (wasRunning) await closed;
}
