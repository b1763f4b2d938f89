import { type Bundle, type BundledClient, bundleOf } from '../bundle.ts';
import { areEnough, type Find, fuzz, type RunReport, roundRuns, type Shard } from '../fuzz.ts';
import type { Failure, FuzzReport, Played, Script } from '../types.ts';
import { scriptOf } from '../world-settings.ts';
import { Hand, type Settings, Stopped } from './hand.ts';
import { digestOfClient } from './load.ts';
import { playStopped } from './stopped.ts';

export interface WorkerOptions extends Settings {
  /** Absolute path of the client's file; see `loadClient`. Its own invariants are asked beside the ready ones. */
  readonly clientPath: string;
  /** Threads: 1 or more. */
  readonly workers: number;
  /** A client that does nothing for so long, and does not give control back either, is stopped. 5 s unless told. */
  readonly silenceMsMax?: number;
  /** Once it is aborted, the round that runs is the last one. */
  readonly signal?: AbortSignal;
}

export interface WorkersReport extends FuzzReport {
  /** What the client offers at its start, sorted. */
  readonly actions: readonly string[];
  /** Of each failure; null where it could not be played again: something of the client outlives its runs. */
  readonly bundles: readonly (Bundle | null)[];
}

/**
 * `fuzz` on many cores: the same report, however many there are. A client that never gives control back, or ends its
 * process, ends the campaign with a failure of the name `limits`, whose `digest` is that of all before its last step.
 * `file` is where the bundles say that the client lies.
 * @throws ClientError, by rejection: its file cannot be used. RangeError: `workers`.
 */
export async function fuzzWorkers(options: WorkerOptions): Promise<WorkersReport> {
  const { clientPath, workers, silenceMsMax, signal, ...settings } = options;
  if (!Number.isSafeInteger(workers) || workers < 1) throw new RangeError(`workers is ${workers}; legal: 1 or more`);
  // A round has no pieces for more.
  const length = Math.min(workers, roundRuns);
  const hands = Array.from({ length }, () => new Hand({ clientPath, settings }, silenceMsMax));
  try {
    return await new Campaign({ ...settings, clientPath }, hands, signal).run();
  } finally {
    await Promise.all(hands.map((hand) => hand.end()));
  }
}

type Before = Pick<Played, 'digest' | 'trace'>;

class Campaign {
  readonly #settings: Settings;
  readonly #clientPath: string;
  readonly #hands: readonly [Hand, ...Hand[]];
  readonly #signal: AbortSignal | undefined;
  readonly #finds = new Map<number, Find>();
  #stop: { readonly failure: Failure; readonly before: Before } | null = null;

  constructor(
    { clientPath, ...settings }: Settings & { readonly clientPath: string },
    hands: readonly Hand[],
    signal?: AbortSignal,
  ) {
    this.#signal = signal;
    this.#settings = settings;
    this.#clientPath = clientPath;
    this.#hands = hands as [Hand, ...Hand[]];
  }

