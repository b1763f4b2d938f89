import { admissionMachine, type Obstacle, orderOfRefusals } from '../../machines/admission.ts';
import {
  accountMachine,
  appMachine,
  networkMachine,
  serviceMachine,
  type TaskEvent,
  taskMachine,
  taskOperations,
  transferMachine,
} from '../../machines/index.ts';
import {
  type Action,
  errorCodes,
  type Mode,
  type Operation,
  operations,
  type Rules,
  ruleSets,
  type State,
  states,
} from '../../machines/vocabulary.ts';
import { compile, type Leaf } from '../engine/compile.ts';
import { begin, step } from '../engine/step.ts';
import { networks } from '../sim/networks.ts';
import { edgeOf, type Reach, reachAround, reachOf } from './reach.ts';

/** Where a task can be when it is asked something. `gone`: there is no record of it any more. */
export type Place = State | 'gone';
export const places: readonly Place[] = [...states, 'gone'];

/**
 * One thing that a campaign may reach.
 * state: an operation on a task in a place. obstacle: what refuses a call before any task is asked. edge: one move of a
 * chart. world: something that happens around the app.
 */
export interface Cell {
  readonly kind: 'state' | 'obstacle' | 'edge' | 'world';
  /** Words that name it, such as `device state download background start paused`. */
  readonly key: string;
  /** What is answered there; null where nothing is asked. */
  readonly answer: 'allowed' | number | null;
  /** Why no campaign gets there; null: one can. */
  readonly unreachable: string | null;
}

export const actions = ['download', 'upload'] as const satisfies readonly Action[];
/** A third, `any`, is to every chart what `background` is. */
export const modes = ['background', 'foreground'] as const satisfies readonly Mode[];

export interface Kin {
  readonly rules: Rules;
  readonly action: Action;
  readonly mode: Exclude<Mode, 'any'>;
}

export const stateKey = ({ rules, action, mode }: Kin, operation: string, place: Place) =>
  `${rules} state ${action} ${mode} ${operation} ${place}`;
export const edgeKey = ({ rules, action, mode }: Kin, edge: string) => `${rules} edge ${action} ${mode} ${edge}`;
export const aroundKey = (rules: Rules, edge: string) => `${rules} edge ${edge}`;
export const obstacleKey = (rules: Rules, operation: string, obstacle: string) =>
  `${rules} obstacle ${operation} ${obstacle}`;
export const worldKey = (rules: Rules, what: string) => `${rules} world ${what}`;

const noWay = 'no way of the charts leads there under this rule set';

let known: readonly Cell[] | null = null;

/** Every cell there is, worked out of the charts once. */
export function allCells(): readonly Cell[] {
  known ??= ruleSets.flatMap((rules) => [
    ...kinsOf(rules).flatMap((kin) => cellsOf(kin, reachOf(kin.rules, kin.action, kin.mode))),
    ...obstacleCells(rules),
    ...aroundCells(rules),
    ...worldEvents.map((what): Cell => cell('world', worldKey(rules, what), null, null)),
  ]);
  return known;
}

let byKey: ReadonlyMap<string, Cell> | null = null;

export function cellsByKey(): ReadonlyMap<string, Cell> {
  byKey ??= new Map(allCells().map((each) => [each.key, each]));
  return byKey;
}

function kinsOf(rules: Rules): Kin[] {
  return actions.flatMap((action) => modes.map((mode) => ({ rules, action, mode })));
}

function cell(kind: Cell['kind'], key: string, answer: Cell['answer'], unreachable: string | null): Cell {
  return { kind, key, answer, unreachable };
}

// --- Tasks -----------------------------------------------------------------------------------------------------------

function cellsOf(kin: Kin, reach: Reach): Cell[] {
  const asked = taskOperations.flatMap((operation) =>
    places.map((place) => {
      const isReached = place === 'gone' || reach.states.has(place);
      return cell('state', stateKey(kin, operation, place), answerOf(kin, operation, place), isReached ? null : noWay);
    }),
  );
  const moved = [...edgesOf('task', taskMachine), ...edgesOf('transfer', transferMachine)].map((edge) =>
    cell('edge', edgeKey(kin, edge), null, reach.edges.has(edge) ? raceReason(kin, edge) : noWay),
  );
  return [...asked, ...moved];
}

/** What the charts say; nothing of it is written down here. */
function answerOf({ rules, action, mode }: Kin, operation: TaskEvent['type'], place: Place): 'allowed' | number {
  if (place === 'gone') return isLocal(operation) ? 'allowed' : errorCodes.TASK_NOT_FOUND;
  const traits = {
    rules,
    action,
    mode,
    api: 'agent',
    network: 'any',
    metered: false,
    roaming: true,
    retry: true,
  } as const;
  const around = { link: networks.wifi, appInForeground: true, accountActive: true };
  const event = { type: operation, around, whole: false } as TaskEvent;
  const { effects } = step(taskMachine, { value: place, context: { traits, reason: 'default' } }, event);
  const refusal = effects.find((effect) => effect.type === 'refused');
  return refusal?.type === 'refused' ? refusal.code : 'allowed';
}

/** The object in the app answers it, whatever has become of the task. */
function isLocal(operation: string): boolean {
  return operation === 'on' || operation === 'off';
}

