/** Holds a recorded log of calls, events and states against the machines. Runs in browsers too. */
import { otherRules } from '../../machines/rules.ts';
import type { Rules } from '../../machines/vocabulary.ts';
import { Checker, type Unjudged, type Violation } from './checker.ts';
import { differencesShownBy } from './differences.ts';
import { type Log, type LogInput, logOf } from './log.ts';

export type { Unjudged, Violation } from './checker.ts';
export { type Log, type LogEntryInput, LogError, type LogInput, logOf, readLog } from './log.ts';

/** What the other rule set makes of the same log. */
export interface OtherRules {
  readonly rules: Rules;
  /** Does it allow the step that the first one does not? */
  readonly allows: boolean;
  /** Does it allow all of the log? */
  readonly conforms: boolean;
  /** What the sets see differently there: each row is the question that both answer. */
  readonly differences: readonly string[];
}

export interface Conformance {
  readonly rules: Rules;
  readonly steps: number;
  readonly conforms: boolean;
  readonly violation: Violation | null;
  /** Null when nothing is wrong. */
  readonly other: OtherRules | null;
  /** Tasks of which too much was possible to judge the rest. */
  readonly lost: readonly string[];
  /** Tasks that the log does not introduce, and how many of the steps are about them: those are not judged. */
  readonly unjudged: readonly Unjudged[];
}

/** How often a task may tell something by itself before anything of it is heard: few first, since most logs need no more. */
const aheads = [1, 3];

/**
 * Holds a log against the machines of a rule set. The log need not show everything: of each task every state is kept that
 * fits what was seen so far, and the first entry that fits none of them is the violation.
 *
 * @param log    as `readLog` gives it, or plain data of the same shape.
 * @param rules  by default those that the log names, else `documented`.
 * @throws LogError when it is no log.
 * @source harmony-request.md 2–6, 9
 */
export function checkLog(log: LogInput | Log, rules?: Rules): Conformance {
  const checked = logOf(log);
  const own = rules ?? checked.rules ?? 'documented';
  const { violation, lost, unjudged } = followed(checked, own);
  return {
    rules: own,
    steps: checked.entries.length,
    conforms: violation === null,
    violation,
    other: violation === null ? null : byOtherRules(checked, own, violation),
    lost,
    unjudged,
  };
}

function byOtherRules(log: Log, own: Rules, violation: Violation): OtherRules {
  const rules = otherRules(own);
  const other = followed(log, rules).violation;
  const allows = other === null || other.step > violation.step;
  const differences = allows ? differencesShownBy(log, violation) : [];
  return { rules, allows, conforms: other === null, differences };
}

function followed(log: Log, rules: Rules): Pick<Conformance, 'violation' | 'lost' | 'unjudged'> {
  let result: ReturnType<typeof followed> = { violation: null, lost: [], unjudged: [] };
  for (const aheadMax of aheads) {
    const checker = new Checker(log, rules, aheadMax);
    result = { violation: checker.run(), lost: checker.lost, unjudged: checker.unjudged };
    if (result.violation === null) break;
  }
  return result;
}
