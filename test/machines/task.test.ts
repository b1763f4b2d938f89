import { describe, expect, it } from 'vitest';
import {
  lifetimeMs,
  retentionMs,
  type TaskEvent,
  type TaskOperation,
  type Traits,
  taskMachine,
  taskOperations,
} from '../../machines/task.ts';
import {
  type Action,
  operations,
  type Reason,
  type Rules,
  ruleSets,
  type State,
  states,
  type WaitingReason,
} from '../../machines/vocabulary.ts';
import type { Surroundings } from '../../machines/waiting.ts';
import published from '../../src/fuzz/engine/operation-matrix.json' with { type: 'json' };
import { play } from '../support/charts.ts';

const traitsOf = (traits: Partial<Traits> = {}): Traits => ({
  rules: 'documented',
  api: 'agent',
  action: 'download',
  mode: 'background',
  network: 'any',
  metered: false,
  roaming: true,
  retry: true,
  ...traits,
});

const clear: Surroundings = {
  link: { type: 'wifi', metered: false, roaming: false },
  appInForeground: true,
  accountActive: true,
};
const away: Surroundings = { ...clear, appInForeground: false };
const offline: Surroundings = { ...clear, link: { type: 'offline', metered: false, roaming: false } };

function taskIn(state: State, traits: Partial<Traits> = {}, reason = 'default') {
  const value = state === 'running' || state === 'retrying' ? { active: state } : state;
  return play(taskMachine, { traits: traitsOf(traits) }, { value, context: { traits: traitsOf(traits), reason } });
}

function eventOf(operation: TaskOperation): TaskEvent {
  return operation === 'start' || operation === 'resume'
    ? { type: operation, around: clear, whole: false }
    : { type: operation };
}

type Matrix = Readonly<Record<string, Readonly<Record<string, string | number>>>>;

function cell(rules: Rules, action: Action, operation: TaskOperation, state: State): string | number | undefined {
  const matrix: Matrix = published[rules];
  const row = { start: `start.${action}`, attachGroup: 'attachGroup.background' } as Readonly<Record<string, string>>;
  return matrix[row[operation] ?? operation]?.[state];
}

const closed = { type: 'transfer.close', interrupted: false };
const interrupted = { type: 'transfer.close', interrupted: true };
const lastProgress = { type: 'tell', event: 'progress', state: 'running' };
const told = (reason: WaitingReason) => ({ type: 'tell', event: 'wait', reason });

describe('a task', () => {
  it('begins initialized, for no reason', () => {
    const task = play(taskMachine, { traits: traitsOf() });
    expect(task.state).toBe('initialized');
    expect(task.context).toEqual({ traits: traitsOf(), reason: 'default' });
  });

  it('is asked everything but what makes it, and what concerns whole groups', () => {
    expect(operations.filter((operation) => !taskOperations.some((own) => own === operation))).toEqual([
      'create',
      'createGroup',
      'deleteGroup',
    ]);
  });

  it('by the rules of a device is put off by any change of the link if it asks for none in particular (Q3)', () => {
    const cellular: Surroundings = { ...clear, link: { type: 'cellular', metered: true, roaming: false } };
    const changed = (traits: Partial<Traits>) => {
      const task = taskIn('running', { rules: 'device', ...traits });
      expect(task.send({ type: 'linkChanged', around: cellular })).toEqual([interrupted]);
      return [task.state, task.context.reason];
    };
    expect(changed({})).toEqual(['waiting', 'queued']);
    expect(changed({ retry: false })).toEqual(['failed', 'unsuitable']);
    expect(changed({ mode: 'foreground' })).toEqual(['failed', 'unsuitable']);
  });
});

