import type { Script, Step } from './types.ts';

export interface ShrinkOptions {
  /** Runs that it takes at most; 2000 unless told. */
  readonly runsMax?: number;
  /** Asked before each run: is there time for one more? */
  readonly mayGoOn?: () => boolean;
}

const runsMaxDefault = 2_000;

export interface Shrunk {
  readonly script: Script;
  readonly runs: number;
}

/**
 * The smallest script found that still fails: fewer steps, earlier answers, simpler numbers, all
 * together, until nothing helps any more. The world stays as it is set. Deterministic.
 * @param fails  does it fail in the same way?
 */
export async function shrink(
  script: Script,
  fails: (candidate: Script) => Promise<boolean>,
  { runsMax = runsMaxDefault, mayGoOn = () => true }: ShrinkOptions = {},
): Promise<Shrunk> {
  let best = script;
  let runs = 0;
  const tried = new Set<string>([JSON.stringify(script)]);
  /** @returns whether one of them is now the best. */
  const improve = async (candidates: Iterable<Script>): Promise<boolean> => {
    for (const candidate of candidates) {
      const text = JSON.stringify(candidate);
      if (tried.has(text)) continue;
      tried.add(text);
      if (runs >= runsMax || !mayGoOn()) return false;
      runs += 1;
      if (!(await fails(candidate))) continue;
      best = candidate;
      return true;
    }
    return false;
  };
  const passes = [plainer, fewerDelays, fewerSteps, simplerSteps, fewerStepsEarlier, smallerDelays];
  for (let pass = 0; pass < passes.length; pass++) {
    let hasHelped = false;
    while (await improve(passes[pass]?.(best) ?? [])) hasHelped = true;
    if (hasHelped && pass > 0) pass = 0;
  }
  return { script: best, runs };
}

function* plainer(script: Script): Iterable<Script> {
  yield { ...script, seed: 1 };
}

/** None at all, then fewer from the end. */
function* fewerDelays(script: Script): Iterable<Script> {
  const { order } = script;
  if (order.length === 0) return;
  yield { ...script, order: [] };
  const last = order.findLastIndex((ms) => ms > 0);
  if (last + 1 < order.length) yield { ...script, order: order.slice(0, last + 1) };
  for (
    let kept = Math.floor(order.length / 2);
    kept > 0 && kept < order.length;
    kept += Math.ceil((order.length - kept) / 2)
  ) {
    yield { ...script, order: order.slice(0, kept) };
  }
}

/** Long pieces first. */
function* fewerSteps(script: Script): Iterable<Script> {
  const { steps } = script;
  for (let length = steps.length; length >= 1; length = Math.floor(length / 2)) {
    for (let from = steps.length - length; from >= 0; from -= Math.max(1, Math.ceil(length / 2))) {
      yield { ...script, steps: without(steps, from, length) };
    }
  }
}

/** A step less often means some answers less before those that have to be late. */
function* fewerStepsEarlier(script: Script): Iterable<Script> {
  const { steps, order } = script;
  const first = order.findIndex((ms) => ms > 0);
  for (let from = 0; from < order.length; from++) yield { ...script, order: without(order, from, 1) };
  for (let at = 0; at < steps.length; at++) {
    for (let less = 1; less <= Math.min(first, earlierMax); less++) {
      yield { ...script, steps: without(steps, at, 1), order: order.slice(less) };
    }
  }
}

const earlierMax = 8;

function* simplerSteps(script: Script): Iterable<Script> {
  for (const [at, step] of script.steps.entries()) {
    for (const simpler of simplerThan(step)) yield { ...script, steps: script.steps.with(at, simpler) };
  }
}

function* smallerDelays(script: Script): Iterable<Script> {
  for (const [at, ms] of script.order.entries()) {
    for (const less of smallerThan(ms)) yield { ...script, order: script.order.with(at, less) };
  }
}

function* simplerThan(step: Step): Iterable<Step> {
  switch (step.do) {
    case 'act':
      for (const n of smallerThan(step.n)) yield { ...step, n };
      return;
    case 'wait':
      for (const ms of smallerThan(step.ms)) yield { ...step, ms };
      return;
    case 'memory':
      for (const level of smallerThan(step.level)) yield { ...step, level };
      return;
    case 'disk':
      if (step.to === 'power cut') yield { do: 'app', to: 'relaunched' };
      return;
    case 'service':
      if (step.to === 'restarted') yield { do: 'app', to: 'relaunched' };
      return;
    case 'network':
      if (step.to === 'roaming') yield { ...step, to: 'cellular' };
      return;
    case 'server':
      if (step.fault.times > 1) yield { ...step, fault: { ...step.fault, times: 1 } };
      return;
  }
}

/** Round numbers first. */
function smallerThan(number: number): number[] {
  const round = [0, 1, 10, 50, 100, 500, 1_000, 2_000, 5_000, 10_000, 61_000];
  return round.filter((each) => each < number);
}

function without<T>(all: readonly T[], from: number, length: number): T[] {
  return all.filter((_, at) => at < from || at >= from + length);
}
