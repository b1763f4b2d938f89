import fc from 'fast-check';
import { type Coverage, coverageOf, mergeCoverage } from './coverage.ts';
import { featuresOf } from './features.ts';
import { play, runScript } from './play.ts';
import { readyInvariants } from './ready.ts';
import { anyScript, type ScriptSettings } from './scripts.ts';
import { shrink } from './shrink.ts';
import type { Broken, Client, Corpus, Failure, FuzzReport, Invariant, Script } from './types.ts';
import { scriptOf } from './world-settings.ts';

export interface FuzzOptions extends Omit<ScriptSettings, 'actions'> {
  readonly client: Client;
  /** All that are ready, unless told. */
  readonly invariants?: readonly Invariant[];
  /** 1000 unless told. */
  readonly runs?: number;
  /** Equal seed, equal scripts; 1 unless told. */
  readonly seed?: number;
  /** After so many failures it ends; 1 unless told. Each invariant fails once. */
  readonly failuresMax?: number;
  /** Has the report say which cells of the charts the runs reached. */
  readonly coverage?: boolean;
  /** Where the client is, for the command that shows a failure again. */
  readonly file?: string;
  /** Runs a shard elsewhere, such as in a worker; here unless told. */
  readonly runShards?: (shards: readonly Shard[]) => Promise<readonly ShardReport[]>;
}

/** A piece of a campaign, as plain data. */
export interface Shard {
  readonly seed: number;
  readonly firstRun: number;
  readonly runs: number;
  readonly actions: readonly string[];
  readonly corpus: Corpus;
  /** Invariants that have failed already. */
  readonly except: readonly string[];
}

export interface ShardReport {
  readonly steps: number;
  /** The first run that breaks each invariant. */
  readonly finds: readonly Find[];
  /** Runs that reached what the corpus of the shard had not, in order. */
  readonly fresh: readonly { readonly run: number; readonly script: Script; readonly features: readonly string[] }[];
  /** Empty unless asked for. */
  readonly coverage: Coverage;
}

export interface Find extends Broken {
  readonly run: number;
  readonly script: Script;
}

/** Runs with the same corpus: what they find goes into the next round. */
export const roundRuns = 64;
const corpusMax = 200;

/**
 * Looks for a run that breaks an invariant, and for the smallest one like it. Equal options and equal client, equal
 * report: run n of a round is the same script wherever it is run.
 */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { runs: runsMax = 1_000, seed = 1, failuresMax = 1 } = options;
  const runShards = options.runShards ?? ((shards) => Promise.all(shards.map((shard) => fuzzShard(options, shard))));
  const actions = await actionsOf(options);
  const failures: Failure[] = [];
  let coverage: Coverage = {};
  let corpus = options.corpus ?? { scripts: [], features: [] };
  let [runs, steps] = [0, 0];
  while (runs < runsMax && failures.length < failuresMax) {
    const except = failures.map(({ invariant }) => invariant);
    const round = { seed, firstRun: runs, runs: Math.min(roundRuns, runsMax - runs), actions, corpus, except };
    const reports = await runShards([round]);
    const finds = reports.flatMap((report) => report.finds).sort((a, b) => a.run - b.run);
    for (const find of finds) {
      if (failures.length === failuresMax || failures.some(({ invariant }) => invariant === find.invariant)) continue;
      failures.push(await failureOf(options, find));
    }
    corpus = grown(corpus, reports);
    coverage = mergeCoverage([coverage, ...reports.map((report) => report.coverage)]);
    runs += round.runs;
    steps += reports.reduce((sum, report) => sum + report.steps, 0);
  }
  return { seed, runs, steps, failures, corpus, coverage: options.coverage === true ? coverage : null };
}

/** Runs a piece of a campaign. Deterministic, and independent of all other pieces of its round. */
export async function fuzzShard(options: FuzzOptions, shard: Shard): Promise<ShardReport> {
  const { seed, firstRun, runs, corpus, except } = shard;
  const invariants = (options.invariants ?? readyInvariants).filter(({ name }) => !except.includes(name));
  const scripts = fc.noBias(anyScript({ ...options, actions: shard.actions, corpus }));
  const reached = new Set(corpus.features);
  const finds: Find[] = [];
  const fresh: ShardReport['fresh'][number][] = [];
  let steps = 0;
  let coverage: Coverage = {};
  for (let run = firstRun; run < firstRun + runs; run++) {
    const script = scriptAt(scripts, seed, run);
    const ran = await runScript(options.client, script, { invariants, tells: false });
    steps += script.steps.length;
    if (options.coverage === true)
      coverage = mergeCoverage([coverage, coverageOf([{ rules: script.rules, trace: ran.run.trace }])]);
    if (ran.failure !== null) {
      if (!finds.some(({ invariant }) => invariant === ran.failure?.invariant))
        finds.push({ ...ran.failure, run, script });
      continue;
    }
    const features = [...featuresOf(ran.run)].filter((feature) => !reached.has(feature)).sort();
    for (const feature of features) reached.add(feature);
    if (features.length > 0) fresh.push({ run, script, features });
  }
  return { steps, finds, fresh, coverage };
}

/** Shrinks what was found, and tells its story. */
export async function failureOf(options: FuzzOptions, { run, script: original, ...broken }: Find): Promise<Failure> {
  const invariants = (options.invariants ?? readyInvariants).filter(({ name }) => name === broken.invariant);
  const start = { ...original, steps: original.steps.slice(0, broken.atStep + 1) };
  const { script, runs } = await shrink(start, async (candidate) => {
    const { failure } = await runScript(options.client, candidate, { invariants, tells: false });
    return failure?.invariant === broken.invariant;
  });
  const { failure, story, digest } = await play(options.client, script, invariants);
  const { seed = 1, file = '<client>' } = options;
  const replay = `longshore fuzz ${file} --seed ${seed} --runs ${run + 1}`;
  return { ...(failure ?? broken), seed, run, script, original, story, digest, shrinkRuns: runs, replay };
}

/** Names that a client offers, sorted. */
export async function actionsOf({ client, ...settings }: FuzzOptions): Promise<readonly string[]> {
  const { rules = 'device', world } = settings;
  const script = scriptOf({ rules, ...(world === undefined ? {} : { world }) });
  const { offered } = await runScript(client, script, { invariants: [], tells: false });
  return [...offered].sort();
}

/** Each run has a seed of its own, so that it needs none before it. */
function scriptAt(scripts: fc.Arbitrary<Script>, seed: number, run: number): Script {
  const mixed = Math.imul(seed ^ Math.imul(run + 1, 0x9e3779b1), 0x85ebca6b) | 0;
  const [script = scriptOf()] = fc.sample(scripts, { seed: mixed, numRuns: 1 });
  return script;
}

/** What is new, in the order of runs; as much as there is room for. */
function grown(corpus: Corpus, reports: readonly ShardReport[]): Corpus {
  const features = new Set(corpus.features);
  const scripts = [...corpus.scripts];
  for (const each of reports.flatMap(({ fresh }) => fresh).sort((a, b) => a.run - b.run)) {
    if (each.features.every((feature) => features.has(feature))) continue;
    for (const feature of each.features) features.add(feature);
    scripts.push(each.script);
  }
  return { scripts: scripts.slice(-corpusMax), features: [...features].sort() };
}
