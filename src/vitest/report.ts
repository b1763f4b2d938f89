import type { ParsedStack } from 'vitest';
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';
import { type Counts, OhReport } from '../harmony/hypium/oh-report.ts';
import type { Outcome } from '../harmony/hypium/run.ts';

/** One case that ran, or was to run. */
export interface CaseResult {
  /** Absolute path. */
  readonly file: string;
  readonly suite: string;
  readonly name: string;
  readonly outcome: Outcome;
  readonly durationMs: number;
  /** Empty for a case that passed. */
  readonly message: string;
  /** What longshore says beside the published text; empty for errors of others. */
  readonly detail: string;
  /** Where it happened: `file:line:column`, the innermost first. */
  readonly stack: readonly string[];
  /** The command that runs it again; null for one that passed. */
  readonly replay: string | null;
}

/** What went wrong around the cases: a file that does not load, a suite that does not register. */
export interface Trouble {
  readonly file: string;
  readonly message: string;
  readonly stack: readonly string[];
}

/** Tells a run as a device does, and keeps the results. */
export class HypiumReporter implements Reporter {
  readonly cases: CaseResult[] = [];
  readonly troubles: Trouble[] = [];
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  get counts(): Counts {
    const count = (outcome: Outcome) => this.cases.filter((each) => each.outcome === outcome).length;
    return { pass: count('pass'), failure: count('failure'), error: count('error'), ignored: count('ignored') };
  }

  get isGood(): boolean {
    const { failure, error } = this.counts;
    return failure + error + this.troubles.length === 0;
  }

  onTestCaseReady(test: TestCase): void {
    this.#lines(OhReport.caseStarted({ suite: suiteOf(test), name: test.name, current: this.cases.length + 1 }));
  }

  onTestCaseResult(test: TestCase): void {
    const result = resultOf(test);
    this.cases.push(result);
    this.#lines(OhReport.caseEnded({ ...result, current: this.cases.length }));
    if (result.outcome !== 'failure' && result.outcome !== 'error') return;
    const replay = result.replay === null ? [] : [`replay: ${result.replay}`];
    const detail = result.detail === '' ? [] : [`  ${result.detail}`];
    this.#lines([result.message, ...detail, ...framesOf(result), ...replay, '']);
  }

  onTestSuiteResult(suite: TestSuite): void {
    this.#keep(suite.module.moduleId, suite.errors());
  }

  onTestModuleEnd(module: TestModule): void {
    this.#keep(module.moduleId, module.errors());
  }

  onUserConsoleLog({ content }: { readonly content: string }): void {
    this.#print(content.replace(/\n$/, ''));
  }

  onTestRunEnd(_modules: readonly TestModule[], unhandled: readonly SomeError[]): void {
    this.#keep('', unhandled);
    this.#lines(OhReport.ended(this.counts, this.isGood));
  }

  #keep(file: string, errors: readonly SomeError[]): void {
    for (const error of errors) {
      const trouble = { file, message: error.message, stack: placesIn(error) };
      this.troubles.push(trouble);
      this.#lines([`${file}: ${error.message}`, ...framesOf(trouble), '']);
    }
  }

  #lines(lines: readonly string[]): void {
    for (const line of lines) this.#print(line);
  }
}

interface SomeError {
  readonly message: string;
  readonly detail?: unknown;
  readonly stacks?: readonly ParsedStack[] | undefined;
}

function placesIn({ stacks = [] }: SomeError): string[] {
  return stacks.map(({ file, line, column }) => `${file}:${line}:${column}`);
}

function detailOf(error: SomeError | undefined): string {
  return typeof error?.detail === 'string' ? error.detail : '';
}

function framesOf({ stack }: { readonly stack: readonly string[] }): string[] {
  const here = `${process.cwd()}/`;
  return stack.map((place) => `  at ${place.startsWith(here) ? place.slice(here.length) : place}`);
}

const outcomes = { passed: 'pass', failed: 'error', skipped: 'ignored', pending: 'ignored' } as const;

function resultOf(test: TestCase): CaseResult {
  const { state, errors = [] } = test.result();
  const told = test.meta().hypium;
  const [error] = errors;
  return {
    file: test.module.moduleId,
    suite: suiteOf(test),
    name: test.name,
    // What vitest saw counts too: a failed assertion of its own, say.
    outcome: told === undefined || (told.outcome === 'pass' && state === 'failed') ? outcomes[state] : told.outcome,
    durationMs: test.diagnostic()?.duration ?? 0,
    message: error?.message ?? '',
    detail: detailOf(error),
    stack: error === undefined ? [] : placesIn(error),
    replay: told?.replay ?? null,
  };
}

/** The suite that a case stands in, alone: so a device names it. */
function suiteOf({ parent }: TestCase): string {
  return parent.type === 'suite' ? parent.name : '';
}
