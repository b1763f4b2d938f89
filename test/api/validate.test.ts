import { describe, expect, it } from 'vitest';
import { agentEvents } from '../../src/api/constants.ts';
import { byteLength, shown } from '../../src/api/fields.ts';
import {
  checkFilter,
  checkListener,
  checkSpeed,
  checkTid,
  checkToken,
  configOf,
  legacyUploadEvents,
} from '../../src/api/validate.ts';
import { refusal } from './caller.ts';

const missing = 'Missing mandatory parameters, ';
const type = 'Incorrect parameter type, ';
const verification = 'Parameter verification failed, ';
const value = 'Incorrect parameter value, ';

describe('configOf', () => {
  it('finds the config behind the context, or without one', () => {
    expect(configOf([{ stageMode: false }, 'config', 'callback'], { context: true })).toBe('config');
    expect(configOf(['config'], { context: false })).toBe('config');
  });

  it('counts the arguments first', () => {
    expect(refusal(() => configOf([null], { context: true })).detail).toContain(missing);
    expect(refusal(() => configOf([], { context: false })).detail).toContain(missing);
    for (const none of [null, {}, { stageMode: 1 }]) {
      expect(refusal(() => configOf([none, {}], { context: true })).detail).toContain(`${verification}context`);
    }
  });
});

describe('checkTid', () => {
  it.each([
    [undefined, missing],
    [7, type],
    [null, type],
    ['', verification],
  ])('answers 401 for %s', (tid, phrase) => {
    const { code, detail } = refusal(() => checkTid(tid, 'show'));

    expect([code, detail.startsWith(phrase), detail.includes('tid')]).toEqual([401, true, true]);
  });

  it.each(['getTask', 'show', 'touch'] as const)('answers 21900006 for an overlong tid of %s', (operation) => {
    const error = refusal(() => checkTid('1'.repeat(33), operation));

    expect([error.code, error.message]).toEqual([21900006, 'task not found error.']);
  });

  it.each(['remove', 'query'] as const)('leaves the length of a tid to the service for %s', (operation) => {
    expect(checkTid('1'.repeat(33), operation)).toHaveLength(33);
  });

  it('takes 32 characters', () => {
    expect(checkTid('1'.repeat(32), 'show')).toHaveLength(32);
  });
});

describe('checkToken', () => {
  it.each([
    [undefined, missing],
    [12345678, type],
    ['', verification],
    ['1234567', verification],
    ['x'.repeat(2049), verification],
  ])('answers 401 for %s', (token, phrase) => {
    expect(refusal(() => checkToken(token)).detail.startsWith(phrase)).toBe(true);
  });

  it.each(['12345678', 'üüüü', 'x'.repeat(2048)])('takes %s', (token) => {
    expect(checkToken(token)).toBe(token);
  });
});

describe('checkSpeed', () => {
  it.each([
    [undefined, 0, missing],
    ['16384', 0, type],
    [16383, 0, value],
    [-1, 0, value],
    [Number.NaN, 0, value],
    [Number.POSITIVE_INFINITY, 0, value],
    [20_000, 20_001, value],
  ])('answers 401 for %s over a floor of %i', (speed, minSpeed, phrase) => {
    const { code, detail } = refusal(() => checkSpeed(speed, minSpeed));

    expect([code, detail.startsWith(phrase)]).toEqual([401, true]);
  });

  it.each([
    [16384, 0, 16384],
    [20_000.9, 20_000, 20_000],
  ])('takes %d over a floor of %i', (speed, minSpeed, taken) => {
    expect(checkSpeed(speed, minSpeed)).toBe(taken);
  });
});

