import * as vitest from 'vitest';
import { type SuiteData, setData } from './data.ts';
import { registerAssert, unregisterAssert } from './expect.ts';
import { addRunParameters } from './parameters.ts';

interface Delegator {
  finishTest(message: string, code: number, callback: () => void): unknown;
}

interface DelegatorArguments {
  readonly parameters?: Readonly<Record<string, string>>;
}

const kept = new Map<unknown, unknown>();

/** What a test ability calls to run suites. */
// biome-ignore lint/complexity/noStaticOnlyClass: a class on a device
export class Hypium {
  /** Registers what `testsuite` registers, as far as the parameters ask for it, and tells the delegator when it has run. */
  static hypiumTest(delegator: Delegator, { parameters = {} }: DelegatorArguments, testsuite: () => unknown): void {
    addRunParameters(parameters);
    testsuite();
    vitest.afterAll(() => void delegator.finishTest('your test finished!!!', 0, () => undefined));
  }

  /** Data for cases, before they are registered. */
  static setData(data: { readonly suites?: readonly SuiteData[] }): void {
    setData(data);
  }

  static set(key: unknown, value: unknown): void {
    kept.set(key, value);
  }

  static get(key: unknown): unknown {
    return kept.get(key);
  }

  static readonly registerAssert = registerAssert;
  static readonly unregisterAssert = unregisterAssert;
}
