import { describe, expect, it } from 'vitest';
import { Faults } from '../../src/api/constants.ts';
import type { Config, FormItem, Progress } from '../../src/api/types.ts';
import { answer, delayFirstByte, type World } from '../../src/sim/index.ts';
import {
  bothRules,
  contentOf,
  hear,
  infoOf,
  journeyOf,
  namesOf,
  payloadsOf,
  rateBytes,
  sameBytes,
  slowWorld,
  started,
  stateOf,
  uploadOf,
} from '../support/worlds.ts';

const field: FormItem = { name: 'field', value: 'text' };

function withField(config: Partial<Config>): Partial<Config> {
  return { ...config, data: [field, ...(config.data as FormItem[])] };
}

/** The bytes of each raw request, as they arrived. */
function bodies(world: World): Uint8Array[] {
  return world.server.requests.map(({ body }) => body);
}

function expectBodies(world: World, expected: readonly Uint8Array[]): void {
  expect(bodies(world).map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
  expect(bodies(world).every((body, at) => sameBytes(body, expected[at] ?? new Uint8Array()))).toBe(true);
}

describe.each(bothRules)('an upload by the rules of %s', (rules) => {
  it('is one raw PUT for each file, without the form', async () => {
    const world = slowWorld({ rules });
    const task = await world.create(withField(uploadOf(world, [5_000, 7_000])));
    const heard = hear(task);

    await task.start();
    await world.run(10_000);

    expect(
      world.server.requests.map(({ method, headers }) => [method, headers['content-type'], headers['content-length']]),
    ).toEqual([
      ['PUT', 'application/octet-stream', '5000'],
      ['PUT', 'application/octet-stream', '7000'],
    ]);
    expectBodies(world, [contentOf(0, 5_000), contentOf(1, 7_000)]);
    expect(payloadsOf(heard, 'response')).toHaveLength(2);
    expect(heard.at(-1)).toEqual([
      'completed',
      expect.objectContaining({
        index: 1,
        processed: 7_000,
        sizes: [5_000, 7_000],
        extras: expect.objectContaining({ body: 'took 1 files\n', 'content-type': 'text/plain' }),
      }),
    ]);
    const others = payloadsOf<Progress>(heard, 'progress').map(({ extras }) => (extras as { body: string }).body);
    expect(new Set(others)).toEqual(new Set(['']));
  });

  it('has the type that it is told', async () => {
    const world = slowWorld({ rules });
    await started(world, uploadOf(world, [10], { headers: { 'Content-Type': 'image/png' } }));
    await world.run(5_000);
    expect(world.server.requests[0]?.headers['content-type']).toBe('image/png');
  });

  it.each([
    ['posted without a type', { method: 'POST' }],
    ['a form by its type', { headers: { 'Content-Type': 'multipart/form-data' } }],
  ])('%s is a form for each file, with the fields in each', async (_, config) => {
    const world = slowWorld({ rules });
    const task = await started(world, withField(uploadOf(world, [5_000, 7_000], config)));
    await world.run(10_000);

    expect(stateOf(world, task.tid)).toBe('completed (0)');
    expect(world.server.uploads.map(({ form, files }) => [form, files.map(({ name }) => name)])).toEqual([
      [[field], ['part0']],
      [[field], ['part1']],
    ]);
    const [first] = world.server.uploads;
    expect(first?.files[0]).toMatchObject({ filename: 'part0.bin', contentType: 'bin' });
    expect(sameBytes(first?.files[0]?.bytes ?? new Uint8Array(), contentOf(0, 5_000))).toBe(true);
  });

  it('in one form has the fields first, and then all files', async () => {
    const world = slowWorld({ rules });
    const task = await world.create(withField(uploadOf(world, [5_000, 7_000], { multipart: true })));
    const heard = hear(task);

    await task.start();
    await world.run(10_000);

    expect(world.server.uploads).toHaveLength(1);
    const [sent] = world.server.uploads;
    expect(sent?.form).toEqual([field]);
    expect(sent?.files.map(({ name, bytes }) => [name, bytes.length])).toEqual([
      ['part0', 5_000],
      ['part1', 7_000],
    ]);
    expect(payloadsOf(heard, 'response')).toHaveLength(1);
    expect(heard.at(-1)?.[1]).toMatchObject({ sizes: [5_000, 7_000], extras: { body: 'took 2 files\n' } });
  });

  it('in one form begins anew with the file that a change of the network has broken off', async () => {
    const world = slowWorld({ rules });
    const task = await started(world, uploadOf(world, [50_000, 150_000], { multipart: true }));
    const heard = hear(task);

    await world.run(13_000);
    world.setNetwork('other');
    await world.run(30_000);

    expect(stateOf(world, task.tid)).toBe('completed (0)');
    expect(world.server.uploads.map(({ files }) => files.map(({ name }) => name))).toEqual([['part1']]);
    const indexes = payloadsOf<Progress>(heard, 'progress').map(({ index }) => index);
    expect(indexes).toEqual([...indexes].sort());
  });

  it.each([
    [
      0,
      100,
      299,
      [
        [100, 299],
        [0, 999],
      ],
    ],
    [
      1,
      100,
      -1,
      [
        [0, 999],
        [100, 999],
      ],
    ],
    [
      1,
      0,
      5_000,
      [
        [0, 999],
        [0, 999],
      ],
    ],
    [
      0,
      500,
      400,
      [
        [0, 999],
        [0, 999],
      ],
    ],
    [
      0,
      0,
      0,
      [
        [0, 0],
        [0, 999],
      ],
    ],
  ] as const)('cuts file %i to %i–%i, and skips none', async (index, begins, ends, sent) => {
    const world = slowWorld({ rules });
    const task = await started(world, uploadOf(world, [1_000, 1_000], { index, begins, ends }));
    expect(infoOf(world, task.tid).progress.sizes).toEqual(sent.map(([from, to]) => to - from + 1));

    await world.run(10_000);

    expectBodies(
      world,
      sent.map(([from, to], at) => contentOf(at, 1_000).subarray(from, to + 1)),
    );
    expect(stateOf(world, task.tid)).toBe('completed (0)');
  });

  it('goes on in the middle of a file after a pause', async () => {
    const world = slowWorld({ rules, wire: { bytesPerSecond: 10 * rateBytes } });
    const [first, second] = [20 * rateBytes, 60 * rateBytes];
    const task = await started(world, uploadOf(world, [first, second]));
    const heard = hear(task);
    await world.run(5_000);

    await task.pause();
    await world.run(1_000);
    const { index, processed } = infoOf(world, task.tid).progress;
    expect(index).toBe(1);
    expect(processed).toBeGreaterThan(10 * rateBytes);
    await task.resume();
    await world.run(30_000);

    expect(stateOf(world, task.tid)).toBe('completed (0)');
    expectBodies(world, [contentOf(0, first), contentOf(1, second).subarray(processed)]);
    expect(heard.at(-1)).toEqual(['completed', expect.objectContaining({ index: 1, processed: second })]);
  });

  it('that was paused with every byte sent is done when it is resumed', async () => {
    const world = slowWorld({ rules, faults: [delayFirstByte(10_000)] });
    const task = await started(world, uploadOf(world, [1_000]));
    await world.run(5_000);
    await task.pause();
    await world.run(100);
    expect(infoOf(world, task.tid).progress).toMatchObject({ processed: 1_000, sizes: [1_000] });

    await task.resume();
    await world.run(20_000);

    expect(journeyOf(world, task.tid)).toEqual(['waiting', 'running', 'paused', 'completed']);
    expect(world.server.requests).toEqual([]);
  });

  it('begins the file anew after any other interruption, and does not send again what is done', async () => {
    const world = slowWorld({ rules });
    const task = await started(world, uploadOf(world, [2 * rateBytes, 6 * rateBytes]));
    await world.run(5_000);

    world.setNetwork('offline');
    await world.run(1_000);
    expect(stateOf(world, task.tid)).toBe('waiting (7)');
    world.setNetwork('wifi');
    await world.run(30_000);

    expect(stateOf(world, task.tid)).toBe('completed (0)');
    expectBodies(world, [contentOf(0, 2 * rateBytes), contentOf(1, 6 * rateBytes)]);
  });

  it('begins the file anew after a pause that another process resumes', async () => {
    const world = slowWorld({ rules });
    const { tid } = await started(world, uploadOf(world, [6 * rateBytes]));
    await world.run(3_000);
    const { agent } = world.app.request;
    await (await agent.getTask(world.app.context, tid)).pause();
    await world.run(1_000);

    world.restart();
    await (await world.app.request.agent.getTask(world.app.context, tid)).resume();
    await world.run(30_000);

    expect(stateOf(world, tid)).toBe('completed (0)');
    expectBodies(world, [contentOf(0, 6 * rateBytes)]);
  });

  it('of nothing but empty files is done when it is started', async () => {
    const world = slowWorld({ rules });
    const task = await world.create(uploadOf(world, [0, 0]));
    const heard = hear(task);
    const broadcasts: unknown[] = [];
    world.app.onBroadcast((event) => broadcasts.push(event));

    await task.start();
    await world.run(5_000);

    expect(journeyOf(world, task.tid)).toEqual(['completed']);
    expect(namesOf(heard)).toEqual(['completed']);
    expect(world.server.requests).toEqual([]);
    expect(broadcasts).toHaveLength(1);
  });

  it('sends an empty file among others', async () => {
    const world = slowWorld({ rules });
    const task = await started(world, uploadOf(world, [0, 1_000]));
    await world.run(5_000);
    expect(stateOf(world, task.tid)).toBe('completed (0)');
    expectBodies(world, [new Uint8Array(), contentOf(1, 1_000)]);
  });

  it('is asked again after a 408, from the beginning of the file', async () => {
    const world = slowWorld({ rules, server: { answers: { '/up': [408] } } });
    const task = await started(world, uploadOf(world, [1_000]));
    await world.run(5_000);
    expect(stateOf(world, task.tid)).toBe('completed (0)');
    expectBodies(world, [contentOf(0, 1_000), contentOf(0, 1_000)]);
  });

  it('fails when a file is gone at its turn', async () => {
    const world = slowWorld({ rules });
    const task = await started(world, uploadOf(world, [2 * rateBytes, 1_000]));
    const heard = hear(task);
    await world.run(1_000);
    world.disk.unlink('/data/part1.bin');

    await world.run(10_000);

    expect(stateOf(world, task.tid)).toBe('failed (18)');
    expect(heard.at(-1)).toEqual(['faultOccur', Faults.FSIO]);
    expect(world.server.requests).toHaveLength(1);
  });

  it('follows a redirect that keeps its method with its body', async () => {
    const world = slowWorld({ rules, faults: [answer(307, {}, [['location', '/there']])] });
    const task = await started(world, uploadOf(world, [1_000]));
    await world.run(5_000);
    expect(stateOf(world, task.tid)).toBe('completed (0)');
    expect(world.server.requests.map(({ method, path, body }) => [method, path, body.length])).toEqual([
      ['PUT', '/there', 1_000],
    ]);
  });

  it('that a redirect makes a GET has nothing to send', async () => {
    const world = slowWorld({ rules, files: { '/there': 10 }, faults: [answer(303, {}, [['location', '/there']])] });
    const task = await started(world, uploadOf(world, [1_000]));
    await world.run(5_000);
    expect(stateOf(world, task.tid)).toBe('completed (0)');
    expect(world.server.requests.map(({ method, body }) => [method, body.length])).toEqual([['GET', 0]]);
  });
});
