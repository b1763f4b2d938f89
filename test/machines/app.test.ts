import { describe, expect, it } from 'vitest';
import { type AppEvent, type AppState, accountMachine, appMachine } from '../../machines/app.ts';
import { serviceMachine } from '../../machines/service.ts';
import { operations, ruleSets } from '../../machines/vocabulary.ts';
import { play } from '../support/charts.ts';

const waysTo: Readonly<Record<AppState, readonly AppEvent[]>> = {
  terminated: [],
  foreground: [{ type: 'entered' }],
  grace: [{ type: 'entered' }, { type: 'left' }],
  background: [{ type: 'entered' }, { type: 'left' }, { type: 'graceEnded' }],
  closing: [{ type: 'entered' }, { type: 'terminated' }],
};
const appStates = Object.keys(waysTo) as AppState[];

function appIn(state: AppState, rules: (typeof ruleSets)[number] = 'documented') {
  const app = play(appMachine, { rules });
  app.send(...waysTo[state]);
  expect(app.state).toBe(state);
  return app;
}

describe.each(ruleSets)('by the rules of %s an app', (rules) => {
  for (const state of appStates) {
    const refuses = rules === 'documented' && state !== 'foreground';
    it(`in ${state} ${refuses ? 'may not' : 'may'} create foreground tasks, and any other`, () => {
      const allowed = [{ type: 'allowed', operation: 'create' }];
      const refused = [{ type: 'refused', code: 21900005, operation: 'create', state }];
      for (const mode of ['background', 'any'] as const) {
        expect(appIn(state, rules).send({ type: 'create', mode })).toEqual(allowed);
      }
      expect(appIn(state, rules).send({ type: 'create', mode: 'foreground' })).toEqual(refuses ? refused : allowed);
    });
  }
});

const beginGrace = { type: 'grace.begin', delayMs: 60_000 };
const tellEntered = { type: 'tasks.tell', happening: 'appEntered' };
const tellExpired = { type: 'tasks.tell', happening: 'appExpired' };
const dropListeners = { type: 'listeners.drop' };

describe('an app', () => {
  it('has a minute of grace after it left the foreground', () => {
    const app = appIn('foreground');
    expect(app.send({ type: 'left' })).toEqual([beginGrace]);
    expect(app.send({ type: 'graceEnded' })).toEqual([tellExpired]);
    expect(app.state).toBe('background');
  });

  it.each(['grace', 'closing'] as const)('that returns in time, out of %s, ends its grace', (state) => {
    const app = appIn(state);
    expect(app.send({ type: 'entered' })).toEqual([{ type: 'grace.end' }, tellEntered]);
    expect(app.state).toBe('foreground');
  });

  it.each(['background', 'terminated'] as const)('that comes out of %s tells its tasks', (state) => {
    const app = appIn(state);
    expect(app.send({ type: 'entered' })).toEqual([tellEntered]);
    expect(app.state).toBe('foreground');
  });

  it.each([
    ['foreground', 'closing', [dropListeners, beginGrace]],
    ['grace', 'closing', [dropListeners]],
    ['background', 'terminated', [dropListeners]],
  ] as const)(
    'whose process ends in %s drops its listeners, and has the same grace: it is %s',
    (state, after, effects) => {
      const app = appIn(state);
      expect(app.send({ type: 'terminated' })).toEqual(effects);
      expect(app.state).toBe(after);
    },
  );

  it('whose process has ended is terminated after the grace', () => {
    const app = appIn('closing');
    expect(app.send({ type: 'graceEnded' })).toEqual([tellExpired]);
    expect(app.state).toBe('terminated');
  });

  it('that is told what it knows does nothing', () => {
    expect(appIn('foreground').send({ type: 'entered' }, { type: 'graceEnded' })).toEqual([]);
    expect(appIn('grace').send({ type: 'left' })).toEqual([]);
    expect(appIn('background').send({ type: 'left' }, { type: 'graceEnded' })).toEqual([]);
    expect(appIn('terminated').send({ type: 'left' }, { type: 'terminated' })).toEqual([]);
  });
});

describe('an account', () => {
  it('tells its tasks when it stops running, and when it runs again', () => {
    const account = play(accountMachine);
    const left = [{ type: 'tasks.tell', happening: 'accountLeft' }];
    const returned = [{ type: 'tasks.tell', happening: 'accountReturned' }];
    expect(account.send({ type: 'left' })).toEqual(left);
    expect(account.send({ type: 'left' })).toEqual([]);
    expect(account.send({ type: 'suspended' })).toEqual(returned);
    expect(account.send({ type: 'left' })).toEqual(left);
    expect(account.send({ type: 'activated' })).toEqual(returned);
    expect(account.send({ type: 'activated' })).toEqual([]);
  });

  it('that is suspended, and active again, keeps its transfers: its tasks are told nothing', () => {
    const account = play(accountMachine);
    expect(account.send({ type: 'suspended' })).toEqual([]);
    expect(account.state).toBe('suspended');
    expect(account.send({ type: 'activated' })).toEqual([]);
    expect(account.state).toBe('active');
  });
});

describe.each(ruleSets)('by the rules of %s the service', (rules) => {
  it.each(operations)('allows %s while it is up', (operation) => {
    expect(play(serviceMachine, { rules }).send({ type: 'call', operation })).toEqual([{ type: 'allowed', operation }]);
  });

  it.each(operations)('while it is down answers %s', (operation) => {
    const service = play(serviceMachine, { rules });
    service.send({ type: 'wentDown' });
    const allows = rules === 'documented' && operation === 'remove';
    expect(service.send({ type: 'call', operation })).toEqual([
      allows ? { type: 'allowed', operation } : { type: 'refused', code: 13400003, operation, state: 'unavailable' },
    ]);
    expect(service.send({ type: 'cameUp' }, { type: 'call', operation })).toEqual([{ type: 'allowed', operation }]);
  });
});
