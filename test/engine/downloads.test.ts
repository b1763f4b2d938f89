import { describe, expect, it } from 'vitest';
import { Faults } from '../../src/api/constants.ts';
import type { Config, HttpResponse } from '../../src/api/types.ts';
import { createFileServer, createWorld, cutAfter, type World, type WorldOptions } from '../../src/sim/index.ts';
import {
  bothRules,
  downloadOf,
  expectWhole,
  hear,
  infoOf,
  lastProgress,
  namesOf,
  payloadsOf,
  rateBytes,
  sameBytes,
  slowWorld,
  started,
  stateOf,
} from '../support/worlds.ts';

function asked(world: World, path = '/mid'): (readonly [range: string | undefined, ifRange: string | undefined])[] {
  return world.server.requests
    .filter((request) => request.path === path)
    .map(({ headers }) => [headers.range, headers['if-range']] as const);
}

function expectPart(world: World, path: string, from: number, to: number): void {
  const part = world.server.contentAt(path)?.bytesAt(from, to - from + 1) ?? new Uint8Array();
  expect(sameBytes(world.disk.read(`/data${path}`), part)).toBe(true);
}

/** Pauses a download after three seconds, and resumes it. @returns the bytes that it had in between. */
async function pausedWorld(options: WorldOptions, config: Partial<Config> = {}) {
  const world = slowWorld(options);
  const task = await started(world, downloadOf('/mid', config));
  await world.run(3_000);
  await task.pause();
  await world.run(100);
  const have = world.disk.read('/data/mid').length;
  await task.resume();
  await world.run(30_000);
  return { world, task, have };
}

