import { repetitionsOf, type SuiteData, setData, stressOf } from './data.ts';
import { expect, type OwnAssertion, registerAssert } from './expect.ts';
import * as registration from './registration.ts';

/** The inside of a device's runner, as far as code outside may hold on to it. */
export class Core {
  static readonly #instance = new Core();
  readonly describe = registration.describe;
  readonly it = registration.it;
  readonly expect = expect;
  readonly beforeAll = registration.beforeAll;
  readonly beforeEach = registration.beforeEach;
  readonly afterEach = registration.afterEach;
  readonly afterAll = registration.afterAll;

  static getInstance(): Core {
    return Core.#instance;
  }
}

/** The data that cases are driven by. */
export class DataDriver {
  constructor({ data }: { readonly data: { readonly suites?: readonly SuiteData[] } }) {
    setData(data);
  }

  getSpecParams(suite: string, name: string): readonly unknown[] {
    return repetitionsOf(suite, name, true).runs;
  }

  getSuiteStress(suite: string): number {
    return stressOf(suite);
  }
}

/** Adds assertions of one's own. */
export class ExpectExtend {
  extends(name: string, assertion: OwnAssertion): void {
    registerAssert(Object.defineProperty(assertion.bind(undefined), 'name', { value: name }));
  }
}
