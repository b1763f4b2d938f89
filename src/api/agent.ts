import { rule } from '../../machines/rules.ts';
import { type Api, errorCodes } from '../../machines/vocabulary.ts';
import type { Refusal } from '../engine/turn.ts';
import { unreachable } from '../errors.ts';
import { checked, settle, settleThen } from './calls.ts';
import {
  Action,
  BroadcastEvent,
  Faults,
  Mode,
  Network,
  State,
  VISIBILITY_COMPLETION,
  VISIBILITY_PROGRESS,
  WaitingReason,
} from './constants.ts';
import { storedConfig, taskInfo } from './info.ts';
import { downloadManager, type Owner, uploadManager } from './owner.ts';
import { claimTarget } from './target.ts';
import { AgentTask, asTask } from './task.ts';
import type { AsyncCallback, BaseContext, Config, Filter, GroupConfig, Task, TaskInfo } from './types.ts';
import { type Checked, checkBundle, checkFilter, checkTid, checkToken, configOf } from './validate.ts';
import { checkCreate } from './validate-agent.ts';
import { checkAttachment, checkGid, checkGroupConfig } from './validate-group.ts';

/**
 * `request.agent`. Wrong arguments, and files that cannot be used, throw at once, in every form of a call; what the
 * service refuses rejects, or goes to the callback. Every error is a `BusinessError`.
 * @source harmony-request.md 1.7, 2.4, 9
 */
export interface Agent {
  readonly Action: typeof Action;
  readonly Mode: typeof Mode;
  readonly Network: typeof Network;
  readonly BroadcastEvent: typeof BroadcastEvent;
  readonly State: typeof State;
  readonly Faults: typeof Faults;
  readonly WaitingReason: typeof WaitingReason;
  readonly VISIBILITY_COMPLETION: 1;
  readonly VISIBILITY_PROGRESS: 2;

  /**
   * Creates a task, which then is INITIALIZED. The promise resolves when the task is stored.
   * @throws 401, 13400001 at once; rejects with 13400003, 201, 21900005, 21900004, 13499999, in this order.
   */
  create(context: BaseContext, config: Config, callback: AsyncCallback<Task>): void;
  create(context: BaseContext, config: Config): Promise<Task>;
  /**
   * The object of a task that exists; the same one as long as the process lives.
   * @throws 401 at once; rejects with 21900006, also for a wrong token.
   */
  getTask(context: BaseContext, id: string, token?: string): Promise<Task>;
  /** Removes a task, in whatever state; its file stays. @throws 401 at once; rejects with 21900006. */
  remove(id: string, callback: AsyncCallback<void>): void;
  remove(id: string): Promise<void>;
  /** @throws 401 at once; rejects with 21900006, also when the task has a token. */
  show(id: string, callback: AsyncCallback<TaskInfo>): void;
  show(id: string): Promise<TaskInfo>;
  /** @throws 401 at once; rejects with 21900006, also for a wrong token. */
  touch(id: string, token: string, callback: AsyncCallback<TaskInfo>): void;
  touch(id: string, token: string): Promise<TaskInfo>;
  /** Ids of the app's tasks, oldest first; by default of the last 24 hours. @throws 401 at once. */
  search(callback: AsyncCallback<string[]>): void;
  search(filter: Filter, callback: AsyncCallback<string[]>): void;
  search(filter?: Filter): Promise<string[]>;
  /** For system apps: any app's task. @throws 401 at once; rejects with 202, 201, 21900006. */
  query(id: string, callback: AsyncCallback<TaskInfo>): void;
  query(id: string): Promise<TaskInfo>;
  /** Opens a group, whose tasks share their notifications. @returns its id. @throws 401 at once; rejects with 13400003. */
  createGroup(config: GroupConfig): Promise<string>;
  /** Shows tasks in a group, all or none. @throws 401 at once; rejects with 21900005, 21900006, 21900007, 21900008. */
  attachGroup(gid: string, tids: string[]): Promise<void>;
  /** Closes a group for good. @throws 401 at once; rejects with 21900008. */
  deleteGroup(gid: string): Promise<void>;
}

