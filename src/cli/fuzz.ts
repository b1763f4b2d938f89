import { accessSync, constants, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import type { Rules } from '../../machines/vocabulary.ts';
import { textOf, tokenOf } from '../fuzz/bundle.ts';
import { coverageText } from '../fuzz/coverage.ts';
import { coveragePage } from '../fuzz/coverage-page.ts';
import { ClientError } from '../fuzz/node/load.ts';
import { fuzzWorkers, type WorkerOptions, type WorkersReport } from '../fuzz/node/workers.ts';
import { storyText } from '../fuzz/story.ts';
import type { Failure } from '../fuzz/types.ts';
import { commonOptions, defineVerb, oneOf, UsageError, wholeNumber } from './command.ts';
import { printable } from './format.ts';
import { listenForInterruption } from './interruption.ts';
import { type Output, paint } from './output.ts';
import { metaOf } from './verbs.ts';

const runsDefault = 1_000;
/** More threads than this only take memory from each other. */
const workersMax = 256;

export const fuzz = defineVerb({
  meta: metaOf('fuzz'),
  args: {
    file: {
      type: 'positional',
      required: true,
      description: 'A client: TypeScript that exports it by default, and perhaps `invariants` and `world`',
    },
    seed: { type: 'string', valueHint: 'number', description: 'What the runs are drawn from (default: 1)' },
    runs: { type: 'string', valueHint: 'number', description: `How many (default: ${runsDefault})` },
    rules: {
      type: 'string',
      valueHint: 'device|documented',
      description: 'The reading of the platform (default: device)',
    },
    'steps-max': { type: 'string', valueHint: 'number', description: 'Steps of a run (default: 40)' },
    'time-max': { type: 'string', valueHint: 'ms', description: 'Virtual time of a run (default: 1800000)' },
    'failures-max': { type: 'string', valueHint: 'number', description: 'End after so many failures (default: 1)' },
    workers: { type: 'string', valueHint: 'number', description: 'Threads that share the runs (default: 1)' },
    coverage: { type: 'boolean', description: 'Say which cells of the charts the runs reached, and which not' },
    html: { type: 'string', valueHint: 'file', description: 'Write the coverage as a page' },
    save: { type: 'string', valueHint: 'file', description: 'Keep the first failure as a bundle, for `replay`' },
    json: commonOptions.json,
    quiet: commonOptions.quiet,
  },
  async run({ args, around: { cwd, output } }) {
    const path = resolve(cwd, args.file);
    const stepsMax = countOf(args['steps-max'], 'steps-max');
    const timeMsMax = countOf(args['time-max'], 'time-max');
    const save = args.save === undefined ? null : writable('save', resolve(cwd, args.save));
    const html = args.html === undefined ? null : writable('html', resolve(cwd, args.html));
    // In threads of their own, also one: a client that never gives control back can be stopped there.
    const interruption = listenForInterruption(() => {});
    const report = await reportOf(args.file, {
      signal: interruption.signal,
      clientPath: path,
      workers: wholeNumber('workers', args.workers ?? '1', 1, workersMax),
      file: relative(cwd, path),
      coverage: args.coverage === true || html !== null,
      seed: wholeNumber('seed', args.seed ?? '1'),
      runs: countOf(args.runs, 'runs') ?? runsDefault,
      failuresMax: countOf(args['failures-max'], 'failures-max') ?? 1,
      rules: rulesOf(args.rules),
      ...(stepsMax === undefined ? {} : { stepsMax }),
      ...(timeMsMax === undefined ? {} : { timeMsMax }),
    }).finally(() => interruption.dispose());
    const failures = await Promise.all(
      report.failures.map(async (failure, at) => {
        const bundle = report.bundles[at] ?? null;
        return { ...failure, token: bundle === null ? null : await tokenOf(bundle) };
      }),
    );
    print(output, args.file, report, failures);
    const { coverage } = report;
    const rules = [rulesOf(args.rules)];
    if (coverage !== null && args.coverage === true) output.people.write(`\n${coverageText(coverage, rules)}\n`);
    // Last: what was found is told already when a disk is full.
    const [first] = report.bundles;
    if (save !== null && first) await writeFile(save, textOf(first));
    if (coverage !== null && html !== null) await writeFile(html, coveragePage(coverage, { title: args.file, rules }));
    return {
      exitCode: interruption.exitCode() ?? (failures.length === 0 ? 0 : 1),
      document: { seed: report.seed, runs: report.runs, steps: report.steps, failures, coverage, errors: [] },
    };
  },
});

type Told = Failure & { readonly token: string | null };

function print(output: Output, file: string, report: WorkersReport, failures: readonly Told[]): void {
  const { seed, runs, steps, actions } = report;
  const lines = failures.flatMap((failure) => failureLines(output, failure));
  const sum = `${runs} runs, ${steps} steps, seed ${seed}`;
  if (failures.length === 0) lines.push(paint(output, 'good', `${file}: nothing found in ${sum}`));
  if (failures.length === 0 && actions.length === 0)
    lines.push('the client offers no actions, so no user did anything: return { name: (n) => … }');
  if (failures.length > 0 || !output.quiet) output.people.write(`${lines.join('\n')}\n`);
}

function failureLines(output: Output, failure: Told): string[] {
  const { invariant, message, story, script, original, run, shrinkRuns, token } = failure;
  const steps = script.steps.length;
  const sizes = `${steps} ${steps === 1 ? 'step' : 'steps'}, shrunk from ${original.steps.length} of run ${run + 1} in ${shrinkRuns} runs`;
  return [
    paint(output, 'bad', printable(`${invariant}: ${message}`)),
    '',
    ...storyText(story).map(printable),
    '',
    sizes,
    token === null
      ? `it does not fail so again: something of the client outlives its runs, as what stands outside its function; steps: ${JSON.stringify(script.steps)}`
      : `replay: longshore replay ${token}`,
    '',
  ];
}

/** Asked before a long campaign. @returns the path. @throws UsageError when no file can be written there. */
function writable(option: string, path: string): string {
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    if (there?.isDirectory()) throw new Error('it is a directory');
    const directory = dirname(path);
    if (!statSync(directory).isDirectory()) throw new Error(`${directory} is no directory`);
    accessSync(there === undefined ? directory : path, constants.W_OK);
    return path;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--${option} ${path} cannot be written: ${why}; legal: a file in a directory that is there`);
  }
}

/** @param given  the name of the client's file, as the user wrote it. */
async function reportOf(given: string, options: WorkerOptions): Promise<WorkersReport> {
  try {
    return await fuzzWorkers(options);
  } catch (error) {
    throw error instanceof ClientError ? new UsageError(error.message.replaceAll(options.clientPath, given)) : error;
  }
}

function countOf(text: string | undefined, option: string): number | undefined {
  return text === undefined ? undefined : wholeNumber(option, text, 1);
}

function rulesOf(text = 'device'): Rules {
  return oneOf('rules', text, ['device', 'documented']);
}
