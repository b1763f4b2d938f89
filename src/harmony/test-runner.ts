/**
 * `@ohos.application.testRunner`: what a device's test runner implements. A class, since it may be imported as a value.
 * @source neighbours.md 10
 */
export abstract class TestRunner {
  abstract onPrepare(): void;
  abstract onRun(): void | Promise<void>;
}

export default TestRunner;
