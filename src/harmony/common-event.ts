/**
 * `@ohos.commonEventManager`: the bus that the request service tells of ended tasks on. An app publishes to itself.
 * @source neighbours.md 8; harmony-request.md 6.4
 */
import { BroadcastEvent } from '../api/constants.ts';
import { isObject, itemsOf, parameterError } from '../api/fields.ts';
import type { AsyncCallback, BusinessError, Callback } from './base.ts';
import { type Device, theDevice } from './device.ts';
import { type BothForms, bothForms } from './forms.ts';
import { withUnsupported } from './unsupported.ts';

interface SubscribeInfo {
  events: Array<string>;
  publisherPermission?: string;
  publisherDeviceId?: string;
  publisherBundleName?: string;
  userId?: number;
  priority?: number;
}

interface EventData {
  event: string;
  bundleName?: string;
  code?: number;
  data?: string;
  // biome-ignore lint/suspicious/noExplicitAny: published like this
  parameters?: { [key: string]: any };
}

interface PublishData extends Omit<EventData, 'event'> {
  subscriberPermissions?: Array<string>;
  isOrdered?: boolean;
  isSticky?: boolean;
}

interface Subscriber {
  getSubscribeInfo: BothForms<[], SubscribeInfo>;
}

interface Subscription {
  readonly subscriber: Subscriber;
  readonly callback: AsyncCallback<EventData>;
}

/** What is subscribed to on one device. */
class Bus {
  readonly #device: Device;
  readonly #subscriptions = new Set<Subscription>();

  constructor(device: Device) {
    this.#device = device;
  }

  add(subscription: Subscription): void {
    this.#subscriptions.add(subscription);
    // The app drops its listeners when its process ends; to listen twice is to listen once.
    this.#device.app.onBroadcast(this.#relay);
  }

  remove(subscriber: Subscriber): void {
    for (const subscription of this.#subscriptions) {
      if (subscription.subscriber === subscriber) this.#subscriptions.delete(subscription);
    }
  }

  publish(data: EventData): void {
    for (const subscription of this.#subscriptions) {
      if (infoOf(subscription.subscriber).events.includes(data.event)) this.#deliver(subscription, data);
    }
  }

  readonly #relay = ({ code, data }: { readonly code: number; readonly data: string }): void =>
    this.publish({ event: BroadcastEvent.COMPLETE, bundleName: '', code, data });

  /** Each in a turn of its own: what one callback throws, or unsubscribes, is no matter of the next. */
  #deliver(subscription: Subscription, data: EventData): void {
    queueMicrotask(() => {
      if (this.#subscriptions.has(subscription)) subscription.callback(noError, { ...data });
    });
  }
}

/** Declared as always there; null in truth. */
const noError = null as unknown as BusinessError;
const buses = new WeakMap<Device, Bus>();
const infos = new WeakMap<object, SubscribeInfo>();

const makeSubscriber = (info: SubscribeInfo): (() => Subscriber) => {
  const checked = checkInfo(info);
  return () => {
    const subscriber = withUnsupported<Subscriber>('CommonEventSubscriber', {
      getSubscribeInfo: bothForms<[], SubscribeInfo>(() => () => checked),
    });
    infos.set(subscriber, checked);
    return subscriber;
  };
};

const commonEventManager = withUnsupported('commonEventManager', {
  createSubscriber: bothForms<[subscribeInfo: SubscribeInfo], Subscriber>(makeSubscriber),
  createSubscriberSync: (subscribeInfo: SubscribeInfo): Subscriber => makeSubscriber(subscribeInfo)(),

  /** Answers each event from now on. @throws 401 */
  subscribe(subscriber: Subscriber, callback: AsyncCallback<EventData>): void {
    checkSubscription(subscriber, callback);
    theBus().add({ subscriber, callback });
  },

  /** @throws 401 */
  async subscribeToEvent(subscriber: Subscriber, callback: Callback<EventData>): Promise<void> {
    checkSubscription(subscriber, callback);
    theBus().add({ subscriber, callback: (_, data) => callback(data) });
  },

  /** Others who subscribed to the same events go on hearing them. @throws 401 */
  unsubscribe(subscriber: Subscriber, callback?: AsyncCallback<void>): void {
    checkSubscription(subscriber, callback ?? (() => {}));
    theBus().remove(subscriber);
    if (isFunction(callback)) queueMicrotask(() => callback(noError, undefined));
  },

  publish,
});

declare namespace commonEventManager {
  type CommonEventSubscribeInfo = SubscribeInfo;
  type CommonEventData = EventData;
  type CommonEventPublishData = PublishData;
  type CommonEventSubscriber = Subscriber;
}

export default commonEventManager;

function publish(event: string, callback: AsyncCallback<void>): void;
function publish(event: string, options: PublishData, callback: AsyncCallback<void>): void;
function publish(event: unknown, ...rest: readonly unknown[]): void {
  const [options, callback] = rest.length > 1 ? rest : [{}, rest[0]];
  if (typeof event !== 'string') throw parameterError('type', 'event is no string', event, 'a string');
  if (!isObject(options)) throw parameterError('type', 'options is no object', options, 'CommonEventPublishData');
  if (!isFunction(callback)) throw parameterError('type', 'callback is no function', callback, 'a function');
  const { bundleName = theDevice().bundle, code = 0, data = '', parameters = {} } = options as PublishData;
  // What is for another app is heard by nobody here.
  if (bundleName === theDevice().bundle) theBus().publish({ event, bundleName, code, data, parameters });
  queueMicrotask(() => callback(null, undefined));
}

function theBus(): Bus {
  const device = theDevice();
  const bus = buses.get(device) ?? new Bus(device);
  buses.set(device, bus);
  return bus;
}

/** @throws PARAMETER */
function checkInfo(info: unknown): SubscribeInfo {
  const legal = '{ events: string[] }';
  if (!isObject(info)) throw parameterError('type', 'subscribeInfo is no object', info, legal);
  const { events } = info as Partial<SubscribeInfo>;
  const names = itemsOf(events, 'subscribeInfo.events');
  if (names === undefined || !names.every((name) => typeof name === 'string')) {
    throw parameterError('type', 'subscribeInfo.events is no array of strings', events, legal);
  }
  return { ...info, events: [...names] };
}

/** @throws PARAMETER */
function infoOf(subscriber: unknown): SubscribeInfo {
  const info = isObject(subscriber) ? infos.get(subscriber) : undefined;
  if (info === undefined) throw parameterError('type', 'subscriber is none', subscriber, 'what createSubscriber gave');
  return info;
}

/** @throws PARAMETER */
function checkSubscription(subscriber: unknown, callback: unknown): void {
  infoOf(subscriber);
  if (!isFunction(callback)) throw parameterError('type', 'callback is no function', callback, 'a function');
}

function isFunction(value: unknown): value is (...args: readonly unknown[]) => void {
  return typeof value === 'function';
}
