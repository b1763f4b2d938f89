import { stateWord } from '../api/constants.ts';
import type { TraceEntry } from '../engine/trace.ts';
import { createWorld, type World, type WorldOptions } from '../sim/index.ts';
import { type MadeDevice, makeDevice, sandboxOf } from './device.ts';
import { type ReplacedGlobals, replaceGlobals } from './globals.ts';
import { Journal } from './journal.ts';
import { Life, worksAtOnceMax, worksMax } from './life.ts';
import { Order } from './order.ts';
import { Moods } from './server.ts';
import type { Actions, Client, DeviceFiles, RunView, Script, TaskView } from './types.ts';
import { WholeFiles } from './whole-files.ts';

const startMs = Date.UTC(2026, 0, 1);
/** More than a client writes. */
export const diskBytes = 64 * 1024 * 1024;

/** One script being run: a world, and the process of the client in it. */
export class Run implements RunView {
  readonly script: Script;
  readonly world: World;
  readonly journal: Journal;
  readonly server = new Moods();
  /** Of invariants: what they read, the client has not read. */
  readonly files: DeviceFiles;
  readonly underway: string[] = [];
  ended = false;
  atStep = -1;
  /** What ended the run before its time; null for nothing. */
  limit: string | null = null;
  isHidden = false;
  isAway = false;
  /** The names that the client has offered. */
  readonly offered = new Set<string>();
  readonly #client: Client;
  readonly #order: Order;
  readonly #spent = { works: 0 };
  readonly #globals: ReplacedGlobals;
  readonly #whole: WholeFiles;
  readonly #clientFiles: DeviceFiles;
  #life: Life;
  #device: MadeDevice;
  #actions: Actions = {};
  /** The task that a call has just made. */
  #made: string | null = null;

