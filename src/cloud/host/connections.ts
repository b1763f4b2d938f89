import type { Socket } from 'node:net';

interface Queue {
  tail: Promise<void>;
  waiting: number;
}

/** Lets each connection have one request at a time, in the order of arrival, as a client that pipelines expects. */
export class Connections {
  readonly #open = new Set<Socket>();
  readonly #queues = new Map<Socket, Queue>();
  readonly #waitingMax: number;
  #closing = false;
  #whenIdle: () => void = () => {};

  constructor(waitingMax: number) {
    this.#waitingMax = waitingMax;
  }

  add(socket: Socket): void {
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
  }

  /** @param act  never rejects; not called for a connection that is gone by then. */
  enqueue(socket: Socket, act: () => Promise<void>): void {
    const queue = this.#queues.get(socket) ?? { tail: Promise.resolve(), waiting: 0 };
    if (queue.waiting > this.#waitingMax) {
      socket.destroy();
      return;
    }
    queue.waiting += 1;
    this.#queues.set(socket, queue);
    queue.tail = queue.tail
      .then(() => (socket.destroyed ? undefined : act()))
      .then(() => {
        queue.waiting -= 1;
        if (queue.waiting === 0) this.#rest(socket);
      });
  }

  /** No more than what is under way: answers when that is over. */
  drain(): Promise<void> {
    this.#closing = true;
    for (const socket of this.#open) if (!this.#queues.has(socket)) socket.destroy();
    return new Promise((resolve) => {
      this.#whenIdle = resolve;
      if (this.#queues.size === 0) resolve();
    });
  }

  cut(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #rest(socket: Socket): void {
    this.#queues.delete(socket);
    if (!this.#closing) return;
    socket.destroySoon();
    if (this.#queues.size === 0) this.#whenIdle();
  }
}
