import fc from 'fast-check';
import { expect, it } from 'vitest';
import { taskMachine } from '../../machines/index.ts';
import type { TaskEvent } from '../../machines/task.ts';
import { type Reason, ruleSets, type State } from '../../machines/vocabulary.ts';
import { step } from '../../src/engine/step.ts';
import { TaskKind, type TaskRest } from '../../src/engine/task-rest.ts';

const events: fc.Arbitrary<TaskEvent> = fc.oneof(
  fc.constantFrom('pause', 'stop', 'remove', 'show', 'attachGroup').map((type) => ({ type }) as TaskEvent),
  fc.constantFrom('admitted', 'dropped', 'passedOver', 'retrying', 'succeeded').map((type) => ({ type }) as TaskEvent),
  fc.record({ type: fc.constant('settled' as const), interrupted: fc.boolean() }),
  fc.record({ type: fc.constant('faulted' as const), reason: fc.constantFrom<Reason>('dns', 'timeout', 'space') }),
  fc.record({ type: fc.constant('collected' as const), ageMs: fc.constantFrom(0, 1e12) }),
  fc.record({
    type: fc.constantFrom('start' as const, 'resume' as const),
    whole: fc.boolean(),
    around: fc.record({
      link: fc.record({
        type: fc.constantFrom('wifi' as const, 'offline' as const, 'cellular' as const),
        metered: fc.boolean(),
        roaming: fc.boolean(),
      }),
      appInForeground: fc.boolean(),
      accountActive: fc.boolean(),
    }),
  }),
);

it('says what the chart says, whatever was asked before', () => {
  for (const rules of ruleSets) {
    const kind = new TaskKind({
      rules,
      api: 'agent',
      action: 'download',
      mode: 'background',
      network: 'wifi',
      metered: false,
      roaming: false,
      retry: true,
    });
    fc.assert(
      fc.property(fc.array(events, { maxLength: 30 }), (asked) => {
        let rest: TaskRest = kind.at('initialized', 'default');
        for (const event of asked) {
          const { value, context } = rest;
          const said = rest.after(event);
          expect(said).toEqual(step(taskMachine, { value, context }, event));
          rest = rest.at(said.next.value as State, said.next.context.reason);
        }
      }),
      { seed: 1 },
    );
  }
});
