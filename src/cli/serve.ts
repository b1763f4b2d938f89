import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  type AnyService,
  DataError,
  isServiceName,
  loadService,
  type Scenario,
  ScenarioError,
  type ServedCloud,
  type ServiceName,
  serveCloud,
  serviceNames,
} from '../cloud/http.ts';
import { checkScenario } from '../cloud/scenario.ts';
import { commonOptions, defineVerb, type Outcome, type Surroundings, UsageError } from './command.ts';
import { FaultTextError, faultGrammar, parseFault } from './fault-text.ts';
import { listenForInterruption } from './interruption.ts';
import { metaOf } from './verbs.ts';

const portMax = 65_535;

export const serve = defineVerb({
  meta: metaOf('serve'),
  args: {
    service: { type: 'positional', required: false, description: `One or more of ${serviceNames.join(', ')}` },
    port: { type: 'string', valueHint: 'port', description: 'Of the first; the others follow it (default: free ones)' },
    host: { type: 'string', valueHint: 'address', description: 'Address to listen at (default: 127.0.0.1)' },
    base: {
      type: 'string',
      valueHint: 'url',
      description: 'Public base of the addresses told to clients (one service)',
    },
    data: { type: 'string', valueHint: 'directory', description: 'Keep state and bytes here (default: in memory)' },
    scenario: { type: 'string', valueHint: 'file', description: 'Settings, files and faults to begin with, as JSON' },
    fault: { type: 'string', valueHint: 'rule', description: `${faultGrammar}; may be repeated` },
    json: commonOptions.json,
    quiet: commonOptions.quiet,
  },
  argumentsMax: Number.POSITIVE_INFINITY,
  repeatable: ['fault'],
  async run({ args, all, around }): Promise<Outcome> {
    const names = serviceNamesOf(args._);
    if (args.base !== undefined && (names.length > 1 || !isHttp(args.base))) {
      throw new UsageError(`--base is ${args.base}; legal: one url of http or https, for one service`);
    }
    const orders = await ordersOf(names, { args, faults: all('fault'), cwd: around.cwd });
    const served = await serveAll(orders, around);
    const until = interrupted(served, around); // before anybody is told that Ctrl-C ends it
    tell(served, around);
    return { exitCode: 0, document: { services: served.map(toDocument) }, until };
  },
});

function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

/** One service, and how it is to be served. */
interface Order {
  readonly definition: AnyService;
  readonly port: number;
  readonly options: Omit<NonNullable<Parameters<typeof serveCloud>[1]>, 'port'>;
}

interface ServeArgs {
  readonly port?: string | undefined;
  readonly host?: string | undefined;
  readonly base?: string | undefined;
  readonly data?: string | undefined;
  readonly scenario?: string | undefined;
}

function serviceNamesOf(names: readonly string[]): readonly ServiceName[] {
  const legal = `legal: ${serviceNames.join(', ')}`;
  if (names.length === 0) throw new UsageError(`which service? ${legal}`);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new UsageError(`${twice} is named twice; legal: each service once`);
  return names.map((name) => {
    if (!isServiceName(name)) throw new UsageError(`there is no service ${JSON.stringify(name)}; ${legal}`);
    return name;
  });
}

async function ordersOf(
  names: readonly ServiceName[],
  { args, faults, cwd }: { readonly args: ServeArgs; readonly faults: readonly string[]; readonly cwd: string },
): Promise<readonly Order[]> {
  const first = portOf(args.port, names.length);
  const scenarios = args.scenario === undefined ? {} : scenariosOf(resolve(cwd, args.scenario), names);
  return Promise.all(
    names.map(async (name, at) => {
      const definition = await loadService(name);
      const scenario = scenarioOf(definition, scenarios[name], args.scenario);
      const rules = faults.flatMap((text) => rulesOf(definition, text, names));
      return {
        definition,
        port: first === 0 ? 0 : first + at,
        options: {
          scenario: { ...scenario, faults: [...rules, ...(scenario.faults ?? [])] },
          ...(args.host === undefined ? {} : { host: args.host }),
          ...(args.base === undefined ? {} : { base: args.base }),
          ...(args.data === undefined ? {} : { dataDir: join(resolve(cwd, args.data), name) }),
        },
      };
    }),
  );
}

function portOf(text = '0', services: number): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port + (port === 0 ? 0 : services - 1) <= portMax) return port;
  throw new UsageError(`--port is ${text}; legal: 0 for a free one, else 1 to ${portMax - services + 1}`);
}

