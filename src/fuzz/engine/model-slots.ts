import type { Action } from '../../../machines/vocabulary.ts';
import { isActive, type ModelApp, type ModelTask } from './model-task.ts';

/**
 * Who runs: the three passes over everything that wants to.
 * @param apps    in order of rank.
 * @param counts  slots of each tier.
 * @source harmony-request.md 3.4, 3.5
 */
export function winners(
  action: Action,
  apps: readonly ModelApp[],
  tasks: readonly ModelTask[],
  counts: readonly [number, number, number],
): ReadonlySet<ModelTask> {
  const queues = apps.map((app) => queueOf(app, tasks));
  const line = queues.flat().filter((task) => task.action === action);
  const [urgent, normal, shared] = counts;
  const first = line.slice(0, urgent + normal);
  const last = first.at(-1);
  if (last === undefined || first.length < urgent + normal) return new Set(first);

  const below = queues.slice(queues.findIndex((queue) => queue.includes(last)) + 1);
  const longest = Math.max(0, ...below.map(({ length }) => length));
  const offers = Array.from({ length: longest }, (_, round) => below.flatMap((queue) => queue.slice(round, round + 1)));
  const rest = line.filter((task) => task.app === last.app && !first.includes(task));
  const others = [...offers.flat().filter((task) => task.action === action), ...rest];
  return new Set([...first, ...others.slice(0, shared)]);
}

/** Those of one app, both directions: foreground first, then the more urgent, then the older. */
function queueOf(app: ModelApp, tasks: readonly ModelTask[]): readonly ModelTask[] {
  return tasks
    .filter((task) => task.app === app && (isActive(task) || (task.state === 'waiting' && task.reason === 'queued')))
    .sort((a, b) => Number(b.mode === 'foreground') - Number(a.mode === 'foreground') || a.priority - b.priority);
}
