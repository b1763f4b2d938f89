import { otherRules } from '../../machines/rules.ts';
import { type Action, type Rules, ruleSets, type State } from '../../machines/vocabulary.ts';
import { type Cause, type Subject, subjects } from './causes.ts';
import { type Asked, type Detour, type Reproduction, reproductionOf } from './reproduction.ts';
import { scriptOf } from './script.ts';
import { type Path, shortestPath } from './search.ts';

export { type Cause, type Subject, subjects } from './causes.ts';
export type { Told, WayOut, Why } from './explanation.ts';
export {
  type Asked,
  type Detour,
  type EmitKind,
  emitKinds,
  type ReproDocument,
  type Reproduction,
} from './reproduction.ts';
export type { Outcome, Played } from './stage.ts';
export type { CallStep, CreateStep, Step, WorldStep } from './steps.ts';

export interface ReproOptions {
  /** One of the eight published codes, or the name of a fault, such as `TIMEOUT`. */
  readonly code: number | string;
  /** From 1 on; 1 unless told. */
  readonly cause?: number;
  /** `documented` unless told. */
  readonly rules?: Rules;
  /** `download` unless told. */
  readonly action?: Action;
  /** The task of the story is in this state at first. */
  readonly from?: State;
  /** 1 unless told. */
  readonly seed?: number;
}

/**
 * There is nothing to reproduce.
 *
 * about: `code` when nothing has that name, `cause` when it has no such cause, `way` when nothing leads there.
 * legal: what could have been asked instead.
 */
export class ReproError extends Error {
  override readonly name = 'ReproError';
  readonly about: 'code' | 'cause' | 'way';
  readonly legal: readonly string[];

  constructor(about: ReproError['about'], message: string, legal: readonly string[] = []) {
    super(message);
    this.about = about;
    this.legal = legal;
  }
}

/**
 * Finds the shortest sequence of calls and happenings that raises an error, by a search over the charts.
 *
 * ```ts
 * const { steps, emit } = repro({ code: 21900007, cause: 3 });
 * await emit('vitest'); // a test that passes
 * ```
 * @throws ReproError for an unknown code or cause.
 * @source harmony-request.md 1.1, 2.4–2.6
 */
export function repro(options: ReproOptions): Reproduction {
  const { cause = 1, rules = 'documented', action = 'download', from = null, seed = 1 } = options;
  const subject = subjectOf(options.code);
  const asked: Asked = { name: subject.name, cause, rules, action, from, seed };
  const path = pathOf(subject, asked);
  const found = (shown: Asked) => ({ subject, asked, shown, cause: causeOf(subject, shown.cause) });
  if (path !== null) return reproductionOf({ ...found(asked), path, detour: null });
  const detour = detourOf(subject, asked);
  for (const shown of alternativesTo(subject, asked)) {
    const other = pathOf(subject, shown);
    if (other !== null) return reproductionOf({ ...found(shown), path: other, detour });
  }
  throw new ReproError('way', `${detour.says}; nothing else raises ${subject.name} either`);
}

/** @throws ReproError */
function subjectOf(code: number | string): Subject {
  const wanted = String(code).toLowerCase().replace(/[_\s]/g, '');
  const found = subjects.find(({ name }) => name.toLowerCase().replace(/_/g, '') === wanted);
  if (found !== undefined) return found;
  throw new ReproError(
    'code',
    `nothing that can be reproduced is called ${code}`,
    subjects.map(({ name }) => name),
  );
}

/** @throws ReproError */
function causeOf({ name, causes }: Subject, n: number): Cause {
  const cause = causes.find((each) => each.n === n);
  if (cause !== undefined) return cause;
  throw new ReproError(
    'cause',
    `${name} has no cause ${n}`,
    causes.map((each) => `${each.n}: ${each.text}`),
  );
}

function pathOf(subject: Subject, asked: Asked): Path | null {
  return shortestPath(asked, subject, causeOf(subject, asked.cause));
}

/** In the order in which they are shown: the other causes by the same rules, the other action, the other rule set. */
function alternativesTo({ causes }: Subject, asked: Asked): Asked[] {
  const anyWay = { ...asked, from: null };
  const action = asked.action === 'download' ? 'upload' : 'download';
  const rules = otherRules(asked.rules);
  return [
    ...(asked.from === null ? [] : [anyWay]),
    ...causes.map(({ n }) => ({ ...anyWay, cause: n })),
    ...causes.map(({ n }) => ({ ...anyWay, cause: n, action }) as const),
    ...causes.map(({ n }) => ({ ...anyWay, cause: n, rules }) as const),
  ];
}

const actions: readonly Action[] = ['download', 'upload'];

function detourOf(subject: Subject, asked: Asked): Detour {
  const { name, cause, rules, action, from } = asked;
  const known = ruleSets
    .flatMap((each) => actions.map((other) => ({ rules: each, action: other })))
    .filter((each) => pathOf(subject, { ...asked, ...each }) !== null);
  const actionsBy = new Map<Rules, string[]>();
  for (const each of known) actionsBy.set(each.rules, [...(actionsBy.get(each.rules) ?? []), `${each.action}s`]);
  const by = [...actionsBy].map(([set, those]) => `the ${set} rules for ${those.join(' and ')}`).join(' and ');
  const where = from === null ? '' : ` from ${from}`;
  const says = `by the rules of ${rules}, no ${action} comes to cause ${cause} of ${name}${where}`;
  return { says: known.length === 0 ? says : `${says}; it is known to ${by}`, known };
}

/** One row of the list of everything that can be reproduced. */
export interface ReproRow {
  /** A code, or the name of a fault. */
  readonly name: string;
  readonly message: string;
  readonly cause: number;
  /** In words. */
  readonly text: string;
  readonly isPublished: boolean;
  /** Steps of the shortest way for each rule set and action; null where nothing leads there. */
  readonly steps: { readonly [rules in Rules]: { readonly [action in Action]: number | null } };
}

/**
 * Every cause, every rule set: how long the shortest way is. Of all codes and faults it takes seconds.
 * @throws ReproError for an unknown code.
 */
export function reproRows(code?: number | string): readonly ReproRow[] {
  return (code === undefined ? subjects : [subjectOf(code)]).flatMap((subject) =>
    subject.causes.map((cause) => {
      const length = (rules: Rules, action: Action): number | null => {
        const path = shortestPath({ rules, action, from: null }, subject, cause);
        return path === null ? null : scriptOf(path, rules, action, 1).steps.length;
      };
      const both = (rules: Rules) => ({ download: length(rules, 'download'), upload: length(rules, 'upload') });
      return {
        name: subject.name,
        message: subject.message,
        cause: cause.n,
        text: cause.text,
        isPublished: cause.isPublished,
        steps: { documented: both('documented'), device: both('device') },
      };
    }),
  );
}
