import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Rules, ruleSets } from '../../machines/vocabulary.ts';
import { type Conformance, checkLog, type Log, LogError, readLog, type Unjudged } from '../conformance/index.ts';
import { commonOptions, defineVerb, oneOf, UsageError } from './command.ts';
import { printable, shortened } from './format.ts';
import { metaOf } from './verbs.ts';

export const check = defineVerb({
  meta: metaOf('check'),
  args: {
    log: { type: 'positional', required: true, description: 'A log: one JSON document, or JSON lines' },
    rules: {
      type: 'string',
      valueHint: 'documented|device',
      description: 'The reading of the platform (default: the one that the log names, else documented)',
    },
    json: commonOptions.json,
    quiet: commonOptions.quiet,
  },
  async run({ args, around: { cwd, output } }) {
    const rules = args.rules === undefined ? undefined : oneOf('rules', args.rules, ruleSets);
    const conformance = checked(args.log, () => checkLog(logAt(resolve(cwd, args.log)), rules));
    const lines = linesOf(conformance);
    if (!conformance.conforms) output.stderr.write(`longshore: check: ${lines.join('\n')}\n`);
    else if (!output.quiet) output.people.write(`${lines.join('\n')}\n`);
    return { exitCode: conformance.conforms ? 0 : 1, document: conformance };
  },
});

function checked<T>(name: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof LogError) throw new UsageError(`${name} is no log: ${told(error.message)}`);
    throw error;
  }
}

function logAt(path: string): Log {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`the log cannot be read: ${(error as Error).message}`);
  }
  return readLog(text);
}

/** Texts of a log may be pages long. */
const widthMax = 400;

function told(text: string): string {
  return shortened(printable(text), widthMax);
}

function linesOf({ rules, steps, violation, other, lost, unjudged }: Conformance): string[] {
  const notes = [
    ...unjudged.map((each) => told(unjudgedLine(each))),
    ...lost.map((tid) => told(`of task ${tid} too much is possible; the rest of it is not judged`)),
  ];
  if (violation === null) return [allowedLine(rules, steps, unjudged), ...notes];
  const { step, tid, saw, allowed, from } = violation;
  const task = tid === null ? '' : ` of task ${tid}`;
  return [
    told(`the ${rules} rules do not allow step ${step} of ${steps}${task}`),
    told(`  there is: ${saw}`),
    `  allowed: ${allowed.length === 0 ? 'nothing' : allowed.join('; ')}`,
    ...(from.length === 0 ? [] : [`  the task may have been: ${from.join(', ')}`]),
    ...(other === null ? [] : explanationOf(other)),
    ...notes,
  ];
}

function allowedLine(rules: Rules, steps: number, unjudged: Conformance['unjudged']): string {
  const passedOver = unjudged.reduce((sum, each) => sum + each.steps, 0);
  if (passedOver === steps && steps > 0) return `the ${rules} rules cannot judge any of ${stepsText(steps)}`;
  if (passedOver > 0)
    return `the ${rules} rules allow ${steps - passedOver} of ${stepsText(steps)}, and cannot judge the other ${passedOver}`;
  return `the ${rules} rules allow ${steps === 1 ? 'the only step' : `all ${steps} steps`}`;
}

function unjudgedLine({ tid, steps }: Unjudged): string {
  return `  ${stepsText(steps)} of task ${tid}: no create above names it, and the log has no \`tasks\` to list it in`;
}

function stepsText(steps: number): string {
  return `${steps} ${steps === 1 ? 'step' : 'steps'}`;
}

function explanationOf({ rules, allows, conforms, differences }: NonNullable<Conformance['other']>): string[] {
  if (!allows) return [`  the ${rules} rules do not allow it either`];
  const rest = conforms ? '' : ', though not all of the log';
  return [`  the ${rules} rules allow it${rest}`, ...differences.map((what) => `  difference: ${what}`)];
}
