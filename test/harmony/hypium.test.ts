import { afterAll, describe, expect, it, vi } from 'vitest';
import { theDevice } from '../../src/harmony/device.ts';
import { assertions } from '../../src/harmony/hypium/assert.ts';
import { blaming, Ledger } from '../../src/harmony/hypium/blame.ts';
import { deepEquals } from '../../src/harmony/hypium/equal.ts';
import { finish } from '../../src/harmony/hypium/limit.ts';
import { promiseAssertions } from '../../src/harmony/hypium/promises.ts';
import * as hypium from '../../src/harmony/hypium.ts';

afterAll(() => theDevice().close());

class Own {
  readonly a = 1;
}
const symbol = Symbol('one');
const cycle = (): object => {
  const object: { self?: object } = {};
  object.self = object;
  return object;
};

describe('hypium', () => {
  it('exports what the published package does, and nothing by default', () => {
    expect(Object.keys(hypium).sort()).toEqual(
      [
        ...['AssertException', 'ArgumentMatchers', 'Core', 'DEFAULT', 'DataDriver', 'ExpectExtend', 'Hypium', 'Level'],
        ...['MockKit', 'OhReport', 'Size', 'SkipError', 'SysTestKit', 'TestType', 'afterAll', 'afterEach'],
        ...['afterEachIt', 'afterItSpecified', 'beforeAll', 'beforeEach', 'beforeEachIt', 'beforeItSpecified'],
        ...['describe', 'expect', 'it', 'when', 'xdescribe', 'xit'],
      ].sort(),
    );
    expect(hypium.DEFAULT).toBe(0);
    expect(hypium.Level.LEVEL4 | hypium.Size.LARGETEST | hypium.TestType.RESILIENCE).toBe(0x10040400);
  });
});

