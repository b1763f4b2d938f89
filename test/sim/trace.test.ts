import { expect, it } from 'vitest';
import { createTrace, createWorld, digestOf } from '../../src/sim/index.ts';

it('a digest is 16 hex digits, the same for ever, and another for any other text', () => {
  const texts = ['', 'a', 'b', 'ab', 'ba', 'a\n', '\u{1f30a}', 'x'.repeat(1_000), 'x'.repeat(1_001)];

  expect(texts.map(digestOf).every((digest) => /^[0-9a-f]{16}$/.test(digest))).toBe(true);
  expect(new Set(texts.map(digestOf)).size).toBe(texts.length);
  expect(digestOf('longshore')).toBe('05e277d04788651f');
});

it('digests of many similar texts differ in both halves', () => {
  const digests = Array.from({ length: 50_000 }, (_, at) => digestOf(`task ${at}`));

  expect(new Set(digests).size).toBe(50_000);
  for (const half of [0, 8]) {
    expect(new Set(digests.map((digest) => digest.slice(half, half + 8))).size).toBeGreaterThan(49_990);
  }
});

it('a trace is shown as it is made, and its digest is that of its text', () => {
  const shown: string[] = [];
  const trace = createTrace(({ name }) => shown.push(name));

  trace.add({ atMs: 5, kind: 'event', name: 'start', of: '7', from: 'initialized', to: 'waiting' });
  trace.add({ atMs: 6, kind: 'world', name: 'network', of: '', note: 'wifi' });

  expect(shown).toEqual(['start', 'network']);
  expect(trace.text()).toBe('5 event start 7 initialized → waiting\n6 world network (wifi)');
  expect(trace.digest()).toBe(digestOf(trace.text()));
});

it('what is done to a world is in its trace', async () => {
  const world = createWorld({ seed: 2, files: { '/a': 1_000 }, startMs: 0 });
  world.download('/a');
  await world.run(1_000);
  world.setNetwork('roaming');
  world.setWire({ loss: 0.1 });
  world.setMemoryLevel(3);
  world.setAccount(100, 'inactive');
  world.setService('unavailable');
  world.jumpClock(30 * 86_400_000);
  await world.unload();
  world.restart();
  world.powerCut();

  const told = world.trace.entries.filter(({ kind }) => kind === 'world').map(({ name, note }) => [name, note]);
  expect(told).toEqual([
    ['request', 'GET http://files.example/a'],
    ['network', 'cellular, metered, roaming'],
    ['wire', '{"loss":0.1}'],
    ['memory', '3'],
    ['account', '100 inactive'],
    ['service', 'unavailable'],
    ['clock', '2592000000 ms'],
    ['unload', undefined],
    ['restart', undefined],
    ['power cut', expect.stringMatching(/^now, \/data\/a −\d+$/)],
  ]);
});
