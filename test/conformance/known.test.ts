import { describe, expect, it, vi } from 'vitest';
import { agentEvents } from '../../src/api/constants.ts';
import { Belief } from '../../src/conformance/belief.ts';
import {
  type Conformance,
  checkLog,
  type LogEntryInput,
  type LogInput,
  logOf,
  readLog,
} from '../../src/conformance/index.ts';

type Said = Record<string, unknown> & { readonly kind: LogEntryInput['kind'] };

/** A log of one task that is there from the beginning, in a world of which all is known. */
function logWith(entries: readonly Said[], header: Partial<LogInput> = {}): LogInput {
  const known: readonly Said[] = [
    { kind: 'world', what: 'network', link: 'wifi' },
    { kind: 'world', what: 'service', state: 'available' },
    { kind: 'world', what: 'app', state: 'foreground' },
  ];
  const timed = [...known, ...entries].map((entry, at) => ({ atMs: at, ...entry }));
  return { version: 1, tasks: [], hears: [...agentEvents], entries: timed as LogEntryInput[], ...header };
}

const create = (tid: string, config: object = {}): Said => ({
  kind: 'call',
  call: 'create',
  tid,
  config: { action: 0, ...config },
});
const call = (operation: string, more: object = {}): Said => ({ kind: 'call', call: operation, tid: '1', ...more });
const event = (name: string, more: object = {}): Said => ({ kind: 'event', tid: '1', event: name, ...more });
const running = { state: 0x20, index: 0, processed: 10, sizes: [100] };
const late: Said = { kind: 'world', what: 'clock', byMs: 0, atMs: 60_000 };

const wrong = ({ violation }: Conformance) => violation && [violation.step, violation.saw];

describe('a log that shows it all', () => {
  const whole = [
    create('1'),
    call('start'),
    event('response', { payload: { statusCode: 200 } }),
    event('progress', { payload: running }),
    event('progress', { payload: { ...running, processed: 100 } }),
    event('completed', { payload: { ...running, processed: 100, state: 0x40 } }),
    call('show', { result: { progress: { state: 0x40 }, reason: 'Task successful', faults: null } }),
    call('remove'),
    event('remove', { payload: { state: 0x50 } }),
    call('remove', { code: 21900006 }),
    call('start', { code: 21900007 }),
  ];

  it('conforms', () => {
    expect(checkLog(logWith(whole))).toMatchObject({ conforms: true, steps: 14, violation: null, other: null });
  });

  it.each([
    ['a second remove that is accepted', 12, 'remove accepted', call('remove')],
    ['an event after the removal', 12, 'the event progress with', event('progress', { payload: running })],
    [
      'a state that it cannot be in',
      9,
      'show accepted, showing paused',
      call('show', { result: { progress: { state: 0x30 } } }),
    ],
    [
      'bytes that become fewer',
      7,
      'the event progress with',
      event('progress', { payload: { ...running, processed: 9 } }),
    ],
    [
      'a payload of another state',
      8,
      'the event completed with',
      event('completed', { payload: { ...running, state: 0x20 } }),
    ],
    ['a refusal of what is legal', 7, 'setMaxSpeed refused with 21900007', call('setMaxSpeed', { code: 21900007 })],
  ])('does not have %s', (_, at, saw, entry) => {
    const entries = [...whole.slice(0, at - 3), entry, ...whole.slice(at - 3)];

    const [step, said] = wrong(checkLog(logWith(entries))) ?? [];

    expect([step, said]).toEqual([at + 1, expect.stringContaining(saw)]);
  });

  it('does not have a start of a task that there is not', () => {
    const saw = 'start accepted; no create above names task 1, nor does `tasks`';
    expect(wrong(checkLog(logWith([call('start')])))).toEqual([4, saw]);
    expect(checkLog(logWith([call('start', { code: 21900006 })])).conforms).toBe(true);
  });

  it.each([
    ['completed', 7],
    ['response', 4],
  ])('misses the event %s when something else is heard or seen in its place', (name) => {
    const entries = whole.filter((entry) => entry.event !== name);

    expect(checkLog(logWith(entries)).conforms).toBe(false);
  });

  it('misses an event that does not come in time', () => {
    const entries = [create('1'), call('start'), event('response'), call('pause'), late];

    const { violation } = checkLog(logWith(entries));

    expect(violation).toMatchObject({ step: 8, allowed: ['the event pause'] });
  });
});

