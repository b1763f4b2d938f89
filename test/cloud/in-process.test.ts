import { describe, expect, it } from 'vitest';
import { createSimulatedClock } from '../../src/adapters/clock/simulated.ts';
import type { WireFault } from '../../src/cloud/faults.ts';
import { createCloudService } from '../../src/cloud/in-process.ts';
import { ScenarioError } from '../../src/cloud/scenario.ts';
import { createWorld } from '../../src/sim/world.ts';
import { tiny } from './tiny.ts';

const origin = 'https://cloud.example';
const files = [
  { path: '/text', text: '0123456789' },
  { path: '/empty', text: '' },
  { path: '/file', size: 300_000 },
];
const faulty = (wire: WireFault) => createCloudService(tiny, { scenario: { files, faults: [{ on: '*', wire }] } });

describe('fetch', () => {
  it('answers as a server would', async () => {
    const service = createCloudService(tiny, { scenario: { files } });
    await service.fetch(`${origin}/a`, { method: 'PUT', body: 'first' });

    const got = await service.fetch(`${origin}/a`, { headers: { range: 'bytes=1-2' } });
    const head = await service.fetch(`${origin}/text`, { method: 'HEAD' });
    const deleted = await service.fetch(new Request(`${origin}/a`, { method: 'DELETE' }));

    expect([got.status, await got.text()]).toEqual([206, 'ir']);
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '10', '']);
    expect([deleted.status, deleted.body]).toEqual([204, null]);
    expect(service.state.serial).toBe(4);
    expect((await (await service.fetch(`${origin}/where`)).json()).base).toBe(origin);
    expect(service.hints).toEqual(['# hello', 'curl http://localhost/file']);
  });

  it('takes forms', async () => {
    const form = new FormData();
    form.append('a', '够');
    form.append('f', new Blob(['x']), 'f.txt');

    const echo = await createCloudService(tiny).fetch(`${origin}/echo`, { method: 'POST', body: form });

    expect(await echo.json()).toMatchObject({ fields: [['a', '够']], files: [{ filename: 'f.txt' }] });
  });

  it.each([579, 599, 612, 631])('tells the status %i, and repeats headers', async (status) => {
    const response = await createCloudService(tiny).fetch(`${origin}/status/${status}`);

    expect([response.status, response.ok]).toEqual([status, false]);
    expect(response.headers.get('x-twice')).toBe('one, two');
    expect(await response.text()).toBe('a body');
  });

  it('reset: the body breaks', async () => {
    const reader = (await faulty({ type: 'reset', bytes: 4 }).fetch(`${origin}/text`)).body?.getReader();

    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('0123');
    await expect(reader?.read()).rejects.toThrow(TypeError);
    await expect(faulty({ type: 'reset', bytes: 4 }).fetch(`${origin}/empty`)).rejects.toThrow('fetch failed');
  });

  it('truncate: the body ends early', async () => {
    const response = await faulty({ type: 'truncate', bytes: 4 }).fetch(`${origin}/text`);

    expect([response.headers.get('content-length'), await response.text()]).toEqual(['10', '0123']);
  });

  it('stall: nothing more comes until somebody cancels', async () => {
    const service = faulty({ type: 'stall', bytes: 4 });
    const reader = (await service.fetch(`${origin}/text`)).body?.getReader();
    await reader?.read();
    const next = reader?.read();
    await reader?.cancel();
    const controller = new AbortController();
    const aborted = await service.fetch(`${origin}/text`, { signal: controller.signal });
    const never = service.fetch(`${origin}/empty`, { signal: controller.signal });
    controller.abort();

    expect((await next)?.done).toBe(true);
    await expect(aborted.text()).rejects.toThrow('aborted');
    await expect(never).rejects.toThrow('aborted');
  });

  it('delay and dribble take the time of the clock', async () => {
    const clock = createSimulatedClock({ startMs: 0 });
    const slow = (wire: WireFault) =>
      createCloudService(tiny, { clock, scenario: { files, faults: [{ on: '*', wire }] } }).fetch(`${origin}/text`);
    const done: string[] = [];
    const note = (name: string) => (text: string) => done.push(`${name} ${text} ${clock.now()}`);
    void slow({ type: 'dribble', bytesPerSecond: 2 }).then((response) => response.text().then(note('dribble')));
    void slow({ type: 'delay', delayMs: 700 }).then((response) => response.text().then(note('delay')));

    await clock.run(10_000);

    expect(done).toEqual(['delay 0123456789 700', 'dribble 0123456789 5000']);
  });

  it('cut, length, noLength', async () => {
    await expect(faulty({ type: 'cut', bytes: 1 }).fetch(`${origin}/text`)).rejects.toThrow('fetch failed');
    const length = await faulty({ type: 'length', by: 2 }).fetch(`${origin}/text`);
    const noLength = await faulty({ type: 'noLength' }).fetch(`${origin}/text`);

    expect(length.headers.get('content-length')).toBe('12');
    expect(noLength.headers.has('content-length')).toBe(false);
  });

  it('holds no more bytes than it may', async () => {
    const service = createCloudService(tiny, { limits: { memoryBytesMax: 1_000, bodyBytesMax: 900 } });
    const put = async (path: string, size: number) =>
      (await service.fetch(`${origin}${path}`, { method: 'PUT', body: 'x'.repeat(size) })).status;

    expect(await put('/big', 901)).toBe(400);
    expect(await put('/a', 600)).toBe(200);
    expect(await put('/b', 500)).toBe(400);
    for (let n = 0; n < 20; n++) expect(await put('/a', 390 - n)).toBe(200);
    expect(await (await service.fetch(`${origin}/a`)).text()).toBe('x'.repeat(371));
    expect((await service.fetch(`${origin}/join`, { method: 'POST', body: '/a,/a,/a' })).status).toBe(400);
  });

  it('drops what nobody has any more for slices that are joined', async () => {
    const service = createCloudService(tiny, { limits: { memoryBytesMax: 1_000, bodyBytesMax: 900 } });
    const put = (path: string, body: string) => service.fetch(`${origin}${path}`, { method: 'PUT', body });
    await put('/a', 'a'.repeat(200));
    await put('/b', 'b'.repeat(200));
    await put('/gone', 'c'.repeat(500));
    await service.fetch(`${origin}/gone`, { method: 'DELETE' });

    const joined = await service.fetch(`${origin}/join`, { method: 'POST', body: '/a,/b,.' });

    expect(joined.status).toBe(200);
    expect(await (await service.fetch(`${origin}/joined`)).text()).toBe(`${'a'.repeat(200)}${'b'.repeat(200)}/a,/b,.`);
  });

  it('refuses a scenario whose file has no place, before the first request', () => {
    const scenario = { files: [{ path: 'x', text: '' }] };

    expect(() => createCloudService(tiny, { scenario })).toThrow(ScenarioError);
  });

  it('lets a bug through', async () => {
    await expect(createCloudService(tiny).fetch(`${origin}/bug`)).rejects.toThrow('a bug of the service');
  });
});

