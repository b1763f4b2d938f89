import { describe, expect, it } from 'vitest';
import { createSimulatedClock } from '../../../src/adapters/clock/simulated.ts';
import { createMemoryFiles } from '../../../src/adapters/files/memory.ts';
import { createSeededRandom } from '../../../src/adapters/random/seeded.ts';
import { generateContent } from '../../../src/adapters/transport/content.ts';
import { createFileServer, type FileServerOptions } from '../../../src/adapters/transport/file-server.ts';
import { createInternet, type FaultRule, type InternetOptions } from '../../../src/adapters/transport/internet.ts';
import { createSimulatedTransport } from '../../../src/adapters/transport/simulated.ts';
import { answer, cutAfter, delayFirstByte, refuse, stallAfter, truncateAfter } from '../../../src/sim/faults.ts';
import {
  bytesReported,
  download,
  expectBytes,
  listen,
  target,
  transportContract,
  upload,
} from '../../contracts/transport.ts';

const patienceMs = 10 * 3_600_000;
const origin = 'http://files.example';

interface Options {
  readonly server?: FileServerOptions;
  readonly faults?: readonly FaultRule[];
  readonly wire?: InternetOptions['wire'];
}

function openWorld({ server: options = {}, faults = [], wire = {} }: Options = {}) {
  const clock = createSimulatedClock();
  const files = createMemoryFiles();
  files.makeDirectory('/files');
  const server = createFileServer(options);
  const hosts = {
    [origin]: server.handle,
    'http://mirror.example': server.handle,
    'http://hanging.example': server.handle,
  };
  const hangs = refuse('timeout', { url: 'hanging.example', times: Infinity });
  const internet = createInternet({ hosts, wire, faults: [hangs, ...faults] });
  const link: { type: 'wifi' | 'offline' } = { type: 'wifi' };
  const random = createSeededRandom(1);
  const transport = createSimulatedTransport({ clock, random, files, internet, link: () => link });
  return {
    transport,
    files,
    clock,
    server,
    origin,
    otherOrigin: 'http://mirror.example',
    closedOrigin: 'http://files.example:81',
    hangingUrl: 'http://hanging.example/',
    link,
    until: async (holds: () => boolean) => {
      if (!(await clock.runUntil(holds, patienceMs))) throw new Error('it never happens');
    },
    close: () => transport.close(),
  };
}

async function finish(world: ReturnType<typeof openWorld>, job: Partial<typeof download> & { url?: string } = {}) {
  const heard = listen(world.transport, { ...download, url: `${origin}/a`, ...job });
  await world.until(() => heard.last !== null);
  return heard;
}

transportContract('the simulated transport', async (options) => openWorld(options));