describe.each(bothRules)('a download by the rules of %s', (rules) => {
  it('sends its headers, and its data as a body', async () => {
    const world = slowWorld({ rules });
    await started(
      world,
      downloadOf('/small', { method: 'post', data: 'question', headers: { 'X-One': 'one', two: 2 } }),
    );

    await world.run(5_000);

    const [seen] = world.server.requests;
    expect(seen?.method).toBe('POST');
    expect(new TextDecoder().decode(seen?.body)).toBe('question');
    expect(seen?.headers).toMatchObject({ 'x-one': 'one', two: '' });
    expectWhole(world, '/small');
  });

  it('asks for a range when it is told to', async () => {
    for (const [begins, ends, range] of [
      [100, 299, 'bytes=100-299'],
      [900, -1, 'bytes=900-'],
      [0, 99, 'bytes=0-99'],
    ] as const) {
      const world = slowWorld({ rules });
      const { tid } = await started(world, downloadOf('/small', { begins, ends }));
      await world.run(5_000);

      expect(asked(world, '/small')).toEqual([[range, undefined]]);
      const last = ends < 0 ? 999 : ends;
      expectPart(world, '/small', begins, last);
      expect(infoOf(world, tid).progress).toMatchObject({ sizes: [last - begins + 1], processed: last - begins + 1 });
    }
  });

  it('of a range goes on within it', async () => {
    const { world, have, task } = await pausedWorld({ rules }, { begins: 10_000, ends: 89_999 });

    expect(asked(world)).toEqual([
      ['bytes=10000-89999', undefined],
      [`bytes=${10_000 + have}-89999`, '"mid-100000-0"'],
    ]);
    expect(stateOf(world, task.tid)).toBe('completed (0)');
    expectPart(world, '/mid', 10_000, 89_999);
  });

  it('of a range fails when the server sends the whole file', async () => {
    const world = slowWorld({ rules, server: { ranges: false } });
    const task = await started(world, downloadOf('/small', { begins: 10 }));
    const heard = hear(task);

    await world.run(5_000);

    expect(stateOf(world, task.tid)).toBe('failed (19)');
    expect(payloadsOf(heard, 'faultOccur')).toEqual([Faults.PROTOCOL]);
  });

  it('of a range that nobody can vouch for does not go on, and asks for nothing', async () => {
    const { world, task } = await pausedWorld({ rules, server: { etag: 'none' } }, { begins: 10 });

    expect(stateOf(world, task.tid)).toBe('failed (19)');
    expect(asked(world)).toHaveLength(1);
  });

  it('that nobody can vouch for begins anew', async () => {
    const { world, task } = await pausedWorld({ rules, server: { etag: 'none' } });

    expect(asked(world)).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
    expect(stateOf(world, task.tid)).toBe('completed (0)');
    expectWhole(world, '/mid');
  });

  it('goes by the date of its file where there is no tag', async () => {
    const lastModified = 'Thu, 01 Jan 2026 00:00:00 GMT';
    const { world, have } = await pausedWorld({ rules, server: { etag: 'none', lastModified } });

    expect(asked(world)).toEqual([
      [undefined, undefined],
      [`bytes=${have}-`, lastModified],
    ]);
    expectWhole(world, '/mid');
  });

  it('begins anew when its file has changed, and counts back', async () => {
    const { world, task, have } = await pausedWorld({ rules, server: { etag: 'changing' } });

    expect(asked(world)[1]).toEqual([`bytes=${have}-`, '"mid-100000-1"']);
    expect(infoOf(world, task.tid).progress).toMatchObject({ sizes: [100_000], processed: 100_000 });
    expectWhole(world, '/mid');
  });

  it('goes on from the bytes on disk after a broken connection', async () => {
    const world = slowWorld({ rules, faults: [cutAfter(30_000), cutAfter(20_000)] });
    const task = await started(world, downloadOf('/mid'));

    await world.run(30_000);

    expect(asked(world).map(([range]) => range)).toEqual([undefined, 'bytes=30000-', 'bytes=50000-']);
    expect(infoOf(world, task.tid).tries).toBe(2);
    expectWhole(world, '/mid');
  });

  it('fails when its connection breaks for the fifth time', async () => {
    const world = slowWorld({ rules, faults: [cutAfter(1_000, 'other', { times: Infinity })] });
    const task = await started(world, downloadOf('/mid'));

    await world.run(30_000);

    expect(asked(world)).toHaveLength(5);
    expect(stateOf(world, task.tid)).toBe('failed (20)');
    expect(world.disk.read('/data/mid')).toHaveLength(5_000);
  });

  it('fails for want of a size only when it is precise', async () => {
    const world = slowWorld({ rules, server: { lengths: false } });
    const precise = await started(world, downloadOf('/small', { precise: true }));
    const loose = await started(world, downloadOf('/mid'));
    const heard = hear(precise);

    await world.run(30_000);

    expect(stateOf(world, precise.tid)).toBe('failed (11)');
    expect(payloadsOf(heard, 'faultOccur')).toEqual([Faults.FSIO]);
    expect(stateOf(world, loose.tid)).toBe('completed (0)');
  });

  it.each([300, 304, 400, 416, 500, 503])('fails with a status of %i at once', async (status) => {
    const world = slowWorld({ rules, server: { answers: { '/small': status } } });
    const task = await started(world, downloadOf('/small'));
    const heard = hear(task);

    await world.run(5_000);

    expect(asked(world, '/small')).toHaveLength(1);
    expect(stateOf(world, task.tid)).toBe('failed (17)');
    expect(payloadsOf(heard, 'faultOccur')).toEqual([Faults.PROTOCOL]);
  });

  it('fails when its disk is full', async () => {
    const world = slowWorld({ rules, diskBytes: 30_000 });
    const task = await started(world, downloadOf('/mid'));
    await world.run(30_000);
    expect(stateOf(world, task.tid)).toBe('failed (26)');
    expect(world.disk.read('/data/mid')).toHaveLength(30_000);
  });

  it('fails when its file is gone at the end', async () => {
    const world = slowWorld({ rules });
    const task = await started(world, downloadOf('/mid'));
    const heard = hear(task);
    await world.run(5_000);
    world.disk.unlink('/data/mid');
    await world.run(30_000);
    expect(stateOf(world, task.tid)).toBe('failed (18)');
    expect(payloadsOf(heard, 'faultOccur')).toEqual([Faults.FSIO]);
  });

  it('fails when its disk breaks while it is written', async () => {
    const world = slowWorld({ rules });
    const task = await started(world, downloadOf('/mid'));
    world.disk.fail('/data/mid', 'io', { afterBytes: 20_000 });
    await world.run(30_000);
    expect(stateOf(world, task.tid)).toBe('failed (20)');
    expect(world.requests('/mid'), 'a server cannot help').toHaveLength(1);
  });

  it.each(['https:////', 'http://a b/', 'https://?x'])('of %s fails when it runs', async (url) => {
    const world = slowWorld({ rules });
    const task = await started(world, { url, saveas: '/data/x' });
    const heard = hear(task);
    await world.run(10_000);
    expect(stateOf(world, task.tid)).toBe('failed (10)');
    expect(payloadsOf(heard, 'faultOccur')).toEqual([Faults.PARAM]);
  });

  it('that was removed or paused keeps what it has', async () => {
    const world = slowWorld({ rules });
    const task = await started(world, downloadOf('/mid'));
    await world.run(5_000);
    await world.app.request.agent.remove(task.tid);
    await world.run(60_000);
    expect(world.disk.read('/data/mid').length).toBeGreaterThan(4 * rateBytes);
  });
});