  async run(): Promise<WorkersReport> {
    const [hand] = this.#hands;
    const actions = await hand.actions().catch(async (thrown: unknown) => {
      const { rules = 'device', world = {} } = this.#settings;
      await this.#stopped(asStopped(thrown), scriptOf({ rules, world }));
      return [];
    });
    const { failures, ...report } = await fuzz({
      ...this.#settings,
      // Stands for the client, all of whose runs are elsewhere.
      client: () => Object.fromEntries(actions.map((name) => [name, () => {}])),
      runShard: async (round) => (this.#stop === null && !this.#signal?.aborted ? this.#round(round) : []),
    });
    const from = { path: this.#settings.file ?? null, digest: digestOfClient(this.#clientPath) };
    const made: Failure[] = [];
    const bundles: (Bundle | null)[] = [];
    for (const { run } of failures) {
      const failure = await this.#failureOf(this.#finds.get(run) as Find);
      made.push(failure);
      bundles.push(await this.#record(failure, from));
    }
    if (this.#stop === null) return { ...report, actions, failures: made, bundles };
    const { failure, before } = this.#stop;
    if (made.length < (this.#settings.failuresMax ?? 1)) {
      made.push(failure);
      bundles.push(stopBundle(failure, before, from));
    }
    return { ...report, actions, runs: failure.run + 1, failures: made, bundles };
  }

  async #record(failure: Failure, from: BundledClient): Promise<Bundle | null> {
    return this.#hands[0].record(failure, from).catch((thrown: unknown) => {
      asStopped(thrown);
      return null;
    });
  }

  /** A piece of the round for each hand. */
  async #round(round: Shard): Promise<readonly RunReport[]> {
    const pieces = piecesOf(round, this.#hands.length);
    const done = await Promise.all(
      pieces.map(async (piece, at) => {
        const hand = this.#hands[at] as Hand;
        return { hand, piece, ran: await hand.shard(piece).catch(asStopped) };
      }),
    );
    const reports: RunReport[] = [];
    for (const { hand, piece, ran } of done) {
      // What comes after the last that counts counts no more, whoever has run it.
      if (areEnough(reports, round)) break;
      if (!(ran instanceof Stopped)) {
        reports.push(...ran);
        continue;
      }
      if (ran.run > piece.firstRun) reports.push(...(await hand.shard({ ...piece, runs: ran.run - piece.firstRun })));
      if (!areEnough(reports, round)) await this.#stopped(ran, await hand.script({ ...round, firstRun: ran.run }));
      break;
    }
    return reports.map((report) => this.#kept(report));
  }

  /** Keeps a find for later. What stands for it is nothing to shrink. */
  #kept(report: RunReport): RunReport {
    const { run, script, broken } = report;
    if (broken === null) return report;
    this.#finds.set(run, { ...broken, run, script });
    return { ...report, script: scriptOf() };
  }

  async #failureOf(find: Find): Promise<Failure> {
    const [hand] = this.#hands;
    try {
      return await hand.failureOf(find);
    } catch (thrown) {
      asStopped(thrown);
    }
    // Something on the way to the smallest never ends: it stays as it was found.
    const { run, script, ...broken } = find;
    const kept = { ...script, steps: script.steps.slice(0, broken.atStep + 1) };
    const played = await hand.play(kept, broken.invariant);
    return { ...broken, ...this.#failureBase(run), script: kept, original: script, ...played };
  }

  /** What there was before the step that never ended can be played. */
  async #stopped(stopped: Stopped, original: Script): Promise<void> {
    const script = { ...original, steps: original.steps.slice(0, stopped.steps) };
    const { broken, before } = await playStopped(this.#hands[0], script, stopped);
    const { story, digest } = before;
    this.#stop = { failure: { ...broken, ...this.#failureBase(stopped.run), script, original, story, digest }, before };
  }

  #failureBase(run: number): Pick<Failure, 'seed' | 'run' | 'shrinkRuns' | 'replay'> {
    const { seed = 1, file = '<client>' } = this.#settings;
    return { seed, run, shrinkRuns: 0, replay: `longshore fuzz ${file} --seed ${seed} --runs ${run + 1}` };
  }
}

/** As `record` makes them. */
function stopBundle({ script, invariant, message, atStep }: Failure, before: Before, from: BundledClient): Bundle {
  const { digest, trace } = before;
  return bundleOf({ script, failure: { invariant, message, atStep }, digest, trace }, from);
}

/** @throws what is not the client's doing. */
function asStopped(thrown: unknown): Stopped {
  if (thrown instanceof Stopped) return thrown;
  throw thrown;
}

/** As many pieces as there are hands, in the order of runs, and none of them empty. */
function piecesOf(round: Shard, hands: number): Shard[] {
  const runs = Math.ceil(round.runs / hands);
  return Array.from({ length: Math.ceil(round.runs / runs) }, (_, at) => ({
    ...round,
    firstRun: round.firstRun + at * runs,
    runs: Math.min(runs, round.runs - at * runs),
  }));
}
