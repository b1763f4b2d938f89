/** A condition in the place of a value: in `assertMatchObj`, and in the arguments of a mocked call. */
export class Matcher {
  readonly matches: (value: unknown) => boolean;
  constructor(matches: (value: unknown) => boolean) {
    this.matches = matches;
  }
}

/** Getters, as on a device: `when(f)(ArgumentMatchers.anyString)`. Only `matchRegexs` takes an argument. */
export const ArgumentMatchers = {
  any: new Matcher(() => true),
  anyString: ofType('string'),
  anyBoolean: ofType('boolean'),
  anyFunction: ofType('function'),
  anyNumber: ofType('number'),
  anyObj: new Matcher((value) => typeof value === 'object' && value !== null),
  matchRegexs: (pattern: RegExp): Matcher =>
    new Matcher((value) => typeof value === 'string' && value.search(pattern) >= 0),
} as const;

function ofType(type: string): Matcher {
  return new Matcher((value) => typeof value === type);
}

const levelsMax = 6;

/** Is each own key of `expected` an own key of `actual`, and alike? Levels below the sixth are not looked at. */
export function matchesObject(actual: unknown, expected: unknown, level = 1): boolean {
  if (!isPlain(actual) || !isPlain(expected)) return false;
  return Object.keys(expected).every((key) => {
    if (!Object.hasOwn(actual, key)) return false;
    const [value, wanted]: unknown[] = [Reflect.get(actual, key), Reflect.get(expected, key)];
    if (wanted instanceof Matcher) return wanted.matches(value);
    if (value === wanted) return true;
    return isPlain(value) && isPlain(wanted) && (level === levelsMax || matchesObject(value, wanted, level + 1));
  });
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
