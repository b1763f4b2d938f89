import { inspect } from 'node:util';

const charactersMax = 200;

/** A value as it stands in the message of an assertion: short, on one line, and telling `1` from `'1'`. */
export function shown(value: unknown): string {
  const text = inspect(value, { depth: 3, breakLength: Number.POSITIVE_INFINITY, maxStringLength: charactersMax });
  return text.length > charactersMax ? `${text.slice(0, charactersMax)}…` : text;
}

/** What anything that was thrown says. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : shown(thrown);
}
