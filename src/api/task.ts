import { rule } from '../../machines/rules.ts';
import { errorCodes } from '../../machines/vocabulary.ts';
import type { Notice } from '../engine/notices.ts';
import type { Refusal } from '../engine/turn.ts';
import { call, checked, settle } from './calls.ts';
import { agentEvents, faultNumber, waitingReasonNumbers } from './constants.ts';
import { progress } from './info.ts';
import { Listeners } from './listeners.ts';
import type { Owner } from './owner.ts';
import { httpResponse } from './response.ts';
import type { Config, Task } from './types.ts';
import { checkListener, checkSpeed } from './validate.ts';

/** The object that an app holds for an agent task. There is one for each task and process. @source harmony-request.md 6.2 */
export class AgentTask {
  readonly tid: string;
  config: Config;
  readonly #owner: Owner;
  readonly #listeners: Listeners;
  #released = false;
  /** Has it heard so? @source harmony-request.md 2.4 */
  #removed = false;

  constructor(owner: Owner, tid: string, config: Config) {
    this.tid = tid;
    this.config = config;
    this.#owner = owner;
    this.#listeners = new Listeners(owner.onThrow);
  }

  start(callback?: unknown): unknown {
    return this.#call('start', callback);
  }

  pause(callback?: unknown): unknown {
    return this.#call('pause', callback);
  }

  resume(callback?: unknown): unknown {
    return this.#call('resume', callback);
  }

  stop(callback?: unknown): unknown {
    return this.#call('stop', callback);
  }

  setMaxSpeed(speed?: unknown): unknown {
    const { engine, uid } = this.#owner;
    const floor = engine.task(this.tid)?.record.spec.minSpeed.bytesPerSecond ?? 0;
    return call(
      engine,
      'setMaxSpeed',
      () => checkSpeed(speed, floor),
      (bytesPerSecond) => this.#done(engine.setMaxSpeed(uid, this.tid, bytesPerSecond, this.#owner.reach())),
    );
  }

  on(...args: readonly unknown[]): void {
    const { event, listener } = checked(this.#owner.engine, 'on', () => checkListener('on', args, agentEvents));
    if (listener !== null && !this.#released) this.#listeners.add(event, listener);
  }

  off(...args: readonly unknown[]): void {
    const { event, listener } = checked(this.#owner.engine, 'off', () => checkListener('off', args, agentEvents));
    this.#listeners.remove(event, listener);
  }

  /** Hands a notice to those who listen. */
  hear(notice: Notice): void {
    switch (notice.event) {
      case 'progress':
      case 'completed':
      case 'failed':
      case 'pause':
      case 'resume':
        return this.#listeners.deliver(notice.event, [progress(notice.progress)]);
      case 'remove':
        this.#listeners.deliver('remove', [progress(notice.progress)]);
        this.#removed = true;
        return this.release();
      case 'response': {
        const response = httpResponse(notice.response, this.#owner.engine.rules);
        return response === null ? undefined : this.#listeners.deliver('response', [response]);
      }
      case 'faultOccur':
        return this.#listeners.deliver('faultOccur', [
          notice.fault === null ? null : faultNumber(notice.fault, this.#owner.caller.sdk),
        ]);
      case 'wait':
        return this.#listeners.deliver('wait', [waitingReasonNumbers[notice.reason]]);
    }
  }

  /** The object is of no more use: its task was removed, or its process is gone. */
  release(): void {
    this.#released = true;
    this.#listeners.removeAll();
    this.#owner.release(this.tid);
  }

  #call(operation: 'start' | 'pause' | 'resume' | 'stop', callback: unknown): unknown {
    return settle(this.#owner.engine, () => this.#ask(operation), callback);
  }

  #ask(operation: 'start' | 'pause' | 'resume' | 'stop'): true | undefined {
    const { engine, uid } = this.#owner;
    if (operation === 'start' && this.#removed) {
      return this.#done({ code: errorCodes.TASK_STATE, operation, state: 'removed' });
    }
    const needsInternet = operation === 'start' || operation === 'resume';
    return this.#done(engine.operate(uid, operation, this.tid, this.#owner.reach(needsInternet)));
  }

  /** What these calls resolve to. @source harmony-request.md Q22 */
  #done(refusal: Refusal | null): true | undefined {
    this.#owner.mustBeAllowed(refusal, this.tid);
    return rule(this.#owner.engine.rules, 'resolveTrue') ? true : undefined;
  }
}

/** The same object, with the published overloads. */
export function asTask(task: AgentTask): Task {
  return task as unknown as Task;
}
