import type { Action, Rules, State } from '../../machines/vocabulary.ts';
import { type Cause, type Finding, type Subject, subjects } from './causes.ts';
import { movesFrom, outcomeOf } from './moves.ts';
import { keyOf, openingScene, type Scene } from './scene.ts';
import type { Step } from './steps.ts';

/** Where a search sets out, and through what it must pass. */
export interface Route {
  readonly rules: Rules;
  readonly action: Action;
  /** A state that the task of the story has been in before the error; null for any way. */
  readonly from: State | null;
}

/** The shortest way to an error. */
export interface Path {
  readonly steps: readonly Step[];
  readonly finding: Finding;
}

interface Node {
  readonly scene: Scene;
  readonly before: Node | null;
  readonly step: Step | null;
  readonly met: boolean;
  readonly depth: number;
}

/** No story that is worth telling is longer: of an error alone, and by way of a state. */
const stepsMax = (from: State | null) => (from === null ? 5 : 7);
/** Things that go wrong around an app: one on the way to a state, and one more from there on. */
const troublesMax = (from: State | null, met: boolean) => (from !== null && met ? 2 : 1);

const explored = new Map<string, ReadonlyMap<string, Path>>();

/** @returns null when no sequence of steps leads there. */
export function shortestPath(route: Route, subject: Subject, cause: Cause): Path | null {
  // Without a detour one walk serves all errors; with one, each walk goes no further than it must.
  const goals = route.from === null ? everything : [{ name: nameOf(subject, cause), cause }];
  const key = [route.rules, route.action, ...(route.from === null ? [] : [route.from, nameOf(subject, cause)])].join();
  let paths = explored.get(key);
  if (paths === undefined) {
    paths = explore(route, goals);
    explored.set(key, paths);
  }
  return paths.get(nameOf(subject, cause)) ?? null;
}

interface Goal {
  readonly name: string;
  readonly cause: Cause;
}

const everything: readonly Goal[] = subjects.flatMap((subject) =>
  subject.causes.map((cause) => ({ name: nameOf(subject, cause), cause })),
);

function nameOf(subject: Subject, { n }: Cause): string {
  return `${subject.name} ${n}`;
}

/** Breadth first through the composed step of all charts: the first way to each goal is a shortest one. */
function explore({ rules, action, from }: Route, goals: readonly Goal[]): ReadonlyMap<string, Path> {
  const paths = new Map<string, Path>();
  const open = [...goals];
  const opening = openingScene(rules, action);
  const seen = new Set<string>();
  let frontier: Node[] = [{ scene: opening, before: null, step: null, met: from === null, depth: 0 }];
  const find = (node: Node, finding: Finding) => {
    for (let at = open.length - 1; at >= 0; at -= 1) {
      const goal = open[at];
      if (goal?.cause.fits(finding) !== true) continue;
      paths.set(goal.name, { steps: [...stepsTo(node), finding.step], finding });
      open.splice(at, 1);
    }
  };
  while (frontier.length > 0 && open.length > 0) {
    const next: Node[] = [];
    for (const node of frontier) {
      const { scene, met } = node;
      for (const step of movesFrom(scene, troublesMax(from, met))) {
        const outcome = outcomeOf(scene, step);
        if (outcome === null) continue;
        const { refusal, failed } = outcome;
        if (met && (refusal !== null || failed !== null)) find(node, { scene, step, refusal, failed });
        if (refusal !== null || node.depth + 1 === stepsMax(from)) continue;
        const nowMet = met || outcome.scene.task?.value === from;
        const key = `${keyOf(outcome.scene)},${nowMet}`;
        if (seen.has(key)) continue;
        seen.add(key);
        next.push({ scene: outcome.scene, before: node, step, met: nowMet, depth: node.depth + 1 });
      }
    }
    frontier = next;
  }
  return paths;
}

function stepsTo(node: Node): Step[] {
  const steps: Step[] = [];
  for (let at: Node | null = node; at !== null; at = at.before) if (at.step !== null) steps.unshift(at.step);
  return steps;
}
