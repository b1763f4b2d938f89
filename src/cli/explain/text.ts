import type { Kind, Raised } from './charts.ts';
import type { Explanation } from './explanation.ts';
import type { FaultExplanation } from './faults.ts';

/** One explanation as paragraphs: a title, then labelled lines. */
export function explanationLines(explanation: Explanation): string[] {
  const { code, name, service, section, message, meaning, hole, note, deviceText } = explanation;
  const { causes = [], action, resolution = [], remedy, onTheWire, conditions, raised, reproduce } = explanation;
  const advice = [...[resolution].flat(), ...(action === undefined ? [] : [action])];
  const fields: readonly (readonly [label: string, lines: readonly string[]])[] = [
    ['service', [`${service}, ${section}`]],
    ['status', statusLines(explanation)],
    ['message', message === undefined ? [] : [message]],
    ['on devices', deviceText === null ? [] : [`${deviceText} (texts differ between versions: match on the code)`]],
    ['template', hole === null ? [] : [`the text has a hole that a server fills: ${hole}`]],
    ['meaning', [meaning.published ? meaning.english : `${meaning.english} (translated)`]],
    ['含义', meaning.chinese === null ? [] : [meaning.chinese]],
    ['causes', causes],
    ['what to do', [...advice, ...(remedy === null ? [] : [remedy.advice])]],
    ['raised by', raised === null ? [] : raisedLines(raised)],
    ['rule sets', raised === null ? [] : partingLines(raised)],
    ['caused by', conditions.map(({ operation, when }) => `${operation}: when ${when}`)],
    [
      'on the wire',
      onTheWire === null ? [] : [...Object.entries(onTheWire.headers).map((pair) => pair.join(': ')), onTheWire.body],
    ],
    ['note', note === undefined || hole !== null ? [] : [note]],
    ['reproduce', reproduce === null ? (service === 'harmony' ? [] : ['no server sends it']) : [reproduce]],
  ];
  return [
    `${code}${name === undefined ? '' : `  ${name}`}`,
    ...fields.flatMap(([label, lines]) => labelled(label, lines)),
  ];
}

/** The same for a fault. */
export function faultLines({ name, number, causes, reproduce }: FaultExplanation): string[] {
  const fields: readonly (readonly [label: string, lines: readonly string[]])[] = [
    ['service', ['harmony, not in the catalogue']],
    ['meaning', [`no code: a task that failed has it as \`faults\`, Faults.${name} (${number})`]],
    ['causes', causes],
    ['reproduce', [reproduce]],
  ];
  return [name, ...fields.flatMap(([label, lines]) => labelled(label, lines))];
}

/** Chinese letters are as wide as two others. */
const labelWidth = 13;

function labelled(label: string, texts: readonly string[]): string[] {
  const width = labelWidth - (label === '含义' ? 2 : 0);
  const lines = texts.flatMap((text) => text.split('\n')).filter((text) => text !== '');
  return lines.map((line, at) => `  ${at === 0 ? label.padEnd(width) : ' '.repeat(labelWidth)}${line}`);
}

function statusLines({ httpStatus, onTheWire, isError }: Explanation): string[] {
  const status = httpStatus ?? onTheWire?.status;
  const kind = isError ? [] : ['this is no error'];
  if (status === undefined) return kind;
  const said = httpStatus === undefined ? 'not published; what the local service answers' : null;
  const differs =
    onTheWire !== null && onTheWire.status !== status ? `the local service answers ${onTheWire.status}` : null;
  return [[`HTTP ${status}`, said, differs, ...kind].filter((each) => each !== null).join('; ')];
}

/** The oldest functions create tasks too. */
function callOf(operation: string): string {
  return operation === 'create' ? 'creating a task' : operation;
}

function raisedLines({ inStates, beforehand }: Raised): string[] {
  return [
    ...beforehand.map(
      ({ operations, when, rules }) =>
        `${operations.map(callOf).join(', ')}: when ${when}${rules.length === 2 ? '' : ` (${rules})`}`,
    ),
    ...inStates.map(({ operation, tasks, states }) => {
      const whose = whoseTasks(tasks);
      return `${operation}${whose === '' ? '' : ` (${whose})`}: of a task that is ${states.join(', ')}`;
    }),
  ];
}

/** `documented; device, upload`: rule sets and tasks that agree; empty when all do. */
function whoseTasks(kinds: readonly Kind[]): string {
  const rules = [...new Set(kinds.map((kind) => kind.rules))].map((each) => {
    const own = kinds.filter((kind) => kind.rules === each);
    const only = (values: readonly string[]) => (new Set(values).size === 1 ? values.slice(0, 1) : []);
    return { name: each, traits: [...only(own.map(({ action }) => action)), ...only(own.map(({ mode }) => mode))] };
  });
  const [first, second] = rules.map(({ traits }) => traits.join(', '));
  if (rules.length === 2 && first === second) return first ?? '';
  return rules.map(({ name, traits }) => [name, ...traits].join(', ')).join('; ');
}

function partingLines({ partings }: Raised): string[] {
  return partings.flatMap(({ question, documented, device }) => [
    question,
    `  documented: ${documented}`,
    `  device: ${device}`,
  ]);
}
