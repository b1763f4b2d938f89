import { AssertException, blaming, Ledger, SkipError } from './blame.ts';
import { repetitionsOf } from './data.ts';
import { finish, limitMsDefault, takesDataOnly } from './limit.ts';
import { runParameters } from './parameters.ts';
import type { Body, Case, Specified, Suite } from './suite.ts';
import { messageOf } from './text.ts';

export type Outcome = 'pass' | 'failure' | 'error' | 'ignored';

/** How a case, or the hooks around a suite, ended. */
export interface Verdict {
  readonly outcome: Outcome;
  /** What to show of it; undefined for `pass`. */
  readonly cause?: unknown;
}

/** A case, and the suite it stands in. */
export interface Place {
  readonly suite: Suite;
  readonly it: Case;
}

let place: Place | null = null;

/** The case that runs now; null between cases. */
export function currentPlace(): Place | null {
  return place;
}

const passed: Verdict = { outcome: 'pass' };

/** Runs one case between its hooks. Hooks after it run whatever happened before. @source neighbours.md 1.4 */
export async function runCase(suite: Suite, it: Case): Promise<Verdict> {
  place = { suite, it };
  try {
    return await runBetweenHooks(suite, it);
  } finally {
    place = null;
  }
}

function runBetweenHooks(suite: Suite, it: Case): Promise<Verdict> {
  const path = suite.path();
  const isMeant = ({ names }: Specified) => names.includes(it.name);
  const before = [
    // Only the first registration counts: so it is on a device.
    hooked('beforeItSpecified', suite.before.slice(0, 1).filter(isMeant).map(bodyOf)),
    ...path.map(({ hooks }) => hooked('beforeEachIt', hooks.beforeEachIt)),
    hooked('beforeEach', suite.hooks.beforeEach),
  ].flat();
  const after = [
    hooked('afterItSpecified', suite.after.slice(0, 1).filter(isMeant).map(bodyOf)),
    hooked('afterEach', suite.hooks.afterEach),
    ...path.reverse().map(({ hooks }) => hooked('afterEachIt', hooks.afterEachIt)),
  ].flat();
  return judged(async (thrown) => {
    const mayRun = await inTurn(before, thrown);
    if (mayRun) await attempt(() => repeat(suite, it), thrown);
    for (const step of after) await attempt(step, thrown);
  });
}

/** Runs the hooks before all cases of a suite, as far as they succeed. */
export function runBeforeAll({ hooks }: Suite): Promise<Verdict> {
  return judged(async (thrown) => void (await inTurn(hooked('beforeAll', hooks.beforeAll), thrown)));
}

/** Runs the hooks after all cases of a suite, whatever they throw. */
export function runAfterAll({ hooks }: Suite): Promise<Verdict> {
  return judged(async (thrown) => {
    for (const step of hooked('afterAll', hooks.afterAll)) await attempt(step, thrown);
  });
}

type Step = () => Promise<void>;

/** Until the work is done, failed assertions are its own; then the worst of what happened is the verdict. */
async function judged(work: (thrown: unknown[]) => Promise<void>): Promise<Verdict> {
  const ledger = new Ledger();
  const thrown: unknown[] = [];
  await blaming(ledger, () => work(thrown));
  const error = thrown.find((each) => !(each instanceof AssertException || each instanceof SkipError));
  if (error !== undefined) return { outcome: 'error', cause: error };
  const failure = thrown.find((each) => each instanceof AssertException) ?? ledger.failures[0];
  if (failure !== undefined) return { outcome: 'failure', cause: withNote(failure, ledger) };
  const skip = thrown[0];
  return skip === undefined ? passed : { outcome: 'ignored', cause: skip };
}

/** @returns did all of them succeed? */
async function inTurn(steps: readonly Step[], thrown: unknown[]): Promise<boolean> {
  for (const step of steps) {
    if (!(await attempt(step, thrown))) return false;
  }
  return true;
}

async function attempt(step: Step, thrown: unknown[]): Promise<boolean> {
  try {
    await step();
    return true;
  } catch (error) {
    thrown.push(error ?? new Error(`${error} was thrown`));
    return false;
  }
}

/** A case runs once, or for each of its data; then there is no limit. @source neighbours.md 1.3 */
async function repeat(suite: Suite, { name, body, timeoutMs }: Case): Promise<void> {
  const { isDriven, runs } = repetitionsOf(suite.name, name, body.length > 1 || takesDataOnly(body));
  const limitMs = timeoutMs > 0 ? timeoutMs : (runParameters().timeoutMs ?? limitMsDefault);
  for (const data of runs) await finish(body, isDriven ? 0 : limitMs, data);
}

function hooked(hook: string, bodies: readonly Body[]): Step[] {
  return bodies.map((body) => async () => {
    try {
      await finish(body, runParameters().timeoutMs ?? limitMsDefault);
    } catch (error) {
      throw inHook(error, hook);
    }
  });
}

/** The same error, told where it happened. */
function inHook(error: unknown, hook: string): unknown {
  if (error instanceof SkipError) return error;
  const message = `${messageOf(error)}, error in ${hook} function`;
  return retold(error, error instanceof AssertException ? new AssertException(message) : new Error(message));
}

function withNote(failure: AssertException, { notes }: Ledger): AssertException {
  const note = notes.get(failure);
  if (note === undefined) return failure;
  return retold(failure, new AssertException(`${note} ${failure.message}`));
}

/** Other words for an error that happened where the first one did. */
function retold<Told extends Error>(error: unknown, told: Told): Told {
  if (!(error instanceof Error) || error.stack === undefined) return told;
  const frames = error.stack.split('\n').filter((line) => /^\s+at /.test(line));
  told.stack = [`${told.name}: ${told.message}`, ...frames].join('\n');
  return told;
}

function bodyOf({ body }: Specified): Body {
  return body;
}