describe('assertions', () => {
  type Row = readonly [name: keyof typeof assertions, actual: unknown, expected: readonly unknown[], pass: boolean];
  const thrower = (error: unknown) => () => {
    throw error;
  };
  const rows: readonly Row[] = [
    ['assertEqual', 1, [1], true],
    ['assertEqual', '1', [1], false],
    ['assertEqual', Number.NaN, [Number.NaN], false],
    ['assertEqual', {}, [{}], false],
    ['assertEqual', undefined, [], true],
    ['assertTrue', true, [], true],
    ['assertTrue', 1, [], false],
    ['assertFalse', false, [], true],
    ['assertFalse', 0, [], false],
    ['assertFail', undefined, [], false],
    ['assertNull', null, [], true],
    ['assertNull', undefined, [], false],
    ['assertUndefined', undefined, [], true],
    ['assertUndefined', null, [], false],
    ['assertNaN', Number.NaN, [], true],
    ['assertNaN', 'x', [], false],
    ['assertPosUnlimited', Number.POSITIVE_INFINITY, [], true],
    ['assertPosUnlimited', Number.NEGATIVE_INFINITY, [], false],
    ['assertNegUnlimited', Number.NEGATIVE_INFINITY, [], true],
    ['assertLarger', 2, [1], true],
    ['assertLarger', 1, [1], false],
    ['assertLess', 1, [2], true],
    ['assertLess', 2, [2], false],
    ['assertLargerOrEqual', 1, [1], true],
    ['assertLargerOrEqual', 0, [1], false],
    ['assertLessOrEqual', 1, [1], true],
    ['assertLessOrEqual', 2, [1], false],
    ['assertClose', 100, [99, 0.1], true],
    ['assertClose', 100, [80, 0.1], false],
    ['assertClose', 0, [0, 0.1], true],
    ['assertClose', 0, [0.01, 0.1], false],
    ['assertContain', 'abc', ['b'], true],
    ['assertContain', 'abc', ['d'], false],
    ['assertContain', [1, symbol], [symbol], true],
    ['assertContain', new Set(['1']), [1], false],
    ['assertInstanceOf', 'text', ['String'], true],
    ['assertInstanceOf', [], ['Array'], true],
    ['assertInstanceOf', new Own(), ['Own'], false],
    ['assertInstanceOf', new Own(), ['Object'], true],
    ['assertThrowError', thrower(new TypeError('no such thing')), ['such'], true],
    ['assertThrowError', thrower(new TypeError('no such thing')), [TypeError], true],
    ['assertThrowError', thrower(new TypeError('no such thing')), [Error], false],
    ['assertThrowError', thrower('no such thing'), ['such'], false],
    ['assertThrowError', () => {}, ['such'], false],
    ['assertThrow', thrower(new Error('exactly')), ['exactly'], true],
    ['assertThrow', thrower(new Error('exactly')), ['exact'], false],
    ['assertDeepEquals', { a: [1, { b: 2 }] }, [{ a: [1, { b: 2 }] }], true],
    ['assertDeepEquals', { a: 1 }, [{ a: 1, b: undefined }], false],
    ['assertMatchObj', { a: 1, b: { c: 2, d: 3 } }, [{ b: { c: 2 } }], true],
    ['assertMatchObj', { a: 1 }, [{ b: undefined }], false],
    ['assertMatchObj', { a: [1] }, [{ a: [1] }], false],
    ['assertMatchObj', { a: 'text' }, [{ a: hypium.ArgumentMatchers.anyString }], true],
    ['assertMatchObj', { a: 'text' }, [{ a: hypium.ArgumentMatchers.matchRegexs(/^x/) }], false],
  ];

  it.each(rows)('%s of %o and %o is %s', (name, actual, expected, pass) => {
    const find: (actual: unknown, ...expected: unknown[]) => { pass: boolean } = assertions[name];

    expect(find(actual, ...expected).pass).toBe(pass);
  });

  it.each<[keyof typeof assertions, unknown, readonly unknown[]]>([
    ['assertContain', 1, [1]],
    ['assertContain', null, [1]],
    ['assertClose', null, [null, 1]],
    ['assertThrowError', 'no function', ['x']],
  ])('%s of %o and %o throws what is no failed assertion', (name, actual, expected) => {
    const find: (actual: unknown, ...expected: unknown[]) => unknown = assertions[name];
    const thrown = vi.fn(() => find(actual, ...expected));

    expect(thrown).toThrow();
    expect(thrown.mock.results[0]?.value).not.toBeInstanceOf(hypium.AssertException);
  });

  const rejected = (value: unknown) => () => Promise.reject(value);
  it.each<[keyof typeof promiseAssertions, () => unknown, readonly unknown[], boolean]>([
    ['assertPromiseIsPending', () => new Promise(() => {}), [], true],
    ['assertPromiseIsPending', async () => 1, [], false],
    ['assertPromiseIsPending', rejected(1), [], false],
    ['assertPromiseIsResolved', async () => 1, [], true],
    ['assertPromiseIsResolved', rejected(1), [], false],
    ['assertPromiseIsResolved', () => 1, [], false],
    ['assertPromiseIsRejected', rejected(1), [], true],
    ['assertPromiseIsRejected', async () => 1, [], false],
    ['assertPromiseIsRejected', () => undefined, [], false],
    ['assertPromiseIsResolvedWith', async () => ({ a: 1 }), [{ a: 1 }], true],
    ['assertPromiseIsResolvedWith', async () => ({ a: 1 }), [{ a: 2 }], false],
    ['assertPromiseIsRejectedWith', rejected({ code: 1 }), [{ code: 1 }], true],
    ['assertPromiseIsRejectedWith', rejected(new Error('a')), [new Error('b')], true],
    ['assertPromiseIsRejectedWith', async () => 1, [1], false],
    ['assertPromiseIsRejectedWithError', rejected(new TypeError('a')), [TypeError], true],
    ['assertPromiseIsRejectedWithError', rejected(new TypeError('a')), [Error], false],
    ['assertPromiseIsRejectedWithError', rejected(new TypeError('a')), ['a'], true],
    ['assertPromiseIsRejectedWithError', rejected(new TypeError('a')), ['TypeError', 'a'], true],
    ['assertPromiseIsRejectedWithError', rejected(new TypeError('a')), ['TypeError', 'b'], false],
    ['assertPromiseIsRejectedWithError', rejected(new TypeError('a')), [TypeError, 'a', 'b'], false],
  ])('%s of %s and %o is %s', async (name, actual, expected, pass) => {
    const find: (actual: unknown, ...expected: unknown[]) => Promise<{ pass: boolean }> = promiseAssertions[name];

    expect((await find(actual(), ...expected)).pass).toBe(pass);
  });
});

describe('deep equality', () => {
  it.each([
    ['numbers', 1, 1, true],
    ['zeros of both signs', 0, -0, false],
    ['NaN', Number.NaN, Number.NaN, false],
    ['a number and a string', 1, '1', false],
    ['an array and an object', [], {}, false],
    ['dates', new Date(5), new Date(5), true],
    ['other dates', new Date(5), new Date(6), false],
    ['patterns with other flags', /a/g, /a/i, false],
    ['patterns', /a/gi, /a/gi, true],
    ['errors of one message', new Error('a'), new TypeError('a'), true],
    ['buffers', new Uint8Array([1, 2]).buffer, new Uint8Array([1, 2]).buffer, true],
    ['other buffers', new Uint8Array([1, 2]).buffer, new Uint8Array([1, 3]).buffer, false],
    ['arrays in another order', [1, 2], [2, 1], false],
    ['sets in another order', new Set([[1], [2]]), new Set([[2], [1]]), true],
    ['other sets', new Set([[1], [2]]), new Set([[2], [3]]), false],
    [
      'maps in another order',
      new Map([
        ['a', { x: 1 }],
        ['b', { x: 2 }],
      ]),
      new Map([
        ['b', { x: 2 }],
        ['a', { x: 1 }],
      ]),
      true,
    ],
    ['other maps', new Map([['a', 1]]), new Map([['a', 2]]), false],
    ['functions', () => 1, () => 1, false],
    ['an undefined field and none', { a: undefined }, { b: undefined }, false],
    ['null and an object', null, {}, false],
    ['objects that hold themselves', cycle(), cycle(), true],
    ['an own class and a plain object', new Own(), { a: 1 }, true],
  ])('of %s is right', (_, left, right, equal) => {
    expect(deepEquals(left, right)).toBe(equal);
    expect(deepEquals(right, left)).toBe(equal);
  });
});