describe('a simulated wire', () => {
  const server = { files: { '/a': 1_000_000 } };

  it('takes the time that its latency and bandwidth ask for', async () => {
    const world = openWorld({ server, wire: { latencyMs: 50, bytesPerSecond: 200_000 } });

    await finish(world);

    expect(world.clock.elapsed()).toBe(50 + 50 + 5_000);
  });

  it('takes that time for an upload too', async () => {
    const world = openWorld({ wire: { latencyMs: 50, bytesPerSecond: 200_000 } });
    world.files.write('/files/s', generateContent('/s', 1_000_000).bytesAt(0, 1_000_000));
    const file = { index: 0, name: 'f', path: '/files/s', filename: 's', contentType: '', from: 0, to: 999_999 };
    const heard = listen(world.transport, { ...upload, url: `${origin}/u`, files: [file] });

    await world.until(() => heard.last !== null);

    expect(heard.last?.type).toBe('finished');
    expect(world.clock.elapsed()).toBeGreaterThanOrEqual(5_100);
    expect(world.clock.elapsed()).toBeLessThan(5_200);
  });

  it('makes about ten events a second', async () => {
    const world = openWorld({ server, wire: { bytesPerSecond: 100_000 } });

    const { reports } = await finish(world);

    expect(reports.length).toBeGreaterThan(50);
    expect(reports.length).toBeLessThan(110);
  });

  it('can be different for each request', async () => {
    const wire = (_: string, url: URL) => ({ latencyMs: url.pathname === '/slow' ? 1_000 : 0 });
    const world = openWorld({ server: { files: { '/slow': 1, '/quick': 1 } }, wire });

    await finish(world, { url: `${origin}/quick` });
    expect(world.clock.elapsed()).toBe(0);
    await finish(world, { url: `${origin}/slow`, target: '/files/b' });

    expect(world.clock.elapsed()).toBe(2_000);
  });

  it('tells the same story twice', async () => {
    const tell = async () => {
      const world = openWorld({ server, faults: [cutAfter(700_000)], wire: { bytesPerSecond: 123_456 } });
      return JSON.stringify((await finish(world, { maxSpeed: 50_000 })).reports);
    };

    expect(await tell()).toBe(await tell());
  });

  it('tells at once how far a body has come before it stalls', async () => {
    const world = openWorld({ server, faults: [stallAfter(5_000)] });
    const heard = listen(world.transport, { ...download, url: `${origin}/a` });

    await world.clock.run(100);

    expect(bytesReported(heard)).toBe(5_000);
  });

  it('tells each second what a speed cap has let through', async () => {
    const world = openWorld({ server, wire: { latencyMs: 0 } });
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
    const world = openWorld(slow);
    world.link.type = 'offline';

    const { reports } = await finish(world);

    expect(reports).toMatchObject([{ type: 'faulted', cause: 'tcp' }]);
  });

  it('that goes offline stalls a body, then breaks it, with what was reported on disk', async () => {
    const world = openWorld(slow);
    const heard = listen(world.transport, { ...download, url: `${origin}/a` });
    await world.clock.run(3_000);
    const before = bytesReported(heard);

    world.link.type = 'offline';
    await world.clock.run(3_000);
    expect(bytesReported(heard) - before).toBeLessThanOrEqual(10_000);
    expect(heard.last).toBeNull();
    await world.until(() => heard.last !== null);

    expect(heard.last).toMatchObject({ type: 'faulted', cause: 'other' });
    expectBytes(world.files.read(target), generateContent('/a', 1_000_000).bytesAt(0, bytesReported(heard)));
  });

  it('that comes back in time lets the body go on', async () => {
    const world = openWorld(slow);
    const heard = listen(world.transport, { ...download, url: `${origin}/a` });
    await world.clock.run(3_000);

    world.link.type = 'offline';
    await world.clock.run(3_000);
    world.link.type = 'wifi';
    await world.until(() => heard.last !== null);

    expect(heard.last).toMatchObject({ type: 'finished', bytes: 1_000_000 });
  });
});

