import { type Action, ruleSets, type State, states } from '../../machines/vocabulary.ts';
import { lookUp } from '../errors/index.ts';
import {
  type EmitKind,
  emitKinds,
  type ReproDocument,
  type Reproduction,
  ReproError,
  type ReproRow,
  repro as reproduce,
  reproRows,
} from '../repro/index.ts';
import { commonOptions, defineVerb, type Outcome, oneOf, UsageError, wholeNumber } from './command.ts';
import { rowsNear } from './explain/find.ts';
import { failureLines } from './failure.ts';
import { printable, tableLines } from './format.ts';
import { metaOf } from './verbs.ts';

const actions: readonly Action[] = ['download', 'upload'];

export const repro = defineVerb({
  meta: metaOf('repro'),
  args: {
    what: { type: 'positional', required: false, description: 'A code, such as 21900007, or a fault, such as TIMEOUT' },
    cause: { type: 'string', valueHint: 'n', description: 'Which of its causes (default: 1)' },
    rules: {
      type: 'string',
      valueHint: ruleSets.join('|'),
      description: 'The reading of the platform (default: documented)',
    },
    action: {
      type: 'string',
      valueHint: actions.join('|'),
      description: 'Of a download or an upload (default: download)',
    },
    from: { type: 'string', valueHint: 'state', description: 'By way of a task in this state' },
    seed: { type: 'string', valueHint: 'number', description: 'What the world draws its chance from (default: 1)' },
    emit: {
      type: 'string',
      valueHint: emitKinds.join('|'),
      description: 'Print a program, a test, the plain steps or a diagram',
    },
    list: {
      type: 'boolean',
      description: 'Print every code, fault and cause, or those of one, and how long the shortest way is',
    },
    json: commonOptions.json,
  },
  async run({ args, around }) {
    const { people, stderr } = around.output;
    const print = (text: string) => void (args.json === true || people.write(text));
    if (args.what === undefined && args.list !== true)
      throw new UsageError('what? legal: a code or a fault, or --list');
    const what = args.what ?? '';
    const kind = args.emit === undefined ? null : oneOf('emit', args.emit, emitKinds);
    try {
      if (args.list === true) {
        const rows = reproRows(args.what);
        print(`${listLines(rows).join('\n')}\n`);
        return { exitCode: 0, document: { rows } };
      }
      const found = reproduce({
        code: what,
        cause: wholeNumber('cause', args.cause ?? '1', 1),
        rules: args.rules === undefined ? 'documented' : oneOf('rules', args.rules, ruleSets),
        action: args.action === undefined ? 'download' : oneOf('action', args.action, actions),
        ...(args.from === undefined ? {} : { from: oneOf<State>('from', args.from, states) }),
        seed: wholeNumber('seed', args.seed ?? '1'),
      });
      return kind === null ? await tell(found, print) : await emit(found, kind, print);
    } catch (error) {
      if (!(error instanceof ReproError)) throw error;
      const near = nearTo(what, error);
      const failure = { what: `repro ${what}`, code: null, message: error.message, detail: 'there are:' };
      stderr.write(`${[failureLines(failure), ...near.map((each) => `  ${each}`)].join('\n')}\n`);
      return { exitCode: 1, document: { errors: [{ ...failure, near }] } };
    }
  },
});

/** What may have been meant; all there is when nothing is near. */
function nearTo(what: string, { about, legal }: ReproError): readonly string[] {
  if (about !== 'code') return legal;
  const near = rowsNear(what, lookUp({ service: 'harmony' })).map(({ code, name }) => `${code}  ${name}`);
  return near.length === 0 ? legal : near;
}

async function emit(found: Reproduction, kind: EmitKind, print: (text: string) => void): Promise<Outcome> {
  const text = await found.emit(kind);
  if (text === null) {
    throw new UsageError(
      `--emit ${kind} cannot stage this with a real disk and real sockets; legal: ts, vitest, json, mermaid`,
    );
  }
  print(text);
  return { exitCode: 0, document: { ...headOf(await found.document()), kind, text } };
}

async function tell(found: Reproduction, print: (text: string) => void): Promise<Outcome> {
  const document = await found.document();
  print(`${storyLines(document).map(printable).join('\n')}\n`);
  return { exitCode: 0, document };
}

function headOf({ asked, shown, message, cause, detour }: ReproDocument) {
  return { asked, shown, message, cause, detour };
}

function storyLines({ shown, message, cause, detour, story, why, wayOut, outcome }: ReproDocument): string[] {
  const { error, failure } = outcome;
  const steps = story.map(({ n, atMs, what, state }) => [
    `  ${n}.`,
    `${(atMs / 1000).toFixed(3)} s`,
    what,
    state === null ? '' : `task ${state}`,
  ]);
  return [
    ...(detour === null ? [] : [`${capitalized(detour.says)}.`, 'What leads there instead:', '']),
    `${shown.name}  ${message}`,
    `cause ${shown.cause}: ${cause}`,
    `rules ${shown.rules}, ${shown.action}${shown.from === null ? '' : `, from ${shown.from}`}`,
    '',
    ...tableLines(steps, [1]),
    '',
    error === null ? `failed: ${failure?.reason} (faults ${failure?.faults})` : `${error.code} ${error.message}`,
    '',
    `why: ${why.says}`,
    `  ${why.chart}, state ${why.state}${why.obstacle === null ? '' : `, obstacle ${why.obstacle}`}; ${why.source}`,
    ...wayLines(wayOut),
    '',
    `as a test: longshore repro ${optionsOf(shown)} --emit vitest`,
  ];
}

function wayLines({ says, way, published }: ReproDocument['wayOut']): string[] {
  const [first = '', ...rest] = [...(way === null ? [] : [way.join(', then ')]), says, ...published].filter(Boolean);
  return [`way out: ${first}`, ...rest.map((each) => `  ${each}`)];
}

function optionsOf({ name, cause, rules, action, from }: ReproDocument['shown']): string {
  return [
    name,
    `--cause ${cause}`,
    ...(rules === 'documented' ? [] : [`--rules ${rules}`]),
    ...(action === 'download' ? [] : [`--action ${action}`]),
    ...(from === null ? [] : [`--from ${from}`]),
  ].join(' ');
}

/** Steps for documented and device, downloads and uploads; a dash where nothing leads there. */
function listLines(rows: readonly ReproRow[]): string[] {
  const shown = (steps: number | null) => (steps === null ? '-' : String(steps));
  const cells = rows.map(({ name, cause, text, steps: { documented, device } }) => [
    name,
    String(cause),
    shown(documented.download),
    shown(documented.upload),
    shown(device.download),
    shown(device.upload),
    text,
  ]);
  const head = ['', 'cause', 'documented: download', 'upload', 'device: download', 'upload', ''];
  return tableLines([head, ...cells], [1, 2, 3, 4, 5]);
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
