import type { Task } from '../../src/api/types.ts';
import type { Random } from '../../src/ports/random.ts';
import {
  behave,
  changedEtag,
  createFileServer,
  createSeededRandom,
  createWorld,
  cutAfter,
  delayFirstByte,
  digestOf,
  failing,
  type NetworkName,
  networks,
  noRanges,
  redirectLoop,
  refuse,
  serverOrigin,
  slowFirstByte,
  stallAfter,
  type World,
  withPersonalities,
  wrongLength,
} from '../../src/sim/index.ts';

const movesMin = 12;
const movesMax = 32;
const hourMs = 3_600_000;
const paths = ['/small', '/mid', '/big', '/odd', '/missing'] as const;
const personalities = [noRanges, changedEtag, wrongLength(1), wrongLength(-3), redirectLoop, slowFirstByte(2_000)];

/** One world of random tasks and random trouble. @returns a digest of its trace, its tasks and its files. */
export async function digestOfWorld(seed: number): Promise<string> {
  const teller = new Teller(seed);
  await teller.tell();
  return teller.digest();
}

class Teller {
  readonly #random: Random;
  readonly #world: World;
  #tasks: Task[] = [];

  constructor(seed: number) {
    this.#random = createSeededRandom(seed).fork('story');
    const { handle } = createFileServer({ seed, files: { '/odd': 5_000 } });
    this.#world = createWorld({
      seed,
      rules: this.#oneOf(['documented', 'device']),
      files: { '/small': 700, '/mid': 20_000, '/big': 60_000 },
      hosts: { 'https://odd.example': withPersonalities(handle, [this.#oneOf(personalities)]) },
      wire: {
        latencyMs: 10 + this.#upTo(100),
        bytesPerSecond: this.#oneOf([0, 4_000, 50_000]),
        loss: this.#oneOf([0, 0.1]),
      },
      limits: { backgroundTasksMax: 6 },
      syncFiles: this.#oneOf([true, false]),
    });
    this.#world.disk.write('/data/source', 'bytes to send. '.repeat(2_000));
  }

  async tell(): Promise<void> {
    for (let left = movesMin + this.#upTo(movesMax - movesMin); left > 0; left--) {
      // What is refused, or cut off, is part of the story.
      await this.#move().catch((error: unknown) => this.#note('caught', codeOf(error)));
      await this.#world.run(this.#oneOf([0, 1, 40, 300, 2_500, 61_000]));
      if (this.#world.isDown) this.#restart();
    }
    await this.#world.run(hourMs / 4);
  }

  digest(): string {
    const { trace, engine, disk } = this.#world;
    const files = disk.list().map((path) => `${path} ${digestOf(disk.read(path).join())}`);
    return digestOf([trace.text(), JSON.stringify(engine.tasks()), ...files].join('\n'));
  }

  async #move(): Promise<unknown> {
    const [world, task] = [this.#world, this.#tasks[this.#upTo(this.#tasks.length)]];
    switch (this.#oneOf(['launch', 'launch', 'launch', 'call', 'call', 'call', 'fault', 'world', 'trouble'] as const)) {
      case 'launch':
        return this.#launch();
      case 'call':
        if (task === undefined) return;
        return task[this.#oneOf(['start', 'pause', 'pause', 'resume', 'stop'] as const)]();
      case 'fault':
        return world.addFault(this.#fault());
      case 'world':
        return this.#changeWorld();
      case 'trouble':
        return this.#makeTrouble(task);
    }
  }

  async #launch(): Promise<void> {
    const path = this.#oneOf(paths);
    const url = path === '/odd' ? `https://odd.example${path}` : `${serverOrigin}${path}`;
    const common = { mode: this.#oneOf([0, 1] as const), priority: this.#upTo(3), roaming: this.#oneOf([true, false]) };
    const task = await this.#world.create(
      this.#upTo(4) === 0
        ? { ...common, action: 1, url: `${serverOrigin}/up`, data: [{ name: 'f', value: { path: '/data/source' } }] }
        : { ...common, url, saveas: `./file${this.#upTo(8)}` },
    );
    this.#tasks.push(task);
    task.on('progress', (progress) => this.#note('heard progress', JSON.stringify(progress)));
    task.on('completed', (progress) => this.#note('heard completed', JSON.stringify(progress)));
    task.on('failed', (progress) => this.#note('heard failed', JSON.stringify(progress)));
    await task.start();
  }

  #fault() {
    const bytes = this.#upTo(25_000);
    return this.#oneOf([
      cutAfter(bytes),
      stallAfter(bytes),
      delayFirstByte(bytes),
      refuse('timeout'),
      refuse('dns'),
      behave(failing(503), { times: 2 }),
      behave(this.#oneOf(personalities)),
    ]);
  }

  #changeWorld(): void {
    const world = this.#world;
    const names = Object.keys(networks) as NetworkName[];
    const changes = [
      () => world.setNetwork(this.#oneOf(names)),
      () => world.setNetwork('wifi'),
      () => world.setWire({ loss: this.#random.next() / 3, bytesPerSecond: this.#upTo(100_000) }),
      () => world.setMemoryLevel(this.#upTo(8)),
      () => world.setAccount(100, this.#oneOf(['active', 'active', 'inactive', 'suspended'])),
      () => world.setService(this.#oneOf(['available', 'available', 'unavailable'])),
      () => world.jumpClock(this.#oneOf([-hourMs, hourMs, 30 * 24 * hourMs])),
      () => world.app.toBackground(),
      () => world.app.toForeground(),
    ];
    this.#oneOf(changes)();
  }

  async #makeTrouble(task: Task | undefined): Promise<void> {
    const world = this.#world;
    const troubles = [
      () => world.powerCut(),
      () =>
        world.powerCut({
          at: this.#oneOf(['before', 'during', 'after']),
          commit: world.store.commits + 1 + this.#upTo(3),
        }),
      () => this.#restart(),
      () => world.unload(),
      () => world.app.terminate(),
      () => world.store.failNext('full'),
      () => world.disk.setCapacity(this.#oneOf([Number.POSITIVE_INFINITY, 60_000])),
      () => world.disk.fail('/data', 'io', { afterBytes: this.#upTo(15_000) }),
      () => world.disk.heal('/data'),
      () => world.server.put('/mid', 15_000 + this.#upTo(10_000)),
      () => task && world.app.request.agent.remove(task.tid),
    ];
    await this.#oneOf(troubles)();
  }

  /** The power may go again while tasks are brought back. */
  #restart(): void {
    for (let tries = 0; tries === 0 || this.#world.isDown; tries++) {
      try {
        this.#world.restart();
      } catch (error) {
        this.#note('caught', codeOf(error));
      }
    }
    this.#tasks = [];
  }

  #note(name: string, note: string): void {
    this.#world.trace.add({ atMs: this.#world.clock.now(), kind: 'world', name, of: '', note });
  }

  /** A whole number below `limit`; 0 for a limit of 0. */
  #upTo(limit: number): number {
    return Math.floor(this.#random.next() * limit);
  }

  #oneOf<T>(choices: readonly T[]): T {
    return choices[this.#upTo(choices.length)] as T;
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) throw error;
  if (!('code' in error) && error.name !== 'PowerCut') throw error;
  return 'code' in error ? String(error.code) : error.message;
}