describe('a fault rule', () => {
  const server = { files: { '/a': 1_000, '/b': 1_000 } };

  it.each(['dns', 'tcp', 'ssl', 'timeout'] as const)('refuses the connection with %s', async (cause) => {
    const world = openWorld({ server, faults: [refuse(cause)] });

    expect((await finish(world)).reports).toMatchObject([{ type: 'faulted', cause }]);
    expect(world.server.requests).toEqual([]);
    expect((await finish(world)).last).toMatchObject({ type: 'finished' });
  });

  it('strikes as often as it says, and only where it says', async () => {
    const world = openWorld({ server, faults: [answer(408, { times: 2, url: '/a', method: 'GET' })] });

    const ends = [];
    for (const path of ['/b', '/a', '/a', '/a']) {
      const { last } = await finish(world, { url: `${origin}${path}`, target: `/files${path}` });
      ends.push(last?.type === 'faulted' ? last.status : last?.type);
    }

    expect(ends).toEqual(['finished', 408, 408, 'finished']);
  });

  it('gives way to the rules before it', async () => {
    const world = openWorld({ server, faults: [answer(500, { url: /b$/ }), answer(503)] });

    const second = await finish(world, { url: `${origin}/b` });
    const first = await finish(world);

    expect([second.last, first.last]).toMatchObject([{ status: 500 }, { status: 503 }]);
  });

  it('knows the number of the request, and of the attempt', async () => {
    const seen: unknown[] = [];
    const note: FaultRule = ({ n, method, url, attempt }) => {
      seen.push([n, method, url, attempt]);
      return 'pass';
    };
    const world = openWorld({ server, faults: [note] });

    await finish(world);
    await finish(world, { url: `${origin}/b`, target: '/files/b' });
    await finish(world);

    expect(seen).toEqual([
      [1, 'GET', `${origin}/a`, 1],
      [2, 'GET', `${origin}/b`, 1],
      [3, 'GET', `${origin}/a`, 2],
    ]);
  });

  it('serves two worlds', async () => {
    const faults = [answer(500)];

    const ends = [await finish(openWorld({ server, faults })), await finish(openWorld({ server, faults }))];

    expect(ends.map(({ last }) => last)).toMatchObject([{ status: 500 }, { status: 500 }]);
  });

  it('cuts with the cause that it names, and leaves shorter bodies alone', async () => {
    const world = openWorld({ server, faults: [cutAfter(700, 'timeout'), cutAfter(1_000)] });

    const cut = await finish(world);
    const left = await finish(world);

    expect(cut.last).toMatchObject({ type: 'faulted', cause: 'timeout' });
    expect(bytesReported(cut)).toBe(700);
    expect(left.last).toMatchObject({ type: 'finished', bytes: 1_000 });
  });

  it('ends a body early without anybody noticing', async () => {
    const world = openWorld({ server, faults: [truncateAfter(300)] });

    const { reports, last } = await finish(world);

    expect(reports[0]).toMatchObject({ body: { size: -1 } });
    expect(last).toMatchObject({ type: 'finished', bytes: 300 });
  });

  it('keeps the first byte back', async () => {
    const world = openWorld({ server, faults: [delayFirstByte(3_000)], wire: { latencyMs: 10 } });

    await finish(world);

    expect(world.clock.elapsed()).toBe(3_020);
  });
});

describe('a simulated file server', () => {
  it('has content that depends on path and seed alone', () => {
    const [first, same, other] = [
      generateContent('/a', 70_000),
      generateContent('/a', 70_000),
      generateContent('/a', 70_000, 1),
    ];

    expectBytes(first.bytesAt(65_000, 5_000), same.bytesAt(0, 70_000).subarray(65_000));
    expect(first.bytesAt(0, 100)).not.toEqual(other.bytesAt(0, 100));
    expect(first.bytesAt(1_000, 100)).not.toEqual(first.bytesAt(0, 100));
  });

  it('gives back what was put there', async () => {
    const world = openWorld();
    world.files.write('/files/s', 'kept');
    const file = { index: 0, name: 'f', path: '/files/s', filename: 's', contentType: '', from: 0, to: 3 };
    const heard = listen(world.transport, { ...upload, url: `${origin}/kept`, files: [file] });
    await world.until(() => heard.last !== null);

    await finish(world, { url: `${origin}/kept` });

    expect(new TextDecoder().decode(world.files.read(target))).toBe('kept');
  });

  it('answers a path with the statuses it is told, in order', async () => {
    const world = openWorld({ server: { files: { '/a': 1 }, answers: { '/a': [408, 503] } } });

    const ends = [await finish(world), await finish(world), await finish(world)].map(({ last }) => last);

    expect(ends).toMatchObject([{ status: 408 }, { status: 503 }, { type: 'finished' }]);
  });

  it('with a changing etag starts every resumed download anew', async () => {
    const world = openWorld({ server: { files: { '/a': 1_000 }, etag: 'changing' }, faults: [cutAfter(400)] });
    const [responded] = (await finish(world)).reports;
    const etag = responded?.type === 'responded' ? responded.headers.get('etag')?.[0] : undefined;

    const { reports } = await finish(world, { validator: etag ?? null });

    expect(reports[0]).toMatchObject({ status: 200, body: { offset: 0, size: 1_000 } });
  });

  it('resumes by the date of the last change when it has no etag', async () => {
    const lastModified = 'Fri, 14 Jun 2024 12:00:00 GMT';
    const world = openWorld({
      server: { files: { '/a': 1_000 }, etag: 'none', lastModified },
      faults: [cutAfter(400)],
    });
    await finish(world);

    const { reports } = await finish(world, { validator: lastModified });

    expect(reports[0]).toMatchObject({ status: 206, body: { offset: 400, size: 1_000 } });
  });
});
