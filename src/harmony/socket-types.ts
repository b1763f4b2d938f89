/** The shapes of `@ohos.net.socket`. @source neighbours.md 11 */
import type { Callback, ErrorCallback } from './base.ts';
import type { BothForms } from './forms.ts';

export interface NetAddress {
  address: string;
  /** 0, the default: any free one. */
  port?: number;
  /** 1, the default: IPv4. 2: IPv6. */
  family?: number;
}

export interface SocketRemoteInfo {
  address: string;
  family: 'IPv4' | 'IPv6';
  port: number;
  /** Bytes of the message. */
  size: number;
}

export interface SocketMessageInfo {
  message: ArrayBuffer;
  remoteInfo: SocketRemoteInfo;
}

export interface SocketStateBase {
  isBound: boolean;
  isClose: boolean;
  isConnected: boolean;
}

export interface ExtraOptionsBase {
  receiveBufferSize?: number;
  sendBufferSize?: number;
  reuseAddress?: boolean;
  socketTimeout?: number;
}

export interface TCPExtraOptions extends ExtraOptionsBase {
  keepAlive?: boolean;
  OOBInline?: boolean;
  TCPNoDelay?: boolean;
  socketLinger?: { on: boolean; linger: number };
}

export interface TCPSendOptions {
  data: string | ArrayBuffer;
  /** UTF-8. */
  encoding?: string;
}

export interface TCPConnectOptions {
  address: NetAddress;
  /** ms; no limit unless told. */
  timeout?: number;
}

/** A client of a server. */
export interface TCPSocketConnection {
  readonly clientId: number;
  /** One for each chunk read; a request's head comes whole, in the spelling of a device. */
  on(type: 'message', callback: Callback<SocketMessageInfo>): void;
  on(type: 'close', callback: Callback<void>): void;
  on(type: 'error', callback: ErrorCallback): void;
  off(type: 'message', callback?: Callback<SocketMessageInfo>): void;
  off(type: 'close', callback?: Callback<void>): void;
  off(type: 'error', callback?: ErrorCallback): void;
  /** Resolves when the system has the data. */
  send: BothForms<[options: TCPSendOptions], void>;
  /** Closes after what is being sent. */
  close: BothForms<[], void>;
  getRemoteAddress: BothForms<[], NetAddress>;
  getLocalAddress: BothForms<[], NetAddress>;
}

export interface TCPSocketServer {
  /** Connections wait until somebody listens for them. */
  on(type: 'connect', callback: Callback<TCPSocketConnection>): void;
  on(type: 'error', callback: ErrorCallback): void;
  off(type: 'connect', callback?: Callback<TCPSocketConnection>): void;
  off(type: 'error', callback?: ErrorCallback): void;
  listen: BothForms<[address: NetAddress], void>;
  getLocalAddress: BothForms<[], NetAddress>;
  getState: BothForms<[], SocketStateBase>;
  /** Accepted, without effect. */
  setExtraOptions: BothForms<[options: TCPExtraOptions], void>;
  /** Stops listening; connections stay. */
  close: BothForms<[], void>;
}

export interface TCPSocket {
  on(type: 'message', callback: Callback<SocketMessageInfo>): void;
  on(type: 'connect' | 'close', callback: Callback<void>): void;
  on(type: 'error', callback: ErrorCallback): void;
  off(type: 'message', callback?: Callback<SocketMessageInfo>): void;
  off(type: 'connect' | 'close', callback?: Callback<void>): void;
  off(type: 'error', callback?: ErrorCallback): void;
  /** Where to connect from. */
  bind: BothForms<[address: NetAddress], void>;
  connect: BothForms<[options: TCPConnectOptions], void>;
  send: BothForms<[options: TCPSendOptions], void>;
  close: BothForms<[], void>;
  getRemoteAddress: BothForms<[], NetAddress>;
  getLocalAddress: BothForms<[], NetAddress>;
  getState: BothForms<[], SocketStateBase>;
  /** Accepted, without effect. */
  setExtraOptions: BothForms<[options: TCPExtraOptions], void>;
}
