import { expect, it } from 'vitest';
import { createWorld, type WorldOptions } from '../../src/sim/index.ts';

it.each<[string, object, string]>([
  ['a seed that is no number', { seed: Number.NaN }, 'seed is NaN; legal: a finite number'],
  ['a rule that is no function', { faults: [5] }, 'faults is [5]; legal: a list of rules'],
  ['rules that do not exist', { rules: 'strict' }, 'rules is strict; legal: one of documented, device'],
  ['a file of less than nothing', { files: { '/a': -1 } }, 'files is {"/a":-1}; legal: path'],
  ['a file without a path', { files: { a: 1 } }, 'files is {"a":1}; legal: path from \'/\''],
  ['a host with a path', { hosts: { 'https://a.example/': () => {} } }, "legal: origin, such as 'https://a.example'"],
  ['a host that nobody answers for', { hosts: { 'https://a.example': {} } }, 'hosts is'],
  ['a wire that loses everything', { wire: { loss: 1 } }, 'wire is {"loss":1}; legal'],
  ['a wire with a word of no meaning', { wire: { latency: 1 } }, '{ latencyMs, bytesPerSecond }'],
  ['a link by an unknown name', { link: 'wlan' }, 'link is wlan; legal: one of offline, wifi'],
  ['a link of an unknown type', { link: { type: 'lte', metered: false, roaming: false } }, 'legal: one of offline'],
  ['a limit that is no number', { limits: { backgroundTasksMax: Number.NaN } }, 'limits is'],
  ['slots below 0', { slots: -1 }, 'slots is -1'],
  ['a disk of no size', { diskBytes: '1 GB' }, 'diskBytes is 1 GB'],
  ['a start that is no time', { startMs: Number.POSITIVE_INFINITY }, 'startMs is Infinity'],
  ['personalities by name', { personalities: ['noRanges'] }, 'personalities is ["noRanges"]'],
  ['an option that there is not', { file: {} }, 'there is no option file; legal: seed, rules, files'],
])('a world refuses %s, and says what is legal', (_, options, text) => {
  const make = () => createWorld(options as WorldOptions);

  expect(make).toThrow(TypeError);
  expect(make).toThrow(text);
});

it('a world takes options that are undefined as not told', () => {
  expect(createWorld({ seed: undefined } as unknown as WorldOptions).seed).toBe(1);
});

it('a world refuses a network, a wire and a jump of the clock that there is not', () => {
  const world = createWorld();

  expect(() => world.setNetwork('lte' as 'wifi')).toThrow('the network is lte; legal: one of offline, wifi');
  expect(() => world.setWire({ loss: 2 })).toThrow('the wire is {"loss":2}');
  expect(() => world.jumpClock(Number.NaN)).toThrow('legal: ms');
});

it.each(['x', -5, Number.NaN, Number.POSITIVE_INFINITY, undefined])('a world lets no time of %s ms pass', (ms) => {
  const run = () => createWorld().run(ms as number);

  expect(run).toThrow(TypeError);
  expect(run).toThrow(`the time that passes is ${ms}; legal: ms, 0 or more`);
});
