import { type Fault, type Reason, reasons } from '../../machines/vocabulary.ts';
import { faultNumber, reasonText, stateNumbers, waitingReasonNumbers } from '../api/constants.ts';
import type { Core, Told } from './core.ts';
import type { EntryOf, infoOf, Payload } from './log.ts';

/** How far a task was. Bytes; −1 for a size that nobody knows. */
export interface Counts {
  readonly index: number;
  readonly processed: number;
}

const oldestSdk = 10;
const newestSdk = 20;

/** Is this what was told? A payload that the log leaves out fits. */
export function matches(
  { event, payload }: EntryOf<'event'>,
  told: Told,
  { sdk }: { readonly sdk: number | null },
): boolean {
  if (event !== told.event) return false;
  if (payload === undefined) return true;
  if (told.event === 'faultOccur') return faultsOf(told.fault, sdk).includes(numberOf(payload));
  if (told.wait !== null) return payload === waitingReasonNumbers[told.wait];
  if (told.state === null) return true;
  if (typeof payload !== 'object' || payload === null) return false;
  return payload.state === undefined || payload.state === stateNumbers[told.state];
}

/** Apps of older levels read some faults as OTHERS. */
function faultsOf(fault: Fault | null, sdk: number | null): readonly (number | null)[] {
  if (fault === null) return [null];
  return (sdk === null ? [oldestSdk, newestSdk] : [sdk]).map((level) => faultNumber(fault, level));
}

function numberOf(payload: Payload): number | null {
  return typeof payload === 'number' ? payload : null;
}

/** Nothing is done and nothing is known: not worth a `progress`. Without counts nobody can tell. */
export function saysNothing(payload: Payload | undefined): boolean {
  if (typeof payload !== 'object' || payload === null) return true;
  const { processed, sizes } = payload;
  if (processed === undefined || sizes === undefined) return true;
  return processed === 0 && sizes.reduce((sum, size) => sum + size, 0) < 0;
}

/** Are these counts in themselves possible, and not lower than the last ones unless they may be? */
export function countsFit(
  {
    index,
    processed,
    sizes,
  }: {
    readonly index?: number | undefined;
    readonly processed?: number | undefined;
    readonly sizes?: readonly number[] | undefined;
  },
  last: Counts | null,
  mayFall: boolean,
): boolean {
  const at = index ?? 0;
  if (sizes !== undefined && at >= sizes.length) return false;
  const size = sizes?.[at] ?? -1;
  if (processed !== undefined && size >= 0 && processed > size) return false;
  if (last === null || mayFall || processed === undefined) return true;
  return at > last.index || (at === last.index && processed >= last.processed);
}

export function countsOf(
  payload: number | null | undefined | Pick<Exclude<Payload, number | null>, 'index' | 'processed'>,
): Counts | null {
  if (typeof payload !== 'object' || payload === null || payload.processed === undefined) return null;
  return { index: payload.index ?? 0, processed: payload.processed };
}

const reasonOf = new Map((Object.keys(reasons) as Reason[]).map((word) => [reasonText(word, 'client'), word]));

/** Does a TaskInfo show this core? */
export function shows(
  info: NonNullable<ReturnType<typeof infoOf>>,
  core: Core,
  last: Counts | null,
  sdk: number | null,
): boolean {
  const { progress, faults, reason } = info;
  if (core.state !== progress.state) return false;
  const said = reason === undefined ? undefined : reasonOf.get(reason);
  if (said !== undefined && said !== core.reason) return false;
  if (faults !== undefined && !faultsOf(reasons[core.reason].fault, sdk).includes(faults)) return false;
  return countsFit(progress, last, core.mayFall);
}