describe.each(bothRules)('a redirect by the rules of %s', (rules) => {
  const moved = (status: number, location?: string): NonNullable<WorldOptions['server']> => ({
    redirects: { '/small': location === undefined ? { status } : { status, location } },
  });

  it.each([301, 302, 303, 307, 308])('of %i is followed, and not told', async (status) => {
    const world = slowWorld({ rules, server: moved(status, '/mid') });
    const task = await started(world, downloadOf('/small'));
    const heard = hear(task);

    await world.run(30_000);

    expect(payloadsOf<HttpResponse>(heard, 'response').map((each) => each.statusCode)).toEqual([200]);
    expect(stateOf(world, task.tid)).toBe('completed (0)');
    expectWhole(world, '/mid', '/data/small');
  });

  it.each([301, 302, 303, 307, 308])('of %i fails a task that follows none', async (status) => {
    const world = slowWorld({ rules, server: moved(status, '/mid') });
    const task = await started(world, downloadOf('/small', { redirect: false }));
    const heard = hear(task);

    await world.run(30_000);

    expect(payloadsOf<HttpResponse>(heard, 'response').map((each) => each.statusCode)).toEqual([status]);
    expect(stateOf(world, task.tid)).toBe('failed (17)');
  });

  it.each([undefined, 'http://', 'ftp://files.example/x'])('to %s cannot be followed', async (location) => {
    const world = slowWorld({ rules, server: moved(302, location) });
    const task = await started(world, downloadOf('/small'));
    const heard = hear(task);
    await world.run(10_000);
    expect(stateOf(world, task.tid)).toBe('failed (16)');
    expect(payloadsOf(heard, 'faultOccur')).toEqual([Faults.REDIRECT]);
  });

  it('to another server leaves credentials behind', async () => {
    const other = createFileServer({ files: { '/there': 10 } });
    const hosts = { 'http://other.example': other.handle };
    const world = slowWorld({ rules, hosts, server: moved(302, 'http://other.example/there') });
    const headers = { Authorization: 'secret', Cookie: 'secret', 'X-One': 'one' };
    await started(world, downloadOf('/small', { headers }));
    await world.run(10_000);

    expect(world.server.requests[0]?.headers).toMatchObject({ authorization: 'secret', cookie: 'secret' });
    expect(other.requests[0]?.headers).toMatchObject({ 'x-one': 'one' });
    expect(other.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(other.requests[0]?.headers).not.toHaveProperty('cookie');
  });

  it(`${rules === 'device' ? 'is followed until the time is over' : 'is the last after thirty'}`, async () => {
    const world = slowWorld({ rules, server: moved(302, '/small') });
    const task = await started(world, downloadOf('/small', { timeout: { totalTimeout: 60 } }));
    await world.run(61_000);
    expect(stateOf(world, task.tid)).toBe(rules === 'device' ? 'failed (12)' : 'failed (16)');
    if (rules === 'documented') expect(world.requests('/small')).toHaveLength(31);
    else expect(world.requests('/small').length).toBeGreaterThan(1_000);
  });
});

describe('a response', () => {
  const strange = (status: number, headers: [string, string][]): WorldOptions => ({
    hosts: {
      'http://strange.example': () => ({
        status,
        phrase: '',
        headers: [...headers, ['content-length', '0']],
        body: { size: 0, bytesAt: () => new Uint8Array() },
      }),
    },
  });
  const url = 'http://strange.example/x';

  it.each([
    ['told where', 'documented', 1],
    ['not told on a', 'device', 0],
  ] as const)('of a status without a standard phrase is %s %s', async (_, rules, times) => {
    const world = createWorld({ rules, ...strange(299, []) });
    const task = await started(world, { url, saveas: '/data/x' });
    const heard = hear(task);
    await world.run(5_000);

    expect(stateOf(world, task.tid)).toBe('completed (0)');
    expect(payloadsOf(heard, 'response')).toHaveLength(times);
  });

  it.each([
    ['documented', ['Fri, 14 Mar 2025 00:00:00 GMT'], ['a', 'b, c']],
    ['device', ['Fri', '14 Mar 2025 00:00:00 GMT'], ['a', 'b', 'c']],
  ] as const)('by the rules of %s has the date %j', async (rules, date, many) => {
    const headers: [string, string][] = [
      ['Date', 'Fri, 14 Mar 2025 00:00:00 GMT'],
      ['Many', 'a'],
      ['Many', 'b, c'],
    ];
    const world = createWorld({ rules, ...strange(200, headers) });
    const task = await started(world, { url, saveas: '/data/x' });
    const heard = hear(task);
    await world.run(5_000);

    const [response] = payloadsOf<HttpResponse>(heard, 'response');
    expect(response?.headers.get('date')?.map((each) => each.trim())).toEqual(date);
    expect(response?.headers.get('many')?.map((each) => each.trim())).toEqual(many);
    expect(lastProgress(heard)?.extras).toMatchObject({ date: 'Fri, 14 Mar 2025 00:00:00 GMT', many: 'a, b, c' });
    expect(namesOf(heard)[0]).toBe('response');
  });

  it.each(bothRules)('has at most 8192 bytes of headers, cut between two of them (%s)', async (rules) => {
    const headers = Array.from({ length: 10 }, (_, at): [string, string] => [`x-${at}`, 'v'.repeat(1_000)]);
    const world = createWorld({ rules, ...strange(200, headers) });
    const task = await started(world, { url, saveas: '/data/x' });
    const heard = hear(task);
    await world.run(5_000);

    const [response] = payloadsOf<HttpResponse>(heard, 'response');
    expect([...(response?.headers.keys() ?? [])]).toEqual(headers.slice(0, 8).map(([name]) => name));
  });
});
