import { bucketOf, defaultLimits } from '../../machines/queue.ts';
import type { Action, Rules } from '../../machines/vocabulary.ts';
import { sourceBytes } from './disk.ts';
import { smallQuota } from './scene.ts';
import type { Path } from './search.ts';
import type { CreateStep, Step } from './steps.ts';
import { type WireName, wireOf } from './wires.ts';

/** A story as a world can play it: the way that the search found, with as many tasks as the rule set takes. */
export interface Script {
  readonly rules: Rules;
  readonly action: Action;
  readonly seed: number;
  readonly wire: WireName | null;
  /** The last of them is the error, or the moment of failure. */
  readonly steps: readonly Step[];
}

export function scriptOf(path: Path, rules: Rules, action: Action, seed: number): Script {
  const steps = path.finding.refusal?.obstacle === 'queueFull' ? withFullQueue(path.steps, rules) : path.steps;
  const wired = steps.find((step) => step.do === 'wire');
  return { rules, action, seed, wire: wired?.do === 'wire' ? wired.wire : null, steps };
}

/** What was a small queue in the search is as long here as the rule set has it. */
function withFullQueue(steps: readonly Step[], rules: Rules): readonly Step[] {
  const last = steps.at(-1);
  if (last?.do !== 'create') return steps;
  const bucket = bucketOf(last.mode);
  const { backgroundTasksMax, foregroundTasksMax } = defaultLimits(rules);
  const tasksMax = bucket === 'background' ? backgroundTasksMax : foregroundTasksMax;
  const at = steps.findLastIndex(
    (step, index) => index < steps.length - 1 && step.do === 'create' && bucketOf(step.mode) === bucket,
  );
  const filler = steps[at];
  if (filler?.do !== 'create') return steps;
  const many: CreateStep = { ...filler, times: tasksMax - smallQuota + 1 };
  const before = steps[at - 1];
  const subject = steps.some((step) => step.do === 'call' && step.of === 'task')
    ? steps.find((step) => step.do === 'create')
    : undefined;
  // A task that the story says no more about is one of the many.
  const isNameless = before?.do === 'create' && before !== subject && bucketOf(before.mode) === bucket;
  return isNameless
    ? [...steps.slice(0, at - 1), { ...many, times: tasksMax }, ...steps.slice(at + 1)]
    : [...steps.slice(0, at), many, ...steps.slice(at + 1)];
}

/** Slow enough that a transfer can be met on its way: it takes 100 s. */
const bytesPerSecond = 1_000;

/** What a world must have for the script, and no more. `faults` are left to those who make or print them. */
export function worldOptions({ rules, seed, wire, steps }: Script) {
  const runs = steps.some((step) => step.do === 'call' && step.operation === 'start');
  return {
    seed,
    rules,
    ...(runs ? { files: { '/file': sourceBytes }, wire: { bytesPerSecond } } : {}),
    ...(wire === null ? {} : wireOf(wire).world),
  };
}

/** Does the script need a file to upload? */
export function needsSource({ steps }: Script): boolean {
  return steps.some((step) => step.do === 'create' && step.action === 'upload' && step.place === 'usable');
}

/** The position among the tasks of the story, from 1 on, at which each step creates its first. */
export function ordinalsOf(steps: readonly Step[]): readonly number[] {
  let created = 0;
  return steps.map((step) => {
    if (step.do !== 'create') return created;
    const first = created + 1;
    created += step.times;
    return first;
  });
}

/** Is this the step that makes the task of the story, one that later steps speak of? */
export function isSubject(steps: readonly Step[], at: number): boolean {
  const step = steps[at];
  const isFirst = steps.findIndex((each) => each.do === 'create') === at;
  return isFirst && step?.do === 'create' && step.times === 1 && at < steps.length - 1;
}
