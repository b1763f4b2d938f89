import { runParameters } from './parameters.ts';
import { register } from './register.ts';
import { type Body, type HookKind, openedSuite, openSuite } from './suite.ts';

// biome-ignore lint/complexity/noBannedTypes: declared so on a device; suites annotate their callbacks with it
type DeviceFunction = Function;

/**
 * Runs `body` at once; it registers cases, hooks, and suites in this one. A suite in one of the same name is ignored.
 * @throws what the body throws, and for one that is asynchronous.
 * @source neighbours.md 1.2
 */
export function describe(name: string, body: DeviceFunction): void {
  openSuite(String(name), checked('describe', name, body), register);
}

/**
 * @param attribute  bits of `TestType`, `Size` and `Level`, or 0. No time, though many suites write one here.
 * @param body       ends by itself, or by a call of its first parameter.
 * @param timeoutMs  its own limit; 0 for that of the run.
 * @throws TypeError without a body
 */
export function it(name: string, attribute: number, body: DeviceFunction, timeoutMs = 0, tag = ''): void {
  const suite = openedSuite(`case ${name}`);
  suite.cases.push({ name: String(name), attribute, body: checked('it', name, body), timeoutMs, tag });
}

/** Runs once before all cases and child suites of its suite. */
export const beforeAll = hook('beforeAll');
/** Runs before each case of its suite, not of child suites. */
export const beforeEach = hook('beforeEach');
/** Runs after each case of its suite, not of child suites. */
export const afterEach = hook('afterEach');
/** Runs once after all cases and child suites of its suite. */
export const afterAll = hook('afterAll');
/** As `beforeEach`, also for child suites. */
export const beforeEachIt = hook('beforeEachIt');
/** As `afterEach`, also for child suites. */
export const afterEachIt = hook('afterEachIt');

function hook(kind: HookKind): (body: DeviceFunction) => void {
  return (body) => void openedSuite(kind).hooks[kind].push(checked(kind, '', body));
}

/** Runs before the cases it names; only the first one of a suite counts, as on a device. */
export function beforeItSpecified(names: string | readonly string[], body: DeviceFunction): void {
  const before = checked('beforeItSpecified', '', body);
  openedSuite('beforeItSpecified').before.push({ names: [names].flat(), body: before });
}

/** Runs after the cases it names; only the first one of a suite counts, as on a device. */
export function afterItSpecified(names: string | readonly string[], body: DeviceFunction): void {
  const after = checked('afterItSpecified', '', body);
  openedSuite('afterItSpecified').after.push({ names: [names].flat(), body: after });
}

/** A suite for later: registered when the run asks for skipped ones. `xdescribe.reason(text)` is the same. */
export const xdescribe = skippable(describe);
/** A case for later: registered when the run asks for skipped ones. `xit.reason(text)` is the same. */
export const xit = skippable(it);

function skippable<Parameters extends readonly unknown[]>(registerIt: (...parameters: Parameters) => void) {
  const registerIfAsked = (...parameters: Parameters): void => {
    if (runParameters().runSkipped) registerIt(...parameters);
  };
  return Object.assign(registerIfAsked, { reason: (_text: string) => registerIfAsked });
}

function checked(what: string, name: string, body: DeviceFunction): Body {
  if (typeof body !== 'function')
    throw new TypeError(`${what} ${name}: the body is missing; an attribute stands before it.`);
  return body as Body;
}
