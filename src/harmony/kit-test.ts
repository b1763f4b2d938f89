/** `@kit.TestKit`. Hypium is no part of it. @source neighbours.md 0.1 */
import { unsupported } from './unsupported.ts';

export { default as abilityDelegatorRegistry } from './delegator.ts';
export { TestRunner } from './test-runner.ts';

export const Component = unsupported('Component');
export const Driver = unsupported('Driver');
export const ON = unsupported('ON');
export const PerfTest = unsupported('PerfTest');