describe('what the rule sets see differently', () => {
  it.each([
    [
      'a waiting task is paused',
      [
        { kind: 'world', what: 'network', link: 'offline' },
        create('1'),
        call('start'),
        event('wait', { payload: 1 }),
        call('pause'),
      ],
      /may a waiting task be paused/,
    ],
    [
      'a stopped download is started again',
      [create('1'), call('start'), event('response'), call('stop'), call('start')],
      /may a stopped or failed download be started again/,
    ],
    [
      'a foreground task is created in the background',
      [{ kind: 'world', what: 'app', state: 'background' }, create('1', { mode: 1 })],
      /may an app that is not in the foreground create/,
    ],
    ['a call resolves to true', [create('1'), call('start', { result: true })], /resolve to/],
    [
      'a removed task is shown',
      [create('1'), call('remove'), call('show', { result: { progress: { state: 0x50 } } })],
      /can a removed task be read/,
    ],
  ] as const)('%s: the device allows it, and the row is named', (_, entries, what) => {
    const { conforms, other } = checkLog(logWith(entries as readonly Said[]), 'documented');

    expect(conforms).toBe(false);
    expect(other).toMatchObject({ rules: 'device', allows: true, differences: [expect.stringMatching(what)] });
    expect(checkLog(logWith(entries as readonly Said[]), 'device').violation).toBeNull();
  });

  it('a task that tries again is RETRYING by the book only', () => {
    const entries = [create('1'), call('start'), { kind: 'state', tid: '1', state: 'retrying' }] as const;

    const { violation, other } = checkLog(logWith(entries), 'device');

    expect(violation).toMatchObject({ step: 6, saw: 'the state retrying' });
    expect(other).toMatchObject({ rules: 'documented', differences: [expect.stringContaining('RETRYING')] });
  });
});

