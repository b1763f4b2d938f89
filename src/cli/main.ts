#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { type CommandDef, defineCommand, renderUsage, runCommand, type SubCommandsDef } from 'citty';
import { type Outcome, UsageError } from './command.ts';
import { type Failure, failureLines, failureOf } from './failure.ts';
import { openOutput, outliveReaders, plainUnlessColor } from './output.ts';
import { stateDirectory } from './store-path.ts';
import { metaOf, type Verb, verbs } from './verbs.ts';

// biome-ignore lint/suspicious/noExplicitAny: each command has options of its own; citty's types say so too
type Command = CommandDef<any>;

const root = defineCommand({
  meta: { name: 'longshore', description: 'Uploads and downloads that outlive what interrupts them' },
  subCommands: {
    get: () => import('./get.ts').then(({ get }) => get),
    put: () => import('./put.ts').then(({ put }) => put),
    tasks: () => import('./tasks.ts').then(({ tasks }) => tasks),
    demo: () => import('./demo.ts').then(({ demo }) => demo),
    test: () => import('./test.ts').then(({ test }) => test),
    explain: () => import('./explain.ts').then(({ explain }) => explain),
    repro: () => import('./repro.ts').then(({ repro }) => repro),
    fuzz: () => import('./fuzz.ts').then(({ fuzz }) => fuzz),
    replay: () => import('./replay.ts').then(({ replay }) => replay),
    check: () => import('./check.ts').then(({ check }) => check),
    serve: () => import('./serve.ts').then(({ serve }) => serve),
  } satisfies Record<Verb, () => Promise<Command>>,
});

/** As much of it as its help tells. */
const outline: Command = {
  ...root,
  subCommands: Object.fromEntries((Object.keys(verbs) as Verb[]).map((name) => [name, { meta: metaOf(name) }])),
};

const argv = process.argv.slice(2);
const json = isGiven('--json');
const output = openOutput({
  stdout: process.stdout,
  stderr: process.stderr,
  json,
  NO_COLOR: process.env.NO_COLOR,
  TERM: process.env.TERM,
});
/** The command, if it is one that there is. */
const verb = argv.slice(0, 1).filter((name) => Object.hasOwn(root.subCommands ?? {}, name));
/** What commands about tasks always print. */
const noTasks = verb.some((name) => ['get', 'put', 'tasks'].includes(name)) ? { tasks: [] } : {};
outliveReaders(process);
const { exitCode, document, until } = await answer();
if (json) process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
process.exitCode = exitCode;
await until;

async function answer(): Promise<Outcome> {
  try {
    return await run();
  } catch (error) {
    const isUsage = error instanceof UsageError || (error instanceof Error && error.name === 'CLIError');
    const failure: Failure | null = isUsage
      ? {
          what: 'usage',
          code: null,
          message: error.message,
          detail: `${['longshore', ...verb].join(' ')} --help says what there is`,
        }
      : failureOf(argv[0] ?? '', error);
    if (failure === null) {
      process.stderr.write(`longshore: this is a bug: ${error instanceof Error ? error.stack : error}\n`);
      return {
        exitCode: 70,
        document: { ...noTasks, errors: [{ what: 'bug', code: null, message: String(error), detail: '' }] },
      };
    }
    process.stderr.write(`${plainUnlessColor(output, failureLines(failure))}\n`);
    return { exitCode: isUsage ? 2 : 1, document: { ...noTasks, errors: [failure] } };
  }
}

async function run(): Promise<Outcome> {
  if (argv[0] === '--version' || argv[0] === '-v') {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    output.people.write(`${version}\n`);
    return { exitCode: 0, document: { version } };
  }
  const { command, parent, rawArgs } = await resolveCommand(root, argv);
  const wantsHelp = isGiven('--help') || isGiven('-h');
  if (wantsHelp || command === root) {
    const usage = plainUnlessColor(output, await renderUsage(command === root ? outline : command, parent));
    (wantsHelp ? output.people : process.stderr).write(`${usage}\n`);
    return { exitCode: wantsHelp ? 0 : 2, document: {} };
  }
  const around = {
    cwd: process.cwd(),
    state: stateDirectory(process.env, homedir()),
    output,
  };
  const { result } = await runCommand(command, { rawArgs, data: around });
  return result as Outcome;
}

interface Meant {
  readonly command: Command;
  readonly parent: Command | undefined;
  readonly rawArgs: string[];
}

/** Walks down to the command that is meant. citty would drop options that stand before a command. */
async function resolveCommand(command: Command, rawArgs: string[], parent?: Command): Promise<Meant> {
  const commands = (await resolved(command.subCommands)) as SubCommandsDef | undefined;
  if (commands === undefined) return { command, parent, rawArgs };
  const [name] = rawArgs;
  if (name === '--help' || name === '-h') return { command, parent, rawArgs };
  const chosen = name === undefined || name.startsWith('-') ? await resolved(command.default) : name;
  if (chosen === undefined) {
    if (name === undefined) return { command, parent, rawArgs };
    throw new UsageError(`${name} stands before the command; legal: ${Object.keys(commands).join(', ')}, then options`);
  }
  if (!Object.hasOwn(commands, chosen)) {
    throw new UsageError(`there is no command ${JSON.stringify(chosen)}; legal: ${Object.keys(commands).join(', ')}`);
  }
  const next = (await resolved(commands[chosen])) as Command;
  return resolveCommand(next, chosen === name ? rawArgs.slice(1) : rawArgs, command);
}

async function resolved<T>(value: T | (() => T | Promise<T>)): Promise<T> {
  return typeof value === 'function' ? (value as () => T | Promise<T>)() : value;
}

/** Known before a command is: how to print, also when the command line is wrong. */
function isGiven(option: string): boolean {
  const end = argv.indexOf('--');
  return (end < 0 ? argv : argv.slice(0, end)).includes(option);
}
