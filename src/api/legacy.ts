import { rule } from '../../machines/rules.ts';
import { type Action, errorCodes, type Rules, reasons } from '../../machines/vocabulary.ts';
import type { LiveTask } from '../engine/live.ts';
import { type Notice, type ProgressNote, totalOf } from '../engine/notices.ts';
import { BusinessError } from '../errors.ts';
import { createTask } from './agent.ts';
import { checked, settle } from './calls.ts';
import { failedReason, pausedReason, reasonText, sessionStatuses } from './constants.ts';
import { textOr } from './info.ts';
import { Listeners } from './listeners.ts';
import { type Hearer, internet, type Owner } from './owner.ts';
import { lastSegment, shownPath } from './paths.ts';
import type {
  AsyncCallback,
  BaseContext,
  DownloadConfig,
  DownloadInfo,
  DownloadTask,
  TaskState,
  UploadConfig,
  UploadTask,
} from './types.ts';
import { checkListener, configOf, legacyDownloadEvents, legacyUploadEvents } from './validate.ts';
import { checkLegacyConfig } from './validate-legacy.ts';

/**
 * The API of levels 6 to 9: each call creates a background task and starts it.
 * @source harmony-request.md 8
 */
export interface Legacy {
  /** @throws 401, 13400001, 13400002 at once; rejects with 13400003, 201, 21900004, 13499999. */
  downloadFile(context: BaseContext, config: DownloadConfig, callback: AsyncCallback<DownloadTask>): void;
  downloadFile(context: BaseContext, config: DownloadConfig): Promise<DownloadTask>;
  /** @throws 401, 13400001, 13400002 at once; rejects with 13400003, 201, 21900004, 13499999. */
  uploadFile(context: BaseContext, config: UploadConfig, callback: AsyncCallback<UploadTask>): void;
  uploadFile(context: BaseContext, config: UploadConfig): Promise<UploadTask>;
  /** `downloadFile` without a context. @deprecated since API 9 */
  download(config: DownloadConfig, callback: AsyncCallback<DownloadTask>): void;
  download(config: DownloadConfig): Promise<DownloadTask>;
  /** `uploadFile` without a context. @deprecated since API 9 */
  upload(config: UploadConfig, callback: AsyncCallback<UploadTask>): void;
  upload(config: UploadConfig): Promise<UploadTask>;
}

export function createLegacy(owner: Owner): Legacy {
  const { engine, caller } = owner;
  const begin = (kind: Action, args: readonly unknown[], context: boolean) => {
    const request = checked(engine, 'create', () => checkLegacyConfig(kind, configOf(args, { context }), caller));
    return createTask(owner, request, args[context ? 2 : 1], 'legacy', (tid) => {
      const task = owner.hold(tid, legacyTask(owner, tid, request.spec.action));
      owner.mustBeAllowed(engine.operate(owner.uid, 'start', tid, owner.reach(true)), tid);
      return task;
    });
  };
  const { rules } = engine;
  const isOld = ({ code }: BusinessError) => code !== errorCodes.PERMISSION;
  const isService = ({ code }: BusinessError) => code === errorCodes.SERVICE;
  return {
    downloadFile: (...args: readonly unknown[]) => begin('download', args, true),
    uploadFile: losing(rules, isService, (...args) => begin('upload', args, true)),
    download: losing(rules, isOld, (...args) => begin('download', args, false)),
    upload: losing(rules, isOld, (...args) => begin('upload', args, false)),
  } as unknown as Legacy;
}

/** The object that an app holds for a legacy task. */
export function legacyTask(owner: Owner, tid: string, action: Action): Hearer {
  return action === 'download' ? new LegacyDownload(owner, tid) : new LegacyUpload(owner, tid);
}

/**
 * The same call, whose errors lose their code where the rules say so: thrown, rejected, or told to the callback.
 * @param loses  which of them do.
 * @source harmony-request.md 1.1, 8.4
 */
