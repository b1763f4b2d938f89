import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type ArgsDef, type CommandContext, type CommandDef, defineCommand, type ParsedArgs } from 'citty';
import type { Output } from './output.ts';

/** What a command finds around it; read from the process in one place. */
export interface Surroundings {
  readonly cwd: string;
  /** Where state is kept unless an option says otherwise. */
  readonly state: string;
  readonly output: Output;
}

/** What a command leaves behind. */
export interface Outcome {
  readonly exitCode: number;
  /** What `--json` prints. */
  readonly document: object;
  /** What goes on after the document is printed; a command that has it never fails later. */
  readonly until?: Promise<void>;
}

/** The command line was wrong. `message`: what is wrong, and what is legal. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Options that every command takes. */
export const commonOptions = {
  store: {
    type: 'string',
    valueHint: 'file',
    description: 'Where tasks are kept (default: tasks.db in the state directory)',
  },
  json: { type: 'boolean', description: 'Print one JSON document on standard output, all else on standard error' },
  quiet: { type: 'boolean', alias: 'q', description: 'Print errors only' },
} as const satisfies ArgsDef;

/** One call of a command. */
interface Call<Args extends ArgsDef> {
  readonly args: ParsedArgs<Args>;
  /** Every value of an option that may be repeated. */
  readonly all: (name: keyof Args & string) => readonly string[];
  readonly around: Surroundings;
}

export interface VerbDefinition<Args extends ArgsDef> {
  readonly meta: { readonly name: string; readonly description: string };
  readonly args: Args;
  /** Arguments that are no options: as many as `args` names, unless told. */
  readonly argumentsMax?: number;
  /** Options that may be given more than once. */
  readonly repeatable?: readonly (keyof Args & string)[];
  run(call: Call<Args>): Promise<Outcome>;
}

/** A command for citty, whose options are checked before it runs: citty itself lets unknown ones pass. */
export function defineVerb<const Args extends ArgsDef>(verb: VerbDefinition<Args>): CommandDef<Args> {
  return defineCommand({
    meta: verb.meta,
    args: verb.args,
    run: ({ args, rawArgs, data }: CommandContext<Args>) => {
      const { values, positionals } = parsed(verb, rawArgs);
      const places = Object.values(verb.args).filter(({ type }) => type === 'positional').length;
      const stray = positionals[verb.argumentsMax ?? places];
      if (stray !== undefined) throw new UsageError(`there is no place for ${JSON.stringify(stray)}`);
      const all = (name: string) => [values[name] ?? []].flat().filter((each) => typeof each === 'string');
      const around = data as Surroundings;
      const output = { ...around.output, quiet: values.quiet === true };
      return verb.run({ args, all, around: { ...around, output } });
    },
  });
}

/** An option that is one of several words. */
export function oneOf<const Word extends string>(option: string, text: string, words: readonly Word[]): Word {
  const word = words.find((each) => each === text);
  if (word === undefined) throw new UsageError(`--${option} is ${text}; legal: ${words.join(', ')}`);
  return word;
}

/** An option that is a whole number. */
export function wholeNumber(option: string, text: string, min = 0, max = Number.MAX_SAFE_INTEGER): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= min && number <= max) return number;
  const isRange = number > max || max < Number.MAX_SAFE_INTEGER;
  const legal = isRange ? `from ${min} to ${max}` : `${min} or more`;
  throw new UsageError(`--${option} is ${text}; legal: a whole number, ${legal}`);
}

/** A number below 0 after an option is its value, not another option. */
function joined(rawArgs: readonly string[], options: NonNullable<ParseArgsConfig['options']>): string[] {
  const args: string[] = [];
  for (const arg of rawArgs) {
    const before = args.at(-1) ?? '';
    if (/^-\d/.test(arg) && options[before.replace(/^--/, '')]?.type === 'string') args.push(`${args.pop()}=${arg}`);
    else args.push(arg);
  }
  return args;
}

function parsed<Args extends ArgsDef>({ args, repeatable = [] }: VerbDefinition<Args>, rawArgs: readonly string[]) {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const [name, definition] of Object.entries(args)) {
    if (definition.type === 'positional') continue;
    const [short] = [('alias' in definition ? definition.alias : undefined) ?? []].flat();
    options[name] = {
      type: definition.type === 'boolean' ? 'boolean' : 'string',
      multiple: repeatable.includes(name),
      ...(short === undefined ? {} : { short }),
    };
  }
  try {
    return parseArgs({ args: joined(rawArgs, options), options, allowPositionals: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const [what = ''] = error.message.replace(/\.?$/, '').split('. ');
    const legal = Object.keys(options).map((name) => `--${name}`);
    throw new UsageError(
      `${what.charAt(0).toLowerCase()}${what.slice(1).replaceAll(/\s+/g, ' ')}; legal: ${legal.join(', ')}`,
    );
  }
}
