import { describe, expect, it } from 'vitest';
import type { HttpResponse, Progress } from '../../src/api/types.ts';
import { serverOrigin } from '../../src/sim/index.ts';
import {
  bareEngine,
  bothRules,
  downloadOf,
  expectRefusal,
  hear,
  lastProgress,
  namesOf,
  payloadsOf,
  slowWorld,
  started,
  thrownBy,
  uploadOf,
} from '../support/worlds.ts';

describe.each(bothRules)('listeners by the rules of %s', (rules) => {
  it('hear each event once, in the order in which they came', async () => {
    const world = slowWorld({ rules });
    const task = await world.create(downloadOf('/small'));
    const heard: string[] = [];
    const first = () => heard.push('first');
    task.on('completed', first);
    task.on('completed', () => heard.push('second'));
    task.on('completed', first);

    await task.start();
    await world.run(5_000);

    expect(heard).toEqual(['first', 'second']);
  });

  it('hear nothing once they are off', async () => {
    const world = slowWorld({ rules });
    const task = await world.create(downloadOf('/small'));
    const heard: string[] = [];
    const one = () => heard.push('one');
    const other = () => heard.push('other');
    task.on('completed', one);
    task.on('completed', other);
    task.on('progress', one);
    task.off('completed', one);
    task.off('completed', () => {});
    task.off('progress');

    await task.start();
    await world.run(5_000);

    expect(heard).toEqual(['other']);
  });

  it('that are taken off while an event is delivered do not hear it any more', async () => {
    const world = slowWorld({ rules });
    const task = await world.create(downloadOf('/small'));
    const heard: string[] = [];
    const late = () => heard.push('late');
    task.on('completed', () => {
      heard.push('early');
      task.off('completed', late);
    });
    task.on('completed', late);

    await task.start();
    await world.run(5_000);

    expect(heard).toEqual(['early']);
  });

  it('are named and called rightly, or refused with 401', async () => {
    const world = slowWorld({ rules });
    const task = await world.create(downloadOf('/small'));
    const on = (...args: unknown[]) => Reflect.apply(task.on, task, args);
    const off = (...args: unknown[]) => Reflect.apply(task.off, task, args);
    const listener = () => {};

    for (const event of [
      'progress',
      'completed',
      'failed',
      'pause',
      'resume',
      'remove',
      'response',
      'faultOccur',
      'wait',
    ]) {
      on(event, listener);
      off(event, listener);
      off(event);
    }
    for (const call of [
      () => on(),
      () => on('progress'),
      () => on('progress', undefined),
      () => on('progress', 'listener'),
      () => on('started', listener),
      () => on(1, listener),
      () => off(),
      () => off('progress', undefined),
      () => off('progress', null),
      () => off('started'),
      () => off(undefined, listener),
    ]) {
      expectRefusal(thrownBy(call), 401);
    }
  });

  it('are all heard though one of them throws, and what it throws is told to the embedder', async () => {
    const thrown: unknown[] = [];
    const { app, clock } = bareEngine({ rules, onListenerThrow: (error) => thrown.push(error) });
    const { agent } = app.request;
    const task = await agent.create(app.context, { action: agent.Action.DOWNLOAD, url: `${serverOrigin}/small` });
    const heard: string[] = [];
    task.on('completed', () => {
      throw new Error('mine');
    });
    task.on('completed', () => heard.push('other'));
    app.onBroadcast(() => {
      throw new Error('broadcast');
    });
    app.onBroadcast(({ data }) => heard.push(data));

    await task.start();
    await clock.run(5_000);

    expect(heard).toEqual(['other', task.tid]);
    expect(thrown).toEqual([new Error('mine'), new Error('broadcast')]);
  });

  it('are all heard though the embedder throws what it is told', async () => {
    const unheard = new Error('mine');
    const caught = new Promise((resolve) => process.once('uncaughtException', resolve));
    const { app, clock } = bareEngine({
      rules,
      onListenerThrow: (thrown) => {
        throw thrown;
      },
    });
    const { agent } = app.request;
    const create = (saveas: string) =>
      agent.create(app.context, { action: agent.Action.DOWNLOAD, url: `${serverOrigin}/small`, saveas });
    const [one, other] = [await create('./one'), await create('./other')];
    one.on('completed', () => {
      throw unheard;
    });
    const heard = hear(other);

    await Promise.all([one.start(), other.start()]);
    await clock.run(5_000);

    expect(namesOf(heard)).toContain('completed');
    expect(await caught).toBe(unheard);
  });

  it('are released after they heard that their task was removed', async () => {
    const world = slowWorld({ rules });
    const { agent } = world.app.request;
    const task = await world.create(downloadOf('/big'));
    const heard = hear(task);

    await agent.remove(task.tid);
    expect(heard).toEqual([]);
    await world.run(0);
    expect(namesOf(heard)).toEqual(['remove']);
    const late: unknown[] = [];
    task.on('remove', (progress) => late.push(progress));
    await world.run(60_000);

    expect(late).toEqual([]);
    expect(namesOf(heard)).toEqual(['remove']);
  });

  it('that are added right after start hear everything', async () => {
    const world = slowWorld({ rules });
    const task = await world.create(downloadOf('/small'));
    await task.start();
    const heard = hear(task);

    await world.run(5_000);

    expect(namesOf(heard)).toEqual(['response', 'progress', 'completed']);
  });

  it('are gone with the process of their app, and whoever gets the task anew hears it again', async () => {
    const world = slowWorld({ rules });
    const { app } = world;
    const task = await started(world, downloadOf('/mid'));
    const heard = hear(task);
    const broadcasts: unknown[] = [];
    app.onBroadcast((event) => broadcasts.push(event));
    await world.run(2_000);
    const before = heard.length;

    app.terminate();
    app.toForeground();
    const again = await app.request.agent.getTask(app.context, task.tid);
    const heardAgain = hear(again);
    await world.run(20_000);

    expect(again).not.toBe(task);
    expect(heard).toHaveLength(before);
    expect(broadcasts).toEqual([]);
    expect(heardAgain.at(-1)?.[0]).toBe('completed');
    expect(again.config).toMatchObject({ url: `${serverOrigin}/mid`, method: 'GET' });
  });
});