function losing<Answer>(
  rules: Rules,
  loses: (error: BusinessError) => boolean,
  call: (...args: readonly unknown[]) => Answer,
) {
  if (rule(rules, 'codedLegacyErrors')) return call;
  const worded = (error: unknown) => {
    if (error instanceof BusinessError && loses(error)) delete (error as { code?: number }).code;
    return error;
  };
  return (...args: readonly unknown[]) => {
    try {
      const answer = call(
        ...args.map((arg) =>
          typeof arg === 'function' ? (error: unknown, data: unknown) => arg(worded(error), data) : arg,
        ),
      );
      if (!(answer instanceof Promise)) return answer;
      return answer.catch((error: unknown) => {
        throw worded(error);
      }) as Answer;
    } catch (error) {
      throw worded(error);
    }
  };
}

/** What both kinds of legacy task share: listeners that are never too late, and calls that swallow state errors. */
abstract class LegacyTask {
  readonly #owner: Owner;
  readonly #tid: string;
  readonly #events: readonly string[];
  readonly #listeners: Listeners;
  /** The last event of each type that nobody has heard. @source harmony-request.md 8.3 */
  readonly #unheard = new Map<string, readonly unknown[]>();

  constructor(owner: Owner, tid: string, events: readonly string[]) {
    this.#owner = owner;
    this.#tid = tid;
    this.#events = events;
    this.#listeners = new Listeners(owner.onThrow);
  }