  constructor(client: Client, script: Script, tells: boolean) {
    this.#client = client;
    this.script = script;
    // The world is not there yet when the first entries of its trace are made.
    const early: { run: Run | null } = { run: null };
    this.world = createWorld(
      worldOptions(script, this.server, (entry) => (early.run === null ? undefined : early.run.#traced(entry))),
    );
    this.journal = new Journal({
      tells,
      nowMs: () => this.world.clock.elapsed(),
      // Some calls leave no line of their own.
      asked: (operation, tid) =>
        this.world.trace.add({ atMs: this.world.clock.now(), kind: 'world', name: 'call', of: tid, note: operation }),
    });
    this.#whole = new WholeFiles(this.world, this.journal, this.server);
    early.run = this;
    const written = (path: string, text: string) => this.#whole.wrote(path, text);
    this.files = sandboxOf(this.world.disk, { read: () => {}, written });
    this.#clientFiles = sandboxOf(this.world.disk, {
      read: (path, bytes) => this.#whole.read(path, bytes),
      written,
    });
    for (const [path, text] of Object.entries(script.world.sandbox)) this.files.write(path, text);
    this.#order = new Order(script.order, this.world.clock);
    this.#life = this.#begin(1);
    this.#device = this.#makeDevice();
    this.#globals = replaceGlobals({
      clock: {
        now: () => this.world.clock.now(),
        elapsed: () => this.world.clock.elapsed(),
        after: (delayMs, ring, options) => this.#life.clock.after(delayMs, ring, options),
      },
      seed: script.seed,
      onOutside: (way) => this.journal.trouble('outside', way, null),
      onRejection: (reason) => this.#life.isAlive && this.journal.trouble('rejection', '', reason),
    });
  }

  // --- The process of the app ----------------------------------------------------------------------------------------

  /** The first code of a process. */
  launch(): void {
    const life = this.#life;
    this.#actions = {};
    const failed = (thrown: unknown) => {
      if (life.isAlive) this.journal.trouble('client', '', thrown);
    };
    try {
      const offered = this.#client(this.#device.device);
      Promise.resolve(offered).then((actions) => {
        if (!life.isAlive) return;
        const given: unknown = actions ?? {};
        if (!isObject(given)) return failed(new TypeError(`it returns ${String(given)}, and no object of actions`));
        this.#actions = actions ?? {};
        for (const name of Object.keys(this.#actions)) this.offered.add(name);
      }, failed);
    } catch (thrown) {
      failed(thrown);
    }
  }

  /** The app's process is killed, and opened again. @param between  what happens while it is dead. */
  relaunch(between: () => void = () => {}): void {
    this.kill();
    between();
    this.isHidden = false;
    this.#life = this.#begin(this.#life.number + 1);
    this.#device = this.#makeDevice();
    this.world.app.toForeground();
    this.launch();
  }

  kill(): void {
    this.#life.end();
    this.#globals.clearTimers();
    this.underway.length = 0;
    this.world.app.terminate();
  }

  /** The service dies and starts; the app lives on, and listens on. */
  restartService(): void {
    this.world.restart();
    this.#life.app = this.world.app;
    if (this.isHidden) this.world.app.toBackground();
    this.#device.handles.resubscribe();
  }

  show(): void {
    if (!this.isHidden) return;
    this.isHidden = false;
    this.world.app.toForeground();
    this.#tellVisible('foreground');
  }

  hide(): void {
    if (this.isHidden) return;
    this.isHidden = true;
    this.world.app.toBackground();
    this.#tellVisible('background');
  }

  setAway(isAway: boolean): void {
    this.isAway = isAway;
    this.world.setAccount(userOf(this.world.app.uid), isAway ? 'inactive' : 'active');
  }

  /** What a user does. @returns whether the client offers it now. */
  act(name: string, n: number): boolean {
    const action = Object.hasOwn(this.#actions, name) ? this.#actions[name] : undefined;
    if (action === undefined) return false;
    const life = this.#life;
    const of = `${name}(${n})`;
    if (!life.works()) return true;
    this.underway.push(of);
    const ended = (thrown?: { readonly thrown: unknown }) => {
      if (!life.isAlive) return;
      this.underway.splice(this.underway.indexOf(of), 1);
      if (thrown !== undefined) this.journal.trouble('action', of, thrown.thrown);
    };
    try {
      Promise.resolve(action(n)).then(
        () => ended(),
        (thrown) => ended({ thrown }),
      );
    } catch (thrown) {
      ended({ thrown });
    }
    return true;
  }

  close(): void {
    this.#life.end();
    this.#globals.restore();
  }

  // --- What an invariant may look at -----------------------------------------------------------------------------------

  get atMs(): number {
    return this.world.clock.elapsed();
  }

  get process(): number {
    return this.#life.number;
  }

  get calls(): RunView['calls'] {
    return this.journal.calls;
  }

  get heard(): RunView['heard'] {
    return this.journal.heard;
  }

  get troubles(): RunView['troubles'] {
    return this.journal.troubles;
  }

  get happened(): ReadonlySet<string> {
    return this.journal.happened;
  }

  get wrongFiles(): RunView['wrongFiles'] {
    return this.#whole.wrong;
  }

  get trace(): readonly TraceEntry[] {
    return this.world.trace.entries;
  }

  get orderUsed(): number {
    return this.#order.used;
  }

  get tasks(): readonly TaskView[] {
    return this.world.engine.tasks().map((info) => ({
      tid: info.tid,
      action: info.saveas === undefined || info.saveas === '' ? 'upload' : 'download',
      state: stateWord(info.progress.state) ?? 'removed',
      sinceMs: this.journal.sinceMs(info.tid),
      reason: info.reason,
      url: info.url ?? '',
      target: info.saveas ?? '',
      processed: info.progress.processed,
      index: info.progress.index,
    }));
  }

  get listeners(): RunView['listeners'] {
    const { foreground, background } = this.#life.visible;
    return [
      ...this.#device.handles.listeners(),
      { tid: null, event: 'foreground', count: foreground.size },
      { tid: null, event: 'background', count: background.size },
    ];
  }

  readonly nameOf = (tid: string): string => this.journal.nameOf(tid);

  // --- Inside ----------------------------------------------------------------------------------------------------------

  #begin(number: number): Life {
    return new Life({
      number,
      app: this.world.app,
      clock: this.world.clock,
      order: this.#order,
      journal: this.journal,
      underway: this.underway,
      spent: this.#spent,
      onFlood: () => {
        this.#globals.clearTimers();
        this.limit = `the client keeps the world busy: more than ${worksAtOnceMax} calls, events and timers at one instant, or ${worksMax} in all`;
      },
    });
  }

  #makeDevice(): MadeDevice {
    return makeDevice(this.#life, this.#clientFiles, (args) => {
      const tid = this.#made;
      this.#made = null;
      if (tid !== null)
        this.#whole.created(tid, args.find((each): each is object => isObject(each) && 'url' in each) ?? {});
      return tid;
    });
  }

  #traced(entry: TraceEntry): void {
    this.journal.traced(entry);
    if (entry.kind === 'event' && entry.name === 'create') this.#made = entry.of;
    if (entry.kind === 'notice' && entry.name === 'completed') this.#whole.completed(entry.of);
  }

  #tellVisible(to: 'foreground' | 'background'): void {
    for (const listener of [...this.#life.visible[to]]) {
      this.#life.order.later(() => this.#life.guard('listener', `the app's ${to}`, listener));
    }
  }
}

function worldOptions({ rules, seed, world }: Script, server: Moods, onTrace: WorldOptions['onTrace']): WorldOptions {
  const { files, latencyMs, bytesPerSecond, tasksMax, slots } = world;
  const { '*': others, ...named } = files;
  return {
    rules,
    seed,
    startMs,
    files: named,
    server: typeof others === 'number' ? { otherBytes: others } : {},
    personalities: [server.personality],
    faults: [server.rule],
    wire: { latencyMs, bytesPerSecond },
    limits: { backgroundTasksMax: tasksMax, foregroundTasksMax: tasksMax },
    slots,
    diskBytes,
    ...(onTrace === undefined ? {} : { onTrace }),
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

const usersOfOne = 200_000;

/** The user that an app runs for. */
function userOf(uid: number): number {
  return Math.floor(uid / usersOfOne);
}