describe('progress', () => {
  it('is told once a second at most, and once at the end', async () => {
    const world = slowWorld();
    const task = await world.create(downloadOf('/mid'));
    const at: number[] = [];
    task.on('progress', () => at.push(world.clock.elapsed()));

    await task.start();
    await world.run(60_000);

    const pauses = at.slice(1, -1).map((ms, before) => ms - (at[before] ?? 0));
    expect(at[0]).toBeGreaterThanOrEqual(1_000);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(1_200);
  });

  it('is not told when no byte has come of an unknown number', async () => {
    const world = slowWorld({ server: { lengths: false } });
    const task = await started(world, downloadOf('/big'));
    const heard = hear(task);
    await world.run(10);

    await task.pause();
    await world.run(1_000);

    expect(namesOf(heard)).toEqual(['pause']);
  });

  it('is told of no byte of a known number', async () => {
    const world = slowWorld();
    const task = await started(world, uploadOf(world, [1_000]));
    const heard = hear(task);
    await world.run(10);

    await task.pause();
    await world.run(1_000);

    expect(namesOf(heard)).toEqual(['pause', 'progress']);
    expect(lastProgress(heard)).toMatchObject({ processed: 0, sizes: [1_000] });
  });

  it('has the size −1 as long as it is unknown, and the bytes once they all are there', async () => {
    const world = slowWorld({ server: { lengths: false } });
    const task = await started(world, downloadOf('/mid'));
    const heard = hear(task);

    await world.run(60_000);

    const sizes = payloadsOf<Progress>(heard, 'progress').map((each) => each.sizes);
    expect(sizes[0]).toEqual([-1]);
    expect(heard.at(-1)).toEqual(['completed', expect.objectContaining({ sizes: [100_000], processed: 100_000 })]);
  });

  it('carries the headers of the response', async () => {
    const world = slowWorld();
    const task = await started(world, downloadOf('/small'));
    const heard = hear(task);
    await world.run(5_000);

    const headers = { 'content-type': 'application/octet-stream', etag: '"small-1000-0"', 'content-length': '1000' };
    expect(lastProgress(heard)?.extras).toMatchObject({ ...headers, body: '' });
    const [response] = payloadsOf<HttpResponse>(heard, 'response');
    expect(response?.headers.get('etag')).toEqual(['"small-1000-0"']);
  });

  it('carries a header of any name', async () => {
    const world = slowWorld({
      personalities: [
        (request, serve) => {
          const response = serve(request);
          return { ...response, headers: [...response.headers, ['__proto__', 'odd']] };
        },
      ],
    });
    const heard = hear(await started(world, downloadOf('/small')));
    await world.run(5_000);

    const { extras = {} } = lastProgress(heard) ?? {};
    expect(Object.keys(extras).slice(-2)).toEqual(['__proto__', 'body']);
    expect(Object.getPrototypeOf(extras)).toBe(Object.prototype);
  });
});