export function createAgent(owner: Owner): Agent {
  const { engine, uid, caller } = owner;

  const look = (operation: 'show' | 'touch', tid: string, token: string | null): TaskInfo => {
    const task = engine.task(tid);
    const wrongToken = task !== undefined && task.record.spec.token !== token;
    const refusal = engine.operate(uid, operation, tid, { ...owner.reach(), wrongToken });
    if (refusal !== null) throw owner.refusal(refusal, tid);
    return taskInfo(engine.task(tid) ?? unreachable(`task ${tid} vanished while it was shown`), caller);
  };

  /** A task that there is not, and one that the process holds, are answered before the context is looked at. */
  const needsContext = (tid: unknown): boolean => {
    if (typeof tid !== 'string') return true;
    return engine.task(tid)?.record.spec.api === 'agent' && !(owner.held(tid) instanceof AgentTask);
  };

  return {
    Action,
    Mode,
    Network,
    BroadcastEvent,
    State,
    Faults,
    WaitingReason,
    VISIBILITY_COMPLETION,
    VISIBILITY_PROGRESS,

    create(...args: readonly unknown[]) {
      const request = checked(engine, 'create', () => checkCreate(args, caller));
      return createTask(owner, request, args[2], 'agent', (tid) => {
        const task = new AgentTask(owner, tid, args[1] as Config);
        owner.hold(tid, task);
        return asTask(task);
      });
    },

    getTask(...args: readonly unknown[]) {
      const { tid, token } = checked(engine, 'getTask', () => ({
        tid: checkTid(needsContext(args[1]) ? configOf(args, { context: true }) : args[1], 'getTask'),
        token: args[2] === undefined ? null : checkToken(args[2]),
      }));
      return settle(
        engine,
        () => {
          const task = engine.task(tid);
          const spec = task?.record.spec;
          const refusal = engine.operate(uid, 'getTask', tid, {
            unknownTask: spec === undefined || spec.api === 'legacy',
            wrongToken: spec !== undefined && spec.token !== token,
          });
          if (refusal !== null || task === undefined) throw owner.refusal(refusal ?? notFound('getTask'), tid);
          const held = owner.held(tid);
          if (held instanceof AgentTask) return asTask(held);
          const fresh = new AgentTask(owner, tid, storedConfig(task, caller.place));
          owner.hold(tid, fresh);
          return asTask(fresh);
        },
        undefined,
      );
    },

    remove(...args: readonly unknown[]) {
      const tid = checked(engine, 'remove', () => checkTid(args[0], 'remove'));
      return settle(
        engine,
        () => {
          const refusal = engine.operate(uid, 'remove', tid, owner.reach());
          if (refusal !== null) throw owner.refusal(refusal, tid);
          return rule(engine.rules, 'removeResolvesFalse') ? false : undefined;
        },
        args[1],
      );
    },

    show(...args: readonly unknown[]) {
      const tid = checked(engine, 'show', () => checkTid(args[0], 'show'));
      return settle(engine, () => look('show', tid, null), args[1]);
    },

    touch(...args: readonly unknown[]) {
      const { tid, token } = checked(engine, 'touch', () => ({
        tid: checkTid(args[0], 'touch'),
        token: checkToken(args[1]),
      }));
      return settle(engine, () => look('touch', tid, token), args[2]);
    },

    search(...args: readonly unknown[]) {
      const [filter, callback] = typeof args[0] === 'function' ? [undefined, args[0]] : args;
      const { bundle, afterMs, beforeMs, states, actions, modes } = checked(engine, 'search', () =>
        checkFilter(filter, { rules: engine.rules, nowMs: owner.nowMs() }),
      );
      return settle(
        engine,
        () => {
          const refusal = engine.ask('search');
          if (refusal !== null) throw owner.refusal(refusal, '');
          if (caller.system) checkBundle(bundle);
          const found = engine.search(caller.system ? null : uid, { afterMs, beforeMs, states, actions, modes });
          const wanted = caller.system && bundle !== '*' ? bundle : null;
          return [...found]
            .filter(({ record }) => wanted === null || record.bundle === wanted)
            .map(({ record }) => record.tid);
        },
        callback,
      );
    },

    createGroup(...args: readonly unknown[]) {
      const spec = checked(engine, 'createGroup', () => checkGroupConfig(args[0], caller));
      return settle(
        engine,
        () => {
          const created = engine.createGroup(uid, spec);
          if (!('code' in created)) return created.gid;
          if (rule(engine.rules, 'hideFailedGroup')) return '';
          throw owner.refusal(created, '');
        },
        undefined,
      );
    },

    attachGroup(...args: readonly unknown[]) {
      const { gid, tids } = checked(engine, 'attachGroup', () => checkAttachment(args));
      return settle(
        engine,
        () => {
          const refusal = engine.attachGroup(uid, gid, tids);
          if (refusal !== null) throw owner.refusal(refusal, '');
        },
        undefined,
      );
    },

    deleteGroup(...args: readonly unknown[]) {
      const gid = checked(engine, 'deleteGroup', () => checkGid(args));
      return settle(
        engine,
        () => {
          const refusal = engine.deleteGroup(uid, gid);
          if (refusal !== null) throw owner.refusal(refusal, '');
        },
        undefined,
      );
    },

    query(...args: readonly unknown[]) {
      const tid = checked(engine, 'query', () => checkTid(args[0], 'query'));
      return settle(
        engine,
        () => {
          const task = engine.task(tid);
          const needed = task?.record.spec.action === 'upload' ? uploadManager : downloadManager;
          const refusal = engine.operate(uid, 'query', tid, {
            notSystemApp: !caller.system,
            notPermitted: !owner.permissions.has(downloadManager) && !owner.permissions.has(uploadManager),
            notOwner: !owner.permissions.has(needed),
          });
          if (refusal !== null || task === undefined) throw owner.refusal(refusal ?? notFound('query'), tid);
          return taskInfo(task, caller, true);
        },
        args[1],
      );
    },
  } as Agent;
}

/**
 * Creates a task of either generation. The target is claimed first, and the claim is given up when the task is refused.
 * @param made  makes the object that the caller gets.
 */
export function createTask<T>(
  owner: Owner,
  { spec, sizes, rejection }: Checked,
  callback: unknown,
  api: Api,
  made: (tid: string) => T,
): Promise<T> | undefined {
  const { engine, uid, caller } = owner;
  const claim =
    spec.action === 'download'
      ? checked(engine, 'create', () => claimTarget(caller.files, spec.target, caller.rules))
      : null;
  return settleThen(
    engine,
    () => {
      const facts = { ...owner.reach(true), ...(rejection === null ? {} : { notCreatable: true }) };
      return engine.create(uid, spec, sizes, facts);
    },
    (created) => {
      if ('code' in created) {
        claim?.release();
        const isOurs = rejection !== null && created.code === rejection.code;
        throw isOurs ? rejection : owner.refusal(created, '');
      }
      try {
        claim?.accept();
      } catch (error) {
        // The target went bad between the check and now; a task that cannot write must not stay.
        engine.operate(uid, 'remove', created.tid);
        throw error;
      }
      return made(created.tid);
    },
    callback,
    api,
  );
}

function notFound(operation: Refusal['operation']): Refusal {
  return { code: errorCodes.TASK_NOT_FOUND, operation, state: 'open', obstacle: 'unknownTask' };
}