/** A file is one scenario, or one for each service by its name. */
function scenariosOf(path: string, names: readonly ServiceName[]): Partial<Record<ServiceName, unknown>> {
  const content = jsonAt(path);
  const keys = typeof content === 'object' && content !== null ? Object.keys(content) : [];
  if (keys.some(isServiceName)) {
    const stranger = keys.find((key) => !isServiceName(key));
    if (stranger === undefined) return content as Partial<Record<ServiceName, unknown>>;
    throw new UsageError(
      `${path}: ${JSON.stringify(stranger)} stands beside services; legal: ${serviceNames.join(', ')}`,
    );
  }
  const [name, ...others] = names;
  if (name !== undefined && others.length === 0) return { [name]: content };
  throw new UsageError(`${path} is the scenario of one service; legal for several: one for each by its name`);
}

function jsonAt(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`--scenario: ${path} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

function scenarioOf(definition: AnyService, scenario: unknown = {}, path = ''): Scenario {
  try {
    checkScenario(definition, scenario);
    return scenario as Scenario;
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    throw new UsageError(`${path}: ${error.message}`);
  }
}

/** With several services, `gokuai:upload=…` is meant for one of them; without a name a rule is meant for all. */
function rulesOf(definition: AnyService, text: string, names: readonly ServiceName[]) {
  const meant = names.find((name) => text.startsWith(`${name}:`));
  if (meant !== undefined && meant !== definition.name) return [];
  try {
    const rule = parseFault(meant === undefined ? text : text.slice(meant.length + 1));
    checkScenario(definition, { faults: [rule] });
    return [rule];
  } catch (error) {
    if (!(error instanceof FaultTextError) && !(error instanceof ScenarioError)) throw error;
    throw new UsageError(`--fault ${text}: ${error.message.replace('scenario.faults[0]', definition.name)}`);
  }
}

/** All of them or none. */
async function serveAll(orders: readonly Order[], { output }: Surroundings): Promise<readonly ServedCloud[]> {
  const served: ServedCloud[] = [];
  const onBug = (bug: unknown) => output.stderr.write(troubleLine(bug));
  try {
    for (const { definition, port, options } of orders) {
      served.push(await serveCloud(definition, { ...options, port, onBug }));
    }
    return served;
  } catch (error) {
    await Promise.all(served.map((each) => each.close()));
    throw usageErrorOf(error) ?? error;
  }
}

function usageErrorOf(error: unknown): UsageError | null {
  if (error instanceof ScenarioError) return new UsageError(`--scenario: ${error.message}`);
  if (error instanceof DataError) return new UsageError(`--data: ${error.message}; legal: another directory`);
  const { code, message, syscall } = error as NodeJS.ErrnoException;
  if (syscall === 'mkdir') return new UsageError(`--data: ${message}; legal: a directory that you may write to`);
  if (code === 'EADDRINUSE') return new UsageError(`--port: ${message}; legal: a port that is free, or 0`);
  if (code === 'EACCES') return new UsageError(`--port: ${message}; legal: a port and a directory you may use`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new UsageError(`--host: ${message}; legal: an address of this machine`);
  }
  return null;
}

function tell(served: readonly ServedCloud[], { output }: Surroundings): void {
  if (output.quiet) return;
  for (const { service, url, hints } of served) {
    output.people.write([`${service} at ${url}`, ...hints.map((line) => `  ${line}`), ''].join('\n'));
  }
  output.people.write('Ctrl-C ends it.\n');
}

function toDocument({ service, url, host, port, hints, settings }: ServedCloud) {
  return { service, url, host, port, hints, settings };
}

/** Until the first signal, and what is under way then has ended. The second one ends the process at once. */
async function interrupted(served: readonly ServedCloud[], { output }: Surroundings): Promise<void> {
  const interruption = listenForInterruption(() => {});
  try {
    await new Promise((stop) => interruption.signal.addEventListener('abort', stop, { once: true }));
    const closed = await Promise.allSettled(served.map((each) => each.close()));
    for (const each of closed) {
      if (each.status === 'fulfilled') continue;
      output.stderr.write(troubleLine(each.reason));
      process.exitCode = 1;
    }
  } finally {
    interruption.dispose();
  }
}

function troubleLine(trouble: unknown): string {
  return `longshore: serve: ${trouble instanceof Error ? (trouble.stack ?? trouble.message) : trouble}\n`;
}
