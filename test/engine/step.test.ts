import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, assign, createMachine, emit, initialTransition, setup, transition } from 'xstate';
import { machines, operations, taskOperations } from '../../machines/index.ts';
import { compile } from '../../src/engine/compile.ts';
import { begin, type Resting, step } from '../../src/engine/step.ts';

const wifi = { type: 'wifi', metered: false, roaming: false } as const;
const links = [
  wifi,
  { type: 'offline', metered: false, roaming: false },
  { type: 'cellular', metered: true, roaming: true },
  { type: 'other', metered: false, roaming: false },
] as const;
const surroundings = links.flatMap((link) =>
  [true, false].map((here) => ({ link, appInForeground: here, accountActive: here })),
);
const traits = {
  rules: 'documented',
  api: 'agent',
  action: 'download',
  mode: 'background',
  network: 'any',
  metered: false,
  roaming: true,
  retry: true,
} as const;
const taskHappenings = ['linkChanged', 'appEntered', 'appExpired', 'accountLeft', 'accountReturned', 'restarted'];
const causes = ['dns', 'other', 'protocol', 'timeout', 'space'];

/** For each chart: what it may begin with, and every event it knows, with several payloads. */
const samples: Record<keyof typeof machines, { inputs: unknown[]; events: { type: string }[] }> = {
  admission: {
    inputs: [undefined],
    events: operations.flatMap((type) => [
      { type, facts: {} },
      { type, facts: { serviceDown: true, notPermitted: true } },
      { type, facts: { parametersWrong: true } },
      { type, facts: { wrongToken: true, unknownTask: true } },
    ]),
  },
  task: {
    inputs: (['documented', 'device'] as const).flatMap((rules) =>
      (['download', 'upload'] as const).flatMap((action) =>
        (['background', 'foreground'] as const).flatMap((mode) =>
          [true, false].map((retry) => ({ traits: { ...traits, rules, action, mode, retry } })),
        ),
      ),
    ),
    events: [
      ...taskOperations.filter((type) => type !== 'start' && type !== 'resume').map((type) => ({ type })),
      ...['start', 'resume'].flatMap((type) =>
        surroundings.flatMap((around) => [true, false].map((whole) => ({ type, around, whole }))),
      ),
      ...['admitted', 'dropped', 'passedOver', 'retrying', 'reconnected', 'succeeded', 'outlived'].map((type) => ({
        type,
      })),
      ...causes.map((reason) => ({ type: 'faulted', reason })),
      ...[true, false].map((interrupted) => ({ type: 'settled', interrupted })),
      ...taskHappenings.flatMap((type) => surroundings.map((around) => ({ type, around }))),
      ...[0, 1e9, 1e12].map((ageMs) => ({ type: 'collected', ageMs })),
    ],
  },
  transfer: {
    inputs: [{ exchanges: 1 }, { exchanges: 3 }],
    events: [
      ...[0, 1].map((index) => ({ type: 'open', index })),
      ...[true, false].map((interrupted) => ({ type: 'close', interrupted })),
      ...[200, 408, 500].map((status) => ({ type: 'responded', status })),
      ...causes.flatMap((cause) =>
        [408, 500, null].flatMap((status) =>
          [true, false].map((online) => ({ type: 'faulted', cause, status, online })),
        ),
      ),
      ...['reopen', 'finished', 'cancelled', 'delayEnded', 'timedOut', 'tooSlow'].map((type) => ({ type })),
    ],
  },
  queue: {
    inputs: [{ tasksMax: 2 }, { tasksMax: 0 }],
    events: [
      ...['create', 'entered', 'left'].map((type) => ({ type })),
      ...[1, 3].map((tasksMax) => ({ type: 'limitChanged', tasksMax })),
    ],
  },
  slots: {
    inputs: [undefined],
    events: [
      ...['changed', 'assigned', 'held', 'released'].map((type) => ({ type })),
      ...[0, 5].map((level) => ({ type: 'levelChanged', level })),
    ],
  },
  app: {
    inputs: [{ rules: 'documented' }, { rules: 'device' }],
    events: [
      ...['background', 'foreground'].map((mode) => ({ type: 'create', mode })),
      ...['entered', 'left', 'terminated', 'graceEnded'].map((type) => ({ type })),
    ],
  },
  group: { inputs: [undefined], events: ['attachGroup', 'deleteGroup'].map((type) => ({ type })) },
  account: { inputs: [undefined], events: ['activated', 'suspended', 'left'].map((type) => ({ type })) },
  network: { inputs: [undefined], events: links.map((link) => ({ type: 'changed', link })) },
  service: {
    inputs: [{ rules: 'documented' }, { rules: 'device' }],
    events: [
      ...['show', 'remove'].map((operation) => ({ type: 'call', operation })),
      ...['wentDown', 'cameUp'].map((type) => ({ type })),
    ],
  },
};