  on(...args: readonly unknown[]): void {
    const { event, listener } = this.#checked('on', args);
    if (listener === null) return;
    this.#listeners.add(event, listener);
    const unheard = this.#unheard.get(event);
    this.#unheard.delete(event);
    if (unheard !== undefined) queueMicrotask(() => this.#listeners.deliver(event, unheard));
  }

  off(...args: readonly unknown[]): void {
    const { event, listener } = this.#checked('off', args);
    this.#listeners.remove(event, listener);
  }

  #checked(call: 'on' | 'off', args: readonly unknown[]): ReturnType<typeof checkListener> {
    const { engine } = this.#owner;
    return losing(
      engine.rules,
      () => true,
      () => checked(engine, call, () => checkListener(call, args, this.#events)),
    )();
  }

  delete(callback?: unknown): unknown {
    return this.swallowing(callback, () => {
      this.ask('remove', true);
      return true;
    });
  }

  remove(callback?: unknown): unknown {
    return this.delete(callback);
  }

  abstract hear(notice: Notice): void;

  release(): void {
    this.#owner.release(this.#tid);
  }

  protected get owner(): Owner {
    return this.#owner;
  }

  protected get task(): LiveTask | undefined {
    return this.#owner.engine.task(this.#tid);
  }

  /** The last that is heard of the task. */
  protected end(event: string, payload: readonly unknown[]): void {
    this.tell(event, payload);
    this.release();
  }

  protected tell(event: string, payload: readonly unknown[]): void {
    if (this.#listeners.has(event)) this.#listeners.deliver(event, payload);
    else this.#unheard.set(event, payload);
  }

  /** @returns whether it was done; only a missing permission is an error here. @throws 201 */
  protected ask(operation: 'remove' | 'pause' | 'resume' | 'show', needsInternet: boolean): boolean {
    const { engine, uid, permissions } = this.#owner;
    // Managing sessions stands in for INTERNET everywhere but here.
    const mayPause = operation !== 'pause' || permissions.has(internet);
    const facts = { ...this.#owner.reach(needsInternet), ...(mayPause ? {} : { notPermitted: true }) };
    const refusal = engine.operate(uid, operation, this.#tid, facts);
    if (refusal?.code === errorCodes.PERMISSION) throw this.#owner.refusal(refusal, this.#tid);
    return refusal === null;
  }

  protected swallowing<T>(callback: unknown, call: () => T): unknown {
    return settle(this.#owner.engine, call, callback, 'legacy');
  }
}

class LegacyDownload extends LegacyTask {
  constructor(owner: Owner, tid: string) {
    super(owner, tid, legacyDownloadEvents);
  }

  suspend(callback?: unknown): unknown {
    return this.swallowing(callback, () => this.ask('pause', true));
  }

  pause(callback?: unknown): unknown {
    return this.suspend(callback);
  }

  restore(callback?: unknown): unknown {
    return this.swallowing(callback, () => {
      this.ask('resume', true);
      return true;
    });
  }

  resume(callback?: unknown): unknown {
    return this.restore(callback);
  }

  getTaskInfo(callback?: unknown): unknown {
    return this.swallowing(callback, () => (this.ask('show', false) ? this.#info() : { ...emptyInfo }));
  }

  query(callback?: unknown): unknown {
    return this.getTaskInfo(callback);
  }

  getTaskMimeType(callback?: unknown): unknown {
    return this.swallowing(callback, () => (this.ask('show', true) ? (this.task?.life.mimeType ?? '') : ''));
  }

  queryMimeType(callback?: unknown): unknown {
    return this.getTaskMimeType(callback);
  }

  override hear(notice: Notice): void {
    switch (notice.event) {
      case 'progress':
        return this.tell('progress', [notice.progress.processed, notice.progress.sizes[0] ?? -1]);
      case 'pause':
        return this.tell('pause', []);
      case 'completed':
        return this.end('complete', []);
      case 'failed':
        return this.end('fail', [failedReason(notice.progress.reason, this.owner.engine.rules)]);
      case 'remove':
        return this.end('remove', []);
    }
  }

  #info(): DownloadInfo {
    const { task } = this;
    if (task === undefined) return { ...emptyInfo };
    const { record, life } = task;
    const path = shownPath(record.spec.target, this.owner.caller.place);
    return {
      description: record.spec.description,
      downloadedBytes: life.processed,
      downloadId: Number(record.tid),
      failedReason: life.state === 'failed' ? failedReason(life.reason, this.owner.engine.rules) : 0,
      fileName: lastSegment(path),
      filePath: path,
      pausedReason: pausedReason(life.state, life.reason) ?? 0,
      status: sessionStatuses[life.state],
      targetURI: record.spec.url,
      downloadTitle: record.spec.title,
      downloadTotalBytes: life.sizes[0] ?? -1,
    };
  }
}

class LegacyUpload extends LegacyTask {
  constructor(owner: Owner, tid: string) {
    super(owner, tid, legacyUploadEvents);
  }

  override hear(notice: Notice): void {
    switch (notice.event) {
      case 'progress':
        return this.tell('progress', [doneOf(notice.progress), totalOf(notice.progress)]);
      case 'headerReceive':
        return this.tell('headerReceive', [{ headers: { ...notice.headers }, body: textOr(notice.body) }]);
      case 'completed':
        return this.end('complete', [this.#states(notice.progress)]);
      case 'failed':
        return this.end('fail', [this.#states(notice.progress)]);
      case 'remove':
        return this.release();
    }
  }

  /** Files before the current one were sent; the others share the task's fate. @source harmony-request.md 8.3 */
  #states({ index, reason }: ProgressNote): TaskState[] {
    const { place } = this.owner.caller;
    return (this.task?.record.spec.files ?? []).map(({ path }, at) => ({
      path: shownPath(path, place),
      responseCode: at < index ? 0 : reasons[reason].code,
      message: reasonText(at < index ? 'default' : reason, 'service'),
    }));
  }
}

const emptyInfo: DownloadInfo = {
  description: '',
  downloadedBytes: 0,
  downloadId: 0,
  failedReason: 0,
  fileName: '',
  filePath: '',
  pausedReason: 0,
  status: 0,
  targetURI: '',
  downloadTitle: '',
  downloadTotalBytes: 0,
};

function doneOf({ index, processed, sizes }: ProgressNote): number {
  return totalOf({ sizes: sizes.slice(0, index) }) + processed;
}