/** What takes a real wire: a simulated exchange that is cancelled says so, and nothing else, before any time passes. */
function raceReason({ action }: Kin, edge: string): string | null {
  if (action === 'download' && edge === 'task: initialized start → completed') {
    return 'a download knows no size before its first response, so it cannot be whole before';
  }
  if (action === 'download' && /^task: (paused|stopped|failed) (resume|start) → completed/.test(edge)) {
    return 'a simulated download tells of its last byte and of its end at once: nothing ends it in between';
  }
  if (/^transfer: (cancelling|reopening|failing) (finished|faulted)/.test(edge)) {
    return 'the end of an exchange crosses its cancellation only on a real wire: a simulated one ends in `cancelled` then';
  }
  return /^transfer: (reopening timedOut|failing close)/.test(edge)
    ? 'a simulated exchange lets go of its file before any time passes, so nothing comes in between'
    : null;
}

/** Every move that a chart has, between states in which it rests. What an operation is answered without one is a cell. */
function edgesOf(chart: string, machine: Parameters<typeof compile>[0]): ReadonlySet<string> {
  const edges = new Set<string>();
  const leaves = [...compile(machine).leaves.values()].filter((leaf) => !isPassedThrough(leaf));
  for (const leaf of leaves) {
    for (const [event, ways] of leaf.on) {
      for (const way of ways) {
        for (const end of endsOf(way.next)) {
          const isAnswer = (operations as readonly string[]).includes(event) && end === leaf.value;
          if (!isAnswer) edges.add(edgeOf(chart, leaf.value, event, end));
        }
      }
    }
  }
  return edges;
}

function endsOf(leaf: Leaf): string[] {
  return isPassedThrough(leaf) ? leaf.always.flatMap(({ next }) => endsOf(next)) : [leaf.value];
}

/** A state that always has a way on. */
function isPassedThrough({ always }: Leaf): boolean {
  return always.some(({ guard }) => guard === null);
}

// --- What lies around ------------------------------------------------------------------------------------------------

/** Questions to these charts are asked aside, and leave no trace; obstacles show what they answered. */
const questions: ReadonlySet<string> = new Set(['create', 'call']);

function aroundCells(rules: Rules): Cell[] {
  const reached = reachAround(rules);
  const charts = { app: appMachine, account: accountMachine, network: networkMachine, service: serviceMachine };
  return Object.entries(charts).flatMap(([chart, machine]) =>
    [...edgesOf(chart, machine)]
      .filter((edge) => !questions.has(edge.split(' ')[2] ?? ''))
      .map((edge) => cell('edge', aroundKey(rules, edge), null, reached.has(edge) ? null : noWay)),
  );
}

function obstacleCells(rules: Rules): Cell[] {
  const admissions = operations.flatMap((operation) =>
    orderOfRefusals[operation].map((obstacle) => {
      const { effects } = step(admissionMachine, begin(admissionMachine), {
        type: operation,
        facts: { [obstacle]: true },
      });
      const [effect] = effects;
      const code = effect?.type === 'refused' ? effect.code : 'allowed';
      return cell('obstacle', obstacleKey(rules, operation, obstacle), code, whyNever(rules, operation, obstacle));
    }),
  );
  const deleted = (['attachGroup', 'deleteGroup'] as const).map((operation) =>
    cell('obstacle', obstacleKey(rules, operation, 'deleted'), errorCodes.GROUP_NOT_FOUND, null),
  );
  return [...admissions, ...deleted];
}

const byObject: ReadonlySet<Operation> = new Set(['start', 'resume', 'pause', 'stop', 'setMaxSpeed']);

/** Why no call of an app meets the obstacle; null: one does. */
function whyNever(rules: Rules, operation: Operation, obstacle: Obstacle): string | null {
  if (obstacle === 'serviceDown' && !refuses(step(serviceMachine, down(rules), { type: 'call', operation }).effects)) {
    return noWay;
  }
  if (obstacle === 'notForeground') {
    const away = begin(appMachine, { rules });
    if (!refuses(step(appMachine, away, { type: 'create', mode: 'foreground' }).effects)) return noWay;
  }
  if (obstacle === 'notOwner' && byObject.has(operation)) {
    return "it takes the task's object, and getTask gives that to no other app";
  }
  if (obstacle === 'notPermitted' && (operation === 'pause' || operation === 'remove')) {
    return "it takes a legacy task's object, which no app without the permission gets, and simulated apps keep theirs";
  }
  if (operation === 'attachGroup' && (obstacle === 'notOwner' || obstacle === 'accountAway')) {
    return 'attachGroup takes what is not its own for unknown: the same code';
  }
  return null;
}

function down(rules: Rules) {
  return step(serviceMachine, begin(serviceMachine, { rules }), { type: 'wentDown' }).next;
}

function refuses(effects: readonly { readonly type: string }[]): boolean {
  return effects.some(({ type }) => type === 'refused');
}

/** Everything that may happen to a world, as its trace names it. */
export const worldEvents: readonly string[] = [
  ...['offline', 'wifi', 'cellular', 'roaming', 'other'].map((link) => `network ${link}`),
  ...['active', 'suspended', 'inactive'].map((account) => `account ${account}`),
  ...Array.from({ length: 8 }, (_, level) => `memory ${level}`),
  ...['available', 'unavailable'].map((state) => `service ${state}`),
  ...['forwards', 'backwards'].map((way) => `clock ${way}`),
  ...['now', 'before', 'during', 'after'].map((when) => `power cut ${when}`),
  ...['pass', 'refuse', 'answer', 'cut', 'stall', 'truncate', 'delay'].map((verdict) => `request ${verdict}`),
  'restart',
  'unload',
];
