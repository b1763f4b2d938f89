import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import abilityDelegatorRegistry from '../../src/harmony/delegator.ts';
import { configureDevice } from '../../src/harmony/device.ts';
import deviceInfo from '../../src/harmony/device-info.ts';
import hilog from '../../src/harmony/hilog.ts';
import * as ability from '../../src/harmony/kit-ability.ts';
import * as basic from '../../src/harmony/kit-basic-services.ts';
import * as coreFile from '../../src/harmony/kit-core-file.ts';
import * as network from '../../src/harmony/kit-network.ts';
import * as performance from '../../src/harmony/kit-performance-analysis.ts';
import * as test from '../../src/harmony/kit-test.ts';
import { modules } from '../../src/harmony/modules.ts';

it.each(Object.entries(modules))('%s is the file %s', (_, entry) => {
  expect(existsSync(join(import.meta.dirname, `../../src/harmony/${entry}.ts`))).toBe(true);
});

it('tells the type of the device as a constant', async () => {
  const device = configureDevice({ deviceType: 'wearable', sdk: 12 });

  expect([deviceInfo.deviceType, deviceInfo.sdkApiVersion]).toEqual(['wearable', 12]);
  await device.close();
});

describe('the kits', () => {
  it('have the modules by name', () => {
    expect(basic.commonEventManager.subscribe).toBeTypeOf('function');
    expect(basic.request.agent.create).toBeTypeOf('function');
    expect(basic.deviceInfo).toBe(deviceInfo);
    expect(coreFile.fileIo.openSync).toBeTypeOf('function');
    expect(network.socket.constructTCPSocketServerInstance).toBeTypeOf('function');
    expect(network.statistics.getUidRxBytes).toBeTypeOf('function');
    expect(ability.wantAgent.getWantAgent).toBeTypeOf('function');
    expect(new ability.UIAbility().context.stageMode).toBe(true);
    expect(test.abilityDelegatorRegistry).toBe(abilityDelegatorRegistry);
    expect(performance.hilog).toBe(hilog);
  });

  it('name what they do not support when it is called', () => {
    const detail = (text: string) => expect.objectContaining({ code: 801, detail: expect.stringContaining(text) });

    expect(() => network.http.createHttp?.()).toThrow(detail('http.createHttp'));
    expect(() => ability.abilityAccessCtrl.createAtManager?.()).toThrow(detail('abilityAccessCtrl.createAtManager'));
    expect(() => coreFile.fileUri.getUriFromPath?.('/a')).toThrow(detail('fileUri.getUriFromPath'));
  });
});

it('logs to the console, what is private hidden', () => {
  const info = vi.spyOn(console, 'info').mockImplementation(() => {});

  hilog.info(0x1, 'Test', '%{public}s of %{private}d, %s, %{public}d%% %{public}s', 'one', 2, 'three', 4);

  expect(info).toHaveBeenCalledWith('00001/Test: one of <private>, <private>, 4% %{public}s');
  expect(hilog.isLoggable(0, 'Test', hilog.LogLevel.INFO)).toBe(true);
  info.mockRestore();
});

it('has a delegator that answers', async () => {
  const device = configureDevice({});
  const delegator: abilityDelegatorRegistry.AbilityDelegator = abilityDelegatorRegistry.getAbilityDelegator();

  const run = new Promise((resolve) => {
    delegator.executeShellCommand('aa start', (_, result) => resolve(result));
  });

  expect(await run).toEqual({ stdResult: '', exitCode: 0 });
  await delegator.addAbilityMonitor({ abilityName: 'EntryAbility' });
  expect(abilityDelegatorRegistry.getArguments().bundleName).toBe(device.bundle);
  expect(delegator.getAppContext().cacheDir).toBe('/data/storage/el2/base/cache');
  await device.close();
});
