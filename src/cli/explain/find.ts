import { type ErrorRow, meaningOf } from '../../errors/index.ts';

/** What is asked may be as long as a command line; no code, name or message of a table is as long as this. */
const charactersMax = 200;
const nearMax = 5;
/** Who shares less than about half of the letters or words is not near. */
const distanceMax = 0.5;

/** Rows whose code, name or message is what is asked, in any case; else those described so, as some bodies do. */
export function rowsFor<Row extends ErrorRow>(asked: string, among: readonly Row[]): readonly Row[] {
  const wanted = plain(asked);
  const named = among.filter((row) => namesOf(row).some((name) => plain(name) === wanted));
  return named.length > 0
    ? named
    : among.filter(({ description = '' }) => description !== '' && plain(description) === wanted);
}

/** The rows that may have been meant, the nearest first. */
export function rowsNear<Row extends ErrorRow>(asked: string, among: readonly Row[]): readonly Row[] {
  const isCode = /^-?\d+$/.test(plain(asked));
  const distance = isCode ? distanceByDigits : distanceByWords;
  return among
    .map((row) => ({ row, distance: distance(asked, row) }))
    .filter((each) => each.distance <= distanceMax)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, nearMax)
    .map(({ row }) => row);
}

function namesOf({ code, name, message }: ErrorRow): readonly string[] {
  return [String(code), name, message].filter((each) => each !== undefined);
}

/** Without what changes when a text is copied: case, spaces, a final point, and the minus of typesetters. */
function plain(text: string): string {
  return cut(text)
    .replace(/[\u2212\u2013]/g, '-')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[.;]$/, '')
    .toLowerCase();
}

function cut(text: string): string {
  return text.slice(0, charactersMax);
}

/** The sign counts least: it is what is left out most easily. */
function distanceByDigits(asked: string, { code }: ErrorRow): number {
  const wanted = plain(asked);
  const sign = wanted.startsWith('-') === String(code).startsWith('-') ? 0 : 0.01;
  return sign + unlikeness(wanted.replace('-', ''), String(code).replace('-', ''));
}

function distanceByWords(asked: string, row: ErrorRow): number {
  const names = namesOf(row);
  const byLetters = names.map((name) => unlikeness(plain(asked), plain(name)));
  const words = wordsOf(asked);
  const byWords = [...names, meaningOf(row).english].map((text) => 1 - shareOf(words, wordsOf(text)));
  return Math.min(...byLetters, ...byWords);
}

/** `NoSuchKey`, `NO_SUCH_KEY` and `no such key` are three words. */
function wordsOf(text: string): ReadonlySet<string> {
  const apart = cut(text).replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2');
  return new Set(apart.toLowerCase().match(/[\p{L}\p{N}]+/gu));
}

function shareOf(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const common = [...a].filter((word) => b.has(word)).length;
  return common / Math.max(a.size, b.size, 1);
}

/** Changes of one letter that lead from one text to the other, per letter: 0 for the same, 1 for nothing in common. */
function unlikeness(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return (row[b.length] ?? 0) / Math.max(a.length, b.length, 1);
}
