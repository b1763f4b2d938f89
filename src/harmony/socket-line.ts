import type { AddressInfo, Socket } from 'node:net';
import { types } from 'node:util';
import { isObject, parameterError } from '../api/fields.ts';
import { Listeners } from '../api/listeners.ts';
import { checkListener } from '../api/validate.ts';
import { CodedError } from './coded-error.ts';
import { bothForms } from './forms.ts';
import type { NetAddress, SocketMessageInfo, TCPSendOptions } from './socket-types.ts';

/** Codes of the sockets, by what the system says. @source neighbours.md 11 */
const errors: Readonly<Record<string, { readonly code: number; readonly text: string }>> = {
  EADDRINUSE: { code: 2303198, text: 'Address already in use.' },
  EADDRNOTAVAIL: { code: 2303199, text: 'Cannot assign requested address.' },
};
const closed = { code: 2301009, text: 'Bad file descriptor.' };
const internal = { code: 2300002, text: 'System internal error.' };

const utf8 = /^utf-?8$/i;

export function socketError(cause: Error): CodedError {
  const known = 'code' in cause && typeof cause.code === 'string' ? errors[cause.code] : undefined;
  const { code, text } = known ?? internal;
  return new CodedError(code, text, { detail: cause.message, cause });
}

export function notOpen(detail: string): CodedError {
  return new CodedError(closed.code, closed.text, { detail });
}

/** What servers, their connections and clients have in common: listeners. */
export class Speaker<Event extends string> {
  protected readonly listeners = new Listeners((thrown) =>
    queueMicrotask(() => {
      throw thrown;
    }),
  );
  readonly #events: readonly Event[];

  constructor(events: readonly Event[]) {
    this.#events = events;
  }

  /** @throws PARAMETER */
  on(...args: readonly unknown[]): void {
    const { event, listener } = checkListener('on', args, this.#events);
    if (listener === null) throw parameterError('missing', 'callback is missing', undefined, 'a function');
    this.listeners.add(event, listener);
    this.listened(event);
  }

  /** Without a callback: all of that event. @throws PARAMETER */
  off(...args: readonly unknown[]): void {
    const given = args[1] === undefined ? args.slice(0, 1) : args;
    const { event, listener } = checkListener('off', given, this.#events);
    this.listeners.remove(event, listener);
  }

  /** Somebody listens now. */
  protected listened(_: Event): void {}
}

/** What turns the bytes that were read into messages. */
interface Messages {
  take(chunk: Uint8Array): Uint8Array[];
  rest(): Uint8Array[];
}

/** An open connection, of either side. What is read before anybody listens waits for the first listener. */
export class Line<Event extends string> extends Speaker<Event | 'message' | 'close' | 'error'> {
  #socket: Socket | null = null;
  #isClosed = false;
  /** Closed from here: nothing is heard any more. */
  #isDeaf = false;
  /** Null once somebody has listened. */
  #waiting: SocketMessageInfo[] | null = [];

  constructor(events: readonly Event[]) {
    super([...events, 'message', 'close', 'error']);
  }

  protected carry(socket: Socket, messages: Messages): void {
    this.#socket = socket;
    this.#isClosed = false;
    this.#isDeaf = false;
    const tell = (pieces: readonly Uint8Array[]) => {
      for (const piece of pieces) this.#hear(messageOf(piece, socket));
    };
    socket.on('data', (chunk: Buffer) => tell(messages.take(chunk)));
    socket.on('end', () => tell(messages.rest()));
    socket.on('error', (cause) => this.listeners.deliver('error', [socketError(cause)]));
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = null;
      this.#isClosed = true;
      this.listeners.deliver('close', []);
    });
  }

  readonly send = bothForms<[options: TCPSendOptions], void>((options) => {
    const data = dataOf(options);
    return () =>
      new Promise((resolve, reject) => {
        this.open.write(data, (trouble) => (trouble ? reject(socketError(trouble)) : resolve()));
      });
  });

  readonly close = bothForms<[], void>(() => () => {
    const socket = this.#socket;
    this.#isClosed = true;
    this.#isDeaf = true;
    if (socket === null || socket.writableEnded) return;
    return new Promise((resolve) => {
      socket.end(() => resolve());
    });
  });

  readonly getRemoteAddress = bothForms<[], NetAddress>(() => () => {
    const { remoteAddress, remotePort, remoteFamily } = this.open;
    return addressOf({ address: remoteAddress, port: remotePort, family: remoteFamily });
  });

  readonly getLocalAddress = bothForms<[], NetAddress>(() => () => addressOf(this.open.address()));

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get isConnected(): boolean {
    return this.#socket !== null && !this.#isClosed;
  }

  /** @throws 2301009 */
  protected get open(): Socket {
    if (this.#socket === null || this.#isClosed) throw notOpen('the socket is not open');
    return this.#socket;
  }

  protected override listened(event: string): void {
    if (event !== 'message') return;
    for (const message of this.#waiting ?? []) queueMicrotask(() => this.#hear(message));
    this.#waiting = null;
  }

  #hear(message: SocketMessageInfo): void {
    if (this.#isDeaf) return;
    if (this.#waiting === null) this.listeners.deliver('message', [message]);
    else this.#waiting.push(message);
  }
}

/** @throws PARAMETER */
export function checkAddress(value: unknown): { readonly host: string; readonly port: number } {
  const legal = '{ address: string, port?: 0 to 65535, family?: 1 or 2 }';
  if (!isObject(value)) throw parameterError('type', 'the address is no object', value, legal);
  const { address, port = 0 } = value as Partial<NetAddress>;
  if (typeof address !== 'string') throw parameterError('type', 'address.address is no string', address, legal);
  if (typeof port !== 'number' || !(port >= 0 && port <= 65535)) {
    throw parameterError('type', 'address.port is no port', port, legal);
  }
  return { host: address, port: Math.trunc(port) };
}

/** @throws PARAMETER */
export function checkObject(value: unknown, what: string): void {
  if (!isObject(value)) throw parameterError('type', `${what} is no object`, value, 'an object');
}

type Known = { readonly [Key in keyof AddressInfo]?: AddressInfo[Key] | undefined };

/** @throws 2301009 for the address of a socket that is not open. */
export function addressOf({ address, port, family }: Known): NetAddress {
  if (address === undefined || port === undefined) throw notOpen('the socket has no address');
  return { address, port, family: family === 'IPv6' ? 2 : 1 };
}

/** @throws PARAMETER */
function dataOf(options: unknown): string | Uint8Array {
  const legal = '{ data: string or ArrayBuffer, encoding?: UTF-8 }';
  if (!isObject(options)) throw parameterError('type', 'options is no object', options, legal);
  const { data, encoding = 'UTF-8' } = options as Partial<TCPSendOptions>;
  if (!utf8.test(String(encoding))) throw parameterError('type', 'options.encoding is unknown', encoding, legal);
  if (typeof data === 'string') return data;
  if (types.isAnyArrayBuffer(data)) return new Uint8Array(data);
  throw parameterError('type', 'options.data is no data', data, legal);
}

function messageOf(piece: Uint8Array, socket: Socket): SocketMessageInfo {
  const { remoteAddress: address = '', remotePort: port = 0, remoteFamily } = socket;
  const family = remoteFamily === 'IPv6' ? 'IPv6' : 'IPv4';
  const message = new ArrayBuffer(piece.length);
  new Uint8Array(message).set(piece);
  return { message, remoteInfo: { address, family, port, size: piece.length } };
}
