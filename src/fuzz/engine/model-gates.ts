import { type Link, type Reason, reasons } from '../../../machines/vocabulary.ts';
import type { ModelApp, ModelTask } from './model-task.ts';

/** What lies around the tasks. */
export interface Around {
  readonly isDevice: boolean;
  readonly link: Link;
  readonly isAway: (app: ModelApp) => boolean;
}

/** How a device moves the code of a waiting task. @source harmony-request.md 4.2–4.6 */
const moves = {
  appExpired: { 4: 6, 7: 27, 8: 27, 21: 29, 28: 30 },
  appEntered: { 6: 4, 27: 7, 29: 21, 30: 28 },
  accountLeft: { 4: 21, 6: 29, 7: 28, 8: 28, 27: 30 },
  accountReturned: { 21: 4, 28: 7, 29: 6, 30: 27 },
  linkFails: { 6: 27, 21: 28, 29: 30 },
  linkServes: { 7: 4, 8: 4, 27: 6, 28: 21, 30: 29 },
} as const;

/** Why a task that is started now has to wait. */
export function reasonAtStart(task: ModelTask, around: Around): Reason {
  if (!mayBegin(task, around)) return troubleOf(around);
  return task.mode === 'foreground' && !task.app.foreground ? 'appBackground' : 'queued';
}

/** What the link is to a task that it does not serve. */
export function troubleOf({ link }: Around): 'offline' | 'unsuitable' {
  return link.type === 'offline' ? 'offline' : 'unsuitable';
}

/** May a running task go on with the new link? Rule (b) of a device takes every known network for unsuitable to `any`. */
export function mayGoOn(task: ModelTask, around: Around): boolean {
  const { type } = around.link;
  if (!around.isDevice || type === 'offline') return mayBegin(task, around);
  return type === 'other' || (task.network === type && flagsAllow(task, around.link));
}

/** Rule (c) of a device. */
export function isFreed(task: ModelTask, { link }: Around): boolean {
  if (link.type === 'offline') return false;
  return task.network === 'any' || link.type === 'other' || (task.network === link.type && flagsAllow(task, link));
}

/** Why a task still waits with the new link. */
export function reasonAfterLink(task: ModelTask, around: Around): Reason {
  const trouble = troubleOf(around);
  if (around.isDevice) {
    const { reason } = task;
    const kept = mayGoOn(task, around) ? reason : moved(reason, { ...moves.linkFails, 4: reasons[trouble].code });
    return isFreed(task, around) ? moved(kept, moves.linkServes) : kept;
  }
  if (mayBegin(task, around)) return reasonAfterOpening(task, 'linkServes', around);
  return reasonFor({ ...causesOf(task.reason), network: trouble });
}

/** Why a task waits when another gate has shut. */
export function reasonAfterShutting(task: ModelTask, gate: 'appExpired' | 'accountLeft', around: Around): Reason {
  if (around.isDevice) return moved(task.reason, moves[gate]);
  const causes = causesOf(task.reason);
  return reasonFor(gate === 'appExpired' ? { ...causes, app: true } : { ...causes, account: true });
}

/** A gate opens: a device takes one cause away; by the book every gate is looked at again. */
export function reasonAfterOpening(
  task: ModelTask,
  gate: 'appEntered' | 'accountReturned' | 'linkServes',
  around: Around,
): Reason {
  if (around.isDevice) return moved(task.reason, moves[gate]);
  if (task.reason === 'queued') return 'queued';
  return reasonFor({
    network: mayBegin(task, around) ? null : troubleOf(around),
    app: task.mode === 'foreground' && !task.app.foreground,
    account: around.isAway(task.app),
  });
}

/** Rule (a) of a device; by the book there is no other. */
function mayBegin(task: ModelTask, { isDevice, link }: Around): boolean {
  if (link.type === 'offline') return false;
  if (task.network === 'any') return true;
  if (task.network === 'wifi' && link.type === 'cellular') return false;
  if (task.network === 'cellular' && link.type !== 'cellular' && !isDevice) return false;
  return flagsAllow(task, link);
}

function flagsAllow({ metered, roaming }: ModelTask, link: Link): boolean {
  return (metered || !link.metered) && (roaming || !link.roaming);
}

function moved(reason: Reason, table: Readonly<Record<number, number>>): Reason {
  const code = table[reasons[reason].code];
  return (Object.keys(reasons) as Reason[]).find((word) => reasons[word].code === code) ?? reason;
}

interface Causes {
  readonly network: 'offline' | 'unsuitable' | null;
  readonly app: boolean;
  readonly account: boolean;
}

/** A combined reason does not say which kind of network trouble it holds, and nobody can tell. */
function causesOf(reason: Reason): Causes {
  const isNetwork = reason === 'offline' || reason === 'unsuitable';
  return {
    network: isNetwork ? reason : reason.startsWith('network') ? 'offline' : null,
    app: /app/i.test(reason),
    account: /account/i.test(reason),
  };
}

function reasonFor({ network, app, account }: Causes): Reason {
  const code = (app ? 1 : 0) + (account ? 2 : 0) + (network === null ? 0 : 4);
  const words = ['queued', 'appBackground', 'account', 'appAccount', network, 'networkApp', 'networkAccount'] as const;
  return words[code] ?? 'networkAppAccount';
}
