import fc from 'fast-check';
import { type Coverage, coverageOf, mergeCoverage } from './coverage.ts';
import { featuresOf } from './features.ts';
import { inRun } from './invariant-error.ts';
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
  /** Runs a shard elsewhere, such as in workers; here unless told. Equal to `fuzzShard`, in whatever pieces it is run. */
  readonly runShard?: (shard: Shard) => Promise<readonly RunReport[]>;
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
  /** It ends with the run that breaks so many others. */
  readonly findsMax: number;
}

/** What one run came to. */
export interface RunReport {
  readonly run: number;
  readonly script: Script;
  readonly steps: number;
  readonly broken: Broken | null;
  /** What it reached that the corpus of the shard had not. */
  readonly features: readonly string[];
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
/** Entries of all traces that shrinking makes, and calls: what takes long with a client that floods, by no clock. */
const shrinkEntriesMax = 250_000;

/**
 * Looks for a run that breaks an invariant, and for the smallest one like it. Equal options and equal client, equal
 * report: run n of a round is the same script wherever it is run.
 * @throws InvariantError, by rejection: an invariant throws in one of the runs, which it names.
 */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { runs: runsMax = 1_000, seed = 1, failuresMax = 1 } = options;
  const runShard = options.runShard ?? ((shard) => fuzzShard(options, shard));
  const actions = await actionsOf(options);
  const failures: Failure[] = [];
  let coverage: Coverage = {};
  let corpus = options.corpus ?? { scripts: [], features: [] };
  let [runs, steps] = [0, 0];
  while (runs < runsMax && failures.length < failuresMax) {
    const except = failures.map(({ invariant }) => invariant);
    const findsMax = failuresMax - failures.length;
    const round = {
      seed,
      firstRun: runs,
      runs: Math.min(roundRuns, runsMax - runs),
      actions,
      corpus,
      except,
      findsMax,
    };
    const reports = enoughOf(await runShard(round), round);
    // Whoever runs the shards can go no further.
    if (reports.length === 0) break;
    for (const { run, script, broken } of reports) {
      if (broken === null || failures.some(({ invariant }) => invariant === broken.invariant)) continue;
      failures.push(await failureOf(options, { ...broken, run, script }));
    }
    corpus = grown(corpus, reports);
    coverage = mergeCoverage([coverage, ...reports.map((report) => report.coverage)]);
    runs += reports.length;
    steps += reports.reduce((sum, report) => sum + report.steps, 0);
  }
  return { seed, runs, steps, failures, corpus, coverage: options.coverage === true ? coverage : null };
}

/**
 * Runs a piece of a campaign: a report for each run. Deterministic, and independent of all other pieces of its round.
 * @param onRun  is told of each run before it begins.
 */
export async function fuzzShard(
  options: FuzzOptions,
  shard: Shard,
  onRun: (run: number) => void = () => {},
): Promise<readonly RunReport[]> {
  const { seed, firstRun, runs, corpus, except } = shard;
  const invariants = (options.invariants ?? readyInvariants).filter(({ name }) => !except.includes(name));
  const scripts = fc.noBias(anyScript({ ...options, actions: shard.actions, corpus }));
  const reached = new Set(corpus.features);
  const reports: RunReport[] = [];
  for (let run = firstRun; run < firstRun + runs && !areEnough(reports, shard); run++) {
    onRun(run);
    const script = scriptAt(scripts, seed, run);
    const ran = await inRun({ seed, run }, () => runScript(options.client, script, { invariants, tells: false }));
    const coverage = options.coverage === true ? coverageOf([{ rules: script.rules, trace: ran.run.trace }]) : {};
    const features = ran.failure === null ? [...featuresOf(ran.run)].filter((feature) => !reached.has(feature)) : [];
    reports.push({ run, script, steps: script.steps.length, broken: ran.failure, features: features.sort(), coverage });
  }
  return reports;
}

/** Reports in the order of runs, up to the one that breaks the last invariant that is asked for. */
export function enoughOf(reports: readonly RunReport[], shard: Shard): readonly RunReport[] {
  const enough: RunReport[] = [];
  for (const report of reports.toSorted((a, b) => a.run - b.run)) if (!areEnough(enough, shard)) enough.push(report);
  return enough;
}

export function areEnough(reports: readonly RunReport[], { findsMax }: Shard): boolean {
  return new Set(reports.flatMap(({ broken }) => broken?.invariant ?? [])).size >= findsMax;
}

/**
 * Shrinks what was found, and tells its story.
 * @throws InvariantError, by rejection: what was broken throws on the way to the smallest script.
 */
export function failureOf(options: FuzzOptions, find: Find): Promise<Failure> {
  const { seed = 1 } = options;
  return inRun({ seed, run: find.run }, () => shrunken(options, find));
}

async function shrunken(options: FuzzOptions, { run, script: original, ...broken }: Find): Promise<Failure> {
  const invariants = (options.invariants ?? readyInvariants).filter(({ name }) => name === broken.invariant);
  const start = { ...original, steps: original.steps.slice(0, broken.atStep + 1) };
  let entries = 0;
  const fails = async (candidate: Script) => {
    const { failure, run } = await runScript(options.client, candidate, { invariants, tells: false });
    entries += run.trace.length + run.calls.length;
    return failure?.invariant === broken.invariant;
  };
  const { script, runs } = await shrink(start, fails, { mayGoOn: () => entries < shrinkEntriesMax });
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
function grown(corpus: Corpus, reports: readonly RunReport[]): Corpus {
  const known = new Set(corpus.features);
  const scripts = [...corpus.scripts];
  for (const { script, features } of reports) {
    if (features.every((feature) => known.has(feature))) continue;
    for (const feature of features) known.add(feature);
    scripts.push(script);
  }
  return { scripts: scripts.slice(-corpusMax), features: [...known].sort() };
}