describe('in a simulated world', () => {
  const download = async (wire: WireFault | null, path = '/file', more: object = {}) => {
    const faults = wire === null ? [] : [{ on: '*', wire, ...more }];
    const service = createCloudService(tiny, { scenario: { files, faults } });
    const world = createWorld({ hosts: { [origin]: service.handler } });
    const task = world.download('/unused', { url: `${origin}${path}`, saveas: '/data/file' });
    await world.run(60_000);
    return { task, service, world };
  };

  it('serves the engine, by the time of the world', async () => {
    const { task, service, world } = await download(null);

    expect(task.state).toBe('completed');
    expect(world.disk.look('/data/file')).toMatchObject({ bytes: 300_000 });
    const response = service.handler({
      method: 'GET',
      url: new URL(`${origin}/text`),
      headers: {},
      body: new Uint8Array(),
      nowMs: 0,
    });
    expect(response.headers).toContainEqual(['last-modified', 'Thu, 01 Jan 1970 00:00:00 GMT']);
  });

  it.each([
    [{ type: 'reset', bytes: 100_000 }, 'completed'],
    [{ type: 'truncate', bytes: 100_000 }, 'completed'],
    // It has all there is, asks for what comes after, and is told that there is nothing.
    [{ type: 'length', by: 5 }, 'failed'],
    [{ type: 'delay', delayMs: 3_000 }, 'completed'],
    [{ type: 'dribble', bytesPerSecond: 10_000 }, 'completed'],
    [{ type: 'noLength' }, 'completed'],
    [{ type: 'cut', bytes: 0 }, 'completed'],
    [{ type: 'stall', bytes: 100_000 }, 'running'],
  ] as const)('meets %j once, and is %s', async (wire, state) => {
    const { task } = await download(wire, '/file', { times: 1 });

    expect(task.state).toBe(state);
  });

  it.each([
    [{ type: 'delay', delayMs: 30_000 }, '/text'],
    [{ type: 'dribble', bytesPerSecond: 10_000 }, '/file'],
  ] as const)('%j takes its time there', async (wire, path) => {
    const service = createCloudService(tiny, { scenario: { files, faults: [{ on: '*', wire }] } });
    const world = createWorld({ hosts: { [origin]: service.handler } });
    const task = world.download('/unused', { url: `${origin}${path}`, saveas: '/data/file' });

    await world.run(29_000);
    expect(task.state).toBe('running');
    await world.run(3_000);
    expect(task.state).toBe('completed');
  });

  it('breaks every time when it is told to', async () => {
    expect((await download({ type: 'reset', bytes: 0 }, '/empty')).task.state).toBe('failed');
    expect((await download({ type: 'reset', bytes: 1_000 })).task.state).toBe('failed');
  });
});
