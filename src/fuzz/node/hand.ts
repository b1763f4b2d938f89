import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { createSystemClock } from '../../adapters/clock/system.ts';
import { unreachable } from '../../errors.ts';
import type { Timer } from '../../ports/clock.ts';
import { type Bundle, type BundledClient, BundleError } from '../bundle.ts';
import type { Find, FuzzOptions, RunReport, Shard } from '../fuzz.ts';
import type { Replayed } from '../replay.ts';
import type { Failure, Played, Script } from '../types.ts';
import { ClientError } from './load.ts';

/** Options of a campaign that are plain data. */
export type Settings = Omit<FuzzOptions, 'client' | 'invariants' | 'runShards'>;

export interface Surroundings {
  /** Absolute. */
  readonly clientPath: string;
  readonly settings: Settings;
  /** Where the thread notes how far it is, as numbers of 32 bits; see `place`. */
  readonly places: SharedArrayBuffer;
}

/** beats: counts up with all that the client does; 0 while the thread starts. run, step: what runs now; step 1 is
 * the first, 0 the client's start, and the one after the last the end. */
export const place = { beats: 0, run: 1, step: 2 } as const;

export type Question =
  | { readonly ask: 'actions' }
  | { readonly ask: 'script' | 'shard'; readonly shard: Shard }
  | { readonly ask: 'failure'; readonly find: Find }
  | { readonly ask: 'play'; readonly script: Script; readonly invariant: string }
  | { readonly ask: 'beginning'; readonly script: Script; readonly steps: number }
  | { readonly ask: 'record'; readonly failure: Failure; readonly from: BundledClient }
  | { readonly ask: 'replay'; readonly bundle: Bundle };

export type Answer =
  | { readonly value: unknown }
  /** of: what cannot be used; null for a bug of ours. */
  | { readonly error: string; readonly of: 'client' | 'bundle' | null };

/** The client has stopped its thread, or had to be stopped. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
  readonly run: number;
  /** How many of the steps had begun. */
  readonly steps: number;

  constructor(message: string, at: { readonly run: number; readonly steps: number }) {
    super(message);
    this.run = at.run;
    this.steps = at.steps;
  }
}

const silenceMsMaxDefault = 5_000;
const errors = { client: ClientError, bundle: BundleError, bug: Error } as const;
const clock = createSystemClock();

/** One thread that does one thing after the other, and another thread once the first is stopped. */
export class Hand {
  readonly #surroundings: Omit<Surroundings, 'places'>;
  readonly #silenceMsMax: number;
  #thread: { readonly worker: Worker; readonly view: Int32Array } | null = null;

  /** @param silenceMsMax  a client that does nothing for so long, and does not return either, is stopped. */
  constructor(surroundings: Omit<Surroundings, 'places'>, silenceMsMax = silenceMsMaxDefault) {
    this.#surroundings = surroundings;
    this.#silenceMsMax = silenceMsMax;
  }

  actions(): Promise<readonly string[]> {
    return this.#ask({ ask: 'actions' }) as Promise<readonly string[]>;
  }

  /** The script of the first run of a shard. */
  script(shard: Shard): Promise<Script> {
    return this.#ask({ ask: 'script', shard: { ...shard, runs: 1 } }) as Promise<Script>;
  }

  /** A report for each run, in order. */
  shard(shard: Shard): Promise<readonly RunReport[]> {
    return this.#ask({ ask: 'shard', shard }) as Promise<readonly RunReport[]>;
  }

  failureOf(find: Find): Promise<Failure> {
    return this.#ask({ ask: 'failure', find }) as Promise<Failure>;
  }

  play(script: Script, invariant: string): Promise<Pick<Played, 'story' | 'digest'>> {
    return this.#ask({ ask: 'play', script, invariant }) as Promise<Pick<Played, 'story' | 'digest'>>;
  }

  /** What a run looks like once it has done so many steps. */
  beginning(script: Script, steps: number): Promise<Played> {
    return this.#ask({ ask: 'beginning', script, steps }) as Promise<Played>;
  }

