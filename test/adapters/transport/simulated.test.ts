import { describe, expect, it } from 'vitest';
import { cutAfter, stallAfter } from '../../../src/sim/faults.ts';
import { transportContract } from '../../contracts/transport.ts';
import { openSimulated, origin } from '../../support/simulated-world.ts';
import {
  bytesReported,
  download,
  expectBytes,
  file,
  get,
  listen,
  put,
  target,
  whole,
} from '../../support/transport-world.ts';

transportContract('the simulated transport', async (options) => openSimulated(options));

describe('a simulated wire', () => {
  const server = { files: { '/a': 1_000_000 } };

  it('takes the time that its latency and bandwidth ask for', async () => {
    const world = openSimulated({ server, wire: { latencyMs: 50, bytesPerSecond: 200_000 } });

    await get(world, '/a');

    expect(world.clock.elapsed()).toBe(50 + 50 + 5_000);
  });

  it('takes that time for an upload too', async () => {
    const world = openSimulated({ wire: { latencyMs: 50, bytesPerSecond: 200_000 } });
    world.files.write('/files/s', whole('/s', 1_000_000));

    const { last } = await put(world, '/u', { files: [file('/files/s', 1_000_000)] });

    expect(last?.type).toBe('finished');
    expect(world.clock.elapsed()).toBeGreaterThanOrEqual(5_100);
    expect(world.clock.elapsed()).toBeLessThan(5_200);
  });

  it('makes about ten events a second', async () => {
    const world = openSimulated({ server, wire: { bytesPerSecond: 100_000 } });

    const { reports } = await get(world, '/a');

    expect(reports.length).toBeGreaterThan(50);
    expect(reports.length).toBeLessThan(110);
  });

  it('that carries a thousand bodies tells of each once a second', async () => {
    const world = openSimulated({ server: { otherBytes: 1_000_000 }, wire: { bytesPerSecond: 1_000 } });
    const bodies = Array.from({ length: 1_000 }, (_, n) =>
      listen(world.transport, { ...download, tid: `${n}`, url: `${origin}/${n}`, target: `/files/${n}` }),
    );
    await world.clock.run(5_000);
    const before = bodies.map(({ reports }) => reports.length);

    await world.clock.run(10_000);

    const told = bodies.map(({ reports }, n) => reports.length - (before[n] ?? 0));
    expect(Math.min(...told)).toBeGreaterThanOrEqual(10);
    expect(told.reduce((sum, count) => sum + count)).toBeLessThan(11_000);
  });

  it('leaves the same bytes of a body that is cancelled, whether it carries one or a thousand', async () => {
    const cancelledAmong = async (count: number) => {
      const world = openSimulated({ server: { otherBytes: 1_000_000 }, wire: { bytesPerSecond: 1_000 } });
      const [first] = Array.from({ length: count }, (_, n) =>
        listen(world.transport, { ...download, tid: `${n}`, url: `${origin}/${n}`, target: `/files/${n}` }),
      );
      await world.clock.run(20 + 20 + 2_750);
      first?.run.cancel();
      await world.until(() => first?.last?.type === 'cancelled');
      return world.files.read('/files/0').length;
    };

    expect([await cancelledAmong(1), await cancelledAmong(1_000)]).toEqual([2_700, 2_700]);
  });

  it('that becomes another one carries on at its new speed what is on its way', async () => {
    const world = openSimulated({ server, wire: { latencyMs: 0, bytesPerSecond: 100_000 } });
    const heard = listen(world.transport, { ...download, url: `${origin}/a` });
    await world.clock.run(500);

    world.internet.setWire({ latencyMs: 0, bytesPerSecond: 950_000 });
    await world.until(() => heard.last !== null);

    expect(heard.last).toMatchObject({ type: 'finished', bytes: 1_000_000 });
    expect(world.clock.elapsed()).toBeGreaterThanOrEqual(1_500);
    expect(world.clock.elapsed()).toBeLessThanOrEqual(1_600);
  });

  it('that is faster than a speed cap lets it through in full', async () => {
    const world = openSimulated({ server, wire: { latencyMs: 0, bytesPerSecond: 100_000 } });

    await get(world, '/a', { maxSpeed: 50_000 });

    expect(world.clock.elapsed()).toBeGreaterThanOrEqual(19_000);
    expect(world.clock.elapsed()).toBeLessThanOrEqual(20_500);
  });

  it('can be different for each request', async () => {
    const wire = (_: string, url: URL) => ({ latencyMs: url.pathname === '/slow' ? 1_000 : 0 });
    const world = openSimulated({ server: { files: { '/slow': 1, '/quick': 1 } }, wire });

    await get(world, '/quick');
    expect(world.clock.elapsed()).toBe(0);
    await get(world, '/slow', { target: '/files/b' });

    expect(world.clock.elapsed()).toBe(2_000);
  });

  it('tells the same story twice', async () => {
    const tell = async () => {
      const world = openSimulated({ server, faults: [cutAfter(700_000)], wire: { bytesPerSecond: 123_456 } });
      return JSON.stringify((await get(world, '/a', { maxSpeed: 50_000 })).reports);
    };

    expect(await tell()).toBe(await tell());
  });

  it('tells at once how far a body has come before it stalls', async () => {
    const world = openSimulated({ server, faults: [stallAfter(5_000)] });
    const heard = listen(world.transport, { ...download, url: `${origin}/a` });

    await world.clock.run(100);

    expect(bytesReported(heard)).toBe(5_000);
  });

  it('tells each second what a speed cap has let through', async () => {
    const world = openSimulated({ server, wire: { latencyMs: 0 } });
    const heard = listen(world.transport, { ...download, url: `${origin}/a`, maxSpeed: 16_384 });

    const counts = [];
    for (let second = 1; second <= 5; second++) {
      await world.clock.run(second === 1 ? 900 : 1_000);
      counts.push(bytesReported(heard));
    }

    expect(counts).toEqual([1, 2, 3, 4, 5].map((second) => second * 16_384));
  });
});

describe('a simulated link', () => {
  const slow = { server: { files: { '/a': 1_000_000 } }, wire: { bytesPerSecond: 100_000 } };

  it('that is offline lets nothing connect', async () => {
    const world = openSimulated(slow);
    world.link.type = 'offline';

    const { reports } = await get(world, '/a');

    expect(reports).toMatchObject([{ type: 'faulted', cause: 'tcp' }]);
  });

  it('that goes offline stalls a body, then breaks it, with what was reported on disk', async () => {
    const world = openSimulated(slow);
    const heard = listen(world.transport, { ...download, url: `${origin}/a` });
    await world.clock.run(3_000);
    const before = bytesReported(heard);

    world.link.type = 'offline';
    await world.clock.run(3_000);
    expect(bytesReported(heard) - before).toBeLessThanOrEqual(10_000);
    expect(heard.last).toBeNull();
    await world.until(() => heard.last !== null);

    expect(heard.last).toMatchObject({ type: 'faulted', cause: 'other' });
    expectBytes(world.files.read(target), whole('/a', 1_000_000).subarray(0, bytesReported(heard)));
  });

  it('that comes back in time lets the body go on', async () => {
    const world = openSimulated(slow);
    const heard = listen(world.transport, { ...download, url: `${origin}/a` });
    await world.clock.run(3_000);

    world.link.type = 'offline';
    await world.clock.run(3_000);
    world.link.type = 'wifi';
    await world.until(() => heard.last !== null);

    expect(heard.last).toMatchObject({ type: 'finished', bytes: 1_000_000 });
  });
});