describe('checkFilter', () => {
  const nowMs = 1_700_000_000_000;
  const filter = (given?: unknown) => checkFilter(given, { rules: 'documented', nowMs });
  const dayMs = 86_400_000;

  it.each([undefined, null, {}])('looks for everything of the last day: %j', (given) => {
    expect(filter(given)).toMatchObject({ bundle: '*', afterMs: nowMs - dayMs, beforeMs: nowMs });
    expect(filter(given).states).toHaveLength(9);
    expect(filter(given).actions).toEqual(['download', 'upload']);
    expect(filter(given).modes).toEqual(['background', 'foreground', 'any']);
  });

  it('reads what is asked', () => {
    const asked = { bundle: 'b', before: 9, after: 3, state: 0x31, action: 1, mode: 1 };

    expect(filter(asked)).toEqual({
      bundle: 'b',
      beforeMs: 9,
      afterMs: 3,
      states: ['stopped'],
      actions: ['upload'],
      modes: ['foreground'],
    });
  });

  it('ignores members of a wrong type', () => {
    const wrong = { bundle: 7, before: '9', after: null, state: 'x', action: {}, mode: true };

    expect(filter(wrong)).toEqual(filter());
  });

  it('finds all tasks by the numbers that mean each, and none by numbers that mean nothing', () => {
    expect(filter({ state: 0x61, action: 2, mode: 2 })).toEqual(filter());
    expect(filter({ state: 1, action: 7, mode: 7 })).toMatchObject({ states: [], actions: [], modes: [] });
  });

  it.each([
    [type, 'text'],
    [type, 7],
    [verification, { before: 3, after: 4 }],
    [verification, { after: nowMs + 1 }],
  ])('answers 401, %s for %j', (phrase, given) => {
    const { code, detail } = refusal(() => filter(given));

    expect([code, detail.startsWith(`${phrase}filter`)]).toEqual([401, true]);
  });

  it('takes a window of one instant', () => {
    expect(filter({ before: 3, after: 3 })).toMatchObject({ beforeMs: 3, afterMs: 3 });
  });
});

describe('checkListener', () => {
  const listener = () => 0;

  it('takes an event and a function, and an off for all of them', () => {
    expect(checkListener('on', ['wait', listener], agentEvents)).toEqual({ event: 'wait', listener });
    expect(checkListener('off', ['wait', listener], agentEvents)).toEqual({ event: 'wait', listener });
    expect(checkListener('off', ['wait'], agentEvents)).toEqual({ event: 'wait', listener: null });
  });

  it.each([
    ['on', [], missing],
    ['on', ['wait'], missing],
    ['off', [], missing],
    ['on', [7, listener], type],
    ['off', [undefined], type],
    ['on', ['nothing', listener], verification],
    ['on', ['toString', listener], verification],
    ['on', ['wait', 'text'], type],
    ['off', ['wait', undefined], type],
  ] as const)('answers 401 for %s %j', (call, args, phrase) => {
    const { code, detail } = refusal(() => checkListener(call, args, agentEvents));

    expect([code, detail.startsWith(phrase)]).toEqual([401, true]);
  });

  it('knows the events of each kind of task', () => {
    expect(refusal(() => checkListener('on', ['pause', listener], legacyUploadEvents)).code).toBe(401);
    expect(checkListener('on', ['headerReceive', listener], legacyUploadEvents).event).toBe('headerReceive');
  });
});

describe('shown', () => {
  it.each([
    ['a "b"', '"a \\"b\\""'],
    [undefined, 'undefined'],
    [null, 'null'],
    [-0.5, '-0.5'],
    [Symbol('x'), 'a symbol'],
    [1n, 'a bigint'],
    [{}, 'an object'],
    [() => 0, 'a function'],
  ])('prints %s', (given, text) => {
    expect(shown(given)).toBe(text);
  });

  it('prints the head of a long string', () => {
    expect(shown('ü'.repeat(100))).toBe(`"${'ü'.repeat(40)}"… (200 bytes)`);
  });
});

describe('byteLength', () => {
  it.each(['', 'a', 'ü', '漢', '😀', '\ud800', 'a\udc00b', '\ud83d\ud83d\ude00', 'aü漢😀'])(
    'counts %j as UTF-8',
    (text) => {
      expect(byteLength(text)).toBe(new TextEncoder().encode(text).length);
    },
  );
});
