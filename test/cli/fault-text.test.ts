import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { FaultTextError, parseFault, toText } from '../../src/cli/fault-text.ts';
import { faultRuleSchema } from '../../src/cloud/faults.ts';

describe('the text of a fault rule', () => {
  it.each([
    ['upload#2=-4024', { on: 'upload', nth: 2, code: -4024 }],
    ['download%3=31219,for=10s', { on: 'download', every: 3, code: 31219, forMs: 10_000 }],
    ['*=reset:1000', { on: '*', wire: { type: 'reset', bytes: 1000 } }],
    ['download=truncate:10,times=1', { on: 'download', wire: { type: 'truncate', bytes: 10 }, times: 1 }],
    ['create=-61,name=ERROR_PROXY_INVALID_CMD_REQ', { on: 'create', code: -61, name: 'ERROR_PROXY_INVALID_CMD_REQ' }],
    ['media=Other', { on: 'media', code: 'Other' }],
    ['a=delay:2s', { on: 'a', wire: { type: 'delay', delayMs: 2000 } }],
    ['a=length:-3', { on: 'a', wire: { type: 'length', by: -3 } }],
    ['a=noLength,for=500ms', { on: 'a', wire: { type: 'noLength' }, forMs: 500 }],
    ['a=-1,wire=dribble:9,for=2m', { on: 'a', code: -1, wire: { type: 'dribble', bytesPerSecond: 9 }, forMs: 120_000 }],
    ['a=-1,section="one, \\"two\\"",fill="x=1, y"', { on: 'a', code: -1, section: 'one, "two"', fill: 'x=1, y' }],
    ['a=-1,section=图片 处理', { on: 'a', code: -1, section: '图片 处理' }],
  ])('%s', (text, rule) => {
    expect(parseFault(text)).toEqual(rule);
    expect(v.is(faultRuleSchema, rule)).toBe(true);
    expect(parseFault(toText(rule as Parameters<typeof toText>[0]))).toEqual(rule);
  });

  it.each([
    ['upload', 'it is not of the form <operation|*>[#n|%n]='],
    ['=500', 'it is not of the form'],
    ['upload#x=1', 'it is not of the form'],
    ['upload=', 'what is to happen? legal: a code of the service, or a wire fault'],
    ['upload#0=1', '"0" is no count; legal: 1 or more'],
    ['upload=1,times=-1', '"-1" is no count'],
    ['upload=1,for=10h', '"10h" is no duration; legal: 500ms, 10s, 2m'],
    ['upload=1,for=0s', '"0s" is no duration'],
    ['upload=resett:10', '"resett:10" is no wire fault; legal: reset:<bytes>, truncate:<bytes>'],
    ['upload=reset', '"reset" is no wire fault'],
    ['upload=noLength:1', '"noLength:1" is no wire fault'],
    ['upload=reset:-1', '"-1" is no legal bytes; legal: a whole number'],
    ['upload=dribble:0', '"0" is no legal bytesPerSecond'],
    ['upload=1,how=2', '"how" has no meaning; legal: times, for, section, name, fill, wire'],
    ['upload=stall:1,wire=stall:2', '"wire" has no meaning'],
    ['upload=1,fill="x', '"x is not closed'],
  ])('%s is refused', (text, message) => {
    expect(() => parseFault(text)).toThrow(FaultTextError);
    expect(() => parseFault(text)).toThrow(message);
  });

  it('comes back from its own text', () => {
    const count = fc.integer({ min: 1, max: 1_000_000 });
    const bytes = fc.nat();
    const wire = fc.oneof(
      fc.record({ type: fc.constantFrom('reset', 'truncate', 'stall', 'cut'), bytes }),
      fc.record({ type: fc.constant('dribble'), bytesPerSecond: count }),
      fc.record({ type: fc.constant('delay'), delayMs: count }),
      fc.record({ type: fc.constant('length'), by: fc.integer() }),
      fc.record({ type: fc.constantFrom('noLength', 'noValidators', 'changedEtag', 'ignoredRange', 'wrongRange') }),
    );
    const more = fc.record(
      { times: count, forMs: count, section: fc.string(), name: fc.string(), fill: fc.string() },
      { requiredKeys: [] },
    );
    const mark = fc.oneof(fc.constant({}), fc.record({ nth: count }), fc.record({ every: count }));
    const what = fc.oneof(fc.record({ code: fc.oneof(fc.integer(), fc.constant('Other')) }), fc.record({ wire }));
    const rules = fc.tuple(fc.constantFrom('*', 'upload', 'multi-part'), mark, what, more);

    fc.assert(
      fc.property(rules, ([on, ...rest]) => {
        const rule = v.parse(faultRuleSchema, Object.assign({ on }, ...rest));
        expect(parseFault(toText(rule))).toEqual(rule);
      }),
      { numRuns: 500 },
    );
  });
});
