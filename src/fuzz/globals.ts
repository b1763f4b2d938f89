import { replaceTimers } from '../adapters/clock/global-timers.ts';
import { createSeededRandom } from '../adapters/random/seeded.ts';
import type { Clock } from '../ports/clock.ts';
import { takeBuiltins } from './builtins.ts';

export interface ReplacedGlobals {
  /** The process that set them is gone: none of its timers rings. */
  clearTimers(): void;
  restore(): void;
}

export interface GlobalsOptions {
  /** The client's. */
  readonly clock: Clock;
  readonly seed: number;
  /** The client tries to reach what is no part of its world. */
  readonly onOutside: (way: string) => void;
  readonly onRejection: (reason: unknown) => void;
}

/** Ways out of the world that all engines have. Each takes what it should reach first. */
const functionsOut = ['fetch'] as const;
const classesOut = ['XMLHttpRequest', 'WebSocket', 'EventSource', 'Worker'] as const;

/**
 * While a world runs, time and chance of the whole realm are the world's: timers, `Date`, `performance.now`, `Math.random`,
 * `crypto`. `queueMicrotask` stays. What would leave the world is told, and fails.
 */
export function replaceGlobals({ clock, seed, onOutside, onRejection }: GlobalsOptions): ReplacedGlobals {
  const timers = replaceTimers(clock);
  const undo = [
    () => timers.restore(),
    replaceImmediates(clock),
    replace(performance, { now: () => clock.elapsed() }),
    replaceChance(seed),
    replace(globalThis, waysOut(onOutside)),
    takeRejections(onRejection),
    takeConnections(onOutside),
    takeBuiltins(onOutside),
  ];
  return {
    clearTimers: timers.clear,
    restore: () => {
      for (const each of undo.reverse()) each();
    },
  };
}

/** Puts own properties in the place of others. @returns takes them away again. */
function replace(owner: object, properties: Readonly<Record<string, unknown>>): () => void {
  const before = Object.keys(properties).map((name) => [name, Object.getOwnPropertyDescriptor(owner, name)] as const);
  for (const [name, value] of Object.entries(properties)) {
    Object.defineProperty(owner, name, { value, configurable: true, writable: true });
  }
  return () => {
    for (const [name, property] of before) {
      if (property === undefined) Reflect.deleteProperty(owner, name);
      else Object.defineProperty(owner, name, property);
    }
  };
}

function replaceImmediates(clock: Clock): () => void {
  if (!('setImmediate' in globalThis)) return () => {};
  type Ring = (...parameters: readonly unknown[]) => void;
  return replace(globalThis, {
    setImmediate: (ring: Ring, ...parameters: readonly unknown[]) => clock.after(0, () => ring(...parameters)),
    clearImmediate: (timer: { cancel?: () => void } | undefined) => timer?.cancel?.(),
  });
}

function replaceChance(seed: number): () => void {
  const random = createSeededRandom(seed).fork('client');
  const byte = () => Math.floor(random.next() * 256);
  const hex = (digits: number) => Array.from({ length: digits }, () => (byte() & 15).toString(16)).join('');
  const undo = [
    replace(Math, { random: () => random.next() }),
    replace(crypto, {
      randomUUID: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
      getRandomValues: (array: ArrayBufferView) => {
        const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
        for (let at = 0; at < bytes.length; at++) bytes[at] = byte();
        return array;
      },
    }),
  ];
  return () => {
    for (const each of undo) each();
  };
}

function waysOut(onOutside: (way: string) => void): Record<string, unknown> {
  const refuse = (name: string, to: unknown): never => {
    onOutside(`${name} ${String(to instanceof Object && 'url' in to ? to.url : to)}`);
    throw new TypeError(`${name} is no part of this world: use the device's request`);
  };
  const functions = functionsOut.map((name) => [name, async (to: unknown) => refuse(name, to)]);
  const classes = classesOut
    .filter((name) => name in globalThis)
    .map((name) => {
      const Refused = (to: unknown) => {
        refuse(name, to);
      };
      return [name, Refused];
    });
  return Object.fromEntries([...functions, ...classes]);
}

type AnyListener = (...args: never[]) => void;

/** As much of a Node process as is needed, where there is one. */
interface NodeProcess {
  listeners(event: string): AnyListener[];
  removeAllListeners(event: string): void;
  on(event: string, listener: AnyListener): void;
  getBuiltinModule?(name: string): Record<'Socket' | 'Server', { prototype: object }> | undefined;
}

const nodeProcess = (globalThis as { process?: NodeProcess }).process;

/** Nobody else hears of rejections meanwhile: a test runner would take them for failures of its own. */
function takeRejections(onRejection: (reason: unknown) => void): () => void {
  if (nodeProcess?.listeners === undefined) return takeRejectionsOfBrowser(onRejection);
  const others = nodeProcess.listeners(rejected);
  nodeProcess.removeAllListeners(rejected);
  nodeProcess.on(rejected, onRejection);
  return () => {
    nodeProcess.removeAllListeners(rejected);
    for (const other of others) nodeProcess.on(rejected, other);
  };
}

const rejected = 'unhandledRejection';

/**
 * Who has listened before this does hears them too: a page has no list of its listeners. They are told in a task of their own,
 * so when a run notes one may differ from Node.
 */
function takeRejectionsOfBrowser(onRejection: (reason: unknown) => void): () => void {
  const page = globalThis as unknown as EventTarget;
  const take = (event: Event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    onRejection((event as Event & { readonly reason: unknown }).reason);
  };
  page.addEventListener(rejected.toLowerCase(), take, { capture: true });
  return () => page.removeEventListener(rejected.toLowerCase(), take, { capture: true });
}

/** In Node: all of net, tls, http and https ends in one method of two classes. */
function takeConnections(onOutside: (way: string) => void): () => void {
  const net = nodeProcess?.getBuiltinModule?.('node:net');
  if (net === undefined) return () => {};
  const undoServers = replace(net.Server.prototype, {
    listen() {
      onOutside('a server');
      throw new TypeError('a server is no part of this world');
    },
  });
  const undoSockets = replace(net.Socket.prototype, {
    connect(this: { destroy(error: Error): void }) {
      onOutside('a socket');
      queueMicrotask(() => this.destroy(new Error('a socket is no part of this world')));
      return this;
    },
  });
  return () => {
    undoServers();
    undoSockets();
  };
}
