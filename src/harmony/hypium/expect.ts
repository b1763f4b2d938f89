import { type Assertion, assertions, type Finding } from './assert.ts';
import { AssertException, currentLedger, type Ledger } from './blame.ts';
import { promiseAssertions } from './promises.ts';

type Arguments<A> = A extends (actual: unknown, ...expected: infer E) => unknown ? E : never;

/** What `expect` answers. An assertion that does not hold is written down for the case, and throws. */
export type Expectation = {
  readonly [Name in keyof typeof assertions]: (...expected: Arguments<Assertion>) => void;
} & {
  readonly [Name in keyof typeof promiseAssertions]: (...expected: Arguments<Assertion>) => Promise<void>;
} & {
  /** Inverts the next assertion. */
  not(): Expectation;
  /** Stands in the report in front of the failure of the next assertion. @throws outside a case */
  message(text: string): Expectation;
};

/** An assertion of one's own, called as `expect(actual).<its name>(expected)`. */
export type OwnAssertion = (actual: never, ...expected: never[]) => Finding;

const own = new Map<string, OwnAssertion>();

export function registerAssert(assertion: OwnAssertion): void {
  own.set(assertion.name, assertion);
}

/** @param which  the assertion, its name, or `'all'`. */
export function unregisterAssert(which: OwnAssertion | string): void {
  if (which === 'all') own.clear();
  else own.delete(typeof which === 'string' ? which : which.name);
}

/** Evaluates nothing by itself. Whatever runs now takes the blame, however late the assertion comes. */
export function expect(actual?: unknown): Expectation {
  return new Chain(actual, currentLedger()).expectation;
}

class Chain {
  readonly expectation: Expectation;
  readonly #ledger: Ledger | null;
  #isInverted = false;
  #note = '';

  constructor(actual: unknown, ledger: Ledger | null) {
    this.#ledger = ledger;
    const named: Record<string, unknown> = {
      not: () => {
        this.#isInverted = !this.#isInverted;
        return this.expectation;
      },
      message: (text: string) => {
        if (ledger === null) throw new Error('expect().message() stands outside of any case');
        this.#note = text;
        return this.expectation;
      },
    };
    for (const [name, find] of [...Object.entries<Assertion>(assertions), ...own]) {
      named[name] = (...expected: never[]) => this.#judge(find(actual as never, ...expected));
    }
    for (const [name, find] of Object.entries(promiseAssertions)) {
      named[name] = async (...expected: unknown[]) => {
        const [isInverted, note] = this.#take();
        this.#judge(await find(actual, ...expected), isInverted, note);
      };
    }
    this.expectation = named as unknown as Expectation;
  }

  #judge({ pass, message }: Finding, isInverted?: boolean, note?: string): void {
    const [inverted, text] = isInverted === undefined ? this.#take() : [isInverted, note ?? ''];
    if (pass !== inverted) return;
    const failure = new AssertException(inverted ? message.replace(/^expect/, 'expect not') : message);
    this.#ledger?.failures.push(failure);
    if (text !== '') this.#ledger?.notes.set(failure, text);
    throw failure;
  }

  /** `not` and `message` are for one assertion. */
  #take(): [isInverted: boolean, note: string] {
    const taken: [boolean, string] = [this.#isInverted, this.#note];
    this.#isInverted = false;
    this.#note = '';
    return taken;
  }
}
