import { describe, expect, it } from 'vitest';
import { type AppEvent, type AppState, accountMachine, appMachine } from '../../machines/app.ts';
import { machines } from '../../machines/index.ts';
import { serviceMachine } from '../../machines/service.ts';
import { operations } from '../../machines/vocabulary.ts';
import { play } from '../support/charts.ts';
import { bothRules } from '../support/worlds.ts';

const waysTo: Readonly<Record<AppState, readonly AppEvent[]>> = {
  terminated: [],
  foreground: [{ type: 'entered' }],
  grace: [{ type: 'entered' }, { type: 'left' }],
  background: [{ type: 'entered' }, { type: 'left' }, { type: 'graceEnded' }],
  closing: [{ type: 'entered' }, { type: 'terminated' }],
};
const appStates = Object.keys(waysTo) as AppState[];

function appIn(state: AppState, rules: (typeof bothRules)[number] = 'documented') {
  const app = play(appMachine, { rules });
  app.send(...waysTo[state]);
  expect(app.state).toBe(state);
  return app;
}

describe.each(bothRules)('by the rules of %s an app', (rules) => {
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

describe('an app', () => {
  it('has a minute of grace after it left the foreground', () => {
    const app = appIn('foreground');
    expect(app.send({ type: 'left' })).toEqual([{ type: 'grace.begin', delayMs: 60_000 }]);
    expect(app.send({ type: 'graceEnded' })).toEqual([{ type: 'tasks.tell', happening: 'appExpired' }]);
    expect(app.send({ type: 'entered' })).toEqual([{ type: 'tasks.tell', happening: 'appEntered' }]);
  });

  it('that returns in time ends its grace', () => {
    const effects = appIn('grace').send({ type: 'entered' });
    expect(effects).toEqual([{ type: 'grace.end' }, { type: 'tasks.tell', happening: 'appEntered' }]);
  });

  it('whose process ends drops its listeners, and has the same grace', () => {
    const drop = { type: 'listeners.drop' };
    expect(appIn('foreground').send({ type: 'terminated' })).toEqual([drop, { type: 'grace.begin', delayMs: 60_000 }]);
    expect(appIn('grace').send({ type: 'terminated' })).toEqual([drop]);
    expect(appIn('background').send({ type: 'terminated' })).toEqual([drop]);
    const closing = appIn('closing');
    expect(closing.send({ type: 'graceEnded' })).toEqual([{ type: 'tasks.tell', happening: 'appExpired' }]);
    expect(closing.state).toBe('terminated');
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
    expect(account.send({ type: 'suspended' }, { type: 'activated' })).toEqual([]);
    expect(account.send({ type: 'left' })).toEqual(left);
    expect(account.send({ type: 'left' })).toEqual([]);
    expect(account.send({ type: 'suspended' })).toEqual(returned);
    expect(account.send({ type: 'left' })).toEqual(left);
    expect(account.send({ type: 'activated' })).toEqual(returned);
    expect(account.send({ type: 'activated' })).toEqual([]);
  });
});

describe.each(bothRules)('by the rules of %s the service', (rules) => {
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

describe('every chart', () => {
  it('has a name of its own, which is that in the list', () => {
    expect(Object.entries(machines).map(([name, { id }]) => [name, id])).toEqual(
      Object.keys(machines).map((name) => [name, name]),
    );
  });

  it.each(Object.entries(machines))('%s never ends, and calls nobody', (_, machine) => {
    const nodes = [...(machine.states ? Object.values(machine.states) : [])];
    for (const node of nodes) {
      expect(node.type).not.toBe('final');
      expect(node.invoke).toEqual([]);
      nodes.push(...Object.values(node.states));
    }
    expect(nodes.length).toBeGreaterThan(0);
  });
});
