import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import commonEventManager from '../../src/harmony/common-event.ts';
import { contextsOf } from '../../src/harmony/context.ts';
import { configureDevice, type Device } from '../../src/harmony/device.ts';

let device: Device;

beforeEach(() => {
  device = configureDevice({});
});
afterEach(() => device.close());

type Data = commonEventManager.CommonEventData;

const subscriberOf = (...events: string[]) => commonEventManager.createSubscriberSync({ events });
const publish = (event: string, options: commonEventManager.CommonEventPublishData = {}) =>
  new Promise((resolve) => commonEventManager.publish(event, options, resolve));

describe('the end of a task', () => {
  it('is told on the bus: 64 and the tid when it completed, 65 when it failed', async () => {
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/good' ? 200 : 404).end('x');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { agent } = device.app.request;
    const subscriber = await commonEventManager.createSubscriber({ events: [agent.BroadcastEvent.COMPLETE] });
    const heard: Data[] = [];
    commonEventManager.subscribe(subscriber, (error, data) => {
      expect(error).toBeNull();
      heard.push(data);
    });
    const download = async (path: string) => {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
      const task = await agent.create(contextsOf().ability, { action: agent.Action.DOWNLOAD, url, overwrite: true });
      await task.start();
      return task.tid;
    };

    const good = await download('/good');
    const bad = await download('/bad');

    await expect.poll(() => heard.length).toBe(2);
    expect(heard).toContainEqual({ event: 'ohos.request.event.COMPLETE', bundleName: '', code: 64, data: good });
    expect(heard).toContainEqual({ event: 'ohos.request.event.COMPLETE', bundleName: '', code: 65, data: bad });
    server.close();
  });
});

describe('an event', () => {
  it('reaches every subscriber to it, and no other', async () => {
    const heard: string[] = [];
    const listen = (name: string, ...events: string[]) =>
      commonEventManager.subscribe(subscriberOf(...events), (_, data) => heard.push(`${name}: ${data.data}`));
    listen('first', 'a');
    listen('second', 'b', 'a');
    listen('third', 'b');

    await publish('a', { data: 'one' });

    expect(heard).toEqual(['first: one', 'second: one']);
  });

  it('carries what was published', async () => {
    const told = new Promise<Data>((resolve) => {
      void commonEventManager.subscribeToEvent(subscriberOf('a'), resolve);
    });

    await publish('a', { code: 7, data: 'text', parameters: { key: [1] } });

    expect(await told).toEqual({
      event: 'a',
      bundleName: device.bundle,
      code: 7,
      data: 'text',
      parameters: { key: [1] },
    });
  });

  it('for another app is not heard here', async () => {
    const heard: Data[] = [];
    commonEventManager.subscribe(subscriberOf('a'), (_, data) => heard.push(data));

    await publish('a', { bundleName: 'com.other' });
    await new Promise<void>((resolve) => commonEventManager.publish('a', () => resolve()));

    expect(heard).toMatchObject([{ bundleName: device.bundle }]);
  });

  it('is heard no more once its subscriber has left, inside its own callback too', async () => {
    const heard: string[] = [];
    const leaving = subscriberOf('a');
    const left = new Promise((resolve) => {
      commonEventManager.subscribe(leaving, () => {
        heard.push('leaving');
        commonEventManager.unsubscribe(leaving, resolve);
      });
    });
    commonEventManager.subscribe(subscriberOf('a'), () => heard.push('staying'));

    await publish('a');
    await publish('a');

    expect(await left).toBeNull();
    expect(heard).toEqual(['leaving', 'staying', 'staying']);
  });

  it('is heard no more when no callback, or null, is told of leaving', async () => {
    const heard: string[] = [];
    for (const none of [undefined, null]) {
      const subscriber = subscriberOf('a');
      commonEventManager.subscribe(subscriber, () => heard.push('leaving'));
      commonEventManager.unsubscribe(subscriber, none as undefined);
    }

    await publish('a');

    expect(heard).toEqual([]);
  });

  it('of an earlier device is not heard by a later one', async () => {
    const heard: Data[] = [];
    const subscriber = subscriberOf('a');
    commonEventManager.subscribe(subscriber, (_, data) => heard.push(data));
    device = configureDevice({});

    await publish('a');

    expect(heard).toEqual([]);
  });
});

describe('arguments', () => {
  const manager = commonEventManager as unknown as Record<string, (...args: unknown[]) => unknown>;

  it.each<[string, string, unknown[]]>([
    ['no info', 'createSubscriber', []],
    ['no events', 'createSubscriber', [{}]],
    ['events that are no strings', 'createSubscriberSync', [{ events: [7] }]],
    ["a subscriber of one's own making", 'subscribe', [{}, () => {}]],
    ['no callback', 'subscribe', [subscriberOf('a')]],
    ['no subscriber', 'unsubscribe', []],
    ['no event', 'publish', [undefined, () => {}]],
    ['no callback to publish', 'publish', ['a']],
  ])('with %s are refused by %s', (_, member, args) => {
    expect(() => manager[member]?.(...args)).toThrow(expect.objectContaining({ code: 401 }));
  });

  it('come back from the subscriber', async () => {
    expect(await subscriberOf('a', 'b').getSubscribeInfo()).toEqual({ events: ['a', 'b'] });
  });
});
