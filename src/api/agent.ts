import type { Facts } from '../../machines/admission.ts';
import { rule } from '../../machines/rules.ts';
import type { Api } from '../../machines/vocabulary.ts';
import type { LiveTask } from '../engine/live.ts';
import { unreachable } from '../errors.ts';
import { call, checked, settleThen } from './calls.ts';
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
import { downloadManager, type Owner, quiet, uploadManager } from './owner.ts';
import { claimTarget } from './target.ts';
import { AgentTask, asTask } from './task.ts';
import type { AsyncCallback, BaseContext, Config, Filter, GroupConfig, Task, TaskInfo } from './types.ts';
import { type Checked, checkBundle, checkFilter, checkTid, checkToken, configOf } from './validate.ts';
import { checkAgentConfig } from './validate-agent.ts';
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

  /** The task of a call that its chart allows. @throws what refuses the call */
  const allowed = (operation: 'getTask' | 'show' | 'touch' | 'query', tid: string, facts: Facts): LiveTask => {
    owner.mustBeAllowed(engine.operate(uid, operation, tid, facts), tid);
    return engine.task(tid) ?? unreachable(`task ${tid} vanished while it was shown`);
  };

  const look = (operation: 'show' | 'touch', tid: string, token: string | null): TaskInfo =>
    taskInfo(
      allowed(operation, tid, { ...owner.reach(), wrongToken: hasAnotherToken(engine.task(tid), token) }),
      caller,
    );

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
      const request = checked(engine, 'create', () => checkAgentConfig(configOf(args, { context: true }), caller));
      return createTask(owner, request, args[2], 'agent', (tid) =>
        asTask(owner.hold(tid, new AgentTask(owner, tid, args[1] as Config))),
      );
    },

    getTask(...args: readonly unknown[]) {
      return call(
        engine,
        'getTask',
        () => ({
          tid: checkTid(needsContext(args[1]) ? configOf(args, { context: true }) : args[1], 'getTask'),
          token: args[2] === undefined ? null : checkToken(args[2]),
        }),
        ({ tid, token }) => {
          const known = engine.task(tid);
          const task = allowed('getTask', tid, {
            unknownTask: known?.record.spec.api !== 'agent',
            wrongToken: hasAnotherToken(known, token),
          });
          const held = owner.held(tid);
          if (held instanceof AgentTask) return asTask(held);
          return asTask(owner.hold(tid, new AgentTask(owner, tid, storedConfig(task, caller.place))));
        },
      );
    },

    remove(...args: readonly unknown[]) {
      return call(
        engine,
        'remove',
        () => checkTid(args[0], 'remove'),
        (tid) => {
          owner.mustBeAllowed(engine.operate(uid, 'remove', tid, owner.reach()), tid);
          return rule(engine.rules, 'removeResolvesFalse') ? false : undefined;
        },
        args[1],
      );
    },

    show(...args: readonly unknown[]) {
      return call(
        engine,
        'show',
        () => checkTid(args[0], 'show'),
        (tid) => look('show', tid, null),
        args[1],
      );
    },

    touch(...args: readonly unknown[]) {
      return call(
        engine,
        'touch',
        () => ({ tid: checkTid(args[0], 'touch'), token: checkToken(args[1]) }),
        ({ tid, token }) => look('touch', tid, token),
        args[2],
      );
    },

    search(...args: readonly unknown[]) {
      const [filter, callback] = typeof args[0] === 'function' ? [undefined, args[0]] : args;
      return call(
        engine,
        'search',
        () => checkFilter(filter, { rules: engine.rules, nowMs: owner.nowMs() }),
        ({ bundle, ...wanted }) => {
          owner.mustBeAllowed(engine.ask('search'), '');
          if (caller.system) checkBundle(bundle);
          const found = [...engine.search(caller.system ? null : uid, wanted)].map(({ record }) => record);
          const isAny = !caller.system || bundle === '*';
          return found.filter((record) => isAny || record.bundle === bundle).map(({ tid }) => tid);
        },
        callback,
      );
    },

    createGroup(...args: readonly unknown[]) {
      return call(
        engine,
        'createGroup',
        () => checkGroupConfig(args[0], caller),
        (spec) => {
          const created = engine.createGroup(uid, spec);
          if (!('code' in created)) return created.gid;
          if (rule(engine.rules, 'hideFailedGroup')) return '';
          throw owner.refusal(created, '');
        },
      );
    },

    attachGroup(...args: readonly unknown[]) {
      return call(
        engine,
        'attachGroup',
        () => checkAttachment(args),
        ({ gid, tids }) => owner.mustBeAllowed(engine.attachGroup(uid, gid, tids), ''),
      );
    },

    deleteGroup(...args: readonly unknown[]) {
      return call(
        engine,
        'deleteGroup',
        () => checkGid(args),
        (gid) => owner.mustBeAllowed(engine.deleteGroup(uid, gid), ''),
      );
    },

    query(...args: readonly unknown[]) {
      return call(
        engine,
        'query',
        () => checkTid(args[0], 'query'),
        (tid) => {
          const needed = engine.task(tid)?.record.spec.action === 'upload' ? uploadManager : downloadManager;
          const task = allowed('query', tid, {
            notSystemApp: !caller.system,
            notPermitted: !owner.permissions.has(downloadManager) && !owner.permissions.has(uploadManager),
            notOwner: !owner.permissions.has(needed),
          });
          return taskInfo(task, caller, true);
        },
        args[1],
      );
    },
  } as Agent;
}

function hasAnotherToken(task: LiveTask | undefined, token: string | null): boolean {
  return task !== undefined && task.record.spec.token !== token;
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
      const mayNotBeQuiet = spec.notification.disable === true && !owner.permissions.has(quiet);
      const facts = {
        ...owner.reach(true),
        ...(mayNotBeQuiet ? { notPermitted: true } : {}),
        ...(rejection === null ? {} : { notCreatable: true }),
      };
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
