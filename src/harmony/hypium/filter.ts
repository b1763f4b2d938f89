import type { RunParameters } from './parameters.ts';
import type { Case, Suite } from './suite.ts';

/** Is the case one of those that the run was asked for? @source neighbours.md 1.2, 1.7 */
export function isMeant(suite: Suite, { name, attribute, tag }: Case, run: RunParameters): boolean {
  const names = suite.path().map((each) => each.name);
  const fits = (meant: string) => {
    const isCase = meant.endsWith(`#${name}`);
    const suiteMeant = isCase ? meant.slice(0, -name.length - 1) : meant;
    // The suite by its name or by its path; a suite without a case means all that stands in it.
    return isCase
      ? pathsTo(names).includes(suiteMeant)
      : names.some((_, at) => pathsTo(names.slice(0, at + 1)).includes(meant));
  };
  return (
    (run.only.length === 0 || run.only.some(fits)) &&
    !run.not.some(fits) &&
    (run.suites.length === 0 || run.suites.some((meant) => names.includes(meant))) &&
    (run.cases.length === 0 || run.cases.includes(name)) &&
    (run.mask === 0 || attribute === 0 || (attribute & run.mask) === run.mask) &&
    (run.tag === null || run.tag === tag)
  );
}

/** `c`, `b.c` and `a.b.c` for a suite c in b in a. */
function pathsTo(names: readonly string[]): string[] {
  return names.map((_, from) => names.slice(from).join('.'));
}
