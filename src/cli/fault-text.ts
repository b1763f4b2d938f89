import type { CloudFault, WireFault } from '../cloud/faults.ts';

/** What is wrong with the text of a fault rule. */
export class FaultTextError extends Error {
  override readonly name = 'FaultTextError';
}

export const faultGrammar =
  '<operation|*>[#n|%n]=<code or wire fault>[,times=n][,for=10s][,section=…][,name=…][,fill=…][,wire=…]';

/** What stands behind the colon of a wire fault, by its unit; null for nothing. */
const wireArguments = {
  reset: 'bytes',
  truncate: 'bytes',
  stall: 'bytes',
  cut: 'bytes',
  dribble: 'bytesPerSecond',
  delay: 'delayMs',
  length: 'by',
  noLength: null,
  noValidators: null,
  changedEtag: null,
  ignoredRange: null,
  wrongRange: null,
} as const satisfies Record<WireFault['type'], string | null>;

const units: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1_000, m: 60_000 };

/**
 * One rule from its text: `upload#2=-4024` is the second upload, `download%3=31219,for=10s` each third download for ten
 * seconds, `*=reset:1000` every response broken after 1000 bytes, `upload=-4024,wire=delay:2s` both. A value with a comma
 * stands in double quotes.
 * @throws FaultTextError
 */
export function parseFault(text: string): CloudFault {
  const [, on, mark, count, rest] = /^([^=#%,]+)(?:([#%])(\d+))?=(.*)$/s.exec(text) ?? [];
  if (on === undefined || rest === undefined) throw new FaultTextError(`it is not of the form ${faultGrammar}`);
  const [what = '', ...more] = splitAtCommas(rest);
  const rule: { -readonly [Key in keyof CloudFault]: CloudFault[Key] } = { on };
  if (mark === '#') rule.nth = countOf(count);
  if (mark === '%') rule.every = countOf(count);
  if (isWire(what)) rule.wire = wireOf(what);
  else rule.code = codeOf(what);
  for (const pair of more) {
    const [, key = pair, value = ''] = /^(\w+)=(.*)$/s.exec(pair) ?? [];
    if (key === 'times') rule.times = countOf(value);
    else if (key === 'for') rule.forMs = durationOf(value);
    else if (key === 'section' || key === 'name' || key === 'fill') rule[key] = unquoted(value);
    else if (key === 'wire' && rule.wire === undefined) rule.wire = wireOf(value);
    else
      throw new FaultTextError(`${JSON.stringify(key)} has no meaning; legal: times, for, section, name, fill, wire`);
  }
  return rule;
}

/** The shortest text that gives the same rule; durations in milliseconds. */
export function toText({ on, nth, every, times, forMs, code, section, name, fill, wire }: CloudFault): string {
  const mark = nth !== undefined ? `#${nth}` : every !== undefined ? `%${every}` : '';
  const first = code !== undefined ? String(code) : wire === undefined ? '' : wireText(wire);
  const more = {
    times,
    for: forMs === undefined ? undefined : `${forMs}ms`,
    section: quoted(section),
    name: quoted(name),
    fill: quoted(fill),
    wire: code === undefined || wire === undefined ? undefined : wireText(wire),
  };
  const pairs = Object.entries(more).flatMap(([key, value]) => (value === undefined ? [] : `${key}=${value}`));
  return `${on}${mark}=${[first, ...pairs].join()}`;
}

function isWire(text: string): boolean {
  const [type = ''] = text.split(':');
  return Object.hasOwn(wireArguments, type) || text.includes(':');
}

function wireOf(text: string): WireFault {
  const [, type = '', argument] = /^([^:]*)(?::(.*))?$/s.exec(text) ?? [];
  const key = Object.hasOwn(wireArguments, type) ? wireArguments[type as WireFault['type']] : undefined;
  if (key === undefined || (key === null) !== (argument === undefined)) {
    throw new FaultTextError(`${JSON.stringify(text)} is no wire fault; legal: ${wireForms().join(', ')}`);
  }
  if (key === null) return { type } as WireFault;
  return { type, [key]: key === 'delayMs' ? durationOf(argument) : numberOf(argument, key) } as WireFault;
}

function wireText(wire: WireFault): string {
  const key = wireArguments[wire.type];
  if (key === null) return wire.type;
  return `${wire.type}:${(wire as unknown as Record<string, number>)[key]}`;
}

function wireForms(): string[] {
  return Object.entries(wireArguments).map(([type, key]) => (key === null ? type : `${type}:<${key}>`));
}

/** Codes are numbers but for the one that is a word. */
function codeOf(text: string): number | string {
  if (text === '') throw new FaultTextError('what is to happen? legal: a code of the service, or a wire fault');
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

function numberOf(text = '', key: string): number {
  const isWhole = key === 'by' ? /^-?\d+$/.test(text) : /^\d+$/.test(text);
  if (!isWhole || (key === 'bytesPerSecond' && Number(text) === 0)) {
    throw new FaultTextError(`${JSON.stringify(text)} is no legal ${key}; legal: a whole number`);
  }
  return Number(text);
}

function countOf(text = ''): number {
  if (!/^[1-9]\d*$/.test(text)) throw new FaultTextError(`${JSON.stringify(text)} is no count; legal: 1 or more`);
  return Number(text);
}

function durationOf(text = ''): number {
  const [, number, unit = ''] = /^(\d+)(ms|s|m)?$/.exec(text) ?? [];
  const ms = Number(number) * (units[unit] ?? 0);
  if (!(ms >= 1)) throw new FaultTextError(`${JSON.stringify(text)} is no duration; legal: 500ms, 10s, 2m`);
  return ms;
}

/** Commas in double quotes do not count. */
function splitAtCommas(text: string): string[] {
  return [...`${text},`.matchAll(/((?:"(?:[^"\\]|\\.)*"|[^,"]|"(?=[^"]*$))*),/gs)].map(([, piece = '']) => piece);
}

function quoted(text: string | undefined): string | undefined {
  return text === undefined || /^[^",\s\\]+$/.test(text) ? text : JSON.stringify(text);
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    throw new FaultTextError(`${text} is not closed; legal: text in double quotes, as in JSON`);
  }
}
