import { isTaskOperation } from '../../machines/task.ts';
import { errorCodes, type Operation, type State } from '../../machines/vocabulary.ts';
import { adviceFor } from '../engine/advice.ts';
import { catalogues } from '../errors/catalogues.ts';
import type { Finding } from './causes.ts';
import type { Outcome } from './stage.ts';
import type { Step } from './steps.ts';
import { wireOf } from './wires.ts';
import { sentenceOf } from './words.ts';

/** One line of the story. */
export interface Told {
  readonly n: number;
  /** Virtual time, ms since the beginning. */
  readonly atMs: number;
  readonly what: string;
  /** State of the task afterwards; null while there is none. */
  readonly state: string | null;
}

/** Why an error comes. */
export interface Why {
  /** The chart that says no, or `transfer` for a task that fails. */
  readonly chart: string;
  /** Of that chart. */
  readonly state: string;
  readonly obstacle: string | null;
  readonly says: string;
  /** Where the behaviour is described. */
  readonly source: string;
}

export interface WayOut {
  /** What the engine says; empty for a failed task. */
  readonly says: string;
  /** Calls that the task allows now; empty where no task is asked. */
  readonly legal: readonly string[];
  /** What leads to what was wanted; null where no task is asked: then `says` is what helps. */
  readonly way: readonly string[] | null;
  /** What the catalogue recommends. */
  readonly published: readonly string[];
}

export function storyOf(steps: readonly Step[], { played }: Outcome): readonly Told[] {
  return steps.map((step, at) => ({
    n: at + 1,
    atMs: played[at]?.atMs ?? 0,
    what: sentenceOf(step),
    state: played[at]?.state ?? null,
  }));
}

const sources = {
  admission: 'harmony-request.md 2.5.1, 2.6',
  task: 'harmony-request.md 2.4, 2.5',
  group: 'harmony-request.md 9.1',
  arguments: 'harmony-request.md 1.7',
  store: 'harmony-request.md 10',
  transfer: 'harmony-request.md 5, 7.6',
} as const;

const filesSource = 'harmony-request.md 1.6, 2.5.1';
const modeSource = 'harmony-request.md 2.5.1, 4.1';
const queueSource = 'harmony-request.md 2.5.1, 3.1';
const serviceSource = 'harmony-request.md 2.5.1, 9.8';

export function whyOf({ scene, step, refusal, failed }: Finding): Why {
  if (refusal === null) {
    const wire = scene.wire === null ? '' : `: ${wireOf(scene.wire).says}`;
    return {
      chart: failed !== null && scene.wire !== null ? 'transfer' : 'task',
      state: scene.task?.value ?? 'none',
      obstacle: null,
      says: `The task fails because of ${failed}${wire === '' ? `, when ${sentenceOf(step)}` : wire}.`,
      source: scene.wire === null ? 'harmony-request.md 4.3, 4.4, 7.6' : sources.transfer,
    };
  }
  const { chart, state, obstacle = null, operation, code } = refusal;
  const isOfMode = chart === 'task' && code === errorCodes.TASK_MODE;
  return {
    chart,
    state,
    obstacle,
    says: isOfMode
      ? `The task chart allows no ${operation} of a foreground task.`
      : whySays(chart, operation, state, obstacle),
    source: sourceOf(chart, obstacle),
  };
}

function whySays(chart: Why['chart'], operation: Operation, state: string, obstacle: string | null): string {
  if (chart === 'task') return `The task chart allows no ${operation} in state ${state}.`;
  if (chart === 'store')
    return `The task chart allows ${operation}, but the change cannot be stored, so it is taken back.`;
  if (chart === 'arguments') return `The arguments of ${operation} are looked at before any chart is asked.`;
  return `The ${chart} chart refuses ${operation} before any task is asked: ${obstacle ?? state}.`;
}

function sourceOf(chart: keyof typeof sources, obstacle: string | null): string {
  if (obstacle === 'fileUnusable' || obstacle === 'pathBad') return filesSource;
  if (obstacle === 'notForeground') return modeSource;
  if (obstacle === 'queueFull') return queueSource;
  return obstacle === 'serviceDown' ? serviceSource : sources[chart];
}

const anew = ['create a new task'] as const;

export function wayOutOf({ scene, refusal, failed }: Finding, { error }: Outcome): WayOut {
  const row = catalogues.harmony.find(({ code }) => code === refusal?.code);
  const published = row === undefined ? [] : [row.resolution].flat();
  const says = error?.detail ?? '';
  const { task } = scene;
  if (
    refusal?.chart === 'task' &&
    task !== null &&
    isTaskOperation(refusal.operation) &&
    refusal.code === errorCodes.TASK_STATE
  ) {
    const { legal, way } = adviceFor(task.context.traits, task.value as State, refusal.operation);
    return { says, legal, way: way ?? anew, published };
  }
  return { says, legal: [], way: failed === null ? null : anew, published };
}
