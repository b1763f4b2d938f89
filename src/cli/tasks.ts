import { defineCommand } from 'citty';
import type { TaskInfo } from '../api/types.ts';
import { commonOptions, defineVerb, type Outcome, type Surroundings, UsageError } from './command.ts';
import { type Failure, failureLines, failureOf } from './failure.ts';
import { bytesText, printable, shortened, tableLines } from './format.ts';
import { amountOf, bytesAt, stateOf } from './progress.ts';
import { storePath } from './store-path.ts';
import { metaOf } from './verbs.ts';

const list = defineVerb({
  meta: { name: 'list', description: 'Show the tasks in the store, also while another longshore works on it' },
  args: commonOptions,
  async run({ args, around }) {
    const { readTasks } = await import('../runtime.ts');
    const errors: Failure[] = [];
    const all = readTasks(storePath(args.store, around), (trouble) => {
      const failure = failureOf('tasks list', trouble);
      if (failure === null) throw trouble;
      errors.push(failure);
      around.output.stderr.write(`${failureLines(failure)}\n`);
    });
    const tasks = all.filter((info) => stateOf(info) !== 'removed');
    for (const line of linesOf(tasks, around)) around.output.people.write(`${line}\n`);
    return { exitCode: errors.length === 0 ? 0 : 1, document: { tasks, errors } };
  },
});

const remove = defineVerb({
  meta: { name: 'remove', description: 'Forget tasks; files stay where they are' },
  args: {
    tid: { type: 'positional', required: false, description: 'Ids of tasks, as list shows them; one or more' },
    all: { type: 'boolean', description: 'Forget every task' },
    completed: { type: 'boolean', description: 'Forget the tasks that are complete' },
    ...commonOptions,
  },
  argumentsMax: Number.POSITIVE_INFINITY,
  async run({ args, around }) {
    const tids = args._;
    if ([tids.length > 0, args.all, args.completed].filter(Boolean).length !== 1) {
      throw new UsageError('which tasks? legal: either tids, or --all, or --completed');
    }
    const isMeant = (info: TaskInfo) => args.all === true || stateOf(info) === 'completed';
    return forget(storePath(args.store, around), tids.length > 0 ? tids : isMeant, around);
  },
});

export const tasks = defineCommand({
  meta: metaOf('tasks'),
  default: 'list',
  subCommands: { list, remove },
});

/** @param which  ids, or what is true of those that are meant. @throws StoreTrouble */
async function forget(
  store: string,
  which: readonly string[] | ((info: TaskInfo) => boolean),
  { output }: Surroundings,
): Promise<Outcome> {
  const [{ openEngine }, { cliApp }] = await Promise.all([import('../runtime.ts'), import('./session.ts')]);
  // Without slots nothing runs, and the book knows no tidying up while a transfer is under way.
  const engine = openEngine({ store, slots: 0 });
  const removed: TaskInfo[] = [];
  const errors: Failure[] = [];
  try {
    // Whoever owns the store may forget what any app left there.
    const app = engine.app({ ...cliApp, permissions: ['ohos.permission.DOWNLOAD_SESSION_MANAGER'] });
    const known = engine.tasks();
    const tids = typeof which === 'function' ? known.filter(which).map(({ tid }) => tid) : which;
    for (const tid of tids) {
      try {
        await app.request.agent.remove(tid);
        removed.push(...known.filter((info) => info.tid === tid));
      } catch (error) {
        const failure = failureOf(`tasks remove ${tid}`, error);
        if (failure === null) throw error;
        errors.push(failure);
        output.stderr.write(`${failureLines(failure)}\n`);
      }
    }
    engine.collectGarbage();
  } finally {
    await engine.close();
  }
  if (!output.quiet) output.people.write(`removed ${removed.length} of ${removed.length + errors.length}\n`);
  return { exitCode: errors.length === 0 ? 0 : 1, document: { tasks: removed, errors } };
}

/** A terminal is as wide as it is; whoever pipes wants everything. */
const wide = 10_000;

function linesOf(infos: readonly TaskInfo[], { output }: Surroundings): string[] {
  if (output.quiet) return [];
  if (infos.length === 0) return ['no tasks'];
  const room = output.live ? Math.max(20, Math.floor((output.people.columns - 60) / 2)) : wide;
  const rows = infos.map((info) => {
    const { done, total } = amountNow(info);
    const percent = total > 0 ? `${Math.floor((done / total) * 100)}%` : '';
    const [left, right] = info.action === 0 ? [info.url, info.saveas] : [filesOf(info), info.url];
    return [
      info.tid,
      stateOf(info),
      info.action === 0 ? 'get' : 'put',
      percent,
      total < 0 ? bytesText(done) : bytesText(total),
      shortened(printable(left ?? ''), room),
      `→ ${shortened(printable(right ?? ''), room)}`,
    ];
  });
  return tableLines([['TID', 'STATE', 'KIND', 'DONE', 'SIZE', 'FROM', '→ TO'], ...rows], [0, 3, 4]);
}

/** A store hears of progress now and then only; the file of a download that runs says more. */
function amountNow(info: TaskInfo): { done: number; total: number } {
  const { done, total } = amountOf(info);
  const onDisk = info.action === 0 && stateOf(info) === 'running' ? (bytesAt(info.saveas ?? '') ?? 0) : 0;
  const isMore = onDisk > done && (total < 0 || onDisk <= total);
  return { done: isMore ? onDisk : done, total };
}

function filesOf({ data }: TaskInfo): string {
  const items = typeof data === 'object' ? data : [];
  return items
    .flatMap(({ value }) => (typeof value === 'string' ? [] : [value].flat().map(({ path }) => path)))
    .join(', ');
}
