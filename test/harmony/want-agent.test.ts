import { afterEach, beforeEach, expect, it } from 'vitest';
import { contextsOf } from '../../src/harmony/context.ts';
import { configureDevice, type Device } from '../../src/harmony/device.ts';
import wantAgent, { type WantAgent } from '../../src/harmony/want-agent.ts';

let device: Device;

beforeEach(() => {
  device = configureDevice({});
});
afterEach(() => device.close());

function infoFor(bundleName: string): wantAgent.WantAgentInfo {
  return {
    wants: [{ bundleName, abilityName: 'EntryAbility' }],
    actionType: wantAgent.OperationType.START_ABILITY,
    requestCode: 0,
    wantAgentFlags: [wantAgent.WantAgentFlags.CONSTANT_FLAG],
  };
}

const create = (agent: WantAgent) =>
  device.app.request.agent.create(contextsOf().ability, {
    action: 0,
    url: 'http://a.example/b',
    overwrite: true,
    notification: { wantAgent: agent },
  });

it('makes what a notification of the app takes', async () => {
  const agent = await wantAgent.getWantAgent(infoFor(device.bundle));

  expect((await create(agent)).tid).toMatch(/^\d+$/);
});

it('makes the same by callback', async () => {
  const agent = await new Promise<WantAgent>((resolve, reject) => {
    wantAgent.getWantAgent(infoFor(device.bundle), (error, made) => (error ? reject(error) : resolve(made)));
  });

  expect((await create(agent)).tid).toMatch(/^\d+$/);
});

it('takes a want without a bundle for one of the app', async () => {
  const agent = await wantAgent.getWantAgent({ wants: [{ abilityName: 'EntryAbility' }], requestCode: 0 });

  expect((await create(agent)).tid).toMatch(/^\d+$/);
});

it('is not replaced by a plain object', () => {
  expect(() => create({})).toThrow(expect.objectContaining({ code: 401 }));
});

it('is of no use for another bundle', async () => {
  const agent = await wantAgent.getWantAgent(infoFor('com.other'));

  expect(() => create(agent)).toThrow(expect.objectContaining({ code: 401 }));
});

it('refuses what tells no wants', () => {
  const get = wantAgent.getWantAgent as (info: unknown) => unknown;

  for (const info of [undefined, {}, { wants: 'all' }, { wants: [7] }]) {
    expect(() => get(info)).toThrow(expect.objectContaining({ code: 401 }));
  }
});
