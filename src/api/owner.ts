import type { Facts } from '../../machines/admission.ts';
import { type Engine, nothingElse } from '../engine/engine.ts';
import type { Notice } from '../engine/notices.ts';
import type { Refusal } from '../engine/turn.ts';
import type { BusinessError } from '../errors.ts';
import type { ThrowHandler } from './listeners.ts';
import { refusalError } from './refusals.ts';
import type { Caller } from './validate.ts';

/** A task object of an app: of either generation of the API. */
export interface Hearer {
  hear(notice: Notice): void;
  release(): void;
}

export interface OwnerOptions {
  readonly engine: Engine;
  readonly uid: number;
  /** What argument checks need to know. */
  readonly caller: Caller;
  readonly permissions: ReadonlySet<string>;
  readonly onThrow: ThrowHandler;
  readonly nowMs: () => number;
}

export const internet = 'ohos.permission.INTERNET';
/** For system apps: `notification.disable`. */
export const quiet = 'ohos.permission.REQUEST_DISABLE_NOTIFICATION';
export const downloadManager = 'ohos.permission.DOWNLOAD_SESSION_MANAGER';
export const uploadManager = 'ohos.permission.UPLOAD_SESSION_MANAGER';

const reachesAll: Facts = { notOwner: false };
const notPermitted: Facts = { notPermitted: true };

/** What the calls of one app share: who it is, what it may do, and the task objects it holds. */
export function createOwner(options: OwnerOptions) {
  const { engine, permissions } = options;
  const held = new Map<string, Hearer>();
  const refusal = (answer: Refusal, tid: string): BusinessError => refusalError(answer, tid, engine.task(tid));
  return {
    ...options,

    /** Facts about permissions. A session manager reaches tasks of other apps. @source harmony-request.md 9.6 */
    reach(needsInternet = false): Facts {
      if (permissions.has(downloadManager)) return reachesAll;
      return needsInternet && !permissions.has(internet) ? notPermitted : nothingElse;
    },

    refusal,

    /** @param answer  what a chart refused. @throws the error for it */
    mustBeAllowed(answer: Refusal | null, tid: string): void {
      if (answer !== null) throw refusal(answer, tid);
    },

    hold<Held extends Hearer>(tid: string, hearer: Held): Held {
      held.set(tid, hearer);
      return hearer;
    },

    held: (tid: string): Hearer | undefined => held.get(tid),

    release(tid: string): void {
      held.delete(tid);
    },

    hear(notice: Notice): void {
      held.get(notice.tid)?.hear(notice);
    },

    /** The process is gone, and every object with it. */
    releaseAll(): void {
      for (const hearer of [...held.values()]) hearer.release();
    },
  };
}

export type Owner = ReturnType<typeof createOwner>;
