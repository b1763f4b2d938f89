import { admissionMachine, type Obstacle, orderOfRefusals } from '../../../machines/admission.ts';
import { differences } from '../../../machines/differences.ts';
import { rule } from '../../../machines/rules.ts';
import { serviceMachine } from '../../../machines/service.ts';
import { type Traits, taskMachine, taskOperations } from '../../../machines/task.ts';
import { type Operation, operations, type Rules, ruleSets, states } from '../../../machines/vocabulary.ts';
import { begin, step } from '../../engine/step.ts';

/** A call that is refused with a code because of the state of its task. */
export interface StateRefusal {
  readonly operation: string;
  /** The rule sets and tasks that agree. */
  readonly tasks: readonly Kind[];
  readonly states: readonly string[];
}

/** A call that is refused before its task is asked. */
export interface CallRefusal {
  readonly operations: readonly string[];
  /** Ends the sentence “refused when …”. */
  readonly when: string;
  readonly rules: readonly Rules[];
}

export interface Kind extends Pick<Traits, 'rules' | 'action' | 'mode'> {}

/** Where the rule sets part about a code. */
export interface Parting {
  readonly question: string;
  readonly documented: string;
  readonly device: string;
}

/** Where the charts raise a code. */
export interface Raised {
  readonly inStates: readonly StateRefusal[];
  readonly beforehand: readonly CallRefusal[];
  readonly partings: readonly Parting[];
}

/** Asks every chart that refuses calls, for both rule sets; there is no second table of it. */
export function raisedBy(code: number): Raised {
  return { inStates: stateRefusals(code), beforehand: callRefusals(code), partings: partingsOf(code) };
}

const kinds: readonly Kind[] = ruleSets.flatMap((rules) =>
  (['download', 'upload'] as const).flatMap((action) =>
    (['background', 'foreground'] as const).map((mode) => ({ rules, action, mode })),
  ),
);

const around = {
  link: { type: 'wifi', metered: false, roaming: false },
  appInForeground: true,
  accountActive: true,
} as const;

function stateRefusals(code: number): readonly StateRefusal[] {
  // `search` names no task: what the chart refuses it is left out of its list.
  const asked = taskOperations.filter((operation) => operation !== 'search');
  return asked.flatMap((operation) => {
    const groups = new Map<string, StateRefusal>();
    for (const kind of kinds) {
      const refusing = states.filter((state) => answerOf(kind, state, operation) === code);
      if (refusing.length === 0) continue;
      const key = refusing.join();
      groups.set(key, { operation, tasks: [...(groups.get(key)?.tasks ?? []), kind], states: refusing });
    }
    return [...groups.values()];
  });
}

/** The code that a task of a kind refuses with; null when it allows. */
function answerOf(kind: Kind, state: string, operation: (typeof taskOperations)[number]): number | null {
  const traits: Traits = { api: 'agent', network: 'any', metered: false, roaming: true, retry: true, ...kind };
  const event =
    operation === 'start' || operation === 'resume'
      ? ({ type: operation, around, whole: false } as const)
      : ({ type: operation } as const);
  const { effects } = step(taskMachine, { value: state, context: { traits, reason: 'default' } }, event);
  return effects.find((effect) => effect.type === 'refused')?.code ?? null;
}

/** What stands in the way of a call. */
const obstacles: Record<Obstacle, string> = {
  parametersWrong: 'an argument is wrong',
  pathBad: 'the path is bad, or something is there already',
  fileUnusable: 'the file cannot be opened, or may not be',
  notSystemApp: 'the caller is no system app',
  serviceDown: 'the background service cannot be reached',
  notPermitted: 'the app lacks the permission',
  notForeground: 'the app is not in the foreground, and the task is to be',
  queueFull: 'the app has as many tasks as it may have',
  notCreatable: 'the task cannot be created: its record cannot be stored, or its form data is no array',
  unknownTask: 'no task has the id: it never was, was removed, or was collected',
  accountAway: 'the user that owns the task is not the one at the device',
  notOwner: 'the task belongs to another app',
  unknownGroup: 'no group of the app has the id',
  wrongToken: 'the task has another token, or the call has none',
};

function callRefusals(code: number): readonly CallRefusal[] {
  return (Object.keys(obstacles) as Obstacle[]).flatMap((obstacle) => {
    const groups = new Map<string, { readonly rules: Rules[]; readonly refusing: readonly Operation[] }>();
    for (const rules of ruleSets) {
      const refusing = operations.filter((operation) => meets(rules, operation, obstacle, code));
      const key = refusing.join();
      if (refusing.length > 0) groups.set(key, { refusing, rules: [...(groups.get(key)?.rules ?? []), rules] });
    }
    return [...groups.values()].map(({ rules, refusing }) => ({
      operations: refusing,
      when: obstacles[obstacle],
      rules,
    }));
  });
}

function meets(rules: Rules, operation: Operation, obstacle: Obstacle, code: number): boolean {
  if (!orderOfRefusals[operation].some((each) => each === obstacle)) return false;
  const { effects } = step(admissionMachine, begin(admissionMachine), { type: operation, facts: { [obstacle]: true } });
  const isRefused = effects.some((effect) => effect.type === 'refused' && effect.code === code);
  return isRefused && mayMeet(rules, operation, obstacle);
}

/** Two obstacles are none under every rule set. */
function mayMeet(rules: Rules, operation: Operation, obstacle: Obstacle): boolean {
  if (obstacle === 'serviceDown') return needsService(rules, operation);
  return obstacle !== 'notForeground' || !rule(rules, 'foregroundTaskFromBackground');
}

function needsService(rules: Rules, operation: Operation): boolean {
  const { context } = begin(serviceMachine, { rules });
  const { effects } = step(serviceMachine, { value: 'unavailable', context }, { type: 'call', operation });
  return effects.some(({ type }) => type === 'refused');
}

function partingsOf(code: number): readonly Parting[] {
  const names = (text: string) => text.includes(String(code));
  return Object.values(differences)
    .filter(({ documentedDoes, deviceDoes }) => names(documentedDoes) || names(deviceDoes))
    .map(({ what, documentedDoes, deviceDoes }) => ({
      question: what,
      documented: documentedDoes,
      device: deviceDoes,
    }));
}
