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
import { type Action, type Rules, ruleSets, type State, states } from '../../machines/vocabulary.ts';
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
    expect(task.send({ type: 'outlived' })).toEqual([{ type: 'transfer.close', interrupted: false }]);
    expect(task.state).toBe('stopped');
  });

  it('tells a failure: the last progress, that it failed, the fault, and everybody', () => {
    const task = taskIn('running', { rules });

    expect(task.send({ type: 'faulted', reason: 'dns' })).toEqual([
      { type: 'tell', event: 'progress', state: 'running' },
      { type: 'tell', event: 'failed', state: 'failed' },
      { type: 'tell', event: 'faultOccur', fault: 'dns' },
      { type: 'tell', event: 'broadcast', state: 'failed' },
    ]);
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
      // What happened is told when the run has ended.
      expect(effects).toEqual([{ type: 'transfer.close', interrupted: true }]);
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
          task.send({ type: 'accountLeft', around: { ...clear, accountActive: false } });
          expect(task.state).toBe('waiting');
        }
      }
    }
  });

  it('minds an app that went away in foreground tasks only: downloads wait, uploads fail', () => {
    const away: Surroundings = { ...clear, appInForeground: false };
    const endOf = (traits: Partial<Traits>) => {
      const task = taskIn('running', { rules, ...traits });
      task.send({ type: 'appExpired', around: away });
      return task.state;
    };
    expect(endOf({ mode: 'foreground', action: 'download' })).toBe('waiting');
    expect(endOf({ mode: 'foreground', action: 'upload' })).toBe('failed');
    expect(endOf({ mode: 'background', action: 'download' })).toBe('running');
    expect(endOf({ mode: 'background', action: 'upload' })).toBe('running');
  });

  it(`is ${rules === 'device' ? 'failed' : 'waiting'} when it was interrupted by the end of its process`, () => {
    for (const state of ['running', 'retrying'] as const) {
      const task = taskIn(state, { rules });
      expect(task.send({ type: 'restarted', around: clear })).toEqual([]);
      expect(task.state).toBe(rules === 'device' ? 'failed' : 'waiting');
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
