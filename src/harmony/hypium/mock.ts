import { deepEquals } from './equal.ts';
import { Matcher } from './match.ts';
import { shown } from './text.ts';

type Method = (...parameters: unknown[]) => unknown;
type Arguments = readonly unknown[];

/** What a mocked method does for arguments that fit. */
interface Plan {
  readonly expected: Arguments;
  readonly act: Method;
}

interface Mock {
  readonly target: object;
  readonly name: string;
  readonly original: Method;
  readonly plans: Plan[];
  readonly calls: Arguments[];
}

const mocks = new Map<Method, Mock>();

/** Replaces methods of objects by ones that do what `when` says, and count their calls. */
export class MockKit {
  readonly #mocked: Method[] = [];

  /** @param method  as it stands in `target`. @returns what stands there now; pass it to `when`. */
  mockFunc(target: object, method: Method): Method {
    const name = namesIn(target).find((each) => Reflect.get(target, each) === method);
    if (name === undefined) throw new Error('mockFunc: the object has no such method');
    const mock: Mock = { target, name, original: method, plans: [], calls: [] };
    const mocked = function (this: unknown, ...parameters: unknown[]): unknown {
      mock.calls.push(parameters);
      const plan = mock.plans.findLast(({ expected }) => fits(parameters, expected));
      return plan?.act.apply(this, parameters);
    };
    Reflect.set(target, name, mocked);
    mocks.set(mocked, mock);
    this.#mocked.push(mocked);
    return mocked;
  }

  /** @param expected  arguments, or matchers for them. */
  verify(name: string, expected: Arguments = []): Verification {
    const own = this.#mocked.map((each) => mocks.get(each)).filter((mock) => mock?.name === name);
    const count = own.flatMap((mock) => mock?.calls ?? []).filter((call) => fits(call, expected)).length;
    return new Verification(name, count);
  }

  /** The method does again what it did. */
  ignoreMock(target: object, mocked: Method): void {
    const mock = mocks.get(mocked);
    if (mock?.target === target) Reflect.set(target, mock.name, mock.original);
  }

  /** As `ignoreMock`, for every method of an object. */
  clear(target: object): void {
    for (const mocked of this.#mocked) this.ignoreMock(target, mocked);
  }

  clearAll(): void {
    for (const mocked of this.#mocked) {
      const target = mocks.get(mocked)?.target;
      if (target !== undefined) this.ignoreMock(target, mocked);
      mocks.delete(mocked);
    }
    this.#mocked.length = 0;
  }
}

/** How often a mocked method was called. Each throws when it was otherwise. */
class Verification {
  readonly #name: string;
  readonly #count: number;

  constructor(name: string, count: number) {
    this.#name = name;
    this.#count = count;
  }

  times(count: number): void {
    this.#hold(this.#count === count, `${count} times`);
  }

  once(): void {
    this.times(1);
  }

  never(): void {
    this.times(0);
  }

  atLeast(count: number): void {
    this.#hold(this.#count >= count, `at least ${count} times`);
  }

  atMost(count: number): void {
    this.#hold(this.#count <= count, `at most ${count} times`);
  }

  #hold(holds: boolean, words: string): void {
    if (!holds) throw new Error(`expect ${this.#name} to be called ${words}, was called ${this.#count} times`);
  }
}

/** What a mocked method does: `when(mocked)(…arguments).afterReturn(value)`; the latest plan that fits wins. */
export function when(mocked: Method) {
  const mock = mocks.get(mocked);
  if (mock === undefined) throw new Error(`when: ${shown(mocked)} is not mocked`);
  return (...expected: unknown[]) => {
    const plan = (act: Method) => void mock.plans.push({ expected, act });
    return {
      afterReturn: (value: unknown) => plan(() => value),
      afterReturnNothing: () => plan(() => undefined),
      afterAction: (action: Method) => plan(() => action()),
      afterThrow: (message: string) =>
        plan(() => {
          throw new Error(message);
        }),
    };
  };
}

function fits(actual: Arguments, expected: Arguments): boolean {
  const isAlike = (value: unknown, wanted: unknown) =>
    wanted instanceof Matcher ? wanted.matches(value) : deepEquals(value, wanted);
  return actual.length === expected.length && actual.every((value, index) => isAlike(value, expected[index]));
}

function namesIn(target: object): string[] {
  const prototype: object | null = Object.getPrototypeOf(target);
  const inherited = prototype === null || prototype === Object.prototype ? [] : namesIn(prototype);
  return [...Object.getOwnPropertyNames(target), ...inherited];
}
