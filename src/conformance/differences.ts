import { differences } from '../../machines/differences.ts';
import { type DifferenceName, ruleReader } from '../../machines/rules.ts';
import { errorCodes } from '../../machines/vocabulary.ts';
import type { Violation } from './checker.ts';
import type { Entry, Log } from './log.ts';

/** How a device carries notices to an app, which no engine here does. @source harmony-request.md 6.2 */
export const delivery = ruleReader({
  /** Of several counts that wait, only the newest is sent. */
  newestProgressOnly: { documented: false, device: true },
  /** `response`, `faultOccur` and `wait` go a way of their own, and may overtake the others. */
  urgentMayOvertake: { documented: false, device: true },
});

/** A violation, with what the log has there and before. */
interface Scene {
  readonly violation: Violation;
  readonly entry: Entry | undefined;
  readonly call: string | null;
  readonly code: number | null;
  readonly isIn: (...states: readonly string[]) => boolean;
  readonly went: (what: string) => boolean;
}

/** By what one knows that a row is at work. Rows that no log shows are not here. */
const shownBy: { readonly [name in DifferenceName]?: (scene: Scene) => boolean } = {
  startAgain: ({ call, isIn }) => call === 'start' && isIn('stopped', 'failed'),
  pauseWaiting: ({ call, isIn }) => call === 'pause' && isIn('waiting'),
  stopWaiting: ({ call, isIn }) => call === 'stop' && isIn('waiting'),
  readRemoved: ({ call, isIn }) =>
    ['show', 'touch', 'query', 'getTask'].includes(call ?? '') && isIn('removed', 'gone'),
  showRetrying: ({ violation }) => /retrying/.test(violation.saw),
  tellOfNoSlot: ({ violation }) => /\bwait\b/.test(violation.saw) || violation.allowed.includes('the event wait'),
  failRunningAtRestart: ({ went }) => went('restart'),
  foregroundTaskFromBackground: ({ call, code, violation }) =>
    call === 'create' && (code === errorCodes.TASK_MODE || !violation.allowed.includes('accepted')),
  foregroundTasksMax: ({ call, code, violation }) =>
    call === 'create' && (code === errorCodes.QUEUE_FULL || violation.allowed.includes('refused with 21900004')),
  removeWithoutService: ({ call, went }) => call === 'remove' && went('service'),
  hideFailedGroup: ({ call }) => call === 'createGroup',
  resolveTrue: ({ violation }) => /^(start|pause|resume|stop|setMaxSpeed) resolved/.test(violation.saw),
  removeResolvesFalse: ({ violation }) => violation.saw.startsWith('remove resolved'),
  cellularMeansCellular: ({ went }) => went('network'),
  oneLinkRule: ({ went }) => went('network'),
  lookAtAllGates: ({ went }) => went('network') || went('account') || went('app'),
  tellOddStatus: ({ violation }) => violation.allowed.includes('the event response'),
};

/** Rows that may as well be at work wherever something happened around the task; named when nothing else explains it. */
const farFetched: ReadonlySet<string> = new Set([
  'failRunningAtRestart',
  'cellularMeansCellular',
  'oneLinkRule',
  'lookAtAllGates',
]);

/** Rows of the table of differences that a violation shows, which the other rule set allows. */
export function differencesShownBy({ entries }: Log, violation: Violation): readonly string[] {
  const entry = entries[violation.step - 1];
  const call = entry?.kind === 'answer' ? entries.find((each) => each.kind === 'call' && each.id === entry.to) : entry;
  const before = entries.slice(0, violation.step);
  const scene: Scene = {
    violation,
    entry,
    call: call?.kind === 'call' ? call.call : null,
    code: entry?.kind === 'call' || entry?.kind === 'answer' ? (entry.code ?? null) : null,
    isIn: (...states) => violation.from.some((state) => states.includes(state)),
    went: (what) => before.some((each) => each.kind === 'world' && each.what === what),
  };
  const names = (Object.keys(shownBy) as DifferenceName[]).filter((name) => shownBy[name]?.(scene));
  const near = names.filter((name) => !farFetched.has(name));
  return (near.length > 0 ? near : names).map((name) => differences[name].what);
}