  /** Null when the script does not fail so again. */
  record(failure: Failure, from: BundledClient): Promise<Bundle | null> {
    return this.#ask({ ask: 'record', failure, from }) as Promise<Bundle | null>;
  }

  /** @throws BundleError, by rejection: the failure is of an invariant that the client's file does not have. */
  replay(bundle: Bundle): Promise<Replayed> {
    return this.#ask({ ask: 'replay', bundle }) as Promise<Replayed>;
  }

  async end(): Promise<void> {
    const thread = this.#thread;
    this.#thread = null;
    await thread?.worker.terminate();
  }

  /** @throws Stopped, ClientError, BundleError, by rejection. */
  async #ask(question: Question): Promise<unknown> {
    this.#thread ??= startThread(this.#surroundings);
    const { worker, view } = this.#thread;
    const at = () => ({ run: Atomics.load(view, place.run), steps: Atomics.load(view, place.step) });
    try {
      const answer = await new Promise<Answer>((answered, failed) => {
        const stopped = (message: string) => end(() => failed(new Stopped(message, at())));
        const heard = {
          message: (message: Answer) => end(() => answered(message)),
          error: (error: Error) => stopped(`the client ends its process: ${error.message}`),
          exit: (code: number) => stopped(`the client ends its process, with exit code ${code}`),
        };
        const watch = watchdog(view, this.#silenceMsMax, () =>
          stopped('the client does not give control back: it loops for ever, or waits for what never comes'),
        );
        const end = (settle: () => void) => {
          watch.cancel();
          for (const [event, listener] of Object.entries(heard)) worker.off(event, listener);
          settle();
        };
        for (const [event, listener] of Object.entries(heard)) worker.on(event, listener);
        worker.postMessage(question);
      });
      if ('value' in answer) return answer.value;
      throw new errors[answer.of ?? 'bug'](answer.error);
    } catch (thrown) {
      await this.end();
      throw thrown;
    }
  }
}

const looksMax = 5;

/** Barks once when nothing has moved for so long: it has looked so often, and seen no difference. */
function watchdog(view: Int32Array, silenceMsMax: number, bark: () => void): Timer {
  const look = (before: number, looks: number): Timer =>
    clock.after(silenceMsMax / looksMax, () => {
      const now = Atomics.load(view, place.beats);
      if (now !== before || now === 0) timer = look(now, 1);
      else if (looks === looksMax) bark();
      else timer = look(now, looks + 1);
    });
  let timer = look(Atomics.load(view, place.beats), 1);
  return { cancel: () => timer.cancel() };
}

function startThread(surroundings: Omit<Surroundings, 'places'>) {
  const places = new SharedArrayBuffer(Object.keys(place).length * Int32Array.BYTES_PER_ELEMENT);
  const workerData: Surroundings = { ...surroundings, places };
  const worker = startWorker(workerData);
  // What a client prints is no part of a report.
  worker.stdout.on('data', (text) => process.stderr.write(text));
  return { worker, view: new Int32Array(places) };
}

/** While this package is worked on, its sources have to be compiled for the thread. */
function startWorker(workerData: Surroundings): Worker {
  if (!import.meta.url.endsWith('.ts')) return new Worker(builtFile('fuzz/worker.js'), { workerData, stdout: true });
  const [jiti, file] = [import.meta.resolve('jiti'), new URL('./worker.ts', import.meta.url).href];
  const code = `import(${JSON.stringify(jiti)}).then(({ createJiti }) => createJiti(${JSON.stringify(file)}).import(${JSON.stringify(fileURLToPath(file))}))`;
  return new Worker(code, { eval: true, workerData, stdout: true });
}

/** A bundler may have moved this module, but not out of `dist`. */
function builtFile(name: string): URL {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, name))) {
    const parent = dirname(directory);
    if (parent === directory) unreachable(`${name} was not built`);
    directory = parent;
  }
  return pathToFileURL(join(directory, name));
}
