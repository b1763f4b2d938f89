/**
 * `@ohos/hypium`, and its older form `deccjsunit/index`, on vitest: suites written for a device run unchanged.
 * @source neighbours.md 1 and 2
 */
export { AssertException, SkipError } from './hypium/blame.ts';
export { Core, DataDriver, ExpectExtend } from './hypium/core.ts';
export { type Expectation, expect, type OwnAssertion } from './hypium/expect.ts';
export { SysTestKit } from './hypium/kit.ts';
export { DEFAULT, Level, Size, TestType } from './hypium/masks.ts';
export { ArgumentMatchers } from './hypium/match.ts';
export { MockKit, when } from './hypium/mock.ts';
export { OhReport } from './hypium/oh-report.ts';
export {
  afterAll,
  afterEach,
  afterEachIt,
  afterItSpecified,
  beforeAll,
  beforeEach,
  beforeEachIt,
  beforeItSpecified,
  describe,
  it,
  xdescribe,
  xit,
} from './hypium/registration.ts';
export { Hypium } from './hypium/runner.ts';