describe.each(ruleSets)('the task chart by the rules of %s', (rules) => {
  describe.each(['download', 'upload'] as const)('for a %s', (action) => {
    for (const state of states) {
      for (const operation of taskOperations) {
        const answer = cell(rules, action, operation, state);
        it(`answers ${operation} in ${state} with ${answer}`, () => {
          const task = taskIn(state, { rules, action });

          const effects = task.send(eventOf(operation));

          if (typeof answer === 'number') {
            expect(effects).toEqual([{ type: 'refused', code: answer, operation, state }]);
            expect(task.state).toBe(state);
          } else if (answer === 'ok' || answer === 'listed') {
            expect(effects).toEqual([{ type: 'allowed', operation }]);
            expect(task.state).toBe(state);
          } else if (answer === 'hidden') {
            expect(effects).toEqual([{ type: 'refused', code: 21900006, operation, state }]);
          } else {
            expect(task.state).toBe(answer);
            expect(effects.filter(({ type }) => type === 'refused' || type === 'allowed')).toEqual([]);
          }
        });
      }
    }
  });

  it('completes a task that is started or resumed with every byte done, without a run', () => {
    for (const [state, type] of [
      ['initialized', 'start'],
      ['paused', 'resume'],
    ] as const) {
      const task = taskIn(state, { rules });

      const effects = task.send({ type, around: offline, whole: true });

      expect(task.state).toBe('completed');
      expect(effects).toContainEqual({ type: 'tell', event: 'completed', state: 'completed' });
      expect(effects).toContainEqual({ type: 'tell', event: 'broadcast', state: 'completed' });
      expect(effects.some((effect) => effect.type === 'transfer.open')).toBe(false);
    }
  });

  it('resets the run time at a start, and keeps it at a resume', () => {
    expect(taskIn('initialized', { rules }).send(eventOf('start'))).toEqual([{ type: 'runtime.reset' }]);
    expect(taskIn('paused', { rules }).send(eventOf('resume'))).toEqual([
      { type: 'tell', event: 'resume', state: 'waiting' },
    ]);
    for (const state of rules === 'device' ? (['stopped', 'failed'] as const) : []) {
      expect(taskIn(state, { rules }).send(eventOf('start'))).toEqual([{ type: 'runtime.reset' }]);
    }
  });

  it.each([
    ['clear', clear, 'queued', []],
    ['offline', offline, 'offline', [told('networkNotMatch')]],
    ['away', away, 'appBackground', [told('appBackground')]],
  ] as const)('has a foreground task that starts or resumes while all is %s wait, and says why', (...row) => {
    const [, around, reason, effects] = row;
    for (const [state, type] of [
      ['initialized', 'start'],
      ['paused', 'resume'],
    ] as const) {
      const task = taskIn(state, { rules, mode: 'foreground' });

      const [, ...others] = task.send({ type, around, whole: false });

      expect(task.state).toBe('waiting');
      expect(task.context.reason).toBe(reason);
      expect(others).toEqual(effects);
    }
  });

  it('runs a task that gets a slot', () => {
    const task = taskIn('waiting', { rules }, 'queued');
    expect(task.send({ type: 'admitted' })).toEqual([{ type: 'transfer.open' }]);
    expect(task.state).toBe('running');
    expect(task.context.reason).toBe('default');
  });

  it(`${rules === 'device' ? 'says nothing to' : 'tells'} a task that finds no slot`, () => {
    const task = taskIn('waiting', { rules }, 'queued');
    expect(task.send({ type: 'passedOver' })).toEqual(rules === 'device' ? [] : [told('queueFull')]);
    expect(task.state).toBe('waiting');
  });

  it('queues a task that loses its slot', () => {
    for (const state of ['running', 'retrying'] as const) {
      const task = taskIn(state, { rules });
      expect(task.send({ type: 'dropped' })).toEqual([interrupted]);
      expect(task.state).toBe('waiting');
      expect(task.context.reason).toBe('queued');
    }
  });

  it('completes a task whose run has succeeded, and tells it after the last progress', () => {
    for (const state of ['running', 'retrying'] as const) {
      const task = taskIn(state, { rules });
      expect(task.send({ type: 'succeeded' })).toEqual([
        lastProgress,
        { type: 'tell', event: 'completed', state: 'completed' },
        { type: 'tell', event: 'broadcast', state: 'completed' },
      ]);
      expect(task.state).toBe('completed');
      expect(task.context.reason).toBe('default');
    }
  });

  it('ends the run of a task that is paused, stopped or removed, and keeps its place at a pause', () => {
    const paused = { type: 'tell', event: 'pause', state: 'paused' };
    const removed = { type: 'tell', event: 'remove', state: 'removed' };
    for (const state of ['running', 'retrying'] as const) {
      expect(taskIn(state, { rules }).send({ type: 'pause' })).toEqual([paused, { type: 'place.keep' }, closed]);
      expect(taskIn(state, { rules }).send({ type: 'stop' })).toEqual([closed]);
      expect(taskIn(state, { rules }).send({ type: 'remove' })).toEqual([removed, closed]);
    }
    if (rules === 'device') expect(taskIn('waiting', { rules }).send({ type: 'pause' })).toEqual([paused]);
  });

  it('tells of a task that is removed without a run', () => {
    for (const state of ['initialized', 'waiting', 'paused', 'stopped', 'completed', 'failed'] as const) {
      const task = taskIn(state, { rules });
      expect(task.send({ type: 'remove' })).toEqual([{ type: 'tell', event: 'remove', state: 'removed' }]);
      expect(task.context.reason).toBe('user');
    }
  });

  it('names the user as the reason for what the user does', () => {
    for (const type of ['pause', 'stop', 'remove'] as const) {
      const task = taskIn('running', { rules });
      task.send({ type });
      expect(task.context.reason).toBe('user');
    }
    const waiting = taskIn('waiting', { rules }, 'queued');
    waiting.send({ type: 'stop' });
    expect(waiting.context.reason).toBe(rules === 'device' ? 'user' : 'queued');
  });

  it('has no reason for a task that is whole', () => {
    const task = taskIn('paused', { rules }, 'user');
    task.send({ type: 'resume', around: clear, whole: true });
    expect(task.context.reason).toBe('default');
  });

  it('moves the reason of a task that waits with all that happens around it', () => {
    const moved = (reason: Reason, event: TaskEvent) => {
      const task = taskIn('waiting', { rules, mode: 'foreground' }, reason);
      expect(task.send(event)).toEqual([]);
      expect(task.state).toBe('waiting');
      return task.context.reason;
    };
    expect(moved('queued', { type: 'linkChanged', around: offline })).toBe('offline');
    expect(moved('offline', { type: 'linkChanged', around: clear })).toBe('queued');
    expect(moved('queued', { type: 'appExpired', around: away })).toBe('appBackground');
    expect(moved('appBackground', { type: 'appEntered', around: clear })).toBe('queued');
    expect(moved('queued', { type: 'accountLeft', around: { ...clear, accountActive: false } })).toBe('account');
    expect(moved('account', { type: 'accountReturned', around: clear })).toBe('queued');
  });

  it('looks at the gates of a task that waits anew after a restart', () => {
    const task = taskIn('waiting', { rules }, 'account');
    expect(task.send({ type: 'restarted', around: offline })).toEqual([]);
    expect(task.state).toBe('waiting');
    expect(task.context.reason).toBe('offline');
  });

  it('tells the last progress of a run that ended with its task', () => {
    for (const state of ['waiting', 'running', 'paused', 'stopped'] as const) {
      const task = taskIn(state, { rules }, 'queued');
      expect(task.send({ type: 'settled', interrupted: false })).toEqual([lastProgress]);
      expect(task.state).toBe(state);
    }
  });

  it('attaches no foreground task to a group, in any state', () => {
    for (const state of states) {
      const code = published[rules]['attachGroup.foreground'][state];
      const effects = taskIn(state, { rules, mode: 'foreground' }).send({ type: 'attachGroup' });
      expect(effects).toEqual([{ type: 'refused', operation: 'attachGroup', code, state }]);
    }
  });

  it('is forgotten by the clean-up when it is old enough, and never while it runs', () => {
    for (const state of states) {
      const running = state === 'running' || state === 'retrying';
      const keptMs = state === 'removed' ? -1 : state === 'completed' ? retentionMs.completed : retentionMs.other;
      const forget = [{ type: 'task.forget' }];
      expect(taskIn(state, { rules }).send({ type: 'collected', ageMs: keptMs + 1 })).toEqual(running ? [] : forget);
      expect(taskIn(state, { rules }).send({ type: 'collected', ageMs: keptMs })).toEqual(
        state === 'removed' ? forget : [],
      );
    }
    expect(retentionMs).toEqual({ completed: 86_400_000, other: 604_800_000 });
    expect(lifetimeMs).toBe(2_592_000_000);
  });

  it('is stopped without a word when it runs longer than it lives', () => {
    const task = taskIn('running', { rules });
    expect(task.send({ type: 'outlived' })).toEqual([closed]);
    expect(task.state).toBe('stopped');
    expect(task.context.reason).toBe('user');
  });

  it('tells a failure: the last progress, that it failed, the fault, and everybody', () => {
    const task = taskIn('running', { rules });

    expect(task.send({ type: 'faulted', reason: 'dns' })).toEqual([
      { type: 'tell', event: 'progress', state: 'running' },
      { type: 'tell', event: 'failed', state: 'failed' },
      { type: 'tell', event: 'faultOccur', fault: 'dns' },
      { type: 'tell', event: 'broadcast', state: 'failed' },
    ]);
    expect(task.state).toBe('failed');
    expect(task.context.reason).toBe('dns');
  });

  it.each([
    ['legacy', 'download', 'background', true, 'waiting'],
    ['legacy', 'upload', 'background', true, 'failed'],
    ['agent', 'download', 'background', true, 'waiting'],
    ['agent', 'upload', 'background', true, 'waiting'],
    ['agent', 'download', 'background', false, 'failed'],
    ['agent', 'upload', 'background', false, 'failed'],
    ['agent', 'download', 'foreground', true, 'failed'],
    ['agent', 'upload', 'foreground', true, 'failed'],
    ['agent', 'upload', 'foreground', false, 'failed'],
  ] as const)('of a running %s %s in the %s (retry %s) a lost network makes one that is %s', (...row) => {
    const [api, action, mode, retry, end] = row;
    for (const state of ['running', 'retrying'] as const) {
      const task = taskIn(state, { rules, api, action, mode, retry });

      const effects = task.send({ type: 'linkChanged', around: offline });

      expect(task.state).toBe(end);
      expect(task.context.reason).toBe('offline');
      // What happened is told when the run has ended.
      expect(effects).toEqual([interrupted]);
    }
  });

  it('tells why it waits or failed once the run that was interrupted has ended', () => {
    const waiting = taskIn('waiting', { rules }, 'offline');
    expect(waiting.send({ type: 'settled', interrupted: true })).toEqual([
      { type: 'tell', event: 'progress', state: 'running' },
      { type: 'tell', event: 'wait', reason: 'networkNotMatch' },
    ]);
    const failed = taskIn('failed', { rules }, 'offline');
    expect(failed.send({ type: 'settled', interrupted: true })).toEqual([
      { type: 'tell', event: 'progress', state: 'running' },
      { type: 'tell', event: 'failed', state: 'failed' },
      { type: 'tell', event: 'faultOccur', fault: 'disconnected' },
      { type: 'tell', event: 'broadcast', state: 'failed' },
    ]);
  });

  it('rebuilds its sockets when a new link serves it', () => {
    const other: Surroundings = { ...clear, link: { type: 'other', metered: false, roaming: false } };
    const task = taskIn('running', { rules });

    expect(task.send({ type: 'linkChanged', around: other })).toEqual([{ type: 'transfer.reopen' }]);
    expect(task.state).toBe('running');
  });

  it('waits while its user is away, whatever it is', () => {
    for (const api of ['agent', 'legacy'] as const) {
      for (const action of ['download', 'upload'] as const) {
        for (const mode of ['background', 'foreground'] as const) {
          const task = taskIn('running', { rules, api, action, mode, retry: false });
          const effects = task.send({ type: 'accountLeft', around: { ...clear, accountActive: false } });
          expect(effects).toEqual([interrupted]);
          expect(task.state).toBe('waiting');
          expect(task.context.reason).toBe('account');
        }
      }
    }
  });

  it('minds an app that went away in foreground tasks only: downloads wait, uploads fail', () => {
    const endOf = (traits: Partial<Traits>) => {
      const task = taskIn('running', { rules, ...traits });
      const effects = task.send({ type: 'appExpired', around: away });
      return [task.state, task.context.reason, effects];
    };
    expect(endOf({ mode: 'foreground', action: 'download' })).toEqual(['waiting', 'appBackground', [interrupted]]);
    expect(endOf({ mode: 'foreground', action: 'upload' })).toEqual(['failed', 'appBackground', [interrupted]]);
    expect(endOf({ mode: 'background', action: 'download' })).toEqual(['running', 'default', []]);
    expect(endOf({ mode: 'background', action: 'upload' })).toEqual(['running', 'default', []]);
  });

  it(`is ${rules === 'device' ? 'failed' : 'waiting'} when it was interrupted by the end of its process`, () => {
    for (const state of ['running', 'retrying'] as const) {
      const task = taskIn(state, { rules });
      expect(task.send({ type: 'restarted', around: clear })).toEqual([]);
      expect(task.state).toBe(rules === 'device' ? 'failed' : 'waiting');
      expect(task.context.reason).toBe(rules === 'device' ? 'default' : 'queued');
    }
  });

  it(`${rules === 'device' ? 'hides' : 'shows'} that it tries again`, () => {
    const task = taskIn('running', { rules });
    task.send({ type: 'retrying' });
    expect(task.state).toBe(rules === 'device' ? 'running' : 'retrying');
    task.send({ type: 'reconnected' });
    expect(task.state).toBe('running');
  });
});
