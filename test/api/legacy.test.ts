import { describe, expect, it } from 'vitest';
import { rule } from '../../machines/rules.ts';
import type { DownloadConfig, DownloadInfo, TaskState } from '../../src/api/types.ts';
import { legacyDownloadEvents, legacyUploadEvents } from '../../src/api/validate.ts';
import { answer, serverOrigin, type World } from '../../src/sim/index.ts';
import {
  bothRules,
  contentOf,
  expectWhole,
  hearLegacy,
  legacyUploadOf,
  namesOf,
  payloadsOf,
  sameBytes,
  slowWorld,
  stateOf,
  thrownBy,
} from '../support/worlds.ts';

function download(world: World, path: string, config: Partial<DownloadConfig> = {}) {
  const { app } = world;
  return app.request.downloadFile(app.context, { url: serverOrigin + path, filePath: `/data${path}`, ...config });
}

async function onlyTid(world: World): Promise<string> {
  const [tid] = await world.app.request.agent.search();
  return tid ?? '';
}

describe.each(bothRules)('a legacy download by the rules of %s', (rules) => {
  it('is created, started, and told to its end', async () => {
    const world = slowWorld({ rules });
    const task = await download(world, '/mid');
    expect(stateOf(world, await onlyTid(world))).toBe('running (0)');
    const heard = hearLegacy(task, legacyDownloadEvents);

    await world.run(60_000);

    expect(heard.at(-2)).toEqual(['progress', [100_000, 100_000]]);
    expect(heard.at(-1)).toEqual(['complete', []]);
    expect(new Set(namesOf(heard))).toEqual(new Set(['progress', 'complete']));
    expectWhole(world, '/mid');
  });

  it('is a plain GET in the background that overwrites nothing', async () => {
    const world = slowWorld({ rules });
    const header = { 'X-One': 'one' };
    await download(world, '/small', { header, description: 'D', title: 'T', networkType: 0x10000, background: true });
    await world.run(1_000);

    const [seen] = world.server.requests;
    expect([seen?.method, seen?.headers['x-one']]).toEqual(['GET', 'one']);
    const info = await world.app.request.agent.show(await onlyTid(world));
    expect(info).toMatchObject({ mode: 0, description: 'D', title: 'T', gauge: true, retry: true });
    expect(thrownBy(() => download(world, '/small')).code).toBe(13400002);
  });

  it('goes to the cache directory, under the last part of its URL, unless told', async () => {
    const world = slowWorld({ rules });
    const { app } = world;
    await app.request.downloadFile(app.context, { url: `${serverOrigin}/small?query` });
    await app.request.downloadFile(app.context, { url: `${serverOrigin}/small`, filePath: 'internal://cache/x' });
    await app.request.download({ url: `${serverOrigin}/small`, filePath: 'y' });
    await world.run(5_000);

    expect(world.disk.list()).toEqual([rules === 'device' ? '/data/small?query' : '/data/small', '/data/x', '/data/y']);
  });

  it('is suspended and restored, with booleans for answers', async () => {
    const world = slowWorld({ rules });
    const task = await download(world, '/mid');
    const heard = hearLegacy(task, legacyDownloadEvents);
    await world.run(2_000);

    expect(await task.suspend()).toBe(true);
    expect(await task.suspend()).toBe(false);
    expect(stateOf(world, await onlyTid(world))).toBe('paused (5)');
    await world.run(100);
    expect(payloadsOf(heard, 'pause')).toEqual([[]]);
    expect(await task.restore()).toBe(true);
    expect(await task.restore()).toBe(true);
    await world.run(60_000);
    expect(stateOf(world, await onlyTid(world))).toBe('completed (0)');
    expectWhole(world, '/mid');
  });

  it('answers callbacks without an error as undefined, and old names like new ones', async () => {
    const world = slowWorld({ rules });
    const task = await download(world, '/big');
    await world.run(1_000);
    const answered = (call: (callback: (...args: unknown[]) => void) => unknown): Promise<unknown[]> =>
      new Promise((resolve) => expect(call((...args) => resolve(args))).toBeUndefined());

    expect(await answered((callback) => task.pause(callback))).toEqual([undefined, true]);
    expect(await answered((callback) => task.resume(callback))).toEqual([undefined, true]);
    expect(await answered((callback) => task.queryMimeType(callback))).toEqual([undefined, 'application/octet-stream']);
    expect((await answered((callback) => task.query(callback)))[1]).toMatchObject({ status: 1 });
    expect(await answered((callback) => task.remove(callback))).toEqual([undefined, true]);
    expect(await answered((callback) => task.delete(callback))).toEqual([undefined, true]);
    const config = { url: `${serverOrigin}/small`, filePath: '/data/small' };
    const [error, made] = await answered((callback) =>
      world.app.request.downloadFile(world.app.context, config, callback),
    );
    expect(error).toBeUndefined();
    expect(made).toHaveProperty('suspend');
  });

  it('is deleted with true, and nothing is heard of it but that', async () => {
    const world = slowWorld({ rules });
    const task = await download(world, '/big');
    const heard = hearLegacy(task, legacyDownloadEvents);
    await world.run(100);

    expect(await task.delete()).toBe(true);
    expect(await task.delete()).toBe(true);
    await world.run(5_000);

    expect(namesOf(heard)).toEqual(['remove']);
    expect(await task.suspend()).toBe(false);
  });

  it('tells those who come late the last event of each kind', async () => {
    const world = slowWorld({ rules });
    const task = await download(world, '/mid');
    await world.run(60_000);

    const heard = hearLegacy(task, legacyDownloadEvents);
    await world.run(0);

    expect(heard).toEqual([
      ['progress', [100_000, 100_000]],
      ['complete', []],
    ]);
    const again = hearLegacy(task, legacyDownloadEvents);
    await world.run(0);
    expect(again).toEqual([]);
  });

  it('that has ended hears nothing of its removal', async () => {
    const world = slowWorld({ rules });
    const task = await download(world, '/small');
    const heard = hearLegacy(task, legacyDownloadEvents);
    await world.run(5_000);
    expect(namesOf(heard).at(-1)).toBe('complete');

    expect(await task.delete()).toBe(true);
    await world.run(1_000);

    expect(payloadsOf(heard, 'remove')).toEqual([]);
    expect(stateOf(world, await onlyTidOrRemoved(world))).toBe('removed (5)');
  });

  it.each([
    [404, 8],
    [500, 8],
  ])('tells a status of %i as failure %i', async (status, failure) => {
    const world = slowWorld({ rules, faults: [answer(status)] });
    const task = await download(world, '/small');
    const heard = hearLegacy(task, legacyDownloadEvents);

    await world.run(5_000);

    expect(heard).toEqual([['fail', [failure]]]);
    expect(await task.getTaskInfo()).toMatchObject({ status: 4, failedReason: failure });
  });

  it.each([
    ['a full disk', 5, { diskBytes: 500 }],
    ['too many redirects', 6, { server: { redirects: { '/small': { status: 302, location: '//' } } } }],
  ])('tells %s as failure %i', async (_, failure, options) => {
    const world = slowWorld({ rules, ...options });
    const task = await download(world, '/small');
    const heard = hearLegacy(task, legacyDownloadEvents);

    await world.run(5_000);

    expect(payloadsOf(heard, 'fail')).toEqual([[failure]]);
  });

  it('waits when the network is lost, and says so', async () => {
    const world = slowWorld({ rules });
    const task = await download(world, '/mid');
    await world.run(2_000);

    world.setNetwork('offline');
    await world.run(1_000);
    expect(stateOf(world, await onlyTid(world))).toBe('waiting (7)');
    expect(await task.getTaskInfo()).toMatchObject({ status: 3, pausedReason: 1 });

    world.setNetwork('wifi');
    await world.run(60_000);
    expectWhole(world, '/mid');
  });

  it('describes itself', async () => {
    const world = slowWorld({ rules });
    const task = await download(world, '/mid', { description: 'D', title: 'T' });
    const tid = await onlyTid(world);
    const whole = {
      description: 'D',
      downloadTitle: 'T',
      downloadId: Number(tid),
      fileName: 'mid',
      filePath: '/data/mid',
      targetURI: `${serverOrigin}/mid`,
      failedReason: 0,
      pausedReason: 0,
    };
    expect(await task.getTaskInfo()).toEqual({ ...whole, status: 1, downloadedBytes: 0, downloadTotalBytes: -1 });
    expect(await task.getTaskMimeType()).toBe('');
    await world.run(2_000);
    await task.suspend();
    expect(await task.getTaskInfo()).toMatchObject({ status: 3, pausedReason: 3, downloadTotalBytes: 100_000 });
    await task.restore();
    await world.run(60_000);
    expect(await task.getTaskInfo()).toMatchObject({ status: 0, downloadedBytes: 100_000 });
    expect(await task.getTaskMimeType()).toBe('application/octet-stream');
    world.setAccount(100, 'inactive');
    expect(await task.getTaskInfo(), 'while another user is at the device').toMatchObject({ downloadId: 0 });
    world.setAccount(100, 'active');
    await task.delete();
    const isGone = !rule(rules, 'readRemoved');
    expect(await task.getTaskInfo()).toMatchObject({ downloadId: isGone ? 0 : Number(tid) });
    await world.run(60_000);
    const empty = (await task.getTaskInfo()) as { -readonly [member in keyof DownloadInfo]: DownloadInfo[member] };
    expect(empty).toMatchObject({ downloadId: 0, description: '', targetURI: '' });
    empty.description = 'mine';
    expect(await task.getTaskInfo(), 'each caller has its own').toMatchObject({ description: '' });
    expect(await task.getTaskMimeType()).toBe('');
  });

  it('knows its own events only', async () => {
    const code = rule(rules, 'codedLegacyErrors') ? 401 : undefined;
    const world = slowWorld({ rules });
    const task = await download(world, '/small');
    const on = (...args: unknown[]) => Reflect.apply(task.on, task, args);
    const off = (...args: unknown[]) => Reflect.apply(task.off, task, args);

    for (const event of ['completed', 'failed', 'resume', 'response', 'headerReceive', 'wait']) {
      expect(thrownBy(() => on(event, () => {})).code).toBe(code);
    }
    expect(thrownBy(() => on('progress')).code).toBe(code);
    expect(thrownBy(() => off('progress', undefined)).code).toBe(code);
    off('progress');
  });
});

