import { admissionMachine, type Facts, type Obstacle, orderOfRefusals } from '../../machines/admission.ts';
import { appMachine } from '../../machines/app.ts';
import { bucketOf, defaultLimits, queueMachine } from '../../machines/queue.ts';
import { serviceMachine } from '../../machines/service.ts';
import type { Mode, Operation, Rules } from '../../machines/vocabulary.ts';
import { begin, step } from '../engine/step.ts';
import type { Log } from './log.ts';
import type { Surroundings } from './surroundings.ts';

/** What a call is answered: a code it is refused with, or null. */
export type Answer = number | null;

/** How a call may be answered before any task is asked. */
export interface Before {
  readonly codes: ReadonlySet<number>;
  /** May it come to be asked of the task? */
  readonly passes: boolean;
}

/** What is known about the obstacles of a call: yes, no, or nobody knows. */
export type Known = { readonly [O in Obstacle]?: boolean | null };

const open = begin(admissionMachine);
const internet = 'ohos.permission.INTERNET';
const downloadManager = 'ohos.permission.DOWNLOAD_SESSION_MANAGER';
const uploadManager = 'ohos.permission.UPLOAD_SESSION_MANAGER';

/** Asks the admission chart for each case that what is known leaves open. */
export function before(operation: Operation, known: Known): Before {
  const sure: Facts = Object.fromEntries(Object.entries(known).filter(([, isSo]) => isSo === true));
  const cases = orderOfRefusals[operation].filter((obstacle) => known[obstacle] === null);
  const answers = [{}, ...cases.map((obstacle) => ({ [obstacle]: true }))].map((more) => {
    const [answer] = step(admissionMachine, open, { type: operation, facts: { ...sure, ...more } }).effects;
    return answer?.type === 'refused' ? answer.code : null;
  });
  return {
    codes: new Set(answers.filter((answer) => answer !== null)),
    passes: answers.includes(null),
  };
}

/** The same for all of some cases: true, false, or null when they differ. */
function agreed<T>(cases: readonly T[], isSo: (one: T) => boolean): boolean | null {
  const answers = new Set(cases.map(isSo));
  return answers.size === 1 ? answers.has(true) : null;
}

/** Does the service refuse it? */
export function serviceDown(operation: Operation, { services }: Surroundings): boolean | null {
  return agreed(services, (service) => isRefused(step(serviceMachine, service, { type: 'call', operation }).effects));
}

/** Does a create of this mode come at the wrong time for its app? */
export function notForeground(mode: Mode, app: string, surroundings: Surroundings): boolean | null {
  return agreed(surroundings.appCharts(app), (chart) =>
    isRefused(step(appMachine, chart, { type: 'create', mode }).effects),
  );
}

/** How many tasks of this mode an app may have. */
export function tasksMaxOf(mode: Mode, log: Log, rules: Rules): number {
  const standard = defaultLimits(rules);
  return bucketOf(mode) === 'foreground'
    ? (log.limits?.foregroundTasksMax ?? standard.foregroundTasksMax)
    : (log.limits?.backgroundTasksMax ?? standard.backgroundTasksMax);
}

/** @param counts  the fewest and the most tasks of the app that may take up room. */
export function queueFull(counts: readonly [min: number, max: number], tasksMax: number): boolean | null {
  return agreed(counts, (count) => {
    const queue = begin(queueMachine, { tasksMax, count: Math.min(count, tasksMax) });
    return isRefused(step(queueMachine, queue, { type: 'create' }).effects);
  });
}

/** What the permissions of an app say about a call. Without a list of them nobody knows. */
export function permissionFacts(
  operation: Operation,
  app: string,
  log: Log,
  action: 'download' | 'upload' | null,
): Known {
  const { permissions, system } = log.apps[app] ?? {};
  const has = (permission: string) => (permissions === undefined ? null : permissions.includes(permission));
  const manages = has(downloadManager);
  if (operation === 'query') {
    const needed = action === 'upload' ? uploadManager : downloadManager;
    const any = permissions === undefined ? null : manages === true || has(uploadManager) === true;
    const lacks = (held: boolean | null) => (held === null ? null : !held);
    return { notSystemApp: lacks(system ?? null), notPermitted: lacks(any), notOwner: lacks(has(needed)) };
  }
  if (operation !== 'create' && operation !== 'start' && operation !== 'resume') return {};
  const mayUse = permissions === undefined ? null : manages === true || has(internet) === true;
  return { notPermitted: mayUse === null ? null : !mayUse };
}

/** Does a session manager reach tasks of other apps by this call? Null when nobody knows. */
export function reachesOthers(operation: Operation, app: string, log: Log): boolean | null {
  const { permissions } = log.apps[app] ?? {};
  if (operation === 'getTask') return false;
  return permissions === undefined ? null : permissions.includes(downloadManager);
}

function isRefused(effects: readonly { readonly type: string }[]): boolean {
  return effects.some(({ type }) => type === 'refused');
}
