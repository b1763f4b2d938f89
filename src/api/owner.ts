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
export const downloadManager = 'ohos.permission.DOWNLOAD_SESSION_MANAGER';
export const uploadManager = 'ohos.permission.UPLOAD_SESSION_MANAGER';

const reachesAll: Facts = { notOwner: false };
const notPermitted: Facts = { notPermitted: true };

/** What the calls of one app share: who it is, what it may do, and the task objects it holds. */
export class Owner {
  readonly engine: Engine;
  readonly uid: number;
  readonly caller: Caller;
  readonly permissions: ReadonlySet<string>;
  readonly onThrow: ThrowHandler;
  readonly nowMs: () => number;
  readonly #held = new Map<string, Hearer>();

  constructor({ engine, uid, caller, permissions, onThrow, nowMs }: OwnerOptions) {
    this.engine = engine;
    this.uid = uid;
    this.caller = caller;
    this.permissions = permissions;
    this.onThrow = onThrow;
    this.nowMs = nowMs;
  }

  /** Facts about permissions. A session manager reaches tasks of other apps. @source harmony-request.md 9.6 */
  reach(needsInternet = false): Facts {
    if (this.permissions.has(downloadManager)) return reachesAll;
    return needsInternet && !this.permissions.has(internet) ? notPermitted : nothingElse;
  }

  refusal(refusal: Refusal, tid: string): BusinessError {
    return refusalError(refusal, tid, this.engine.task(tid));
  }

  /** @param answer  what a chart refused. @throws the error for it */
  mustBeAllowed(answer: Refusal | null, tid: string): void {
    if (answer !== null) throw this.refusal(answer, tid);
  }

  hold(tid: string, hearer: Hearer): void {
    this.#held.set(tid, hearer);
  }

  held(tid: string): Hearer | undefined {
    return this.#held.get(tid);
  }

  release(tid: string): void {
    this.#held.delete(tid);
  }

  hear(notice: Notice): void {
    this.#held.get(notice.tid)?.hear(notice);
  }

  /** The process is gone, and every object with it. */
  releaseAll(): void {
    for (const hearer of [...this.#held.values()]) hearer.release();
  }
}