describe('expect', () => {
  const failuresOf = async (work: () => Promise<void> | void): Promise<string[]> => {
    const ledger = new Ledger();
    await blaming(ledger, async () => work()).catch(() => undefined);
    return ledger.failures.map(({ message }) => message);
  };

  it('writes down what fails, and throws it, whoever catches it', async () => {
    const caught: unknown[] = [];

    const failures = await failuresOf(() => {
      for (const check of [() => hypium.expect(1).assertEqual(2), () => hypium.expect(1).assertEqual(1)]) {
        try {
          check();
        } catch (error) {
          caught.push(error);
        }
      }
    });

    expect(failures).toEqual(['expect 1 equals 2']);
    expect(caught).toEqual([expect.objectContaining({ name: 'AssertException', message: 'expect 1 equals 2' })]);
    expect(caught[0]).toBeInstanceOf(Error);
  });

  it('blames the case that was current when it was called', async () => {
    let later = () => {};

    const first = new Ledger();
    await blaming(first, async () => {
      const early = hypium.expect('early');
      later = () => early.assertEqual('late');
    });
    const second = await failuresOf(() => later());

    expect(second).toEqual([]);
    expect(first.failures).toHaveLength(1);
  });

  it('inverts one assertion, in any order with a message, promises included', async () => {
    expect(
      await failuresOf(async () => {
        const check = hypium.expect(1);
        check.not().assertEqual(2);
        check.message('one').not().assertEqual(2);
        check.assertEqual(1);
        await hypium.expect(Promise.resolve(1)).not().assertPromiseIsRejected();
        hypium.expect(1).not().message('one').assertEqual(1);
      }),
    ).toEqual(['expect not 1 equals 1']);
  });

  it('refuses a message outside of any case', () => {
    expect(() => hypium.expect(1).message('one')).toThrow('outside of any case');
  });

  it('learns assertions and forgets them', () => {
    function assertOdd(actual: number) {
      return { pass: actual % 2 === 1, message: `${actual} is odd` };
    }
    const odd = (actual: number) => (hypium.expect(actual) as unknown as { assertOdd?: () => void }).assertOdd;

    hypium.Hypium.registerAssert(assertOdd);
    expect(() => odd(3)?.()).not.toThrow();
    expect(() => odd(4)?.()).toThrow('4 is odd');
    hypium.Hypium.unregisterAssert('assertOdd');
    expect(odd(3)).toBeUndefined();
  });
});

describe('the end of a body', () => {
  it.each<[string, (...parameters: never[]) => unknown]>([
    [
      'a named function',
      function body(data: unknown) {
        return Promise.reject(data);
      },
    ],
    ['an arrow', (data: unknown) => Promise.reject(data)],
    [
      'an asynchronous arrow',
      async (data: unknown) => {
        throw data;
      },
    ],
    [
      'a method',
      {
        async body(data: unknown) {
          throw data;
        },
      }.body,
    ],
  ])('is its return when it takes data alone: %s', async (_, body) => {
    await expect(finish(body as () => unknown, 0, 'row')).resolves.toBeUndefined();
  });

  it('is the first call of done', async () => {
    const finished = finish((done) => {
      (done as () => void)();
      throw new Error('after done');
    }, 1_000);

    await expect(finished).resolves.toBeUndefined();
  });
});

describe('mocks', () => {
  class Service {
    ask(question: string, times = 1): string {
      return question.repeat(times);
    }
  }

  it('answer as planned, count, and end', () => {
    const service = new Service();
    const kit = new hypium.MockKit();
    const { anyString, any } = hypium.ArgumentMatchers;

    const mocked = kit.mockFunc(service, service.ask as (...parameters: unknown[]) => unknown);
    hypium.when(mocked)(anyString).afterReturn('any');
    hypium.when(mocked)('b').afterReturn('bee');
    hypium.when(mocked)('c', any).afterThrow('no c');

    expect([service.ask('a'), service.ask('b'), service.ask('d', 2)]).toEqual(['any', 'bee', undefined]);
    expect(() => service.ask('c', 3)).toThrow('no c');
    kit.verify('ask', ['b']).once();
    kit.verify('ask', [anyString]).times(2);
    kit.verify('ask', ['z']).never();
    expect(() => kit.verify('ask', ['a']).atLeast(2)).toThrow('at least 2 times, was called 1 times');
    kit.clear(service);
    expect(service.ask('a', 2)).toBe('aa');
  });
});