/** A tombstone is not listed where documented, but the engine has it. */
async function onlyTidOrRemoved(world: World): Promise<string> {
  return world.engine.tasks()[0]?.tid ?? '';
}

describe.each(bothRules)('a legacy upload by the rules of %s', (rules) => {
  it('sends its files, tells each answer, and then the fate of all', async () => {
    const world = slowWorld({ rules });
    const { app } = world;
    const task = await app.request.uploadFile(app.context, legacyUploadOf(world, [15_000, 15_000]));
    const heard = hearLegacy(task, legacyUploadEvents);

    await world.run(20_000);

    expect(namesOf(heard).filter((name) => name !== 'progress')).toEqual([
      'headerReceive',
      'headerReceive',
      'complete',
    ]);
    const [[answered]] = payloadsOf(heard, 'headerReceive') as [[{ headers: object; body: string }]];
    expect(answered.headers).toMatchObject({ 'content-type': 'text/plain' });
    expect(answered.body).toBe('took 1 files\n');
    const [[states]] = payloadsOf(heard, 'complete') as [[TaskState[]]];
    expect(states).toEqual([0, 1].map((at) => ({ path: `/data/part${at}.bin`, responseCode: 0, message: '' })));
    expect(payloadsOf(heard, 'progress').at(-1)).toEqual([30_000, 30_000]);
    expect(world.server.uploads.map(({ method, files }) => [method, files.length])).toEqual([
      ['PUT', 1],
      ['PUT', 1],
    ]);
    const sent = world.server.uploads.map(({ files }) => files[0]?.bytes ?? new Uint8Array());
    expect(sent.every((bytes, at) => sameBytes(bytes, contentOf(at, 15_000)))).toBe(true);
  });

  it('is a form of one file at a time when it is posted', async () => {
    const world = slowWorld({ rules });
    const { app } = world;
    const data = [{ name: 'field', value: 'text' }];
    await app.request.uploadFile(app.context, legacyUploadOf(world, [100, 200], { method: 'POST', data }));

    await world.run(20_000);

    expect(world.server.uploads).toMatchObject([
      { method: 'POST', form: data, files: [{ name: 'part0', filename: 'part0.bin', contentType: 'bin' }] },
      { method: 'POST', form: data, files: [{ name: 'part1', filename: 'part1.bin', contentType: 'bin' }] },
    ]);
  });

  it('fails when the network is lost', async () => {
    const world = slowWorld({ rules });
    const { app } = world;
    const task = await app.request.uploadFile(app.context, legacyUploadOf(world, [100_000]));
    const heard = hearLegacy(task, legacyUploadEvents);
    await world.run(2_000);

    world.setNetwork('offline');
    await world.run(1_000);

    expect(stateOf(world, await onlyTid(world))).toBe('failed (7)');
    expect(heard.at(-1)).toEqual([
      'fail',
      [[{ path: '/data/part0.bin', responseCode: 7, message: 'NetWork is offline' }]],
    ]);
  });

  it('is deleted, and no more', async () => {
    const world = slowWorld({ rules });
    const { app } = world;
    const task = await app.request.upload(legacyUploadOf(world, [100_000]));
    await world.run(1_000);

    expect(await task.delete()).toBe(true);
    expect(await task.remove()).toBe(true);
    expect(stateOf(world, await onlyTidOrRemoved(world))).toBe('removed (5)');
    expect(task).not.toHaveProperty('suspend');
  });
});

describe('what a config is for', () => {
  const config = { url: `${serverOrigin}/small`, method: 'PUT', header: {}, data: [], files: [] };

  it('is said by the name of the function where documented', async () => {
    const world = slowWorld();
    const { app } = world;
    const task = await app.request.downloadFile(app.context, config as never);
    expect(task).toHaveProperty('suspend');
  });

  it('is guessed from its members on a device', () => {
    const world = slowWorld({ rules: 'device' });
    const { app } = world;
    expect(thrownBy(() => app.request.downloadFile(app.context, config as never)).code).toBe(401);
  });
});
