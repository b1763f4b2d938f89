import { BusinessError } from '../errors.ts';
import { StoreTrouble } from '../ports/store.ts';
import { printable, shortened } from './format.ts';

/** One thing that went wrong, as `--json` tells it. */
export interface Failure {
  /** What failed, in the words of the command line. */
  readonly what: string;
  /** The published code; null for what is no error of the catalogue. */
  readonly code: number | null;
  readonly message: string;
  /** What happened, and the way out. */
  readonly detail: string;
}

/** What people and programs are told of an error; null for a bug of ours. */
export function failureOf(what: string, error: unknown): Failure | null {
  if (error instanceof BusinessError) {
    return { what, code: error.code, message: error.message, detail: error.detail };
  }
  if (error instanceof StoreTrouble) return { what, code: null, message: error.message, detail: waysOut[error.kind] };
  // What the system refused; errors of Node's own, about wrong arguments, name no call of the system.
  if (error instanceof Error && 'syscall' in error) {
    return { what, code: null, message: error.message, detail: '' };
  }
  return null;
}

const waysOut: Record<StoreTrouble['kind'], string> = {
  busy: 'another longshore works on it; wait for it to end, or name another store with --store',
  newer: 'a later version of longshore wrote it; use that version, or name another store with --store',
  corrupt: 'it is damaged, or no store of longshore; name another one with --store',
  full: 'make room on the disk',
  io: 'check its path and permissions, or name another store with --store',
  closed: 'run the command again',
};

/** Urls may be pages long. */
const whatWidthMax = 160;

/** `longshore: <what failed>: <message> (<code>)`, then the detail. */
export function failureLines({ what, code, message, detail }: Failure): string {
  const line = `longshore: ${shortened(what, whatWidthMax)}: ${message}${code === null ? '' : ` (${code})`}`;
  return printable(line) + (detail === '' ? '' : `\n  ${printable(detail)}`);
}
