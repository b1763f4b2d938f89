import { describe, expect, it } from 'vitest';
import { answer, cutAfter, delayFirstByte, type FaultRule, refuse, truncateAfter } from '../../src/sim/faults.ts';
import { openSimulated, origin } from '../support/simulated-world.ts';
import { bytesReported, get } from '../support/transport-world.ts';

describe('a fault rule', () => {
  const server = { files: { '/a': 1_000, '/b': 1_000 } };

  it.each(['dns', 'tcp', 'ssl', 'timeout'] as const)('refuses the connection with %s', async (cause) => {
    const world = openSimulated({ server, faults: [refuse(cause)] });

    expect((await get(world, '/a')).reports).toMatchObject([{ type: 'faulted', cause }]);
    expect(world.server.requests).toEqual([]);
    expect((await get(world, '/a')).last).toMatchObject({ type: 'finished' });
  });

  it('strikes as often as it says, and only where it says', async () => {
    const world = openSimulated({ server, faults: [answer(408, { times: 2, url: '/a', method: 'GET' })] });

    const ends = [];
    for (const path of ['/b', '/a', '/a', '/a']) {
      const { last } = await get(world, path, { target: `/files${path}` });
      ends.push(last?.type === 'faulted' ? last.status : last?.type);
    }

    expect(ends).toEqual(['finished', 408, 408, 'finished']);
  });

  it('gives way to the rules before it', async () => {
    const world = openSimulated({ server, faults: [answer(500, { url: /b$/ }), answer(503)] });

    const second = await get(world, '/b');
    const first = await get(world, '/a');

    expect([second.last, first.last]).toMatchObject([{ status: 500 }, { status: 503 }]);
  });

  it('knows the number of the request, and of the attempt', async () => {
    const seen: unknown[] = [];
    const note: FaultRule = ({ n, method, url, attempt }) => {
      seen.push([n, method, url, attempt]);
      return 'pass';
    };
    const world = openSimulated({ server, faults: [note] });

    await get(world, '/a');
    await get(world, '/b', { target: '/files/b' });
    await get(world, '/a');

    expect(seen).toEqual([
      [1, 'GET', `${origin}/a`, 1],
      [2, 'GET', `${origin}/b`, 1],
      [3, 'GET', `${origin}/a`, 2],
    ]);
  });

  it('serves two worlds', async () => {
    const faults = [answer(500)];

    const ends = [
      await get(openSimulated({ server, faults }), '/a'),
      await get(openSimulated({ server, faults }), '/a'),
    ];

    expect(ends.map(({ last }) => last)).toMatchObject([{ status: 500 }, { status: 500 }]);
  });

  it('cuts with the cause that it names, and leaves shorter bodies alone', async () => {
    const world = openSimulated({ server, faults: [cutAfter(700, 'timeout'), cutAfter(1_000)] });

    const cut = await get(world, '/a');
    const left = await get(world, '/a');

    expect(cut.last).toMatchObject({ type: 'faulted', cause: 'timeout' });
    expect(bytesReported(cut)).toBe(700);
    expect(left.last).toMatchObject({ type: 'finished', bytes: 1_000 });
  });

  it('ends a body early without anybody noticing', async () => {
    const world = openSimulated({ server, faults: [truncateAfter(300)] });

    const { reports, last } = await get(world, '/a');

    expect(reports[0]).toMatchObject({ body: { size: -1 } });
    expect(last).toMatchObject({ type: 'finished', bytes: 300 });
  });

  it('keeps the first byte back', async () => {
    const world = openSimulated({ server, faults: [delayFirstByte(3_000)], wire: { latencyMs: 10 } });

    await get(world, '/a');

    expect(world.clock.elapsed()).toBe(3_020);
  });
});