describe('what is known of the surroundings', () => {
  it.each([
    [1, 'offline', true],
    [1, 'wifi', false],
    [2, 'offline', false],
    [3, 'offline', false],
  ] as const)('the reason %d to wait while the link is %s', (reason, link, conforms) => {
    const entries: readonly Said[] = [
      { kind: 'world', what: 'network', link },
      create('1'),
      call('start'),
      event('wait', { payload: reason }),
    ];

    expect(checkLog(logWith(entries)).conforms).toBe(conforms);
  });

  it.each([
    [{}, false],
    [{ retry: false }, true],
    [{ mode: 1 }, true],
  ])('a task with the config %j that fails for the link when it is lost', (config, conforms) => {
    const entries: readonly Said[] = [
      create('1', config),
      call('start'),
      event('response'),
      { kind: 'world', what: 'network', link: 'offline' },
      event('progress', { payload: running }),
      event('failed', { payload: { ...running, state: 0x41 } }),
      event('faultOccur', { payload: 0 }),
    ];

    expect(checkLog(logWith(entries)).conforms).toBe(conforms);
  });

  it('the service answers 13400003 when it is down, and else does not', () => {
    const entries = (state: string): readonly Said[] => [
      create('1'),
      { kind: 'world', what: 'service', state },
      call('start', { code: 13400003 }),
    ];

    expect(checkLog(logWith(entries('unavailable'))).conforms).toBe(true);
    expect(checkLog(logWith(entries('available'))).violation?.allowed).toEqual(['refused with 201', 'accepted']);
  });

  it('an app has as many tasks as it may have, and not one more', () => {
    const full = { limits: { backgroundTasksMax: 2 } };
    const two = [create('1'), create('2')];
    const refused: Said = { kind: 'call', call: 'create', code: 21900004, config: { action: 0 } };

    expect(checkLog(logWith([...two, refused], full)).conforms).toBe(true);
    expect(wrong(checkLog(logWith([...two, create('3')], full)))).toEqual([6, 'create accepted']);
    expect(wrong(checkLog(logWith([create('1'), refused], full)))).toEqual([5, 'create refused with 21900004']);
    expect(checkLog(logWith([...two, call('remove'), create('3')], full)).conforms).toBe(true);
  });

  it.each([
    ['far from the limit', {}],
    ['beyond it, with tasks that take no room', { limits: { backgroundTasksMax: 5 } }],
  ])('a create does not work out again what each task may be doing: %s', (_, header) => {
    const tids = Array.from({ length: 40 }, (_, at) => String(at));
    const log = logWith(
      tids.flatMap((tid) => [create(tid), call('start', { tid }), call('remove', { tid })]),
      header,
    );
    const spread = vi.spyOn(Belief.prototype, 'spread');

    expect(checkLog(log).conforms).toBe(true);

    expect(spread.mock.calls.length).toBeLessThan(5 * tids.length);
    spread.mockRestore();
  });

  it('nothing known, nothing is held against a log that could be', () => {
    const log = {
      version: 1,
      entries: [
        { atMs: 0, ...create('1') },
        { atMs: 1, ...call('start') },
        { atMs: 2, ...event('wait', { payload: 2 }) },
      ],
    };

    expect(checkLog(log as LogInput).conforms).toBe(false);
    expect(
      checkLog({
        ...log,
        entries: [{ ...log.entries[0], config: { action: 0, mode: 1 } }, ...log.entries.slice(1)],
      } as LogInput).conforms,
    ).toBe(true);
  });
});

describe('a call whose answer comes later', () => {
  it('takes effect at any time in between', () => {
    const entries: readonly Said[] = [
      create('1'),
      call('start'),
      event('response'),
      call('pause', { id: 7 }),
      event('pause', { payload: { ...running, state: 0x30 } }),
      { kind: 'answer', to: 7 },
    ];

    expect(checkLog(logWith(entries)).conforms).toBe(true);
    expect(
      wrong(
        checkLog(logWith(entries.map((entry) => (entry.kind === 'answer' ? { ...entry, code: 21900007 } : entry)))),
      )?.[0],
    ).toBe(8);
  });
});

