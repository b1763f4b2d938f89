import { type TaskEvent, type TaskOperation, type Traits, taskMachine, taskOperations } from '../../machines/task.ts';
import type { State } from '../../machines/vocabulary.ts';
import type { Surroundings } from '../../machines/waiting.ts';
import { type Resting, step } from './step.ts';

type Task = Resting<{ readonly traits: Traits; readonly reason: 'default' }>;
type Hint = TaskOperation | 'wait until it runs';

/** What can be done about a refusal. */
export interface Advice {
  /** Operations that this state allows. */
  readonly legal: readonly TaskOperation[];
  /** The shortest way to get the refused operation done; null when no way leads there. */
  readonly way: readonly Hint[] | null;
}

/** Nothing in the way: whatever a gate would object to is no matter of the task's state. */
const clear: Surroundings = {
  link: { type: 'wifi', metered: false, roaming: false },
  appInForeground: true,
  accountActive: true,
};

const answers = new Map<string, 'allowed' | 'refused'>();
const advices = new Map<string, Advice>();

/** What the chart says to an operation in a state; asked once, then known. */
export function answerTo(traits: Traits, state: State, operation: TaskOperation): 'allowed' | 'refused' {
  const key = `${traits.rules} ${traits.action} ${state} ${operation}`;
  let answer = answers.get(key);
  if (answer === undefined) {
    answer =
      follow({ value: state, context: { traits, reason: 'default' } }, operation) === null ? 'refused' : 'allowed';
    answers.set(key, answer);
  }
  return answer;
}

/** Found by asking the chart, breadth first; there is no second table of what is legal. */
export function adviceFor(traits: Traits, state: State, operation: TaskOperation): Advice {
  const key = `${traits.rules} ${traits.action} ${state} ${operation}`;
  let advice = advices.get(key);
  if (advice === undefined) {
    const legal = taskOperations.filter((each) => answerTo(traits, state, each) === 'allowed');
    advice = { legal, way: shortestWay(traits, state, operation) };
    advices.set(key, advice);
  }
  return advice;
}

const steps = ['start', 'resume', 'pause', 'stop', 'wait until it runs'] as const;

function shortestWay(traits: Traits, from: State, operation: TaskOperation): readonly Hint[] | null {
  const seen = new Set<string>([from]);
  const start: Task = { value: from, context: { traits, reason: 'default' } };
  // Grows while it is walked: the nearest come first.
  const reached: { readonly task: Task; readonly way: readonly Hint[] }[] = [{ task: start, way: [] }];
  for (const { task, way } of reached) {
    if (follow(task, operation) !== null) return [...way, operation];
    for (const each of steps) {
      const after = follow(task, each);
      if (after === null || seen.has(after.value)) continue;
      seen.add(after.value);
      reached.push({ task: after, way: [...way, each] });
    }
  }
  return null;
}

/** The task after a step; null when it is refused. */
function follow(task: Task, what: TaskOperation | (typeof steps)[number]): Task | null {
  const { next, effects } = step(taskMachine, task, eventOf(what));
  if (effects.some(({ type }) => type === 'refused')) return null;
  return { value: next.value, context: { traits: task.context.traits, reason: 'default' } };
}

function eventOf(what: TaskOperation | (typeof steps)[number]): TaskEvent {
  if (what === 'wait until it runs') return { type: 'admitted' };
  return what === 'start' || what === 'resume' ? { type: what, around: clear, whole: false } : { type: what };
}
