import { describe, expect, it } from 'vitest';
import type { BaseContext, DownloadConfig } from '../../src/api/types.ts';
import { createWorld, serverOrigin, type World } from '../../src/sim/index.ts';
import {
  bothRules,
  downloadOf,
  expectRefusal,
  legacyUploadOf,
  refusalOf,
  slowWorld,
  thrownBy,
} from '../support/worlds.ts';

const noContext = null as unknown as BaseContext;
const internet = 'ohos.permission.INTERNET';
const at = (path: string): DownloadConfig => ({ url: serverOrigin + path, filePath: `/data${path}` });

function downService(rules: World['engine']['rules']): World {
  const world = slowWorld({ rules });
  world.engine.setService('unavailable');
  return world;
}

describe.each([
  ['documented', 13400003, 401],
  ['device', undefined, undefined],
] as const)('errors of the oldest functions, by the rules of %s', (rules, serviceCode, parameterCode) => {
  it(`are thrown with the code ${parameterCode}`, () => {
    const { request } = createWorld({ rules }).app;
    const error = thrownBy(() => request.upload({ ...legacyUploadOf(createWorld(), [1]), url: 'no url' }));

    expect(error.code).toBe(parameterCode);
    expect(error.message).toBe('The parameters check fails');
    expect(error.detail).toContain('config.url');
  });

  it(`reject with the code ${serviceCode}`, async () => {
    const error = await refusalOf(() => downService(rules).app.request.download(at('/small')));

    expect(error.code).toBe(serviceCode);
    expect(error.message).toBe('Task service ability error.');
  });

  it(`reach a callback with the code ${serviceCode}`, async () => {
    const { app, run } = worldAndRun(downService(rules));
    const codes: unknown[] = [];
    app.request.download(at('/small'), (error, task) => codes.push([error.code, task]));
    await run();

    expect(codes).toEqual([[serviceCode, undefined]]);
  });

  it('keep 201', async () => {
    const world = createWorld({ rules });
    const app = world.addApp({ uid: 20_010_002, bundle: 'com.example.lonely', permissions: [] });

    expect((await refusalOf(() => app.request.download(at('/lonely')))).code).toBe(201);
  });

  it(`of uploadFile have the code ${serviceCode} when the service is down, and of downloadFile 13400003`, async () => {
    const world = downService(rules);
    const { request, context } = world.app;

    const config = legacyUploadOf(world, [10]);
    expect((await refusalOf(() => request.uploadFile(context, config))).code).toBe(serviceCode);
    expect((await refusalOf(() => request.downloadFile(context, at('/small')))).code).toBe(13400003);
    expect(thrownBy(() => request.uploadFile(context, { ...config, url: 'no url' })).code).toBe(401);
  });

  it(`of on and off have the code ${parameterCode} for legacy tasks, and 401 for others`, async () => {
    const world = slowWorld({ rules });
    const { request, context } = world.app;
    const legacy = await request.downloadFile(context, at('/small'));
    const task = await world.create(downloadOf('/mid'));

    for (const call of ['on', 'off'] as const) {
      expect(thrownBy(() => legacy[call]('start' as 'pause', () => {})).code).toBe(parameterCode);
      expect(thrownBy(() => task[call]('start' as 'pause', () => {})).code).toBe(401);
    }
  });
});

describe.each(bothRules)('getTask without a context, by the rules of %s', (rules) => {
  it('answers with a task that the process holds, and refuses others', async () => {
    const world = slowWorld({ rules });
    const { agent } = world.app.request;
    const task = await world.create(downloadOf('/mid'));

    expect(await agent.getTask(noContext, task.tid)).toBe(task);
    expectRefusal(await refusalOf(() => agent.getTask(noContext, '1')), 21900006);
    world.app.terminate();
    world.app.toForeground();
    expect(thrownBy(() => agent.getTask(noContext, task.tid)).code).toBe(401);
  });

  it('does not know legacy tasks', async () => {
    const world = slowWorld({ rules });
    const { request, context } = world.app;
    await request.downloadFile(context, at('/small'));
    const [tid] = await request.agent.search();

    expectRefusal(await refusalOf(() => request.agent.getTask(noContext, tid ?? '')), 21900006);
  });
});

describe.each(bothRules)('search of a system app, by the rules of %s', (rules) => {
  it.each(['not a bundle', '1.example', '**'])('refuses the bundle %s', async (bundle) => {
    const world = createWorld({ rules });
    const { request } = world.addApp({
      uid: 20_010_002,
      bundle: 'com.example.system',
      system: true,
      permissions: [internet],
    });

    expectRefusal(await refusalOf(() => request.agent.search({ bundle })), 13400003);
    expect(await world.app.request.agent.search({ bundle })).toEqual([]);
  });
});

/** Callbacks are called in a microtask of their own. */
function worldAndRun(world: World) {
  return { app: world.app, run: () => world.run(1) };
}
