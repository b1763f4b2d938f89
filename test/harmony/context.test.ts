import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AbilityStage } from '../../src/harmony/ability-stage.ts';
import type common from '../../src/harmony/app-common.ts';
import { ApplicationContext, BaseContext, Context, contextsOf } from '../../src/harmony/context.ts';
import { configureDevice, type Device } from '../../src/harmony/device.ts';
import featureAbility from '../../src/harmony/feature-ability.ts';
import { UIAbility } from '../../src/harmony/ui-ability.ts';

let device: Device;

beforeEach(() => {
  device = configureDevice({ bundle: 'com.example.shop', module: 'phone', uid: 20_010_050 });
});
afterEach(() => device.close());

describe('the context of an ability', () => {
  it('names the directories of its module, and of its app', () => {
    const context: common.UIAbilityContext = contextsOf().ability;

    expect(context).toMatchObject({
      stageMode: true,
      area: 1,
      cacheDir: '/data/storage/el2/base/haps/phone/cache',
      tempDir: '/data/storage/el2/base/haps/phone/temp',
      filesDir: '/data/storage/el2/base/haps/phone/files',
      applicationInfo: { name: 'com.example.shop', uid: 20_010_050 },
    });
    expect(context.getApplicationContext().cacheDir).toBe('/data/storage/el2/base/cache');
    expect(context.createModuleContext('watch').filesDir).toBe('/data/storage/el2/base/haps/watch/files');
  });

  it('names directories that are there', () => {
    const { ability, application } = contextsOf();

    for (const { cacheDir, tempDir, filesDir } of [ability, application]) {
      expect([cacheDir, tempDir, filesDir].map((path) => existsSync(device.onDisk(path)))).toEqual([true, true, true]);
    }
  });

  it('is one object, as is that of the app', () => {
    expect(contextsOf().ability).toBe(contextsOf().ability);
    expect(contextsOf().ability.getApplicationContext()).toBe(contextsOf().stage.getApplicationContext());
    expect(contextsOf().application).toBeInstanceOf(ApplicationContext);
    expect(contextsOf().ability).toBeInstanceOf(Context);
    expect(contextsOf().ability).toBeInstanceOf(BaseContext);
  });

  it('is what an ability and a stage are born with', () => {
    class Entry extends UIAbility {}

    expect(new Entry().context).toBe(contextsOf().ability);
    expect(new AbilityStage().context).toBe(contextsOf().stage);
  });

  it('says 801 for its event hub', () => {
    const { eventHub } = contextsOf().ability;

    expect(() => eventHub.emit?.('x')).toThrow(
      expect.objectContaining({ code: 801, detail: expect.stringContaining('Context.eventHub.emit') }),
    );
  });

  it('creates tasks whose files the app can find', async () => {
    const { ability } = contextsOf();

    const task = await device.app.request.agent.create(ability, { action: 0, url: 'http://a.example/b.txt' });

    const { saveas } = await device.app.request.agent.show(task.tid);
    expect(saveas).toBe(`${ability.cacheDir}/b.txt`);
  });
});

describe('the context of the FA model', () => {
  it('tells its directories by promise and by callback', async () => {
    const context: featureAbility.Context = featureAbility.getContext();
    const told = new Promise((resolve) => {
      context.getFilesDir((error, data) => resolve([error, data]));
    });

    expect(await context.getCacheDir()).toBe('/data/storage/el2/base/haps/phone/cache');
    expect(await told).toEqual([null, '/data/storage/el2/base/haps/phone/files']);
    expect(await context.getBundleName()).toBe('com.example.shop');
    expect(context.stageMode).toBe(false);
    expect(context.getApplicationContext()).toBe(context);
  });

  it('serves where a context is asked for', async () => {
    const { agent } = device.app.request;

    const task = await agent.create(featureAbility.getContext(), { action: 0, url: 'http://a.example/b' });

    expect(task.tid).toMatch(/^\d+$/);
  });
});