describe('the format', () => {
  const { entries, ...header } = logWith([create('1'), call('start')]);
  const lines = [header, ...entries].map((line) => JSON.stringify(line));
  const answer: Said = { kind: 'answer', to: 7 };

  it('is one document, or lines', () => {
    expect(readLog(lines.join('\n'))).toEqual(logOf({ ...header, entries }));
    expect(readLog(JSON.stringify({ ...header, entries }, null, 2))).toEqual(logOf({ ...header, entries }));
  });

  it.each([
    ['an unknown version', () => logOf({ ...header, version: 2, entries }), /^version: /],
    ['an entry of no kind', () => logOf({ ...header, entries: [{ atMs: 0, kind: 'noise' }] }), /^entries\.0\.kind: /],
    [
      'a code that there is not',
      () => logOf({ ...header, entries: [{ atMs: 0, ...call('pause', { code: 5 }) }] }),
      /^entries\.0\.code: no code/,
    ],
    [
      'a state that there is not',
      () => logOf({ ...header, entries: [{ atMs: 0, kind: 'state', tid: '1', state: 99 }] }),
      /^entries\.0\.state: no state/,
    ],
    ['a line that is torn', () => readLog(`${lines.join('\n')}\n{"atMs":`), /^line 7 is no JSON/],
    ['a wrong line', () => readLog(`${lines[0]}\n{"atMs":"now"}`), /^line 2: /],
    ['nothing', () => readLog(''), /^the log is empty/],
    [
      'a create without a config',
      () => checkLog(logWith([{ kind: 'call', call: 'create', tid: '1' }])),
      /^entries\.3: config: /,
    ],
    [
      'the config of a create that is accepted later',
      () =>
        readLog(
          [
            lines[0],
            ...[
              { atMs: 0, ...create('1'), config: 7, id: 1 },
              { atMs: 1, kind: 'answer', to: 1, tid: '1' },
            ].map((each) => JSON.stringify(each)),
          ].join('\n'),
        ),
      /^line 2: config: /,
    ],
    [
      'a second answer to one call',
      () =>
        readLog(
          [
            ...lines,
            ...[call('stop', { id: 7 }), answer, answer].map((each) => JSON.stringify({ atMs: 9, ...each })),
          ].join('\n'),
        ),
      /^line 9: to: an entry above answers the call 7 already; legal: /,
    ],
    [
      'one id for two calls',
      () => checkLog(logWith([create('1'), call('start', { id: 7 }), call('stop', { id: 7 })])),
      /^entries\.5: id: a call above has the id 7 already; legal: /,
    ],
    [
      'an answer before its call',
      () => checkLog(logWith([create('1'), answer, call('start', { id: 7 })])),
      /^entries\.4: to: no call above has the id 7; legal: /,
    ],
    [
      'an accepted create that names its task in its result',
      () => checkLog(logWith([{ ...create('1'), tid: undefined, result: { tid: '1' } }])),
      /^entries\.3: tid: .*, not in `result`; legal: /,
    ],
    [
      'an accepted create whose answer names no task',
      () =>
        checkLog(
          logWith([
            { ...create('1'), id: 1 },
            { kind: 'answer', to: 1 },
          ]),
        ),
      /^entries\.4: tid: an accepted create names its task here/,
    ],
    [
      'a task that is created twice',
      () => readLog([...lines, JSON.stringify({ atMs: 5, ...create('1') })].join('\n\n')),
      /^line 13: tid: there is a task 1 already, .*; legal: /,
    ],
    [
      'a task that is created though it is older than the log',
      () => checkLog(logWith([create('1')], { tasks: [{ tid: '1', config: { action: 0 } }] })),
      /^entries\.3: tid: there is a task 1 already/,
    ],
    [
      'time that runs backwards',
      () => readLog([...lines, JSON.stringify({ ...call('pause'), atMs: 3 })].join('\n')),
      /^line 7: atMs: 3 is before the 4 of an entry above; legal: no less, unless /,
    ],
  ])('says where it finds %s', (_, read, message) => {
    expect(read).toThrow(message);
  });

  it.each([
    ['by the new time', 104],
    ['by the old time', 5_104],
  ])('takes a clock that is set back, and noted %s', (_, atMs) => {
    const clock: Said = { kind: 'world', what: 'clock', byMs: -5_000, atMs };
    const log = logWith([{ ...create('1'), atMs: 5_103 }, clock, { ...call('start'), atMs: 106 }]);

    expect(checkLog(log).conforms).toBe(true);
    expect(() => checkLog({ ...log, entries: log.entries.toSpliced(4, 1) })).toThrow(/^entries\.4: atMs: 106/);
  });
});

describe('a task that the log does not introduce', () => {
  const seen: Said = { kind: 'state', tid: '1', state: 0x40 };

  it('is counted as not judged', () => {
    const { tasks: _, ...log } = logWith([create('2'), call('getTask'), seen, call('pause'), event('pause')]);

    expect(checkLog(log)).toMatchObject({ conforms: true, steps: 8, unjudged: [{ tid: '1', steps: 4 }] });
    expect(checkLog(logWith([create('1'), call('start')])).unjudged).toEqual([]);
  });
});