const charts = Object.entries(machines).map(
  ([name, machine]) => [name, machine as AnyStateMachine, samples[name as keyof typeof machines]] as const,
);

describe('the compiled charts equal the interpreted ones', () => {
  it.each(charts)('%s: every state, every event, every outcome of every guard', (_, machine, { inputs, events }) => {
    let compared = 0;

    // Forced guards do not look at what an event carries: one of each type will do.
    const oneOfEach = new Map(events.map((event) => [event.type, event]));
    const { context } = begin(machine, inputs[0]);
    const told = forcible(machine);
    for (const [value, leaf] of compile(machine).leaves) {
      for (const event of oneOfEach.values()) {
        for (const open of outcomes(machine, value, event.type)) {
          told.open = open;
          compare(told.forced, { value, context }, event);
          compared += 1;
        }
      }
      expect([...leaf.on.keys()].filter((type) => !oneOfEach.has(type))).toEqual([]);
    }

    expect(compared).toBeGreaterThan(0);
  });

  it.each(charts)('%s: random sequences, guards as they are', (_, machine, { inputs, events }) => {
    fc.assert(
      fc.property(
        fc.constantFrom(...inputs),
        fc.array(fc.constantFrom(...events), { maxLength: 100, size: 'max' }),
        (input, sequence) => {
          let resting = begin(machine, input);
          for (const event of sequence) resting = compare(machine, resting, event);
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });

  it.each(charts)('%s: the beginning', (_, machine, { inputs }) => {
    for (const input of inputs) {
      const [snapshot] = initialTransition(machine, input);

      expect(begin(machine, input)).toEqual({ value: leafOf(snapshot.value), context: snapshot.context });
    }
  });
});

describe('what the compiler does not know is refused by its name', () => {
  const chart = setup({ actions: { count: assign({}) }, guards: { isOpen: () => true } });

  it.each([
    ['invoke', createMachine({ id: 'odd', invoke: { src: 'x' } }), 'invoke'],
    ['after', chart.createMachine({ id: 'odd', after: { 10: { actions: 'count' } } }), 'after'],
    ['a parallel state', chart.createMachine({ id: 'odd', type: 'parallel', states: { a: {} } }), 'a parallel state'],
    [
      'a final state',
      chart.createMachine({ id: 'odd', initial: 'a', states: { a: { type: 'final' } } }),
      'a final state',
    ],
    ['a wildcard', chart.createMachine({ id: 'odd', on: { '*': { actions: 'count' } } }), 'the event *'],
    [
      'an action that is neither assign nor emit',
      setup({ actions: { shout: () => {} } }).createMachine({ id: 'odd', entry: 'shout' }),
      'the action shout',
    ],
    [
      'a guard without a name',
      chart.createMachine({ id: 'odd', on: { go: { guard: () => true, actions: 'count' } } }),
      'a function without a name',
    ],
    [
      'computed params',
      createMachine({ id: 'odd', on: { go: { actions: { type: 'count', params: () => ({}) } } } }),
      'params that are computed',
    ],
    [
      'a name that two states have',
      chart.createMachine({
        id: 'odd',
        initial: 'a',
        states: { a: { initial: 'x', states: { x: {} } }, b: { initial: 'x', states: { x: {} } } },
      }),
      'the name of another state in x',
    ],
    [
      'the root as a target',
      chart.createMachine({ id: 'odd', initial: 'a', states: { a: { on: { go: '#odd' } } } }),
      'the target #odd',
    ],
    [
      'a root that is left',
      chart.createMachine({ id: 'odd', initial: 'a', states: { a: {} }, on: { go: { target: '.a', reenter: true } } }),
      'reenter in odd',
    ],
  ])('%s', (_, machine, named) => {
    expect(() => compile(machine as AnyStateMachine)).toThrow(named);
  });
});

describe('charts of any shape that the compiler knows', () => {
  const ways = fc.array(
    fc.record({
      source: fc.nat(),
      event: fc.constantFrom('go', 'come', 'stay'),
      aim: fc.option(fc.nat(), { freq: 7 }),
      reenter: fc.boolean(),
      acts: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  );
  const events = fc.array(fc.constantFrom('go', 'come', 'stay'), { minLength: 1, maxLength: 8 });
  const says = (text: string) => ({ type: 'say', params: { text } });
  const emitting = setup({
    types: { emitted: {} as { type: string } },
    actions: { say: emit((_, params: { readonly text: string }) => ({ type: params.text })) },
  });

  it.each([['a b'], ['a a.b a.c d'], ['a a.b a.b.c a.b.d a.e f f.g']])('step as XState does: %s', (shape) => {
    const paths = shape.split(' ');
    const pathAt = (number: number) => paths[number % paths.length] ?? '';

    fc.assert(
      fc.property(ways, events, (drawn, sequence) => {
        const on: Record<string, Record<string, object>> = {};
        for (const { source, event, aim, reenter, acts } of drawn) {
          const from = pathAt(source);
          const target = aim === null ? {} : { target: `#m.${pathAt(aim)}`, reenter };
          on[from] = { ...on[from], [event]: { ...target, ...(acts ? { actions: says(`${event} in ${from}`) } : {}) } };
        }
        const statesIn = (around: string): object => {
          const inner = paths.filter((path) => path.slice(0, path.lastIndexOf('.') + 1) === around);
          return Object.fromEntries(
            inner.map((path) => {
              const states = statesIn(`${path}.`);
              const [initial] = Object.keys(states);
              const around = { entry: says(`into ${path}`), exit: says(`out of ${path}`), on: on[path] ?? {} };
              return [path.split('.').at(-1), initial === undefined ? around : { ...around, initial, states }];
            }),
          );
        };
        const config = { id: 'm', initial: 'a', states: statesIn('') };
        const machine = emitting.createMachine(config as never) as unknown as AnyStateMachine;
        let resting: Resting = begin(machine);
        for (const type of sequence) resting = compare(machine, resting, { type });
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});

/** Steps both, compares, and gives what they agree on. */
function compare(machine: AnyStateMachine, resting: Resting, event: { readonly type: string }): Resting {
  const before = machine.resolveState({ value: pathOf(machine, resting.value), context: resting.context as object });
  const [after, actions] = transition(machine, before as never, event as never);
  const effects = (
    actions as unknown as readonly { readonly type: string; readonly params: { readonly event: unknown } }[]
  )
    .filter(({ type }) => type === 'xstate.emit')
    .map(({ params }) => params.event);

  const stepped = step(machine, resting as never, event as never);

  expect({ in: resting, on: event, ...stepped }).toEqual({
    in: resting,
    on: event,
    next: { value: leafOf(after.value), context: after.context },
    effects,
  });
  return stepped.next;
}

/** A chart whose guards say what they are told to. */
function forcible(machine: AnyStateMachine): { readonly forced: AnyStateMachine; open: ReadonlySet<string> } {
  const isOpen = (name: string) => (_: unknown, params: unknown) => told.open.has(keyOf(name, params));
  const names = Object.keys(machine.implementations.guards);
  const guards = Object.fromEntries(names.map((name) => [name, isOpen(name)]));
  const told = { forced: machine.provide({ guards } as never), open: new Set<string>() };
  return told;
}

/** Every combination of outcomes that this state and event can meet. */
function* outcomes(machine: AnyStateMachine, value: string, event: string): Iterable<ReadonlySet<string>> {
  const keys = [...new Set(guardsOf(machine, value, event))];
  for (let mask = 0; mask < 2 ** keys.length; mask += 1) {
    const open = new Set(keys.filter((_, at) => (mask >> at) & 1));
    if (open.has(keyOf('isFull')) && open.has(keyOf('hasRoom'))) continue; // no queue is both; it would go round for ever
    yield open;
  }
}

function keyOf(name: string, params?: unknown): string {
  return `${name} ${JSON.stringify(params ?? null)}`;
}

/** Guards that may be asked: of the event, and of every state that passes on by itself. */
function guardsOf(machine: AnyStateMachine, value: string, event: string): string[] {
  const found: string[] = [];
  const visit = (node: AnyStateMachine['root'], isInPath: boolean): void => {
    const asked = [...(isInPath ? (node.transitions.get(event) ?? []) : []), ...(node.always ?? [])];
    for (const { guard } of asked as readonly { readonly guard?: string | { type: string; params?: unknown } }[]) {
      if (guard === undefined) continue;
      found.push(typeof guard === 'string' ? keyOf(guard) : keyOf(guard.type, guard.params));
    }
    for (const child of Object.values(node.states)) visit(child, isInPath && leadsTo(child, value));
  };
  visit(machine.root, true);
  return found;
}

function leadsTo(node: AnyStateMachine['root'], leaf: string): boolean {
  return node.key === leaf || Object.values(node.states).some((child) => leadsTo(child, leaf));
}

function pathOf(machine: AnyStateMachine, leaf: string): never {
  const search = (node: AnyStateMachine['root']): unknown => {
    for (const child of Object.values(node.states)) {
      if (child.key === leaf) return Object.keys(child.states).length === 0 ? leaf : undefined;
      const below = search(child);
      if (below !== undefined) return { [child.key]: below };
    }
    return undefined;
  };
  return search(machine.root) as never;
}

function leafOf(value: unknown): string {
  return typeof value === 'string' ? value : leafOf(Object.values(value as object)[0]);
}
