import { type Find, fuzz, type Shard, type ShardReport } from '../fuzz.ts';
import { stepText } from '../steps.ts';
import type { Failure, FuzzReport, Script, StoryLine } from '../types.ts';
import { scriptOf } from '../world-settings.ts';
import { Hand, type Settings, Stopped } from './hand.ts';

export interface WorkerOptions extends Settings {
  /** Absolute path of the client's file; see `loadClient`. Its own invariants are asked beside the ready ones. */
  readonly clientPath: string;
  /** Threads: 1 or more. */
  readonly workers: number;
  /** A client that does nothing for so long, and does not give control back either, is stopped. 10 s unless told. */
  readonly silenceMsMax?: number;
}

const silenceMsMaxDefault = 10_000;

/**
 * `fuzz` on many cores: the same report, however many there are. A client that never gives control back, or ends its
 * process, ends the campaign with a failure of the name `limits`, whose `digest` is empty: nobody can play it to its end.
 * @throws ClientError, by rejection: its file cannot be used. RangeError: `workers`.
 */
export async function fuzzWorkers(options: WorkerOptions): Promise<FuzzReport> {
  const { clientPath, workers, silenceMsMax = silenceMsMaxDefault, ...settings } = options;
  if (!Number.isSafeInteger(workers) || workers < 1) throw new RangeError(`workers is ${workers}; legal: 1 or more`);
  const hands = Array.from({ length: workers }, () => new Hand({ clientPath, settings }, silenceMsMax));
  try {
    return await new Campaign(settings, hands).run();
  } finally {
    await Promise.all(hands.map((hand) => hand.end()));
  }
}

class Campaign {
  readonly #settings: Settings;
  readonly #hands: readonly [Hand, ...Hand[]];
  readonly #finds = new Map<number, Find>();
  #stop: Failure | null = null;

  constructor(settings: Settings, hands: readonly Hand[]) {
    this.#settings = settings;
    this.#hands = hands as [Hand, ...Hand[]];
  }

  async run(): Promise<FuzzReport> {
    const [hand] = this.#hands;
    const actions = await hand.actions().catch((thrown: unknown) => {
      this.#stop = this.#stopFailure(asStopped(thrown), scriptOf(this.#settings));
      return [];
    });
    const { failures, ...report } = await fuzz({
      ...this.#settings,
      // Stands for the client, all of whose runs are elsewhere.
      client: () => Object.fromEntries(actions.map((name) => [name, () => {}])),
      runShards: async ([round]) => (round === undefined || this.#stop !== null ? [] : this.#round(round)),
    });
    const made: Failure[] = [];
    for (const { run } of failures) made.push(await this.#failureOf(this.#finds.get(run) as Find));
    if (this.#stop === null) return { ...report, failures: made };
    const isFull = made.length >= (this.#settings.failuresMax ?? 1);
    return { ...report, runs: this.#stop.run + 1, failures: isFull ? made : [...made, this.#stop] };
  }

  /** A piece of the round for each hand. */
  async #round(round: Shard): Promise<readonly ShardReport[]> {
    const pieces = piecesOf(round, this.#hands.length);
    const done = await Promise.all(
      pieces.map(async (piece, at) => {
        const hand = this.#hands[at] as Hand;
        return { hand, piece, report: await hand.shard(piece).catch(asStopped) };
      }),
    );
    const reports: ShardReport[] = [];
    for (const { hand, piece, report } of done) {
      if (!(report instanceof Stopped)) {
        reports.push(report);
        continue;
      }
      // What comes after it counts no more, whoever has run it.
      if (report.run > piece.firstRun) {
        reports.push(await hand.shard({ ...piece, runs: report.run - piece.firstRun }));
      }
      this.#stop = this.#stopFailure(report, await hand.script({ ...round, firstRun: report.run }));
      break;
    }
    return reports.map((report) => ({ ...report, finds: report.finds.map((find) => this.#kept(find)) }));
  }

  /** Keeps a find for later. What stands for it is nothing to shrink. */
  #kept(find: Find): Find {
    this.#finds.set(find.run, find);
    return { ...find, script: scriptOf() };
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

  #stopFailure({ message, run, steps }: Stopped, original: Script): Failure {
    const script = { ...original, steps: original.steps.slice(0, steps) };
    const story = [...stepsOf(script), { atMs: lengthMsOf(script), who: 'trouble', text: message } as const];
    return {
      invariant: 'limits',
      message,
      atStep: steps - 1,
      ...this.#failureBase(run),
      script,
      original,
      story,
      digest: '',
    };
  }

  #failureBase(run: number): Pick<Failure, 'seed' | 'run' | 'shrinkRuns' | 'replay'> {
    const { seed = 1, file = '<client>' } = this.#settings;
    return { seed, run, shrinkRuns: 0, replay: `longshore fuzz ${file} --seed ${seed} --runs ${run + 1}` };
  }
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

function stepsOf({ steps }: Script): StoryLine[] {
  let atMs = 0;
  return steps.map((step) => {
    const line: StoryLine = { atMs, who: 'step', text: stepText(step) };
    if (step.do === 'wait') atMs += step.ms;
    return line;
  });
}

function lengthMsOf({ steps }: Script): number {
  return steps.slice(0, -1).reduce((sum, step) => sum + (step.do === 'wait' ? step.ms : 0), 0);
}
