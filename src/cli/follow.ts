import type { TaskEngine } from '../api/task-engine.ts';
import type { TaskInfo } from '../api/types.ts';
import type { Board, Row } from './board.ts';
import { Meter } from './meter.ts';
import { amountOf, isActive, isEnded, stateOf } from './progress.ts';

export interface FollowOptions {
  readonly engine: TaskEngine;
  readonly board: Board;
  /** The tasks to wait for, by tid. */
  readonly watched: ReadonlyMap<string, Watched>;
  /** What people call the other tasks of the engine, which are shown while they run. */
  readonly nameOf: (info: TaskInfo) => string;
  /** Told once of each task that ends. */
  readonly ended?: (info: TaskInfo, moved: Moved) => void;
  /** Aborted: stop waiting. */
  readonly signal?: AbortSignal;
}

interface Watched {
  /** What people call it. */
  readonly name: string;
  /** Bytes that it had when it was begun, and that are still of use. */
  readonly from: number;
}

/** What was moved of a task while it was followed, and in what time. */
export interface Moved {
  readonly bytes: number;
  readonly ms: number;
}

const tickMs = 100;
/** Notices come on a later tick than the state that they are about. */
const hearingMs = 5;

/** Shows what runs, until all tasks that are waited for have ended. */
export async function follow({ engine, board, watched, nameOf, ended, signal }: FollowOptions): Promise<void> {
  const paths = new Map<string, { readonly meter: Meter; readonly sinceMs: number; readonly from: number }>();
  const open = new Set(watched.keys());
  /** Seen to have ended; what they have to say of it is heard a tick later. */
  const over = new Set<string>();

  /** @returns whether there is something to look at again soon. */
  const look = (): boolean => {
    const nowMs = performance.now();
    const rows: Row[] = [];
    let waiting = 0;
    let isNew = false;
    for (const info of engine.tasks()) {
      const { tid } = info;
      const state = stateOf(info);
      const { done, total } = amountOf(info);
      if (isActive(state) || open.has(tid)) {
        // Whoever waits has not set out yet.
        if (!paths.has(tid) || state === 'waiting') {
          paths.set(tid, { meter: new Meter(), sinceMs: nowMs, from: done });
        }
      }
      const path = paths.get(tid);
      if (path === undefined) continue;
      if (isEnded(state) && !over.has(tid)) {
        over.add(tid);
        isNew = true;
      } else if (isEnded(state)) {
        ended?.(info, { bytes: done - (watched.get(tid)?.from ?? path.from), ms: nowMs - path.sinceMs });
        paths.delete(tid);
        open.delete(tid);
      } else if (state === 'running' || state === 'retrying') {
        const name = watched.get(tid)?.name ?? nameOf(info);
        const note = state === 'retrying' ? `retrying (${info.tries})` : '';
        rows.push({ tid, name, note, done, total, bytesPerSecond: path.meter.rate(done, nowMs) });
      } else if (state === 'waiting') waiting += 1;
    }
    board.show(rows, waiting);
    return isNew;
  };

  await new Promise<void>((resolve) => {
    const timer = setInterval(() => step(), tickMs);
    const finish = () => {
      clearInterval(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const step = () => {
      if (look()) setTimeout(step, hearingMs);
      if (open.size === 0) finish();
    };
    signal?.addEventListener('abort', finish);
    if (signal?.aborted) finish();
    else step();
  });
}
