/**
 * `@ohos.net.socket`: TCP servers and clients. A server hands its callers HTTP requests in the spelling of a device.
 * @source neighbours.md 11; harmony-request.md 14
 */
import { createServer, Socket } from 'node:net';
import { internet } from '../api/owner.ts';
import { BusinessError } from '../errors.ts';
import { theDevice } from './device.ts';
import { bothForms } from './forms.ts';
import { RequestHeads } from './request-heads.ts';
import { addressOf, checkAddress, checkObject, Line, notOpen, Speaker, socketError } from './socket-line.ts';
import type * as types from './socket-types.ts';
import { withUnsupported } from './unsupported.ts';

class SocketConnection extends Line<never> {
  readonly clientId: number;

  constructor(clientId: number, socket: Socket) {
    super([]);
    this.clientId = clientId;
    this.carry(socket, new RequestHeads());
  }
}

class SocketServer extends Speaker<'connect' | 'error'> {
  readonly #server = createServer((socket) => this.#accept(socket));
  readonly #waiting: SocketConnection[] = [];
  /** Of the latest connection. */
  #clientId = 0;
  /** Connections that are open. */
  #connections = 0;
  #isClosed = false;

  constructor() {
    super(['connect', 'error']);
    this.#server.on('error', (cause) => {
      if (this.#server.listening) this.listeners.deliver('error', [socketError(cause)]);
    });
  }

  readonly listen = bothForms<[address: types.NetAddress], void>((address) => {
    const { host, port } = checkAddress(address);
    return () =>
      new Promise((resolve, reject) => {
        mustReachInternet();
        if (this.#server.listening) throw socketError(new Error('the server listens already'));
        const refuse = (cause: Error) => reject(socketError(cause));
        this.#server.once('error', refuse);
        this.#server.listen({ host, port }, () => {
          this.#server.off('error', refuse);
          this.#isClosed = false;
          resolve();
        });
      });
  });

  readonly getLocalAddress = bothForms<[], types.NetAddress>(() => () => {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw notOpen('the server does not listen');
    return addressOf(address);
  });

  readonly getState = bothForms<[], types.SocketStateBase>(() => () => ({
    isBound: this.#server.listening,
    isClose: this.#isClosed,
    isConnected: this.#connections > 0,
  }));

  readonly setExtraOptions = bothForms<[options: types.TCPExtraOptions], void>(acceptOptions);

  readonly close = bothForms<[], void>(() => () => {
    this.#isClosed = true;
    this.#server.close();
  });

  protected override listened(event: string): void {
    if (event !== 'connect') return;
    for (const connection of this.#waiting.splice(0)) queueMicrotask(() => this.#tell(connection));
  }

  #accept(socket: Socket): void {
    this.#clientId += 1;
    this.#connections += 1;
    socket.once('close', () => {
      this.#connections -= 1;
    });
    this.#tell(new SocketConnection(this.#clientId, socket));
  }

  #tell(connection: SocketConnection): void {
    if (this.listeners.has('connect')) this.listeners.deliver('connect', [connection]);
    else this.#waiting.push(connection);
  }
}

class SocketClient extends Line<'connect'> {
  #from: { readonly host: string; readonly port: number } | null = null;

  constructor() {
    super(['connect']);
  }

  readonly bind = bothForms<[address: types.NetAddress], void>((address) => {
    const from = checkAddress(address);
    return () => {
      mustReachInternet();
      this.#from = from;
    };
  });

  readonly connect = bothForms<[options: types.TCPConnectOptions], void>((options) => {
    checkObject(options, 'options');
    const { host, port } = checkAddress(options.address);
    const { timeout = 0 } = options;
    return () =>
      new Promise((resolve, reject) => {
        mustReachInternet();
        const from = this.#from === null ? {} : { localAddress: this.#from.host, localPort: this.#from.port };
        const socket = new Socket();
        const late = () => socket.destroy(new Error(`no connection within ${timeout} ms`));
        const timer = timeout > 0 ? theDevice().clock.after(timeout, late) : null;
        socket.once('close', () => timer?.cancel());
        socket.once('error', (cause) => reject(socketError(cause)));
        socket.connect({ host, port, ...from }, () => {
          timer?.cancel();
          this.carry(socket, asRead);
          this.listeners.deliver('connect', []);
          resolve();
        });
      });
  });

  readonly getState = bothForms<[], types.SocketStateBase>(() => () => ({
    isBound: this.#from !== null || this.isConnected,
    isClose: this.isClosed,
    isConnected: this.isConnected,
  }));

  readonly setExtraOptions = bothForms<[options: types.TCPExtraOptions], void>(acceptOptions);
}

const socket = withUnsupported('socket', {
  constructTCPSocketServerInstance: (): types.TCPSocketServer => new SocketServer(),
  constructTCPSocketInstance: (): types.TCPSocket => new SocketClient(),
});

/** The shapes by name: a namespace member that is called like what it stands for would refer to itself, once bundled. */
interface Shapes {
  NetAddress: types.NetAddress;
  SocketRemoteInfo: types.SocketRemoteInfo;
  SocketMessageInfo: types.SocketMessageInfo;
  SocketStateBase: types.SocketStateBase;
  ExtraOptionsBase: types.ExtraOptionsBase;
  TCPExtraOptions: types.TCPExtraOptions;
  TCPSendOptions: types.TCPSendOptions;
  TCPConnectOptions: types.TCPConnectOptions;
  TCPSocketConnection: types.TCPSocketConnection;
  TCPSocketServer: types.TCPSocketServer;
  TCPSocket: types.TCPSocket;
}

declare namespace socket {
  type NetAddress = Shapes['NetAddress'];
  type SocketRemoteInfo = Shapes['SocketRemoteInfo'];
  type SocketMessageInfo = Shapes['SocketMessageInfo'];
  type SocketStateBase = Shapes['SocketStateBase'];
  type ExtraOptionsBase = Shapes['ExtraOptionsBase'];
  type TCPExtraOptions = Shapes['TCPExtraOptions'];
  type TCPSendOptions = Shapes['TCPSendOptions'];
  type TCPConnectOptions = Shapes['TCPConnectOptions'];
  type TCPSocketConnection = Shapes['TCPSocketConnection'];
  type TCPSocketServer = Shapes['TCPSocketServer'];
  type TCPSocket = Shapes['TCPSocket'];
}

export default socket;

/** Messages of a client: what was read, as it was read. */
const asRead = { take: (chunk: Uint8Array) => [chunk], rest: () => [] };

function acceptOptions(options: types.TCPExtraOptions): () => void {
  checkObject(options, 'options');
  return () => {};
}

/** @throws PERMISSION */
function mustReachInternet(): void {
  if (theDevice().permissions.has(internet)) return;
  throw new BusinessError('PERMISSION', { detail: `the app has no ${internet}` });
}
