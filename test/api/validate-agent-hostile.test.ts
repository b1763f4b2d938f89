import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorCodes, type Rules } from '../../machines/vocabulary.ts';
import { checkAgentConfig } from '../../src/api/validate-agent.ts';
import { BusinessError } from '../../src/errors.ts';
import { createCaller, createTroubledCaller, pathsInside, refusal, url } from './caller.ts';

const detailOf = (config: unknown) => {
  const error = refusal(() => checkAgentConfig(config, createCaller()));
  expect(error.code).toBe(401);
  return error.detail;
};

describe('hostile configs', () => {
  const revoked = () => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    return proxy;
  };
  const angry = () => {
    const fail = () => {
      throw 'hands off';
    };
    return new Proxy({}, { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail });
  };
  const endless = () => new Proxy([], { get: (_, key) => (key === 'length' ? 2 ** 53 : { name: 'n', value: 'v' }) });
  const cyclic = () => {
    const cycle: Record<string, unknown> = { name: 'n', path: 'a.txt' };
    cycle.value = cycle;
    return cycle;
  };
  const strange = {
    'a revoked proxy': revoked,
    'a proxy whose traps throw': angry,
    'an endless array': endless,
    'a cyclic object': cyclic,
    'a symbol': () => Symbol('x'),
    'a bigint': () => 10n,
    'a huge string': () => 'x'.repeat(300_000),
  };
  const names = Object.keys(strange) as (keyof typeof strange)[];

  it.each(names)('answers 401 for a config that is %s', (name) => {
    expect(refusal(() => checkAgentConfig(strange[name](), createCaller())).code).toBe(401);
  });

  it.each(names.filter((name) => name !== 'a cyclic object'))('answers 401 for data that holds %s', (name) => {
    const odd = strange[name];
    const spots = [odd(), [odd()], [{ name: 'n', value: odd() }], [{ name: 'n', value: [odd()] }]];

    for (const data of spots) expect(detailOf({ action: 1, url, data })).toContain('config.data');
  });

  it('reads of a cyclic object what it needs', () => {
    expect(checkAgentConfig({ action: 1, url, data: [cyclic()] }, createCaller()).spec.files[0]?.path).toBe(
      '/app/cache/a.txt',
    );
  });

  it('answers 401 for a getter that throws, and keeps what it threw', () => {
    const cause = new Error('hands off');
    const config = {
      action: 0,
      get url() {
        throw cause;
      },
    };

    const error = refusal(() => checkAgentConfig(config, createCaller()));

    expect([error.code, error.cause]).toEqual([401, cause]);
    expect(error.detail).toContain('config.url');
  });

  it('is refused with a code of the catalogue, or is a spec inside the roots', () => {
    const plain = fc.constantFrom(undefined, null, true, -1, 0, 1, Number.NaN, '', 'a.txt', '/etc/passwd', '8 or more');
    const anything = fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true, withMap: true });
    const odd = fc.oneof(plain, anything);
    const mostly = <T>(good: fc.Arbitrary<T>) =>
      fc.oneof({ weight: 19, arbitrary: good }, { weight: 1, arbitrary: odd });
    const free = mostly(fc.constant(undefined));
    const path = mostly(fc.constantFrom('a.txt', '/app/files/b', 'in/x', 'in/../a.txt', 'out/x', '../../etc', 'gone'));
    const file = fc.record({ path: fc.oneof(fc.constant('a.txt'), path), filename: free, contentType: free });
    const item = mostly(fc.record({ name: mostly(fc.string()), value: mostly(fc.oneof(file, fc.array(file), path)) }));
    const keys =
      'title description mode overwrite method headers network metered proxy index begins ends token priority';
    const others = 'extras multipart notification minSpeed timeout gauge retry'.split(' ');
    const optional = Object.fromEntries([...keys.split(' '), ...others].map((name) => [name, free]));
    const address = mostly(fc.constantFrom(url, 'https://h/..', 'http://h/a?b=/c'));
    const config = fc.oneof(
      fc.record({ action: mostly(fc.constant(0)), url: address, saveas: path, data: free, ...optional }),
      fc.record({
        action: mostly(fc.constant(1)),
        url: address,
        data: mostly(fc.array(item, { minLength: 1 })),
        ...optional,
      }),
    );
    // fast-check itself looks into the values it makes, so the worst ones are put in afterwards.
    const key = fc.constantFrom(
      'action',
      'url',
      'saveas',
      'data',
      'headers',
      'extras',
      'notification',
      'timeout',
      'mode',
    );
    const hostile = fc.option(fc.record({ key, name: fc.constantFrom(...names) }), { freq: 1 });
    const rules = fc.constantFrom<Rules>('documented', 'device');
    const codes: readonly number[] = Object.values(errorCodes);
    fc.assert(
      fc.property(config, hostile, rules, fc.boolean(), (tame, spot, ruleSet, system) => {
        const given = spot === null ? tame : { ...tame, [spot.key]: strange[spot.name]() };
        const caller = createTroubledCaller({ rules: ruleSet, system });
        try {
          const { spec: accepted } = checkAgentConfig(given, caller);
          expect(pathsInside(caller, accepted)).not.toEqual([]);
          expect(JSON.parse(JSON.stringify(accepted))).toEqual(accepted);
        } catch (error) {
          if (!(error instanceof BusinessError)) throw error;
          expect(codes).toContain(error.code);
          expect(error.detail.length).toBeLessThan(6000);
        }
      }),
      { numRuns: 1500 },
    );
  });
});
