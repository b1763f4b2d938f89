// Ports of the benchmarks' own, for where the world around the engine is not what is measured.
import { createEngine } from '../dist/index.js';
import { createSystemClock } from '../dist/node.js';
import { createMemoryFiles, createMemoryStore, createSeededRandom } from '../dist/sim.js';

/** `queueMicrotask` makes an async resource of Node's each time, which is not what is measured. */
const soon = (act) => void Promise.resolve().then(act);

/** A server that never answers; an exchange ends when it is cancelled. */
export const silentTransport = () => ({
  open: (_, report) => ({ setSpeed() {}, cancel: () => soon(() => report({ type: 'cancelled' })) }),
  close: async () => {},
});

/** A server in this process that answers every download at once with an empty body. */
export const instantTransport = () => ({
  open(_, report) {
    soon(() => {
      report(emptyAnswer);
      report({ type: 'finished', bytes: 0, body: new Uint8Array() });
    });
    return { setSpeed() {}, cancel() {} };
  },
  close: async () => {},
});

const emptyAnswer = {
  type: 'responded',
  version: 'HTTP/1.1',
  status: 200,
  phrase: 'OK',
  headers: new Map([['content-length', ['0']]]),
  body: { offset: 0, size: 0 },
};

/** A store that keeps nothing in this process, as one on disk does. */
export const forgetfulStore = () => ({ load: () => [], groups: () => [], commit() {}, close() {} });

/** An engine in memory, by the system's clock and without a quota, and one app of it. */
export function engineWith(options) {
  const engine = createEngine({
    clock: createSystemClock(),
    random: createSeededRandom(1),
    files: createMemoryFiles(),
    store: createMemoryStore(),
    transport: silentTransport(),
    limits: { backgroundTasksMax: Number.POSITIVE_INFINITY },
    ...options,
  });
  const app = engine.app({ bundle: 'com.example.bench', uid: 1, roots: ['/data'] });
  const { agent } = app.request;
  const create = (name) =>
    agent.create(app.context, {
      action: agent.Action.DOWNLOAD,
      mode: agent.Mode.BACKGROUND,
      url: `http://files.example/${name}`,
      saveas: `./${name}`,
      overwrite: true,
    });
  return { engine, app, agent, create };
}

/** A round of the event loop: timers and sockets get their turn. */
export const breathe = () => new Promise((resolve) => void setImmediate(resolve));
