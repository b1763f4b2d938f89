import { describe, expect, it } from 'vitest';
import {
  behave,
  changedEtag,
  createWorld,
  cutAfter,
  errorPage,
  failing,
  noLength,
  noRanges,
  noValidators,
  type Personality,
  redirectLoop,
  serverOrigin,
  slowBody,
  slowFirstByte,
  type World,
  withPersonalities,
  wrongLength,
} from '../../src/sim/index.ts';
import { expectWhole, journeyOf } from '../support/worlds.ts';

const bytes = 1_000;

/** Downloads `/a` from a server with these personalities, cut once after 700 bytes. */
async function download(personalities: readonly Personality[], cut = true) {
  const world = createWorld({ files: { '/a': bytes }, personalities, faults: cut ? [cutAfter(700)] : [] });
  const task = world.download('/a');
  await world.run(120_000);
  const { state, info } = task;
  return { world, state, faults: info.faults, requests: world.requests('/a') };
}

describe('a server', () => {
  it('that calls an error a success gives its page for a file, and nothing tells', async () => {
    const { world, state, faults } = await download([errorPage('{"error_code":31045}')], false);

    expect({ state, faults }).toEqual({ state: 'completed', faults: null });
    expect(new TextDecoder().decode(world.disk.read('/data/a'))).toBe('{"error_code":31045}');
  });

  it('without ranges sends everything again', async () => {
    const { world, state } = await download([noRanges]);

    expect(state).toBe('completed');
    expectWhole(world, '/a');
    expect(world.server.requests.map(({ headers }) => headers.range)).toEqual([undefined, undefined]);
  });

  it.each([
    ['another ETag each time', changedEtag],
    ['nothing to tell versions by', noValidators],
  ])('with %s makes every transfer begin anew', async (_, personality) => {
    const { world, state, requests } = await download([personality]);

    expect([state, requests]).toEqual(['completed', [{ from: 0 }, { from: 0 }]]);
    expectWhole(world, '/a');
  });

  it('without lengths is believed when it ends', async () => {
    const { world, state } = await download([noLength], false);

    expect(state).toBe('completed');
    expectWhole(world, '/a');
  });

  it('that names one byte too many breaks off, again and again', async () => {
    const { state, requests } = await download([wrongLength(1)], false);

    expect(state).toBe('failed');
    expect(requests.length).toBeGreaterThan(1);
  });

  it('that names too few bytes is believed', async () => {
    const { world, state } = await download([wrongLength(-100)], false);

    expect([state, world.disk.read('/data/a').length]).toEqual(['completed', 900]);
  });

  it('that leads to itself makes the task fail', async () => {
    const { state, world } = await download([redirectLoop], false);

    expect(state).toBe('failed');
    expect(world.server.requests).toEqual([]);
  });

  it('may fail with any status, and says so with headers', async () => {
    const { state } = await download([failing(404)], false);
    const told = withPersonalities(() => expect.unreachable(), [failing(503, [['retry-after', '7']], 'busy')]);

    expect(state).toBe('failed');
    const response = told({ method: 'GET', url: new URL('http://a.example/'), headers: {}, body: new Uint8Array() });
    expect(response).toMatchObject({
      status: 503,
      headers: [
        ['retry-after', '7'],
        ['content-length', '4'],
      ],
    });
  });

  it('may be slow to begin, and slow to go on, at once', async () => {
    const world = createWorld({ files: { '/a': bytes }, personalities: [slowFirstByte(3_000), slowBody(200)] });
    const task = world.download('/a');

    await world.run(7_900);
    expect(task.state).toBe('running');
    await world.run(200);

    expect(task.state).toBe('completed');
  });

  it('is odd for as many requests as a rule says', async () => {
    const faults = [behave(failing(408), { times: 2 })];
    const world = createWorld({ files: { '/a': bytes }, faults });
    const task = world.download('/a');

    await world.run(60_000);

    expect(task.state).toBe('completed');
    expect(requestNotes(world)).toEqual([', behave', ', behave', '']);
  });
});

it('a rule can be added while the world runs, before all others, and be taken away again', async () => {
  const world = createWorld({
    files: { '/a': bytes },
    faults: [behave(failing(500), { times: Number.POSITIVE_INFINITY })],
  });
  const remove = world.addFault(behave(slowFirstByte(60), { times: Number.POSITIVE_INFINITY }));
  const first = world.download('/a');
  await world.run(10_000);
  remove();
  const second = world.download('/a', { saveas: '/data/second' });
  await world.run(120_000);

  expect([first.state, second.state]).toEqual(['completed', 'failed']);
});

it('a file that changes on the server has another ETag, so that no two versions are mixed', async () => {
  const world = createWorld({ files: { '/a': bytes }, wire: { bytesPerSecond: 500 } });
  const task = world.download('/a');
  await world.run(1_000);
  world.setNetwork('offline');
  await world.run(30_000);
  world.server.put('/a', bytes);
  world.setNetwork('wifi');
  await world.run(60_000);

  expect(task.state).toBe('completed');
  expect(journeyOf(world, task.tid)).toContain('waiting');
  expectWhole(world, '/a');
  world.server.put('/a', null);
  expect(world.server.contentAt('/a')).toBeNull();
});

function requestNotes(world: World): string[] {
  return world.trace.entries
    .filter(({ kind, name }) => kind === 'world' && name === 'request')
    .map(({ note = '' }) => note.replace(`GET ${serverOrigin}/a`, ''));
}
