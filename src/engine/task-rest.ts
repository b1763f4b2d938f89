import { forEachRules } from '../../machines/rules.ts';
import { type TaskContext, type TaskEvent, type Traits, taskMachine } from '../../machines/task.ts';
import type { Reason, Rules, State, TaskSpec } from '../../machines/vocabulary.ts';
import { type Resting, type Stepped, step } from './step.ts';

type Answer = Stepped<typeof taskMachine>;

/**
 * Where tasks of one kind rest, for all of them and all engines. Charts are pure and most events carry nothing, so what
 * the chart makes of those here is worked out once.
 */
export class TaskRest implements Resting<TaskContext> {
  readonly value: State;
  readonly context: TaskContext;
  readonly #kind: TaskKind;
  /** By the type of the event, which carries something always or never. */
  readonly #known = new Map<TaskEvent['type'], Answer>();

  constructor(kind: TaskKind, state: State, reason: Reason) {
    this.#kind = kind;
    this.value = state;
    this.context = { traits: kind.traits, reason };
  }

  /** What the chart makes of an event. */
  after(event: TaskEvent): Answer {
    const known = this.#known.get(event.type);
    if (known !== undefined) return known;
    const answer = step(taskMachine, this, event);
    if (Object.keys(event).length === 1) this.#known.set(event.type, answer);
    return answer;
  }

  /** Where a task of the same kind rests. */
  at(state: State, reason: Reason): TaskRest {
    return this.value === state && this.context.reason === reason ? this : this.#kind.at(state, reason);
  }
}

/** Tasks that agree in their traits are of one kind: a million of them share it. */
export class TaskKind {
  readonly traits: Traits;
  readonly #rests = new Map<State, Map<Reason, TaskRest>>();

  constructor(traits: Traits) {
    this.traits = traits;
  }

  at(state: State, reason: Reason): TaskRest {
    let ofState = this.#rests.get(state);
    if (ofState === undefined) {
      ofState = new Map();
      this.#rests.set(state, ofState);
    }
    let rest = ofState.get(reason);
    if (rest === undefined) {
      rest = new TaskRest(this, state, reason);
      ofState.set(reason, rest);
    }
    return rest;
  }

  covers(spec: TaskSpec): boolean {
    const { traits } = this;
    return (
      traits.mode === spec.mode &&
      traits.action === spec.action &&
      traits.api === spec.api &&
      traits.network === spec.network &&
      traits.metered === spec.metered &&
      traits.roaming === spec.roaming &&
      traits.retry === spec.retry
    );
  }
}

/** Few: those that tasks in this process were of. */
const kinds = forEachRules((): TaskKind[] => []);

export function kindOf(rules: Rules, spec: TaskSpec): TaskKind {
  for (const kind of kinds(rules)) if (kind.covers(spec)) return kind;
  const { api, action, mode, network, metered, roaming, retry } = spec;
  const kind = new TaskKind({ rules, api, action, mode, network, metered, roaming, retry });
  kinds(rules).push(kind);
  return kind;
}
