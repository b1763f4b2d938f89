import { type ArgsDef, defineCommand, runCommand } from 'citty';
import { type CatalogueName, catalogueNames, lookUp, meaningOf, type Row } from '../errors/index.ts';
import { commonOptions, defineVerb, type Outcome, type Surroundings, UsageError } from './command.ts';
import { rowsOnDevices } from './explain/device-texts.ts';
import { explanationOf, quoted } from './explain/explanation.ts';
import { type FaultExplanation, faultFor } from './explain/faults.ts';
import { rowsFor, rowsNear } from './explain/find.ts';
import { explanationLines, faultLines } from './explain/text.ts';
import { type UnlistedRow, unlistedRows } from './explain/unlisted.ts';
import { type Failure, failureLines } from './failure.ts';
import { printable, shortened, tableLines } from './format.ts';
import { metaOf } from './verbs.ts';

const options = {
  what: {
    type: 'positional',
    required: false,
    description: 'Codes, names, messages or faults, of any of the services',
  },
  all: { type: 'boolean', description: 'Explain every published row' },
  service: { type: 'string', valueHint: 'name', description: `Only ${catalogueNames.join(', ')}` },
  section: { type: 'string', valueHint: 'text', description: 'Only a heading of the tables; a part of it will do' },
  json: commonOptions.json,
} as const satisfies ArgsDef;

const verb = defineVerb({
  meta: metaOf('explain'),
  args: options,
  argumentsMax: Number.POSITIVE_INFINITY,
  async run({ args, around }) {
    const asked = args._.map((each) => each.replace(/^\u2212/, '-'));
    if (asked.length > 0 === (args.all === true)) throw new UsageError('what? legal: either codes or names, or --all');
    const rows = rowsWithin(args.service, args.section);
    // The document says it all: there is nothing else to tell beside it.
    const print = (lines: readonly string[]) => {
      if (args.json !== true) around.output.people.write(`${lines.join('\n')}\n`);
    };
    if (args.all === true) return explainAll(rows, print);
    const isOfPlatform = args.section === undefined && (args.service ?? 'harmony') === 'harmony';
    const within = isOfPlatform ? [...rows, ...unlistedRows] : rows;
    return explainEach(asked, { within, isOfPlatform }, print, around);
  },
});

/** The verb, which takes `-4018` for a code. */
export const explain = defineCommand({
  meta: metaOf('explain'),
  args: options,
  async run({ rawArgs, data }) {
    const { result } = await runCommand(verb, { rawArgs: rawArgs.map(withoutDash), data });
    return result;
  },
});

/** A minus that no parser takes for the dash of an option; those who look codes up know both. */
function withoutDash(argument: string): string {
  return /^-\d/.test(argument) ? `\u2212${argument.slice(1)}` : argument;
}

function rowsWithin(service: string | undefined, section: string | undefined): readonly Row[] {
  const name = catalogueNames.find((each) => each === service);
  if (service !== undefined && name === undefined) {
    throw new UsageError(`there is no service ${JSON.stringify(service)}; legal: ${catalogueNames.join(', ')}`);
  }
  const rows = lookUp<CatalogueName>({ service: name });
  if (section === undefined) return rows;
  const part = section.toLowerCase();
  const within = rows.filter((row) => row.section.toLowerCase().includes(part));
  if (within.length === 0) {
    const legal = [...new Set(rows.map((row) => row.section))].join(', ');
    throw new UsageError(`there is no section ${JSON.stringify(section)}; legal: ${legal}`);
  }
  return within;
}

type AnyRow = Row | UnlistedRow;
type Print = (lines: readonly string[]) => void;

async function explainAll(rows: readonly Row[], print: Print): Promise<Outcome> {
  const cells = rows.map((row) => [row.service, String(row.code), row.name ?? '', textsOf(row).join('  ')]);
  print(tableLines(cells, [1]));
  return { exitCode: 0, document: { rows: await Promise.all(rows.map(explanationOf)), faults: [], errors: [] } };
}

/** Each once: many tables say the same in two columns. */
function textsOf({ name, message, description }: Row): string[] {
  return [...new Set([message, description])].filter((text) => text !== undefined && text !== name) as string[];
}

async function explainEach(
  asked: readonly string[],
  { within, isOfPlatform }: { readonly within: readonly AnyRow[]; readonly isOfPlatform: boolean },
  print: Print,
  { output }: Surroundings,
): Promise<Outcome> {
  const explained: object[] = [];
  const faults: FaultExplanation[] = [];
  const errors: (Failure & { readonly near: readonly object[] })[] = [];
  for (const [at, what] of asked.entries()) {
    if (at > 0) print([]);
    const named = rowsFor(what, within);
    const rows = named.length > 0 ? named : rowsOnDevices(what, within);
    const explanations = await Promise.all(rows.map(explanationOf));
    explained.push(...explanations);
    const [only] = explanations;
    const fault = isOfPlatform && only === undefined ? await faultFor(what) : null;
    if (only !== undefined && explanations.length === 1) {
      print(explanationLines(only));
    } else if (fault !== null) {
      faults.push(fault);
      print(faultLines(fault));
    } else if (rows.length > 1) {
      print(ambiguityLines(what, rows));
    } else {
      const all: readonly AnyRow[] = [...lookUp({}), ...unlistedRows];
      const near = rowsNear(what, all);
      const failure = failureOf(what, within.length < all.length, near);
      errors.push(failure);
      output.stderr.write(`${[failureLines(failure), ...shortLines(near)].join('\n')}\n`);
    }
  }
  return { exitCode: errors.length === 0 ? 0 : 1, document: { rows: explained, faults, errors } };
}

/** The meanings of what is asked, and the shortest way to each. */
function ambiguityLines(what: string, rows: readonly AnyRow[]): string[] {
  const calls = rows.map((row) => `  longshore explain ${narrowed(what, row, rows)}`);
  return [`${printable(what)} has ${rows.length} meanings`, ...shortLines(rows), 'all of one:', ...calls];
}

function narrowed(what: string, row: AnyRow, rows: readonly AnyRow[]): string {
  const others = rows.filter((each) => each !== row);
  const sameService = others.filter(({ service }) => service === row.service);
  if (sameService.length === 0) return `${quoted(printable(what))} --service ${row.service}`;
  if (sameService.some(({ section }) => section === row.section)) return quoted(row.name ?? String(row.code));
  return `${row.code} --service ${row.service} --section ${quoted(row.section)}`;
}

function shortLines(rows: readonly AnyRow[]): string[] {
  const cells = rows.map((row) => {
    const { english, chinese } = meaningOf(row);
    return [`  ${row.code}`, row.service, row.name ?? '', english, chinese ?? ''];
  });
  return tableLines(cells);
}

const whatWidthMax = 160;

function failureOf(what: string, isNarrow: boolean, near: readonly AnyRow[]) {
  const where = isNarrow ? 'no row of that service and section has it' : 'no published row has it';
  return {
    what: `explain ${shortened(what, whatWidthMax)}`,
    code: null,
    message: where,
    detail: near.length === 0 ? 'longshore explain --all lists every row' : 'near ones:',
    near: near.map(({ service, section, code, name }) => ({ service, section, code, name })),
  };
}
