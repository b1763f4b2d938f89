import * as vitest from 'vitest';
import { stressOf } from './data.ts';
import { isMeant } from './filter.ts';
import { runParameters } from './parameters.ts';
import { type Outcome, runAfterAll, runBeforeAll, runCase, type Verdict } from './run.ts';
import { hypiumRun } from './start.ts';
import { outliveStrays } from './strays.ts';
import type { Case, Suite } from './suite.ts';
import { messageOf } from './text.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** Set for cases of hypium, once they have run. */
    hypium?: {
      readonly outcome: Outcome;
      /** Name of the suite it stands in. */
      readonly suite: string;
      /** The command that runs it again, for one that did not pass. */
      readonly replay?: string;
    };
  }
}

/** hypium keeps the time limits itself. */
const noLimit = 0;

/** Hands a suite to vitest, as far as the run was asked for it: cases first, then child suites. */
export function register(suite: Suite): void {
  outliveStrays();
  if (!hasMeant(suite)) return;
  for (let round = 0; round < stressOf(suite.name); round++) registerOnce(suite, null);
}

/** How the hooks before all cases went, of this suite and of those around it. */
interface Opening {
  verdict: Verdict;
}

function registerOnce(suite: Suite, around: Opening | null): void {
  const run = runParameters();
  const opening: Opening = { verdict: { outcome: 'pass' } };
  vitest.describe(suite.name, { concurrent: false, shuffle: run.random }, () => {
    vitest.beforeAll(async () => {
      const isBlocked = around !== null && around.verdict.outcome !== 'pass';
      opening.verdict = isBlocked ? around.verdict : await runBeforeAll(suite);
    }, noLimit);
    vitest.afterAll(async () => {
      const isBlocked = around !== null && around.verdict.outcome !== 'pass';
      if (isBlocked) return;
      const { outcome, cause } = await runAfterAll(suite);
      // It is the suite's own trouble: on a device it changes no case.
      if (outcome !== 'pass') console.error(`hypium: suite ${suite.name}: ${messageOf(cause)}`);
    }, noLimit);
    for (const it of suite.cases.filter((each) => isMeant(suite, each, run))) {
      vitest.it(it.name, { timeout: noLimit }, async ({ task, skip }) => {
        const verdict = opening.verdict.outcome === 'pass' ? await runCase(suite, it) : opening.verdict;
        const isBad = verdict.outcome === 'failure' || verdict.outcome === 'error';
        const replay = isBad ? replayOf(suite, it, task.file.filepath) : undefined;
        task.meta.hypium = { outcome: verdict.outcome, suite: suite.name, ...(replay === undefined ? {} : { replay }) };
        if (verdict.outcome === 'ignored') skip(messageOf(verdict.cause));
        if (isBad) throw verdict.cause;
      });
    }
    for (const child of suite.suites.filter(hasMeant)) registerOnce(child, opening);
  });
}

/** Printed here, unless the report of the run does it. */
function replayOf(suite: Suite, it: Case, file: string): string | undefined {
  const path = suite.path().map(({ name }) => name);
  const command = hypiumRun()?.replay(file, `${path.join('.')}#${it.name}`);
  if (command !== undefined && hypiumRun()?.isReported === false) console.error(`replay: ${command}`);
  return command;
}

function hasMeant(suite: Suite): boolean {
  return suite.cases.some((it) => isMeant(suite, it, runParameters())) || suite.suites.some(hasMeant);
}
