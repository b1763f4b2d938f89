import type { Obstacle } from '../../machines/admission.ts';
import { isTaskOperation, type TaskOperation } from '../../machines/task.ts';
import { errorCodes, type State } from '../../machines/vocabulary.ts';
import { adviceFor } from '../engine/advice.ts';
import type { LiveTask } from '../engine/live.ts';
import type { Refusal } from '../engine/turn.ts';
import { BusinessError, errorName } from '../errors.ts';

/** What stood in the way, and what helps. */
const obstacles: Record<Obstacle, string> = {
  parametersWrong: 'an argument is wrong',
  pathBad: 'the path is bad, or something is there already',
  fileUnusable: 'the file cannot be opened',
  notSystemApp: 'only a system app may call this',
  serviceDown: 'the background service cannot be reached; try again once it is up',
  notPermitted:
    'the app lacks the permission; declare ohos.permission.INTERNET (or a session manager permission), and REQUEST_DISABLE_NOTIFICATION for notification.disable',
  notForeground: 'the app is not in the foreground; bring it there first, or create the task in mode BACKGROUND',
  queueFull: "the app's task queue is full; wait for a task to end, or remove one",
  notCreatable: 'the task cannot be created: its record cannot be stored, or config.data is no array',
  unknownTask: 'no task has this id: it never was, was removed, or was collected; search() lists those there are',
  accountAway: 'the user that owns the task is not the one in the foreground',
  notOwner: 'the task belongs to another app',
  unknownGroup: 'no group of the app has this id',
  wrongToken: 'the task has another token, or none; pass the one it was created with to touch() or getTask()',
};

/** The error that a caller gets for what a chart refused. */
export function refusalError(refusal: Refusal, tid: string, task: LiveTask | undefined): BusinessError {
  return new BusinessError(errorName(refusal.code), { detail: detailOf(refusal, tid, task) });
}

function detailOf(refusal: Refusal, tid: string, task: LiveTask | undefined): string {
  const { operation, state } = refusal;
  const subject = tid === '' ? operation : `${operation}: task ${tid}`;
  if (refusal.obstacle !== undefined) return `${subject}: ${obstacles[refusal.obstacle]}`;
  if (state === 'closed') return `${subject}: the engine is closed; open another one`;
  if (state === 'unstored') return `${subject}: the change could not be stored, so it was not made; try again`;
  if (operation === 'attachGroup' || operation === 'deleteGroup') return `${subject}: ${attachment(refusal)}`;
  if (task === undefined || !isTaskOperation(operation)) return `${subject} is ${state}`;
  return `${subject} is ${state}; ${waysOut(task, task.life.state, operation)}`;
}

/** One of several tasks was refused, and with it all of them; which one, the service does not say. */
function attachment({ code, state }: Refusal): string {
  if (code === errorCodes.TASK_MODE) return 'a group takes no foreground task; create it in mode BACKGROUND';
  return code === errorCodes.GROUP_NOT_FOUND
    ? 'the group is deleted'
    : `a task is ${state}; attach it before it is started`;
}

/** Looking at a task is hardly ever what helps. */
const changes: readonly TaskOperation[] = ['start', 'pause', 'resume', 'stop', 'remove', 'setMaxSpeed'];

function waysOut(task: LiveTask, state: State, operation: TaskOperation): string {
  const { legal, way } = adviceFor(task.traits, state, operation);
  const doing = legal.filter((each) => changes.includes(each));
  const now = doing.length === 0 ? 'nothing can be done with it' : `legal now: ${doing.join(', ')}`;
  return `${now}; way out: ${way === null ? 'create a new task' : way.join(', then ')}`;
}
