import { refuse } from './failure.ts';
import { isWithin } from './names.ts';
import type { Work } from './state.ts';
import type { Visit } from './visit.ts';

/** A change waits for what is still being done there. @throws 40314, 40320, 403201 */
export function checkIdle({ files, parameters, call, nowMs }: Visit, paths: readonly string[]): void {
  files.work = files.work.filter(({ untilMs }) => untilMs > nowMs);
  const request = nameOfRequest(call.operation, parameters);
  if (files.work.some((work) => work.request === request)) throw refuse(40314);
  if (files.work.some(({ on }) => on === 'space')) throw refuse(40320);
  const isBusy = (path: string) => files.work.some((work) => isWithin(path, work.path) || isWithin(work.path, path));
  if (paths.some(isBusy)) throw refuse(403201);
}

/** What was answered already goes on for a while, when the settings say so. */
export function keepBusy(visit: Visit, on: Work['on'], path: string, entries: number): void {
  const { files, parameters, call, nowMs } = visit;
  const untilMs = nowMs + entries * call.settings.options.workMsPerEntry;
  if (untilMs === nowMs) return;
  files.work.push({ on, path, request: nameOfRequest(call.operation, parameters), untilMs });
}

/** Signatures differ from call to call; what is asked does not. */
function nameOfRequest(operation: string | null, parameters: Visit['parameters']): string {
  const asked = [...parameters].filter(([name]) => name !== 'sign' && name !== 'dateline');
  return JSON.stringify([operation, ...asked.toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}
